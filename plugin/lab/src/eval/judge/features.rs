//! What the judge hears of a signal: timbre, without its loudness.
//!
//! Windows of 0.75 s of sounding frames become statistics (mean, deviation, movement) of the spectrum's shape, and of the
//! harmonics of the pitch where there is one. Every frame is brought to the same level first, so that dynamics tell the
//! judge nothing, and what lies 45 dB below the frame's level counts as silence, so that hiss does not either.

use mynah_cli::stft::Stft;

use super::super::mel::{BANDS, MelAnalysis};
use super::super::pitch;

/// Frames every 256 samples per window, and from one window to the next.
const WINDOW_FRAMES: usize = 140;
const HOP_FRAMES: usize = 70;
/// Frames (of a window's) that must sound.
const FEWEST_FRAMES: usize = 56;
/// Frames this far below the loudest one do not sound, in dB.
const SOUNDING_DB: f32 = -40.0;
/// Floor under a frame's level, as an amplitude: -45 dB.
const FLOOR: f32 = 5.6e-3;
/// Bands of the mel analysis that become one.
const BANDS_PER_CELL: usize = 2;
const CELLS: usize = BANDS / BANDS_PER_CELL;
/// Frames between the two of a difference: 21 ms.
const LAG: usize = 4;
/// Harmonics looked at, and the window for them: long enough to tell those of a low note apart.
const HARMONICS: usize = 16;
const HARMONIC_WINDOW: usize = 4_096;
/// Frames of the pitch track per frame of harmonics.
pub(crate) const PITCH_FRAMES: usize = 2;
/// Floor of a harmonic under the sum of all, natural logarithm: -60 dB.
const HARMONIC_FLOOR: f32 = -6.9;
/// Of the harmonics, those whose distance to the next one is searched for the lowest point: how noisy the tone is.
const VALLEYS: usize = 10;

/// Numbers per window.
pub(crate) const FEATURES: usize = 4 * CELLS + 2 * LINES;

/// Numbers per frame that has a pitch: harmonics, then valleys.
const LINES: usize = HARMONICS + VALLEYS;

/// The analysis.
pub(crate) struct Ear {
    mel: MelAnalysis,
    stft: Stft,
}

/// One value per cell, and whether the frame sounds.
struct Shape {
    cells: [f32; CELLS],
    sounds: bool,
}

impl Ear {
    /// Tables for 48 kHz.
    pub(crate) fn new() -> Ear {
        Ear {
            mel: MelAnalysis::new(),
            stft: Stft::new(
                HARMONIC_WINDOW,
                HARMONIC_WINDOW,
                pitch::HOP_SAMPLES * PITCH_FRAMES,
            ),
        }
    }

    /// The features of every window in which enough sounds. `track` is [`pitch::track`]
    /// of the signal; every [`PITCH_FRAMES`]th frame of it is enough.
    pub(crate) fn windows(&self, signal: &[f32], track: &[Option<f64>]) -> Vec<Vec<f32>> {
        let shapes = self.shapes(signal);
        let lines = self.lines(signal, track);
        let mut windows = Vec::new();
        for start in (0..shapes.len()).step_by(HOP_FRAMES) {
            let end = (start + WINDOW_FRAMES).min(shapes.len());
            let sounding = shapes[start..end].iter().filter(|s| s.sounds).count();
            if sounding < FEWEST_FRAMES {
                continue;
            }
            let mut features = Vec::with_capacity(FEATURES);
            spectrum_statistics(&shapes[start..end], &mut features);
            // The same stretch of time in frames of the pitch.
            let frame = |f: usize| (f * 256 / (pitch::HOP_SAMPLES * PITCH_FRAMES)).min(lines.len());
            line_statistics(&lines[frame(start)..frame(end)], &mut features);
            windows.push(features);
        }
        windows
    }

    fn shapes(&self, signal: &[f32]) -> Vec<Shape> {
        let amplitudes = self.mel.amplitudes(signal);
        let levels: Vec<f32> = amplitudes
            .iter()
            .map(|frame| frame.iter().map(|a| a * a).sum::<f32>().sqrt())
            .collect();
        let loudest = levels.iter().copied().fold(1e-6, f32::max);
        let threshold = loudest * 10f32.powf(SOUNDING_DB / 20.0);
        let shape = |(frame, level): (&Vec<f32>, &f32)| {
            let mut cells = [0.0; CELLS];
            for (cell, bands) in cells.iter_mut().zip(frame.chunks_exact(BANDS_PER_CELL)) {
                let amplitude = bands.iter().map(|a| a * a).sum::<f32>().sqrt();
                *cell = (amplitude / level.max(1e-9)).max(FLOOR).ln();
            }
            Shape {
                cells,
                sounds: *level > threshold,
            }
        };
        amplitudes.iter().zip(&levels).map(shape).collect()
    }

    /// Log amplitudes of the harmonics and of the valleys between them, relative to the sum of the harmonics; `None` where
    /// there is no pitch.
    fn lines(&self, signal: &[f32], track: &[Option<f64>]) -> Vec<Option<[f32; LINES]>> {
        let bin_hz = 48_000.0 / HARMONIC_WINDOW as f64;
        let read = |(frame, magnitudes): (usize, &Vec<f32>)| {
            let hz = track.get(frame * PITCH_FRAMES).copied().flatten()?;
            let around = |harmonic: f64, width: f64| {
                let first = ((harmonic * hz * (1.0 - width)) / bin_hz - 0.5)
                    .floor()
                    .max(0.0);
                let last = ((harmonic * hz * (1.0 + width)) / bin_hz + 0.5).ceil() as usize;
                magnitudes.get(first as usize..=last).unwrap_or_default()
            };
            let mut lines = [0.0f32; LINES];
            for (index, line) in lines.iter_mut().enumerate() {
                *line = if index < HARMONICS {
                    let peak = around((index + 1) as f64, 0.02).iter().copied();
                    peak.fold(0.0, f32::max)
                } else {
                    // From a quarter of the way to the next harmonic to three quarters.
                    let middle = (index - HARMONICS) as f64 + 1.5;
                    let valley = around(middle, 0.25 / middle).iter().copied();
                    valley.reduce(f32::min).unwrap_or(0.0)
                };
            }
            let power: f32 = lines[..HARMONICS].iter().map(|h| h * h).sum();
            let level = power.sqrt().max(1e-9);
            lines
                .iter_mut()
                .for_each(|h| *h = (*h / level).max(1e-9).ln().max(HARMONIC_FLOOR));
            Some(lines)
        };
        let magnitudes = self.stft.magnitudes(signal);
        magnitudes.iter().enumerate().map(read).collect()
    }
}

/// Mean and standard deviation of every cell over the sounding frames, and of its movement the mean size and the
/// skewness: a struck tone jumps and then falls slowly, however its loudness is made to go.
fn spectrum_statistics(shapes: &[Shape], features: &mut Vec<f32>) {
    let sounding: Vec<&Shape> = shapes.iter().filter(|s| s.sounds).collect();
    let column = |c: usize| sounding.iter().map(move |s| s.cells[c]);
    extend_by_columns(features, CELLS, |c| mean_and_deviation(column(c)));
    let pairs: Vec<(&Shape, &Shape)> = shapes
        .iter()
        .zip(shapes.iter().skip(LAG))
        .filter(|(a, b)| a.sounds && b.sounds)
        .collect();
    let moved = |c: usize| pairs.iter().map(move |(a, b)| b.cells[c] - a.cells[c]);
    extend_by_columns(features, CELLS, |c| {
        let (size, _) = mean_and_deviation(moved(c).map(f32::abs));
        let (mean, deviation) = mean_and_deviation(moved(c));
        let (cubes, _) = mean_and_deviation(moved(c).map(|m| (m - mean).powi(3)));
        (size, cubes / deviation.max(0.03).powi(3))
    });
}

/// Mean and standard deviation of every line over the frames that have a pitch.
fn line_statistics(frames: &[Option<[f32; LINES]>], features: &mut Vec<f32>) {
    let column = |line: usize| frames.iter().flatten().map(move |f| f[line]);
    extend_by_columns(features, LINES, |line| mean_and_deviation(column(line)));
}

/// Two numbers per column: first all the first ones, then all the second ones.
fn extend_by_columns(
    features: &mut Vec<f32>,
    columns: usize,
    numbers: impl Fn(usize) -> (f32, f32),
) {
    let numbers: Vec<(f32, f32)> = (0..columns).map(numbers).collect();
    features.extend(numbers.iter().map(|n| n.0));
    features.extend(numbers.iter().map(|n| n.1));
}

/// Zeros of nothing.
fn mean_and_deviation(values: impl Iterator<Item = f32>) -> (f32, f32) {
    let (mut count, mut sum, mut squares) = (0.0f32, 0.0f32, 0.0f32);
    for value in values {
        count += 1.0;
        sum += value;
        squares += value * value;
    }
    let mean = sum / count.max(1.0);
    (
        mean,
        (squares / count.max(1.0) - mean * mean).max(0.0).sqrt(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use mynah_cli::synth::{Voice, melody, render};

    fn windows(signal: &[f32]) -> Vec<Vec<f32>> {
        Ear::new().windows(signal, &pitch::track(signal))
    }

    #[test]
    fn windows_are_of_sounding_frames_and_level_does_not_count() {
        let notes = melody(0.1, 0.5, 0.0, &[(60, 2.0, 90), (64, 2.0, 90)]);
        let sound = render(Voice::Saw, &notes, 1);
        let loud = windows(&sound);
        assert!((4..8).contains(&loud.len()), "{} windows", loud.len());
        assert!(loud.iter().all(|w| w.len() == FEATURES));
        let soft: Vec<f32> = sound.iter().map(|x| 0.1 * x).collect();
        for (a, b) in loud.iter().flatten().zip(windows(&soft).iter().flatten()) {
            assert!((a - b).abs() < 1e-3);
        }
        assert!(windows(&vec![0.0; 96_000]).is_empty());
    }

    #[test]
    fn the_harmonics_of_a_saw_fall_and_a_whistle_has_one() {
        let notes = melody(0.1, 1.0, 0.0, &[(57, 2.0, 90)]);
        let harmonics = |voice| windows(&render(voice, &notes, 1))[1][4 * CELLS..].to_vec();
        let saw = harmonics(Voice::Saw);
        assert!((saw[0] - saw[3] - 4f32.ln()).abs() < 0.2, "{saw:?}");
        let whistle = harmonics(Voice::Whistle);
        assert!(whistle[0] > -0.1 && whistle[1] < -2.5, "{whistle:?}");
        assert!(saw[HARMONICS] < saw[0] - 3.0, "the valley is deep: {saw:?}");
    }
}
