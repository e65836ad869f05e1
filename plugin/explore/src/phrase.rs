//! What is played where a player has not played anything yet: four notes, as keys and as a plain sound.

use mynah_engine::{KeyEvent, NoteAddress};

use crate::content::CONTENT_SAMPLES;

/// MIDI notes, when they begin, when they end (shares of the phrase), and how hard they are struck.
const NOTES: [(u8, f32, f32, f32); 4] = [
    (57, 0.0, 0.22, 0.6),
    (60, 0.25, 0.38, 0.8),
    (64, 0.4, 0.53, 0.45),
    (62, 0.56, 0.9, 0.9),
];
/// Harmonics of the plain sound, whose level falls by 6 dB an octave.
const HARMONICS: usize = 12;
/// The loudest sample of a note, about.
const PEAK: f32 = 0.2;
const SWELL_S: f32 = 0.02;
const FADE_S: f32 = 0.06;
const RATE_HZ: f32 = mynah_models::SAMPLE_RATE_HZ as f32;

/// The phrase by keys, moved by octaves until its middle is near `home_midi`; from which sample on what.
pub(crate) fn keys(home_midi: f32) -> Vec<(u64, KeyEvent)> {
    let middle = NOTES.iter().map(|note| f32::from(note.0)).sum::<f32>() / NOTES.len() as f32;
    let octaves = ((home_midi - middle) / 12.0).round();
    let mut events = Vec::new();
    for (midi, begin, end, velocity) in NOTES {
        let key = (f32::from(midi) + 12.0 * octaves).clamp(0.0, 127.0) as u8;
        let on = KeyEvent::On {
            id: None,
            channel: 0,
            key,
            velocity,
        };
        let address = NoteAddress {
            id: None,
            channel: Some(0),
            key: Some(key),
        };
        events.push((sample(begin) as u64, on));
        events.push((sample(end) as u64, KeyEvent::Off(address)));
    }
    events.sort_by_key(|(at, _)| *at);
    events
}

/// The phrase as a plain sound, 48 kHz.
pub(crate) fn sound() -> Vec<f32> {
    let mut sound = vec![0.0; CONTENT_SAMPLES];
    for (midi, begin, end, velocity) in NOTES {
        let hz = 440.0 * ((f32::from(midi) - 69.0) / 12.0).exp2();
        let (begin, end) = (sample(begin), sample(end));
        for (n, out) in sound[begin..end].iter_mut().enumerate() {
            let (since_s, left_s) = (n as f32 / RATE_HZ, (end - begin - n) as f32 / RATE_HZ);
            let level = (since_s / SWELL_S).min(left_s / FADE_S).min(1.0);
            let phase = std::f32::consts::TAU * hz * since_s;
            let partials = (1..=HARMONICS).map(|k| (k as f32 * phase).sin() / k as f32);
            *out += PEAK * velocity * level * partials.sum::<f32>();
        }
    }
    sound
}

fn sample(share: f32) -> usize {
    (share * CONTENT_SAMPLES as f32) as usize
}
