#![allow(clippy::unwrap_used)]

mod midi_out;
mod play_on;

use std::borrow::Cow;
use std::sync::Arc;

use mynah_engine::{Channels, Library};
use mynah_models::Base;
use mynah_models::testing::{random_base, random_target};

use super::*;
use crate::targets::TARGET_INDICES;

/// The index of the first model that a player adds.
const LAST: i32 = TARGET_INDICES as i32 - 1;

/// A model file that reads well until its last weight.
fn damaged(mut file: Vec<u8>) -> Vec<u8> {
    let last = file.len() - 4;
    file[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    file
}

fn catalogue(base: Option<Vec<u8>>, targets: Vec<Vec<u8>>) -> &'static Catalogue {
    let targets = targets.into_iter().enumerate();
    let targets = targets.map(|(n, file)| (format!("{n}.mynah"), Cow::Owned(file)));
    let library = Library::from_models(base.map(Cow::Owned), targets.collect());
    Box::leak(Box::new(Catalogue::new(library, None)))
}

/// Noise through a new sound of a catalogue: what came out, the latency, and what the editor is told.
fn play(catalogue: &'static Catalogue, index: i32) -> ([Vec<f32>; 2], usize, Condition) {
    let (mut sound, shared) = (Sound::default(), Shared::default());
    let controls = Controls::neutral();
    let latency = sound.prepare(
        catalogue,
        Stream::bounced(48_000.0),
        [index; 4],
        &controls,
        &shared,
    );
    let input: Vec<f32> = (0..4_000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 16) as f32 / 65_536.0 - 0.5)
        .collect();
    let mut output = input.clone();
    let no_event = || None::<NoteEvent<()>>;
    sound.process(&mut [&mut output], [index; 4], &controls, no_event, &shared);
    ([input, output], latency as usize, shared.condition())
}

fn is_dry([input, output]: &[Vec<f32>; 2], latency: usize) -> bool {
    output[..latency].iter().all(|x| *x == 0.0)
        && output[latency..] == input[..input.len() - latency]
}

#[test]
fn without_a_usable_base_the_dry_sound_passes() {
    for base in [None, Some(damaged(random_base(1)))] {
        let (signals, latency, condition) = play(catalogue(base, Vec::new()), 0);
        assert_eq!((latency, condition), (0, Condition::EngineFailed));
        assert!(is_dry(&signals, 0));
    }
}

#[test]
fn an_open_editor_sees_the_hops_of_whichever_engine_runs() {
    let base_file = random_base(1);
    let base = Base::from_bytes(&base_file).unwrap();
    let catalogue = catalogue(Some(base_file), vec![random_target(1, &base)]);
    let (mut sound, shared) = (Sound::default(), Shared::default());
    let controls = Controls::neutral();
    for (rate_hz, open, expected) in [
        (48_000.0, false, 0),
        (48_000.0, true, 10),
        // Of the fifth, a part is still in the resampler.
        (96_000.0, true, 4),
        (400_000.0, true, 0),
        (48_000.0, true, 10),
        (48_000.0, false, 0),
    ] {
        shared.set_editor_open(open);
        sound.prepare(
            catalogue,
            Stream::bounced(rate_hz),
            [0; 4],
            &controls,
            &shared,
        );
        let mut block: Vec<f32> = (0..1_280).map(|n| (n % 100) as f32 / 100.0).collect();
        let no_event = || None::<NoteEvent<()>>;
        sound.process(&mut [&mut block], [0; 4], &controls, no_event, &shared);
        let mut reports = 0;
        shared.take_reports(|_| reports += 1);
        assert_eq!(reports, expected, "{rate_hz} Hz, open: {open}");
    }
}

#[test]
fn an_open_editor_is_told_that_the_sides_cancel_in_mono() {
    let base_file = random_base(1);
    let base = Base::from_bytes(&base_file).unwrap();
    let catalogue = catalogue(Some(base_file), vec![random_target(1, &base)]);
    let (mut sound, shared) = (Sound::default(), Shared::default());
    shared.set_editor_open(true);
    let mut cancels = |channels: Channels, right_gain: f32| {
        let controls = Controls {
            channels,
            ..Controls::neutral()
        };
        sound.prepare(
            catalogue,
            Stream::bounced(48_000.0),
            [0; 4],
            &controls,
            &shared,
        );
        let mut left: Vec<f32> = (0..48_000).map(|n| (n % 100) as f32 / 200.0).collect();
        let mut right: Vec<f32> = left.iter().map(|x| right_gain * x).collect();
        let mut sides = [left.as_mut_slice(), right.as_mut_slice()];
        let no_event = || None::<NoteEvent<()>>;
        sound.process(&mut sides, [0; 4], &controls, no_event, &shared);
        shared.take_reading().cancels
    };
    assert!(!cancels(Channels::Mono, 1.0));
    assert!(cancels(Channels::Mono, -1.0));
    assert!(!cancels(Channels::Stereo, -1.0));
    assert!(cancels(Channels::Mono, -1.0));
}

#[test]
fn a_damaged_target_is_dry_and_the_others_are_not() {
    let base_file = random_base(1);
    let base = Base::from_bytes(&base_file).unwrap();
    let targets = vec![random_target(1, &base), damaged(random_target(2, &base))];
    let catalogue = catalogue(Some(base_file), targets);
    for (index, dry) in [(0, false), (1, true), (2, true)] {
        let (signals, latency, condition) = play(catalogue, index);
        assert_eq!((latency, condition), (144, Condition::Running));
        assert_eq!(is_dry(&signals, latency), dry, "index {index}");
    }
    assert_eq!(catalogue.entries()[0].problem(), None);
    assert!(catalogue.entries()[1].problem().is_some());
}

#[test]
fn an_index_whose_model_is_added_while_it_plays_sounds_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let base_file = random_base(1);
    let base = Base::from_bytes(&base_file).unwrap();
    let file = folder.path().join("new.mynah");
    std::fs::write(&file, random_target(2, &base)).unwrap();
    let first = ("1.mynah".to_owned(), Cow::Owned(random_target(1, &base)));
    let library = Library::from_models(Some(Cow::Owned(base_file)), vec![first]);
    let own = Some(folder.path().join("targets"));
    let catalogue: &Catalogue = Box::leak(Box::new(Catalogue::new(library, own)));
    let (mut sound, shared) = (Sound::default(), Shared::default());
    let controls = Controls::neutral();
    let indices = [LAST; CORNERS];
    let latency = sound.prepare(
        catalogue,
        Stream::bounced(48_000.0),
        indices,
        &controls,
        &shared,
    ) as usize;
    let input: Vec<f32> = (0..4_000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 16) as f32 / 65_536.0 - 0.5)
        .collect();
    let mut play = || {
        let mut output = input.clone();
        let measured = allocation_counter::measure(|| {
            let no_event = || None::<NoteEvent<()>>;
            sound.process(&mut [&mut output], indices, &controls, no_event, &shared);
        });
        assert_eq!(measured.count_total, 0, "the audio thread allocated");
        output
    };
    let output = play();
    assert!(output[latency..] == input[..input.len() - latency]);
    assert_eq!(catalogue.add(&file).unwrap(), LAST);
    let output = play();
    assert!(output[latency..] != input[..input.len() - latency]);
}

#[test]
fn a_target_that_gets_better_while_it_plays_is_heard_but_not_in_a_bounce() {
    let folder = tempfile::tempdir().unwrap();
    let base_file = random_base(1);
    let base = Base::from_bytes(&base_file).unwrap();
    let targets = folder.path().join("targets");
    let file = targets.join("learnt.mynah");
    mynah_engine::mark_learnt(&file, &[]).unwrap();
    let learn = |seed| std::fs::write(&file, random_target(seed, &base)).unwrap();
    let input: Vec<f32> = (0..4_000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 16) as f32 / 65_536.0 - 0.5)
        .collect();
    // Of three blocks, with the target getting better after the first.
    let play = |is_offline: bool, gets_better: bool| {
        let library = Library::from_models(Some(Cow::Owned(base_file.clone())), Vec::new());
        let catalogue = Catalogue::new(library, Some(targets.clone()));
        let catalogue: &Catalogue = Box::leak(Box::new(catalogue));
        learn(1);
        assert_eq!(catalogue.take_learnt(&file).unwrap(), LAST);
        let (mut sound, shared) = (Sound::default(), Shared::default());
        let (controls, indices) = (Controls::neutral(), [LAST; CORNERS]);
        let stream = Stream {
            rate_hz: 48_000.0,
            is_offline,
        };
        sound.prepare(catalogue, stream, indices, &controls, &shared);
        let mut all = Vec::new();
        for block in 0..3 {
            let mut output = input.clone();
            let measured = allocation_counter::measure(|| {
                let no_event = || None::<NoteEvent<()>>;
                sound.process(&mut [&mut output], indices, &controls, no_event, &shared);
            });
            assert_eq!(measured.count_total, 0, "the audio thread allocated");
            all.extend(output);
            if block == 0 && gets_better {
                learn(2);
                catalogue.take_learnt(&file).unwrap();
            }
        }
        let now = catalogue.target(LAST).unwrap();
        // The catalogue holds one, and this test.
        (all, Arc::strong_count(&now) > 2)
    };
    let (same, better) = (play(true, false), play(true, true));
    assert!(
        same.0 == better.0,
        "a bounce goes by what is learnt meanwhile"
    );
    assert!(!better.1);
    // Where its hops are depends on what plays beside it: not what it sounds like, but what it plays is compared.
    assert!(play(false, true).1);
}

#[test]
fn what_comes_in_is_recorded_and_sounds_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let base_file = random_base(1);
    let base = Base::from_bytes(&base_file).unwrap();
    let catalogue = catalogue(Some(base_file), vec![random_target(1, &base)]);
    let input: Vec<f32> = (0..48_000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 16) as f32 / 65_536.0 - 0.5)
        .collect();
    let (controls, indices) = (Controls::neutral(), [0; CORNERS]);
    let shared = Shared::default();
    let mut sound = Sound::recorded_by(shared.recording());
    let stream = Stream {
        rate_hz: 48_000.0,
        is_offline: false,
    };
    sound.prepare(catalogue, stream, indices, &controls, &shared);
    let mut play = || {
        sound.reset();
        let mut output = input.clone();
        for block in output.chunks_mut(480) {
            let measured = allocation_counter::measure(|| {
                let no_event = || None::<NoteEvent<()>>;
                sound.process(&mut [block], indices, &controls, no_event, &shared);
            });
            assert_eq!(measured.count_total, 0, "the audio thread allocated");
        }
        output
    };
    let plain = play();
    let repaint = shared.repaint().clone();
    shared.recording().start(folder.path(), repaint).unwrap();
    assert!(play() == plain, "recording is heard");
    // The instance goes, and closes its file.
    drop(shared);
    let file = std::fs::read(folder.path().join("1.wav")).unwrap();
    assert_eq!(file.len(), 44 + 3 * input.len());
    // What came in, not what came of it.
    let sample = |n: usize| {
        let at = 44 + 3 * n;
        i32::from_le_bytes([0, file[at], file[at + 1], file[at + 2]]) >> 8
    };
    for n in [0, 1, 17_000, 47_999] {
        let wanted = (input[n] * 8_388_607.0).round() as i32;
        assert_eq!(sample(n), wanted, "sample {n}");
    }
}

/// What an instrument makes of events at these samples, in blocks of this length.
fn played_from_keys(block: usize, events: &[NoteEvent<()>], shared: &Shared) -> Vec<f32> {
    let base_file = random_base(1);
    let base = Base::from_bytes(&base_file).unwrap();
    let catalogue = catalogue(Some(base_file), vec![random_target(1, &base)]);
    let mut sound = Sound::default().playing(Plays::Keys);
    let controls = Controls::neutral();
    sound.prepare(
        catalogue,
        Stream::bounced(48_000.0),
        [0; 4],
        &controls,
        shared,
    );
    let mut output = vec![0.5; 12_000];
    let mut events = events.iter().peekable();
    for (index, part) in output.chunks_mut(block).enumerate() {
        let (start, end) = (index * block, index * block + part.len());
        let next_event = || {
            let event = events.next_if(|event| (event.timing() as usize) < end)?;
            let mut event = *event;
            event.subtract_timing(start as u32);
            Some(event)
        };
        sound.process(&mut [part], [0; 4], &controls, next_event, shared);
    }
    output
}

fn struck(timing: u32, key: u8) -> NoteEvent<()> {
    NoteEvent::NoteOn {
        timing,
        voice_id: nice_plug::midi::VoiceID::Wildcard,
        channel: nice_plug::midi::Channel::Number(0),
        key: nice_plug::midi::Key::Number(key),
        velocity: 0.8,
    }
}

#[test]
fn an_instrument_plays_its_keys_at_their_samples_and_nothing_else() {
    let shared = Shared::default();
    let silence = played_from_keys(512, &[], &shared);
    assert!(silence.iter().all(|x| *x == 0.0), "what was in the buffer");
    let events = [struck(3_000, 60), struck(5_001, 64)];
    let whole = played_from_keys(12_000, &events, &shared);
    assert!(whole[..3_000].iter().all(|x| *x == 0.0));
    assert!(whole[3_000..].iter().any(|x| x.abs() > 1e-4));
    for block in [1, 100, 480] {
        assert!(
            played_from_keys(block, &events, &shared) == whole,
            "{block}"
        );
    }
}

#[test]
fn a_key_pressed_in_the_editor_is_played() {
    let shared = Shared::default();
    shared.press_key(Some(crate::shared::PressedKey {
        key: 60,
        velocity: 100,
    }));
    let played = played_from_keys(512, &[], &shared);
    assert!(played.iter().any(|x| x.abs() > 1e-4));
}
