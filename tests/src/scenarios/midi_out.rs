//! What the plugin tells its host of the notes that it plays.

use super::{active, assert_no_allocations, assert_same, bounce, ids};
use crate::host::{Audio, Change, Host, Message, Sent, Setup, run};
use crate::signal::{Random, melody, strum};
use mynah_engine::Controls;

use Message::{Controller, Off, On, Wheel};

const NO_CHANGE: &[Change] = &[];
/// The notes of the melody's left channel, by their keys, and how long each is.
const KEYS: [u8; 5] = [57, 61, 64, 69, 67];
const NOTE_SAMPLES: usize = 12_000;

/// Both sides the same, so that they are one voice.
fn one_voice() -> Vec<Vec<f32>> {
    let melody = melody(48_000.0, 1, KEYS.len() * NOTE_SAMPLES);
    vec![melody[0].clone(), melody[0].clone()]
}

/// Parameters of an instance that sends what it plays, in the octave in which it hears it.
const SENDING: [(u32, f64); 2] = [(ids::MIDI_OUT, 1.0), (ids::OCTAVE_AUTO, 0.0)];

fn struck(sent: &[Sent]) -> Vec<(usize, u8)> {
    let struck = sent.iter().filter_map(|sent| match sent.message {
        On(key, _) => Some((sent.at, key)),
        _ => None,
    });
    struck.collect()
}

/// A melody's notes arrive in tune soon after they begin, the same in blocks of any length; the sound is as without, and
/// nothing allocates.
pub fn what_is_played_is_sent_at_any_block_size<H: Host>() {
    assert_eq!(H::new().note_outputs(), 1);
    let input = one_voice();
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &SENDING);
    let sound = run(&mut audio, &input, NO_CHANGE, || 16_384);
    let sent = audio.take_sent();
    assert_no_allocations(&audio);
    host.deactivate(audio);
    let notes = struck(&sent);
    let keys: Vec<u8> = notes.iter().map(|note| note.1).collect();
    assert_eq!(keys, KEYS, "{notes:?}");
    for (index, (at, _)) in notes.iter().enumerate() {
        let late = at.checked_sub(index * NOTE_SAMPLES);
        assert!(late.is_some_and(|late| late < 1_920), "{notes:?}");
    }
    let (mut sounding, mut bent) = (None, 0);
    for Sent { message, .. } in &sent {
        match *message {
            On(key, velocity) => {
                assert_eq!(sounding.replace(key), None);
                assert!((1..=127).contains(&velocity));
            }
            // However it was struck, it ends in tune, within a tenth of a semitone.
            Off(key) => {
                assert_eq!(sounding.take(), Some(key));
                assert!(bent < 410, "{key} is bent by {bent}");
            }
            Wheel(raw) => bent = raw.abs_diff(8_192),
            Controller(number, value) => assert!(number == 11 && value <= 127),
        }
    }
    let is_level = |sent: &&Sent| matches!(sent.message, Controller(..));
    let is_bend = |sent: &&Sent| matches!(sent.message, Wheel(_));
    // They die away.
    assert!(sent.iter().filter(is_level).count() > 5 * KEYS.len());
    assert!(sent.iter().filter(is_bend).count() >= KEYS.len());
    let mut random = Random::new(71);
    for largest in [1, 64, 500, 16_384] {
        let (mut host, mut audio) = active::<H>(Setup::USUAL, &SENDING);
        let same = run(&mut audio, &input, NO_CHANGE, || random.within(1, largest));
        assert_same(&format!("blocks up to {largest}"), &same, &sound);
        assert_eq!(audio.take_sent(), sent, "blocks up to {largest}");
        assert_no_allocations(&audio);
        host.deactivate(audio);
    }
}

/// The notes of chords arrive while they sound and end with them, without bend or level, the same in blocks of any length.
pub fn a_chords_notes_are_sent_at_any_block_size<H: Host>() {
    let chords: [(usize, &[u8]); 2] = [(9_600, &[48, 55, 60, 64]), (57_600, &[50, 57, 65])];
    let mono = strum(48_000.0, &chords, 43_200, 115_200);
    let input = vec![mono.clone(), mono];
    let values = [(ids::MIDI_OUT, 1.0), (ids::MODE, 1.0)];
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &values);
    let sound = run(&mut audio, &input, NO_CHANGE, || 16_384);
    let sent = audio.take_sent();
    assert_no_allocations(&audio);
    host.deactivate(audio);
    for (begun, keys) in chords {
        // Some are heard late, and some are heard that are not there.
        let within = |(at, _): &&(usize, u8)| (begun..begun + 48_000).contains(at);
        let heard = struck(&sent);
        let heard: Vec<u8> = heard.iter().filter(within).map(|(_, key)| *key).collect();
        assert!(keys.iter().all(|key| heard.contains(key)), "{sent:?}");
        assert!(heard.len() <= 2 * keys.len(), "{sent:?}");
    }
    let mut sounding = Vec::new();
    for Sent { message, .. } in &sent {
        match message {
            On(key, velocity) => {
                assert!((1..=127).contains(velocity) && !sounding.contains(key));
                sounding.push(*key);
            }
            Off(key) => sounding.retain(|sounds| sounds != key),
            other => panic!("{other:?}"),
        }
    }
    assert!(sounding.is_empty(), "{sounding:?}");
    let mut random = Random::new(73);
    for largest in [64, 500] {
        let (mut host, mut audio) = active::<H>(Setup::USUAL, &values);
        let same = run(&mut audio, &input, NO_CHANGE, || random.within(1, largest));
        assert_same(&format!("blocks up to {largest}"), &same, &sound);
        assert_eq!(audio.take_sent(), sent, "blocks up to {largest}");
        assert_no_allocations(&audio);
        host.deactivate(audio);
    }
    // Nothing hangs when another mode takes over, nor after a reset.
    let other_mode = Change {
        at: 30_001,
        id: ids::MODE,
        value: 1.0 / 3.0,
    };
    let begun: Vec<Vec<f32>> = input.iter().map(|side| side[..40_000].to_vec()).collect();
    for changes in [&[other_mode][..], NO_CHANGE] {
        let (mut host, mut audio) = active::<H>(Setup::USUAL, &values);
        run(&mut audio, &begun, changes, || 512);
        let mut sent = audio.take_sent();
        assert!(struck(&sent).len() >= 2);
        audio.reset();
        run(&mut audio, &vec![vec![0.0; 500]; 2], NO_CHANGE, || 500);
        sent.extend(audio.take_sent());
        let ends = sent.iter().filter(|sent| matches!(sent.message, Off(_)));
        assert_eq!(ends.count(), struck(&sent).len(), "{sent:?}");
        host.deactivate(audio);
    }
}

/// As it comes, the plugin sends nothing, and sounds like the engine.
pub fn nothing_is_sent_unless_it_is_asked_for<H: Host>() {
    let input = one_voice();
    let expected = bounce(48_000.0, 0, &Controls::default(), &input);
    for (values, sends) in [(&[][..], false), (&[(ids::MIDI_OUT, 1.0)], true)] {
        let (mut host, mut audio) = active::<H>(Setup::USUAL, values);
        let output = run(&mut audio, &input, NO_CHANGE, || 480);
        assert_same("sending or not", &output, &expected);
        assert_eq!(!audio.take_sent().is_empty(), sends);
        host.deactivate(audio);
    }
}

/// A note is let go where the switch goes off, and in the first block after a reset: no note hangs.
pub fn what_sounds_is_let_go_when_sending_ends<H: Host>() {
    let input = one_voice();
    let off = Change {
        at: 6_003,
        id: ids::MIDI_OUT,
        value: 0.0,
    };
    let (mut host, mut audio) = active::<H>(Setup::USUAL, &SENDING);
    run(&mut audio, &input, &[off], || 500);
    let sent = audio.take_sent();
    assert_eq!(struck(&sent).len(), 1);
    let last = Sent {
        at: 6_003,
        message: Off(KEYS[0]),
    };
    assert_eq!(sent.last(), Some(&last));
    host.deactivate(audio);

    let (mut host, mut audio) = active::<H>(Setup::USUAL, &SENDING);
    let beginning: Vec<Vec<f32>> = input.iter().map(|side| side[..6_000].to_vec()).collect();
    run(&mut audio, &beginning, NO_CHANGE, || 500);
    assert_eq!(struck(&audio.take_sent()).len(), 1);
    audio.reset();
    run(&mut audio, &vec![vec![0.0; 500]; 2], NO_CHANGE, || 500);
    let last = Sent {
        at: 6_000,
        message: Off(KEYS[0]),
    };
    assert_eq!(audio.take_sent(), [last]);
    host.deactivate(audio);
}

/// The instrument plays what it is told: it has nothing to tell.
pub fn the_instrument_sends_no_notes<H: Host>() {
    assert_eq!(H::new().note_outputs(), 0);
}
