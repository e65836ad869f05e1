//! What the host is told of sounds with the shipped models.

use std::f64::consts::TAU;

use mynah_engine::Control;

use super::*;
use crate::midi_out::Word;
use crate::targets::catalogue;

const RATE_HZ: f64 = 48_000.0;
const MELODY: [u8; 6] = [57, 61, 64, 69, 64, 60];
/// Of a note, with the pause behind it, seconds.
const NOTE_S: f64 = 0.5;

/// A tone of eight harmonics at each moment of a melody; `level` says how loud it is so many seconds into a note, `bend` by
/// how many semitones it is off.
fn melody(level: impl Fn(f64) -> f64, bend: impl Fn(f64) -> f64) -> Vec<f32> {
    let mut phase = 0.0;
    let samples = (NOTE_S * RATE_HZ) as usize;
    let notes = MELODY
        .iter()
        .flat_map(|key| (0..samples).map(move |n| (*key, n)));
    let sample = |(key, n): (u8, usize)| {
        let within_s = n as f64 / RATE_HZ;
        let semitones = f64::from(key) - 69.0 + bend(within_s);
        phase += 440.0 * (semitones / 12.0).exp2() / RATE_HZ;
        let partials = (1..=8).map(f64::from);
        let tone: f64 = partials.map(|n| (TAU * n * phase).sin() / n).sum();
        (0.2 * level(within_s) * tone) as f32
    };
    notes.map(sample).collect()
}

fn plucked() -> Vec<f32> {
    melody(
        |within_s| (-6.0 * within_s).exp() * (within_s / 0.003).min(1.0),
        |_| 0.0,
    )
}

/// Each note swells, wavers by a quarter of a tone and is over before the next.
fn sung() -> Vec<f32> {
    let level = |within_s: f64| {
        (within_s / 0.06)
            .min((0.4 - within_s) / 0.05)
            .clamp(0.0, 1.0)
    };
    melody(level, |within_s| 0.5 * (TAU * 5.5 * within_s).sin())
}

/// What is said while this is played in blocks of this length, at which sample, and the sound that comes out.
fn said(input: &[f32], controls: &Controls, length: usize) -> (Vec<(usize, Word)>, Vec<f32>) {
    crate::install(Library::shipped());
    let (mut sound, shared) = (Sound::default(), Shared::default());
    sound.prepare(
        catalogue(),
        Stream::bounced(RATE_HZ),
        [0; 4],
        controls,
        &shared,
    );
    let mut output = input.to_vec();
    let mut all = Vec::new();
    for (index, part) in output.chunks_mut(length).enumerate() {
        let measured = allocation_counter::measure(|| {
            let no_event = || None::<NoteEvent<()>>;
            sound.process(&mut [part], [0; 4], controls, no_event, &shared);
        });
        assert_eq!(measured.count_total, 0, "the audio thread allocated");
        let start = index * length;
        all.extend(
            sound
                .said()
                .iter()
                .map(|said| (start + said.at as usize, said.word)),
        );
    }
    (all, output)
}

fn telling() -> Controls {
    Controls::neutral().with(Control::MidiOut, 1.0)
}

/// The keys that are struck, with the seconds at which they are and at which they are let go.
fn notes(said: &[(usize, Word)]) -> Vec<(u8, f64, f64)> {
    let mut notes: Vec<(u8, f64, f64)> = Vec::new();
    for (at, word) in said {
        let at_s = *at as f64 / RATE_HZ;
        match word {
            Word::On { key, .. } => notes.push((*key, at_s, f64::INFINITY)),
            Word::Off { .. } => notes.last_mut().unwrap().2 = at_s,
            _ => {}
        }
    }
    notes
}

#[test]
fn a_melody_gives_its_notes_as_they_are_played() {
    for (name, input, latest_s) in [("plucked", plucked(), 0.035), ("sung", sung(), 0.09)] {
        for transposed in [0, 3] {
            let controls = telling().with(Control::Semitones, f32::from(transposed));
            let (said, _) = said(&input, &controls, 512);
            let notes = notes(&said);
            let wanted = MELODY.map(|key| key + transposed);
            let keys: Vec<u8> = notes.iter().map(|note| note.0).collect();
            assert_eq!(keys, wanted, "{name}: {notes:?}");
            for (index, (key, on_s, off_s)) in notes.iter().enumerate() {
                let late_s = on_s - index as f64 * NOTE_S;
                assert!(
                    (0.0..latest_s).contains(&late_s),
                    "{name}, {key}: {late_s} s"
                );
                let last = index + 1 == notes.len();
                assert!(last || off_s - on_s > 0.25, "{name}: {notes:?}");
            }
        }
    }
}

#[test]
fn vibrato_is_bent_and_swelling_is_a_level() {
    let (said, _) = said(&sung(), &telling(), 512);
    let bends = said.iter().filter_map(|(_, word)| match word {
        Word::Bend(raw) => Some((f32::from(*raw) - 8_192.0) / 4_096.0),
        _ => None,
    });
    let (low, high) = bends.fold((0.0_f32, 0.0_f32), |(low, high), bend| {
        (low.min(bend), high.max(bend))
    });
    assert!(
        (-0.7..-0.35).contains(&low) && (0.35..0.7).contains(&high),
        "{low}, {high}"
    );
    let levels = said.iter().filter_map(|(_, word)| match word {
        Word::Level(value) => Some(*value),
        _ => None,
    });
    assert!(levels.min().unwrap() < 40);
}

#[test]
fn blocks_make_no_difference_and_the_sound_is_the_same() {
    let input = &plucked()[..60_000];
    let (whole, sound) = said(input, &telling(), 60_000);
    assert!(notes(&whole).len() >= 3);
    for length in [1, 100, 128, 4_096] {
        let (parts, same) = said(input, &telling(), length);
        assert_eq!(parts, whole, "blocks of {length}");
        assert!(same == sound, "blocks of {length}");
    }
    let (nothing, same) = said(input, &Controls::neutral(), 480);
    assert_eq!(nothing, []);
    assert!(same == sound, "telling is heard");
}

/// Strings that are struck together at these seconds, and damped after so long.
fn strummed(chords: &[(f64, &[u8])], damped_s: f64, length_s: f64) -> Vec<f32> {
    let sample = |n: usize| {
        let now_s = n as f64 / RATE_HZ;
        let strings = chords.iter().flat_map(|(at_s, keys)| {
            let within_s = now_s - at_s;
            let sounds = (0.0..damped_s).contains(&within_s);
            keys.iter().filter(move |_| sounds).map(move |key| {
                let hz = 440.0 * ((f64::from(*key) - 69.0) / 12.0).exp2();
                let partials = (1..=12).map(f64::from);
                let tone: f64 = partials
                    .map(|n| {
                        (-(1.2 + 0.5 * n) * within_s).exp() * (TAU * n * hz * within_s).sin() / n
                    })
                    .sum();
                tone * ((damped_s - within_s) / 0.02).min(1.0)
            })
        });
        0.08 * strings.sum::<f64>() as f32
    };
    (0..(length_s * RATE_HZ) as usize).map(sample).collect()
}

#[test]
fn a_chord_gives_its_notes_and_nothing_else_whatever_the_blocks() {
    let chords: [(f64, &[u8]); 2] = [(0.2, &[48, 55, 60, 64]), (1.2, &[50, 57, 65])];
    let input = strummed(&chords, 0.9, 2.4);
    let controls = telling()
        .with(Control::Mode, 3.0)
        .with(Control::Semitones, 2.0);
    let (whole, sound) = said(&input, &controls, input.len());
    let mut struck = Vec::new();
    let mut sounding = Vec::new();
    for (at, word) in &whole {
        let at_s = *at as f64 / RATE_HZ;
        match word {
            Word::On { key, velocity } => {
                assert!((20..=127).contains(velocity), "{velocity}");
                struck.push((*key, at_s));
                sounding.push(*key);
            }
            Word::Off { key } => sounding.retain(|sounds| sounds != key),
            other => panic!("{other:?}"),
        }
    }
    assert!(sounding.is_empty(), "{sounding:?} of {whole:?}");
    for (begun_s, keys) in chords {
        // Some are heard late, and some are heard that are not there.
        let within = |(_, at_s): &&(u8, f64)| (0.0..1.0).contains(&(at_s - begun_s));
        let heard: Vec<u8> = struck.iter().filter(within).map(|(key, _)| *key).collect();
        assert!(
            keys.iter().all(|key| heard.contains(&(key + 2))),
            "{struck:?}"
        );
        assert!(heard.len() <= 2 * keys.len(), "{struck:?}");
    }
    for length in [1, 100, 500] {
        let (parts, same) = said(&input, &controls, length);
        assert_eq!(parts, whole, "blocks of {length}");
        assert!(same == sound, "blocks of {length}");
    }
}

#[test]
fn nothing_is_said_of_noises_nor_of_what_is_bypassed() {
    let input = &plucked()[..30_000];
    for (control, number) in [(Control::Mode, 1.0), (Control::Bypass, 1.0)] {
        let (said, _) = said(input, &telling().with(control, number), 480);
        assert_eq!(said, [], "{control} = {number}");
    }
}
