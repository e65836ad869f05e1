//! Notes as the synthesis and the evaluation use them.

use mynah_models::split_mix_64;

/// One note of a phrase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// Seconds from the start of the phrase.
    pub start_s: f64,
    /// Sounding length in seconds.
    pub seconds: f64,
    /// MIDI number (69 = A4 = 440 Hz).
    pub midi: i32,
    /// 1..=127.
    pub velocity: u8,
}

impl Note {
    /// When it ends, in seconds.
    pub fn end_s(&self) -> f64 {
        self.start_s + self.seconds
    }

    /// The same, so many semitones higher.
    pub fn transposed(&self, semitones: i32) -> Note {
        Note {
            midi: self.midi + semitones,
            ..*self
        }
    }
}

/// Frequency of a (fractional) MIDI number in equal temperament, A4 = 440 Hz.
pub fn midi_to_hz(midi: f64) -> f64 {
    440.0 * ((midi - 69.0) / 12.0).exp2()
}

/// Level a velocity stands for, in dB relative to full scale (RMS of the note): 127 is -14 dB, 1 is about -46 dB.
pub fn velocity_to_db(velocity: u8) -> f64 {
    -46.0 + 32.0 * f64::from(velocity) / 127.0
}

/// End of the last note in seconds.
pub fn phrase_seconds(notes: &[Note]) -> f64 {
    notes.iter().map(Note::end_s).fold(0.0, f64::max)
}

/// A small seeded random generator: the same phrase on every machine and in every release.
pub struct Random(u64);

impl Random {
    /// A generator for `seed`.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        split_mix_64(&mut self.0)
    }

    /// Even in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Even in [-1, 1).
    pub fn bipolar(&mut self) -> f64 {
        2.0 * self.unit() - 1.0
    }
}
