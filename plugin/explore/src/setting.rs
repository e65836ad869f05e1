//! A setting as a row of numbers that a network can read.

use mynah_engine::{Control, ControlGroup, ControlKind, Controls, Plays, Preset};

/// Which controls are a matter of taste: not how it is heard and mixed, not in which key, not what plays on, and none whose numbers have no order.
pub fn is_taste(control: Control, plays: Plays) -> bool {
    let other = [
        Control::Seed,
        Control::Notes,
        Control::Key,
        Control::Semitones,
        Control::Cents,
        Control::Sensitivity,
        Control::Floor,
        Control::Hysteresis,
        Control::InputGain,
        Control::OutputGain,
        Control::Mix,
        Control::Quality,
        Control::Bend,
        Control::Freeze,
        Control::Voices,
    ];
    control.serves(plays)
        && control.info().group != ControlGroup::PlayOn
        && Preset::parts().any(|part| part == control)
        && !other.contains(&control)
}

/// Where a value stands in its range: 0 to 1. Of times and rates the low ones have more of it.
pub(crate) fn position(control: Control, value: f32) -> f32 {
    let info = control.info();
    let share = (value - info.min) / (info.max - info.min);
    match info.kind {
        ControlKind::Tapered => share.max(0.0).sqrt(),
        _ => share,
    }
}

/// The value at a place in its range, whole where it must be.
pub(crate) fn value_at(control: Control, position: f32) -> f32 {
    let info = control.info();
    let share = match info.kind {
        ControlKind::Tapered => position.clamp(0.0, 1.0).powi(2),
        _ => position.clamp(0.0, 1.0),
    };
    let value = info.min + share * (info.max - info.min);
    match info.kind {
        ControlKind::Continuous | ControlKind::Tapered | ControlKind::Share => {
            (100.0 * value).round() / 100.0
        }
        _ => value.round(),
    }
}

/// The row: how far each control of taste is from changing nothing, in shares of its range, a number for each of a choice's names, and
/// what share of the morph each target has; `targets` are the names of those that are known, and what is another one comes last.
pub(crate) fn row(preset: &Preset, targets: &[String]) -> Vec<f32> {
    let controls = &preset.controls;
    let mut row = Vec::new();
    let taste = |control: &&Control| is_taste(**control, preset.plays);
    for control in Control::ALL.iter().filter(taste) {
        let (info, value) = (control.info(), controls.get(*control));
        match info.kind {
            ControlKind::Choice(names) => {
                let is = |n: usize| f32::from(u8::from(value.round() as usize == n));
                row.extend((0..names.len()).map(is));
            }
            _ if *control == Control::MorphX || *control == Control::MorphY => {}
            _ => row.push(position(*control, value) - position(*control, info.neutral)),
        }
    }
    row.extend(shares(preset, controls, targets));
    row
}

fn shares(preset: &Preset, controls: &Controls, targets: &[String]) -> Vec<f32> {
    let mut shares = vec![0.0; targets.len() + 1];
    for (target, weight) in preset.targets.iter().zip(controls.morph_weights()) {
        let Some(target) = target else { continue };
        let known = targets.iter().position(|name| *name == target.name);
        shares[known.unwrap_or(targets.len())] += weight;
    }
    shares
}

#[cfg(test)]
mod tests {
    use mynah_engine::{Quality, TargetRef, surprise};

    use super::*;

    fn names() -> Vec<String> {
        ["cello", "flute"].map(str::to_owned).to_vec()
    }

    #[test]
    fn a_place_gives_back_its_value() {
        for control in Control::ALL {
            let info = control.info();
            for value in [info.min, info.default, info.max] {
                let again = value_at(*control, position(*control, value));
                assert!(
                    (again - value).abs() <= 0.006,
                    "{control}: {value} and {again}"
                );
            }
        }
    }

    #[test]
    fn a_row_tells_targets_and_controls_apart() {
        let known = TargetRef {
            name: "flute".to_owned(),
            hash: None,
        };
        let strange = TargetRef {
            name: "kazoo".to_owned(),
            hash: None,
        };
        let preset = surprise(1, &[known], Quality::Full);
        let there = row(&preset, &names());
        let mut other = preset.clone();
        other.targets.fill(Some(strange));
        let elsewhere = row(&other, &names());
        assert_eq!(there[there.len() - 3..], [0.0, 1.0, 0.0]);
        assert_eq!(elsewhere[there.len() - 3..], [0.0, 0.0, 1.0]);
        let mut brighter = preset.clone();
        brighter.controls.brightness_db += 1.0;
        let differ = row(&brighter, &names());
        let changed = there.iter().zip(&differ).filter(|(a, b)| a != b).count();
        assert_eq!((differ.len(), changed), (there.len(), 1));
        // What is not a matter of taste is not in it.
        let mut louder = preset.clone();
        louder.controls.output_gain_db = 6.0;
        assert_eq!(row(&louder, &names()), there);
    }
}
