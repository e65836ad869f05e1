//! Silence that is skipped sounds like silence that is processed, to the bit.

use proptest::prelude::*;

use super::invariance::channels;
use super::*;
use crate::controls::Channels;
use crate::monitor::monitor;
use crate::quiet::Quiet;

/// A stretch of the stream, then perhaps a change.
#[derive(Clone, Debug)]
struct Stretch {
    silence_s: f64,
    sound_samples: usize,
    /// Mix, mode, a small room and the channels, or a target's gain.
    controls: Option<(f32, bool, f32, Channels)>,
    /// Of the right side, in -1 to 1 of the left one's; with `None` the host gives one channel alone.
    right: Option<f32>,
    target: Option<Option<f32>>,
    note: Option<Option<f32>>,
}

fn stretch() -> impl Strategy<Value = Stretch> {
    (
        prop_oneof![0.0..0.1, 0.6..1.2, 1.5..2.5],
        // Changes in the middle of silence, too.
        prop_oneof![Just(0), 0..2_000_usize],
        proptest::option::of((
            0.0f32..=1.0,
            any::<bool>(),
            prop_oneof![Just(0.0), 0.0f32..=1.0],
            channels(),
        )),
        prop_oneof![
            Just(None),
            Just(Some(0.0)),
            Just(Some(1.0)),
            (-1.0f32..1.0).prop_map(Some)
        ],
        proptest::option::of(proptest::option::of(0.0f32..2.0)),
        proptest::option::of(proptest::option::of(0.0f32..127.0)),
    )
        .prop_map(
            |(silence_s, sound_samples, controls, right, target, note)| Stretch {
                silence_s,
                sound_samples,
                controls,
                right,
                target,
                note,
            },
        )
}

fn run(
    rate_hz: f64,
    stretches: &[Stretch],
    block_samples: usize,
    quiet: Quiet,
) -> (Vec<f32>, Meters, bool) {
    let mut pipeline = pipeline(rate_hz, Some(gain(0.5)), Controls::neutral());
    pipeline.quiet = quiet;
    let mut output = Vec::new();
    let mut rested = false;
    for (index, stretch) in stretches.iter().enumerate() {
        let mut sound = noise(index as u32 + 1, stretch.sound_samples);
        sound.resize(sound.len() + (stretch.silence_s * rate_hz) as usize, -0.0);
        let right_gain = stretch.right.unwrap_or(1.0);
        let mut other: Vec<f32> = sound.iter().map(|x| right_gain * x).collect();
        for (block, other) in sound
            .chunks_mut(block_samples)
            .zip(other.chunks_mut(block_samples))
        {
            if stretch.right.is_some() {
                pipeline.process(&mut [block, other]);
            } else {
                pipeline.process(&mut [block]);
            }
            rested |= pipeline.quiet.can_rest();
        }
        output.extend(sound);
        if stretch.right.is_some() {
            output.extend(other);
        }
        if let Some((mix, follow, room, channels)) = stretch.controls {
            pipeline.set_controls(&Controls {
                mix,
                room,
                room_size: 0.0,
                mode: if follow { Mode::Follow } else { Mode::Track },
                channels,
                ..Controls::neutral()
            });
        }
        if let Some(target) = stretch.target {
            pipeline.set_patch(target.map(gain));
        }
        if let Some(note) = stretch.note {
            pipeline.set_note(note);
        }
    }
    (output, pipeline.meters(), rested)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn resting_changes_nothing(
        rate_hz in prop_oneof![Just(48_000.0), Just(44_100.0), Just(192_000.0), 8_000.0..192_000.0],
        stretches in prop::collection::vec(stretch(), 1..5),
        block_samples in prop_oneof![Just(1_usize), 1..700_usize, Just(100_000)],
    ) {
        let (resting, meters, _) = run(rate_hz, &stretches, block_samples, Quiet::default());
        let (awake, awake_meters, _) = run(rate_hz, &stretches, block_samples, Quiet::never());
        prop_assert!(resting == awake);
        prop_assert!((meters.output_peak - awake_meters.output_peak).abs() < 1e-4);
        prop_assert_eq!(meters.telemetry, awake_meters.telemetry);
    }
}

#[test]
fn a_second_of_silence_leads_to_rest_and_a_sound_out_of_it() {
    let stretch = |sound_samples, silence_s| Stretch {
        silence_s,
        sound_samples,
        controls: None,
        right: None,
        target: None,
        note: None,
    };
    for rate_hz in [8_000.0, 44_100.0, 48_000.0, 192_000.0] {
        let silence = [stretch(500, 1.0)];
        assert!(run(rate_hz, &silence, 64, Quiet::default()).2);
        let short = [stretch(500, 0.4)];
        assert!(!run(rate_hz, &short, 64, Quiet::default()).2);
        let again = [stretch(500, 1.0), stretch(500, 0.1)];
        let (output, ..) = run(rate_hz, &again, 64, Quiet::default());
        let second = 500 + rate_hz as usize;
        let heard = output[second..].iter().any(|x| x.abs() > 0.05);
        assert!(heard, "{rate_hz} Hz: sound after a rest");
    }
}

#[test]
fn a_note_that_came_in_a_rest_is_held_after_it() {
    let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), Controls::neutral());
    let latency = pipeline.latency_samples() as usize;
    process(&mut pipeline, &vec![0.0; 48_000]);
    assert!(pipeline.quiet.can_rest());
    pipeline.set_note(Some(64.0));
    process(&mut pipeline, &vec![0.0; 48_000]);
    assert!(
        pipeline.quiet.can_rest(),
        "a note alone is no reason to wake"
    );
    let sound = noise(1, 2_000);
    let wanted: Vec<f32> = delayed(&sound, latency).iter().map(|x| 0.5 * x).collect();
    assert_same_bits(&process(&mut pipeline, &sound), &wanted);
}

#[test]
fn a_resting_chain_reports_nothing() {
    let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), Controls::neutral());
    let (feed, mut monitor) = monitor();
    pipeline.report_to(feed);
    monitor.watch(true);
    let mut reports_of = |input: Vec<f32>| {
        let mut reports = 0;
        for hop in input.chunks(HOP_SAMPLES) {
            process(&mut pipeline, hop);
            reports += std::iter::from_fn(|| monitor.next_report()).count();
        }
        reports
    };
    assert_eq!(reports_of(noise(3, 10 * HOP_SAMPLES)), 10);
    let tail = reports_of(vec![0.0; 48_000]);
    assert!((180..200).contains(&tail), "{tail}");
    assert_eq!(reports_of(vec![0.0; 48_000]), 0);
    assert_eq!(reports_of(noise(4, 10 * HOP_SAMPLES)), 10);
}
