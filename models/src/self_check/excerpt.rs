//! What every model is played when it is loaded.

use crate::architecture::{Architecture, TRAINED_PITCH_HZ};
use crate::features::{FeatureFrame, Features, FeaturesState};
use crate::file::Tensors;
use crate::frame_pitch::FramePitch;
use crate::prior::{Noise, NoiseState};
use crate::rates::{HOP_SAMPLES, SAMPLE_RATE_HZ};

/// Frames of the excerpt.
const FRAMES: usize = 8;
const HOPS_PER_FRAME: usize = 2;
const SAW_HZ: f32 = 220.0;
const SAW_PEAK: f32 = 0.25;
const NOISE_LEVEL: f32 = 0.02;
/// Magnitudes of the target that stands in while a base is checked: enough that nothing of it is lost.
const STAND_IN_SMALL: f32 = 0.1;

/// A saw wave of 220 Hz with noise, 43 ms: enough for every kind of work that the kernel does.
pub(super) struct Excerpt {
    /// What is heard.
    pub(super) frames: Vec<FeatureFrame>,
    /// The generator's streams.
    pub(super) tonal: Vec<[f32; HOP_SAMPLES]>,
    pub(super) noisy: Vec<[f32; HOP_SAMPLES]>,
}

impl Excerpt {
    pub(super) fn new(features: &Features) -> Self {
        let (noise, mut noise_state) = (Noise::new(0), NoiseState::default());
        let mut state = FeaturesState::new(features);
        let (mut frames, mut tonal, mut noisy) = (Vec::new(), Vec::new(), Vec::new());
        for hop in 0..FRAMES * HOPS_PER_FRAME {
            let saw: [f32; HOP_SAMPLES] = std::array::from_fn(|n| {
                let turns = (hop * HOP_SAMPLES + n) as f32 * (SAW_HZ / SAMPLE_RATE_HZ as f32);
                SAW_PEAK * (2.0 * turns.fract() - 1.0)
            });
            let mut hiss = [0.0; HOP_SAMPLES];
            noise.step(&mut noise_state, &mut hiss);
            let hiss = hiss.map(|x| NOISE_LEVEL * x);
            let heard = std::array::from_fn(|n| saw[n] + hiss[n]);
            frames.extend(features.step(&mut state, &heard).copied());
            tonal.push(saw);
            noisy.push(hiss);
        }
        Self {
            frames,
            tonal,
            noisy,
        }
    }
}

/// What the translator is told of a frame.
pub(super) fn frame_pitch(frame: &FeatureFrame) -> FramePitch {
    let (low_hz, high_hz) = TRAINED_PITCH_HZ;
    FramePitch {
        f0_hz: frame.pitch.f0_hz.clamp(low_hz, high_hz),
        voicing: frame.pitch.voicing,
        log_loudness: frame.log_loudness,
        attack: frame.attack,
        follow: false,
    }
}

/// A target with small numbers everywhere, while a base is checked.
pub(super) fn stand_in(architecture: &Architecture) -> Tensors {
    let (noise, mut state) = (Noise::new(1), NoiseState::default());
    let mut tensors = Tensors::default();
    for (name, shape) in architecture.target_tensors() {
        let mut values = vec![0.0; shape.iter().product()];
        noise.step(&mut state, &mut values);
        values.iter_mut().for_each(|value| *value *= STAND_IN_SMALL);
        tensors.insert(name, shape, values);
    }
    tensors
}
