//! What is asked of the instrument alone, which has no input and plays what keys ask for.

use std::ffi::OsString;
use std::process::ExitCode;

use mynah_engine::{Control, Controls};

use super::playing::{Piece, Step};
use super::{active, assert_no_allocations, assert_same, ids, index_value};
use crate::host::{Audio, Change, Expression, Host, Note, NoteAction, Setup, run, targets};
use crate::signal::{Random, noise};

use NoteAction::{Expressed, Midi, Off, On, Struck, Tuning, Wheel};

const RATE_HZ: f64 = 48_000.0;
const SUSTAIN: u32 = ids::hash("sustain");

fn notes(steps: &[(usize, u8, NoteAction)]) -> Vec<Note> {
    let note = |&(at, key, action)| Note::new(at, key, action);
    steps.iter().map(note).collect()
}

/// Plays notes and changes in blocks of many lengths: it is what the engine makes of them, and nothing allocates.
fn assert_as_the_engine<H: Host>(notes: Vec<Note>, steps: &[(usize, Step)]) {
    let piece = Piece::keys(RATE_HZ, 2, 40_000, notes);
    let changes: Vec<Change> = steps.iter().map(|(at, step)| step.change(*at)).collect();
    let expected = piece.bounced_with(0, 0, &Controls::default(), steps);
    assert!(expected[0][2_000..].iter().any(|x| x.abs() > 1e-3));
    let mut random = Random::new(7);
    for largest in [1, 33, 700, 16_384] {
        let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
        let output = piece.played_by(&mut audio, &changes, || random.within(1, largest));
        assert_same(&format!("blocks up to {largest}"), &output, &expected);
        assert_no_allocations(&audio);
        host.deactivate(audio);
    }
}

/// Keys, note expressions and automation count at their sample: blocks make no difference, what is in the host's buffers is not
/// heard, and nothing allocates.
pub fn keys_sound_at_their_sample_at_any_block_size<H: Host>() {
    let mut notes = notes(&[
        (1_000, 62, On),
        (1_000, 69, Struck(0.375)),
        // 1 / 32 of VST3's range, which is no rounded value.
        (9_000, 69, Tuning(7.5)),
        (11_000, 62, Expressed(Expression::Vibrato, 0.5)),
        (11_000, 62, Expressed(Expression::Level, 0.75)),
        (12_000, 69, Expressed(Expression::Pressure, 0.25)),
        (14_001, 69, Off),
        (14_001, 57, On),
        (20_000, 57, Off),
        (26_000, 62, Off),
    ]);
    for note in &mut notes {
        note.channel = note.key % 3;
    }
    let softer = Step::Set(Control::Expression, 0.5, 0.5);
    assert_as_the_engine::<H>(notes, &[(12_345, softer)]);
}

/// Wheels, pedals, pressure and a zone of channels for single notes, as MIDI messages.
pub fn midi_messages_turn_what_they_should<H: Host>() {
    let mut notes = notes(&[
        (500, 62, On),
        (3_000, 0, Wheel(12_288)),
        (5_000, 0, Midi([0xb0, 1, 100])),
        (7_000, 0, Midi([0xb0, 11, 64])),
        (9_000, 0, Midi([0xb0, 64, 127])),
        (9_500, 62, Off),
        (12_000, 0, Midi([0xd0, 90, 0])),
        (16_000, 0, Midi([0xb0, 64, 0])),
        (18_000, 0, Midi([0xb0, 101, 0])),
        (18_000, 0, Midi([0xb0, 100, 6])),
        (18_000, 0, Midi([0xb0, 6, 15])),
        (20_000, 57, On),
        (20_000, 64, On),
        (22_000, 0, Midi([0xe1, 0, 70])),
        (24_000, 0, Midi([0xd2, 127, 0])),
        (34_000, 0, Midi([0xb0, 123, 0])),
    ]);
    for note in &mut notes {
        note.channel = match note.key {
            57 => 1,
            64 => 2,
            _ => 0,
        };
    }
    assert_as_the_engine::<H>(notes, &[]);
}

/// `mynah play` writes what the plugin plays of the same keys, without the latency: the chain's own rate and one that is resampled.
pub fn equals_mynah_play<H: Host>() {
    for (rate_hz, index) in [(48_000_u32, 1), (44_100, 6)] {
        // In ticks of half a millisecond, which are no whole samples at 44.1 kHz.
        let keys: [(u32, u8, u8); 8] = [
            (0, 57, 100),
            (0, 64, 30),
            (333, 57, 0),
            (401, 61, 127),
            (700, 64, 0),
            (701, 69, 64),
            (1_000, 61, 0),
            (1_100, 69, 0),
        ];
        let rate = f64::from(rate_hz);
        let note = |&(tick, key, velocity): &(u32, u8, u8)| {
            let action = match velocity {
                0 => Off,
                _ => Struck(f64::from(f32::from(velocity) / 127.0)),
            };
            Note::new(
                (f64::from(tick) * 0.0005 * rate).round() as usize,
                key,
                action,
            )
        };
        let setup = Setup {
            rate_hz: rate,
            ..Setup::USUAL
        };
        let (mut host, mut audio) = active::<H>(setup, &[(ids::TARGET, index_value(index))]);
        let latency = host.latency();
        let samples = (0.55 * rate) as usize;
        let notes = keys.iter().map(note).collect();
        let piece = Piece::keys(rate, 2, samples + latency, notes);
        let mut random = Random::new(13);
        let output = piece.played_by(&mut audio, &[], || random.within(1, 2_000));
        host.deactivate(audio);
        let written = mynah_play(rate_hz, &keys, &targets()[index].info().name);
        for (output, written) in output.iter().zip(&written) {
            // Adding parts makes a zero of a negative one.
            assert!(output[latency..] == written[..samples], "{rate_hz} Hz");
        }
    }
}

/// What the command line's `play` makes of these keys: ticks of half a millisecond, key, velocity.
fn mynah_play(rate_hz: u32, keys: &[(u32, u8, u8)], target: &str) -> [Vec<f32>; 2] {
    let mut track = Vec::new();
    let mut before = 0;
    for (tick, key, velocity) in keys {
        let delta = tick - before;
        before = *tick;
        track.extend([
            (delta >> 7) as u8 | 0x80,
            (delta & 127) as u8,
            0x90,
            *key,
            *velocity,
        ]);
    }
    track.extend([0, 0xff, 0x2f, 0]);
    // One track, 1,000 ticks a quarter, of which there are two in a second unless a file says otherwise.
    let mut file = b"MThd\0\0\0\x06\0\0\0\x01\x03\xe8MTrk".to_vec();
    file.extend((track.len() as u32).to_be_bytes());
    file.extend(track);
    let folder = tempfile::tempdir().unwrap();
    let (read, heard) = (folder.path().join("in.mid"), folder.path().join("out.wav"));
    std::fs::write(&read, file).unwrap();
    let rate = rate_hz.to_string();
    let arguments = [
        "mynah", "play", "--quiet", "--float", "--rate", &rate, "--target", target,
    ];
    let mut arguments: Vec<OsString> = arguments.map(OsString::from).to_vec();
    arguments.extend([read.into(), "-o".into(), heard.clone().into()]);
    assert_eq!(mynah_cli::run(arguments), ExitCode::SUCCESS);
    let samples = hound::WavReader::open(&heard).unwrap().into_samples();
    let samples: Vec<f32> = samples.map(Result::unwrap).collect();
    [0, 1].map(|side| samples.iter().skip(side).step_by(2).copied().collect())
}

/// Any notes and changes in any order: the output is finite and bounded, silent once all is over, and nothing allocates.
pub fn any_keys_are_survived<H: Host>() {
    let (mut host, mut audio) = active::<H>(
        Setup {
            max_block: 512,
            ..Setup::USUAL
        },
        &[],
    );
    let parameters = host.parameters();
    let mut random = Random::new(23);
    for _ in 0..150 {
        let length = random.within(1, 512);
        let mut at: Vec<usize> = (0..40).map(|_| random.within(0, length - 1)).collect();
        at.sort_unstable();
        let notes: Vec<Note> = at
            .iter()
            .map(|at| Note {
                at: *at,
                channel: random.within(0, 15) as u8,
                key: random.within(0, 127) as u8,
                action: match random.within(0, 3) {
                    0 | 1 => On,
                    2 => Off,
                    _ => Tuning(random.within(0, 199) as f64 - 100.0),
                },
            })
            .collect();
        let change = Change {
            at: at[0],
            id: parameters[random.within(0, parameters.len() - 1)].id,
            value: random.within(0, 1_000) as f64 / 1_000.0,
        };
        let mut block = noise(9, 2, length);
        audio.process_notes(&mut block, &[change], &notes);
        let bound = f64::from(mynah_engine::OUTPUT_BOUND) as f32;
        assert!(block.iter().flatten().all(|x| x.abs() <= bound));
    }
    let of_channel = |channel| {
        (0..128).map(move |key| Note {
            channel,
            ..Note::new(0, key, Off)
        })
    };
    let all_off: Vec<Note> = (0..16).flat_map(of_channel).collect();
    let lifted = [
        (SUSTAIN, 0.0),
        (ids::ROOM, 0.0),
        (ids::hash("release"), 0.0),
    ];
    let lifted = lifted.map(|(id, value)| Change { at: 0, id, value });
    audio.process_notes(&mut noise(9, 2, 512), &lifted, &all_off);
    let mut last = noise(9, 2, 512);
    for _ in 0..400 {
        last = noise(9, 2, 512);
        audio.process(&mut last, &[]);
    }
    assert!(last.iter().flatten().all(|x| *x == 0.0));
    assert_no_allocations(&audio);
    host.deactivate(audio);
}

/// A reset forgets all keys.
pub fn a_reset_lets_keys_go<H: Host>() {
    let piece = Piece::keys(RATE_HZ, 2, 5_000, notes(&[(0, 60, On)]));
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    piece.played_by(&mut audio, &[], || 512);
    audio.reset();
    let silence = run(&mut audio, &piece.input, &[], || 512);
    assert!(silence.iter().flatten().all(|x| *x == 0.0));
    host.deactivate(audio);
}

/// One channel out gets the middle of what two get.
pub fn one_channel_gets_the_middle_of_two<H: Host>() {
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    let sides = Piece::of::<H>(RATE_HZ, 2, 24_000).played_by(&mut audio, &[], || 500);
    host.deactivate(audio);
    let mut audio = host.activate(Setup {
        channels: 1,
        ..Setup::USUAL
    });
    let output = Piece::of::<H>(RATE_HZ, 1, 24_000).played_by(&mut audio, &[], || 333);
    host.deactivate(audio);
    let pairs = sides[0].iter().zip(&sides[1]);
    let middle = pairs.map(|(left, right)| 0.5 * (left + right)).collect();
    assert_same("one channel", &output, &[middle]);
}
