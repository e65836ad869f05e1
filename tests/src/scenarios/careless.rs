//! What no host should do, what validators do: odd blocks, odd events, odd moments.

use super::playing::{Piece, Step};
use super::{
    active, assert_no_allocations, assert_same, assert_unharmed, ids, ids_of, index_value, those_of,
};
use crate::host::{Audio, Change, Host, Setup, run, targets};
use crate::signal::{Random, melody, noise};
use mynah_engine::{Control, Controls, Plays};

fn assert_normal(what: &str, block: &[Vec<f32>]) {
    let bad = block
        .iter()
        .flatten()
        .find(|x| !x.is_finite() || x.is_subnormal());
    assert_eq!(bad, None, "{what}");
}

/// Empty blocks, and blocks far longer than the plugin was prepared for, change nothing.
pub fn any_block_length<H: Host>() {
    let piece = Piece::of::<H>(48_000.0, 2, 40_000);
    let expected = piece.bounced(0, &Controls::default());
    for max_block in [1, 64] {
        let setup = Setup {
            max_block,
            ..Setup::USUAL
        };
        let (mut host, mut audio) = active::<H>(setup, &[]);
        let mut output = vec![Vec::new(); 2];
        let mut start = 0;
        for length in [0, 1, 64, 65, 0, 16_384, 0, 1, 7_000, 16_384, 101, 0] {
            let mut part = piece.part(start..start + length);
            audio.process_notes(&mut part.input, &[], &part.notes);
            for (channel, samples) in output.iter_mut().zip(part.input) {
                channel.extend(samples);
            }
            start += length;
        }
        assert_eq!(start, piece.samples());
        assert_same(&format!("prepared for {max_block}"), &output, &expected);
        assert_no_allocations(&audio);
        host.deactivate(audio);
    }
}

/// A parameter that changes in an empty block has changed for the next one.
pub fn empty_blocks_carry_changes<H: Host>() {
    let piece = Piece::of::<H>(48_000.0, 2, 12_000);
    let louder = Step::Set(Control::OutputGain, 6.0, 0.625);
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    audio.process(&mut [Vec::new(), Vec::new()], &[louder.change(0)]);
    let output = piece.played_by(&mut audio, &[], || 480);
    let controls = Controls::default().with(Control::OutputGain, 6.0);
    assert_same("louder", &output, &piece.bounced(0, &controls));
    host.deactivate(audio);
}

/// The host may hand over the same buffers for input and output.
pub fn in_place_is_out_of_place<H: Host>() {
    for (channels, mono_input) in [(2, false), (1, false), (2, true)] {
        if mono_input && H::PLAYS == Plays::Keys {
            continue;
        }
        let setup = Setup {
            channels,
            mono_input,
            ..Setup::USUAL
        };
        let piece = Piece::of::<H>(48_000.0, channels, 20_000);
        let outputs = [false, true].map(|in_place| {
            let (mut host, mut audio) = active::<H>(Setup { in_place, ..setup }, &[]);
            let mut random = Random::new(41);
            let output = piece.played_by(&mut audio, &[], || random.within(1, 3_000));
            assert_no_allocations(&audio);
            host.deactivate(audio);
            output
        });
        assert_same(&format!("{setup:?}"), &outputs[1], &outputs[0]);
    }
}

/// Samples are of 32 bits, and the plugin says so.
pub fn doubles_are_declined<H: Host>() {
    assert!(!H::new().takes_doubles());
}

/// Events out of order, outside the block, of unknown parameters and with impossible values: the
/// known ones count, with their values brought into range, and no sample is touched but the block's.
pub fn impossible_events_are_survived<H: Host>() {
    let values = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -1.0,
        1.000_1,
        7.0,
        1e300,
        -1e-300,
        0.0,
        0.5,
        1.0,
    ];
    let mut random = Random::new(43);
    let known_ids = ids_of::<H>();
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    for round in 0..300 {
        let frames = [0, 1, 2, 100, 1_000][random.within(0, 4)];
        let changes: Vec<Change> = (0..random.within(0, 40))
            .map(|_| {
                let known = known_ids.get(random.within(0, known_ids.len() + 1));
                let id = known.copied().unwrap_or(random.bits() as u32 >> 1);
                let at = match random.within(0, 5) {
                    0 => frames,
                    1 => frames + random.within(0, 100_000),
                    2 => usize::MAX,
                    _ => random.within(0, frames.max(1) - 1),
                };
                let value = values[random.within(0, values.len() - 1)];
                Change { at, id, value }
            })
            .collect();
        let mut block = noise(round, 2, frames);
        audio.process(&mut block, &changes);
        assert_normal(&format!("round {round}"), &block);
        for id in known_ids.iter().copied() {
            let value = host.value(id);
            assert!((0.0..=1.0).contains(&value), "{id}: {value}");
        }
    }
    host.deactivate(audio);
    assert_unharmed(&mut host);
}

/// An event after the block's end counts at its last sample: it is heard, and not forgotten.
pub fn late_events_are_not_lost<H: Host>() {
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    for (at, value) in [(64, 0.25), (65, 0.5), (1_000_000, 0.75)] {
        let late = Change {
            at,
            id: ids::OUTPUT_GAIN,
            value,
        };
        audio.process(&mut noise(5, 2, 64), &[late]);
        let now = host.value(ids::OUTPUT_GAIN);
        assert!((now - value).abs() < 1e-6, "at {at}: {now}");
    }
    host.deactivate(audio);
}

/// Ten thousand changes in one block: each one counts at its sample, as a thousand blocks would have it.
pub fn ten_thousand_events_in_a_block<H: Host>() {
    let piece = Piece::of::<H>(48_000.0, 2, 16_000);
    let ids = ids_of::<H>();
    let mut random = Random::new(47);
    let mut changes: Vec<Change> = (0..10_000)
        .map(|_| Change {
            at: random.within(0, 15_999),
            id: ids[random.within(0, ids.len() - 1)],
            value: f64::from(random.sample().abs()),
        })
        .collect();
    changes.sort_by_key(|change| change.at);
    // One change of a parameter at a sample: which of two comes last is the host's affair.
    changes.dedup_by_key(|change| (change.at, change.id));
    let mut seen = std::collections::HashSet::new();
    changes.retain(|change| seen.insert((change.at, change.id)));
    assert!(changes.len() > 8_000);
    let outputs = [16_000, 16].map(|length| {
        let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
        let output = piece.played_by(&mut audio, &changes, || length);
        assert_no_allocations(&audio);
        host.deactivate(audio);
        output
    });
    assert_normal("one block", &outputs[0]);
    assert_same("one block", &outputs[0], &outputs[1]);
}

/// Reset, deactivated, activated at another rate, saved and loaded at any moment, in any order.
pub fn any_moment_is_a_good_one<H: Host>() {
    for seed in 0..4 {
        let mut random = Random::new(50 + seed);
        let mut host = H::new();
        let mut saved = vec![host.save()];
        for step in 0..60 {
            if random.within(0, 3) == 0 {
                host.set(
                    ids::TARGET,
                    index_value(random.within(0, targets().len() + 1)),
                );
            }
            let rates_hz = [1_000.0, 8_000.0, 44_100.0, 48_000.0, 192_000.0, 768_000.0];
            let setup = Setup {
                rate_hz: rates_hz[random.within(0, rates_hz.len() - 1)],
                max_block: random.within(1, 4_096),
                channels: random.within(1, 2),
                in_place: random.within(0, 1) == 0,
                ..Setup::USUAL
            };
            let mut audio = host.activate(setup);
            for _ in 0..random.within(0, 6) {
                match random.within(0, 5) {
                    0 => audio.reset(),
                    1 => saved.push(host.save()),
                    2 => assert!(host.load(&saved[random.within(0, saved.len() - 1)])),
                    _ => {
                        let frames = random.within(0, 2_000);
                        let mut piece = Piece::begun::<H>(setup.rate_hz, setup.channels, frames);
                        audio.process_notes(&mut piece.input, &[], &piece.notes);
                        assert_normal(&format!("seed {seed}, step {step}"), &piece.input);
                    }
                }
            }
            assert_no_allocations(&audio);
            host.deactivate(audio);
        }
        assert_unharmed(&mut host);
    }
}

/// One channel in, two out: the mono layout gives the middle of both, which without a room are the same, at any rate.
pub fn mono_is_the_middle_of_both<H: Host>() {
    for (rate_hz, room) in [48_000.0, 44_100.0, 384_000.0]
        .map(|rate_hz| [(rate_hz, 0.0), (rate_hz, 0.5)])
        .into_iter()
        .flatten()
    {
        let mono = Setup {
            rate_hz,
            channels: 1,
            ..Setup::USUAL
        };
        let stereo = Setup {
            channels: 2,
            mono_input: true,
            ..mono
        };
        let input = melody(rate_hz, 2, 12_000);
        let values = those_of::<H>(&[(ids::MIX, 0.5), (ids::ROOM, room)]);
        let (mut host, mut audio) = active::<H>(mono, &values);
        let expected = run(&mut audio, &input[..1], &[], || 500);
        host.deactivate(audio);
        let mut audio = host.activate(stereo);
        let output = run(&mut audio, &input, &[], || 333);
        assert_no_allocations(&audio);
        host.deactivate(audio);
        if room == 0.0 {
            assert_same(&format!("{rate_hz} Hz"), &output[..1], &output[1..]);
        }
        let sides = output[0].iter().zip(&output[1]);
        let middle = sides.map(|(left, right)| 0.5 * (left + right)).collect();
        assert_same(&format!("{rate_hz} Hz, room {room}"), &[middle], &expected);
    }
}
