use super::*;
use crate::strokes::strokes;

const LOUD_DB: f32 = -20.0;
const SILENT_DB: f32 = -90.0;

/// Frames of these pitches, all loud but where there is none.
fn heard(semitones: Vec<f32>) -> Heard {
    let level = |pitch: &f32| if pitch.is_nan() { SILENT_DB } else { LOUD_DB };
    Heard {
        level_db: semitones.iter().map(level).collect(),
        begins: vec![0.0; semitones.len()],
        semitones,
        ..Heard::default()
    }
}

/// The notes that are found, rounded, with the frames in which they begin.
fn found(heard: &Heard) -> Vec<(i32, usize)> {
    let segments = segments(heard, &strokes(&heard.begins), -60.0);
    let note = |segment: &Segment| (segment.semitones.round() as i32, segment.begin);
    segments.iter().map(note).collect()
}

fn held(pitch: f32, frames: usize) -> Vec<f32> {
    vec![pitch; frames]
}

/// The frame of each note is within so many of what is expected.
fn assert_found(heard: &Heard, expected: &[(i32, usize)]) {
    let found = found(heard);
    let near = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(a, b)| a.0 == b.0 && a.1.abs_diff(b.1) <= 4);
    assert!(near, "{found:?} instead of {expected:?}");
}

#[test]
fn silence_has_no_notes_and_steps_are_notes() {
    assert_found(&heard(held(f32::NAN, 200)), &[]);
    let steps = [
        held(f32::NAN, 40),
        held(60.0, 40),
        held(62.0, 20),
        held(61.0, 20),
        held(f32::NAN, 40),
    ];
    assert_found(&heard(steps.concat()), &[(60, 40), (62, 80), (61, 100)]);
}

#[test]
fn vibrato_and_wrong_octaves_are_one_note() {
    let vibrato = |frame: usize| 64.2 + 0.6 * (TAU * 5.5 * frame as f32 / 187.5).sin();
    let pitches: Vec<f32> = (0..300).map(vibrato).collect();
    assert_found(&heard([held(f32::NAN, 30), pitches].concat()), &[(64, 30)]);
    let mut pitches = held(64.2, 300);
    for frame in 100..106 {
        pitches[frame] += 12.0;
        pitches[frame + 60] -= 19.02;
    }
    pitches[200..204].fill(f32::NAN);
    let mut played = heard([held(f32::NAN, 30), pitches].concat());
    played.level_db[230..234].fill(LOUD_DB);
    assert_found(&played, &[(64, 30)]);
}

#[test]
fn a_note_is_repeated_where_a_stroke_is_heard_and_only_there() {
    let mut played = heard([held(f32::NAN, 30), held(67.0, 120)].concat());
    assert_found(&played, &[(67, 30)]);
    played.begins[90..93].copy_from_slice(&[0.7, 0.98, 0.8]);
    assert_found(&played, &[(67, 30), (67, 91)]);
    // The network is never so sure where nothing begins.
    played.begins[91] = 0.5;
    played.begins[90] = 0.4;
    played.begins[92] = 0.4;
    assert_found(&played, &[(67, 30)]);
}

#[test]
fn an_instrument_out_of_tune_has_its_own_grid() {
    let tuned = |offset: f32| {
        let scale = [60, 62, 64, 65, 67].map(|note| held(note as f32 + offset, 60));
        found(&heard(scale.concat())).len()
    };
    for offset in [-0.45, -0.2, 0.0, 0.3, 0.5] {
        assert_eq!(tuned(offset), 5, "{offset}");
    }
}

#[test]
fn hours_are_as_exact_as_seconds() {
    let phrase = [held(f32::NAN, 50), held(60.0, 25), held(64.0, 25)].concat();
    let long = heard(phrase.repeat(2_000));
    let found = found(&long);
    assert_eq!(found.len(), 4_000);
    assert!(
        found
            .chunks(2)
            .all(|pair| pair[0].0 == 60 && pair[1].0 == 64)
    );
}
