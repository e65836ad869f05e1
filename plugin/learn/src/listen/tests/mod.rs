//! What is heard of playing that is made by code.
#![allow(clippy::unwrap_used)]

mod sentences;
mod sounds;

use sounds::{
    HELD, Note, Playing, STRUCK, add, drums, listen, listen_to, melody, noise, play, recording,
    refused, speech,
};

use super::{Heard, ListenError, ListenOptions, Listener};
use crate::note::{Beginning, FoundNote};

/// The found note that is a played one: within 30 ms of its beginning.
fn found<'a>(heard: &'a Heard, (_, begin_s, _): &Note) -> Option<&'a FoundNote> {
    let near = |note: &&FoundNote| (note.first_sample as f32 / sounds::RATE - begin_s).abs() < 0.03;
    heard.notes.iter().find(near)
}

#[test]
fn every_note_of_a_melody_is_found_once_where_it_is() {
    for playing in [HELD, STRUCK] {
        let notes = melody(40.0, 50, 80, 1);
        let heard = listen_to(play(&notes, &playing));
        assert_eq!(heard.notes.len(), notes.len());
        for note in &notes {
            let found = found(&heard, note).unwrap();
            let late_ms = 1000.0 * (found.first_sample as f32 / sounds::RATE - note.1);
            assert!((-3.0..4.0).contains(&late_ms), "{note:?} {late_ms}");
            assert!(
                (found.semitones - note.0).abs() < 0.1,
                "{note:?} {}",
                found.semitones
            );
            assert!(found.quality > 0.3, "{note:?} {}", found.quality);
            // It sounds from its beginning on, not before.
            let peak = |part: &[f32]| part.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            assert!(peak(&found.audio[192..672]) > 5.0 * peak(&found.audio[..96]));
        }
        assert_eq!(heard.character.struck, playing.falls_db_per_s > 0.0);
    }
}

#[test]
fn a_note_begins_out_of_silence_anew_or_out_of_another() {
    let mut notes = Vec::new();
    for n in 0..8 {
        let begin_s = 1.0 + 4.0 * n as f32;
        // After a rest; tongued; slurred, without anything between.
        notes.push((60.0, begin_s, 0.94));
        notes.push((62.0, begin_s + 1.0, 1.0));
        notes.push((67.0, begin_s + 2.0, 0.8));
    }
    let playing = Playing {
        released_db_per_s: 1500.0,
        ..HELD
    };
    let heard = listen_to(play(&notes, &playing));
    for (index, note) in notes.iter().enumerate() {
        let expected = [Beginning::Silence, Beginning::Silence, Beginning::Slur][index % 3];
        let begins = found(&heard, note).unwrap().begins;
        let tongued = index % 3 == 1 && begins == Beginning::Again;
        assert!(tongued || begins == expected, "{note:?} {begins:?}");
    }
}

#[test]
fn vibrato_splits_nothing_and_what_is_short_is_left_out() {
    let mut notes: Vec<Note> = (0..12)
        .map(|n| (60.0 + n as f32, 1.0 + 2.0 * n as f32, 1.5))
        .collect();
    let playing = Playing {
        vibrato_semitones: 0.4,
        ..HELD
    };
    let mut audio = play(&notes, &playing);
    // Ornaments of 80 ms in the rests.
    for note in &notes {
        add(&mut audio, (note.0 + 5.0, note.1 + 1.7, 0.08), &HELD);
    }
    let heard = listen_to(audio);
    notes.retain(|note| {
        found(&heard, note).is_some_and(|found| (found.semitones - note.0).abs() < 0.2)
    });
    assert_eq!((notes.len(), heard.notes.len()), (12, 12));
}

#[test]
fn pieces_and_threads_change_nothing() {
    let audio = play(&melody(118.0, 48, 84, 2), &HELD);
    let alone = |length: usize| {
        let mut listener = Listener::new(ListenOptions::default());
        let mut pieces = audio.chunks(length);
        listener.take(&recording("a.wav", pieces.next().unwrap().to_vec()));
        for piece in pieces {
            listener.take_more(piece);
        }
        listener.finish().unwrap()
    };
    let whole = alone(audio.len());
    let notes = melody(118.0, 48, 84, 2);
    assert_eq!(
        whole.notes.len(),
        notes.len(),
        "none is lost or heard twice at a seam"
    );
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    for other in [alone(777_777), one.install(|| alone(2_400_000))] {
        assert_eq!(other.findings, whole.findings);
        assert_eq!(other.character, whole.character);
        assert_eq!(other.notes.len(), whole.notes.len());
        for (a, b) in other.notes.iter().zip(&whole.notes) {
            assert_eq!(
                (a.first_sample, a.semitones, a.quality),
                (b.first_sample, b.semitones, b.quality)
            );
            assert_eq!(a.audio, b.audio);
        }
    }
}

#[test]
fn no_more_is_kept_than_was_asked_for_and_of_every_pitch_something() {
    let notes: Vec<Note> = (0..60)
        .map(|n| (55.0 + (n % 10) as f32, 0.5 + n as f32, 0.8))
        .collect();
    let mut listener = Listener::new(ListenOptions { most_kept_s: 15.0 });
    listener.take(&recording("a.wav", play(&notes, &HELD)));
    let heard = listener.finish().unwrap();
    let kept: usize = heard.notes.iter().map(|note| note.audio.len()).sum();
    assert!(kept <= 15 * 48_000 && kept > 13 * 48_000, "{kept}");
    assert_eq!(
        (heard.findings.notes, heard.findings.kept),
        (60, heard.notes.len())
    );
    for midi in 55..65 {
        assert!(
            heard
                .notes
                .iter()
                .any(|note| note.semitones.round() as i32 == midi),
            "{midi}"
        );
    }
}

#[test]
fn notes_are_as_good_as_they_are_clear() {
    let notes: Vec<Note> = (0..20)
        .map(|n| (55.0 + n as f32, 0.5 + 1.5 * n as f32, 1.0))
        .collect();
    let quality = |audio: Vec<f32>| {
        let heard = listen_to(audio);
        heard.notes.iter().map(|note| note.quality).sum::<f32>() / notes.len() as f32
    };
    let clear = quality(play(&notes, &HELD));
    let mut other = play(&notes, &HELD);
    for note in &notes {
        let soft = Playing {
            amplitude: 0.03,
            ..HELD
        };
        add(&mut other, (note.0 + 4.0, note.1 + 0.1, 0.9), &soft);
    }
    let mut noisy = play(&notes, &HELD);
    for (sample, noise) in noisy.iter_mut().zip(noise(40.0, -45.0)) {
        *sample += noise;
    }
    let (other, noisy) = (quality(other), quality(noisy));
    assert!(clear > 0.8, "{clear}");
    assert!(other < 0.7 * clear, "{other}");
    assert!(noisy < 0.9 * clear, "{noisy}");
}

#[test]
fn rumble_is_in_no_note_and_silences_nothing() {
    let notes = melody(30.0, 50, 70, 3);
    let still = listen_to(play(&notes, &HELD));
    let mut rumbling = play(&notes, &HELD);
    for (n, sample) in rumbling.iter_mut().enumerate() {
        *sample += 0.1 + 0.05 * (std::f32::consts::TAU * 5.0 * n as f32 / sounds::RATE).sin();
    }
    let heard = listen_to(rumbling);
    assert_eq!(heard.notes.len(), still.notes.len());
    for (note, still) in heard.notes.iter().zip(&still.notes) {
        assert!((note.semitones - still.semitones).abs() < 0.02);
        // Over a twentieth of a second the tone itself comes to next to nothing.
        for part in note.audio.chunks_exact(2_400) {
            let mean = part.iter().sum::<f32>() / 2_400.0;
            assert!(mean.abs() < 0.01, "{}: {mean}", note.semitones);
        }
    }
    // An offset alone is silence.
    let silent = refused(vec![0.3; 960_000]).unwrap();
    assert!(matches!(silent, ListenError::Silence { .. }), "{silent}");
}

#[test]
fn a_keyboard_is_known_by_its_range_and_its_steady_pitch() {
    let notes = |low: usize, range: usize| -> Vec<Note> {
        (0..60)
            .map(|n| ((low + 17 * n % range) as f32, 0.5 + 0.6 * n as f32, 0.5))
            .collect()
    };
    let bent = Playing {
        vibrato_semitones: 0.2,
        ..STRUCK
    };
    let wide = play(&notes(33, 59), &STRUCK);
    let narrow = play(&notes(45, 31), &STRUCK);
    let bent = play(&notes(33, 59), &bent);
    let told = [wide, narrow, bent].map(|audio| listen_to(audio).character);
    assert!(told.iter().all(|character| character.struck));
    assert_eq!(
        told.map(|character| character.semitones_only),
        [true, false, false]
    );
}

#[test]
fn phrases_tell_where_an_instrument_is_at_home() {
    let mut notes = melody(60.0, 58, 70, 4);
    // Once it goes high.
    notes.push((91.0, 64.0, 1.0));
    let character = listen_to(play(&notes, &HELD)).character;
    let (low, high) = character.home_midi;
    assert!(
        high - low > 11.99 && low > 54.0 && high < 74.0,
        "{low} {high}"
    );
    assert!((character.range_midi.1 - 91.0).abs() < 0.1);
    assert!(character.range_midi.0 >= 57.9);
}

#[test]
fn dynamics_are_from_soft_to_loud() {
    let soft = Playing {
        amplitude: 0.02,
        ..HELD
    };
    let mut audio = play(&melody(30.0, 60, 72, 5), &HELD);
    audio.extend(play(&melody(30.0, 60, 72, 6), &soft));
    let dynamics_db = listen_to(audio).character.dynamics_db;
    assert!((15.0..26.0).contains(&dynamics_db), "{dynamics_db}");
}

#[test]
fn what_is_of_no_use_is_refused_with_a_reason() {
    let alone = |audio: Vec<f32>| refused(audio).unwrap();
    assert_eq!(listen(&[]).err(), Some(ListenError::Nothing));
    assert!(matches!(
        alone(vec![0.0; 960_000]),
        ListenError::Silence { .. }
    ));
    assert!(matches!(alone(Vec::new()), ListenError::Silence { .. }));
    assert!(matches!(
        alone(vec![f32::NAN; 480_000]),
        ListenError::Silence { .. }
    ));
    let short = alone(play(&[(60.0, 0.1, 0.9), (62.0, 1.1, 1.5)], &HELD));
    assert!(matches!(short, ListenError::TooShort { .. }), "{short}");
    assert_eq!(alone(speech(40.0)), ListenError::Speech);
    assert_eq!(alone(drums(40.0)), ListenError::Pitchless);
    let chords: Vec<Note> = (0..20)
        .flat_map(|n| {
            [48.0, 55.0, 60.0, 63.0, 67.0]
                .map(|midi| (midi + (n % 4) as f32, 0.5 + 2.0 * n as f32, 1.9))
        })
        .collect();
    let softly = Playing {
        amplitude: 0.05,
        ..HELD
    };
    let chords = alone(play(&chords, &softly));
    assert!(matches!(chords, ListenError::Polyphonic { .. }), "{chords}");
    // One long note is no instrument.
    let long = alone(play(&[(60.0, 0.5, 30.0)], &HELD));
    assert!(matches!(long, ListenError::TooFewNotes { .. }), "{long}");
}

#[test]
fn chords_of_two_notes_are_told_from_single_ones() {
    for interval in [3.0, 4.0, 7.0, 9.0] {
        let pairs: Vec<Note> = melody(30.0, 50, 70, 8)
            .into_iter()
            .flat_map(|(midi, begin_s, long_s)| {
                [(midi, begin_s, long_s), (midi + interval, begin_s, long_s)]
            })
            .collect();
        let error = refused(play(&pairs, &HELD)).unwrap();
        assert!(
            matches!(error, ListenError::Polyphonic { .. }),
            "{interval}: {error}"
        );
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
    #[test]
    fn no_sound_is_too_short_or_too_wild(
        length in 0_usize..20_000,
        scale in proptest::sample::select(vec![1e-9_f32, 0.1, 1.0, 1e30, f32::NAN, f32::INFINITY]),
        piece in 1_usize..5000,
    ) {
        let mut listener = Listener::new(ListenOptions::default());
        let audio: Vec<f32> = noise(0.5, -3.0).iter().take(length).map(|x| scale * x).collect();
        for piece in audio.chunks(piece) {
            listener.take_more(piece);
        }
        proptest::prop_assert!(listener.finish().is_err());
    }
}
