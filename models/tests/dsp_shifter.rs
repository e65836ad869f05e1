//! The pitch shifter: exact at ratio 1, in tune elsewhere, smooth in between.

use std::f64::consts::TAU;

use mynah_models::HOP_SAMPLES;
use mynah_models::prior::{Noise, NoiseState, Shifter, ShifterState};

const RATE_HZ: f64 = 48_000.0;

fn sine(hz: f64, count: usize) -> Vec<f32> {
    (0..count)
        .map(|n| 0.5 * (TAU * hz * n as f64 / RATE_HZ).sin() as f32)
        .collect()
}

fn white(count: usize) -> Vec<f32> {
    let mut noise = vec![0.0; count];
    Noise::new(0).step(&mut NoiseState::default(), &mut noise);
    noise
}

fn shift(state: &mut ShifterState, input: &[f32], ratio: impl Fn(usize) -> f32) -> Vec<f32> {
    let mut output = vec![0.0; input.len()];
    for (hop, (input, output)) in input
        .chunks(HOP_SAMPLES)
        .zip(output.chunks_mut(HOP_SAMPLES))
        .enumerate()
    {
        Shifter::new().step(state, ratio(hop), input, output);
    }
    output
}

fn new_state() -> ShifterState {
    ShifterState::new(&Shifter::new())
}

/// Power of the part of the signal within `half_width_hz` of `hz`, as a share of the whole.
fn share_near(signal: &[f32], hz: f64, half_width_hz: f64) -> f64 {
    let count = signal.len() as f64;
    let total: f64 = signal
        .iter()
        .map(|&sample| f64::from(sample).powi(2))
        .sum::<f64>()
        / count;
    let spacing_hz = RATE_HZ / count;
    let bins = (half_width_hz / spacing_hz) as i64;
    let near: f64 = (-bins..=bins)
        .map(|bin| {
            let step = TAU * (hz + bin as f64 * spacing_hz) / RATE_HZ;
            let (mut real, mut imaginary) = (0.0, 0.0);
            for (n, &sample) in signal.iter().enumerate() {
                real += f64::from(sample) * (step * n as f64).cos();
                imaginary += f64::from(sample) * (step * n as f64).sin();
            }
            2.0 * (real * real + imaginary * imaginary) / (count * count)
        })
        .sum();
    near / total
}

#[test]
fn ratio_one_passes_to_the_bit_whatever_came_before() {
    let input = white(20 * HOP_SAMPLES);
    assert_eq!(shift(&mut new_state(), &input, |_| 1.0), input);
    let mixed = shift(
        &mut new_state(),
        &input,
        |hop| if hop < 10 { 1.7 } else { 1.0 },
    );
    // One hop of crossfade.
    assert_eq!(mixed[11 * HOP_SAMPLES..], input[11 * HOP_SAMPLES..]);
    assert_ne!(mixed[..10 * HOP_SAMPLES], input[..10 * HOP_SAMPLES]);
}

#[test]
fn a_sine_comes_out_at_the_ratio() {
    for ratio in [0.25_f32, 0.5, 0.75, 1.5, 2.0, 4.0] {
        let hz = 1000.0;
        let output = shift(&mut new_state(), &sine(hz, 16_384), |_| ratio);
        // The grains put side bands around the new pitch, at multiples of their rate.
        let grain_rate_hz = f64::from((ratio - 1.0).abs()) * RATE_HZ / 1024.0;
        let share = share_near(&output[8192..], hz * f64::from(ratio), 2.5 * grain_rate_hz);
        assert!(share > 0.95, "ratio {ratio}: {share}");
    }
}

#[test]
fn white_noise_keeps_its_density() {
    let input = white(96_000);
    for ratio in [0.5_f32, 2.0] {
        let output = shift(&mut new_state(), &input, |_| ratio);
        // Below 6 kHz both hold the full density; 1/4 of the power of white noise lies there.
        let late = &output[16_384..16_384 + 4096];
        let share: f64 = share_near(late, 3000.0, 2500.0);
        let power = late
            .iter()
            .map(|&sample| f64::from(sample).powi(2))
            .sum::<f64>()
            / 4096.0;
        let density_db = 10.0 * (share * power / (5000.0 / 24_000.0)).log10();
        assert!(density_db.abs() < 1.5, "ratio {ratio}: {density_db} dB");
    }
}

#[test]
fn what_would_fold_over_is_held_back() {
    let output = shift(&mut new_state(), &sine(18_000.0, 16_384), |_| 2.0);
    let peak = output[4096..]
        .iter()
        .fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    assert!(peak < 0.03, "{peak}");
}

#[test]
fn silence_odd_ratios_and_changes_are_harmless() {
    let silent = shift(&mut new_state(), &[0.0; 4096], |hop| {
        [0.5, 2.0, 1.0, 4.0][hop % 4]
    });
    assert!(silent.iter().all(|&sample| sample == 0.0));
    let ratios = [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        -3.0,
        0.0,
        1e30,
        f32::MIN_POSITIVE,
        1.0,
    ];
    let odd = shift(&mut new_state(), &white(200 * HOP_SAMPLES), |hop| {
        ratios[hop / 3 % ratios.len()]
    });
    assert!(
        odd.iter()
            .all(|sample| sample.is_finite() && sample.abs() < 40.0)
    );

    // A slow sine, so that a step would be far steeper than the sound.
    let smooth = shift(&mut new_state(), &sine(100.0, 400 * HOP_SAMPLES), |hop| {
        [1.0, 2.0, 0.5, 1.0, 4.0, 3.0][hop / 9 % 6]
    });
    let steepest = smooth
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .fold(0.0, f32::max);
    assert!(steepest < 0.15, "{steepest}");
}

#[test]
fn reset_and_copy_leave_no_trace() {
    let input = white(30 * HOP_SAMPLES);
    let ratio = |hop: usize| [1.0, 2.0, 0.5][hop / 5 % 3];
    let fresh = shift(&mut new_state(), &input, ratio);
    let mut used = new_state();
    shift(&mut used, &sine(333.0, 5000), |_| 3.0);
    let mut copy = new_state();
    copy.copy_from(&used);
    assert_eq!(
        shift(&mut copy, &input, ratio),
        shift(&mut used, &input, ratio)
    );
    used.reset();
    assert_eq!(shift(&mut used, &input, ratio), fresh);
}
