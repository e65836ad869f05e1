//! The parts of the prior against plain references, at any chunking, and without clicks.
#![allow(clippy::unwrap_used)]

use std::f64::consts::TAU;

use mynah_models::features::{ErrorFilter, Features, FeaturesState};
use mynah_models::prior::{
    ENVELOPE_POINTS, Envelope, FILTER_TAPS, FilterDesign, FilterDesignState, Fir, FirState, Noise,
    NoiseState, Prior, PriorFrame, PriorState, Whitened, WhitenedState, envelope_at,
};
use mynah_models::{FRAME_SAMPLES, HOP_SAMPLES};
use proptest::prelude::*;

const RATE_HZ: f64 = 48_000.0;

fn white(seed: u32, count: usize) -> Vec<f32> {
    let mut noise = vec![0.0; count];
    Noise::new(seed).step(&mut NoiseState::default(), &mut noise);
    noise
}

/// What [`Fir`] is, written down: every output sample with its own taps, in double precision.
fn naive_filter(frames: &[Vec<f32>], input: &[f32]) -> Vec<f32> {
    let zero = vec![0.0; frames[0].len()];
    (0..input.len())
        .map(|n| {
            let frame = n / FRAME_SAMPLES;
            let weight = ((n % FRAME_SAMPLES) + 1) as f64 / FRAME_SAMPLES as f64;
            let from = if frame == 0 {
                &zero
            } else {
                &frames[frame - 1]
            };
            let taps = from.iter().zip(&frames[frame]);
            let products = taps
                .zip(input[..=n].iter().rev())
                .map(|((&from, &to), &sample)| {
                    (f64::from(from) * (1.0 - weight) + f64::from(to) * weight) * f64::from(sample)
                });
            products.sum::<f64>() as f32
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn streaming_filter_equals_the_naive_one(
        seed in any::<u32>(),
        taps in prop_oneof![Just(1_usize), Just(33), Just(256), 2_usize..300],
        cuts in prop::collection::vec(1_usize..200, 12),
    ) {
        let input = white(seed, 3 * FRAME_SAMPLES);
        let frames: Vec<Vec<f32>> = (1..=3)
            .map(|k| white(seed ^ k, taps).iter().map(|tap| tap / (taps as f32).sqrt()).collect())
            .collect();
        let fir = Fir::new(taps);
        let mut state = FirState::new(&fir);
        let mut output = Vec::new();
        let mut cuts = cuts.iter().cycle();
        for (frame, input) in frames.iter().zip(input.chunks(FRAME_SAMPLES)) {
            fir.begin_frame(&mut state, frame);
            let mut rest = input;
            while !rest.is_empty() {
                let (piece, later) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
                let mut out = vec![0.0; piece.len()];
                fir.step(&mut state, piece, &mut out);
                output.extend(out);
                rest = later;
            }
        }
        for (n, (a, b)) in output.iter().zip(naive_filter(&frames, &input)).enumerate() {
            prop_assert!((a - b).abs() < 1e-5, "sample {n}: {a} for {b}");
        }
    }

    #[test]
    fn any_envelope_gives_finite_taps(
        points in prop::collection::vec(-14.0_f32..8.0, ENVELOPE_POINTS),
        gain in -60.0_f32..5.0,
    ) {
        let envelope: Envelope = points.try_into().unwrap();
        let taps = design(&envelope, gain);
        prop_assert!(taps.iter().all(|tap| tap.is_finite()));
    }

    #[test]
    fn finite_input_gives_finite_streams(
        pieces in prop::collection::vec((0_usize..6, -64.0_f32..64.0), 24),
        follow in any::<[bool; 4]>(),
        ratios in prop::array::uniform4(prop_oneof![Just(1.0_f32), 0.25_f32..4.0]),
    ) {
        let kinds = [0.0, 1e-40, 1e-30, 1e-4, 1.0];
        let input: Vec<f32> = pieces
            .iter()
            .flat_map(|&(kind, level)| {
                let noise = white(kind as u32, HOP_SAMPLES).into_iter();
                let kinds = &kinds;
                // The last kind is a constant.
                noise.map(move |sample| kinds.get(kind).map_or(level, |gain| gain * level * sample))
            })
            .collect();
        let prior = Prior::new();
        let mode = |hop: usize| (follow[hop / 6], ratios[hop / 6]);
        let output = streams(&prior, &mut PriorState::new(&prior), &input, mode);
        prop_assert!(output.iter().all(|sample| sample.is_finite()));
    }
}

/// The largest second difference of what two pitched partials up to 1 kHz may do is small: a click
/// stands out.
fn roughest(signal: &[f32]) -> f32 {
    signal
        .windows(3)
        .map(|w| (w[0] - 2.0 * w[1] + w[2]).abs())
        .fold(0.0, f32::max)
}

fn design(envelope: &Envelope, log_gain: f32) -> [f32; FILTER_TAPS] {
    let tables = FilterDesign::new();
    let mut taps = [0.0; FILTER_TAPS];
    tables.step(
        &mut FilterDesignState::new(&tables),
        envelope,
        log_gain,
        &mut taps,
    );
    taps
}

fn magnitude_at(taps: &[f32], hz: f64) -> f64 {
    let sum = |wave: fn(f64) -> f64| -> f64 {
        taps.iter()
            .enumerate()
            .map(|(n, &tap)| f64::from(tap) * wave(TAU * hz * n as f64 / RATE_HZ))
            .sum()
    };
    sum(f64::cos).hypot(sum(f64::sin))
}

#[test]
fn the_filter_has_the_envelopes_magnitude_and_no_latency() {
    let flat = design(&[0.0; ENVELOPE_POINTS], 0.5);
    assert!((flat[0] - 0.5_f32.exp()).abs() < 1e-5);
    assert!(flat[1..].iter().all(|tap| tap.abs() < 1e-5));

    let smooth: Envelope = std::array::from_fn(|point| {
        let x = point as f32 / 63.0;
        1.0 - 5.0 * x + 0.7 * (9.0 * x).sin()
    });
    let taps = design(&smooth, -2.0);
    for hz in [300.0, 700.0, 1500.0, 3000.0, 6000.0, 12_000.0] {
        let expected = f64::from(envelope_at(&smooth, hz as f32)) - 2.0;
        let error_db = 20.0 * (magnitude_at(&taps, hz).ln() - expected) / std::f64::consts::LN_10;
        assert!(error_db.abs() < 0.5, "{hz} Hz: {error_db} dB");
    }
    let energy = |taps: &[f32]| taps.iter().map(|tap| tap * tap).sum::<f32>();
    assert!(
        energy(&taps[..16]) > 0.5 * energy(&taps),
        "the energy comes late"
    );
}

#[test]
fn silence_in_is_silence_out() {
    let filter = ErrorFilter {
        taps: std::array::from_fn(|tap| 1.0 / (1 + tap) as f32),
        log_amplitude: 0.0,
    };
    let whitened = Whitened::new();
    let mut state = WhitenedState::new(&whitened);
    for _ in 0..4 {
        whitened.begin_frame(&mut state, &filter);
        let mut output = [1.0; FRAME_SAMPLES];
        whitened.step(&mut state, &[0.0; FRAME_SAMPLES], &mut output);
        assert!(output.iter().all(|&sample| sample == 0.0));
    }
}

#[test]
fn whitening_whitens() {
    let features = Features::new();
    let mut features_state = FeaturesState::new(&features);
    let whitened = Whitened::new();
    let mut state = WhitenedState::new(&whitened);
    // A resonance at 1 kHz driven by noise.
    let (mut first, mut second) = (0.0, 0.0);
    let radius = 0.98_f32;
    let input: Vec<f32> = white(3, 96 * FRAME_SAMPLES)
        .iter()
        .map(|&sample| {
            let next = 0.01 * sample + 2.0 * radius * (TAU as f32 / 48.0).cos() * first
                - radius * radius * second;
            (first, second) = (next, first);
            next
        })
        .collect();
    let mut residual = vec![0.0; input.len()];
    let mut levels = Vec::new();
    for (hop, output) in input
        .as_chunks()
        .0
        .iter()
        .zip(residual.chunks_mut(HOP_SAMPLES))
    {
        if let Some(frame) = features.step(&mut features_state, hop) {
            whitened.begin_frame(&mut state, &frame.error_filter);
            levels.push(f64::from(frame.error_filter.log_amplitude));
        }
        whitened.step(&mut state, hop, output);
    }
    let late = &residual[16 * FRAME_SAMPLES..];
    let correlation = |lag: usize| {
        late.iter()
            .zip(&late[lag..])
            .map(|(&a, &b)| f64::from(a) * f64::from(b))
            .sum::<f64>()
            / late.len() as f64
    };
    for lag in 1..8 {
        // The input's is above 0.9 at the first; what is left is the price of 32 coefficients from
        // 20 ms.
        let share = correlation(lag) / correlation(0);
        assert!(share.abs() < 0.3, "lag {lag}: {share}");
    }
    let level_db = 20.0 * levels[16..].iter().sum::<f64>()
        / (levels.len() - 16) as f64
        / std::f64::consts::LN_10;
    let measured_db = 10.0 * correlation(0).log10();
    assert!(
        (level_db - measured_db).abs() < 1.5,
        "{level_db} for {measured_db}"
    );
}

/// Tonal and noise stream, hop by hop, of an input whose mode and pitch ratio may change with the
/// frame.
fn streams(
    prior: &Prior,
    state: &mut PriorState,
    input: &[f32],
    mode: impl Fn(usize) -> (bool, f32),
) -> Vec<f32> {
    let features = Features::new();
    let mut features_state = FeaturesState::new(&features);
    let envelope: Envelope = std::array::from_fn(|point| -0.1 * point as f32);
    let mut output = Vec::new();
    for (index, hop) in input.as_chunks::<HOP_SAMPLES>().0.iter().enumerate() {
        let (follow, pitch_ratio) = mode(index);
        if let Some(features) = features.step(&mut features_state, hop) {
            let frame = PriorFrame::as_heard(
                features,
                [&envelope, &[-14.0; ENVELOPE_POINTS]],
                follow,
                pitch_ratio,
            );
            prior.begin_frame(state, &frame);
        }
        let (mut tonal, mut noisy) = ([0.0; HOP_SAMPLES], [0.0; HOP_SAMPLES]);
        prior.step(state, pitch_ratio, hop, &mut tonal, &mut noisy);
        output.extend(tonal.iter().zip(&noisy).map(|(a, b)| a + b));
    }
    output
}

#[test]
fn the_prior_forgets_at_reset_and_copies_itself() {
    let prior = Prior::new();
    let input: Vec<f32> = (0..64 * HOP_SAMPLES)
        .map(|n| 0.3 * (TAU * 300.0 * n as f64 / RATE_HZ).sin() as f32)
        .collect();
    let mode = |hop: usize| (hop / 8 % 2 == 1, if hop / 16 % 2 == 1 { 2.0 } else { 1.0 });
    let fresh = streams(&prior, &mut PriorState::new(&prior), &input, mode);
    assert!(fresh.iter().all(|sample| sample.is_finite()));
    let mut used = PriorState::new(&prior);
    streams(&prior, &mut used, &white(1, 4096), |_| (true, 0.5));
    let mut copy = PriorState::new(&prior);
    copy.copy_from(&used);
    assert_eq!(
        streams(&prior, &mut used, &input, mode),
        streams(&prior, &mut copy, &input, mode)
    );
    used.reset();
    assert_eq!(streams(&prior, &mut used, &input, mode), fresh);
}

#[test]
fn changing_the_mode_does_not_click() {
    let prior = Prior::new();
    let input: Vec<f32> = (0..400 * HOP_SAMPLES)
        .map(|n| 0.3 * (TAU * 300.0 * n as f64 / RATE_HZ).sin() as f32)
        .collect();
    let run = |mode: fn(usize) -> (bool, f32)| {
        streams(&prior, &mut PriorState::new(&prior), &input, mode)[8192..].to_vec()
    };
    let limit = 1.5 * roughest(&run(|_| (false, 1.0))).max(roughest(&run(|_| (true, 1.0))));
    assert!(roughest(&run(|hop| (hop / 5 % 2 == 0, 1.0))) < limit);
}

#[test]
fn a_string_rings_on_at_its_pitch_beside_the_next_until_it_is_damped() {
    let (features, mut heard) = (Features::new(), FeaturesState::new(&Features::new()));
    let silence = [0.0; HOP_SAMPLES];
    let frame = (0..2).find_map(|_| features.step(&mut heard, &silence).cloned());
    let frame = frame.unwrap();
    let (harmonic, noise) = ([-2.0; ENVELOPE_POINTS], [-40.0; ENVELOPE_POINTS]);
    let prior = Prior::new();
    // No harmonic of the one is near to one of the other.
    let (low_hz, high_hz) = (261.63_f32, 440.0);
    let amplitude = |share: Option<f32>, first_frame: usize| {
        let mut state = PriorState::new(&prior);
        let mut sound = Vec::new();
        for k in 0..100 {
            let prior_frame = PriorFrame {
                f0_hz: if k < 20 { low_hz } else { high_hz },
                voicing: 1.0,
                log_loudness: -1.0,
                rings: share.filter(|_| k == 20),
                ..PriorFrame::as_heard(&frame, [&harmonic, &noise], false, 1.0)
            };
            prior.begin_frame(&mut state, &prior_frame);
            for _ in 0..FRAME_SAMPLES / HOP_SAMPLES {
                let (mut tonal, mut noisy) = ([0.0; HOP_SAMPLES], [0.0; HOP_SAMPLES]);
                prior.step(&mut state, 1.0, &silence, &mut tonal, &mut noisy);
                sound.extend(tonal);
            }
        }
        let part = &sound[first_frame * FRAME_SAMPLES..(first_frame + 8) * FRAME_SAMPLES];
        let window = |n: usize| 1.0 - (TAU * n as f64 / part.len() as f64).cos();
        let turn = |n: usize| TAU * f64::from(low_hz) * n as f64 / RATE_HZ;
        let sum = |of: fn(f64) -> f64| -> f64 {
            let each = part.iter().enumerate();
            each.map(|(n, x)| f64::from(*x) * window(n) * of(turn(n)))
                .sum()
        };
        sum(f64::cos).hypot(sum(f64::sin))
    };
    let before = amplitude(None, 10);
    assert!(amplitude(None, 22) < 0.02 * before);
    // 1.2 dB a frame: 7 dB in the middle of these eight, more than 80 after the 70th.
    let beside = amplitude(Some(1.0), 22) / before;
    assert!((0.35..0.55).contains(&beside), "{beside}");
    let half = amplitude(Some(0.5), 22) / before;
    assert!((half / beside - 0.5).abs() < 0.05, "{half} {beside}");
    assert!(amplitude(Some(1.0), 90) < 0.001 * before);
}
