//! The public engine around the real chain, mostly with random weights.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use mynah_engine::{
    Channels, Controls, Engine, EngineError, EngineSpec, Library, Mode, engine, latency_samples,
};
use mynah_models::{
    Base, ChainState, DynamicsControls, HOP_SAMPLES, HopControls, LowCut, Target, alone, testing,
};
use proptest::prelude::*;

use common::{Models, noise};

fn spec(host_rate_hz: f64) -> EngineSpec {
    EngineSpec::alone(host_rate_hz)
}

/// A gliding tone with a little noise: something that a chain can hear a pitch in.
fn tune(samples: usize) -> Vec<f32> {
    let noise = noise(1, samples);
    let mut phase = 0.0f64;
    let tone = |(n, noise): (usize, &f32)| {
        phase += (220.0 + 0.003 * n as f64) / 48_000.0;
        0.3 * (phase.fract() as f32 - 0.5) + 0.003 * noise
    };
    noise.iter().enumerate().map(tone).collect()
}

fn process_in_blocks(engine: &mut Engine, signal: &mut [f32], blocks: &[usize]) {
    let mut start = 0;
    for &block in blocks.iter().cycle() {
        let end = (start + block).min(signal.len());
        engine.process(&mut [&mut signal[start..end]]);
        start = end;
        if start == signal.len() {
            break;
        }
    }
}

/// At 48 kHz the engine is the chain itself, a hop late.
#[test]
fn at_48_khz_it_is_the_chain_to_the_bit() {
    let models = Models::new();
    for mode in [Mode::Track, Mode::Follow] {
        let target = models.target(1);
        let input = tune(24_000 / HOP_SAMPLES * HOP_SAMPLES);
        let controls = HopControls {
            mode,
            pitch_ratio: 2.0,
            generator_drive: 0.5,
            dynamics: DynamicsControls {
                pause_db: Some(-66.0),
                ..DynamicsControls::default()
            },
            ..HopControls::default()
        };
        let mut low_cut = LowCut::default();
        let mut state = ChainState::new(&models.base);
        let mut wanted = vec![0.0; HOP_SAMPLES];
        for hop in input.as_chunks::<HOP_SAMPLES>().0 {
            let mut output = [0.0; HOP_SAMPLES];
            let hop = low_cut.step(hop);
            models
                .base
                .step(&alone(&target), &mut state, &controls, &hop, &mut output);
            wanted.extend(output);
        }
        let base = Arc::clone(&models.base);
        let (mut engine, _) = engine(spec(48_000.0), base, Some(target)).unwrap();
        engine.set_controls(&Controls {
            mode,
            octave: 1,
            drive: 0.5,
            ..Controls::neutral()
        });
        let mut output = input;
        engine.process(&mut [&mut output]);
        assert!(output.iter().any(|&sample| sample != 0.0));
        let same = output
            .iter()
            .zip(&wanted)
            .all(|(left, right)| (left - right).abs() <= 1e-15);
        assert!(same, "{mode:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_division_into_blocks_gives_the_same_bits(
        host_rate_hz in prop_oneof![Just(44_100.0), Just(48_000.0), 8_000.0..192_000.0],
        blocks in proptest::collection::vec(prop_oneof![1usize..40, 1usize..=16_384], 1..20),
        follow in any::<bool>(),
    ) {
        let models = Models::new();
        let mode = if follow { Mode::Follow } else { Mode::Track };
        let run = |blocks: &[usize]| {
            let base = Arc::clone(&models.base);
            let (mut engine, _) = engine(spec(host_rate_hz), base, Some(models.target(1))).unwrap();
            engine.set_controls(&Controls { mode, mix: 0.8, octave_auto: true, ..Controls::neutral() });
            let mut signal = tune(30_000);
            let (first, second) = signal.split_at_mut(10_000);
            process_in_blocks(&mut engine, first, blocks);
            engine.set_targets(Some(models.target(2))).unwrap();
            process_in_blocks(&mut engine, second, blocks);
            signal
        };
        prop_assert!(run(&blocks) == run(&[16_384]));
    }
}

/// Two engines side by side are what a stereo track was given before there was stereo.
#[test]
fn in_stereo_each_side_is_what_an_engine_of_its_own_makes_of_it() {
    let models = Models::new();
    for (rate_hz, mode) in [
        (48_000.0, Mode::Track),
        (44_100.0, Mode::Follow),
        (48_000.0, Mode::Auto),
    ] {
        let make = || {
            let base = Arc::clone(&models.base);
            let (mut engine, _) = engine(spec(rate_hz), base, Some(models.target(1))).unwrap();
            engine.set_octave(Some(1));
            engine.set_controls(&Controls {
                mode,
                channels: Channels::Stereo,
                variation: 0.3,
                octave_auto: true,
                ..Controls::neutral()
            });
            engine
        };
        let mut sides = [tune(40_000), noise(5, 40_000)];
        // One of them sleeps for a while.
        sides[0][4_000..34_000].fill(0.0);
        let alone = sides.clone().map(|mut side| {
            let mut engine = make();
            engine.process(&mut [&mut side[..20_000]]);
            engine.set_targets(Some(models.target(2))).unwrap();
            engine.process(&mut [&mut side[20_000..]]);
            side
        });
        let mut engine = make();
        let [left, right] = &mut sides;
        engine.process(&mut [&mut left[..20_000], &mut right[..20_000]]);
        engine.set_targets(Some(models.target(2))).unwrap();
        engine.process(&mut [&mut left[20_000..], &mut right[20_000..]]);
        assert!(sides == alone, "{rate_hz} Hz, {mode:?}");
    }
}

/// All that is chosen by what is heard, the octave above all, is chosen alike.
#[test]
fn sides_that_are_the_same_sound_as_in_mono() {
    let models = Models::new();
    for mode in [Mode::Track, Mode::Follow, Mode::Auto] {
        let of = |channels: Channels| {
            let base = Arc::clone(&models.base);
            let (mut engine, _) = engine(spec(44_100.0), base, Some(models.target(1))).unwrap();
            engine.set_controls(&Controls {
                mode,
                channels,
                ..Controls::default()
            });
            let mut left = tune(60_000);
            left[15_000..45_000].fill(0.0);
            let mut right = left.clone();
            engine.process(&mut [&mut left[..10_000], &mut right[..10_000]]);
            engine.set_targets(Some(models.target(2))).unwrap();
            engine.process(&mut [&mut left[10_000..], &mut right[10_000..]]);
            [left, right]
        };
        assert!(of(Channels::Mono) == of(Channels::Stereo), "{mode:?}");
    }
}

#[test]
fn reset_is_like_new() {
    let models = Models::new();
    let base = Arc::clone(&models.base);
    let (mut engine, _) = engine(spec(44_100.0), base, Some(models.target(1))).unwrap();
    let mut first = tune(20_000);
    let mut second = first.clone();
    engine.process(&mut [&mut first]);
    engine.reset();
    engine.process(&mut [&mut second]);
    assert!(first == second);
}

#[test]
fn bad_input_leaves_no_trace() {
    let models = Models::new();
    let base = Arc::clone(&models.base);
    let (mut engine, _) = engine(spec(48_000.0), base, Some(models.target(1))).unwrap();
    for bad in [f32::NAN, f32::INFINITY, f32::MAX, -f32::MAX, 1e-40] {
        let mut signal = vec![bad; 5_000];
        signal.extend(tune(20_000));
        engine.process(&mut [&mut signal]);
        let bound = mynah_engine::OUTPUT_BOUND;
        assert!(
            signal.iter().all(|x| x.is_finite() && x.abs() <= bound),
            "after {bad}"
        );
    }
}

#[test]
fn wrong_use_is_refused_with_the_reason() {
    let models = Models::new();
    let base = || Arc::clone(&models.base);
    for host_rate_hz in [0.0, 7_999.0, 192_001.0, f64::NAN] {
        let error = engine(spec(host_rate_hz), base(), None).err().unwrap();
        assert!(
            matches!(error, EngineError::UnsupportedRate { .. }),
            "{error}"
        );
    }
    let other = Base::from_bytes(&testing::random_base(2)).unwrap();
    let stranger = Target::from_bytes(&testing::random_target(1, &other), &other).unwrap();
    let stranger = Arc::new(stranger);
    let error = engine(spec(48_000.0), base(), Some(Arc::clone(&stranger)))
        .err()
        .unwrap();
    assert!(matches!(error, EngineError::OtherBase(_)), "{error}");

    let (mut made, _) = engine(spec(48_000.0), base(), None).unwrap();
    assert_eq!(Some(made.latency_samples()), latency_samples(48_000.0));
    let error = made.set_targets(Some(stranger)).unwrap_err();
    assert!(error.to_string().contains("another base"), "{error}");
}

fn is_send<T: Send>(_: &T) {}

#[test]
fn both_halves_can_move_to_their_threads() {
    let models = Models::new();
    let (made, monitor) = engine(spec(48_000.0), Arc::clone(&models.base), None).unwrap();
    is_send(&made);
    is_send(&monitor);
}

/// Silence must cost next to nothing: no shipped target may hum on.
#[test]
fn shipped_targets_come_to_rest_in_silence() {
    let library = Library::shipped();
    let Ok(base) = library.base() else { return };
    for entry in library.entries() {
        for mode in [Mode::Track, Mode::Follow] {
            let target = library.load(&entry.into()).unwrap();
            let (mut engine, _) = engine(spec(48_000.0), Arc::clone(&base), Some(target)).unwrap();
            engine.set_controls(&Controls {
                mode,
                ..Controls::neutral()
            });
            let mut signal = tune(48_000);
            signal.resize(4 * 48_000, 0.0);
            engine.process(&mut [&mut signal]);
            assert!(
                engine.meters().asleep,
                "{} hums on ({mode:?})",
                entry.info.name
            );
            assert!(signal[3 * 48_000..].iter().all(|&sample| sample == 0.0));
        }
    }
}
