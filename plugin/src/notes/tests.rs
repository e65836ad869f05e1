//! What is held after which events.

use proptest::prelude::*;

use super::*;

fn on(key: u8) -> NoteEvent<()> {
    on_with(VoiceID::Wildcard, 0, key)
}

fn on_with(voice_id: VoiceID, channel: u8, key: u8) -> NoteEvent<()> {
    NoteEvent::NoteOn {
        timing: 0,
        voice_id,
        channel: Channel::Number(channel),
        key: Key::Number(key),
        velocity: 0.8,
    }
}

fn off(key: u8) -> NoteEvent<()> {
    off_with(VoiceID::Wildcard, Channel::Number(0), Key::Number(key))
}

fn off_with(voice_id: VoiceID, channel: Channel, key: Key) -> NoteEvent<()> {
    NoteEvent::NoteOff {
        timing: 0,
        voice_id,
        channel,
        key,
        velocity: 0.0,
    }
}

fn tuning(voice_id: VoiceID, key: u8, tuning: f32) -> NoteEvent<()> {
    NoteEvent::PolyTuning {
        timing: 0,
        voice_id,
        channel: Channel::Number(0),
        key: Key::Number(key),
        tuning,
    }
}

/// The wheel as it comes over a cable: 14 bits.
fn wheel(channel: u8, raw: u16) -> NoteEvent<()> {
    let bytes = [0xe0 | channel, (raw & 127) as u8, (raw >> 7) as u8];
    NoteEvent::from_midi(0, &bytes).expect("a pitch bend")
}

fn controller(channel: u8, cc: u8) -> NoteEvent<()> {
    NoteEvent::MidiCC {
        timing: 0,
        channel,
        cc,
        value: 0.0,
    }
}

/// The pitch after each event.
fn pitches(events: &[NoteEvent<()>]) -> Vec<Option<f32>> {
    let mut notes = NoteStack::default();
    events
        .iter()
        .map(|event| {
            notes.take(event);
            notes.pitch_semitones()
        })
        .collect()
}

#[test]
fn the_last_note_wins_and_the_one_before_comes_back() {
    assert_eq!(
        pitches(&[on(60), on(67), on(64), off(67), off(64), off(60)]),
        [
            Some(60.0),
            Some(67.0),
            Some(64.0),
            Some(64.0),
            Some(60.0),
            None
        ]
    );
    // Struck twice without a release: one release ends it.
    assert_eq!(
        pitches(&[on(60), on(62), on(60), off(60), off(62)]),
        [Some(60.0), Some(62.0), Some(60.0), Some(62.0), None]
    );
}

#[test]
fn the_wheel_bends_two_semitones_on_its_own_channel() {
    let found = pitches(&[
        wheel(0, 8_192),
        on(60),
        wheel(0, 0),
        wheel(1, 16_383),
        wheel(0, 12_288),
        wheel(0, 16_383),
        controller(0, control_change::RESET_ALL_CONTROLLERS),
    ]);
    assert_eq!(
        found[..5],
        [None, Some(60.0), Some(58.0), Some(58.0), Some(61.0)]
    );
    assert!((found[5].unwrap_or_default() - 62.0).abs() < 1e-3);
    assert_eq!(found[6], Some(60.0));
}

#[test]
fn expressions_tune_the_notes_they_name() {
    let voice = |id| VoiceID::ID(id);
    assert_eq!(
        pitches(&[
            on_with(voice(1), 0, 60),
            on_with(voice(2), 0, 60),
            tuning(voice(1), 60, 0.5),
            tuning(voice(2), 60, -0.25),
            tuning(voice(2), 60, f32::NAN),
            off_with(voice(2), Channel::Number(0), Key::Number(60)),
            tuning(VoiceID::Wildcard, 60, 7.0),
            // A note starts in tune.
            on_with(voice(1), 0, 60),
        ]),
        [
            Some(60.0),
            Some(60.0),
            Some(60.0),
            Some(59.75),
            Some(59.75),
            Some(60.5),
            Some(67.0),
            Some(60.0)
        ]
    );
}

#[test]
fn all_notes_end_at_once() {
    let two = [on(60), on_with(VoiceID::Wildcard, 5, 64)];
    let after = |event| pitches(&[two[0], two[1], event])[2];
    for cc in [
        control_change::ALL_SOUND_OFF,
        control_change::ALL_NOTES_OFF,
        127,
    ] {
        assert_eq!(after(controller(5, cc)), Some(60.0));
        assert_eq!(after(controller(0, cc)), Some(64.0));
    }
    assert_eq!(after(controller(5, 119)), Some(64.0));
    let everything = off_with(VoiceID::Wildcard, Channel::Wildcard, Key::Wildcard);
    assert_eq!(after(everything), None);
    let choke = NoteEvent::Choke {
        timing: 0,
        voice_id: VoiceID::Wildcard,
        channel: Channel::Number(5),
        key: Key::Number(64),
    };
    assert_eq!(after(choke), Some(60.0));
    let mut notes = NoteStack::default();
    notes.take(&two[0]);
    notes.take(&wheel(0, 0));
    notes.clear();
    notes.take(&two[0]);
    assert_eq!(notes.pitch_semitones(), Some(60.0));
}

#[test]
fn of_too_many_notes_the_oldest_is_forgotten() {
    let keys = 0..=NOTES as u8;
    let mut events: Vec<_> = keys.clone().map(on).collect();
    events.extend(keys.rev().map(off));
    let found = pitches(&events);
    assert_eq!(found[NOTES], Some(NOTES as f32));
    // After the release of key 2 there is key 1; key 0 was forgotten.
    assert_eq!(found[2 * NOTES - 1], Some(1.0));
    assert_eq!(found[2 * NOTES], None);
}

fn voice() -> impl Strategy<Value = VoiceID> {
    prop_oneof![Just(VoiceID::Wildcard), (-1..3).prop_map(VoiceID::ID)]
}

fn channel() -> impl Strategy<Value = Channel> {
    prop_oneof![Just(Channel::Wildcard), (0..3u8).prop_map(Channel::Number)]
}

fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        Just(Key::Wildcard),
        (58..64u8).prop_map(Key::Number),
        any::<u8>().prop_map(Key::Number)
    ]
}

fn event() -> impl Strategy<Value = NoteEvent<()>> {
    let which = || (voice(), channel(), key());
    prop_oneof![
        6 => which().prop_map(|(voice_id, channel, key)| NoteEvent::NoteOn {
            timing: 0, voice_id, channel, key, velocity: 1.0
        }),
        4 => which().prop_map(|(voice_id, channel, key)| off_with(voice_id, channel, key)),
        1 => which().prop_map(|(voice_id, channel, key)| NoteEvent::Choke {
            timing: 0, voice_id, channel, key
        }),
        1 => (which(), any::<f32>()).prop_map(|((voice_id, channel, key), tuning)| {
            NoteEvent::PolyTuning { timing: 0, voice_id, channel, key, tuning }
        }),
        1 => (any::<u8>(), any::<f32>()).prop_map(|(channel, value)| NoteEvent::MidiPitchBend {
            timing: 0, channel, value
        }),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(channel, cc)| controller(channel, cc)),
    ]
}

/// Whether a release, of whatever kind, lets a note go that was struck like this.
fn lets_go(event: &NoteEvent<()>, (voice, channel, key): (VoiceID, Channel, Key)) -> bool {
    fn or_any<T: PartialEq>(left: T, right: T, any: T) -> bool {
        left == any || right == any || left == right
    }
    match event {
        NoteEvent::NoteOff { .. } | NoteEvent::Choke { .. } => {
            or_any(event.voice_id(), Some(voice), Some(VoiceID::Wildcard))
                && or_any(event.channel(), Some(channel), Some(Channel::Wildcard))
                && or_any(key_of(event), key, Key::Wildcard)
        }
        NoteEvent::MidiCC {
            channel: on, cc, ..
        } => {
            (*cc == 120 || (123..=127).contains(cc))
                && or_any(Channel::Number(*on), channel, Channel::Wildcard)
        }
        _ => false,
    }
}

fn key_of(event: &NoteEvent<()>) -> Key {
    match event {
        NoteEvent::NoteOn { key, .. }
        | NoteEvent::NoteOff { key, .. }
        | NoteEvent::Choke { key, .. } => *key,
        _ => Key::Wildcard,
    }
}

proptest! {
    #[test]
    fn whatever_comes_the_last_unreleased_note_sounds(
        events in proptest::collection::vec(event(), 0..30),
    ) {
        let mut notes = NoteStack::default();
        for (index, event) in events.iter().enumerate() {
            notes.take(event);
            // Written as a search through the past, not as a stack.
            let expected = (0..=index).rev().find_map(|struck| {
                let NoteEvent::NoteOn { voice_id, channel, key: Key::Number(key), .. } = events[struck]
                else {
                    return None;
                };
                let note = (voice_id, channel, Key::Number(key.min(127)));
                let released = events[struck + 1..=index].iter().any(|event| lets_go(event, note));
                (!released).then_some((channel, key.min(127)))
            });
            prop_assert_eq!(notes.held().last().map(|held| (held.channel, held.key)), expected);
            prop_assert_eq!(notes.pitch_semitones().is_some(), expected.is_some());
            let pitch = notes.pitch_semitones().unwrap_or_default();
            prop_assert!((-130.0..=257.0).contains(&pitch), "{}", pitch);
        }
    }
}
