//! Times the stages of the chain one by one.
//!
//! The chain runs its stages inside one `step`; here each runs by itself over the same sound, one after the other, with
//! the shipped architecture and random weights (the time does not depend on their values). The sum is a little less
//! than the chain's time: alone, each stage keeps its weights in the cache.

use std::time::Instant;

use anyhow::Result;
use mynah_cli::notes::Random;
use mynah_models::architecture::Architecture;
use mynah_models::features::{FeatureFrame, Features, FeaturesState};
use mynah_models::file::Tensors;
use mynah_models::prior::{ENVELOPE_POINTS, Prior, PriorFrame, PriorState};
use mynah_models::streaming::encoder::{Encoder, EncoderState};
use mynah_models::streaming::generator::{Generator, GeneratorState};
use mynah_models::streaming::onsets::{OnsetNet, OnsetNetState};
use mynah_models::streaming::translator::{
    TargetWeights, Translator, TranslatorState, translator_input,
};
use mynah_models::{Base, FramePitch, HOP_SAMPLES, SAMPLE_RATE_HZ};
use serde::Serialize;

/// The stages that are networks.
pub(super) const NETWORKS: [&str; 4] = ["encoder", "onsets", "translator", "generator"];

/// One stage's time, spread over all hops (stages that work once a frame work in every second hop).
#[derive(Serialize)]
pub(super) struct StageTime {
    pub(super) name: &'static str,
    pub(super) us_per_hop: f64,
    pub(super) x_real_time: f64,
}

/// Runs every stage over `sound` (48 kHz).
///
/// # Errors
/// The base has an architecture that this build cannot run.
pub(super) fn measure(base: &Base, sound: &[f32]) -> Result<Vec<StageTime>> {
    let architecture = &base.info().architecture;
    let (hops, _) = sound.as_chunks::<HOP_SAMPLES>();
    let time = |name: &'static str, work: &mut dyn FnMut()| {
        let started = Instant::now();
        work();
        let seconds = started.elapsed().as_secs_f64().max(1e-9);
        let sound_s = (hops.len() * HOP_SAMPLES) as f64 / f64::from(SAMPLE_RATE_HZ);
        StageTime {
            name,
            us_per_hop: seconds * 1e6 / hops.len().max(1) as f64,
            x_real_time: sound_s / seconds,
        }
    };

    let features = Features::new();
    let mut features_state = FeaturesState::new(&features);
    let mut frames: Vec<FeatureFrame> = Vec::with_capacity(hops.len());
    let features_time = time("features", &mut || {
        for hop in hops {
            frames.extend(features.step(&mut features_state, hop).copied());
        }
    });

    let tensors = random_tensors(architecture);
    let encoder = Encoder::new(architecture, &tensors.root().pp("encoder"))?;
    let mut encoder_state = EncoderState::new(&encoder, 1);
    let mut latents = vec![0.0; frames.len() * encoder.latent_channels()];
    let encoder_time = time("encoder", &mut || {
        for (frame, z) in frames
            .iter()
            .zip(latents.chunks_exact_mut(encoder.latent_channels()))
        {
            encoder.step(&mut encoder_state, &frame.log_mel, &[frame.log_level], z);
        }
    });

    let onsets_time = if architecture.has_onsets() {
        let onsets = OnsetNet::new(architecture, &tensors.root().pp("onsets"))?;
        let mut state = OnsetNetState::new(&onsets);
        Some(time("onsets", &mut || {
            for frame in &frames {
                std::hint::black_box(onsets.step(&mut state, frame));
            }
        }))
    } else {
        None
    };

    let translator = Translator::new(architecture, &tensors.root().pp("translator"))?;
    let target = TargetWeights::new(architecture, &tensors.root().pp("target"))?;
    let mut translator_state = TranslatorState::new(&translator, 1);
    let mut hidden = vec![0.0; frames.len() * translator.channels()];
    let (mut harmonic, mut noise) = ([0.0; ENVELOPE_POINTS], [0.0; ENVELOPE_POINTS]);
    let translator_time = time("translator", &mut || {
        let rows = hidden.chunks_exact_mut(translator.channels());
        for ((frame, z), hidden) in frames
            .iter()
            .zip(latents.chunks_exact(encoder.latent_channels()))
            .zip(rows)
        {
            let pitch = FramePitch {
                f0_hz: frame.pitch.f0_hz,
                voicing: frame.pitch.voicing,
                log_loudness: frame.log_loudness,
                attack: frame.attack,
                follow: false,
            };
            translator_input(z, &pitch, translator.input(&mut translator_state, 1));
            translator.step(&target, &mut translator_state, hidden);
            target.envelopes(hidden, &mut harmonic, &mut noise);
        }
    });

    // A falling spectrum with quiet noise, as instruments have.
    let harmonic: [f32; ENVELOPE_POINTS] =
        std::array::from_fn(|i| 1.0 - 6.0 * i as f32 / ENVELOPE_POINTS as f32);
    let noise = harmonic.map(|x| x - 5.0);
    let mut streams = vec![([0.0; HOP_SAMPLES], [0.0; HOP_SAMPLES]); hops.len()];
    let mut prior_times = Vec::new();
    for (name, follow) in [("prior, track", false), ("prior, follow", true)] {
        let prior = Prior::new();
        let mut state = PriorState::new(&prior);
        prior_times.push(time(name, &mut || {
            for (index, (hop, (tonal, noisy))) in hops.iter().zip(&mut streams).enumerate() {
                if index % 2 == 1
                    && let Some(features) = frames.get(index / 2)
                {
                    let frame = PriorFrame::as_heard(features, [&harmonic, &noise], follow, 1.0);
                    prior.begin_frame(&mut state, &frame);
                }
                prior.step(&mut state, 1.0, hop, tonal, noisy);
            }
        }));
    }

    let generator = Generator::new(architecture, &tensors.root().pp("generator"))?;
    let mut generator_state = GeneratorState::new(&generator);
    let mut output = [0.0; HOP_SAMPLES];
    let generator_time = time("generator", &mut || {
        let mut rows = frames
            .iter()
            .zip(hidden.chunks_exact(translator.channels()));
        for (index, (tonal, noisy)) in streams.iter().enumerate() {
            if index % 2 == 1
                && let Some((frame, hidden)) = rows.next()
            {
                generator.begin_frame(&mut generator_state, hidden, frame.log_loudness);
            }
            generator.step(&mut generator_state, 1.0, tonal, noisy, &mut output);
            std::hint::black_box(&output);
        }
    });

    let mut all = vec![features_time, encoder_time];
    all.extend(onsets_time);
    all.push(translator_time);
    all.extend(prior_times);
    all.push(generator_time);
    Ok(all)
}

/// Small random weights of every tensor of a base, and of a target under `target.`.
fn random_tensors(architecture: &Architecture) -> Tensors {
    let mut random = Random::new(1);
    let mut tensors = Tensors::default();
    let base = architecture.base_tensors().into_iter();
    let target = architecture
        .target_tensors()
        .into_iter()
        .map(|(name, shape)| (format!("target.{name}"), shape));
    for (name, shape) in base.chain(target) {
        let size: usize = shape.iter().product();
        let inputs = size / shape.first().copied().unwrap_or(1).max(1);
        let scale = 0.5 / (inputs.max(1) as f64).sqrt();
        tensors.insert(
            name,
            shape,
            (0..size)
                .map(|_| (random.bipolar() * scale) as f32)
                .collect(),
        );
    }
    tensors
}
