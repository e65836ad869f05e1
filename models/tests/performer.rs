//! The performer plays the target's recorded notes at the source's notes.
#![allow(clippy::unwrap_used)]

use std::f32::consts::TAU;

use mynah_models::architecture::Architecture;
use mynah_models::features::{Features, FeaturesState, log_to_db};
use mynah_models::testing::{random_base_with, random_target, random_target_with_memory};
use mynah_models::{
    Base, ChainState, HOP_SAMPLES, HopControls, Mode, PitchControls, PlayerControls, Target, alone,
};
use proptest::prelude::*;

const RATE_HZ: f32 = 48_000.0;

/// A base without an onset network: a random one would know nothing of onsets, and the rules hold where there is none.
fn base() -> Base {
    let architecture = Architecture {
        onset_channels: 0,
        onset_dilations: Vec::new(),
        ..Architecture::default()
    };
    Base::from_bytes(&random_base_with(&architecture, 1)).unwrap()
}

/// A note of the source: pitch in Hz, length in seconds, gain.
type Played = (f32, f32, f32);

/// Tones of eight harmonics, each with a quick attack and a rest of 5 ms before it.
fn source(notes: &[Played]) -> Vec<f32> {
    let mut out = vec![0.0; 4_800];
    for &(hz, seconds, gain) in notes {
        let samples = (seconds * RATE_HZ) as usize;
        out.extend((0..samples).map(|n| {
            let t = n as f32 / RATE_HZ;
            let rises = (t / 0.005).min(1.0) * ((seconds - t) / 0.005).min(1.0);
            let tone: f32 = (1..=8)
                .map(|h| (TAU * hz * h as f32 * t).sin() / h as f32)
                .sum();
            0.2 * gain * rises * tone
        }));
    }
    out
}

struct Heard {
    sound: Vec<f32>,
    played_hz: Vec<f32>,
    /// How many notes had begun, and the middle of the present one.
    notes: Vec<(u32, f32)>,
}

fn play(file: &[u8], base: &Base, performance: f32, input: &[f32]) -> Heard {
    let target = Target::from_bytes(file, base).unwrap();
    let controls = HopControls {
        player: PlayerControls::performing(performance),
        generator_drive: 0.0,
        ..HopControls::default()
    };
    let mut state = ChainState::new(base);
    let (mut sound, mut played_hz, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    for hop in input.as_chunks::<HOP_SAMPLES>().0 {
        let mut out = [0.0; HOP_SAMPLES];
        base.step(&alone(&target), &mut state, &controls, hop, &mut out);
        sound.extend(out);
        let heard = state.telemetry();
        played_hz.push(heard.played_hz);
        notes.push((heard.notes, heard.note_semitones));
    }
    Heard {
        sound,
        played_hz,
        notes,
    }
}

fn rms_db(sound: &[f32]) -> f32 {
    let power = sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32;
    10.0 * (power + 1e-12).log10()
}

/// Level of 50 ms from `seconds` on.
fn level_db(heard: &Heard, seconds: f32) -> f32 {
    let first = (seconds * RATE_HZ) as usize;
    rms_db(&heard.sound[first..first + 2_400])
}

fn cents(a_hz: f32, b_hz: f32) -> f32 {
    1200.0 * (a_hz / b_hz).log2()
}

#[test]
fn at_zero_a_memory_changes_nothing_to_the_bit() {
    let base = base();
    let input = source(&[(220.0, 0.4, 1.0), (330.0, 0.4, 0.5)]);
    let without = play(&random_target(2, &base), &base, 0.0, &input);
    let with = play(
        &random_target_with_memory(2, &base, false),
        &base,
        0.0,
        &input,
    );
    assert!(with.sound == without.sound);
    let played = play(
        &random_target_with_memory(2, &base, false),
        &base,
        0.5,
        &input,
    );
    assert!(played.sound != without.sound);
}

#[test]
fn a_struck_note_decays_under_a_held_one_and_is_struck_again_on_the_same_pitch() {
    let base = base();
    let struck = random_target_with_memory(2, &base, true);
    let held = random_target_with_memory(2, &base, false);
    let one = source(&[(220.0, 0.8, 1.0)]);
    let decays = |heard: &Heard| level_db(heard, 0.15) - level_db(heard, 0.45);
    // 0.5 dB a row, 93.75 rows a second, over 0.3 s: 14 dB.
    let fall = decays(&play(&struck, &base, 1.0, &one));
    assert!((11.0..17.0).contains(&fall), "{fall}");
    let fall = decays(&play(&held, &base, 1.0, &one));
    assert!(fall.abs() < 3.0, "{fall}");
    // A rest of 40 ms between the two.
    let mut twice = source(&[(220.0, 0.4, 1.0)]);
    twice.extend([0.0; 1_920]);
    twice.extend(&source(&[(220.0, 0.4, 1.0)])[4_800..]);
    let again = play(&struck, &base, 1.0, &twice);
    let (late, new) = (level_db(&again, 0.43), level_db(&again, 0.57));
    assert!(new > late + 8.0, "{late} {new}");
}

#[test]
fn a_key_is_struck_at_its_own_pitch() {
    let base = base();
    let struck = random_target_with_memory(2, &base, true);
    let (low_hz, high_hz) = (261.63, 440.0);
    let heard = play(
        &struck,
        &base,
        1.0,
        &source(&[(low_hz, 0.4, 1.0), (high_hz, 0.4, 1.0)]),
    );
    for hz in &heard.played_hz[60..] {
        let off = cents(*hz, low_hz).abs().min(cents(*hz, high_hz).abs());
        assert!(off < 15.0, "{hz}");
    }
}

/// Notes with a rest of 40 ms between them.
fn apart(notes: &[Played]) -> Vec<f32> {
    let mut out = source(&[]);
    for note in notes {
        out.extend(&source(&[*note])[4_800..]);
        out.extend([0.0; 1_920]);
    }
    out
}

#[test]
fn a_stroke_and_the_pitch_that_is_heard_later_are_one_note() {
    let base = base();
    let held = random_target_with_memory(2, &base, false);
    let notes = [
        (220.0, 0.3, 1.0),
        (330.0, 0.3, 1.0),
        (330.0, 0.3, 1.0),
        (247.0, 0.3, 1.0),
    ];
    let heard = play(&held, &base, 0.5, &apart(&notes));
    for (index, (hz, ..)) in notes.iter().enumerate() {
        // In the last tenth of a second of each.
        let hop = (4_800 + index * (14_400 + 1_920) + 12_000) / HOP_SAMPLES;
        let (count, semitones) = heard.notes[hop];
        assert_eq!(count as usize, index + 1);
        let off = semitones - (69.0 + 12.0 * (hz / 440.0_f32).log2());
        assert!(off.abs() < 0.2, "{index}: {off}");
    }
}

#[test]
fn another_key_is_another_note_at_once_and_the_same_one_is_not() {
    let base = base();
    let target = Target::from_bytes(&random_target_with_memory(2, &base, true), &base).unwrap();
    let mut state = ChainState::new(&base);
    // The source holds its own note all the while.
    let input = source(&[(220.0, 1.0, 1.0)]);
    let mut heard = Vec::new();
    for (index, hop) in input.as_chunks::<HOP_SAMPLES>().0.iter().enumerate() {
        let key = if index < 200 { 60.0 } else { 64.0 };
        let controls = HopControls {
            player: PlayerControls::performing(1.0),
            note_semitones: Some(key),
            // From key to key at once.
            pitch: PitchControls {
                glide_ms: 0.0,
                ..PitchControls::default()
            },
            ..HopControls::default()
        };
        let mut out = [0.0; HOP_SAMPLES];
        base.step(&alone(&target), &mut state, &controls, hop, &mut out);
        let told = state.telemetry();
        heard.push((told.notes, told.note_semitones));
    }
    assert_eq!(heard[199], (1, 60.0));
    assert_eq!(heard[203], (2, 64.0));
    assert_eq!(heard[heard.len() - 1], (2, 64.0));
}

#[test]
fn a_struck_note_does_not_swell_with_the_source() {
    let base = base();
    let struck = random_target_with_memory(2, &base, true);
    let mut input = apart(&[(220.0, 0.4, 1.0), (220.0, 0.4, 1.0)]);
    input.extend([0.0; 9_600]);
    let begins_s = input.len() as f32 / RATE_HZ;
    // Swells for 0.3 s.
    let slow = source(&[(220.0, 0.6, 1.0)]);
    let swells = |n: usize| (n as f32 / 14_400.0).min(1.0);
    input.extend(slow[4_800..].iter().enumerate().map(|(n, x)| swells(n) * x));
    let heard = play(&struck, &base, 1.0, &input);
    let source_db = |seconds: f32| {
        let first = (seconds * RATE_HZ) as usize;
        rms_db(&input[first..first + 2_400])
    };
    // The stroke is all there at once and decays, while the source goes on rising.
    let (early_s, late_s) = (begins_s + 0.07, begins_s + 0.17);
    let rise_db = source_db(late_s) - source_db(early_s);
    assert!(rise_db > 5.0, "{rise_db}");
    let fall_db = level_db(&heard, early_s) - level_db(&heard, late_s);
    assert!(fall_db > 3.0, "{fall_db}");
    let softer_db = level_db(&heard, 0.13) - level_db(&heard, early_s);
    assert!(
        softer_db < source_db(0.13) - source_db(early_s) - 1.0,
        "{softer_db}"
    );
}

#[test]
fn in_follow_a_struck_target_decays_under_a_chord_and_a_held_one_does_not() {
    let base = base();
    let chord: Vec<Vec<f32>> = [220.0, 277.2, 329.6]
        .map(|hz| source(&[(hz, 0.8, 0.5)]))
        .into();
    let chord: Vec<f32> = (0..chord[0].len())
        .map(|n| chord.iter().map(|tone| tone[n]).sum())
        .collect();
    let fall_db = |struck: bool, performance: f32| {
        let file = random_target_with_memory(2, &base, struck);
        let target = Target::from_bytes(&file, &base).unwrap();
        let controls = HopControls {
            mode: Mode::Follow,
            player: PlayerControls::performing(performance),
            generator_drive: 0.0,
            ..HopControls::default()
        };
        let mut state = ChainState::new(&base);
        let mut sound = Vec::new();
        for hop in chord.as_chunks::<HOP_SAMPLES>().0 {
            let mut out = [0.0; HOP_SAMPLES];
            base.step(&alone(&target), &mut state, &controls, hop, &mut out);
            sound.extend(out);
        }
        let at = |seconds: f32| rms_db(&sound[(seconds * RATE_HZ) as usize..][..4_800]);
        at(0.2) - at(0.6)
    };
    // 0.5 dB a row, 93.75 rows a second, over 0.4 s: 19 dB, until the recording's end.
    let (struck, held, none) = (fall_db(true, 0.5), fall_db(false, 0.5), fall_db(true, 0.0));
    assert!(struck > 8.0, "{struck}");
    assert!(held.abs() < 4.0 && none.abs() < 3.0, "{held} {none}");
}

#[test]
fn a_recorded_colour_is_as_loud_as_it_should_be() {
    let base = base();
    let loudness_db = |sound: &[f32]| {
        let features = Features::new();
        let mut state = FeaturesState::new(&features);
        let mut heard = Vec::new();
        for hop in sound.as_chunks::<HOP_SAMPLES>().0 {
            if let Some(frame) = features.step(&mut state, hop) {
                heard.push(log_to_db(frame.log_loudness));
            }
        }
        heard[heard.len() - 40..].iter().sum::<f32>() / 40.0
    };
    for seed in 2..6 {
        for hz in [110.0, 220.0, 440.0, 880.0] {
            let held = random_target_with_memory(seed, &base, false);
            let input = source(&[(hz, 0.8, 1.0)]);
            let input = &input[..input.len() - 4_800];
            let heard = play(&held, &base, 0.5, input);
            let off_db = loudness_db(&heard.sound) - loudness_db(input);
            // Half of the recorded level's own movement, of up to 3 dB.
            assert!(off_db.abs() < 3.0, "{seed}, {hz} Hz: {off_db}");
        }
    }
}

#[test]
fn a_held_note_goes_on_beyond_its_recording() {
    let base = base();
    let held = random_target_with_memory(2, &base, false);
    let heard = play(&held, &base, 1.0, &source(&[(220.0, 4.0, 1.0)]));
    let levels: Vec<f32> = (2..38)
        .map(|n| level_db(&heard, 0.1 + 0.1 * n as f32))
        .collect();
    let (least, most) = levels
        .iter()
        .fold((0.0_f32, -200.0_f32), |(l, m), x| (l.min(*x), m.max(*x)));
    assert!(most - least < 4.0, "{levels:?}");
}

#[test]
fn a_target_of_semitones_plays_the_nearest_and_others_what_is_played() {
    let base = base();
    // 40 cents above A3.
    let hz = 220.0 * 2f32.powf(40.0 / 1200.0);
    let input = source(&[(hz, 0.6, 1.0)]);
    let piano = play(
        &random_target_with_memory(2, &base, true),
        &base,
        1.0,
        &input,
    );
    let bowed = play(
        &random_target_with_memory(2, &base, false),
        &base,
        1.0,
        &input,
    );
    let last = piano.played_hz.len() - 30;
    // The recordings' own deviation goes up to 9 cents.
    assert!((-1.0..10.0).contains(&cents(piano.played_hz[last], 220.0)));
    assert!((-1.0..10.0).contains(&cents(bowed.played_hz[last], hz)));
}

#[test]
fn what_the_source_lets_go_ends() {
    let base = base();
    for struck in [false, true] {
        let file = random_target_with_memory(2, &base, struck);
        let mut input = source(&[(220.0, 0.3, 1.0)]);
        input.extend([0.0; 48_000]);
        let heard = play(&file, &base, 1.0, &input);
        assert!(level_db(&heard, 0.2) > -40.0);
        assert!(level_db(&heard, 1.0) < -90.0, "{}", level_db(&heard, 1.0));
    }
}

#[test]
fn a_slide_passes_whole() {
    let base = base();
    let held = random_target_with_memory(2, &base, false);
    let mut phase = 0.0_f32;
    // An octave up in 1.5 s.
    let input: Vec<f32> = (0..72_000)
        .map(|n| {
            let t = n as f32 / RATE_HZ;
            phase = (phase + 220.0 * 2f32.powf(t / 1.5) / RATE_HZ).fract();
            (1..=8)
                .map(|h| 0.1 * (TAU * phase * h as f32).sin() / h as f32)
                .sum()
        })
        .collect();
    let source = play(&held, &base, 0.0, &input);
    let slid = play(&held, &base, 1.0, &input);
    let pairs = source.played_hz.iter().zip(&slid.played_hz).skip(40);
    let near = pairs
        .clone()
        .filter(|(a, b)| cents(**a, **b).abs() < 50.0)
        .count();
    assert!(near * 100 >= pairs.count() * 95, "{near}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn whatever_is_played_the_pitch_passes_and_the_sound_is_bounded(
        notes in proptest::collection::vec((80.0f32..900.0, 0.05f32..0.5, 0.02f32..1.0), 1..6),
        performance in 0.0f32..=1.0,
        struck: bool,
    ) {
        let base = base();
        let file = random_target_with_memory(2, &base, struck);
        let input = source(&notes);
        let plain = play(&file, &base, 0.0, &input);
        let heard = play(&file, &base, performance, &input);
        prop_assert!(heard.sound.iter().all(|x| x.is_finite() && x.abs() < 8.0));
        let near = plain.played_hz.iter().zip(&heard.played_hz);
        // Within 70 cents it is the same note, whose pitch the target keeps.
        let near = near.filter(|(a, b)| cents(**a, **b).abs() < 71.0).count();
        prop_assert!(near * 100 >= plain.played_hz.len() * 85, "{near} of {}", plain.played_hz.len());
    }
}
