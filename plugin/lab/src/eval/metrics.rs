//! The figures of the table, each a plain function of aligned 48 kHz signals.

use mynah_cli::stft::Stft;
use mynah_models::features::a_weighting;

use super::mel::level_matched;

/// Multi-resolution STFT distance: the mean, over windows of 512, 1,024 and 2,048 samples, of the spectral convergence
/// and the mean absolute difference of log amplitudes (floor 1e-3), after loudness matching as for the mel distance.
pub(crate) fn mrstft(output: &[f32], reference: &[f32]) -> f64 {
    const FLOOR: f32 = 1e-3;
    let frames = output.len().min(reference.len());
    let (output, reference) = (
        level_matched(&output[..frames]),
        level_matched(&reference[..frames]),
    );
    let sizes = [512, 1_024, 2_048];
    let distance = |size: usize| {
        let stft = Stft::new(size, size, size / 4);
        let (a, b) = (stft.magnitudes(&output), stft.magnitudes(&reference));
        let (mut error, mut power, mut logarithms, mut count) = (0.0f64, 1e-12f64, 0.0f64, 0usize);
        for (x, y) in a.iter().flatten().zip(b.iter().flatten()) {
            error += f64::from(x - y).powi(2);
            power += f64::from(*y).powi(2);
            logarithms += f64::from((x.max(FLOOR) / y.max(FLOOR)).ln().abs());
            count += 1;
        }
        (error / power).sqrt() + logarithms / count.max(1) as f64
    };
    sizes.iter().map(|size| distance(*size)).sum::<f64>() / sizes.len() as f64
}

/// A-weighted level in dB every 256 samples (1,024-sample Hann window).
pub(crate) fn loudness_db(signal: &[f32]) -> Vec<f64> {
    const SIZE: usize = 1_024;
    let stft = Stft::new(SIZE, SIZE, 256);
    let weights: Vec<f64> = (0..stft.bins())
        .map(|bin| a_weighting(bin as f64 * 48_000.0 / SIZE as f64).powi(2))
        .collect();
    let level = |frame: &Vec<f32>| {
        let power: f64 = frame
            .iter()
            .zip(&weights)
            .map(|(m, w)| f64::from(*m).powi(2) * w)
            .sum();
        10.0 * (power + 1e-12).log10()
    };
    stft.magnitudes(signal).iter().map(level).collect()
}

/// Correlation of two loudness tracks, and RMS error in dB once their mean difference is taken out, over the frames in
/// which the source is within 50 dB of its loudest. `None` if either track does not move.
pub(crate) fn loudness_match(source: &[f64], output: &[f64]) -> Option<(f64, f64)> {
    let loudest = source.iter().copied().fold(f64::MIN, f64::max);
    let pairs: Vec<(f64, f64)> = source
        .iter()
        .zip(output)
        .filter(|(s, _)| **s > loudest - 50.0)
        .map(|(s, o)| (*s, *o))
        .collect();
    let n = pairs.len() as f64;
    if pairs.len() < 3 {
        return None;
    }
    let (mean_s, mean_o) = (
        pairs.iter().map(|p| p.0).sum::<f64>() / n,
        pairs.iter().map(|p| p.1).sum::<f64>() / n,
    );
    let error = (pairs
        .iter()
        .map(|p| (p.0 - mean_s - p.1 + mean_o).powi(2))
        .sum::<f64>()
        / n)
        .sqrt();
    let (s, o): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    correlation(&s, &o).map(|r| (r, error))
}

/// Pearson's correlation; `None` if either side is constant.
pub(crate) fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let n = a.len().min(b.len()) as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        ab += (x - mean_a) * (y - mean_b);
        aa += (x - mean_a).powi(2);
        bb += (y - mean_b).powi(2);
    }
    (aa > 1e-12 && bb > 1e-12).then(|| ab / (aa * bb).sqrt())
}

/// Onset delays in ms of `output` behind `source`, one for each note start in `starts_s` that both sides show clearly.
///
/// The notes must stand apart. An onset is where the 3 ms energy first rises to 20 dB below the loudest point of the
/// 200 ms after the note's start, having been below it before.
pub(crate) fn onset_delays_ms(source: &[f32], output: &[f32], starts_s: &[f64]) -> Vec<f64> {
    let (source, output) = (envelope(source), envelope(output));
    let delay = |start_s: &f64| Some(onset_ms(&output, *start_s)? - onset_ms(&source, *start_s)?);
    starts_s.iter().filter_map(delay).collect()
}

/// Samples between two values of [`envelope`]: 0.5 ms at 48 kHz.
const ENVELOPE_HOP: usize = 24;

/// Energy of centred 3 ms windows every [`ENVELOPE_HOP`].
fn envelope(signal: &[f32]) -> Vec<f64> {
    const HALF: usize = 72;
    (0..signal.len() / ENVELOPE_HOP)
        .map(|i| {
            let centre = i * ENVELOPE_HOP;
            let window = &signal[centre.saturating_sub(HALF)..(centre + HALF).min(signal.len())];
            window.iter().map(|x| f64::from(*x).powi(2)).sum()
        })
        .collect()
}

fn onset_ms(envelope: &[f64], start_s: f64) -> Option<f64> {
    let per_second = 48_000.0 / ENVELOPE_HOP as f64;
    let index = |s: f64| ((s * per_second).max(0.0) as usize).min(envelope.len());
    let (before, start, end) = (
        index(start_s - 0.03),
        index(start_s - 0.015),
        index(start_s + 0.2),
    );
    let peak = envelope
        .get(start..end)?
        .iter()
        .copied()
        .fold(0.0, f64::max);
    let rest = envelope
        .get(before..start)?
        .iter()
        .copied()
        .fold(0.0, f64::max);
    let threshold = peak * 0.01;
    if peak < 1e-7 || rest > 0.5 * threshold {
        return None;
    }
    let rise = (start..end).find(|i| envelope[*i] >= threshold)?;
    Some(rise as f64 * 1_000.0 / per_second)
}

/// Window and hop of the chroma, in samples: long enough to tell neighbouring notes apart from 130 Hz up.
const CHROMA_WINDOW: usize = 16_384;
const CHROMA_HOP: usize = 4_096;

/// Pitch-class amplitudes from 65 Hz to 2.1 kHz, frames x 12, C first. Only spectral peaks within 50 dB of the frame's
/// highest count, so that noise between the notes does not.
pub(crate) fn chroma(signal: &[f32]) -> Vec<[f64; 12]> {
    let stft = Stft::new(CHROMA_WINDOW, CHROMA_WINDOW, CHROMA_HOP);
    let fold = |frame: &Vec<f32>| {
        let mut classes = [0.0; 12];
        let floor = frame.iter().fold(1e-6f32, |m, x| m.max(*x)) * 0.003;
        for (index, around) in frame.windows(3).enumerate() {
            let hz = (index + 1) as f64 * 48_000.0 / CHROMA_WINDOW as f64;
            let peak = around[1] > floor && around[1] >= around[0] && around[1] > around[2];
            if peak && (65.0..2_100.0).contains(&hz) {
                let midi = 69.0 + 12.0 * (hz / 440.0).log2();
                classes[(midi.round() as i64).rem_euclid(12) as usize] += f64::from(around[1]);
            }
        }
        classes
    };
    stft.magnitudes(signal).iter().map(fold).collect()
}

/// Mean correlation of the chroma of `signal` with the one that `notes` lead to expect (six harmonics each, falling as
/// 1/h), over frames in which at least two notes sound. `None` if there are no such frames.
pub(crate) fn chroma_correlation(signal: &[f32], notes: &[mynah_cli::notes::Note]) -> Option<f64> {
    let mut total = 0.0;
    let mut count = 0;
    for (frame, classes) in chroma(signal).iter().enumerate() {
        let now_s = (frame * CHROMA_HOP) as f64 / 48_000.0;
        let mut expected = [0.0; 12];
        let sounding = notes
            .iter()
            .filter(|n| n.start_s + 0.18 < now_s && now_s < n.end_s() - 0.18);
        let mut voices = 0;
        for note in sounding {
            voices += 1;
            for harmonic in 1..=6 {
                let midi = f64::from(note.midi) + 12.0 * f64::from(harmonic).log2();
                expected[(midi.round() as i64).rem_euclid(12) as usize] +=
                    1.0 / f64::from(harmonic);
            }
        }
        if voices < 2 {
            continue;
        }
        total += correlation(classes, &expected).unwrap_or(0.0);
        count += 1;
    }
    (count > 0).then(|| total / f64::from(count))
}

/// Median; `None` of nothing.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

/// Mean; `None` of nothing.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::eval::golden;
    use mynah_cli::notes::Note;
    use mynah_cli::synth::{Voice, melody, render};

    fn delayed(signal: &[f32], samples: usize) -> Vec<f32> {
        let mut out = vec![0.0; samples];
        out.extend_from_slice(&signal[..signal.len() - samples]);
        out
    }

    #[test]
    fn a_signal_equals_itself() {
        let notes = melody(
            0.1,
            0.4,
            0.3,
            &[(60, 1.0, 60), (64, 1.0, 110), (67, 1.0, 80)],
        );
        let sound = render(Voice::Saw, &notes, 1);
        assert!(mrstft(&sound, &sound) < 1e-9);
        let loudness = loudness_db(&sound);
        let (r, error) = loudness_match(&loudness, &loudness).unwrap();
        assert!(r > 0.999_999 && error < 1e-9);
    }

    #[test]
    fn spectra_are_the_trainings() {
        const FRAMES: usize = 12;
        let magnitudes = Stft::new(512, 512, 128).magnitudes(&golden::signal("source"));
        golden::assert_near("magnitudes", &magnitudes[..FRAMES].concat(), 2e-6, 1e-4);
    }

    #[test]
    fn the_distance_is_the_trainings() {
        let distance = mrstft(&golden::signal("rendering"), &golden::signal("source"));
        golden::assert_near("mrstft", &[distance as f32], 0.0, 1e-4);
    }

    #[test]
    fn a_delay_of_the_onsets_is_measured() {
        let notes = melody(
            0.2,
            0.5,
            0.6,
            &[(60, 1.0, 90), (64, 1.0, 110), (67, 1.0, 80), (72, 1.0, 90)],
        );
        let sound = render(Voice::Plucked, &notes, 1);
        let late = delayed(&sound, 480);
        let starts: Vec<f64> = notes.iter().map(|n| n.start_s).collect();
        let delays = onset_delays_ms(&sound, &late, &starts);
        assert_eq!(delays.len(), 4);
        assert!(delays.iter().all(|d| (d - 10.0).abs() <= 0.5), "{delays:?}");
    }

    #[test]
    fn chroma_tells_the_right_chord_from_a_wrong_one() {
        let chord = |root: i32| -> Vec<Note> {
            [0, 4, 7]
                .iter()
                .map(|i| Note {
                    start_s: 0.1,
                    seconds: 1.2,
                    midi: root + i,
                    velocity: 90,
                })
                .collect()
        };
        let sound = render(Voice::Plucked, &chord(60), 1);
        let right = chroma_correlation(&sound, &chord(60)).unwrap();
        let wrong = chroma_correlation(&sound, &chord(61)).unwrap();
        assert!(right > 0.5 && wrong < 0.1, "right {right}, wrong {wrong}");
    }

    #[test]
    fn a_weighting_has_its_standard_values() {
        for (hz, db) in [(1_000.0, 0.0), (100.0, -19.1), (10_000.0, -2.5)] {
            assert!((20.0 * a_weighting(hz).log10() - db).abs() < 0.1, "{hz} Hz");
        }
    }
}
