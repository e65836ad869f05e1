//! What the translator is told of a whole recording, frame by frame, as the live chain would tell it: for learning from
//! recordings.
//!
//! Thread: any but the audio thread; it allocates.

use crate::chain::Base;
use crate::conditioning::{CORNERS, ConditioningState, HopControls};
use crate::features::FeaturesState;
use crate::input::bounded_input;
use crate::rates::{FRAME_SAMPLES, HOP_SAMPLES};
use crate::streaming::encoder::EncoderState;
use crate::streaming::translator::translator_input;

/// The translator's input `[frames, inputs]` for `audio` (mono, 48 kHz, full scale 1.0) from a reset on: as many rows as
/// there are whole frames in it, of [`Architecture::translator_inputs`](crate::architecture::Architecture::translator_inputs)
/// values each. Row `k`, counted from 0, sees the samples before `256 (k + 1)`. No target's home is known here.
pub fn translator_inputs(base: &Base, audio: &[f32], controls: &HopControls) -> Vec<f32> {
    let (features, encoder, inputs) = (base.features(), base.encoder(), base.translator_inputs());
    let mut features_state = FeaturesState::new(features);
    let mut encoder_state = EncoderState::new(encoder, 1);
    let mut z = vec![0.0; encoder.latent_channels()];
    let mut conditioning = ConditioningState::new(z.len());
    let mut rows = Vec::with_capacity(audio.len() / FRAME_SAMPLES * inputs);
    for hop in audio.as_chunks::<HOP_SAMPLES>().0 {
        let Some(frame) = features.step(&mut features_state, &bounded_input(hop)) else {
            continue;
        };
        encoder.step(
            &mut encoder_state,
            &frame.log_mel,
            &[frame.log_level],
            &mut z,
        );
        let voice = conditioning.step(controls, &[None; CORNERS], frame, &mut z);
        let first = rows.len();
        rows.resize(first + inputs, 0.0);
        translator_input(&z, &voice.for_translator(), &mut rows[first..]);
    }
    rows
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::conditioning::Mode;
    use crate::rates::SAMPLE_RATE_HZ;
    use crate::reference::{Encoder, rows};
    use crate::testing::random_base;
    use candle_core::{DType, Device, Tensor};
    use candle_nn::VarBuilder;

    fn tone(hz: f32, samples: usize) -> Vec<f32> {
        let step = std::f32::consts::TAU * hz / SAMPLE_RATE_HZ as f32;
        (0..samples)
            .map(|n| 0.2 * (step * n as f32).sin() + 0.1 * (2.0 * step * n as f32).sin())
            .collect()
    }

    #[test]
    fn rows_tell_of_content_pitch_and_mode_as_the_reference_hears_them() {
        let bytes = random_base(3);
        let base = Base::from_bytes(&bytes).unwrap();
        let architecture = &base.info().architecture;
        let (width, latent) = (
            architecture.translator_inputs(),
            architecture.latent_channels,
        );
        let audio = tone(440.0, 40 * FRAME_SAMPLES + 100);
        let track = translator_inputs(&base, &audio, &HopControls::default());
        assert_eq!(track.len(), 40 * width);

        let vb = VarBuilder::from_slice_safetensors(&bytes, DType::F32, &Device::Cpu).unwrap();
        let encoder = Encoder::new(architecture, vb.pp("encoder")).unwrap();
        let mut state = FeaturesState::new(base.features());
        let frames: Vec<_> = audio
            .as_chunks::<HOP_SAMPLES>()
            .0
            .iter()
            .filter_map(|hop| base.features().step(&mut state, hop).copied())
            .collect();
        let mel = rows(frames.iter().flat_map(|f| f.log_mel).collect(), 80).unwrap();
        let levels: Vec<f32> = frames.iter().map(|f| f.log_level).collect();
        let levels = Tensor::from_vec(levels, 40, &Device::Cpu).unwrap();
        let z = encoder.forward(&mel, &levels).unwrap();
        let z = z.squeeze(0).unwrap().t().unwrap();
        for (row, z) in track.chunks(width).zip(z.to_vec2::<f32>().unwrap()) {
            for (told, z) in row[..latent].iter().zip(z) {
                assert!((told - z).abs() < 1e-4, "{told} is not {z}");
            }
        }
        let last = &track[39 * width..];
        // Three octaves above 55 Hz.
        assert!((last[width - 5]).abs() < 0.01, "{}", last[width - 5]);
        assert!(last[width - 4] > 0.9);
        assert_eq!(last[width - 1], 0.0);

        let controls = HopControls {
            mode: Mode::Follow,
            ..HopControls::default()
        };
        let follow = translator_inputs(&base, &audio, &controls);
        assert!(follow.chunks(width).all(|row| row[width - 1] == 1.0));
    }

    #[test]
    fn less_than_a_frame_has_no_row() {
        let base = Base::from_bytes(&random_base(3)).unwrap();
        let controls = HopControls::default();
        assert!(translator_inputs(&base, &[0.0; FRAME_SAMPLES - 1], &controls).is_empty());
    }
}
