//! One voice for both sides, or one for each.

use mynah_engine::{Channels, Control, Controls, EngineSpec};

use crate::measure::*;

const STEREO: f32 = 1.0;

/// What the flute makes of two sides, in time with them, with the controls of each moment in seconds.
fn flute_in_stereo(sides: [&[f32]; 2], controls: impl Fn(f32) -> Controls) -> [Vec<f32>; 2] {
    let spec = EngineSpec::alone(f64::from(RATE_HZ));
    let mut engine = engine(spec, corners(["flute", "", "", ""]));
    let latency = engine.latency_samples() as usize;
    let [mut left, mut right] = sides.map(|side| {
        let mut side = side.to_vec();
        side.resize(side.len() + latency, 0.0);
        side
    });
    for (index, (left, right)) in left.chunks_mut(96).zip(right.chunks_mut(96)).enumerate() {
        engine.set_controls(&controls((index * 96) as f32 / RATE_HZ));
        engine.process(&mut [left, right]);
    }
    [left.split_off(latency), right.split_off(latency)]
}

fn negative(side: &[f32]) -> Vec<f32> {
    side.iter().map(|x| -x).collect()
}

/// The pitches that are heard once the beginning is over, semitones.
fn pitch(side: &[f32]) -> f32 {
    median(pitches(between(&frames(side), 0.4, 1.4)))
}

fn level(side: &[f32]) -> f32 {
    loudness_db(between(&frames(side), 0.4, 1.4))
}

pub(crate) fn each_side_is_played_by_itself() {
    let sides = [57.0, 64.0].map(|note| tone(1.5, |_| note, |_| -14.0));
    let sides = sides.each_ref().map(Vec::as_slice);
    let [left, right] = flute_in_stereo(sides, |_| with(Control::Channels, STEREO));
    for (side, alone, wanted) in [(&left, sides[0], 57.0), (&right, sides[1], 64.0)] {
        assert!((pitch(side) - wanted).abs() < 0.1, "{}", pitch(side));
        assert!(*side == flute(&Controls::neutral(), alone), "{wanted}");
    }
    let [left, right] = flute_in_stereo(sides, |_| Controls::neutral());
    assert!(left == right, "mono is the same on both sides");
}

#[test]
fn a_side_that_is_empty_stays_so() {
    let (sound, silence) = (steady(1.5), vec![0.0; 72_000]);
    let [left, right] = flute_in_stereo([&silence, &sound], |_| with(Control::Channels, STEREO));
    assert!(level(&right) > -30.0, "{}", level(&right));
    assert!(level(&left) < -80.0, "{}", level(&left));
}

#[test]
fn sides_that_cancel_in_mono_are_as_loud_in_stereo_as_each_alone() {
    let left = steady(1.5);
    let right = negative(&left);
    let mono = flute_in_stereo([&left, &right], |_| Controls::neutral());
    let stereo = flute_in_stereo([&left, &right], |_| with(Control::Channels, STEREO));
    let alone = level(&flute(&Controls::neutral(), &left));
    for side in &mono {
        assert!(level(side) < alone - 40.0, "{}", level(side));
    }
    for side in &stereo {
        assert!(
            (level(side) - alone).abs() < 1.0,
            "{}, {alone}",
            level(side)
        );
    }
}

/// The softer side alone would be brought to the flute's register by another octave than the louder one.
#[test]
fn auto_octave_moves_both_sides_alike() {
    let (low, high) = (
        tone(1.5, |_| 45.0, |_| -14.0),
        tone(1.5, |_| 74.0, |_| -24.0),
    );
    let auto = Controls {
        octave_auto: true,
        ..Controls::neutral()
    };
    let octaves = |side: &[f32], note: f32| (pitch(side) - note) / 12.0;
    let alone =
        [(&low, 45.0), (&high, 74.0)].map(|(side, note)| octaves(&flute(&auto, side), note));
    assert!(alone[0] > 0.9 && alone[1].abs() < 0.1, "{alone:?}");
    let stereo = auto.with(Control::Channels, STEREO);
    for sides in [[&low, &high], [&high, &low]] {
        let heard = flute_in_stereo(sides.map(Vec::as_slice), |_| stereo);
        for (heard, side) in heard.iter().zip(sides) {
            let note = if std::ptr::eq(side, &low) { 45.0 } else { 74.0 };
            let moved = octaves(heard, note);
            assert!((moved - alone[0]).abs() < 0.1, "{note}: {moved}, {alone:?}");
        }
    }
}

/// Once the louder side has ended, the other goes on in the octave that it is in, though by itself it would be in another one.
#[test]
fn the_octave_stays_when_the_side_that_chose_it_ends() {
    let low = tone(
        2.5,
        |_| 45.0,
        |now_s| if now_s < 1.0 { -14.0 } else { -120.0 },
    );
    let high = tone(2.5, |_| 74.0, |_| -24.0);
    let controls = Controls {
        octave_auto: true,
        channels: Channels::Stereo,
        ..Controls::neutral()
    };
    let [_, right] = flute_in_stereo([&low, &high], |_| controls);
    let frames = frames(&right);
    let at = |from_s: f32| median(pitches(between(&frames, from_s, from_s + 0.3)));
    let (before, after) = (at(0.6), at(2.1));
    assert!(before > 74.0 + 11.0, "{before}");
    assert!((after - before).abs() < 0.2, "{before}, {after}");
}

#[test]
fn going_to_stereo_and_back_does_not_click() {
    let wave = |n: usize, hz: f32| (std::f32::consts::TAU * hz * n as f32 / RATE_HZ).sin();
    let side = |gain: f32, phase: usize| -> Vec<f32> {
        let at = |n: usize| gain * (0.2 * wave(n + phase, 220.0) + 0.05 * wave(n + phase, 440.0));
        (0..(2.0 * RATE_HZ) as usize).map(at).collect()
    };
    let steepest = |side: &[f32]| {
        let settled = &side[24_000..];
        settled.windows(3).fold(0.0f32, |largest, x| {
            largest.max((x[2] - 2.0 * x[1] + x[0]).abs())
        })
    };
    for sides in [
        [side(1.0, 0), side(0.5, 0)],
        // Half cancelling in mono.
        [side(1.0, 0), side(0.7, 100)],
        // One side alone.
        [side(1.0, 0), side(0.0, 0)],
    ] {
        let sides = sides.each_ref().map(Vec::as_slice);
        let of = |controls: &dyn Fn(f32) -> Controls| {
            let [left, right] = flute_in_stereo(sides, controls);
            steepest(&left).max(steepest(&right))
        };
        let rest = [0.0, 1.0].map(|number| of(&|_| with(Control::Channels, number)));
        for every_s in [0.06, 0.25] {
            let automated = of(&|now_s| {
                let is_stereo = (now_s / every_s) as usize % 2 == 1;
                with(Control::Channels, f32::from(u8::from(is_stereo)))
            });
            let allowed = 1.6 * rest[0].max(rest[1]).max(1e-3);
            assert!(automated < allowed, "{automated}, at rest {rest:?}");
        }
    }
}
