//! New settings out of others.

use mynah_engine::{Chance, Control, ControlKind, Preset, TargetRef, surprise};

use crate::setting::{is_taste, position, value_at};

/// How far a dream goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stride {
    /// Near what is set.
    Careful,
    /// Anywhere.
    Bold,
}

/// What a stride means.
struct Steps {
    /// How probably a control moves, and how far, as a share of its range.
    moves: f32,
    spread: f32,
    /// How probably one goes back to changing nothing, so that settings do not only become more complicated.
    rests: f32,
    /// How probably a target is exchanged, and a choice made anew.
    exchanges: f32,
    /// What share of children is of chance alone, or of two parents.
    fresh: f32,
    crossed: f32,
}

impl Stride {
    fn steps(self) -> Steps {
        match self {
            Self::Careful => Steps {
                moves: 0.2,
                spread: 0.08,
                rests: 0.02,
                exchanges: 0.05,
                fresh: 0.0,
                crossed: 0.25,
            },
            Self::Bold => Steps {
                moves: 0.3,
                spread: 0.2,
                rests: 0.05,
                exchanges: 0.25,
                fresh: 0.3,
                crossed: 0.35,
            },
        }
    }
}

/// One child of these parents, of which there must be one. What is no matter of taste stays as in the first of them.
pub(crate) fn child(
    parents: &[Preset],
    targets: &[TargetRef],
    stride: Stride,
    chance: &mut Chance,
) -> Preset {
    let steps = stride.steps();
    let first = &parents[0];
    let one = &parents[chance.below(parents.len())];
    let kind = chance.share();
    let mut child = if kind < steps.fresh {
        let seed = u64::from(chance.share().to_bits());
        surprise(seed, targets, first.controls.quality)
    } else if kind < steps.fresh + steps.crossed {
        let other = &parents[chance.below(parents.len())];
        let crossed = cross(one, other, chance);
        moved(crossed, targets, &steps, chance)
    } else {
        moved(one.clone(), targets, &steps, chance)
    };
    child.plays = first.plays;
    for control in Control::ALL {
        if !is_taste(*control, first.plays) {
            child.controls.set(*control, first.controls.get(*control));
        }
    }
    child
}

/// Each control of one or of the other; the targets and where they are blended of one.
fn cross(one: &Preset, other: &Preset, chance: &mut Chance) -> Preset {
    let mut child = one.clone();
    for control in Control::ALL {
        let is_blend = matches!(control, Control::MorphX | Control::MorphY);
        if !is_blend && chance.happens(0.5) {
            child.controls.set(*control, other.controls.get(*control));
        }
    }
    if chance.happens(0.5) {
        child.targets.clone_from(&other.targets);
        child.controls.morph_x = other.controls.morph_x;
        child.controls.morph_y = other.controls.morph_y;
    }
    child
}

fn moved(mut preset: Preset, targets: &[TargetRef], steps: &Steps, chance: &mut Chance) -> Preset {
    for control in Control::ALL {
        if !is_taste(*control, preset.plays) {
            continue;
        }
        let (info, value) = (control.info(), preset.controls.get(*control));
        let new = match info.kind {
            ControlKind::Choice(names) if chance.happens(0.2 * steps.exchanges) => {
                chance.below(names.len()) as f32
            }
            ControlKind::Choice(_) => continue,
            _ if chance.happens(steps.rests) => info.neutral,
            _ if chance.happens(steps.moves) => {
                let place = position(*control, value) + steps.spread * chance.normal();
                value_at(*control, place)
            }
            _ => continue,
        };
        preset.controls.set(*control, new);
    }
    if !targets.is_empty() && chance.happens(steps.exchanges) {
        let corner = chance.below(preset.targets.len());
        let target = targets[chance.below(targets.len())].clone();
        preset.targets[corner] = Some(target);
    }
    preset
}

#[cfg(test)]
mod tests {
    use mynah_engine::{Plays, Quality};

    use super::*;

    fn targets() -> Vec<TargetRef> {
        ["cello", "flute", "violin"]
            .map(|name| TargetRef {
                name: name.to_owned(),
                hash: None,
            })
            .to_vec()
    }

    fn distance(one: &Preset, other: &Preset) -> f32 {
        let controls = Control::ALL.iter();
        let far = |control: &Control| {
            let place = |preset: &Preset| position(*control, preset.controls.get(*control));
            (place(one) - place(other)).abs()
        };
        controls.map(far).sum()
    }

    #[test]
    fn children_are_in_range_and_keep_what_is_the_players() {
        for plays in [Plays::Sound, Plays::Keys] {
            let mut parents: Vec<Preset> = (0..4)
                .map(|seed| surprise(seed, &targets(), Quality::Eco))
                .collect();
            parents[0].plays = plays;
            parents[0].controls.semitones = 3;
            parents[0].controls.output_gain_db = -4.0;
            let mut chance = Chance(5);
            for stride in [Stride::Careful, Stride::Bold] {
                for _ in 0..200 {
                    let child = child(&parents, &targets(), stride, &mut chance);
                    assert_eq!(child.controls, child.controls.in_range());
                    assert_eq!(child.controls.semitones, 3);
                    assert_eq!(child.controls.output_gain_db, -4.0);
                    assert_eq!(child.controls.quality, Quality::Eco);
                    assert_eq!(child.plays, plays);
                    assert!(child.targets.iter().all(Option::is_some));
                }
            }
        }
    }

    #[test]
    fn careful_children_stay_near_and_bold_ones_go_far() {
        let parent = [surprise(1, &targets(), Quality::Full)];
        let mut chance = Chance(7);
        let mut mean = |stride| {
            let far = (0..100).map(|_| {
                let child = child(&parent, &targets(), stride, &mut chance);
                distance(&child, &parent[0])
            });
            far.sum::<f32>() / 100.0
        };
        let (near, far) = (mean(Stride::Careful), mean(Stride::Bold));
        assert!(near > 0.1 && far > 3.0 * near, "{near} and {far}");
    }
}
