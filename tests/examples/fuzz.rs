//! Malformed input by the million: `cargo xtask fuzz [--inputs N] [--seed S] [--index I]`.
//!
//! `--index` runs the inputs of that number alone. `MYNAH_FUZZ_SEEDS=1` writes the seeds to `tests/fuzz/seeds`
//! instead, for cargo-fuzz to begin with.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};
use mynah_tests::fuzz::{TARGETS, Tally, Target, name_inputs_in_panics, seeds_folder};
use mynah_tests::options::Options;

/// What one thread takes at a time.
const CHUNK: u64 = 500;

fn main() -> Result<()> {
    if std::env::var_os("MYNAH_FUZZ_SEEDS").is_some() {
        return write_seeds();
    }
    let options = Options::parse(std::env::args().skip(1), &["inputs", "seed", "index"])?;
    let inputs = options.whole("inputs").unwrap_or(1_000_000);
    let seed = options.whole("seed").unwrap_or(1);
    name_inputs_in_panics();
    if let Some(index) = options.whole("index") {
        for target in &TARGETS {
            target.run_range(seed, index..index + 1);
        }
        return Ok(());
    }
    let mut all = 0;
    for target in &TARGETS {
        let tally = run(target, seed, target.part_of(inputs))?;
        all += tally.inputs;
        println!(
            "{}: {} inputs, {} accepted, {:.0} s of processor time",
            target.name, tally.inputs, tally.accepted, tally.wall_s
        );
    }
    println!("{all} inputs, no crash");
    Ok(())
}

/// A target's part, on all processors.
fn run(target: &Target, seed: u64, inputs: u64) -> Result<Tally> {
    let next = AtomicU64::new(0);
    let sum = Mutex::new(Tally::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let whole = std::thread::scope(|scope| {
        let work = || {
            loop {
                let start = next.fetch_add(CHUNK, Ordering::Relaxed);
                if start >= inputs {
                    return;
                }
                let tally = target.run_range(seed, start..(start + CHUNK).min(inputs));
                let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                sum.inputs += tally.inputs;
                sum.accepted += tally.accepted;
                sum.wall_s += tally.wall_s;
            }
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().all(|thread| thread.join().is_ok())
    });
    if !whole {
        bail!("{}: an input did harm", target.name);
    }
    Ok(sum.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn write_seeds() -> Result<()> {
    for target in &TARGETS {
        let folder = seeds_folder().join(target.name);
        std::fs::create_dir_all(&folder)?;
        for (index, seed) in (target.seeds)().iter().enumerate() {
            std::fs::write(folder.join(format!("{index:02}")), seed)?;
        }
    }
    Ok(())
}
