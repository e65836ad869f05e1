//! Whatever rate, blocks, channels, controls and samples a host comes with: refused with a reason, or
//! processed with a constant latency and nothing but normal numbers coming out.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::{Arc, OnceLock};

use mynah_engine::{
    Control, Controls, EngineError, EngineSpec, OUTPUT_BOUND, engine, latency_samples,
    supported_rate,
};
use proptest::prelude::*;

use common::Models;

fn models() -> &'static Models {
    static MODELS: OnceLock<Models> = OnceLock::new();
    MODELS.get_or_init(Models::new)
}

fn rate_hz() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 8_000.0f64..=192_000.0,
        2 => 1_000.0f64..=768_000.0,
        2 => prop::sample::select(vec![8_000.0, 44_100.0, 47_952.047_952, 48_000.0, 192_000.0]),
        1 => prop::sample::select(vec![0.0, -44_100.0, 7_999.999, 192_000.001, f64::NAN, f64::INFINITY]),
    ]
}

fn sample() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -1.0f32..1.0,
        1 => any::<u32>().prop_map(f32::from_bits),
        1 => prop::sample::select(vec![f32::NAN, f32::INFINITY, f32::MAX, 1e-40, -0.0]),
    ]
}

/// Any bits at all where there should be a number.
fn controls() -> impl Strategy<Value = Controls> {
    let number = || any::<u32>().prop_map(f32::from_bits);
    let numbers = (number(), number(), number(), number());
    let all = prop::collection::vec(number(), Control::COUNT);
    (all, numbers, any::<i32>()).prop_map(
        |(all, (mix, input_gain_db, drive, formant_semitones), octave)| {
            let mut controls = Controls::neutral();
            for (control, number) in Control::ALL.iter().zip(all) {
                controls.set(*control, number);
            }
            // The others are in range now; these are not.
            Controls {
                octave,
                mix,
                input_gain_db,
                drive,
                formant_semitones,
                ..controls
            }
        },
    )
}

#[derive(Clone, Debug)]
enum Call {
    /// The lengths of up to four channels.
    Process(Vec<usize>),
    Controls(Controls),
    Target(Option<u64>),
    Reset,
}

fn call() -> impl Strategy<Value = Call> {
    let length = prop_oneof![
        2 => Just(0usize),
        4 => 1usize..600,
        1 => 600usize..=16_384,
    ];
    prop_oneof![
        6 => prop::collection::vec(length, 0..=4).prop_map(Call::Process),
        2 => controls().prop_map(Call::Controls),
        2 => prop::option::of(1u64..4).prop_map(Call::Target),
        1 => Just(Call::Reset),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_host_is_refused_or_served(
        host_rate_hz in rate_hz(),
        instance in 0usize..40,
        calls in prop::collection::vec(call(), 1..16),
        samples in prop::collection::vec(sample(), 1..500),
    ) {
        let spec = EngineSpec { instance, ..EngineSpec::alone(host_rate_hz) };
        let models = models();
        let made = engine(spec, Arc::clone(&models.base), Some(models.target(1)));
        let (mut engine, _) = match made {
            Ok(made) => made,
            Err(error) => {
                let refused = matches!(error, EngineError::UnsupportedRate { .. });
                prop_assert!(refused && !supported_rate(host_rate_hz), "{error}");
                return Ok(());
            }
        };
        let latency = latency_samples(host_rate_hz);
        prop_assert!(latency.is_some());
        for call in calls {
            match call {
                Call::Process(lengths) => {
                    let mut block: Vec<Vec<f32>> = lengths
                        .iter()
                        .map(|length| samples.iter().copied().cycle().take(*length).collect())
                        .collect();
                    let before = block.clone();
                    let mut channels: Vec<&mut [f32]> =
                        block.iter_mut().map(Vec::as_mut_slice).collect();
                    engine.process(&mut channels);
                    let processed = lengths.iter().copied().take(2).min().unwrap_or(0);
                    for (channel, (now, before)) in block.iter().zip(&before).enumerate() {
                        let (done, rest) = now.split_at(if channel < 2 { processed } else { 0 });
                        for x in done {
                            prop_assert!(x.is_finite() && !x.is_subnormal() && x.abs() <= OUTPUT_BOUND, "{x}");
                        }
                        let untouched = rest.iter().zip(&before[done.len()..]);
                        prop_assert!(untouched.clone().all(|(a, b)| a.to_bits() == b.to_bits()));
                    }
                }
                Call::Controls(controls) => engine.set_controls(&controls),
                Call::Target(seed) => {
                    engine.set_targets(seed.map(|seed| models.target(seed))).unwrap();
                }
                Call::Reset => engine.reset(),
            }
            prop_assert_eq!(Some(engine.latency_samples()), latency);
            let meters = engine.meters();
            prop_assert!(meters.output_peak <= OUTPUT_BOUND && meters.input_peak.is_finite());
        }
    }
}
