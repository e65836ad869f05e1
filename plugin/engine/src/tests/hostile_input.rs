//! Whatever comes in, what goes out is finite, bounded, and soon right again.

use proptest::prelude::*;

use super::*;
use crate::guard::{HOPS_TO_SLEEP, OUTPUT_BOUND};

fn hostile_sample() -> impl Strategy<Value = f32> {
    prop_oneof![
        Just(f32::NAN),
        Just(f32::INFINITY),
        Just(f32::NEG_INFINITY),
        Just(f32::MAX),
        Just(f32::MIN),
        Just(f32::MIN_POSITIVE),
        Just(1e-40f32),
        Just(-1e-45f32),
        Just(-0.0f32),
        -1.0f32..1.0,
        any::<f32>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn output_is_finite_and_bounded(
        rate_hz in prop_oneof![Just(44_100.0), Just(48_000.0), 8_000.0..192_000.0],
        pattern in proptest::collection::vec(hostile_sample(), 1..300),
        mix in 0.0f32..=1.0,
        gain_db in -24.0f32..24.0,
    ) {
        let controls =
            Controls { mix, input_gain_db: gain_db, output_gain_db: gain_db, ..Controls::neutral() };
        let mut pipeline = pipeline(rate_hz, Some(gain(1.0)), controls);
        let input: Vec<f32> = pattern.iter().copied().cycle().take(4_000).collect();
        for sample in process(&mut pipeline, &input) {
            prop_assert!(sample.is_finite() && sample.abs() <= OUTPUT_BOUND, "{sample}");
        }
        let meters = pipeline.meters();
        prop_assert!(meters.input_peak.is_finite() && meters.output_peak <= OUTPUT_BOUND);
        // Nothing of it stays behind.
        let calm = vec![0.0; 4 * pipeline.latency_samples() as usize];
        process(&mut pipeline, &calm);
        prop_assert!(process(&mut pipeline, &calm).iter().all(|&sample| sample == 0.0));
    }
}

#[test]
fn non_finite_input_is_silence() {
    for rate_hz in [44_100.0, 48_000.0] {
        let clean = noise(5, 6_000);
        let mut spoilt = clean.clone();
        let mut silenced = clean;
        for (n, bad) in [
            (10, f32::NAN),
            (500, f32::INFINITY),
            (501, f32::NEG_INFINITY),
        ] {
            spoilt[n] = bad;
            silenced[n] = 0.0;
        }
        let controls = Controls {
            mix: 0.5,
            ..Controls::neutral()
        };
        let mut first = pipeline(rate_hz, Some(gain(1.0)), controls);
        let mut second = pipeline(rate_hz, Some(gain(1.0)), controls);
        assert_same_bits(
            &process(&mut first, &spoilt),
            &process(&mut second, &silenced),
        );
    }
}

#[test]
fn bad_controls_are_brought_into_range() {
    let bad = Controls {
        octave: 99,
        mix: f32::NAN,
        input_gain_db: f32::INFINITY,
        output_gain_db: -1e9,
        drive: -3.0,
        ..Controls::neutral()
    };
    let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), bad);
    assert!(
        process(&mut pipeline, &noise(4, 2_000))
            .iter()
            .all(|x| x.is_finite())
    );
}

#[test]
fn a_chain_gone_wrong_is_silent_and_recovers() {
    let mut pipeline = pipeline(48_000.0, Some(gain(f32::NAN)), Controls::neutral());
    let input = noise(6, 4_000);
    assert!(
        process(&mut pipeline, &input)
            .iter()
            .all(|&sample| sample == 0.0)
    );
    pipeline.set_patch(Some(gain(1.0)));
    let output = process(&mut pipeline, &input);
    assert_same_bits(&output[2_000..], &delayed(&input, 144)[2_000..]);
}

#[test]
fn silence_puts_the_chain_to_rest_and_a_sound_wakes_it() {
    let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), Controls::neutral());
    process(&mut pipeline, &noise(9, 128));
    let hops_run = |pipeline: &Pipeline<PassThrough>| pipeline.meters().telemetry.f0_hz;
    // The tail of the noise is in the next hop.
    process(&mut pipeline, &[0.0; 128]);
    for hop in 1..HOPS_TO_SLEEP {
        process(&mut pipeline, &[1e-5; 128]);
        assert_eq!(hops_run(&pipeline), hop as f32 + 2.0);
        assert!(!pipeline.meters().asleep);
    }
    process(&mut pipeline, &[1e-5; 128]);
    assert!(pipeline.meters().asleep);
    process(&mut pipeline, &[1e-5; 256]);
    let resting = process(&mut pipeline, &[1e-5; 1_280]);
    assert!(resting.iter().all(|&sample| sample == 0.0), "exact silence");
    assert_eq!(hops_run(&pipeline), 0.0);

    let input = noise(10, 1_280);
    let output = process(&mut pipeline, &input);
    assert_same_bits(&output[144..], &delayed(&input, 144)[144..]);
    assert_eq!(hops_run(&pipeline), 10.0, "started afresh");
}
