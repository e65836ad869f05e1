//! What comes out: the engine's sound, at the right time.

use super::{
    active, assert_no_allocations, assert_same, bounce, delayed, ids, index_value, mynah_bounce,
    process, reference, target,
};
use crate::host::{Audio, Change, Host, Setup, run, targets};
use crate::signal::{Random, melody, noise};
use mynah_engine::{Controls, Quality};
use mynah_models::Mode;

/// The output is the engine's to the bit, however the host cuts it into blocks, in both modes.
pub fn equals_the_engine_at_any_block_size<H: Host>() {
    let input = melody(48_000.0, 2, 36_000);
    for (index, mode, quality) in [
        (0, Mode::Track, Quality::Full),
        (5, Mode::Follow, Quality::Full),
        (2, Mode::Track, Quality::Eco),
    ] {
        let controls = Controls {
            mode,
            quality,
            octave: 1,
            octave_auto: false,
            mix: 0.75,
            input_gain_db: 6.0,
            output_gain_db: -6.0,
            drive: 0.5,
            ..Controls::default()
        };
        let expected = bounce(48_000.0, index, &controls, &input);
        let values = [
            (ids::TARGET, index_value(index)),
            (
                ids::MODE,
                if mode == Mode::Follow { 1.0 / 3.0 } else { 0.0 },
            ),
            (ids::OCTAVE, 0.75),
            (ids::OCTAVE_AUTO, 0.0),
            (ids::MIX, 0.75),
            (ids::INPUT_GAIN, 0.625),
            (ids::OUTPUT_GAIN, 0.375),
            (ids::DRIVE, 0.5),
            (
                ids::QUALITY,
                if quality == Quality::Full { 1.0 } else { 0.0 },
            ),
        ];
        let mut random = Random::new(5);
        for largest in [1, 7, 64, 129, 1_000, 16_384] {
            let (mut host, mut audio) = active::<H>(Setup::USUAL, &values);
            let output = run(&mut audio, &input, &[], || random.within(1, largest));
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
    let input = melody(48_000.0, 2, 36_000);
    let plain = Controls::default();
    let steps: [(usize, u32, f64, Controls, usize); 5] = [
        (3_001, ids::MIX, 0.5, Controls { mix: 0.5, ..plain }, 0),
        (
            9_000,
            ids::TARGET,
            index_value(3),
            Controls { mix: 0.5, ..plain },
            3,
        ),
        (
            15_555,
            ids::MODE,
            1.0 / 3.0,
            Controls {
                mix: 0.5,
                mode: Mode::Follow,
                ..plain
            },
            3,
        ),
        (
            20_000,
            ids::TARGET,
            index_value(8),
            Controls {
                mix: 0.5,
                mode: Mode::Follow,
                ..plain
            },
            8,
        ),
        (
            28_321,
            ids::OUTPUT_GAIN,
            0.625,
            Controls {
                mix: 0.5,
                mode: Mode::Follow,
                output_gain_db: 6.0,
                ..plain
            },
            8,
        ),
    ];
    let changes = steps.map(|(at, id, value, _, _)| Change { at, id, value });

    let mut engine = reference(48_000.0, 0, &plain);
    let mut expected = input.clone();
    let (mut position, mut playing) = (0, 0);
    for (at, _, _, controls, index) in &steps {
        process(&mut engine, &mut expected, position, *at);
        if *index != playing {
            engine.set_targets(Some(target(*index))).unwrap();
            playing = *index;
        }
        engine.set_controls(controls);
        position = *at;
    }
    process(&mut engine, &mut expected, position, usize::MAX);

    let mut random = Random::new(17);
    for largest in [1, 100, 512, 16_384] {
        let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
        let output = run(&mut audio, &input, &changes, || random.within(1, largest));
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
/// no latency.
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
        let input = melody(rate_hz, 2, (rate_hz * 0.3) as usize);
        let (mut host, mut audio) = active::<H>(setup, &[]);
        let output = run(&mut audio, &input, &[], || 441);
        let expected = bounce(rate_hz, 0, &Controls::default(), &input);
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
        let mut input = noise(1, 2, 5_000);
        let (mut host, mut audio) = active::<H>(setup, &[]);
        assert_eq!(host.latency(), 0);
        let output = run(&mut audio, &input, &[], || 100);
        assert_same(&format!("{rate_hz} Hz"), &output, &input);
        // Even here nothing but normal numbers comes out.
        for (at, bad) in [f32::NAN, f32::INFINITY, 1e-40].into_iter().enumerate() {
            input[0][at] = bad;
        }
        let output = run(&mut audio, &input, &[], || 100);
        input[0][..3].fill(0.0);
        assert_same(&format!("{rate_hz} Hz, bad input"), &output, &input);
        assert_no_allocations(&audio);
        host.deactivate(audio);
    }
}

/// After a reset the same input gives the same output as the first time.
pub fn reset_forgets_everything<H: Host>() {
    let input = melody(44_100.0, 2, 22_050);
    let setup = Setup {
        rate_hz: 44_100.0,
        ..Setup::USUAL
    };
    let (mut host, mut audio) = active::<H>(setup, &[]);
    let first = run(&mut audio, &input, &[], || 512);
    run(&mut audio, &noise(2, 2, 9_999), &[], || 777);
    audio.reset();
    let again = run(&mut audio, &input, &[], || 100);
    assert_same("after reset", &again, &first);
    host.deactivate(audio);
    // And so does activating again.
    let mut audio = host.activate(setup);
    let again = run(&mut audio, &input, &[], || 64);
    assert_same("activated again", &again, &first);
    host.deactivate(audio);
}

/// Every shipped target translates: something comes out, and not what goes in.
pub fn every_target_sounds<H: Host>() {
    let input = melody(48_000.0, 2, 24_000);
    let mut outputs: Vec<Vec<Vec<f32>>> = Vec::new();
    for index in 0..targets().len() {
        let (mut host, mut audio) = active::<H>(Setup::USUAL, &[(ids::TARGET, index_value(index))]);
        let latency = host.latency();
        let output = run(&mut audio, &input, &[], || 480);
        let name = &targets()[index].info().name;
        let power = |samples: &[f32]| samples.iter().map(|s| s * s).sum::<f32>();
        let level_db = 10.0 * (power(&output[0]) / power(&input[0])).log10();
        assert!((-30.0..20.0).contains(&level_db), "{name}: {level_db} dB");
        assert_ne!(output, delayed(&input, latency), "{name} is the dry sound");
        assert!(!outputs.contains(&output), "{name} sounds like another");
        outputs.push(output);
        host.deactivate(audio);
    }
    assert!(!outputs.is_empty(), "no targets are shipped");
}

/// When the input has ended and the room has rung out, the output becomes exactly silent; a new note wakes it.
pub fn silence_becomes_silent<H: Host>() {
    let mut input = melody(48_000.0, 2, 24_000);
    for channel in &mut input {
        channel.resize(192_000, 0.0);
    }
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    let output = run(&mut audio, &input, &[], || 480);
    for channel in &output {
        // The note, its tail in the room, and the silence after which nothing is run.
        assert!(channel[144_000..].iter().all(|sample| *sample == 0.0));
    }
    let woken = run(&mut audio, &melody(48_000.0, 2, 24_000), &[], || 480);
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
        run(&mut audio, &melody(48_000.0, 2, 1_000), &[], || length);
        assert!(half_of_the_smallest().is_subnormal(), "blocks of {length}");
    }
    host.deactivate(audio);
}

/// The mono layout sounds like the engine with one channel.
pub fn mono_is_the_engine_in_mono<H: Host>() {
    let input = melody(48_000.0, 1, 24_000);
    let setup = Setup {
        channels: 1,
        ..Setup::USUAL
    };
    let (mut host, mut audio) = active::<H>(setup, &[]);
    let output = run(&mut audio, &input, &[], || 500);
    let expected = bounce(48_000.0, 0, &Controls::default(), &input);
    assert_same("mono", &output, &expected);
    assert_no_allocations(&audio);
    host.deactivate(audio);
}
