//! Several instances in one session.

use mynah_engine::{Controls, EngineSpec};

use super::{active, assert_no_allocations, process, target};
use crate::host::{Host, Setup, library, run};
use crate::signal::melody;

/// What an engine of this number makes of `input`.
fn played_by(instance: usize, input: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let spec = EngineSpec {
        instance,
        ..EngineSpec::alone(48_000.0)
    };
    let base = library().base().unwrap();
    let (mut engine, _) = mynah_engine::engine(spec, base, Some(target(0))).unwrap();
    engine.set_controls(&Controls::default());
    let mut output = input.to_vec();
    process(&mut engine, &mut output, 0, usize::MAX);
    output
}

/// Of those that play live each does its work at a time of its own; a bounce is the same whatever plays beside it.
pub fn live_instances_take_turns<H: Host>() {
    let input = melody(48_000.0, 2, 12_000);
    let expected: Vec<_> = (0..16).map(|number| played_by(number, &input)).collect();
    let live = Setup {
        offline: false,
        ..Setup::USUAL
    };
    let mut instances: Vec<_> = (0..3).map(|_| active::<H>(live, &[])).collect();
    let mut numbers: Vec<usize> = Vec::new();
    for (host, audio) in &mut instances {
        assert_eq!(host.latency(), 144);
        let output = run(audio, &input, &[], || 64);
        let number = expected.iter().position(|expected| *expected == output);
        numbers.push(number.expect("an instance sounds like no engine"));
        assert_no_allocations(audio);
    }
    let (mut bouncing, mut audio) = active::<H>(Setup::USUAL, &[]);
    assert!(run(&mut audio, &input, &[], || 64) == expected[0]);
    bouncing.deactivate(audio);
    for (mut host, audio) in instances {
        host.deactivate(audio);
    }
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 3, "two did their work at the same time");

    // One that stops playing live and bounces, and plays again.
    let mut host = H::new();
    for setup in [live, Setup::USUAL, live] {
        let mut audio = host.activate(setup);
        let output = run(&mut audio, &input, &[], || 64);
        assert!(expected.contains(&output));
        assert!(!setup.offline || output == expected[0]);
        host.deactivate(audio);
    }
}
