//! What goes on when the player stops, heard on the flute: as a sound that was played before, and as keys.

use mynah_engine::{Control, Controls, EngineSpec, KeyEvent, NoteAddress};

use crate::measure::*;

/// In G major: keys, and how many quavers of 0.25 s they last.
const TUNE: [(u8, usize); 13] = [
    (67, 1),
    (69, 1),
    (71, 1),
    (72, 1),
    (74, 2),
    (74, 2),
    (76, 1),
    (74, 1),
    (72, 1),
    (71, 1),
    (69, 1),
    (66, 1),
    (67, 2),
];
const G_MAJOR: u16 = 0b1010_1101_0101;
const QUAVER_S: f32 = 0.25;
const TUNE_S: f32 = 16.0 * QUAVER_S;

fn playing_on() -> Controls {
    with(Control::PlayOn, 1.0)
}

/// What the flute plays of the tune's keys and after them, hop by hop: the keys that are held.
fn held_after_keys(controls: &Controls, seconds: f32) -> Vec<u128> {
    let spec = EngineSpec::of_keys(f64::from(RATE_HZ));
    let mut engine = engine(spec, corners(["flute", "", "", ""]));
    engine.set_controls(controls);
    let process = |engine: &mut mynah_engine::Engine, seconds: f32| {
        let hops = (seconds * RATE_HZ / 128.0).round() as usize;
        let held = (0..hops).map(|_| {
            engine.process(&mut [&mut [0.0; 128]]);
            engine.meters().held_keys
        });
        held.collect::<Vec<u128>>()
    };
    for (key, quavers) in TUNE {
        engine.take_key(&KeyEvent::On {
            id: None,
            channel: 0,
            key,
            velocity: 0.7,
        });
        process(&mut engine, quavers as f32 * QUAVER_S);
        engine.take_key(&KeyEvent::Off(NoteAddress::default()));
    }
    process(&mut engine, seconds)
}

/// The notes that begin, each as its key.
fn keys_of(held: &[u128]) -> Vec<u32> {
    let begins = held.windows(2).filter(|pair| pair[1] & !pair[0] != 0);
    begins.map(|pair| pair[1].trailing_zeros()).collect()
}

/// Of which of the twelve notes they are, a bit each.
fn notes_of(keys: &[u32]) -> u16 {
    keys.iter().fold(0, |notes, key| notes | 1 << (key % 12))
}

/// The flute's loudness from the tune's end on, frame by frame, where the tune is a sound.
fn loudness_after_sound(controls: &Controls, seconds: f32) -> Vec<f32> {
    let mut sound = Vec::new();
    for (key, quavers) in TUNE {
        let lasts_s = quavers as f32 * QUAVER_S;
        // Each note tongued anew.
        sound.extend(tone(
            lasts_s,
            |_| f32::from(key),
            |now_s| if now_s > lasts_s - 0.04 { -60.0 } else { -14.0 },
        ));
    }
    sound.resize(sound.len() + (seconds * RATE_HZ) as usize, 0.0);
    let heard = frames(&flute(controls, &sound));
    let after = &heard[(TUNE_S * FRAMES_PER_S) as usize..];
    after.chunks(19).map(loudness_db).collect()
}

/// When it first sounds again, seconds after the tune, in steps of 0.1 s.
fn begins_s(loudness_db: &[f32]) -> f32 {
    let quiet = loudness_db.iter().take(4).count();
    let begins = loudness_db.iter().skip(quiet).position(|db| *db > -45.0);
    (quiet + begins.unwrap()) as f32 * 19.0 / FRAMES_PER_S
}

pub(crate) fn what_was_played_goes_on_after_a_silence() {
    let off = loudness_after_sound(&Controls::neutral(), 5.0);
    assert!(off[5..].iter().all(|db| *db < -60.0), "{off:?}");
    let on = loudness_after_sound(&playing_on(), 5.0);
    assert!(on[5..11].iter().all(|db| *db < -60.0), "{on:?}");
    assert!((1.1..2.2).contains(&begins_s(&on)), "{on:?}");
    // As loud as it was played.
    let loudest = on[5..].iter().fold(f32::MIN, |most, db| most.max(*db));
    assert!((loudest + 14.0).abs() < 6.0, "{loudest}");
}

pub(crate) fn the_cold_go_on_the_likeliest_way_whatever_the_seed() {
    let keys = |temperature: f32, seed: f32| {
        let controls = playing_on()
            .with(Control::PlayOnTemperature, temperature)
            .with(Control::PlayOnSeed, seed);
        keys_of(&held_after_keys(&controls, 6.0))
    };
    assert_eq!(keys(0.05, 1.0), keys(0.05, 2.0));
    assert_ne!(keys(2.0, 1.0), keys(2.0, 2.0));
}

pub(crate) fn it_waits_for_so_long_a_silence() {
    let begins = |after_s: f32| {
        let controls = playing_on().with(Control::PlayOnAfter, after_s);
        begins_s(&loudness_after_sound(&controls, 6.0))
    };
    let (soon, late) = (begins(0.5), begins(3.0));
    assert!(
        (0.4..1.6).contains(&soon) && (2.9..4.1).contains(&late),
        "{soon} {late}"
    );
}

pub(crate) fn it_ends_after_so_many_bars() {
    let last_s = |bars: f32| {
        let controls = playing_on().with(Control::PlayOnLength, bars);
        let held = held_after_keys(&controls, 30.0);
        held.iter().rposition(|keys| *keys != 0).unwrap() as f32 * 128.0 / RATE_HZ
    };
    let (one, four, endless) = (last_s(1.0), last_s(4.0), last_s(32.0));
    // A bar of the tune's crotchets lasts 2 s, and one of its quavers 1 s.
    assert!((1.5..5.0).contains(&one), "{one}");
    assert!((3.0..7.0).contains(&(four - one)), "{one} {four}");
    assert!(endless > 26.0, "{endless}");
}

pub(crate) fn it_keeps_to_the_key_that_is_heard() {
    let notes = |key: f32| {
        let controls = playing_on()
            .with(Control::PlayOnTemperature, 3.0)
            .with(Control::PlayOnLength, 32.0)
            .with(Control::PlayOnKey, key);
        notes_of(&keys_of(&held_after_keys(&controls, 30.0)))
    };
    assert_eq!(notes(1.0) & !G_MAJOR, 0);
    assert_ne!(notes(0.0) & !G_MAJOR, 0);
}

pub(crate) fn it_goes_its_own_way_again_and_again() {
    let sound = |seed: f32| held_after_keys(&playing_on().with(Control::PlayOnSeed, seed), 6.0);
    assert!(sound(7.0) == sound(7.0));
    assert!(sound(7.0) != sound(8.0));
}
