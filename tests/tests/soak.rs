//! The soak itself is run by `cargo xtask soak`; here, that it works and that its watch is awake.
#![allow(clippy::unwrap_used)]

use mynah_engine::Controls;
use mynah_tests::signal::melody;
use mynah_tests::soak::watch::Watch;
use mynah_tests::soak::{Models, Plan, run};

const RATE_HZ: f64 = 8_000.0;
const LATENCY_SAMPLES: u32 = 88;

#[test]
fn a_step_has_no_fault_and_repeats_itself() {
    let models = Models::shipped().unwrap();
    let plan = Plan {
        seed: 3,
        audio_s: 0.0,
        first_step: 5,
        threads: 1,
    };
    let runs = [0, 1].map(|_| run(&models, &plan, |_| ()));
    for summary in &runs {
        assert!(summary.faults.is_empty(), "{summary}: {:?}", summary.faults);
        assert_eq!(summary.steps, 1);
        assert!(
            summary.audio_s > 60.0 && summary.awake_s > 10.0,
            "{summary}"
        );
    }
    assert_eq!(runs[0].audio_s, runs[1].audio_s);
    assert_eq!(runs[0].awake_s, runs[1].awake_s);
}

/// Five seconds of a melody, then five of silence, and an output that is the input, late.
fn bypassed() -> (Vec<Vec<f32>>, Vec<Vec<f32>>) {
    let mut input = melody(RATE_HZ, 2, 40_000);
    for channel in &mut input {
        channel.resize(80_000, 0.0);
    }
    let late = |channel: &Vec<f32>| {
        let mut late = vec![0.0; LATENCY_SAMPLES as usize];
        late.extend_from_slice(&channel[..channel.len() - LATENCY_SAMPLES as usize]);
        late
    };
    let output = input.iter().map(late).collect();
    (input, output)
}

fn check(bypass: bool, input: &[Vec<f32>], output: &[Vec<f32>]) -> Result<(), String> {
    let controls = Controls {
        bypass,
        ..Controls::neutral()
    };
    let mut watch = Watch::new(RATE_HZ, LATENCY_SAMPLES);
    watch.check(&controls, [&input[0], &input[1]], [&output[0], &output[1]])
}

#[test]
fn the_watch_sees_what_is_wrong() {
    let (input, output) = bypassed();
    for bypass in [true, false] {
        assert_eq!(check(bypass, &input, &output), Ok(()));
    }
    for bad in [f32::NAN, f32::INFINITY, 1e-40, 8.1] {
        let mut output = output.clone();
        output[1][20_000] = bad;
        assert!(check(false, &input, &output).is_err(), "{bad}");
    }
    let mut drifted = output.clone();
    drifted[0].remove(30_000);
    drifted[0].push(0.0);
    assert!(
        check(true, &input, &drifted)
            .unwrap_err()
            .contains("drifted")
    );
    let mut humming = output.clone();
    humming[0][79_999] = 1e-6;
    assert!(
        check(false, &input, &humming)
            .unwrap_err()
            .contains("silence")
    );
    let mut runaway = output;
    for channel in &mut runaway {
        channel[30_000..60_000].fill(7.9);
    }
    assert!(
        check(false, &input, &runaway)
            .unwrap_err()
            .contains("runaway")
    );
}
