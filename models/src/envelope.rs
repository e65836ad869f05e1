//! Spectral envelopes: 64 natural-log amplitudes at mel-spaced frequencies from 30 Hz to 21 kHz,
//! linear in between.
//!
//! Thread: everything here is immutable and shared.

use crate::mel::{hz_to_mel_f32, mel_to_hz_f32};
use crate::rates::SAMPLE_RATE_HZ;

/// Points of an envelope.
pub const ENVELOPE_POINTS: usize = 64;
/// Frequency of the first point; below it the envelope is flat.
pub const ENVELOPE_LOW_HZ: f32 = 30.0;
/// Frequency of the last point; above it the envelope is flat.
pub const ENVELOPE_HIGH_HZ: f32 = 21_000.0;

/// Natural-log amplitude at each point.
pub type Envelope = [f32; ENVELOPE_POINTS];

/// A place between two points of an envelope.
#[derive(Clone, Copy, Debug, Default)]
pub struct EnvelopePlace {
    /// The lower point, at most the last but one.
    index: usize,
    /// Share of the upper point, 0 to 1.
    fraction: f32,
}

impl EnvelopePlace {
    /// That of a frequency in Hz, not negative.
    pub fn at(hz: f32) -> Self {
        let (low, high) = (
            hz_to_mel_f32(ENVELOPE_LOW_HZ),
            hz_to_mel_f32(ENVELOPE_HIGH_HZ),
        );
        let last = (ENVELOPE_POINTS - 1) as f32;
        let position = ((hz_to_mel_f32(hz) - low) * (last / (high - low))).clamp(0.0, last);
        let index = (position as usize).min(ENVELOPE_POINTS - 2);
        Self {
            index,
            fraction: position - index as f32,
        }
    }

    /// The envelope's natural-log amplitude there.
    #[inline(always)]
    pub fn read(self, envelope: &Envelope) -> f32 {
        envelope[self.index] * (1.0 - self.fraction) + envelope[self.index + 1] * self.fraction
    }
}

/// The frequency of a point of an envelope, counted from 0.
pub fn envelope_point_hz(point: usize) -> f32 {
    let (low, high) = (
        hz_to_mel_f32(ENVELOPE_LOW_HZ),
        hz_to_mel_f32(ENVELOPE_HIGH_HZ),
    );
    let mel = low + (high - low) * point as f32 / (ENVELOPE_POINTS - 1) as f32;
    mel_to_hz_f32(mel)
}

/// The envelope's natural-log amplitude at `hz` (not negative).
pub fn envelope_at(envelope: &Envelope, hz: f32) -> f32 {
    EnvelopePlace::at(hz).read(envelope)
}

/// Reads envelopes on the bins of an FFT.
#[derive(Clone, Debug)]
pub struct EnvelopeGrid {
    places: Vec<EnvelopePlace>,
}

impl EnvelopeGrid {
    /// The bins from 0 to half the sampling rate of an FFT of `fft_size` points at 48 kHz.
    pub fn new(fft_size: usize) -> Self {
        let spacing_hz = SAMPLE_RATE_HZ as f32 / fft_size.max(1) as f32;
        Self {
            places: (0..=fft_size / 2)
                .map(|bin| EnvelopePlace::at(bin as f32 * spacing_hz))
                .collect(),
        }
    }

    /// Bins it writes.
    pub fn bins(&self) -> usize {
        self.places.len()
    }

    /// Writes the natural-log amplitude of each bin, `log_gain` added.
    pub fn read(&self, envelope: &Envelope, log_gain: f32, out: &mut [f32]) {
        for (out, place) in out.iter_mut().zip(&self.places) {
            *out = place.read(envelope) + log_gain;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_flat_and_the_points_are_met() {
        let envelope: Envelope = std::array::from_fn(|point| point as f32);
        assert_eq!(envelope_at(&envelope, 0.0), 0.0);
        assert!(envelope_at(&envelope, ENVELOPE_LOW_HZ).abs() < 1e-4);
        assert!((envelope_at(&envelope, ENVELOPE_HIGH_HZ) - 63.0).abs() < 1e-4);
        assert_eq!(envelope_at(&envelope, 24_000.0), 63.0);
        for point in 0..ENVELOPE_POINTS {
            let there = envelope_at(&envelope, envelope_point_hz(point));
            assert!((there - point as f32).abs() < 1e-3, "{point}: {there}");
        }
        let grid = EnvelopeGrid::new(512);
        let mut bins = vec![0.0; grid.bins()];
        grid.read(&envelope, 1.0, &mut bins);
        assert_eq!(bins.len(), 257);
        assert!(bins.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(bins[256], 64.0);
    }
}
