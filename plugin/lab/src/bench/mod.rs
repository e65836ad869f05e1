//! `mynah-lab bench`: where the chain's time goes, stage by stage; the networks beside candle and the core's peak; what an
//! instance takes, and that the audio path allocates nothing. How fast all of it is: `mynah bench`.

mod allocator;
mod memory;
mod networks;
mod stages;

use std::fmt::Write;

use anyhow::{Context, Result};
use mynah_cli::{find_target, print, print_json, synth};
use mynah_engine::{Library, Plays};
use mynah_models::SAMPLE_RATE_HZ;
use serde::Serialize;

use self::networks::NetworkTimes;
use self::stages::StageTime;
use crate::cli::Bench;

/// The JSON; keys are documented in the crate's README.
#[derive(Serialize)]
struct BenchJson {
    format_version: u32,
    target: String,
    seconds: u32,
    allocations: u64,
    bytes_per_instance: u64,
    bytes_per_instrument: u64,
    networks: NetworkTimes,
    stages: Vec<StageTime>,
}

/// Measures and prints.
///
/// # Errors
/// There is no such target, or no target at all.
pub(crate) fn run(arguments: &Bench) -> Result<()> {
    let library = Library::shipped();
    let base = library.base()?;
    let first = library
        .entries()
        .first()
        .context("there are no targets")?
        .info
        .name
        .clone();
    let (info, target) = find_target(&library, arguments.target.as_ref().unwrap_or(&first))?;
    let samples = (arguments.seconds * SAMPLE_RATE_HZ) as usize;
    let phrase = synth::bench_phrase();
    let sound: Vec<f32> = phrase.iter().copied().cycle().take(samples).collect();
    let stages = stages::measure(&base, &sound)?;
    let json = BenchJson {
        format_version: 1,
        target: info.name,
        seconds: arguments.seconds,
        allocations: memory::of_the_audio_path(&base, &target, &sound)?,
        bytes_per_instance: memory::bytes_per_instance(&base, &target, Plays::Sound)?,
        bytes_per_instrument: memory::bytes_per_instance(&base, &target, Plays::Keys)?,
        networks: networks::measure(&base, &stages)?,
        stages,
    };
    if arguments.json {
        print_json(&json)
    } else {
        print(&text(&json))
    }
}

/// The figures as a table for people.
fn text(json: &BenchJson) -> String {
    let mut out = String::new();
    let mut row = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<34} {value}");
    };
    row(
        "allocations in the audio path",
        json.allocations.to_string(),
    );
    let kib = |bytes: u64| format!("{:.0} KiB", bytes as f64 / 1_024.0);
    row("memory of a further instance", kib(json.bytes_per_instance));
    row(
        "memory of a further instrument",
        kib(json.bytes_per_instrument),
    );
    let networks = &json.networks;
    row("weights, shared", kib(networks.weights_bytes));
    row(
        "networks",
        format!(
            "{:.0} MMAC/s, {:.0} us a frame, {:.1} x faster than candle, {:.0} % of the GEMM peak ({:.1} GMAC/s)",
            networks.mmacs_per_second,
            networks.kernel_us_per_frame,
            networks.x_faster_than_candle,
            100.0 * networks.share_of_gemm_peak,
            networks.gemm_peak_gmacs
        ),
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
