//! A file as one channel at 48 kHz, piece by piece, for whoever listens to it.

use anyhow::Result;
use mynah_models::SAMPLE_RATE_HZ;

use super::read::Reader;
use super::resample::Pieces;

/// Sound is handed on in pieces of so many seconds: hours of it need no more memory than minutes.
const PIECE_S: usize = 60;

/// Hands on the mean of all channels, 48 kHz, until `take` has had enough and says so; whether it has not. What is no
/// number is silence.
///
/// # Errors
/// As [`Reader::next_block`].
pub(crate) fn each_piece(
    reader: &mut Reader,
    mut take: impl FnMut(Vec<f32>) -> bool,
) -> Result<bool> {
    let rate_hz = reader.rate_hz();
    let mut pieces = Pieces::new(f64::from(rate_hz) / f64::from(SAMPLE_RATE_HZ));
    let mut mono = Vec::new();
    while let Some(planes) = reader.next_block()? {
        add_mean(planes, &mut mono);
        if mono.len() >= PIECE_S * rate_hz as usize {
            if !take(pieces.push(&mono)) {
                return Ok(false);
            }
            mono.clear();
        }
    }
    Ok(take(pieces.push(&mono)) && take(pieces.finish()))
}

fn add_mean(planes: &[Vec<f32>], mono: &mut Vec<f32>) {
    let gain = 1.0 / planes.len().max(1) as f32;
    let frames = planes.first().map_or(0, Vec::len);
    mono.extend((0..frames).map(|frame| {
        let mean = gain * planes.iter().map(|plane| plane[frame]).sum::<f32>();
        if mean.is_finite() { mean } else { 0.0 }
    }));
}
