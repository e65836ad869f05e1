//! Bad input and careless hosts.

use super::playing::Piece;
use super::{
    active, assert_no_allocations, assert_same, bounce, ids, ids_of, index_value, those_of,
};
use crate::host::{Change, Expression, Host, Note, NoteAction, Setup, run, targets};
use crate::signal::{Random, melody};
use mynah_engine::{Controls, Plays};

/// Samples that are not normal numbers count as silence.
pub fn bad_samples_count_as_silence<H: Host>() {
    let mut clean = melody(48_000.0, 2, 24_000);
    let mut input = clean.clone();
    let mut random = Random::new(23);
    for bad in [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        -f32::NAN,
        1e-40,
        -f32::from_bits(1),
    ] {
        for _ in 0..200 {
            let (channel, at) = (random.within(0, 1), random.within(0, 23_999));
            input[channel][at] = bad;
            clean[channel][at] = 0.0;
        }
    }
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    let output = run(&mut audio, &input, &[], || 333);
    assert!(output.iter().flatten().all(|sample| sample.is_finite()));
    let expected = bounce(48_000.0, 0, &Controls::default(), &clean);
    assert_same("bad samples", &output, &expected);
    assert_no_allocations(&audio);
    host.deactivate(audio);
}

/// However loud or small the input, or however hard the keys are struck, the output is finite and bounded.
pub fn output_is_bounded<H: Host>() {
    for level in [1e-30_f32, 1e-38, 40.0, 1e6, 1e30, f32::MAX] {
        let piece = match H::PLAYS {
            Plays::Sound => {
                let mut input = melody(48_000.0, 2, 12_000);
                for sample in input.iter_mut().flatten() {
                    *sample *= level;
                }
                Piece::sound(48_000.0, input)
            }
            Plays::Keys => {
                let level = f64::from(level);
                let notes = (0..8).flat_map(|n| {
                    let louder = NoteAction::Expressed(Expression::Volume, level);
                    [NoteAction::Struck(level), louder]
                        .map(|what| Note::new(100 * n, 40 + 7 * n as u8, what))
                });
                Piece::keys(48_000.0, 2, 12_000, notes.collect())
            }
        };
        let values = those_of::<H>(&[(ids::INPUT_GAIN, 1.0), (ids::OUTPUT_GAIN, 1.0)]);
        let (mut host, mut audio) = active::<H>(Setup::USUAL, &values);
        let output = piece.played_by(&mut audio, &[], || 512);
        let bound = mynah_engine::OUTPUT_BOUND;
        assert!(
            output.iter().flatten().all(|sample| sample.abs() <= bound),
            "at level {level}"
        );
        assert_no_allocations(&audio);
        host.deactivate(audio);
    }
}

/// Every parameter moved at random in every block, targets included: no allocation, only numbers.
pub fn random_automation_is_survived<H: Host>() {
    let mut random = Random::new(31);
    let piece = Piece::of::<H>(48_000.0, 2, 48_000);
    let ids = ids_of::<H>();
    let changes: Vec<Change> = (0..600)
        .map(|index| {
            let id = ids[random.within(0, ids.len() - 1)];
            Change {
                at: index * 80,
                id,
                value: f64::from(random.sample().abs()),
            }
        })
        .collect();
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    let output = piece.played_by(&mut audio, &changes, || random.within(1, 2_000));
    assert!(output.iter().flatten().all(|sample| sample.is_finite()));
    assert_no_allocations(&audio);
    host.deactivate(audio);
}

/// Corners without a model pass the dry sound, late by the latency; keys are silent there.
pub fn empty_indices_are_dry<H: Host>() {
    let piece = Piece::of::<H>(48_000.0, 2, 12_000);
    for index in [targets().len(), 40, 63, 64] {
        let (mut host, mut audio) = active::<H>(Setup::USUAL, &[(ids::TARGET, index_value(index))]);
        let latency = host.latency();
        let output = piece.played_by(&mut audio, &[], || 256);
        let dry = piece.without_target(latency);
        assert_same(&format!("index {index}"), &output, &dry);
        host.deactivate(audio);
    }
}

/// Hosts activate several times while loading, at changing rates and block sizes.
pub fn activation_can_be_repeated<H: Host>() {
    let piece = Piece::of::<H>(48_000.0, 2, 12_000);
    let expected = piece.bounced(0, &Controls::default());
    let mut host = H::new();
    for rate_hz in [
        48_000.0, 44_100.0, 384_000.0, 48_000.0, 48_000.0, 96_000.0, 48_000.0,
    ] {
        for max_block in [32, 16_384] {
            let setup = Setup {
                rate_hz,
                max_block,
                ..Setup::USUAL
            };
            let mut audio = host.activate(setup);
            if rate_hz == 48_000.0 {
                let output = piece.played_by(&mut audio, &[], || max_block.min(1_000));
                assert_same("activated again", &output, &expected);
            }
            host.deactivate(audio);
        }
    }
}

/// Instances share their models and nothing else: four at once on threads of their own each sound
/// as if alone.
pub fn instances_are_independent<H: Host>() {
    let piece = Piece::of::<H>(48_000.0, 2, 24_000);
    let mut hosts: Vec<(H, H::Audio)> = (0..4)
        .map(|index| active::<H>(Setup::USUAL, &[(ids::TARGET, index_value(index))]))
        .collect();
    let outputs: Vec<Vec<Vec<f32>>> = std::thread::scope(|scope| {
        let running: Vec<_> = hosts
            .iter_mut()
            .enumerate()
            .map(|(index, (_, audio))| {
                let piece = &piece;
                scope.spawn(move || piece.played_by(audio, &[], || 64 * (index + 1)))
            })
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    for (index, output) in outputs.iter().enumerate() {
        let expected = piece.bounced(index, &Controls::default());
        assert_same(&format!("instance {index}"), output, &expected);
    }
    for (mut host, audio) in hosts {
        assert_no_allocations(&audio);
        host.deactivate(audio);
    }
}
