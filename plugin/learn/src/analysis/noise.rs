//! The noise of a note: its envelope, and the noise flattened by it.

use realfft::RealFftPlanner;
use realfft::num_complex::Complex64;

use mynah_models::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

use super::numbers::{hann_periodic, interpolated};
use super::partials::{HIGHEST_PARTIAL_HZ, frame_centre, stretched};
use super::{ENVELOPE_POINTS, envelope_points_hz};

const WINDOW_SAMPLES: usize = 1024;
const BINS: usize = WINDOW_SAMPLES / 2 + 1;
const BIN_HZ: f64 = SAMPLE_RATE_HZ as f64 / WINDOW_SAMPLES as f64;
/// Added to densities before the logarithm.
const DENSITY_FLOOR: f64 = 1e-12;
/// Every bin counts a little in every band, so that none is empty.
const LEAST_IN_BAND: f64 = 1e-9;
const LEAST_WEIGHT: f64 = 0.05;
/// 43 ms in which a stroke is heard in all of the spectrum.
const STROKE_FRAMES: usize = 8;
/// How far from a partial it is still heard in this window.
const LOBE_HZ: f64 = 110.0;
/// Partials that are nearer to each other leave nothing between them.
const LEAST_APART_HZ: f64 = 300.0;
/// What is left of partials is cut down to so many deviations of the noise.
const MOST_OVER_NOISE: f64 = 2.0;

/// What a note's partials leave.
pub(crate) struct Noise {
    /// Natural-log amplitudes at the points of the envelope, of every frame.
    pub(crate) envelopes: Vec<[f64; ENVELOPE_POINTS]>,
    /// Flattened by that: unit variance, as long as the frames.
    pub(crate) texture: Vec<f64>,
}

/// Which bins no partial reaches; all, where partials are too close to tell.
pub(crate) fn between_partials(f0_hz: f64, stretch: f64) -> Vec<bool> {
    if f0_hz < LEAST_APART_HZ {
        return vec![true; BINS];
    }
    let count = (HIGHEST_PARTIAL_HZ / f0_hz).floor() as usize;
    let apart = |bin: usize| {
        let hz = bin as f64 * BIN_HZ;
        (1..=count).all(|number| (hz - f0_hz * stretched(stretch, number)).abs() > LOBE_HZ)
    };
    (0..BINS).map(apart).collect()
}

/// Triangles over bins around the points of the envelope, of sum 1.
fn bands() -> Vec<Vec<f64>> {
    let mut edges = vec![0.0];
    edges.extend(envelope_points_hz());
    edges.push(0.5 * f64::from(SAMPLE_RATE_HZ));
    edges
        .windows(3)
        .map(|edges| {
            let (low, centre, high) = (edges[0], edges[1], edges[2]);
            let weight = |bin: usize| {
                let hz = bin as f64 * BIN_HZ;
                let rising = (hz - low) / (centre - low).max(BIN_HZ);
                let falling = (high - hz) / (high - centre).max(BIN_HZ);
                rising.min(falling).max(0.0) + LEAST_IN_BAND
            };
            let band: Vec<f64> = (0..BINS).map(weight).collect();
            let sum: f64 = band.iter().sum();
            band.iter().map(|weight| weight / sum).collect()
        })
        .collect()
}

/// Measures what is left of a note, frame by frame. Of the bins that are not `heard` the envelope takes nothing but what lies
/// around them, and what is left of partials in them is cut down to noise; not in the first frames, where a stroke is in
/// all of them.
pub(crate) fn measure(residual: &[f64], frames: usize, heard: Option<&[bool]>) -> Noise {
    let window = hann_periodic(WINDOW_SAMPLES);
    let squares: f64 = window.iter().map(|weight| weight * weight).sum();
    let most = MOST_OVER_NOISE * squares.sqrt();
    let (bands, points) = (bands(), envelope_points_hz());
    let bins_hz: Vec<f64> = (0..BINS).map(|bin| bin as f64 * BIN_HZ).collect();
    let mut planner = RealFftPlanner::<f64>::new();
    let forward = planner.plan_fft_forward(WINDOW_SAMPLES);
    let inverse = planner.plan_fft_inverse(WINDOW_SAMPLES);
    let (mut block, mut spectrum) = (forward.make_input_vec(), forward.make_output_vec());
    let samples = frames * FRAME_SAMPLES;
    let (mut texture, mut weights) = (vec![0.0; samples], vec![0.0; samples]);
    let mut envelopes = Vec::with_capacity(frames);
    for frame in 0..frames {
        let first = frame_centre(frame) - (WINDOW_SAMPLES / 2) as isize;
        for ((at, value), weight) in (first..).zip(&mut block).zip(&window) {
            let sample = usize::try_from(at).ok().and_then(|at| residual.get(at));
            *value = weight * sample.copied().unwrap_or(0.0);
        }
        // The lengths come from the plans; there is nothing else to object to.
        let _ = forward.process(&mut block, &mut spectrum);
        let mut density: Vec<f64> = spectrum
            .iter()
            .map(|bin| bin.norm_sqr() / squares)
            .collect();
        let heard = heard.filter(|_| frame >= STROKE_FRAMES);
        if let Some(heard) = heard {
            let of = |values: &[f64]| -> Vec<f64> {
                let both = values.iter().zip(heard);
                both.filter(|(_, heard)| **heard).map(|(v, _)| *v).collect()
            };
            density = interpolated(bins_hz.iter().copied(), &of(&bins_hz), &of(&density));
        }
        let point = |band: &Vec<f64>| {
            let power: f64 = band.iter().zip(&density).map(|(w, d)| w * d).sum();
            0.5 * (power + DENSITY_FLOOR).ln()
        };
        let envelope: [f64; ENVELOPE_POINTS] = std::array::from_fn(|index| point(&bands[index]));
        let logs = interpolated(bins_hz.iter().copied(), &points, &envelope);
        for (bin, log) in spectrum.iter_mut().zip(logs) {
            *bin /= log.exp();
            if heard.is_some() {
                *bin *= (most / bin.norm().max(1e-9)).min(1.0);
            }
        }
        for end in [0, BINS - 1] {
            spectrum[end] = Complex64::new(spectrum[end].re, 0.0);
        }
        let _ = inverse.process(&mut spectrum, &mut block);
        for ((at, value), weight) in (first..).zip(&block).zip(&window) {
            if (0..samples as isize).contains(&at) {
                texture[at as usize] += weight * value / WINDOW_SAMPLES as f64;
                weights[at as usize] += weight * weight;
            }
        }
        envelopes.push(envelope);
    }
    for (value, weight) in texture.iter_mut().zip(&weights) {
        *value /= weight.max(LEAST_WEIGHT);
    }
    Noise { envelopes, texture }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_noise_has_a_flat_envelope_and_its_texture_is_of_unit_variance() {
        let mut chance = 7;
        let audio: Vec<f64> = (0..48_000)
            .map(|_| {
                let bits = mynah_models::split_mix_64(&mut chance) >> 11;
                0.02 * (bits as f64 / (1u64 << 52) as f64 - 1.0)
            })
            .collect();
        let frames = audio.len() / FRAME_SAMPLES;
        let noise = measure(&audio, frames, None);
        let expected = (0.02 / 3f64.sqrt()).ln();
        for point in 20..60 {
            let middle = &noise.envelopes[10..frames - 10];
            let power =
                middle.iter().map(|e| (2.0 * e[point]).exp()).sum::<f64>() / middle.len() as f64;
            assert!((0.5 * power.ln() - expected).abs() < 0.12, "{point}");
        }
        let middle = &noise.texture[4_000..44_000];
        let variance = middle.iter().map(|x| x * x).sum::<f64>() / middle.len() as f64;
        assert!((variance - 1.0).abs() < 0.1, "{variance}");
    }
}
