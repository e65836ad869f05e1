//! Spectrogram pictures: one panel per signal, one above the other on the same scales.

use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ImageEncoder, Rgb, RgbImage};

use crate::audio::pending::{Destination, Pending};
use crate::stft::Stft;

const PANEL_WIDTH: u32 = 1_000;
const PANEL_HEIGHT: u32 = 300;
const GAP: u32 = 8;
/// Frequency axis, logarithmic, in Hz: what is heard.
const LOWEST_HZ: f64 = 20.0;
const HIGHEST_HZ: f64 = 20_000.0;
/// Levels shown, in dB below the loudest point of the panel.
const RANGE_DB: f64 = 80.0;
const BACKGROUND: Rgb<u8> = Rgb([24, 24, 28]);
const GRID_HZ: [f64; 3] = [100.0, 1_000.0, 10_000.0];

/// Writes the panels of `signals` (48 kHz mono, the first on top) as a PNG. All panels share the longest one's time axis;
/// faint lines mark 100 Hz, 1 kHz and 10 kHz.
///
/// # Errors
/// The file cannot be written, or exists and `overwrite` is false.
pub fn write_png(path: &Path, signals: &[&[f32]], overwrite: bool) -> Result<()> {
    let picture = draw(signals);
    let destination = Destination::File(path.to_path_buf());
    let (file, pending) = Pending::create(&destination, overwrite)?;
    let mut file = BufWriter::new(file);
    // Few colours, each many times: without the filters meant for photographs, such pictures are half as large.
    PngEncoder::new_with_quality(&mut file, CompressionType::Best, FilterType::NoFilter)
        .write_image(
            picture.as_raw(),
            picture.width(),
            picture.height(),
            image::ExtendedColorType::Rgb8,
        )
        .with_context(|| format!("cannot write '{}'", path.display()))?;
    file.flush()
        .with_context(|| format!("cannot write '{}'", path.display()))?;
    drop(file);
    pending.publish()
}

fn draw(signals: &[&[f32]]) -> RgbImage {
    let panels = signals.len() as u32;
    let height = panels * PANEL_HEIGHT + panels.saturating_sub(1) * GAP;
    let mut picture = RgbImage::from_pixel(PANEL_WIDTH, height.max(1), BACKGROUND);
    let longest = signals.iter().map(|s| s.len()).max().unwrap_or(0).max(1);
    for (index, signal) in signals.iter().enumerate() {
        draw_panel(
            &mut picture,
            index as u32 * (PANEL_HEIGHT + GAP),
            signal,
            longest,
        );
    }
    picture
}

fn draw_panel(picture: &mut RgbImage, top: u32, signal: &[f32], longest: usize) {
    const FFT: usize = 4_096;
    const HOP: usize = 256;
    let magnitudes = Stft::new(2_048, FFT, HOP).magnitudes(signal);
    let peak = magnitudes.iter().flatten().fold(1e-6f32, |m, x| m.max(*x));
    let row_hz =
        |row: f64| LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ).powf(1.0 - row / f64::from(PANEL_HEIGHT));
    let bin = |hz: f64| hz * FFT as f64 / crate::synth::RATE_HZ;
    for x in 0..PANEL_WIDTH {
        let first = x as usize * longest / PANEL_WIDTH as usize / HOP;
        let last = ((x as usize + 1) * longest / PANEL_WIDTH as usize / HOP).max(first + 1);
        if first >= magnitudes.len() {
            break;
        }
        let frames = &magnitudes[first..last.min(magnitudes.len())];
        for y in 0..PANEL_HEIGHT {
            let (lowest, highest) = (bin(row_hz(f64::from(y) + 1.0)), bin(row_hz(f64::from(y))));
            let level = frames
                .iter()
                .map(|frame| loudest(frame, lowest, highest))
                .fold(0.0f32, f32::max);
            let level_db = 20.0 * f64::from(level / peak).max(1e-9).log10();
            picture.put_pixel(
                x,
                top + y,
                colour((1.0 + level_db / RANGE_DB).clamp(0.0, 1.0)),
            );
        }
    }
    for hz in GRID_HZ {
        let y =
            f64::from(PANEL_HEIGHT) * (1.0 - (hz / LOWEST_HZ).ln() / (HIGHEST_HZ / LOWEST_HZ).ln());
        for x in (0..PANEL_WIDTH).step_by(4) {
            picture.put_pixel(x, top + y as u32, Rgb([120, 120, 130]));
        }
    }
}

/// The largest magnitude from bin `lowest` to `highest`; where they are nearer than one bin, a value between two.
fn loudest(frame: &[f32], lowest: f64, highest: f64) -> f32 {
    let last = frame.len() - 1;
    if highest - lowest >= 1.0 {
        let (first, end) = (lowest.floor() as usize, highest.ceil() as usize);
        return frame[first.min(last)..end.clamp(first + 1, last)]
            .iter()
            .fold(0.0f32, |m, v| m.max(*v));
    }
    let place = 0.5 * (lowest + highest);
    let (below, share) = (place.floor() as usize, place.fract() as f32);
    let (a, b) = (frame[below.min(last)], frame[(below + 1).min(last)]);
    a + share * (b - a)
}

/// Dark violet over red to pale yellow, evenly growing in lightness; `level` in 0..=1, in steps of 1.25 dB.
fn colour(level: f64) -> Rgb<u8> {
    const STEPS: f64 = RANGE_DB / 1.25;
    let level = (level * STEPS).round() / STEPS;
    const STOPS: [[f64; 3]; 6] = [
        [3.0, 3.0, 10.0],
        [60.0, 15.0, 110.0],
        [140.0, 35.0, 110.0],
        [220.0, 75.0, 65.0],
        [250.0, 160.0, 40.0],
        [252.0, 250.0, 190.0],
    ];
    let position = level * (STOPS.len() - 1) as f64;
    let index = (position as usize).min(STOPS.len() - 2);
    let fraction = position - index as f64;
    let channel = |c: usize| {
        (STOPS[index][c] + fraction * (STOPS[index + 1][c] - STOPS[index][c])).round() as u8
    };
    Rgb([channel(0), channel(1), channel(2)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_is_a_bright_line_at_its_height() {
        let sine: Vec<f32> = (0..48_000)
            .map(|i| (f64::from(i) * 1000.0 * std::f64::consts::TAU / 48e3).sin() as f32)
            .collect();
        let picture = draw(&[&sine, &[]]);
        assert_eq!(
            (picture.width(), picture.height()),
            (PANEL_WIDTH, 2 * PANEL_HEIGHT + GAP)
        );
        let light = |p: &Rgb<u8>| p.0.iter().map(|c| u32::from(*c)).sum::<u32>();
        let column = 501;
        let brightest = (0..PANEL_HEIGHT)
            .max_by_key(|y| light(picture.get_pixel(column, *y)))
            .unwrap_or(0);
        let expected = f64::from(PANEL_HEIGHT) * (1.0 - 50f64.ln() / 1_000f64.ln());
        assert!(
            (f64::from(brightest) - expected).abs() < 4.0,
            "row {brightest}, not {expected}"
        );
    }
}
