//! What moves by itself, and what is held.

use mynah_engine::{Control, Controls};

use crate::measure::*;

fn wandering(amount: f32, rate_hz: f32, seed: f32) -> Controls {
    with(Control::Variation, amount)
        .with(Control::VariationRate, rate_hz)
        .with(Control::Seed, seed)
}

fn cello(controls: &Controls) -> Vec<f32> {
    render(corners(["cello", "", "", ""]), &steady(4.0), |_| *controls)
}

/// How much the bands move about their means, dB.
fn movement_db(sound: &[f32]) -> f32 {
    let all = frames(sound);
    let part = between(&all, 0.7, 3.9);
    let bands = part[0].log_mel.len();
    let of = |band: usize| {
        let levels: Vec<f32> = part
            .iter()
            .map(|frame| 8.686 * frame.log_mel[band])
            .collect();
        deviation(&levels)
    };
    (0..bands).map(of).sum::<f32>() / bands as f32
}

pub(crate) fn variation_lets_the_tone_wander() {
    let [none, some, much] =
        [0.0, 0.4, 1.0].map(|amount| movement_db(&cello(&wandering(amount, 1.0, 1.0))));
    assert!(
        some > 1.2 * none && much > 1.5 * some,
        "{none} {some} {much}"
    );
}

pub(crate) fn the_rate_is_how_fast_it_wanders() {
    // How much the tone differs from itself a tenth of a second later.
    let speed_db = |rate_hz: f32| {
        let all = frames(&cello(&wandering(1.0, rate_hz, 1.0)));
        let part = between(&all, 0.7, 3.9);
        let apart = part.windows(19).map(|frames| {
            let (a, b) = (&frames[0].log_mel, &frames[18].log_mel);
            8.686 * a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f32>()
        });
        apart.sum::<f32>()
    };
    let (slow, fast) = (speed_db(0.3), speed_db(4.0));
    assert!(fast > 1.5 * slow, "{fast} {slow}");
}

pub(crate) fn a_seed_wanders_its_own_way_again_and_again() {
    let first = cello(&wandering(0.5, 2.0, 7.0));
    assert_eq!(first, cello(&wandering(0.5, 2.0, 7.0)));
    let other = cello(&wandering(0.5, 2.0, 8.0));
    let spectrum = |sound: &[f32]| spectrum_db(between(&frames(sound), 2.0, 2.1));
    assert!(distance_db(&spectrum(&first), &spectrum(&other)) > 0.5);
}

pub(crate) fn freeze_holds_the_moment() {
    // The player stops after a second; frozen a little before, the sound goes on, at its pitch and level.
    let level = |now_s: f32| if now_s < 1.0 { -12.0 } else { -140.0 };
    let input = tone(4.0, |_| 57.0, level);
    let freeze = |now_s: f32| with(Control::Freeze, f32::from(u8::from(now_s > 0.9)));
    let held = frames(&render(corners(["cello", "", "", ""]), &input, freeze));
    let (before, after) = (between(&held, 0.6, 0.9), between(&held, 3.0, 3.9));
    assert!((median(pitches(after)) - 57.0).abs() < 0.05);
    assert!((loudness_db(after) - loudness_db(before)).abs() < 1.5);
    assert!(distance_db(&spectrum_db(after), &spectrum_db(before)) < 3.0);
    let free = render(corners(["cello", "", "", ""]), &input, |_| {
        Controls::neutral()
    });
    assert!(peak(&free, 3.0, 3.9) < 1e-4);
    // A held note plays what is frozen.
    let note = |now_s: f32| (now_s > 2.0).then_some(64.0);
    let played = render_with_notes(corners(["cello", "", "", ""]), &input, freeze, note);
    let pitch = median(pitches(between(&frames(&played), 3.0, 3.9)));
    assert!((pitch - 64.0).abs() < 0.05, "{pitch}");
}
