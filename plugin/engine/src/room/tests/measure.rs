//! Spectra, decays and densities of impulse responses.

use realfft::RealFftPlanner;

use super::*;

/// What the room alone answers to an impulse, left and right.
pub(super) fn impulse_response(rate_hz: f64, size: f32, seconds: f64) -> [Vec<f32>; 2] {
    let mut room = room(rate_hz, 1.0, size);
    let samples = (seconds * rate_hz) as usize;
    let mut sides = [Vec::with_capacity(samples), Vec::with_capacity(samples)];
    for n in 0..samples {
        let answer = room.step([if n == 0 { 1.0 } else { 0.0 }; 2], 1.0);
        sides
            .iter_mut()
            .zip(answer)
            .for_each(|(side, x)| side.push(x));
    }
    sides
}

pub(super) fn energy(sound: &[f32]) -> f64 {
    sound.iter().map(|x| f64::from(*x).powi(2)).sum()
}

pub(super) fn db(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

/// The part of a sound from one frequency to another, with edges of 6 % of the frequency.
pub(super) fn band(sound: &[f32], rate_hz: f64, from_hz: f64, to_hz: f64) -> Vec<f32> {
    let size = (2 * sound.len()).next_power_of_two();
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (
        planner.plan_fft_forward(size),
        planner.plan_fft_inverse(size),
    );
    let mut padded = sound.to_vec();
    padded.resize(size, 0.0);
    let mut spectrum = forward.make_output_vec();
    forward.process(&mut padded, &mut spectrum).unwrap();
    for (bin, value) in spectrum.iter_mut().enumerate() {
        let hz = bin as f64 * rate_hz / size as f64;
        let inside = ((hz / from_hz).ln() / 0.06).min((to_hz / hz.max(1e-9)).ln() / 0.06);
        let share = (0.5 + 0.5 * inside).clamp(0.0, 1.0);
        *value *= (0.5 - 0.5 * (std::f64::consts::PI * share).cos()) as f32;
    }
    spectrum[0].im = 0.0;
    if let Some(last) = spectrum.last_mut() {
        last.im = 0.0;
    }
    inverse.process(&mut spectrum, &mut padded).unwrap();
    padded.truncate(sound.len());
    let scale = 1.0 / size as f32;
    padded.iter().map(|x| x * scale).collect()
}

/// The time of a decay by 60 dB, of both sides together, from the slope between -5 and -25 dB of the energy that is still to come (Schroeder, "New
/// method of measuring reverberation time", JASA 37, 1965).
pub(super) fn decay_time_s([left, right]: &[Vec<f32>; 2], rate_hz: f64) -> f64 {
    let total = energy(left) + energy(right);
    let mut to_come = total;
    let mut times = [None; 2];
    for (n, (left, right)) in left.iter().zip(right).enumerate() {
        for (time, fallen_db) in times.iter_mut().zip([-5.0, -25.0]) {
            if time.is_none() && db(to_come / total) < fallen_db {
                *time = Some(n as f64 / rate_hz);
            }
        }
        to_come -= f64::from(*left).powi(2) + f64::from(*right).powi(2);
    }
    3.0 * (times[1].unwrap() - times[0].unwrap())
}

/// How close to Gaussian noise a sound is around a moment: the share of samples beyond one standard deviation, over that of noise.
/// 0 for single echoes, 1 where there is no telling them apart (Abel and Huang, "A simple, robust measure of reverberation echo
/// density", AES 121, 2006).
pub(super) fn echo_density(response: &[f32], rate_hz: f64, at_s: f64) -> f64 {
    let half = 0.010 * rate_hz;
    let middle = at_s * rate_hz;
    let window = &response[(middle - half) as usize..(middle + half) as usize];
    let deviation = (energy(window) / window.len() as f64).sqrt();
    let beyond = window
        .iter()
        .filter(|x| f64::from(x.abs()) > deviation)
        .count();
    beyond as f64 / window.len() as f64 / 0.3173
}

/// 0.3 s of a tail from 0.1 s on, brought to one level, so that its end counts as much as its beginning.
pub(super) fn level_tail(response: &[f32], rate_hz: f64, size: f32) -> Vec<f32> {
    let fall = f64::ln(1e-3) / f64::from(decay::decay_s(size)) / rate_hz;
    let at = |seconds: f64| (seconds * rate_hz) as usize;
    let tail = response[at(0.1)..at(0.4)].iter().enumerate();
    tail.map(|(n, x)| x * (-fall * n as f64).exp() as f32)
        .collect()
}

/// Correlation of two sounds, -1 to 1.
pub(super) fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let product: f64 = a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum();
    product / (energy(a) * energy(b)).sqrt()
}

/// Like pink noise from 150 Hz to 4 kHz, as music is spread.
pub(super) fn music_like(rate_hz: f64, samples: usize) -> Vec<f32> {
    let noise = crate::tests::noise(5, samples);
    let mut sum = vec![0.0; samples];
    let mut from_hz = 150.0;
    while from_hz < 4_000.0f64.min(0.4 * rate_hz) {
        let octave = band(&noise, rate_hz, from_hz, 2.0 * from_hz);
        let scale = (0.001 * samples as f64 / energy(&octave)).sqrt() as f32;
        sum.iter_mut()
            .zip(octave)
            .for_each(|(sum, x)| *sum += scale * x);
        from_hz *= 2.0;
    }
    sum
}

/// How far levels are from the parabola that fits them best: a smooth fall of the treble is none of a room's faults.
pub(super) fn from_a_smooth_curve(levels: &[f64]) -> Vec<f64> {
    let middle = (levels.len() - 1) as f64 / 2.0;
    let at = |n: usize| (n as f64 - middle) / middle;
    // Constant, slope and curve, made orthogonal to each other over the places.
    let count = levels.len() as f64;
    let mean_square = (0..levels.len()).map(|n| at(n).powi(2)).sum::<f64>() / count;
    let bases: [&dyn Fn(usize) -> f64; 3] = [&|_| 1.0, &at, &|n| at(n).powi(2) - mean_square];
    let mut left = levels.to_vec();
    for base in bases {
        let along: f64 = left.iter().enumerate().map(|(n, x)| x * base(n)).sum();
        let size: f64 = (0..left.len()).map(|n| base(n).powi(2)).sum();
        for (n, x) in left.iter_mut().enumerate() {
            *x -= along / size * base(n);
        }
    }
    left
}
