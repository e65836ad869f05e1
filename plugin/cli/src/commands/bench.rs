//! `mynah bench`: how fast the chain is on one core, and that the audio path allocates nothing.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use mynah_engine::{Controls, EngineSpec, Library};
use mynah_models::{Base, ChainState, HOP_SAMPLES, HopControls, Mode, SAMPLE_RATE_HZ, Target};
use serde::Serialize;

use super::{find_target, print, print_json};
use crate::cli::Bench;
use crate::memory::count_during;
use crate::stages::{self, StageTime};
use crate::synth;

/// Time a hop may take at the most, in microseconds.
const BUDGET_US: f64 = HOP_SAMPLES as f64 * 1e6 / SAMPLE_RATE_HZ as f64;

/// The JSON; keys are documented in the crate's README.
#[derive(Serialize)]
struct BenchJson {
    format_version: u32,
    target: String,
    seconds: u32,
    x_real_time: f64,
    x_real_time_follow: f64,
    x_real_time_engine: f64,
    x_real_time_engine_44100: f64,
    hop_samples: usize,
    hop_budget_us: f64,
    hop_median_us: f64,
    hop_p99_us: f64,
    hop_max_us: f64,
    hop_p99_share: f64,
    latency_samples: u32,
    latency_ms: f64,
    allocations: u64,
    stages: Vec<StageTime>,
}

/// Measures and prints.
///
/// # Errors
/// There is no such target, or no target at all.
pub(super) fn run(arguments: &Bench) -> Result<()> {
    let library = Library::with_user_folder();
    let base = library.base()?;
    let wanted = match &arguments.target {
        Some(name) => name.clone(),
        None => library
            .entries()
            .first()
            .context("there are no targets installed")?
            .info
            .name
            .clone(),
    };
    let (info, target) = find_target(&library, &wanted)?;
    let sound = phrase_of(arguments.seconds);
    let track = chain_times(&base, &target, Mode::Track, &sound);
    let follow = chain_times(&base, &target, Mode::Follow, &sound);
    let mut track_us = track.hops_us;
    track_us.sort_by(f64::total_cmp);
    let at = |share: f64| track_us[((track_us.len() - 1) as f64 * share) as usize];
    let (engine_48k, latency_samples, _) = engine_speed(&base, &target, 48_000, &sound)?;
    let (engine_44k, _, _) = engine_speed(&base, &target, 44_100, &sound)?;
    let json = BenchJson {
        format_version: 1,
        target: info.name,
        seconds: arguments.seconds,
        x_real_time: track.x_real_time,
        x_real_time_follow: follow.x_real_time,
        x_real_time_engine: engine_48k,
        x_real_time_engine_44100: engine_44k,
        hop_samples: HOP_SAMPLES,
        hop_budget_us: BUDGET_US,
        hop_median_us: at(0.5),
        hop_p99_us: at(0.99),
        hop_max_us: at(1.0),
        hop_p99_share: at(0.99) / BUDGET_US,
        latency_samples,
        latency_ms: f64::from(latency_samples) / 48.0,
        allocations: allocations(&base, &target, &sound)?,
        stages: stages::measure(&base, &sound)?,
    };
    if arguments.json {
        print_json(&json)
    } else {
        print(&table(&json))
    }
}

/// The demo phrase, repeated to `seconds`; it is never silent for long, so the chain never rests.
fn phrase_of(seconds: u32) -> Vec<f32> {
    let phrase = synth::demo_phrase();
    phrase
        .iter()
        .copied()
        .cycle()
        .take((seconds * SAMPLE_RATE_HZ) as usize)
        .collect()
}

/// Times of the chain alone over the same sound.
struct ChainTimes {
    /// Seconds of sound per second, in the fastest pass.
    x_real_time: f64,
    /// Of every hop the shortest of all passes: each pass does the same work to the bit, so what is longer in one of them
    /// is another program's doing.
    hops_us: Vec<f64>,
}

/// Runs the chain over `sound` three times, each after half a second to warm up.
fn chain_times(base: &Base, target: &Target, mode: Mode, sound: &[f32]) -> ChainTimes {
    const PASSES: usize = 3;
    let mut hops_us = vec![f64::MAX; sound.len() / HOP_SAMPLES];
    let mut shortest_us = f64::MAX;
    for _ in 0..PASSES {
        let pass = hop_times_us(base, target, mode, sound);
        shortest_us = shortest_us.min(pass.iter().sum());
        for (best, now) in hops_us.iter_mut().zip(&pass) {
            *best = best.min(*now);
        }
    }
    ChainTimes {
        x_real_time: hops_us.len() as f64 * BUDGET_US / shortest_us,
        hops_us,
    }
}

/// Time of every hop of one pass.
fn hop_times_us(base: &Base, target: &Target, mode: Mode, sound: &[f32]) -> Vec<f64> {
    const WARM_UP_HOPS: usize = 188;
    let controls = HopControls {
        mode,
        pitch_ratio: 1.0,
        generator_drive: 1.0,
    };
    let mut state = ChainState::new(base);
    let mut output = [0.0; HOP_SAMPLES];
    let (hops, _) = sound.as_chunks::<HOP_SAMPLES>();
    for hop in hops.iter().take(WARM_UP_HOPS) {
        base.step(target, &mut state, &controls, hop, &mut output);
    }
    let mut times = Vec::with_capacity(hops.len());
    for hop in hops {
        let started = Instant::now();
        base.step(target, &mut state, &controls, hop, &mut output);
        times.push(started.elapsed().as_secs_f64() * 1e6);
        std::hint::black_box(&output);
    }
    times
}

/// Speed of the whole engine at a host rate in blocks of 256, its latency, and its allocations in `process`.
fn engine_speed(
    base: &Arc<Base>,
    target: &Arc<Target>,
    rate_hz: u32,
    sound: &[f32],
) -> Result<(f64, u32, u64)> {
    const BLOCK: usize = 256;
    let spec = EngineSpec {
        host_rate_hz: f64::from(rate_hz),
        max_block_samples: BLOCK,
    };
    let (mut engine, _handle) =
        mynah_engine::engine(spec, Arc::clone(base), Some(Arc::clone(target)))?;
    let mut block = [0.0; BLOCK];
    let started = Instant::now();
    let (blocks, _) = sound.as_chunks::<BLOCK>();
    let (allocations, ()) = count_during(|| {
        for input in blocks {
            block = *input;
            engine.process(&mut [&mut block]);
        }
    });
    let seconds = (blocks.len() * BLOCK) as f64 / f64::from(rate_hz);
    Ok((
        seconds / started.elapsed().as_secs_f64().max(1e-9),
        engine.latency_samples(),
        allocations,
    ))
}

/// Allocations (and frees) of `process` and `set_controls` in both modes, at two rates, in stereo, at odd block sizes,
/// with controls changing and targets being swapped all the time.
fn allocations(base: &Arc<Base>, target: &Arc<Target>, sound: &[f32]) -> Result<u64> {
    const LARGEST: usize = 1_024;
    let mut total = 0;
    for rate_hz in [48_000.0, 44_100.0] {
        let spec = EngineSpec {
            host_rate_hz: rate_hz,
            max_block_samples: LARGEST,
        };
        let (mut engine, mut handle) =
            mynah_engine::engine(spec, Arc::clone(base), Some(Arc::clone(target)))?;
        let (mut left, mut right) = ([0.0f32; LARGEST], [0.0f32; LARGEST]);
        let mut rest = &sound[..sound.len().min(5 * SAMPLE_RATE_HZ as usize)];
        let mut round = 0usize;
        while !rest.is_empty() {
            let size = (1 + (round * 389) % LARGEST).min(rest.len());
            let (input, later) = rest.split_at(size);
            rest = later;
            left[..size].copy_from_slice(input);
            right[..size].copy_from_slice(input);
            let controls = Controls {
                mode: if round % 16 < 8 {
                    Mode::Track
                } else {
                    Mode::Follow
                },
                octave: round as i32 % 5 - 2,
                mix: (round % 7) as f32 / 6.0,
                drive: (round % 3) as f32 / 2.0,
                output_gain_db: (round % 4) as f32 - 2.0,
                ..Controls::default()
            };
            if round % 24 == 12 {
                // The loader's side may allocate; only the audio side is counted.
                let next = (round % 48 == 12).then(|| Arc::clone(target));
                handle
                    .swap_target(next)
                    .context("the engine did not take a new target")?;
            }
            let (count, ()) = count_during(|| {
                engine.set_controls(&controls);
                engine.process(&mut [&mut left[..size], &mut right[..size]]);
            });
            total += count;
            handle.collect_garbage();
            round += 1;
        }
    }
    Ok(total)
}

fn table(json: &BenchJson) -> String {
    let mut out = String::new();
    let mut row = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<34} {value}");
    };
    row(
        "chain, track",
        format!("{:.1} x real time on one core", json.x_real_time),
    );
    row(
        "chain, follow",
        format!("{:.1} x real time", json.x_real_time_follow),
    );
    row(
        "engine at 48 kHz",
        format!("{:.1} x real time", json.x_real_time_engine),
    );
    row(
        "engine at 44.1 kHz",
        format!("{:.1} x real time", json.x_real_time_engine_44100),
    );
    row(
        "a hop (128 samples)",
        format!(
            "median {:.0} us, p99 {:.0} us, max {:.0} us",
            json.hop_median_us, json.hop_p99_us, json.hop_max_us
        ),
    );
    row(
        "p99 of what a hop may take",
        format!("{:.1} %", 100.0 * json.hop_p99_share),
    );
    row(
        "latency at 48 kHz",
        format!(
            "{} samples = {:.1} ms",
            json.latency_samples, json.latency_ms
        ),
    );
    row(
        "allocations in the audio path",
        json.allocations.to_string(),
    );
    for stage in &json.stages {
        row(
            &format!("stage {}", stage.name),
            format!(
                "{:.1} us a hop, {:.0} x real time",
                stage.us_per_hop, stage.x_real_time
            ),
        );
    }
    out
}
