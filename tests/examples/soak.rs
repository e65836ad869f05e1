//! Hours of audio through the engine: `cargo xtask soak [--hours N] [--seed S] [--step K] [--threads T]`.
//!
//! `--step` alone runs that one step again; with `--hours` it is where to begin.

use std::process::ExitCode;

use anyhow::Result;
use mynah_tests::options::Options;
use mynah_tests::soak::{Models, Plan, Summary, run};

/// Steps between two lines of progress.
const STEPS_A_LINE: u64 = 20;

fn main() -> Result<ExitCode> {
    let known = ["hours", "seed", "step", "threads"];
    let options = Options::parse(std::env::args().skip(1), &known)?;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let step = options.whole("step");
    let hours = options
        .number("hours")
        .unwrap_or(if step.is_some() { 0.0 } else { 1.0 });
    let plan = Plan {
        seed: options.whole("seed").unwrap_or(1),
        audio_s: 3_600.0 * hours,
        first_step: step.unwrap_or(0),
        threads: match (options.whole("threads"), hours) {
            // One step is one thread's work.
            (_, 0.0) => 1,
            (Some(threads), _) => threads as usize,
            (None, _) => processors,
        },
    };
    println!("{hours} hours of audio, seed {}", plan.seed);
    let models = Models::shipped()?;
    let summary = run(&models, &plan, |so_far: &Summary| {
        if so_far.steps.is_multiple_of(STEPS_A_LINE) {
            println!("{so_far}");
        }
    });
    println!("{summary}");
    for fault in &summary.faults {
        eprintln!("{fault}");
    }
    Ok(if summary.faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
