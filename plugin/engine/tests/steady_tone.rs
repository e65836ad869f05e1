//! What a steady tone must not bring along: lines at the rates at which the chain works inside.

#![allow(clippy::unwrap_used)]

use std::f64::consts::TAU;

use mynah_engine::{Controls, EngineSpec, Library, Mode, engine};

const RATE_HZ: f64 = 48_000.0;
/// No multiple of it up to 10 kHz is within 12 Hz of a multiple of the rates below.
const F0_HZ: f64 = 221.37;
/// Frames, and steps of the generator's sub-bands.
const FRAME_RATE_HZ: f64 = 187.5;
const SUB_BAND_RATE_HZ: f64 = 3_000.0;
const HIGHEST_HZ: f64 = 20_000.0;
/// A line this close to a harmonic is under its skirt.
const SKIRT_HZ: f64 = 12.0;
/// A line is one that stands out from what is beside it by this.
const PROMINENCE_DB: f64 = 12.0;

/// Highest level of a line against the tone. A tone of 221.37 Hz turns 1.18 times a frame, so that what depends on where its
/// periods lie in the windows comes back as lines 34 Hz beside the harmonics, which mask them. *follow* has more of
/// them: its whitening filter is estimated anew in every frame.
fn allowed_db(mode: Mode) -> f64 {
    match mode {
        Mode::Track | Mode::Chords => -50.0,
        Mode::Follow | Mode::Auto => -32.0,
    }
}

/// A signal under a Blackman-Harris window (92 dB to its side lobes), whose weights sum to 2.
fn windowed(signal: &[f32]) -> Vec<f64> {
    const COEFFICIENTS: [f64; 4] = [0.35875, -0.48829, 0.14128, -0.01168];
    let count = signal.len() as f64;
    let weight = |n: usize| -> f64 {
        let place = TAU * n as f64 / count;
        let shape = |(k, a): (usize, &f64)| a * (k as f64 * place).cos();
        COEFFICIENTS.iter().enumerate().map(shape).sum()
    };
    let scale = 2.0 / (count * COEFFICIENTS[0]);
    let samples = signal.iter().enumerate();
    samples
        .map(|(n, x)| f64::from(*x) * weight(n) * scale)
        .collect()
}

/// Power at `hz` of what [`windowed`] gave; a sine of amplitude a there has a^2 (Goertzel).
fn power_at(windowed: &[f64], hz: f64) -> f64 {
    let double_cosine = 2.0 * (TAU * hz / RATE_HZ).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for sample in windowed {
        (last, before) = (sample + double_cosine * last - before, last);
    }
    last * last + before * before - double_cosine * last * before
}

fn decibels(power: f64) -> f64 {
    10.0 * power.max(1e-20).log10()
}

/// The last two seconds of four of a saw at -20 dBFS, as `target` plays it.
fn steady(library: &Library, name: &str, mode: Mode) -> Vec<f32> {
    let entry = library
        .entries()
        .iter()
        .find(|e| e.info.name == name)
        .unwrap();
    let spec = EngineSpec::alone(RATE_HZ);
    let target = library.load(&entry.into()).unwrap();
    let (mut engine, _) = engine(spec, library.base().unwrap(), Some(target)).unwrap();
    engine.set_controls(&Controls {
        mode,
        ..Controls::neutral()
    });
    let sample = |n: usize| {
        let turns = F0_HZ * n as f64 / RATE_HZ;
        let harmonics = (1..=80).map(|h| (TAU * f64::from(h) * turns).sin() / f64::from(h));
        (0.11 * harmonics.sum::<f64>()) as f32
    };
    let mut signal: Vec<f32> = (0..4 * 48_000).map(sample).collect();
    engine.process(&mut [&mut signal]);
    signal.split_off(2 * 48_000)
}

fn from_a_harmonic_hz(hz: f64) -> f64 {
    (hz - (hz / F0_HZ).round() * F0_HZ).abs()
}

fn assert_no_lines(name: &str, mode: Mode, signal: &[f32]) {
    let tone_db = decibels(signal.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / 96_000.0);
    let signal = &windowed(signal);
    for rate_hz in [FRAME_RATE_HZ, SUB_BAND_RATE_HZ] {
        let multiples = (1..).map(|k| rate_hz * f64::from(k));
        for hz in multiples.take_while(|hz| *hz < HIGHEST_HZ) {
            if from_a_harmonic_hz(hz) < SKIRT_HZ {
                continue;
            }
            let line_db = decibels(power_at(signal, hz));
            let beside = [-8.0, -6.0, 6.0, 8.0].map(|off| power_at(signal, hz + off));
            let beside_db = decibels(beside.iter().sum::<f64>() / 4.0);
            assert!(
                line_db < beside_db + PROMINENCE_DB || line_db < tone_db + allowed_db(mode),
                "{name} ({mode:?}): a line at {hz} Hz, {:.1} dB over what is beside it, {:.1} dB to the tone",
                line_db - beside_db,
                line_db - tone_db
            );
        }
    }
    for harmonic in 1..=20 {
        for hz in [-FRAME_RATE_HZ, FRAME_RATE_HZ].map(|off| F0_HZ * f64::from(harmonic) + off) {
            let line_db = decibels(power_at(signal, hz)) - tone_db;
            assert!(
                line_db < allowed_db(mode),
                "{name} ({mode:?}): {line_db:.1} dB at {hz:.1} Hz, beside harmonic {harmonic}"
            );
        }
    }
}

#[test]
fn a_line_is_found_where_there_is_one() {
    let noise =
        |n: usize| ((n as u32).wrapping_mul(2_654_435_761) >> 8) as f32 / 16_777_216.0 - 0.5;
    let with_a_line_of = |amplitude: f32| -> Vec<f32> {
        let sample = |n: usize| {
            let turns = n as f64 / RATE_HZ;
            0.1 * (TAU * F0_HZ * turns).sin() as f32
                + amplitude * (TAU * 16.0 * FRAME_RATE_HZ * turns).sin() as f32
                + 1e-3 * noise(n)
        };
        (0..96_000).map(sample).collect()
    };
    assert_no_lines("a sine alone", Mode::Track, &with_a_line_of(0.0));
    let signal = with_a_line_of(1e-2);
    let found = std::panic::catch_unwind(|| assert_no_lines("a sine", Mode::Track, &signal));
    assert!(found.is_err());
}

#[test]
fn no_shipped_target_buzzes_at_the_rates_of_frames_and_sub_bands() {
    let library = Library::shipped();
    let names: Vec<String> = library
        .entries()
        .iter()
        .map(|entry| entry.info.name.clone())
        .collect();
    assert!(!names.is_empty());
    for name in &names {
        for mode in [Mode::Track, Mode::Follow] {
            assert_no_lines(name, mode, &steady(&library, name, mode));
        }
    }
}
