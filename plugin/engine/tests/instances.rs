//! Several engines side by side: each has its frames at a time of its own, and sounds as one alone.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::{Models, noise};
use mynah_engine::{
    Controls, Corners, Engine, EngineSpec, engine, latency_samples, supported_rate,
};

fn instance(models: &Models, host_rate_hz: f64, instance: usize) -> Engine {
    let spec = EngineSpec {
        instance,
        ..EngineSpec::alone(host_rate_hz)
    };
    let corners = Corners(std::array::from_fn(|n| Some(models.target(1 + n as u64))));
    let (mut engine, _) = engine(spec, Arc::clone(&models.base), corners).unwrap();
    engine.set_controls(&Controls {
        morph_x: 0.5,
        morph_y: 0.5,
        ..Controls::neutral()
    });
    engine
}

/// The most frames that end in one block while all hear `sound`, which is noise.
fn frames_at_once(engines: &mut [Engine], sound: &[f32], block: usize) -> usize {
    let mut most = 0;
    let mut all = 0;
    for block in sound.chunks(block) {
        let mut completed = 0;
        for engine in engines.iter_mut() {
            let before = engine.meters();
            engine.process(&mut [&mut block.to_vec()]);
            // Of noise no two frames are alike; asleep, nothing is heard.
            let heard = engine.meters().telemetry != before.telemetry;
            completed += usize::from(heard && !before.asleep);
        }
        most = most.max(completed);
        all += completed;
    }
    assert!(all > engines.len(), "hardly a frame: {all}");
    most
}

#[test]
fn frames_of_ten_fall_into_different_blocks() {
    let models = Models::new();
    for (host_rate_hz, block, most) in [(48_000.0, 64, 3), (48_000.0, 32, 2), (96_000.0, 64, 2)] {
        let mut engines: Vec<_> = (0..10)
            .map(|number| instance(&models, host_rate_hz, number))
            .collect();
        let sound = noise(5, 6_000);
        let found = frames_at_once(&mut engines, &sound, block);
        assert!(
            found <= most,
            "{found} in a block of {block} from the start"
        );
        // Long enough to sleep, and to rest; an odd number of hops.
        let silence = vec![0.0; host_rate_hz as usize + 128 + 17];
        for engine in &mut engines {
            engine.process(&mut [&mut silence.clone()]);
            assert!(engine.meters().asleep);
        }
        let found = frames_at_once(&mut engines, &sound, block);
        assert!(found <= most, "{found} in a block of {block} after a pause");
        for engine in &mut engines {
            engine.reset();
        }
        let found = frames_at_once(&mut engines, &sound, block);
        assert!(found <= most, "{found} in a block of {block} after a reset");
    }
}

#[test]
fn all_have_the_same_latency_and_the_dry_sound_to_the_bit() {
    let models = Models::new();
    for host_rate_hz in [8_000.0, 44_100.0, 48_000.0, 192_000.0] {
        assert!(supported_rate(host_rate_hz));
        let latency = latency_samples(host_rate_hz).unwrap() as usize;
        let input = noise(6, 4 * latency + 1_000);
        for number in 0..17 {
            let mut engine = instance(&models, host_rate_hz, number);
            engine.set_controls(&Controls {
                mix: 0.0,
                ..Controls::neutral()
            });
            assert_eq!(engine.latency_samples() as usize, latency);
            let mut output = input.clone();
            engine.process(&mut [&mut output]);
            assert!(output[..latency].iter().all(|x| *x == 0.0));
            assert!(
                output[latency..] == input[..input.len() - latency],
                "{number}"
            );
        }
    }
}

#[test]
fn one_sounds_as_the_first_would_that_much_later() {
    let models = Models::new();
    let input = noise(7, 5_000);
    // Those that have the whole frame before them: the others' first frame is shorter.
    for (number, lead) in [(0, 0), (2, 64), (4, 32), (6, 96), (8, 16), (16, 0)] {
        let mut first = instance(&models, 48_000.0, 0);
        let mut expected = vec![0.0; lead];
        expected.extend_from_slice(&input);
        first.process(&mut [&mut expected]);
        let mut engine = instance(&models, 48_000.0, number);
        let mut output = input.clone();
        engine.process(&mut [&mut output]);
        let largest = expected[lead..]
            .iter()
            .zip(&output)
            .map(|(expected, output)| (expected - output).abs())
            .fold(0.0, f32::max);
        assert!(largest == 0.0, "instance {number}: {largest}");
    }
}
