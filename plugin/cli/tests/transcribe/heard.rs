//! Melodies made by code are written down as they were played.

use mynah_cli::notes::{Note, Random, midi_to_hz};
use mynah_cli::synth::{RATE_HZ, Voice, melody, render};

use super::{assert_same, transcribe};

/// A tune with steps and leaps, repeated notes, short ones, and a rest.
const TUNE: [(i32, f64, u8); 14] = [
    (62, 1.0, 90),
    (64, 0.5, 90),
    (66, 0.5, 90),
    (67, 1.0, 100),
    (67, 1.0, 90),
    (69, 0.5, 90),
    (67, 0.5, 80),
    (66, 1.0, 90),
    (0, 1.0, 0),
    (74, 1.0, 90),
    (71, 0.5, 90),
    (67, 0.5, 90),
    (69, 1.0, 80),
    (62, 2.0, 90),
];

#[test]
fn melodies_are_written_down_as_they_were_played() {
    for voice in Voice::ALL {
        for shift in [-7, 0, 5] {
            // What is held and touches its like would be one note.
            let notes = melody(0.2, 0.36, 0.15, &TUNE);
            let notes: Vec<Note> = notes.iter().map(|note| note.transposed(shift)).collect();
            if notes
                .iter()
                .all(|note| voice.midi_range().contains(&note.midi))
            {
                let found = transcribe(&render(voice, &notes, 1));
                assert_same(&found, &notes, &format!("{} {shift:+}", voice.name()));
            }
        }
    }
}

#[test]
fn slurred_notes_and_repeated_strokes_are_notes() {
    let slurred = melody(
        0.2,
        0.3,
        0.0,
        &[
            (60, 1.0, 90),
            (62, 1.0, 90),
            (65, 1.0, 90),
            (64, 2.0, 90),
            (57, 2.0, 90),
        ],
    );
    for voice in [Voice::Sung, Voice::Saw, Voice::Whistle] {
        if slurred
            .iter()
            .all(|note| voice.midi_range().contains(&note.midi))
        {
            assert_same(
                &transcribe(&render(voice, &slurred, 1)),
                &slurred,
                voice.name(),
            );
        }
    }
    let repeated = melody(0.2, 0.25, 0.0, &[(55, 1.0, 90); 8]);
    assert_same(
        &transcribe(&render(Voice::Plucked, &repeated, 1)),
        &repeated,
        "repeated",
    );
}

#[test]
fn a_louder_note_has_a_higher_velocity() {
    let steps = [40, 55, 70, 85, 100, 115].map(|velocity| (60, 1.0, velocity));
    let notes = melody(0.2, 0.5, 0.3, &steps);
    for voice in [Voice::Plucked, Voice::Saw] {
        let found = transcribe(&render(voice, &notes, 3));
        assert_same(&found, &notes, voice.name());
        let velocities: Vec<u8> = found.notes.iter().map(|note| note.velocity).collect();
        assert!(velocities.is_sorted_by(|a, b| a < b), "{velocities:?}");
        let softer = super::transcribe(
            &render(voice, &notes, 3)
                .iter()
                .map(|x| 0.1 * x)
                .collect::<Vec<f32>>(),
        );
        let off = softer
            .notes
            .iter()
            .zip(&velocities)
            .map(|(note, loud)| note.velocity.abs_diff(*loud));
        assert!(off.max().unwrap() <= 2, "the loudest is the measure");
    }
}

/// A tone whose pitch is a function of time, from 0.2 s on.
fn tone(seconds: f64, midi: impl Fn(f64) -> f64) -> Vec<f32> {
    let mut random = Random::new(1);
    let (mut phase, mut sound) = (0.0, Vec::new());
    for n in 0..((seconds + 0.7) * RATE_HZ) as usize {
        let t = n as f64 / RATE_HZ - 0.2;
        let fade = (t / 0.02).min((seconds - t) / 0.02).clamp(0.0, 1.0);
        phase += std::f64::consts::TAU * midi_to_hz(midi(t.max(0.0))) / RATE_HZ;
        let wave = phase.sin() + 0.5 * (2.0 * phase).sin() + 0.3 * (3.0 * phase).sin();
        sound.push((0.15 * fade * wave + 1e-5 * random.bipolar()) as f32);
    }
    sound
}

/// The bend of a note at a time.
fn bend_at(note: &mynah_transcribe::TranscribedNote, at_s: f64) -> f64 {
    let before = note.bends.iter().take_while(|bend| bend.at_s <= at_s);
    f64::from(before.last().unwrap().semitones)
}

#[test]
fn a_vibrato_is_one_note_with_its_bends() {
    let vibrato = |t: f64| 67.0 + 0.5 * (std::f64::consts::TAU * 5.5 * t).sin();
    let found = transcribe(&tone(2.0, vibrato));
    assert_eq!(found.notes.len(), 1, "{:?}", found.notes.len());
    let note = &found.notes[0];
    assert_eq!(note.midi, 67);
    assert!((note.onset_s - 0.2).abs() < 0.03 && (note.offset_s - 2.2).abs() < 0.06);
    // Not in the first 20 ms, in which a pitch has just begun, nor in the last.
    for step in 4..390 {
        let t = 0.005 * f64::from(step);
        let off = bend_at(note, 0.2 + t) - (vibrato(t) - 67.0);
        assert!(off.abs() < 0.12, "off by {off:.3} at {t:.3} s");
    }
    // Thinned: 22 half turns of a semitone each in steps of 4 cents or more.
    assert!(note.bends.len() < 22 * 25 + 2, "{}", note.bends.len());
}

#[test]
fn a_slide_leads_from_note_to_note() {
    // A fifth in 0.4 s.
    let slide = |t: f64| 60.0 + 7.0 * ((t - 0.6) / 0.4).clamp(0.0, 1.0);
    let found = transcribe(&tone(1.6, slide));
    let midis: Vec<u8> = found.notes.iter().map(|note| note.midi).collect();
    assert_eq!(midis, [60, 67]);
    let [from, to] = [&found.notes[0], &found.notes[1]];
    // The pitch that is written goes all the way.
    for step in 0..30 {
        let t = 0.2 + 0.05 * f64::from(step);
        let note = if 0.2 + t < to.onset_s { from } else { to };
        let written = f64::from(note.midi) + bend_at(note, 0.2 + t);
        assert!((written - slide(t)).abs() < 0.5, "{written:.2} at {t:.2} s");
    }
}

#[test]
fn chords_are_written_down_as_they_were_struck() {
    let chords = [
        (0.3, [48, 55, 64]),
        (1.3, [53, 57, 69]),
        (2.3, [50, 59, 67]),
    ];
    let seconds = 3.6;
    let mut sound = vec![0.0f32; (seconds * RATE_HZ) as usize];
    let mut played = Vec::new();
    for (start_s, keys) in chords {
        for midi in keys {
            let note = Note {
                start_s,
                seconds: 0.9,
                midi,
                velocity: 90,
            };
            let one = render(Voice::Plucked, &[note], 1);
            sound.iter_mut().zip(&one).for_each(|(sum, x)| *sum += x);
            played.push((start_s, midi));
        }
    }
    let net = mynah_engine::shipped_voices().unwrap();
    let mut transcriber = mynah_transcribe::Transcriber::of_several(&net);
    for piece in sound.chunks(7_001) {
        transcriber.take(piece);
    }
    let found = transcriber.finish().notes;
    let right = played.iter().filter(|(start_s, midi)| {
        found.iter().any(|note| {
            i32::from(note.midi) == *midi && (note.onset_s - start_s).abs() < super::NEAR_S
        })
    });
    let right = right.count();
    assert!(right >= 8, "{right} of 9: {found:?}");
    assert!(found.len() <= 11, "{found:?}");
}
