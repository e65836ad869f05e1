//! The hum of the mains, and its removal.

use std::f64::consts::TAU;

use mynah_models::SAMPLE_RATE_HZ;

use super::medians::{median, quantile};
use super::sight::{Eye, SPACING_HZ, WINDOW};

/// What the mains hums at, Hz.
pub(super) const MAINS_HZ: [u32; 2] = [50, 60];
/// Multiples that are looked at.
const MULTIPLES: u32 = 12;
/// A hum is always there: its softest moments, but for one in ten, are so much over what is around it, in power (12 dB) ..
const OVER_AROUND: f32 = 16.0;
/// .. in so many multiples at least, and no softer than this, dBFS.
const LEAST_LINES: usize = 2;
const SOFTEST_DB: f32 = -85.0;
/// Width of a notch, Hz.
const NOTCH_HZ: f64 = 2.0;
/// From window to window, samples.
const HOP: usize = 2 * WINDOW;
/// Fewer windows tell nothing.
const LEAST_WINDOWS: usize = 20;
/// A hum does not swell: half of the time it is no more than this over its softest moments, in power (6 dB).
const SWELLS: f32 = 4.0;
/// The mains keep their pitch within this, Hz, and within this for every multiple.
const OFF_HZ: f32 = 0.4;
const OFF_HZ_PER_MULTIPLE: f32 = 0.1;

/// A hum that was found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hum {
    /// 50 or 60.
    pub(super) mains_hz: u32,
    /// Its multiples that are heard.
    pub(super) multiples: Vec<u32>,
    /// All of them together, dBFS.
    pub(super) level_db: f32,
}

/// The hum in `audio`, if there is one.
pub(super) fn find(eye: &Eye, audio: &[f32]) -> Option<Hum> {
    let highest = (f64::from(MULTIPLES * 60 + 60) / f64::from(SPACING_HZ)) as usize;
    let windows: Vec<Vec<f32>> = (WINDOW / 2..audio.len().saturating_sub(WINDOW / 2))
        .step_by(HOP)
        .map(|centre| {
            let mut power = eye.power(audio, centre);
            power.truncate(highest);
            power
        })
        .collect();
    if windows.len() < LEAST_WINDOWS {
        return None;
    }
    // Digital silence between takes hides a hum that is there in all of them.
    let sounding: Vec<&Vec<f32>> = windows
        .iter()
        .filter(|power| power.iter().sum::<f32>() > 1e-10)
        .collect();
    if sounding.len() < LEAST_WINDOWS {
        return None;
    }
    let bins = |share: f32| -> Vec<f32> {
        let at =
            |bin: usize| quantile(sounding.iter().map(|power| power[bin]), share).unwrap_or(0.0);
        (0..highest).map(at).collect()
    };
    let (softest, usual) = (bins(0.1), bins(0.5));
    MAINS_HZ
        .into_iter()
        .filter_map(|mains_hz| lines(&softest, &usual, mains_hz))
        .max_by(|a, b| a.level_db.total_cmp(&b.level_db))
}

fn lines(softest: &[f32], usual: &[f32], mains_hz: u32) -> Option<Hum> {
    let mut power = 0.0;
    let mut multiples = Vec::new();
    for multiple in 1..=MULTIPLES {
        let hz = (multiple * mains_hz) as f32;
        let bin = (hz / SPACING_HZ).round() as usize;
        let near = &softest[bin - 1..=bin + 1];
        let line: f32 = near.iter().sum();
        let around = softest[bin.saturating_sub(7)..bin - 3]
            .iter()
            .chain(&softest[bin + 4..(bin + 8).min(softest.len())]);
        let around = median(around.copied()).unwrap_or(0.0);
        let stands_out = near.iter().copied().fold(0.0, f32::max) > OVER_AROUND * around
            && usual[bin] < SWELLS * softest[bin]
            && (line_hz(softest, bin) - hz).abs() < OFF_HZ + OFF_HZ_PER_MULTIPLE * multiple as f32;
        if stands_out && 10.0 * line.log10() > SOFTEST_DB {
            power += line;
            multiples.push(multiple);
        }
    }
    // Lines of both kinds of mains are at 300 and 600 Hz: two others are needed.
    let own = multiples
        .iter()
        .filter(|&&multiple| !(multiple * mains_hz).is_multiple_of(300))
        .count();
    (own >= LEAST_LINES).then(|| Hum {
        mains_hz,
        multiples,
        level_db: 10.0 * power.log10(),
    })
}

/// Where a line lies that is at most a bin from `bin`: under a Hann window the amplitudes of the loudest bin and the
/// louder of its neighbours tell (Grandke, "Interpolation algorithms for discrete Fourier transforms of weighted
/// signals", 1983).
fn line_hz(power: &[f32], bin: usize) -> f32 {
    let loudest = (bin - 1..=bin + 1)
        .max_by(|&a, &b| power[a].total_cmp(&power[b]))
        .unwrap_or(bin);
    let [before, at, after] = [loudest - 1, loudest, loudest + 1].map(|bin| power[bin].sqrt());
    let shift = |neighbour: f32| {
        let ratio = neighbour / at.max(f32::MIN_POSITIVE);
        (2.0 * ratio - 1.0) / (1.0 + ratio)
    };
    let off = if after > before {
        shift(after)
    } else {
        -shift(before)
    };
    (loudest as f32 + off) * SPACING_HZ
}

/// Takes a hum out of `audio`: one narrow notch for every multiple that is heard.
pub(super) fn remove(hum: &Hum, audio: &mut [f32]) {
    for multiple in &hum.multiples {
        notch(f64::from(multiple * hum.mains_hz), audio);
    }
}

/// A notch of the second order (Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients").
fn notch(hz: f64, audio: &mut [f32]) {
    let turn = TAU * hz / f64::from(SAMPLE_RATE_HZ);
    let alpha = turn.sin() * NOTCH_HZ / hz / 2.0;
    let scale = 1.0 / (1.0 + alpha);
    let middle = -2.0 * turn.cos() * scale;
    let last = (1.0 - alpha) * scale;
    let (mut first, mut second) = (0.0, 0.0);
    for sample in audio {
        let x = f64::from(*sample);
        let y = scale * x + first;
        first = middle * x - middle * y + second;
        second = scale * x - last * y;
        *sample = y as f32;
    }
}
