//! `mynah bench`: how fast the chain is on one core of this machine, and how evenly.

mod chain;
mod engine;
mod table;

use anyhow::{Context, Result};
use mynah_engine::Library;
use mynah_models::{CORNERS, HOP_SAMPLES, Mode, SAMPLE_RATE_HZ, VOICES};
use serde::Serialize;

use self::chain::{ChainTimes, Run};
use self::engine::CallbackTimes;
use super::{find_target, print, print_json};
use crate::cli::Bench;
use crate::synth;

/// Time a hop may take at the most, in microseconds.
const HOP_BUDGET_US: f64 = HOP_SAMPLES as f64 * 1e6 / SAMPLE_RATE_HZ as f64;
/// Hops that are run with cold caches, per second that is asked for: emptying the caches takes some 10 ms.
const COLD_HOPS_PER_SECOND: usize = 30;

/// How much of a room there is where one is measured: any costs the same.
const ROOM: f32 = 0.5;

/// The JSON; keys are documented in the crate's README.
#[derive(Serialize)]
struct BenchJson {
    format_version: u32,
    target: String,
    seconds: u32,
    x_real_time: f64,
    x_real_time_follow: f64,
    x_real_time_eco: f64,
    x_real_time_four_targets: f64,
    x_real_time_room: f64,
    x_real_time_engine: f64,
    x_real_time_engine_44100: f64,
    x_real_time_engine_room: f64,
    x_real_time_keys: f64,
    x_real_time_keys_8_voices: f64,
    instances_per_core: u32,
    hop_samples: usize,
    hop_budget_us: f64,
    hot: HopTimes,
    cold: HopTimes,
    callbacks: Vec<CallbackTimes>,
    silence_share: f64,
    latency_samples: u32,
    latency_ms: f64,
    latency_samples_44100: u32,
}

/// Times of single hops of the chain.
#[derive(Serialize)]
struct HopTimes {
    median_us: f64,
    p99_us: f64,
    max_us: f64,
    /// The 99th percentile over the time that a hop lasts.
    p99_share: f64,
}

impl HopTimes {
    fn of(times: &ChainTimes) -> HopTimes {
        let p99_us = times.quantile_us(0.99);
        HopTimes {
            median_us: times.quantile_us(0.5),
            p99_us,
            max_us: times.quantile_us(1.0),
            p99_share: p99_us / HOP_BUDGET_US,
        }
    }
}

/// Measures and prints.
///
/// # Errors
/// There is no such target, or no target at all.
pub(super) fn run(arguments: &Bench) -> Result<()> {
    let library = Library::with_user_folder();
    let base = library.base()?;
    super::warn_of_kernel(&base);
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
    let run = |mode, drive| Run {
        base: &base,
        target: &target,
        mode,
        drive,
        blended: 1,
    };
    let four = Run {
        blended: CORNERS,
        ..run(Mode::Track, 1.0)
    };
    let track = run(Mode::Track, 1.0).hot(&sound);
    let cold_hops = COLD_HOPS_PER_SECOND * arguments.seconds as usize;
    let cold = run(Mode::Track, 1.0).cold(&sound[..(cold_hops * HOP_SAMPLES).min(sound.len())]);
    let speed = |rate_hz, room| engine::speed(&base, &target, rate_hz, room, &sound);
    let (x_real_time_engine, latency_samples) = speed(48_000, 0.0)?;
    let (x_real_time_engine_room, _) = speed(48_000, ROOM)?;
    let (x_real_time_engine_44100, latency_samples_44100) = speed(44_100, 0.0)?;
    // Seconds of work for a second of sound, which the room adds to the engine's and so to the chain's.
    let room_s = (1.0 / x_real_time_engine_room - 1.0 / x_real_time_engine).max(0.0);
    let json = BenchJson {
        format_version: 3,
        target: info.name,
        seconds: arguments.seconds,
        x_real_time: track.x_real_time,
        x_real_time_follow: run(Mode::Follow, 1.0).hot(&sound).x_real_time,
        x_real_time_eco: run(Mode::Track, 0.0).hot(&sound).x_real_time,
        x_real_time_four_targets: four.hot(&sound).x_real_time,
        x_real_time_room: 1.0 / (1.0 / track.x_real_time + room_s),
        x_real_time_engine,
        x_real_time_engine_44100,
        x_real_time_engine_room,
        x_real_time_keys: engine::keys_speed(&base, &target, 1, arguments.seconds)?,
        x_real_time_keys_8_voices: engine::keys_speed(&base, &target, VOICES, arguments.seconds)?,
        instances_per_core: x_real_time_engine as u32,
        hop_samples: HOP_SAMPLES,
        hop_budget_us: HOP_BUDGET_US,
        hot: HopTimes::of(&track),
        cold: HopTimes::of(&cold),
        callbacks: engine::callbacks(&base, &target, &sound)?,
        silence_share: engine::silence_share(&base, &target, &sound)?,
        latency_samples,
        latency_ms: f64::from(latency_samples) / 48.0,
        latency_samples_44100,
    };
    if arguments.json {
        print_json(&json)
    } else {
        print(&table::text(&json))
    }
}

/// The phrase, repeated to `seconds`; it is never silent for long, so the chain never rests.
fn phrase_of(seconds: u32) -> Vec<f32> {
    let phrase = synth::bench_phrase();
    phrase
        .iter()
        .copied()
        .cycle()
        .take((seconds * SAMPLE_RATE_HZ) as usize)
        .collect()
}

/// What `share` (0..=1) of the ascending `values` do not exceed.
fn quantile(values: &[f64], share: f64) -> f64 {
    values[(values.len().saturating_sub(1) as f64 * share) as usize]
}
