//! What is made of what the voices network says, and what the shipped one hears.
#![allow(clippy::unwrap_used)]

#[path = "support/golden.rs"]
mod golden;
#[path = "support/features.rs"]
#[allow(dead_code)]
mod support;

use std::path::PathBuf;

use golden::{floats, read};
use mynah_models::architecture::VOICE_PITCHES;
use mynah_models::testing::Random;
use mynah_models::voices::{
    Decoder, HeardNote, LATE_FRAMES, Transcriber, VoiceFrame, VoicesNet, VoicesState, heard_notes,
};
use mynah_models::{HOP_SAMPLES, SAMPLE_RATE_HZ};
use proptest::prelude::*;
use safetensors::SafeTensors;
use support::pluck;

/// Both decoders, of random answers.
#[test]
fn notes_are_those_of_python() {
    let file = read("voices.safetensors");
    let file = SafeTensors::deserialize(&file).unwrap();
    let (sounding, onset) = (floats(&file, "sounding"), floats(&file, "onset"));
    let answers: Vec<VoiceFrame> = sounding
        .as_chunks::<VOICE_PITCHES>()
        .0
        .iter()
        .zip(onset.as_chunks::<VOICE_PITCHES>().0)
        .map(|(sounding, onset)| VoiceFrame {
            sounding: *sounding,
            onset: *onset,
            late_sounding: *sounding,
            late_onset: *onset,
            ..VoiceFrame::SILENT
        })
        .collect();

    let mut decoder = Decoder::default();
    let mut live = Vec::new();
    for (k, frame) in answers.iter().enumerate() {
        let begun = decoder.step(frame).iter().filter(|voice| voice.begun);
        live.extend(begun.flat_map(|voice| [k as f32, f32::from(voice.midi) - 28.0]));
    }
    let want = floats(&file, "live");
    assert!(want.len() > 40);
    assert_eq!(live, want);

    let mut transcriber = Transcriber::default();
    for _ in 0..LATE_FRAMES {
        transcriber.push(&VoiceFrame::SILENT);
    }
    answers.iter().for_each(|frame| transcriber.push(frame));
    let frame_s = 512.0 / 48_000.0;
    let late: Vec<f32> = transcriber
        .notes()
        .iter()
        .flat_map(|note| {
            let from = if note.onset_s == 0.0 {
                0.0
            } else {
                note.onset_s / frame_s + 0.5
            };
            [
                from as f32,
                (note.offset_s / frame_s) as f32,
                f32::from(note.midi) - 28.0,
            ]
        })
        .collect();
    let want = floats(&file, "late");
    assert_eq!(late.len(), want.len());
    let near = |(got, want): (&f32, &f32)| (got - want).abs() < 1e-3;
    assert!(late.iter().zip(&want).all(near), "{late:?}, not {want:?}");
}

fn shipped() -> VoicesNet {
    let assets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../assets");
    VoicesNet::from_bytes(&std::fs::read(assets.join("voices.mynah")).unwrap()).unwrap()
}

/// Chords of plucked strings, and when.
const PLAYED: [(f64, &[u8]); 5] = [
    (0.3, &[45, 52, 57, 61]),
    (0.9, &[50, 57, 62, 66]),
    (1.5, &[64]),
    (1.9, &[52, 59, 64, 68, 71]),
    (2.5, &[52, 59, 64, 68, 71]),
];

fn played() -> Vec<f32> {
    let mut sound = vec![0.0; 3 * SAMPLE_RATE_HZ as usize];
    for (k, (at_s, chord)) in PLAYED.iter().enumerate() {
        let end_s = PLAYED.get(k + 1).map_or(3.0, |(at_s, _)| *at_s);
        let mut notes = vec![0.0; (end_s * f64::from(SAMPLE_RATE_HZ)) as usize];
        for midi in *chord {
            pluck(&mut notes, *at_s, f64::from(*midi));
        }
        for (out, x) in sound.iter_mut().zip(notes) {
            *out += 0.6 * x;
        }
    }
    sound
}

/// How many of the notes played are among these (seconds, MIDI note) within 60 ms.
fn found(notes: &[(f64, u8)]) -> usize {
    let all = PLAYED
        .iter()
        .flat_map(|(at_s, chord)| chord.iter().map(move |m| (*at_s, *m)));
    all.filter(|(at_s, midi)| {
        notes
            .iter()
            .any(|(t, m)| m == midi && (t - at_s).abs() < 0.06)
    })
    .count()
}

#[test]
fn the_shipped_network_hears_chords() {
    let net = shipped();
    let sound = played();
    let count: usize = PLAYED.iter().map(|(_, chord)| chord.len()).sum();
    let notes = heard_notes(&net, &sound);
    let heard: Vec<(f64, u8)> = notes
        .iter()
        .map(|n: &HeardNote| (n.onset_s, n.midi))
        .collect();
    assert!(found(&heard) >= count - 2, "{heard:?}");
    assert!(heard.len() <= count + 3, "{heard:?}");
    assert!(
        notes
            .iter()
            .all(|n| n.offset_s > n.onset_s && (0.0..=1.0).contains(&n.velocity))
    );
    assert!(notes.iter().all(|n| n.cents.abs() < 25.0), "{notes:?}");

    let (mut state, mut decoder) = (VoicesState::new(&net), Decoder::default());
    let mut live = Vec::new();
    for (k, hop) in sound.as_chunks::<HOP_SAMPLES>().0.iter().enumerate() {
        if let Some(frame) = net.step(&mut state, hop) {
            let at_s = ((k + 1) * HOP_SAMPLES) as f64 / f64::from(SAMPLE_RATE_HZ);
            let begun = decoder.step(frame).iter().filter(|voice| voice.begun);
            live.extend(begun.map(|voice| (at_s, voice.midi)));
        }
    }
    assert!(found(&live) >= count - 4, "{live:?}");
    assert!(live.len() <= count + 5, "{live:?}");
}

#[test]
fn silence_and_noise_have_no_voices() {
    let net = shipped();
    assert_eq!(heard_notes(&net, &[0.0; 48_000]), []);
    let mut random = Random(3);
    let hiss: Vec<f32> = (0..96_000).map(|_| 0.05 * random.next()).collect();
    let notes = heard_notes(&net, &hiss);
    assert!(notes.len() <= 2, "{notes:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is heard: at most six voices, in order, each with a number of its own that begins once.
    #[test]
    fn voices_are_few_and_begin_once(seed: u64, density in 0.05_f32..1.0) {
        let mut random = Random(seed);
        let mut decoder = Decoder::default();
        let mut seen = std::collections::BTreeSet::new();
        let mut before = Vec::new();
        for _ in 0..300 {
            let mut frame = VoiceFrame::SILENT;
            let mut chance = |value: &mut f32| {
                *value = if 0.5 * (random.next() + 1.0) < density { 0.5 * (random.next() + 1.0) } else { 0.0 };
            };
            frame.sounding.iter_mut().for_each(&mut chance);
            frame.onset.iter_mut().for_each(&mut chance);
            let voices = decoder.step(&frame).to_vec();
            prop_assert!(voices.len() <= 6);
            prop_assert!(voices.windows(2).all(|pair| pair[0].midi < pair[1].midi));
            for voice in &voices {
                prop_assert_eq!(voice.begun, seen.insert(voice.id), "{:?}", voice);
                prop_assert!(voice.begun || before.contains(&(voice.id, voice.midi)));
            }
            before = voices.iter().map(|voice| (voice.id, voice.midi)).collect();
        }
    }
}
