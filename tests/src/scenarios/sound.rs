//! What comes out: the engine's sound, at the right time.

use super::playing::{Piece, Step};
use super::{active, assert_no_allocations, assert_same, delayed, ids, index_value, mynah_bounce};
use crate::host::{Audio, Host, Setup, run, targets};
use crate::signal::{Random, melody, noise};
use mynah_engine::{Control, Controls};

/// The output is the engine's to the bit, however the host cuts it into blocks, in both modes.
pub fn equals_the_engine_at_any_block_size<H: Host>() {
    let piece = Piece::of::<H>(48_000.0, 2, 36_000);
    // Target, mode and quality.
    for (index, follows, full) in [(0, 0.0, 1.0), (5, 1.0, 1.0), (2, 0.0, 0.0)] {
        let steps = [
            Step::Set(Control::Mode, follows, f64::from(follows) / 3.0),
            Step::Set(Control::Quality, full, f64::from(full)),
            Step::Set(Control::Octave, 1.0, 0.75),
            Step::Set(Control::OctaveAuto, 0.0, 0.0),
            Step::Set(Control::Mix, 0.75, 0.75),
            Step::Set(Control::InputGain, 6.0, 0.625),
            Step::Set(Control::OutputGain, -6.0, 0.375),
            Step::Set(Control::Drive, 0.5, 0.5),
            Step::Set(Control::Modulation, 0.5, 0.5),
        ];
        let mut controls = Controls::default();
        let mut values = vec![(ids::TARGET, index_value(index))];
        for step in steps.iter().filter(|step| step.serves(H::PLAYS)) {
            let change = step.change(0);
            values.push((change.id, change.value));
            if let Step::Set(control, value, _) = step {
                controls.set(*control, *value);
            }
        }
        let expected = piece.bounced(index, &controls);
        let mut random = Random::new(5);
        for largest in [1, 7, 64, 129, 1_000, 16_384] {
            let (mut host, mut audio) = active::<H>(Setup::USUAL, &values);
            let output = piece.played_by(&mut audio, &[], || random.within(1, largest));
            assert_same(&format!("blocks up to {largest}"), &output, &expected);
            assert_no_allocations(&audio);
            host.deactivate(audio);
        }
    }
}

/// `mynah bounce` writes the samples that the plugin puts out at random block sizes, to the bit, without
/// the latency: at the chain's own rate and at one that is resampled.
pub fn equals_mynah_bounce<H: Host>() {
    let mut random = Random::new(11);
    for (rate_hz, index) in [(48_000, 1), (44_100, 6)] {
        let input = melody(f64::from(rate_hz), 2, 30_000);
        let bounced = mynah_bounce(rate_hz, &input, targets()[index].info());
        let setup = Setup {
            rate_hz: f64::from(rate_hz),
            ..Setup::USUAL
        };
        let (mut host, mut audio) = active::<H>(setup, &[(ids::TARGET, index_value(index))]);
        let latency = host.latency();
        let followed_by_silence: Vec<Vec<f32>> = input
            .iter()
            .map(|channel| [channel.as_slice(), &vec![0.0; latency]].concat())
            .collect();
        let output = run(&mut audio, &followed_by_silence, &[], || {
            random.within(1, 2_000)
        });
        let in_time: Vec<Vec<f32>> = output.iter().map(|c| c[latency..].to_vec()).collect();
        assert_same(&format!("{rate_hz} Hz"), &in_time, &bounced);
        host.deactivate(audio);
    }
}

/// Parameters and targets that change while sound runs do so at their sample, so that blocks make
/// no difference, and nothing allocates.
pub fn automation_does_not_depend_on_blocks<H: Host>() {
    let piece = Piece::of::<H>(48_000.0, 2, 36_000);
    let steps = [
        (3_001, Step::Set(Control::Mix, 0.5, 0.5)),
        (3_001, Step::Set(Control::Expression, 0.5, 0.5)),
        (9_000, Step::Target(3)),
        (15_555, Step::Set(Control::Mode, 1.0, 1.0 / 3.0)),
        (15_555, Step::Set(Control::Wheel, 0.5, 0.75)),
        (20_000, Step::Target(8)),
        (28_321, Step::Set(Control::OutputGain, 6.0, 0.625)),
    ];
    let steps = steps.into_iter().filter(|(_, step)| step.serves(H::PLAYS));
    let steps: Vec<(usize, Step)> = steps.collect();
    let changes: Vec<_> = steps.iter().map(|(at, step)| step.change(*at)).collect();
    let expected = piece.bounced_with(0, 0, &Controls::default(), &steps);
    assert_ne!(expected, piece.bounced(0, &Controls::default()));
    let mut random = Random::new(17);
    for largest in [1, 100, 512, 16_384] {
        let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
        let output = piece.played_by(&mut audio, &changes, || random.within(1, largest));
        assert_same(&format!("blocks up to {largest}"), &output, &expected);
        assert_no_allocations(&audio);
        host.deactivate(audio);
    }
}

/// The latency reported is the latency there is: an impulse at mix 0 and in bypass arrives exactly
/// that late, and it is the engine's.
pub fn latency_is_as_reported<H: Host>() {
    for rate_hz in [
        8_000.0, 22_050.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0,
    ] {
        for dry in [(ids::MIX, 0.0), (ids::BYPASS, 1.0)] {
            let setup = Setup {
                rate_hz,
                ..Setup::USUAL
            };
            let (mut host, mut audio) = active::<H>(setup, &[dry]);
            let reported = host.latency();
            let expected = mynah_engine::latency_samples(rate_hz).unwrap();
            assert_eq!(reported, expected as usize);
            let mut input = vec![vec![0.0; 8_000]; 2];
            input[0][1_000] = 0.5;
            input[1][1_234] = -0.25;
            let output = run(&mut audio, &input, &[], || 333);
            assert_same(
                &format!("{rate_hz} Hz"),
                &output,
                &delayed(&input, reported),
            );
            host.deactivate(audio);
        }
    }
    let (mut host, audio) = active::<H>(Setup::USUAL, &[]);
    assert!(
        host.latency() <= 256,
        "{} samples at 48 kHz",
        host.latency()
    );
    host.deactivate(audio);
}

/// Every supported rate runs and sounds like the engine; the others pass the sound unchanged, with
/// no latency, or are silent where keys are played.
pub fn any_host_rate<H: Host>() {
    for rate_hz in [
        8_000.0,
        8_000.5,
        11_025.0,
        32_000.0,
        44_056.25,
        44_100.0,
        47_952.062_5,
        48_000.0,
        96_000.0,
        176_400.0,
        191_999.5,
        192_000.0,
    ] {
        let setup = Setup {
            rate_hz,
            ..Setup::USUAL
        };
        let piece = Piece::of::<H>(rate_hz, 2, (rate_hz * 0.3) as usize);
        let (mut host, mut audio) = active::<H>(setup, &[]);
        let latency = mynah_engine::latency_samples(rate_hz).unwrap();
        assert_eq!(host.latency(), latency as usize);
        let output = piece.played_by(&mut audio, &[], || 441);
        let expected = piece.bounced(0, &Controls::default());
        assert_same(&format!("{rate_hz} Hz"), &output, &expected);
        assert_no_allocations(&audio);
        host.deactivate(audio);
    }
    for rate_hz in [
        1_000.0, 1_000.5, 7_999.5, 192_000.5, 200_000.0, 384_000.0, 705_600.0, 768_000.0,
    ] {
        let setup = Setup {
            rate_hz,
            ..Setup::USUAL
        };
        let mut piece = Piece::begun::<H>(rate_hz, 2, 5_000);
        let (mut host, mut audio) = active::<H>(setup, &[]);
        assert_eq!(host.latency(), 0);
        let output = piece.played_by(&mut audio, &[], || 100);
        assert_same(&format!("{rate_hz} Hz"), &output, &piece.without_target(0));
        // Even here nothing but normal numbers comes out.
        for (at, bad) in [f32::NAN, f32::INFINITY, 1e-40].into_iter().enumerate() {
            piece.input[0][at] = bad;
        }
        let output = piece.played_by(&mut audio, &[], || 100);
        piece.input[0][..3].fill(0.0);
        let dry = piece.without_target(0);
        assert_same(&format!("{rate_hz} Hz, bad input"), &output, &dry);
        assert_no_allocations(&audio);
        host.deactivate(audio);
    }
}

/// After a reset the same input gives the same output as the first time.
pub fn reset_forgets_everything<H: Host>() {
    let piece = Piece::of::<H>(44_100.0, 2, 22_050);
    let setup = Setup {
        rate_hz: 44_100.0,
        ..Setup::USUAL
    };
    let (mut host, mut audio) = active::<H>(setup, &[]);
    let first = piece.played_by(&mut audio, &[], || 512);
    run(&mut audio, &noise(2, 2, 9_999), &[], || 777);
    // Keys that are held when all is forgotten.
    piece.part(0..9_999).played_by(&mut audio, &[], || 777);
    audio.reset();
    let again = piece.played_by(&mut audio, &[], || 100);
    assert_same("after reset", &again, &first);
    host.deactivate(audio);
    // And so does activating again.
    let mut audio = host.activate(setup);
    let again = piece.played_by(&mut audio, &[], || 64);
    assert_same("activated again", &again, &first);
    host.deactivate(audio);
}

/// Every shipped target translates: something comes out, about as loud as a melody is, and not what goes in.
pub fn every_target_sounds<H: Host>() {
    let input = melody(48_000.0, 2, 24_000);
    let piece = Piece::of::<H>(48_000.0, 2, 24_000);
    let mut outputs: Vec<Vec<Vec<f32>>> = Vec::new();
    for index in 0..targets().len() {
        let (mut host, mut audio) = active::<H>(Setup::USUAL, &[(ids::TARGET, index_value(index))]);
        let latency = host.latency();
        let output = piece.played_by(&mut audio, &[], || 480);
        let name = &targets()[index].info().name;
        let power = |samples: &[f32]| samples.iter().map(|s| s * s).sum::<f32>();
        let level_db = 10.0 * (power(&output[0]) / power(&input[0])).log10();
        assert!((-30.0..20.0).contains(&level_db), "{name}: {level_db} dB");
        assert_ne!(output, piece.without_target(latency), "{name} is not heard");
        assert!(!outputs.contains(&output), "{name} sounds like another");
        outputs.push(output);
        host.deactivate(audio);
    }
    assert!(!outputs.is_empty(), "no targets are shipped");
}

/// When the input has ended and the room has rung out, the output becomes exactly silent; a new note wakes it.
pub fn silence_becomes_silent<H: Host>() {
    let piece = Piece::of::<H>(48_000.0, 2, 24_000);
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    let followed_by_silence = piece.clone().and_silence(192_000);
    let output = followed_by_silence.played_by(&mut audio, &[], || 480);
    for channel in &output {
        // The note, its tail in the room, and the silence after which nothing is run.
        assert!(channel[144_000..].iter().all(|sample| *sample == 0.0));
    }
    let woken = piece.played_by(&mut audio, &[], || 480);
    assert!(woken[0].iter().any(|sample| sample.abs() > 1e-3));
    assert_no_allocations(&audio);
    host.deactivate(audio);
}

/// Denormals are off while the plugin processes, which is the plugin's own affair: the host has them back after
/// every block.
pub fn denormals_are_back_after_a_block<H: Host>() {
    use std::hint::black_box;
    let half_of_the_smallest = || black_box(f32::MIN_POSITIVE) * black_box(0.5);
    assert!(half_of_the_smallest().is_subnormal(), "off before the test");
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    for length in [1, 64, 500] {
        let piece = Piece::begun::<H>(48_000.0, 2, 1_000);
        piece.played_by(&mut audio, &[], || length);
        assert!(half_of_the_smallest().is_subnormal(), "blocks of {length}");
    }
    host.deactivate(audio);
}

/// The mono layout sounds like the engine with one channel.
pub fn mono_is_the_engine_in_mono<H: Host>() {
    let piece = Piece::of::<H>(48_000.0, 1, 24_000);
    let setup = Setup {
        channels: 1,
        ..Setup::USUAL
    };
    let (mut host, mut audio) = active::<H>(setup, &[]);
    let output = piece.played_by(&mut audio, &[], || 500);
    let expected = piece.bounced(0, &Controls::default());
    assert_same("mono", &output, &expected);
    assert_no_allocations(&audio);
    host.deactivate(audio);
}
