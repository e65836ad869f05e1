#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const MANY: Manner = Manner {
    voices: VOICES,
    glide_ms: 20.0,
    modulation: 0.0,
    expression: 1.0,
    wheel: 0.0,
    sustains: false,
};
const ONE: Manner = Manner {
    voices: 1,
    glide_ms: 40.0,
    ..MANY
};

fn on(channel: u8, key: u8, velocity: f32) -> KeyEvent {
    KeyEvent::On {
        id: None,
        channel,
        key,
        velocity,
    }
}

fn off(channel: u8, key: u8) -> KeyEvent {
    KeyEvent::Off(NoteAddress {
        id: None,
        channel: Some(channel),
        key: Some(key),
    })
}

fn controller(channel: u8, number: u8, value: f32) -> KeyEvent {
    KeyEvent::Controller {
        channel,
        number,
        value,
    }
}

fn played(keyboard: &mut Keyboard, manner: &Manner, events: &[KeyEvent]) -> [VoiceNote; VOICES] {
    events.iter().for_each(|event| keyboard.take(event, manner));
    keyboard.advance(manner)
}

/// The keys of the voices that are held, in order.
fn held(keys: &[VoiceNote; VOICES]) -> Vec<f32> {
    let held = keys.iter().filter(|key| key.held);
    let mut held: Vec<f32> = held.map(|key| key.semitones).collect();
    held.sort_by(f32::total_cmp);
    held
}

#[test]
fn a_key_that_there_is_not_is_let_go_by_the_numbers_with_which_it_was_struck() {
    for (channel, key) in [(16, 60), (255, 61), (3, 128), (200, 255)] {
        let mut keyboard = Keyboard::default();
        let struck = played(&mut keyboard, &MANY, &[on(channel, key, 0.5)]);
        assert_eq!(held(&struck), [f32::from(key.min(127))]);
        let released = played(&mut keyboard, &MANY, &[off(channel, key)]);
        assert_eq!(held(&released), [] as [f32; 0], "{channel}, {key}");
    }
}

/// After so many hops of nothing new.
fn settled(keyboard: &mut Keyboard, manner: &Manner) -> [VoiceNote; VOICES] {
    for _ in 0..60 {
        keyboard.advance(manner);
    }
    keyboard.advance(manner)
}

#[test]
fn each_key_has_a_voice_until_it_is_let_go() {
    let mut keyboard = Keyboard::default();
    let keys = played(&mut keyboard, &MANY, &[on(0, 60, 1.0), on(0, 64, 0.5)]);
    assert_eq!(held(&keys), [60.0, 64.0]);
    let loud = keys
        .iter()
        .find(|key| key.semitones == 60.0 && key.held)
        .unwrap();
    let soft = keys.iter().find(|key| key.semitones == 64.0).unwrap();
    assert_eq!(loud.velocity_db, 0.0);
    assert!(
        (soft.velocity_db + 12.04).abs() < 0.1,
        "{}",
        soft.velocity_db
    );
    assert_eq!(keyboard.held_keys(), 1 << 60 | 1 << 64);
    let keys = played(&mut keyboard, &MANY, &[off(0, 60)]);
    assert_eq!(held(&keys), [64.0]);
    assert!(!keyboard.rests());
    played(&mut keyboard, &MANY, &[off(0, 64)]);
    assert!(keyboard.rests());
}

#[test]
fn a_ninth_key_takes_the_voice_of_the_first_and_one_struck_again_its_own() {
    let mut keyboard = Keyboard::default();
    let first: Vec<KeyEvent> = (60..68).map(|key| on(0, key, 0.8)).collect();
    let before = played(&mut keyboard, &MANY, &first);
    let keys = played(&mut keyboard, &MANY, &[on(0, 72, 0.8)]);
    assert_eq!(
        held(&keys),
        [61.0, 62.0, 63.0, 64.0, 65.0, 66.0, 67.0, 72.0]
    );
    assert_eq!(keys[0].semitones, 72.0);
    assert!(keys[0].note != before[0].note && !keys[0].slurred);
    let again = played(&mut keyboard, &MANY, &[on(0, 65, 0.8)]);
    assert_eq!(held(&again), held(&keys));
    assert!(again[5].note != keys[5].note);
}

#[test]
fn a_free_voice_that_rings_is_taken_last() {
    let mut keyboard = Keyboard::default();
    let two = Manner { voices: 2, ..MANY };
    played(
        &mut keyboard,
        &two,
        &[on(0, 60, 0.8), off(0, 60), on(0, 62, 0.8), off(0, 62)],
    );
    let keys = played(&mut keyboard, &two, &[on(0, 64, 0.8)]);
    let left: Vec<f32> = keys[..2].iter().map(|key| key.semitones).collect();
    assert_eq!(left, [64.0, 62.0]);
}

#[test]
fn the_pedal_holds_what_is_let_go() {
    let mut keyboard = Keyboard::default();
    let events = [
        controller(0, 64, 1.0),
        on(0, 60, 0.8),
        on(1, 62, 0.8),
        off(0, 60),
        off(1, 62),
    ];
    // In the first hop all that was struck is.
    assert_eq!(held(&played(&mut keyboard, &MANY, &events)), [60.0, 62.0]);
    assert_eq!(held(&keyboard.advance(&MANY)), [60.0]);
    assert_eq!(
        held(&played(&mut keyboard, &MANY, &[controller(0, 64, 0.0)])),
        Vec::<f32>::new()
    );
}

#[test]
fn with_one_voice_keys_that_overlap_are_slurred_and_come_back() {
    let mut keyboard = Keyboard::default();
    let keys = played(&mut keyboard, &ONE, &[on(0, 60, 0.8)]);
    assert!(!keys[0].slurred);
    let keys = played(&mut keyboard, &ONE, &[on(0, 67, 0.8)]);
    assert_eq!(
        (keys[0].semitones, keys[0].bend_semitones, keys[0].slurred),
        (67.0, -7.0, true)
    );
    let way = (0..60).map(|_| keyboard.advance(&ONE)[0].bend_semitones);
    let way: Vec<f32> = way.collect();
    assert!(way.windows(2).all(|pair| pair[0] <= pair[1]), "{way:?}");
    // All but there after the 40 ms that it takes.
    assert!(way[15] > -0.5 && way[59] == 0.0, "{way:?}");
    let keys = played(&mut keyboard, &ONE, &[off(0, 67)]);
    assert_eq!(
        (keys[0].semitones, keys[0].slurred, keys[0].held),
        (60.0, true, true)
    );
    assert_eq!(
        held(&played(&mut keyboard, &ONE, &[off(0, 60)])),
        Vec::<f32>::new()
    );
}

#[test]
fn the_wheel_bends_by_its_range_and_modulation_is_vibrato() {
    let mut keyboard = Keyboard::default();
    let bend = |channel, value| KeyEvent::Bend { channel, value };
    played(&mut keyboard, &MANY, &[on(0, 60, 0.8), bend(0, 0.5)]);
    assert_eq!(settled(&mut keyboard, &MANY)[0].bend_semitones, 1.0);
    let range = [(101, 0.0), (100, 0.0), (6, 12.0 / 127.0)];
    let range = range.map(|(number, value)| controller(0, number, value));
    played(&mut keyboard, &MANY, &range);
    assert_eq!(settled(&mut keyboard, &MANY)[0].bend_semitones, 6.0);
    played(&mut keyboard, &MANY, &[bend(0, 0.0), controller(0, 1, 1.0)]);
    settled(&mut keyboard, &MANY);
    let pitches: Vec<f32> = (0..375)
        .map(|_| keyboard.advance(&MANY)[0].bend_semitones)
        .collect();
    let highest = pitches.iter().fold(f32::MIN, |most, x| most.max(*x));
    let lowest = pitches.iter().fold(f32::MAX, |least, x| least.min(*x));
    assert!((0.3..0.51).contains(&highest) && (0.3..0.51).contains(&-lowest));
    let crossings = pitches
        .windows(2)
        .filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0);
    assert!(
        (5..=6).contains(&crossings.count()),
        "of 5.4 Hz in a second"
    );
}

#[test]
fn pedals_change_the_level_and_nothing_below_them_sounds() {
    let mut keyboard = Keyboard::default();
    played(
        &mut keyboard,
        &MANY,
        &[on(0, 60, 0.8), controller(0, 11, 0.5)],
    );
    let key = settled(&mut keyboard, &MANY)[0];
    assert!((key.louder_db + 12.04).abs() < 0.1, "{}", key.louder_db);
    assert_eq!(key.velocity_db, keyboard.keys[0].velocity_db);
    played(&mut keyboard, &MANY, &[controller(0, 11, 0.0)]);
    assert_eq!(settled(&mut keyboard, &MANY)[0].louder_db, SILENT_DB);
    played(&mut keyboard, &MANY, &[controller(0, 121, 0.0)]);
    assert_eq!(settled(&mut keyboard, &MANY)[0].louder_db, 0.0);
}

#[test]
fn in_a_zone_each_channel_bends_its_own_note_and_the_first_bends_all() {
    let mut keyboard = Keyboard::default();
    let configure = [(101, 0.0), (100, 6.0 / 127.0), (6, 15.0 / 127.0)];
    let configure = configure.map(|(number, value)| controller(0, number, value));
    played(&mut keyboard, &MANY, &configure);
    let bend = |channel, value| KeyEvent::Bend { channel, value };
    let pressed = KeyEvent::Pressure {
        channel: 2,
        value: 1.0,
    };
    let events = [
        on(1, 60, 0.8),
        on(2, 64, 0.8),
        bend(1, 0.25),
        bend(0, 1.0),
        pressed,
    ];
    played(&mut keyboard, &MANY, &events);
    let keys = settled(&mut keyboard, &MANY);
    assert_eq!(
        (keys[0].bend_semitones, keys[1].bend_semitones),
        (14.0, 2.0)
    );
    assert_eq!(
        (keys[0].louder_db, keys[1].louder_db),
        (0.0, PRESSED_LOUDER_DB)
    );
}

#[test]
fn expressions_of_a_host_are_those_of_their_note() {
    let mut keyboard = Keyboard::default();
    let note = |id, key| KeyEvent::On {
        id: Some(id),
        channel: 0,
        key,
        velocity: 0.8,
    };
    let of = |id| NoteAddress {
        id: Some(id),
        ..NoteAddress::default()
    };
    let events = [
        note(7, 60),
        note(8, 64),
        KeyEvent::Expression(of(7), NoteExpression::Tuning(0.5)),
        KeyEvent::Expression(of(8), NoteExpression::Volume(0.5)),
    ];
    played(&mut keyboard, &MANY, &events);
    let keys = settled(&mut keyboard, &MANY);
    assert_eq!((keys[0].bend_semitones, keys[1].bend_semitones), (0.5, 0.0));
    assert!(keys[0].louder_db == 0.0 && (keys[1].louder_db + 6.02).abs() < 0.1);
    assert_eq!(
        held(&played(&mut keyboard, &MANY, &[KeyEvent::Choke(of(8))])),
        [60.0]
    );
}

#[test]
fn what_is_automated_is_for_all_channels() {
    let mut keyboard = Keyboard::default();
    let pressed = Manner {
        sustains: true,
        wheel: -1.0,
        expression: 0.5,
        ..MANY
    };
    played(
        &mut keyboard,
        &pressed,
        &[on(0, 60, 0.8), on(3, 64, 0.8), off(0, 60), off(3, 64)],
    );
    let keys = settled(&mut keyboard, &pressed);
    assert_eq!(held(&keys), [60.0, 64.0]);
    assert!(
        keys[..2]
            .iter()
            .all(|key| key.bend_semitones == -2.0 && key.louder_db < -11.0)
    );
    assert_eq!(held(&keyboard.advance(&MANY)), Vec::<f32>::new());
}

fn any_event() -> impl Strategy<Value = KeyEvent> {
    let number = prop_oneof![any::<f32>(), 0.0..1.0f32];
    let address = (
        any::<Option<i8>>(),
        any::<Option<u8>>(),
        any::<Option<u8>>(),
    );
    let address = address.prop_map(|(id, channel, key)| NoteAddress {
        id: id.map(i32::from),
        channel,
        key,
    });
    let expression = number.clone().prop_flat_map(|value| {
        prop_oneof![
            Just(NoteExpression::Tuning(value)),
            Just(NoteExpression::Volume(value)),
            Just(NoteExpression::Vibrato(value)),
            Just(NoteExpression::Expression(value)),
            Just(NoteExpression::Pressure(value)),
        ]
    });
    prop_oneof![
        6 => (any::<Option<i8>>(), any::<u8>(), any::<u8>(), number.clone()).prop_map(
            |(id, channel, key, velocity)| KeyEvent::On { id: id.map(i32::from), channel, key, velocity }
        ),
        4 => address.clone().prop_map(KeyEvent::Off),
        1 => address.clone().prop_map(KeyEvent::Choke),
        1 => (address, expression).prop_map(|(a, e)| KeyEvent::Expression(a, e)),
        1 => (any::<u8>(), number.clone()).prop_map(|(channel, value)| KeyEvent::Bend { channel, value }),
        1 => (any::<u8>(), number.clone())
            .prop_map(|(channel, value)| KeyEvent::Pressure { channel, value }),
        3 => (any::<u8>(), any::<u8>(), number)
            .prop_map(|(channel, number, value)| KeyEvent::Controller { channel, number, value }),
    ]
}

proptest! {
    #[test]
    fn whatever_is_played_keys_are_playable_and_can_be_let_go(
        events in proptest::collection::vec((any_event(), 1usize..=8), 0..60),
    ) {
        let mut keyboard = Keyboard::default();
        for (event, voices) in &events {
            let manner = Manner { voices: *voices, glide_ms: 10.0, ..MANY };
            keyboard.take(event, &manner);
            let keys = keyboard.advance(&manner);
            prop_assert!(keys.iter().filter(|key| key.held).count() <= *voices);
            for key in &keys {
                prop_assert!((0.0..=127.0).contains(&key.semitones));
                prop_assert!(key.bend_semitones.is_finite() && key.bend_semitones.abs() < 400.0);
                prop_assert!((SOFTEST_DB..=0.0).contains(&key.velocity_db));
                prop_assert!((SILENT_DB - 1.0..=30.0).contains(&key.louder_db));
            }
        }
        for channel in 0..16 {
            keyboard.take(&controller(channel, 120, 0.0), &MANY);
        }
        prop_assert_eq!(held(&keyboard.advance(&MANY)), Vec::<f32>::new());
        prop_assert!(keyboard.rests());
    }
}
