//! What is no playing is not played: a microphone's offset, a hum, a hiss; and what pauses interrupt goes on after them.

use std::f32::consts::TAU;

use mynah_engine::{Control, Controls, Library, Mode};

use crate::measure::*;

/// A pause is softer than this, dBFS.
const PAUSE_DB: f32 = -80.0;

/// A second of playing and 1.4 s of none, with a noise of the room in all of it.
fn in_a_room(noise: impl Fn(f32) -> f32) -> Vec<f32> {
    let level = |now_s: f32| {
        if (0.02..1.0).contains(&now_s) {
            -14.0
        } else {
            -140.0
        }
    };
    let played = tone(2.4, |_| 57.0, level);
    let noisy = played
        .iter()
        .enumerate()
        .map(|(n, x)| x + noise(n as f32 / RATE_HZ));
    noisy.collect()
}

fn rms_db(sound: &[f32]) -> f32 {
    let power = sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32;
    10.0 * power.max(1e-20).log10()
}

#[test]
fn an_offset_a_hum_and_a_hiss_leave_a_pause_a_pause() {
    let gain = |db: f32| 10f32.powf(db / 20.0);
    let hum = |hz: f32| move |now_s: f32| gain(-50.0) * (TAU * hz * now_s).sin();
    let hiss = |now_s: f32| {
        let bits = ((now_s * RATE_HZ) as u32).wrapping_mul(0x9e37_79b9);
        let bits = (bits ^ (bits >> 15)).wrapping_mul(0x85eb_ca6b);
        gain(-70.0) * ((bits ^ (bits >> 13)) as f32 / (1u32 << 31) as f32 - 1.0)
    };
    let rooms = [
        ("offset", in_a_room(|_| 0.1)),
        ("hum of 60 Hz", in_a_room(hum(60.0))),
        ("hum of 50 Hz", in_a_room(hum(50.0))),
        ("hiss", in_a_room(hiss)),
    ];
    for entry in Library::shipped().entries() {
        let target = &entry.info.name;
        for mode in [Mode::Track, Mode::Follow, Mode::Auto] {
            for (noise, input) in &rooms {
                let controls = Controls {
                    mode,
                    room: 0.0,
                    ..Controls::default()
                };
                let output = render(corners([target, "", "", ""]), input, |_| controls);
                let at = |now_s: f32| (now_s * RATE_HZ) as usize;
                let pause_db = rms_db(&output[at(1.8)..at(2.35)]);
                assert!(
                    pause_db < PAUSE_DB,
                    "{target}, {mode:?}, {noise}: {pause_db} dB"
                );
                let note_db = rms_db(&output[at(0.3)..at(0.9)]);
                assert!(note_db > -40.0, "{target}, {mode:?}, {noise}: {note_db} dB");
            }
        }
    }
}

#[test]
fn variation_goes_on_after_a_rest() {
    // The same note twice, with a rest between that is long enough for the chain to sleep.
    let level = |now_s: f32| if now_s % 2.5 < 1.2 { -12.0 } else { -160.0 };
    let input = tone(3.7, |_| 57.0, level);
    let apart_db = |amount: f32| {
        let controls = with(Control::Variation, amount).with(Control::VariationRate, 1.0);
        let output = render(corners(["cello", "", "", ""]), &input, |_| controls);
        let all = frames(&output);
        let spectrum = |from_s: f32| spectrum_db(between(&all, from_s, from_s + 0.1));
        distance_db(&spectrum(0.9), &spectrum(3.4))
    };
    let (still, wandering) = (apart_db(0.0), apart_db(1.0));
    assert!(
        wandering > still + 0.7,
        "{wandering} dB, {still} dB without variation"
    );
}
