//! What a held note's colour is like, in three numbers.

use crate::envelope::{ENVELOPE_POINTS, envelope_point_hz};
use crate::memory::{ROW_VALUES, Row};
use crate::prior::NUMBERED_HARMONICS;

/// Harmonics above this do not count: they are not heard, and not measured well.
const HIGHEST_HZ: f32 = 16_000.0;
/// The fundamental and the octave above it are a note's body.
const BODY_HARMONICS: usize = 2;

/// How bright, breathy and full a note is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attributes {
    /// The harmonics' centre by amplitude, octaves above 1 Hz.
    pub brightness_octaves: f32,
    /// Noise over harmonics, dB.
    pub breath_db: f32,
    /// The first two harmonics over the others, dB.
    pub body_db: f32,
}

impl Attributes {
    /// Those of a row of natural-log amplitudes at a pitch. Any thread.
    pub fn of(row: &Row, semitones: f32) -> Self {
        let f0_hz = 440.0 * ((semitones - 69.0) / 12.0).exp2();
        let count = ((HIGHEST_HZ / f0_hz) as usize).clamp(1, NUMBERED_HARMONICS);
        let (mut amplitudes, mut weighted, mut low, mut high) = (0.0, 0.0, 0.0, 0.0);
        for (index, log) in row.iter().take(count).enumerate() {
            let amplitude = log.exp();
            amplitudes += amplitude;
            weighted += amplitude * f0_hz * (index + 1) as f32;
            let part = if index < BODY_HARMONICS {
                &mut low
            } else {
                &mut high
            };
            *part += amplitude * amplitude;
        }
        let noise = &row[ROW_VALUES - ENVELOPE_POINTS..];
        let noise: f32 = noise
            .iter()
            .enumerate()
            .map(|(point, log)| (2.0 * log).exp() * width_hz(point))
            .sum();
        let db = |ratio: f32| 10.0 * ratio.max(1e-9).log10();
        Self {
            brightness_octaves: (weighted / amplitudes.max(f32::MIN_POSITIVE))
                .max(1.0)
                .log2(),
            breath_db: db(noise / ((low + high) * f0_hz).max(f32::MIN_POSITIVE)),
            body_db: db(low / high.max(low * 1e-6).max(f32::MIN_POSITIVE)),
        }
    }

    /// In the order of the axes behind those of the map.
    pub fn values(&self) -> [f32; 3] {
        [self.brightness_octaves, self.breath_db, self.body_db]
    }
}

/// Of the band around a point of an envelope.
fn width_hz(point: usize) -> f32 {
    let low = envelope_point_hz(point.saturating_sub(1));
    let high = envelope_point_hz((point + 1).min(ENVELOPE_POINTS - 1));
    0.5 * (high - low)
}
