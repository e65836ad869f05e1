//! No change of a control or target makes a step in the sound.

use super::*;

const RATE_HZ: f64 = 48_000.0;

/// Plays a low sine through a change and returns the steepest slope anywhere, per sample. At rest it is
/// 0.013 times the gain.
fn steepest(rate_hz: f64, from: Controls, change: impl FnOnce(&mut TestPipeline)) -> f32 {
    let patch = Arc::new(Gains {
        track: 1.0,
        follow: 0.1,
    });
    let mut both = pipeline(rate_hz, Some(patch), from);
    let input = sine(rate_hz, 0.002 * rate_hz, 24_000);
    let mut output = process(&mut both, &input[..12_000]);
    change(&mut both);
    output.extend(process(&mut both, &input[12_000..]));
    // From where the sine has begun.
    output[1_000..].windows(2).fold(0.0, |steepest, pair| {
        (pair[1] - pair[0]).abs().max(steepest)
    })
}

fn steepest_of_controls(rate_hz: f64, from: Controls, to: Controls) -> f32 {
    steepest(rate_hz, from, |pipeline| pipeline.set_controls(&to))
}

#[test]
fn changes_of_controls_do_not_click() {
    let neutral = Controls::neutral();
    let quiet_wet = Controls {
        input_gain_db: -24.0,
        ..neutral
    };
    for rate_hz in [RATE_HZ, 44_100.0] {
        for (from, to) in [
            (
                neutral,
                Controls {
                    output_gain_db: -24.0,
                    ..neutral
                },
            ),
            (
                neutral,
                Controls {
                    input_gain_db: -24.0,
                    ..neutral
                },
            ),
            (
                quiet_wet,
                Controls {
                    mix: 0.0,
                    ..quiet_wet
                },
            ),
            (
                quiet_wet,
                Controls {
                    bypass: true,
                    ..quiet_wet
                },
            ),
            (
                neutral,
                Controls {
                    mode: Mode::Follow,
                    ..neutral
                },
            ),
        ] {
            for (from, to) in [(from, to), (to, from)] {
                let slope = steepest_of_controls(rate_hz, from, to);
                assert!(slope < 0.017, "{from:?} to {to:?}: {slope}");
            }
        }
    }
}

#[test]
fn changes_of_target_do_not_click() {
    for rate_hz in [RATE_HZ, 44_100.0] {
        for patch in [Some(gain(0.1)), Some(gain(-1.0)), None] {
            let slope = steepest(rate_hz, Controls::neutral(), |pipeline| {
                pipeline.set_patch(patch);
            });
            // The longest way, from 1 to -1 in 512 samples, is itself a slope of 0.004.
            assert!(slope < 0.018, "{slope}");
        }
    }
}

/// The measure is worth something: a step is seen.
#[test]
fn a_step_would_be_seen() {
    let slope = steepest(RATE_HZ, Controls::neutral(), |pipeline| pipeline.reset());
    assert!(slope > 0.05, "{slope}");
}
