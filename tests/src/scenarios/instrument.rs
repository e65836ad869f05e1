//! What is asked of the instrument: it has no input, and plays what keys ask for.

use mynah_engine::{
    Control, Controls, Engine, EngineSpec, KeyEvent, NoteAddress, NoteExpression, Plays,
};

use super::{PUBLISHED, active, assert_no_allocations, assert_same, ids, process, target};
use crate::host::{Audio, Change, Host, Note, NoteAction, Setup, library, run_notes};
use crate::signal::{Random, noise};

use NoteAction::{Off, On, Tuning};

const RATE_HZ: f64 = 48_000.0;
const VOICES: u32 = ids::hash("voices");
const EXPRESSION: u32 = ids::hash("expression");
const SUSTAIN: u32 = ids::hash("sustain");

/// The instrument's own parameters, by their names in states, and their numbers in sessions.
const OWN: [(&str, u32); 5] = [
    ("voices", 1_336_493_441),
    ("modulation", 1_274_578_300),
    ("expression", 352_031_384),
    ("wheel", 113_097_563),
    ("sustain", 295_592_483),
];

fn notes(steps: &[(usize, u8, NoteAction)]) -> Vec<Note> {
    let note = |&(at, key, action)| Note { at, key, action };
    steps.iter().map(note).collect()
}

/// Two channels of what is in a host's buffers: nothing of it may be heard.
fn rubbish(samples: usize) -> Vec<Vec<f32>> {
    noise(5, 2, samples)
}

/// What the engine makes of the same notes, and of changes of the controls at these samples.
fn expected(samples: usize, notes: &[Note], changes: &[(usize, Controls)]) -> Vec<Vec<f32>> {
    let base = library().base().unwrap();
    let spec = EngineSpec::of_keys(RATE_HZ);
    let (mut engine, _) = mynah_engine::engine(spec, base, Some(target(0))).unwrap();
    engine.set_controls(&Controls::default());
    let mut output = vec![vec![0.0; samples]; 2];
    let mut moments: Vec<usize> = notes.iter().map(|note| note.at).collect();
    moments.extend(changes.iter().map(|(at, _)| *at));
    moments.sort_unstable();
    moments.dedup();
    let mut done = 0;
    for moment in moments {
        process(&mut engine, &mut output, done, moment);
        done = moment;
        for (_, controls) in changes.iter().filter(|(at, _)| *at == moment) {
            engine.set_controls(controls);
        }
        for note in notes.iter().filter(|note| note.at == moment) {
            take(&mut engine, note);
        }
    }
    process(&mut engine, &mut output, done, usize::MAX);
    output
}

fn take(engine: &mut Engine, note: &Note) {
    let address = NoteAddress {
        key: Some(note.key),
        ..NoteAddress::default()
    };
    let event = match note.action {
        On => KeyEvent::On {
            id: None,
            channel: 0,
            key: note.key,
            velocity: 0.8,
        },
        Off => KeyEvent::Off(address),
        Tuning(semitones) => {
            KeyEvent::Expression(address, NoteExpression::Tuning(semitones as f32))
        }
        NoteAction::Wheel(raw) => KeyEvent::Bend {
            channel: 0,
            value: (f32::from(raw) - 8_192.0) / 8_192.0,
        },
    };
    engine.take_key(&event);
}

/// Hosts see those parameters that do something, by the names and numbers that they have in the effect, and the keys' own.
pub fn the_instruments_parameters_are_stable<H: Host>() {
    let seen: Vec<u32> = H::new().parameters().iter().map(|seen| seen.id).collect();
    let serves = |id: &str| Control::of(id).is_none_or(|control| control.serves(Plays::Keys));
    let published = PUBLISHED.iter().filter(|row| serves(row.id));
    let expected = published.map(|row| row.number);
    let expected: Vec<u32> = expected.chain(OWN.map(|(_, number)| number)).collect();
    assert_eq!(seen, expected);
    for (id, number) in OWN {
        assert_eq!(ids::hash(id), number, "{id}");
    }
}

/// Keys, tunings and automation count at their sample: blocks make no difference, what is in the host's buffers is not heard,
/// and nothing allocates.
pub fn keys_sound_at_their_sample_at_any_block_size<H: Host>() {
    let notes = notes(&[
        (1_000, 62, On),
        (1_000, 69, On),
        // 1 / 32 of VST3's range, which is no rounded value.
        (9_000, 69, Tuning(7.5)),
        (14_001, 69, Off),
        (14_001, 57, On),
        (20_000, 57, Off),
        (26_000, 62, Off),
    ]);
    let softer = Controls::default().with(Control::Expression, 0.5);
    let change = Change {
        at: 12_345,
        id: EXPRESSION,
        value: 0.5,
    };
    let expected = expected(40_000, &notes, &[(12_345, softer)]);
    assert!(expected[0][2_000..].iter().any(|x| x.abs() > 1e-3));
    let mut random = Random::new(7);
    let mut lengths: Vec<Box<dyn FnMut() -> usize>> = vec![
        Box::new(|| 512),
        Box::new(|| 16_384),
        Box::new(|| 33),
        Box::new(move || 1 + random.within(0, 700 - 1)),
    ];
    for next_length in &mut lengths {
        let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
        let output = run_notes(&mut audio, &rubbish(40_000), &[change], &notes, next_length);
        assert_same("keys", &output, &expected);
        assert_no_allocations(&audio);
        host.deactivate(audio);
    }
}

/// A state brings back what was set, and the sound.
pub fn the_instruments_state_comes_back<H: Host>() {
    let notes = notes(&[(0, 60, On), (100, 64, On), (5_000, 60, Off)]);
    let set = [(VOICES, 0.0), (ids::ROOM, 0.0), (SUSTAIN, 1.0)];
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &set);
    let state = host.save();
    let before = run_notes(&mut audio, &rubbish(20_000), &[], &notes, || 512);
    host.deactivate(audio);
    let mut fresh = H::new();
    assert!(fresh.load(&state));
    for (id, value) in set {
        assert_eq!(fresh.value(id), value);
    }
    let mut audio = fresh.activate(Setup::USUAL);
    let after = run_notes(&mut audio, &rubbish(20_000), &[], &notes, || 512);
    assert_same("after loading", &after, &before);
    for end in 0..state.len() {
        assert!(!fresh.load(&state[..end]), "{end} bytes of a state");
    }
    fresh.deactivate(audio);
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
        let length = 1 + random.within(0, 512 - 1);
        let mut at: Vec<usize> = (0..40).map(|_| random.within(0, length - 1)).collect();
        at.sort_unstable();
        let notes: Vec<Note> = at
            .iter()
            .map(|at| Note {
                at: *at,
                key: random.within(0, 128 - 1) as u8,
                action: match random.within(0, 4 - 1) {
                    0 | 1 => On,
                    2 => Off,
                    _ => Tuning(random.within(0, 200 - 1) as f64 - 100.0),
                },
            })
            .collect();
        let change = Change {
            at: at[0],
            id: parameters[random.within(0, parameters.len() - 1)].id,
            value: random.within(0, 1_001 - 1) as f64 / 1_000.0,
        };
        let mut block = noise(9, 2, length);
        audio.process_notes(&mut block, &[change], &notes);
        let bound = f64::from(mynah_engine::OUTPUT_BOUND) as f32;
        assert!(block.iter().flatten().all(|x| x.abs() <= bound));
    }
    let all_off: Vec<(usize, u8, NoteAction)> = (0..128).map(|key| (0, key, Off)).collect();
    let lifted = [
        (SUSTAIN, 0.0),
        (ids::ROOM, 0.0),
        (ids::hash("release"), 0.0),
    ];
    let lifted = lifted.map(|(id, value)| Change { at: 0, id, value });
    audio.process_notes(&mut rubbish(512), &lifted, &notes(&all_off));
    let mut last = rubbish(512);
    for _ in 0..400 {
        last = rubbish(512);
        audio.process(&mut last, &[]);
    }
    assert!(last.iter().flatten().all(|x| *x == 0.0));
    assert_no_allocations(&audio);
    host.deactivate(audio);
}

/// A reset forgets all keys.
pub fn a_reset_lets_keys_go<H: Host>() {
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &[]);
    run_notes(
        &mut audio,
        &rubbish(5_000),
        &[],
        &notes(&[(0, 60, On)]),
        || 512,
    );
    audio.reset();
    let silence = run_notes(&mut audio, &rubbish(5_000), &[], &[], || 512);
    assert!(silence.iter().flatten().all(|x| *x == 0.0));
    host.deactivate(audio);
}
