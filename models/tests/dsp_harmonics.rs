//! The harmonic bank against plain sines, at any chunking, and without clicks.

use std::f64::consts::TAU;

use mynah_models::prior::{
    ENVELOPE_POINTS, Envelope, HarmonicFrame, Harmonics, HarmonicsState, NO_DETAILS,
    NUMBERED_HARMONICS, envelope_at, partial,
};
use mynah_models::{FRAME_SAMPLES, HOP_SAMPLES};
use proptest::prelude::*;

const RATE_HZ: f64 = 48_000.0;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn harmonics_equal_their_sines(
        pitches in prop::collection::vec(
            (40.0_f32..3000.0, prop_oneof![Just(0.0_f32), 0.1_f32..1.0]),
            5,
        ),
        tilt in -8.0_f32..0.0,
        stretch in prop_oneof![Just(0.0_f32), 0.0001_f32..0.003],
        cut in 1_usize..257,
    ) {
        let step = tilt / ENVELOPE_POINTS as f32;
        let envelope: Envelope = std::array::from_fn(|point| step * point as f32);
        let frames: Vec<HarmonicFrame> = pitches
            .iter()
            .map(|&(f0_hz, voicing)| {
                HarmonicFrame { envelope: &envelope, details: &NO_DETAILS, spread: false, stretch, f0_hz, voicing, log_loudness: -1.0 }
            })
            .collect();
        for (n, (a, b)) in bank(&frames, cut).iter().zip(naive_bank(&frames)).enumerate() {
            prop_assert!((a - b).abs() < 1e-5, "sample {n}: {a} for {b}");
        }
    }
}

fn bank(frames: &[HarmonicFrame], cut: usize) -> Vec<f32> {
    let harmonics = Harmonics::new();
    let mut state = HarmonicsState::new();
    let mut output = vec![0.0; frames.len() * FRAME_SAMPLES];
    for (frame, block) in frames.iter().zip(output.chunks_mut(FRAME_SAMPLES)) {
        harmonics.begin_frame(&mut state, frame);
        block
            .chunks_mut(cut)
            .for_each(|piece| harmonics.step(&mut state, piece));
    }
    output
}

/// What [`Harmonics`] is, written down in double precision.
fn naive_bank(frames: &[HarmonicFrame]) -> Vec<f32> {
    let amplitude = |frame: &HarmonicFrame, number: usize| {
        let hz = partial(number, frame.stretch) * frame.f0_hz;
        let fade = ((21_000.0 - hz) / 2000.0).clamp(0.0, 1.0);
        let log = envelope_at(frame.envelope, hz) + frame.log_loudness;
        f64::from(log.exp() * frame.voicing * (frame.f0_hz / 12_000.0).sqrt() * fade)
    };
    let mut turns = [0.0; 256];
    let mut output = Vec::new();
    for (index, to) in frames.iter().enumerate() {
        let from = index.checked_sub(1).map(|before| &frames[before]);
        let start = from
            .filter(|from| from.voicing > 0.0)
            .map_or(to.f0_hz, |from| from.f0_hz);
        if from.is_none_or(|from| from.voicing == 0.0) {
            let first = turns[0];
            turns = std::array::from_fn(|index| (index + 1) as f64 * first);
        }
        let ends: Vec<(f64, f64)> = (1..=256)
            .map(|number| {
                (
                    from.map_or(0.0, |from| amplitude(from, number)),
                    amplitude(to, number),
                )
            })
            .collect();
        for n in 1..=FRAME_SAMPLES {
            let weight = n as f64 / FRAME_SAMPLES as f64;
            let step = (f64::from(start) * (1.0 - weight) + f64::from(to.f0_hz) * weight) / RATE_HZ;
            // Partials that have parted go on while they sound.
            for ((number, turns), (from, to_amplitude)) in (1..).zip(&mut turns).zip(&ends) {
                if to.stretch > 0.0 && number > 1 && *from == 0.0 && *to_amplitude == 0.0 {
                    continue;
                }
                *turns += step * f64::from(partial(number, to.stretch));
            }
            let sines = ends.iter().zip(turns).map(|((from, to), turns)| {
                (from * (1.0 - weight) + to * weight) * (TAU * turns).sin()
            });
            output.push(sines.sum::<f64>() as f32);
        }
    }
    output
}

/// The largest second difference of what two pitched partials up to 1 kHz may do is small: a click
/// stands out.
fn roughest(signal: &[f32]) -> f32 {
    signal
        .windows(3)
        .map(|w| (w[0] - 2.0 * w[1] + w[2]).abs())
        .fold(0.0, f32::max)
}

#[test]
fn no_click_at_frame_borders_voicing_changes_and_phase_zero() {
    // Only the lowest harmonics sound, so that a step would be the largest second difference by
    // far.
    let envelope: Envelope = std::array::from_fn(|point| if point < 20 { 0.0 } else { -14.0 });
    let frame = |f0_hz: f32, voicing: f32| HarmonicFrame {
        envelope: &envelope,
        details: &NO_DETAILS,
        spread: false,
        stretch: 0.0,
        f0_hz,
        voicing,
        log_loudness: -1.0,
    };
    let steady: Vec<_> = (0..40).map(|_| frame(250.0, 1.0)).collect();
    let limit = 1.5 * roughest(&bank(&steady, HOP_SAMPLES)[FRAME_SAMPLES..]);
    let voicings: Vec<_> = (0..40)
        .map(|k| frame(250.0, [1.0, 0.0, 0.4, 1.0, 0.0, 0.0][k % 6]))
        .collect();
    assert!(roughest(&bank(&voicings, HOP_SAMPLES)) < limit);
    let glides: Vec<_> = (0..40)
        .map(|k| frame(200.0 + 50.0 * (k % 2) as f32, 1.0))
        .collect();
    assert!(roughest(&bank(&glides, HOP_SAMPLES)) < limit);
    let leaps: Vec<_> = (0..40)
        .map(|k| {
            if k % 4 == 3 {
                frame(60.0, 0.0)
            } else {
                frame([120.0, 250.0][k / 4 % 2], 1.0)
            }
        })
        .collect();
    assert!(roughest(&bank(&leaps, HOP_SAMPLES)) < limit);
}

#[test]
fn a_string_that_becomes_stiff_does_not_click_and_is_in_tune_again_after_a_silence() {
    let envelope: Envelope = std::array::from_fn(|point| if point < 20 { 0.0 } else { -14.0 });
    let frame = |stretch: f32, voicing: f32| HarmonicFrame {
        envelope: &envelope,
        details: &NO_DETAILS,
        spread: false,
        stretch,
        f0_hz: 187.5,
        voicing,
        log_loudness: -1.0,
    };
    let steady: Vec<_> = (0..40).map(|_| frame(0.0, 1.0)).collect();
    let limit = 1.5 * roughest(&bank(&steady, HOP_SAMPLES)[FRAME_SAMPLES..]);
    let stiffer: Vec<_> = (0..40)
        .map(|k| frame([0.0, 0.0, 0.002, 0.001, 0.0][k % 5], 1.0))
        .collect();
    assert!(roughest(&bank(&stiffer, HOP_SAMPLES)) < limit);
    // Stretched, silent, then as a bank that was never stretched: a period is a frame long.
    let again = |stretch: f32| {
        let mut frames = vec![frame(stretch, 1.0); 3];
        frames.extend([frame(0.0, 0.0); 2]);
        frames.extend([frame(0.0, 1.0); 3]);
        bank(&frames, HOP_SAMPLES).split_off(7 * FRAME_SAMPLES)
    };
    for (a, b) in again(0.002).iter().zip(again(0.0)) {
        assert!((a - b).abs() < 1e-4, "{a} {b}");
    }
}

#[test]
fn what_rings_on_keeps_its_pitch_goes_down_and_falls_silent() {
    let envelope = [-2.0; ENVELOPE_POINTS];
    let frame = HarmonicFrame {
        envelope: &envelope,
        details: &NO_DETAILS,
        spread: false,
        stretch: 0.0,
        f0_hz: 187.5,
        voicing: 1.0,
        log_loudness: -1.0,
    };
    let harmonics = Harmonics::new();
    let mut state = HarmonicsState::new();
    let mut block = [0.0; FRAME_SAMPLES];
    for _ in 0..4 {
        harmonics.begin_frame(&mut state, &frame);
        harmonics.step(&mut state, &mut block);
    }
    // A period is a frame long: each block is the one before, times what is left at the sample.
    let fall = 0.2_f32;
    for _ in 0..10 {
        let before = block;
        harmonics.ring_on(&mut state, fall);
        harmonics.step(&mut state, &mut block);
        let (first, last) = (block[0] / before[0], block[254] / before[254]);
        assert!((last - (-fall).exp()).abs() < 0.02, "{first} {last}");
    }
    let mut blocks = 0;
    while !state.is_silent() {
        harmonics.ring_on(&mut state, fall);
        harmonics.step(&mut state, &mut block);
        blocks += 1;
        assert!(blocks < 100);
    }
    assert!(blocks > 20);
    harmonics.step(&mut state, &mut block);
    assert!(block.iter().all(|sample| *sample == 0.0));
}

#[test]
fn unvoiced_is_silent() {
    let envelope = [0.0; ENVELOPE_POINTS];
    let unvoiced = HarmonicFrame {
        envelope: &envelope,
        details: &NO_DETAILS,
        spread: false,
        stretch: 0.0,
        f0_hz: 440.0,
        voicing: 0.0,
        log_loudness: 0.0,
    };
    assert!(
        bank(&[unvoiced; 4], HOP_SAMPLES)
            .iter()
            .all(|&sample| sample == 0.0)
    );
}

#[test]
fn details_are_heard_harmonic_by_harmonic_and_spread_signs_lower_the_peak() {
    let envelope = [-2.0; ENVELOPE_POINTS];
    let bank = Harmonics::new();
    let play = |details: &[f32; NUMBERED_HARMONICS], spread: bool| {
        let frame = HarmonicFrame {
            envelope: &envelope,
            details,
            spread,
            stretch: 0.0,
            f0_hz: 187.5,
            voicing: 1.0,
            log_loudness: 0.0,
        };
        let mut state = HarmonicsState::new();
        let mut sound = [0.0; FRAME_SAMPLES];
        for _ in 0..2 {
            bank.begin_frame(&mut state, &frame);
            bank.step(&mut state, &mut sound);
        }
        sound
    };
    // A period of 187.5 Hz is a frame: the amplitude of a harmonic is that of a bin.
    let amplitude = |sound: &[f32], number: usize| {
        let turns = (1..=sound.len()).map(|n| number as f64 * n as f64 / FRAME_SAMPLES as f64);
        let sines = turns.map(|turn| (TAU * turn).sin() as f32);
        let sine: f32 = sound.iter().zip(sines).map(|(x, sine)| x * sine).sum();
        2.0 * sine / FRAME_SAMPLES as f32
    };
    let mut details = NO_DETAILS;
    details[2] = -1.0;
    details[59] = 1.0;
    let (plain, detailed) = (play(&NO_DETAILS, false), play(&details, false));
    for (number, change) in [
        (1, 1.0),
        (3, (-1.0f32).exp()),
        (4, 1.0),
        (60, 1.0f32.exp()),
        (61, 1.0),
    ] {
        let ratio = amplitude(&detailed, number) / amplitude(&plain, number);
        assert!((ratio / change - 1.0).abs() < 1e-3, "{number}: {ratio}");
    }
    let spread = play(&NO_DETAILS, true);
    for number in [1, 2, 3, 4, 17, 90] {
        let (a, b) = (
            amplitude(&plain, number).abs(),
            amplitude(&spread, number).abs(),
        );
        assert!((a - b).abs() < 1e-4, "{number}: {a} {b}");
    }
    let peak = |sound: &[f32]| sound.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    assert!(
        peak(&spread) < 0.4 * peak(&plain),
        "{} {}",
        peak(&spread),
        peak(&plain)
    );
}
