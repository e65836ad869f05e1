//! A few thousand of the malformed inputs of which `cargo xtask fuzz` runs a million.
#![allow(clippy::unwrap_used)]

use mynah_tests::fuzz::{TARGETS, Target, name_inputs_in_panics};

/// Another seed than the one that is usual by hand: other inputs.
const SEED: u64 = 20_260_101;

fn run(name: &str, inputs: u64) {
    name_inputs_in_panics();
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    for seed in target.all_seeds() {
        (target.run)(&seed);
    }
    let tally = target.run_range(SEED, 0..inputs);
    assert_eq!(tally.inputs, inputs);
    // Otherwise the mutations are so crude that only the front door is tried.
    let accepted = tally.accepted as f64 / inputs as f64;
    assert!(accepted > 0.01, "only {accepted} were accepted");
}

#[test]
fn model_files() {
    run("model_file", 3_000);
}

#[test]
fn states() {
    run("state", 6_000);
}

#[test]
fn audio() {
    run("audio", 800);
}

#[test]
fn events() {
    run("events", 2_000);
}

#[test]
fn audio_files() {
    run("audio_file", 5_000);
}

#[test]
fn every_seed_made_by_code_is_accepted() {
    for Target {
        name, run, seeds, ..
    } in &TARGETS
    {
        for (index, seed) in seeds().iter().enumerate() {
            assert!(run(seed), "{name}, seed {index}");
        }
    }
}

#[test]
fn the_same_number_gives_the_same_input() {
    for target in &TARGETS {
        let seeds = (target.seeds)();
        let inputs: Vec<Vec<u8>> = (0..50).map(|n| target.input(&seeds, 9, n)).collect();
        assert!((0..50).all(|n| target.input(&seeds, 9, n) == inputs[n as usize]));
        let different = inputs.iter().filter(|input| !seeds.contains(input));
        assert!(different.count() > 40, "{}", target.name);
    }
}
