//! Playing of an instrument that there is not, made by code.

use std::f32::consts::TAU;

const RATE: f32 = 48_000.0;

/// A note: MIDI, where it begins and how long it is, s.
pub(crate) type Note = (f32, f32, f32);

/// How notes sound.
#[derive(Clone, Copy)]
pub(crate) struct Sounding {
    /// They die away by this, dB a second.
    pub(crate) falls_db_per_s: f32,
    pub(crate) vibrato_semitones: f32,
    /// Amplitude of the breath, relative to the tone's.
    pub(crate) breath: f32,
}

impl Default for Sounding {
    /// A reed with some breath.
    fn default() -> Self {
        Sounding {
            falls_db_per_s: 0.0,
            vibrato_semitones: 0.12,
            breath: 0.02,
        }
    }
}

/// The same noise every time, -1 to 1.
pub(crate) struct Noise(pub(crate) u32);

impl Noise {
    pub(crate) fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 23) as f32 - 1.0
    }
}

/// The notes, each with its attack, its odd harmonics strong as in a closed pipe.
pub(crate) fn play(notes: &[Note], sounding: &Sounding) -> Vec<f32> {
    let end_s = notes.iter().map(|note| note.1 + note.2).fold(0.0, f32::max);
    let mut noise = Noise(1);
    let mut audio: Vec<f32> = (0..((end_s + 0.5) * RATE) as usize)
        .map(|_| 1e-5 * noise.next())
        .collect();
    for (midi, begin_s, seconds) in notes {
        let release_s = 0.05;
        let count = ((seconds + release_s) * RATE) as usize;
        let mut phase = 0.0_f32;
        for (n, sample) in audio[(begin_s * RATE) as usize..][..count]
            .iter_mut()
            .enumerate()
        {
            let t = n as f32 / RATE;
            let vibrato = sounding.vibrato_semitones * (TAU * 5.5 * t).sin() * (t / 0.3).min(1.0);
            let hz = 440.0 * ((midi + vibrato - 69.0) / 12.0).exp2();
            phase = (phase + hz / RATE).fract();
            let gain = (t / 0.02).min(1.0)
                * ((seconds + release_s - t) / release_s).clamp(0.0, 1.0)
                * 10.0_f32.powf(-sounding.falls_db_per_s * t / 20.0);
            let tone: f32 = (1..=16)
                .take_while(|h| *h as f32 * hz < 12_000.0)
                .map(|h| {
                    let strength = if h % 2 == 1 { 1.0 } else { 0.3 };
                    strength / h as f32 * (TAU * (h as f32 * phase).fract()).sin()
                })
                .sum();
            *sample += 0.2 * gain * (tone + sounding.breath * noise.next());
        }
    }
    audio
}

/// A melody between two notes.
pub(crate) fn melody(seconds: f32, low: i32, high: i32) -> Vec<Note> {
    let span = high - low + 1;
    (0..(seconds / 0.5) as i32)
        .map(|n| ((low + 5 * n % span) as f32, 0.3 + 0.5 * n as f32, 0.42))
        .collect()
}
