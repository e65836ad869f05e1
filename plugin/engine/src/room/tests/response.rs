//! The impulse response.

use super::measure::*;
use super::*;

const SIZES: [f32; 3] = [0.0, 0.5, 1.0];

#[test]
fn every_octave_decays_as_long_as_it_is_asked_to() {
    for rate_hz in [8_000.0, 44_100.0, 48_000.0, 96_000.0] {
        for size in SIZES {
            let sides = impulse_response(rate_hz, size, 3.0);
            for middle_hz in [
                125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0,
            ] {
                if middle_hz > 0.3 * rate_hz {
                    continue;
                }
                // From where the late room has come up.
                let octave = sides.each_ref().map(|side| {
                    let late = &side[(0.06 * rate_hz) as usize..];
                    band(late, rate_hz, middle_hz / 1.414, middle_hz * 1.414)
                });
                let asked_s = f64::from(decay::decay_at_s(size, middle_hz as f32));
                let share = decay_time_s(&octave, rate_hz) / asked_s;
                assert!(
                    (0.8..1.2).contains(&share),
                    "{middle_hz} Hz at size {size}, {rate_hz} Hz: {share} of {asked_s} s"
                );
            }
        }
    }
}

#[test]
fn echoes_are_dense_within_80_ms() {
    for rate_hz in [44_100.0, 48_000.0] {
        for size in SIZES {
            for side in impulse_response(rate_hz, size, 0.5) {
                for at_ms in [80, 100, 150, 200, 300] {
                    let density = echo_density(&side, rate_hz, f64::from(at_ms) / 1_000.0);
                    assert!(
                        density > 0.8,
                        "size {size}, {at_ms} ms, {rate_hz} Hz: {density}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_late_spectrum_is_flat_but_for_the_treble_that_dies_sooner() {
    let rate_hz = 48_000.0;
    for size in SIZES {
        let sides = impulse_response(rate_hz, size, 2.5);
        let mut levels = Vec::new();
        let mut middle_hz = 125.0;
        while middle_hz < 10_000.0 {
            let edge = 2.0f64.powf(1.0 / 6.0);
            let third = sides.each_ref().map(|side| {
                let late = &side[(0.06 * rate_hz) as usize..];
                energy(&band(late, rate_hz, middle_hz / edge, middle_hz * edge))
            });
            levels.push(db((third[0] + third[1]) / middle_hz));
            middle_hz *= edge * edge;
        }
        for (third, apart) in from_a_smooth_curve(&levels).iter().enumerate() {
            // Up to 500 Hz few modes fall into a third.
            let allowed = if third < 7 { 4.0 } else { 3.0 };
            assert!(
                apart.abs() < allowed,
                "third {third} at size {size}: {apart}"
            );
        }
    }
}

#[test]
fn no_echo_and_no_tone_comes_again_and_again() {
    let rate_hz = 48_000.0;
    for size in SIZES {
        for side in impulse_response(rate_hz, size, 2.0) {
            // Below 200 Hz single modes are heard in any small room.
            let tail = band(&level_tail(&side, rate_hz, size), rate_hz, 200.0, 20_000.0);
            let mut worst = (0.0f64, 0);
            for lag in 96..4_800 {
                let again = correlation(&tail[lag..], &tail[..tail.len() - lag]).abs();
                if again > worst.0 {
                    worst = (again, lag);
                }
            }
            assert!(worst.0 < 0.25, "size {size}: {worst:?}");
        }
    }
}

#[test]
fn left_and_right_have_nothing_to_do_with_each_other() {
    for size in SIZES {
        let [left, right] = impulse_response(48_000.0, size, 1.5);
        // Below 200 Hz two places of a room hear much the same.
        let [left_tail, right_tail] =
            [&left, &right].map(|side| band(&side[2_880..], 48_000.0, 200.0, 20_000.0));
        let together = correlation(&left_tail, &right_tail);
        assert!(together.abs() < 0.1, "size {size}: {together}");
        let balance_db = db(energy(&left) / energy(&right));
        assert!(balance_db.abs() < 1.0, "{balance_db}");
    }
}

#[test]
fn bass_rumble_stays_outside() {
    let [left, _] = impulse_response(48_000.0, 0.5, 2.0);
    let density = |from_hz: f64, to_hz: f64| {
        energy(&band(&left, 48_000.0, from_hz, to_hz)) / (to_hz - from_hz)
    };
    let (rumble, middle) = (density(15.0, 40.0), density(200.0, 800.0));
    assert!(db(rumble / middle) < -9.0, "{}", db(rumble / middle));
}

/// Turning the room up changes what is heard and not how loud it is.
#[test]
fn the_loudness_stays() {
    for rate_hz in [16_000.0, 44_100.0, 48_000.0, 96_000.0] {
        let sound = music_like(rate_hz, (4.0 * rate_hz) as usize);
        let settled = (2.0 * rate_hz) as usize;
        for size in SIZES {
            for amount in [0.15, 0.25, 0.5, 0.75, 1.0] {
                let mut room = room(rate_hz, amount, size);
                let sides: Vec<[f32; 2]> = sound.iter().map(|x| room.step([*x; 2], 1.0)).collect();
                let of = |side: fn(&[f32; 2]) -> f32| {
                    let heard: Vec<f32> = sides[settled..].iter().map(side).collect();
                    db(energy(&heard) / energy(&sound[settled..]))
                };
                let both = [of(|sides| sides[0]), of(|sides| sides[1])];
                let mono = of(|sides| 0.5 * (sides[0] + sides[1]));
                // In one channel the two sides of the room do not add up as the direct sound does.
                assert!(amount > 0.25 || mono.abs() < 0.5, "{mono} dB");
                assert!(
                    both.iter().all(|db| db.abs() < 1.0),
                    "{rate_hz} Hz, size {size}, amount {amount}: {both:?} dB"
                );
            }
        }
    }
}
