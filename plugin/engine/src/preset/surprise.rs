//! Settings by chance that still make music.

use mynah_models::{CORNERS, Mode};

use super::Preset;
use crate::chance::Chance;
use crate::controls::{Control, Controls, Plays, Quality};
use crate::library::TargetRef;

/// A setting of chance: one to three of `targets`, blended, in a moderate tone, now and then an octave away,
/// snapped to a scale, or wandering. The gains are 0 dB, the mix is 1, and the quality is the one given. The
/// same seed and targets give the same setting.
pub fn surprise(seed: u64, targets: &[TargetRef], quality: Quality) -> Preset {
    let mut chance = Chance(seed);
    let mut controls = Controls {
        quality,
        ..Controls::default()
    };
    let chosen = choose_targets(&mut chance, targets, &mut controls);
    shape_pitch(&mut chance, &mut controls);
    shape_tone(&mut chance, &mut controls);
    Preset {
        plays: Plays::Sound,
        name: "Surprise".to_owned(),
        category: String::new(),
        about: format!("A setting of chance, number {seed}."),
        targets: chosen,
        controls,
    }
}

fn choose_targets(
    chance: &mut Chance,
    targets: &[TargetRef],
    controls: &mut Controls,
) -> [Option<TargetRef>; CORNERS] {
    let wanted = match chance.share() {
        share if share < 0.4 => 1,
        share if share < 0.8 => 2,
        _ => 3,
    };
    let mut left: Vec<&TargetRef> = targets.iter().collect();
    let mut chosen = Vec::new();
    while chosen.len() < wanted && !left.is_empty() {
        chosen.push(left.remove(chance.below(left.len())));
    }
    match chosen.len() {
        0 | 1 => {}
        2 => controls.set(Control::MorphX, chance.between(0.2, 0.8)),
        _ => {
            controls.set(Control::MorphX, chance.between(0.2, 0.6));
            controls.set(Control::MorphY, chance.between(0.2, 0.6));
        }
    }
    // Every corner has a target, so that none of the sound is dry.
    std::array::from_fn(|place| {
        let target = chosen.get(place % chosen.len().max(1));
        target.map(|target| (*target).clone())
    })
}

fn shape_pitch(chance: &mut Chance, controls: &mut Controls) {
    controls.mode = match chance.share() {
        share if share < 0.7 => Mode::Track,
        share if share < 0.9 => Mode::Auto,
        _ => Mode::Follow,
    };
    controls.octave = match chance.share() {
        share if share < 0.08 => 1,
        share if share < 0.15 => -1,
        _ => 0,
    };
    // An octave of chance is meant, and takes the place of the one that would be chosen.
    controls.octave_auto = controls.octave == 0;
    if chance.happens(0.25) {
        controls.set(Control::Snap, chance.between(0.5, 1.0));
        controls.set(Control::Key, chance.below(12) as f32);
        // Neither all twelve notes nor the player's own.
        controls.set(Control::Scale, 1.0 + chance.below(5) as f32);
        controls.set(Control::Glide, chance.between(10.0, 80.0));
    }
    if chance.happens(0.4) {
        controls.set(Control::Vibrato, chance.between(0.5, 1.4));
    }
}

fn shape_tone(chance: &mut Chance, controls: &mut Controls) {
    for (control, likely, low, high) in [
        (Control::Curve, 0.3, 0.8, 1.3),
        (Control::Attack, 0.3, 5.0, 60.0),
        (Control::Release, 0.35, 50.0, 900.0),
        (Control::Brightness, 0.6, -2.0, 2.0),
        (Control::Formant, 0.5, -4.0, 4.0),
        (Control::Breath, 0.5, -9.0, 6.0),
        (Control::Air, 0.4, -4.0, 4.0),
        (Control::Drive, 0.3, 0.6, 1.0),
        (Control::PlayerAttack, 0.25, 0.0, 1.5),
        (Control::PlayerVibrato, 0.25, 0.0, 2.0),
        (Control::PlayerColour, 0.15, 0.3, 1.0),
        (Control::TimbreX, 0.25, -0.5, 0.5),
        (Control::TimbreY, 0.25, -0.5, 0.5),
        (Control::TimbreBrightness, 0.2, -0.5, 0.5),
        (Control::TimbreBreath, 0.2, -0.6, 0.6),
        (Control::TimbreBody, 0.2, -0.5, 0.5),
        (Control::TimbreAttack, 0.2, -0.6, 0.6),
    ] {
        if chance.happens(likely) {
            controls.set(control, chance.between(low, high));
        }
    }
    if chance.happens(0.4) {
        controls.set(Control::Variation, chance.between(0.1, 0.5));
        controls.set(Control::VariationRate, chance.between(0.1, 2.0));
        controls.set(Control::Seed, chance.below(1000) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls::Scale;

    fn names() -> Vec<TargetRef> {
        ["violin", "cello", "flute", "piano"]
            .map(|name| TargetRef {
                name: name.to_owned(),
                hash: None,
            })
            .to_vec()
    }

    #[test]
    fn five_hundred_surprises_are_sane_and_different() {
        let targets = names();
        let all: Vec<Preset> = (0..500)
            .map(|seed| surprise(seed, &targets, Quality::Eco))
            .collect();
        for (seed, preset) in all.iter().enumerate() {
            assert_eq!(*preset, surprise(seed as u64, &targets, Quality::Eco));
            let c = &preset.controls;
            assert_eq!(*c, c.in_range());
            assert!(preset.targets.iter().all(Option::is_some));
            assert_eq!((c.input_gain_db, c.output_gain_db, c.mix), (0.0, 0.0, 1.0));
            assert_eq!(
                (c.bypass, c.freeze, c.quality),
                (false, false, Quality::Eco)
            );
            assert!((-1..=1).contains(&c.octave) && c.semitones == 0 && c.cents == 0.0);
            assert_eq!(c.octave_auto, c.octave == 0);
            assert!(c.bend_semitones == 0.0 && c.floor_db == -90.0);
            assert!(c.brightness_db.abs() <= 2.0 && c.formant_semitones.abs() <= 4.0);
            assert!((-9.0..=6.0).contains(&c.breath_db) && c.air_db.abs() <= 4.0);
            assert!(c.attack_ms <= 60.0 && c.release_ms <= 900.0 && c.variation <= 0.5);
            let snaps = c.snap > 0.0;
            let scaled = !matches!(c.scale, Scale::Chromatic | Scale::Custom | Scale::Auto);
            assert_eq!(snaps, scaled);
        }
        let with = |test: &dyn Fn(&Preset) -> bool| all.iter().filter(|p| test(p)).count();
        assert!((20..150).contains(&with(&|p| p.controls.octave != 0)));
        assert!((60..200).contains(&with(&|p| p.controls.snap > 0.0)));
        assert!((200..450).contains(&with(&|p| p.controls.morph_x > 0.0)));
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn any_number_of_targets_will_do() {
        for count in 0..4 {
            for seed in 0..20 {
                let preset = surprise(seed, &names()[..count], Quality::Full);
                assert_eq!(preset.targets.iter().flatten().count(), 4 * count.min(1));
            }
        }
    }
}
