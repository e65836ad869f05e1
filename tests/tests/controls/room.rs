//! Where it sounds.

use mynah_engine::Control;

use crate::measure::*;

/// A note that moves a little, as played ones do, and then silence.
fn note_and_silence() -> Vec<f32> {
    let mut sound = tone(1.2, |now_s| 57.0 + 0.3 * (30.0 * now_s).sin(), |_| -12.0);
    sound.resize((3.0 * RATE_HZ) as usize, 0.0);
    sound
}

/// How long the end of the note takes to fall from 10 to 40 dB below it, seconds.
fn fall_s(sound: &[f32]) -> f32 {
    let level = |from_s: f32| {
        let at = (from_s * RATE_HZ) as usize;
        let part = &sound[at..at + (0.02 * RATE_HZ) as usize];
        10.0 * (part.iter().map(|x| x * x).sum::<f32>() + 1e-12).log10()
    };
    let note = (80..110)
        .map(|n| level(0.01 * n as f32))
        .fold(f32::MIN, f32::max);
    let times: Vec<f32> = (110..295).map(|n| 0.01 * n as f32).collect();
    let below = |db: f32| times.iter().find(|time| level(**time) < note - db);
    below(40.0).unwrap() - below(10.0).unwrap()
}

pub(crate) fn the_room_rings_and_keeps_the_loudness() {
    let input = note_and_silence();
    let of = |room: f32| flute(&with(Control::Room, room), &input);
    let dry = of(0.0);
    assert_eq!(peak(&dry, 2.0, 3.0), 0.0);
    let loud = |sound: &[f32]| loudness_db(between(&frames(sound), 0.5, 1.1));
    for room in [0.15, 0.3, 1.0] {
        let wet = of(room);
        assert!(peak(&wet, 1.5, 1.6) > 1e-3 * peak(&wet, 0.5, 1.0), "{room}");
        let louder = loud(&wet) - loud(&dry);
        // One tone, of which one channel hears half of either side.
        let allowed = if room < 0.5 { 1.0 } else { 5.0 };
        assert!(louder.abs() < allowed, "{room}: {louder} dB");
    }
}

pub(crate) fn a_larger_room_rings_longer() {
    let input = note_and_silence();
    let falls = [0.0, 0.5, 1.0].map(|size| {
        fall_s(&flute(
            &with(Control::Room, 1.0).with(Control::RoomSize, size),
            &input,
        ))
    });
    // Half of the time of 60 dB each, at the frequencies of the note.
    for (fall_s, asked_s) in falls.iter().zip([0.2, 0.42, 0.9]) {
        assert!((fall_s / asked_s - 1.0).abs() < 0.35, "{falls:?}");
    }
}
