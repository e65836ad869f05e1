//! The figures as a table for people.

use std::fmt::Write;

use super::{BenchJson, HopTimes};

pub(super) fn text(json: &BenchJson) -> String {
    let mut out = String::new();
    let mut row = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<34} {value}");
    };
    let speeds = [
        ("chain, track", json.x_real_time),
        ("chain, follow", json.x_real_time_follow),
        ("chain, eco", json.x_real_time_eco),
        ("chain, four targets", json.x_real_time_four_targets),
        ("chain and a room", json.x_real_time_room),
        ("engine at 48 kHz", json.x_real_time_engine),
        ("engine with a room", json.x_real_time_engine_room),
        ("engine at 44.1 kHz", json.x_real_time_engine_44100),
        ("instrument, one voice", json.x_real_time_keys),
        ("instrument, eight voices", json.x_real_time_keys_8_voices),
    ];
    for (name, x_real_time) in speeds {
        row(name, format!("{x_real_time:.1} x real time on one core"));
    }
    let hops: [(&str, &HopTimes); 2] = [
        ("a hop (128 samples), warm caches", &json.hot),
        ("a hop, cold caches", &json.cold),
    ];
    for (name, times) in hops {
        row(
            name,
            format!(
                "median {:.0} us, p99 {:.0} us = {:.1} %, max {:.0} us",
                times.median_us,
                times.p99_us,
                100.0 * times.p99_share,
                times.max_us
            ),
        );
    }
    for times in &json.callbacks {
        row(
            &format!("callbacks of {} samples", times.block_samples),
            format!(
                "median {:.1} us, p99 {:.0} us = {:.1} %, max {:.0} us",
                times.median_us,
                times.p99_us,
                100.0 * times.p99_share,
                times.max_us
            ),
        );
    }
    row(
        "silence, of the active cost",
        format!("{:.2} %", 100.0 * json.silence_share),
    );
    row(
        "latency at 48 / 44.1 kHz",
        format!(
            "{} samples = {:.1} ms / {} = {:.1} ms",
            json.latency_samples,
            json.latency_ms,
            json.latency_samples_44100,
            f64::from(json.latency_samples_44100) / 44.1
        ),
    );
    out
}
