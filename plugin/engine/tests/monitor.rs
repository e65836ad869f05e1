//! What a display is shown is what sounds, and showing it changes nothing.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use mynah_engine::{Controls, Engine, EngineSpec, Mode, Monitor, Report, engine};

use common::{Models, noise};

const HOP: usize = 128;

fn new_engine(models: &Models, host_rate_hz: f64) -> (Engine, Monitor) {
    let spec = EngineSpec::alone(host_rate_hz);
    engine(spec, Arc::clone(&models.base), Some(models.target(1))).unwrap()
}

fn waiting(monitor: &mut Monitor) -> Vec<Report> {
    std::iter::from_fn(|| monitor.next_report()).collect()
}

#[test]
fn reports_hold_what_goes_in_and_out() {
    let (mut engine, mut monitor) = new_engine(&Models::new(), 48_000.0);
    engine.set_controls(&Controls {
        mode: Mode::Follow,
        ..Controls::neutral()
    });
    monitor.watch(true);
    let input = noise(3, 100 * HOP);
    let mut output = input.clone();
    engine.process(&mut [&mut output]);
    let reports = waiting(&mut monitor);
    assert_eq!(reports.len(), 100);
    let heard: Vec<f32> = reports.iter().flat_map(|report| report.input).collect();
    assert_eq!(heard, input);
    // A hop is played when it is complete.
    let played: Vec<f32> = reports.iter().flat_map(|report| report.output).collect();
    assert_eq!(played[..99 * HOP], output[HOP..]);
    assert!(played.iter().any(|sample| sample.abs() > 1e-3));
    for report in &reports[20..] {
        assert!(report.follows && report.gate_open && report.compute_ns > 0);
        assert!(report.loudness_db > -60.0);
    }
}

#[test]
fn being_watched_changes_nothing() {
    let models = Models::new();
    for host_rate_hz in [44_100.0, 48_000.0] {
        let [unwatched, watched] = [false, true].map(|watch| {
            let (mut engine, mut monitor) = new_engine(&models, host_rate_hz);
            monitor.watch(watch);
            // Twice what the queue holds: it overflows on the way.
            let mut output = noise(4, 256 * HOP);
            engine.process(&mut [&mut output]);
            assert_eq!(waiting(&mut monitor).len(), if watch { 128 } else { 0 });
            output
        });
        assert!(unwatched.iter().any(|sample| sample.abs() > 1e-3));
        let bits = |signal: &[f32]| signal.iter().map(|s| s.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&unwatched), bits(&watched));
    }
}
