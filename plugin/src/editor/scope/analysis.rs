//! From samples to columns of a log-mel picture: 20 Hz to 20 kHz, -90 to 0 dBFS.

use std::f32::consts::TAU;
use std::ops::Range;
use std::sync::Arc;

use mynah_models::mel::{hz_to_mel_f32, mel_to_hz_f32};
use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

/// Bands of a column.
pub(crate) const BANDS: usize = 96;
/// Samples from one column to the next: 10.7 ms.
pub(crate) const COLUMN_SAMPLES: usize = 512;
/// The level that is shown as nothing, dBFS.
pub(crate) const FLOOR_DB: f32 = -90.0;

const RATE_HZ: f32 = 48_000.0;
const LOWEST_HZ: f32 = 20.0;
const HIGHEST_HZ: f32 = 20_000.0;
/// Samples under the window: 42.7 ms.
const WINDOW_SAMPLES: usize = 2_048;
/// Twice the window: bins lie so close that a tone between two of them loses less than half a decibel, and
/// every band has one.
const FFT_SAMPLES: usize = 2 * WINDOW_SAMPLES;

/// The levels of all bands, lowest first, dBFS: a sine that peaks at 1 reads 0.
pub(crate) type Column = [f32; BANDS];

/// Where a frequency lies in a column, 0 (the lower edge of the lowest band) to 1.
pub(crate) fn place(frequency_hz: f32) -> f32 {
    let (low, high) = (hz_to_mel_f32(LOWEST_HZ), hz_to_mel_f32(HIGHEST_HZ));
    (hz_to_mel_f32(frequency_hz) - low) / (high - low)
}

/// Makes columns of a stream at 48 kHz. Window thread: the constructor allocates.
pub(crate) struct Analyser {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    bins: [Range<usize>; BANDS],
    /// The last samples, oldest first.
    heard: Vec<f32>,
    new_samples: usize,
    frame: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Default for Analyser {
    fn default() -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(FFT_SAMPLES);
        let hann = |n| 0.5 - 0.5 * (TAU * n as f32 / WINDOW_SAMPLES as f32).cos();
        Self {
            window: (0..WINDOW_SAMPLES).map(hann).collect(),
            bins: std::array::from_fn(bins_of),
            heard: vec![0.0; WINDOW_SAMPLES],
            new_samples: 0,
            frame: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
        }
    }
}

/// The bins of a band.
fn bins_of(band: usize) -> Range<usize> {
    let (low, high) = (hz_to_mel_f32(LOWEST_HZ), hz_to_mel_f32(HIGHEST_HZ));
    let edge = |edge: usize| {
        let edge_hz = mel_to_hz_f32(low + (high - low) * edge as f32 / BANDS as f32);
        (edge_hz * FFT_SAMPLES as f32 / RATE_HZ).round() as usize
    };
    edge(band)..edge(band + 1)
}

impl Analyser {
    /// Takes in a hop, and returns a column when one is complete. The hop's length must divide
    /// [`COLUMN_SAMPLES`].
    pub(crate) fn take(&mut self, hop: &[f32]) -> Option<Column> {
        self.heard.copy_within(hop.len().., 0);
        let kept = WINDOW_SAMPLES - hop.len();
        self.heard[kept..].copy_from_slice(hop);
        self.new_samples += hop.len();
        if self.new_samples < COLUMN_SAMPLES {
            return None;
        }
        self.new_samples = 0;
        Some(self.column())
    }

    fn column(&mut self) -> Column {
        let (windowed, padding) = self.frame.split_at_mut(WINDOW_SAMPLES);
        padding.fill(0.0);
        for ((windowed, sample), weight) in windowed.iter_mut().zip(&self.heard).zip(&self.window) {
            *windowed = sample * weight;
        }
        let done =
            self.fft
                .process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch);
        if done.is_err() {
            // Only buffers of other lengths are refused; these are the plan's own.
            return [FLOOR_DB; BANDS];
        }
        // A sine's power is in two bins, and the window lets half of its height through.
        let full_scale = (WINDOW_SAMPLES as f32 / 4.0).powi(2);
        std::array::from_fn(|band| {
            let bins = self.spectrum[self.bins[band].clone()].iter();
            // The strongest, not the sum: a tone then reads the same in a wide band and a narrow one.
            let power = bins.map(Complex32::norm_sqr).fold(0.0, f32::max);
            let level_db = 10.0 * (power / full_scale).max(1e-12).log10();
            level_db.clamp(FLOOR_DB, 0.0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOP: usize = 128;

    fn last_column(sample: impl Fn(f32) -> f32) -> Column {
        let mut analyser = Analyser::default();
        let signal: Vec<f32> = (0..9_600).map(|n| sample(n as f32 / RATE_HZ)).collect();
        let columns = signal.chunks(HOP).filter_map(|hop| analyser.take(hop));
        columns.last().expect("a column")
    }

    #[test]
    fn a_sine_is_in_its_band_at_its_level() {
        for (frequency_hz, amplitude, level_db) in [
            (110.0, 0.5, -6.02),
            (440.0, 0.01, -40.0),
            (3_000.0, 1.0, 0.0),
            (9_876.0, 0.1, -20.0),
        ] {
            let column = last_column(|t_s| amplitude * (TAU * frequency_hz * t_s).sin());
            let band = (place(frequency_hz) * BANDS as f32) as usize;
            let read_db = column[band];
            assert!(
                (read_db - level_db).abs() < 0.5,
                "{frequency_hz}: {read_db}"
            );
            for (other, level) in column.iter().enumerate() {
                if other.abs_diff(band) > 5 {
                    assert!(*level < level_db - 45.0, "{frequency_hz}: {other} {level}");
                }
            }
        }
    }

    #[test]
    fn silence_is_the_floor() {
        assert_eq!(last_column(|_| 0.0), [FLOOR_DB; BANDS]);
    }

    #[test]
    fn every_band_has_a_bin_and_every_bin_one_band() {
        let analyser = Analyser::default();
        for pair in analyser.bins.windows(2) {
            assert!(!pair[0].is_empty());
            assert_eq!(pair[0].end, pair[1].start);
        }
        assert!(place(LOWEST_HZ).abs() < 1e-6 && (place(HIGHEST_HZ) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_column_each_512_samples() {
        let mut analyser = Analyser::default();
        let columns = (0..40).filter_map(|_| analyser.take(&[0.1; HOP])).count();
        assert_eq!(columns, 10);
    }
}
