//! Takes away of recordings what the live chain takes away before it listens: what lies below all pitches.
//!
//! A stage's rumble would otherwise be measured as the instrument's noise, and be played with every note.

use mynah_models::{HOP_SAMPLES, LowCut};

/// Filters a recording in place, or a stretch of one: mono at 48 kHz, silence before it. What it makes of a sample depends on
/// those of the last tenth of a second before it.
pub fn cut_low(audio: &mut [f32]) {
    let mut filter = LowCut::default();
    for piece in audio.chunks_mut(HOP_SAMPLES) {
        let mut hop = [0.0; HOP_SAMPLES];
        hop[..piece.len()].copy_from_slice(piece);
        piece.copy_from_slice(&filter.step(&hop)[..piece.len()]);
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    fn sine(hz: f32, samples: usize) -> Vec<f32> {
        (0..samples)
            .map(|n| 0.5 * (TAU * hz * n as f32 / 48_000.0).sin())
            .collect()
    }

    fn peak(audio: &[f32]) -> f32 {
        audio.iter().fold(0.0, |most, x| most.max(x.abs()))
    }

    #[test]
    fn rumble_goes_and_notes_stay() {
        let mut rumble = sine(4.0, 96_000);
        cut_low(&mut rumble);
        assert!(peak(&rumble[48_000..]) < 0.025, "{}", peak(&rumble));
        let mut note = sine(196.0, 4_801);
        cut_low(&mut note);
        assert!((peak(&note[2_400..]) - 0.5).abs() < 0.01);
    }

    #[test]
    fn a_stretch_is_what_the_whole_is_once_the_filter_has_settled() {
        let mut whole: Vec<f32> = sine(9.0, 20_000)
            .iter()
            .zip(sine(440.0, 20_000))
            .map(|(a, b)| a + b)
            .collect();
        let mut stretch = whole[3_333..].to_vec();
        cut_low(&mut whole);
        cut_low(&mut stretch);
        let settled = 9_600;
        let differ = whole[3_333 + settled..].iter().zip(&stretch[settled..]);
        assert!(differ.into_iter().all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
