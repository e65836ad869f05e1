//! Where no notes are played, none are written down, or few.

use mynah_cli::notes::{Random, midi_to_hz};
use mynah_cli::synth::RATE_HZ;

use super::transcribe;

const SECONDS: f64 = 8.0;

fn made(mut sample: impl FnMut(f64, &mut Random) -> f64) -> Vec<f32> {
    let mut random = Random::new(5);
    let samples = 0..(SECONDS * RATE_HZ) as usize;
    let made = samples.map(|n| sample(n as f64 / RATE_HZ, &mut random) as f32);
    made.collect()
}

fn invented(sound: &[f32]) -> usize {
    transcribe(sound).notes.len()
}

#[test]
fn silence_and_noise_have_no_notes() {
    assert_eq!(invented(&[]), 0);
    assert_eq!(invented(&[f32::NAN; 48_000]), 0);
    assert_eq!(invented(&made(|_, _| 0.0)), 0);
    for amplitude in [1e-4, 0.01, 0.5] {
        assert_eq!(invented(&made(|_, random| amplitude * random.bipolar())), 0);
    }
    // A low rumble.
    let mut low = 0.0;
    let rumble = made(|_, random| {
        low += 0.02 * (random.bipolar() - low);
        4.0 * low
    });
    assert!(invented(&rumble) <= 2, "{}", invented(&rumble));
}

#[test]
fn a_drum_loop_has_no_notes() {
    // Four strokes a second: kicks whose pitch falls, and rattles.
    let drums = made(|t, random| {
        let (beat, since) = ((t * 4.0) as usize, t % 0.25);
        if beat.is_multiple_of(2) {
            let phase = 60.0 * since + 25.0 * (1.0 - (-since / 0.03).exp()) * 0.2;
            0.7 * (-since / 0.06).exp() * (std::f64::consts::TAU * phase).sin()
        } else {
            0.4 * (-since / 0.04).exp() * random.bipolar()
        }
    });
    let found = transcribe(&drums);
    let high = found.notes.iter().filter(|note| note.midi > 40).count();
    assert!(high <= 1, "{:?}", found.notes);
}

#[test]
fn speech_has_few_notes() {
    // Syllables of 0.12 to 0.24 s, whose pitch glides by 3 to 6 semitones: 12 to 50 a second.
    let mut chance = Random::new(9);
    let mut sound = vec![0.0f32; (SECONDS * RATE_HZ) as usize];
    let (mut at, mut phase, mut syllables) = (0, 0.0, 0);
    while at < sound.len() {
        let length = ((0.12 + 0.12 * chance.unit()) * RATE_HZ) as usize;
        let from = 46.0 + 6.0 * chance.unit();
        let way = chance.bipolar();
        let to = from + way.signum() * (3.0 + 3.0 * way.abs());
        for (n, sample) in sound[at..].iter_mut().take(length).enumerate() {
            let way = n as f64 / length as f64;
            phase += std::f64::consts::TAU * midi_to_hz(from + (to - from) * way) / RATE_HZ;
            let wave: f64 = (1..20)
                .map(|h| (f64::from(h) * phase).sin() / f64::from(h))
                .sum();
            *sample = (0.15 * (std::f64::consts::PI * way).sin() * wave) as f32;
        }
        syllables += 1;
        at += length + ((0.04 + 0.1 * chance.unit()) * RATE_HZ) as usize;
    }
    let notes = invented(&sound);
    assert!(
        3 * notes < syllables,
        "{notes} notes in {syllables} syllables"
    );
}
