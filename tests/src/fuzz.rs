//! Bytes from anywhere, given to everything that takes bytes, blocks or events from outside.
//!
//! A target is a plain function of bytes that panics when something is wrong. Three run them: the tests,
//! over their seeds and a few thousand mutations; `cargo xtask fuzz`, over as many mutations as wanted; and
//! cargo-fuzz (`tests/fuzz`), which looks for inputs by the code that they reach.

mod audio;
mod audio_file;
mod events;
mod model_file;
mod mutate;
mod state;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::signal::Random;

/// Something that is given bytes.
pub struct Target {
    /// As cargo-fuzz calls it.
    pub name: &'static str,
    /// Panics if the bytes do harm. Returns whether they were accepted.
    pub run: fn(&[u8]) -> bool,
    /// Bytes that are accepted, to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Makes other bytes of accepted ones.
    mutate: fn(&mut Vec<u8>, &mut Random),
    /// Its part of all inputs, in percent: some take longer than others.
    share: u64,
}

/// All of them.
pub const TARGETS: [Target; 5] = [
    Target {
        name: "model_file",
        run: model_file::run,
        seeds: model_file::seeds,
        mutate: model_file::mutate,
        share: 15,
    },
    Target {
        name: "state",
        run: state::run,
        seeds: state::seeds,
        mutate: mutate::text,
        share: 25,
    },
    Target {
        name: "audio",
        run: audio::run,
        seeds: audio::seeds,
        mutate: mutate::bytes,
        share: 15,
    },
    Target {
        name: "events",
        run: events::run,
        seeds: events::seeds,
        mutate: mutate::bytes,
        share: 25,
    },
    Target {
        name: "audio_file",
        run: audio_file::run,
        seeds: audio_file::seeds,
        mutate: audio_file::mutate,
        share: 20,
    },
];

/// What was run of one target.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Inputs.
    pub inputs: u64,
    /// Those of them that were accepted.
    pub accepted: u64,
    /// Seconds it took.
    pub wall_s: f64,
}

// What this thread is running, for the panic hook: a panic inside the plugin's own functions ends the
// process. Target, seed, number of the input.
thread_local! {
    static RUNNING: Cell<Option<(&'static str, u64, u64)>> = const { Cell::new(None) };
}

/// Has a panic say which input of which seed it was.
pub fn name_inputs_in_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if let Some((name, seed, index)) = RUNNING.get() {
            eprintln!(
                "input {index} of seed {seed}, target {name}\n\
                 Again: cargo xtask fuzz --seed {seed} --index {index}"
            );
        }
        usual(panic);
    }));
}

impl Target {
    /// How many of `inputs` in all are this target's.
    pub fn part_of(&self, inputs: u64) -> u64 {
        inputs * self.share / 100
    }

    /// The input of a number: it depends on nothing but that and the seed.
    pub fn input(&self, seeds: &[Vec<u8>], seed: u64, index: u64) -> Vec<u8> {
        let mut random = Random::new(seed.wrapping_mul(0x9E37_79B9_97F4_A7C5).wrapping_add(index));
        let mut bytes = seeds[random.within(0, seeds.len() - 1)].clone();
        (self.mutate)(&mut bytes, &mut random);
        bytes
    }

    /// Runs the inputs of these numbers.
    pub fn run_range(&self, seed: u64, indices: std::ops::Range<u64>) -> Tally {
        let started = Instant::now();
        let seeds = self.all_seeds();
        let mut tally = Tally::default();
        for index in indices {
            RUNNING.set(Some((self.name, seed, index)));
            tally.inputs += 1;
            let input = self.input(&seeds, seed, index);
            tally.accepted += u64::from((self.run)(&input));
        }
        RUNNING.set(None);
        tally.wall_s = started.elapsed().as_secs_f64();
        tally
    }

    /// The seeds made by code, then those kept as files: inputs that once did harm.
    pub fn all_seeds(&self) -> Vec<Vec<u8>> {
        let mut seeds = (self.seeds)();
        let files = std::fs::read_dir(seeds_folder().join(self.name));
        let mut paths: Vec<PathBuf> = files
            .into_iter()
            .flatten()
            .filter_map(|file| Some(file.ok()?.path()))
            .collect();
        paths.sort();
        seeds.extend(paths.iter().filter_map(|path| std::fs::read(path).ok()));
        seeds
    }
}

/// Where seeds lie as files, a folder for each target.
pub fn seeds_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds")
}
