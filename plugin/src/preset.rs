//! Presets and the plugin's parameters: one made of the other.

use mynah_engine::{Preset, Source, TargetRef};

use crate::params::{MORPH_SLOTS, MynahParams};
use crate::state::SavedTarget;
use crate::targets::Catalogue;

/// A name that no parameter's value has to equal more closely, as a share of the range: what is behind the last
/// digit of a taper.
const TOLERANCE: f32 = 1e-4;

/// What is set at present, as a preset. Shipped targets are named, the player's own also by their content.
pub(crate) fn of_params(
    params: &MynahParams,
    catalogue: &Catalogue,
    name: &str,
    category: &str,
    about: &str,
) -> Preset {
    let mut controls = params.set_controls();
    controls.bypass = false;
    Preset {
        name: name.to_owned(),
        category: category.to_owned(),
        about: about.to_owned(),
        targets: params.targets().each_ref().map(|target| {
            let entry = catalogue.entry(target.chosen_slot())?;
            Some(TargetRef {
                name: entry.info().name.clone(),
                hash: (*entry.source() != Source::Shipped).then_some(entry.info().hash),
            })
        }),
        controls,
    }
}

/// The parameters that a preset sets, by their places, and their normalized values.
///
/// # Errors
/// The sentence that says which of its targets is not here.
pub(crate) fn changes(
    preset: &Preset,
    params: &MynahParams,
    catalogue: &Catalogue,
) -> Result<Vec<(usize, f32)>, String> {
    let mut values = Vec::new();
    for (place, slot) in slots(preset, catalogue)?.into_iter().enumerate() {
        if let Some(slot) = slot {
            values.push((place, params.targets()[place].normalized_of(slot)));
        }
    }
    for control in Preset::parts() {
        let value = params[control].normalized_of(preset.controls.get(control));
        values.push((MynahParams::place_of_control(control), value));
    }
    Ok(values)
}

/// Whether what is set is what the preset says.
pub(crate) fn is_set(preset: &Preset, params: &MynahParams, catalogue: &Catalogue) -> bool {
    let controls = Preset::parts().all(|control| {
        let info = control.info();
        let away = (params[control].chosen_number() - preset.controls.get(control)).abs();
        away <= TOLERANCE * (info.max - info.min)
    });
    let targets = slots(preset, catalogue).is_ok_and(|slots| {
        let mut pairs = slots.into_iter().zip(params.targets());
        pairs.all(|(slot, target)| slot.is_none_or(|slot| slot == target.chosen_slot()))
    });
    controls && targets
}

/// The slots of a preset's targets; where it names none, none.
fn slots(preset: &Preset, catalogue: &Catalogue) -> Result<[Option<i32>; MORPH_SLOTS], String> {
    let mut slots = [None; MORPH_SLOTS];
    for (slot, target) in slots.iter_mut().zip(&preset.targets) {
        if let Some(target) = target {
            *slot = Some(find(preset, target, catalogue)?);
        }
    }
    Ok(slots)
}

fn find(preset: &Preset, target: &TargetRef, catalogue: &Catalogue) -> Result<i32, String> {
    let saved = SavedTarget {
        name: target.name.clone(),
        hash: target
            .hash
            .map_or_else(String::new, |hash| hash.to_string()),
    };
    catalogue.find(&saved).ok_or_else(|| {
        let version = if catalogue.find_name(&target.name).is_some() {
            "in another version than the one installed"
        } else {
            "which is not installed"
        };
        format!(
            "The preset \u{201C}{}\u{201D} plays the model \u{201C}{}\u{201D}, {version}.",
            preset.name, target.name
        )
    })
}
