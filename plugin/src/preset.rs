//! Presets and the plugin's parameters: one made of the other.

use mynah_engine::{Control, Controls, Preset, Source, TargetRef};

use crate::params::MynahParams;
use crate::targets::{CORNERS, Catalogue, Found, SavedTarget};

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
    let chosen = params.chosen_controls();
    let mut controls = Controls::neutral();
    for control in parts(params) {
        controls.set(control, chosen.get(control));
    }
    Preset {
        name: name.to_owned(),
        category: category.to_owned(),
        about: about.to_owned(),
        plays: params.plays(),
        targets: params.targets().each_ref().map(|target| {
            let entry = catalogue.entry(target.chosen_index())?;
            Some(TargetRef {
                name: entry.info().name.clone(),
                hash: (*entry.source() != Source::Shipped).then_some(entry.info().hash),
            })
        }),
        controls,
    }
}

/// What a preset comes to here.
pub(crate) struct Changes {
    /// The parameters that it sets, by their positions, and their normalized values.
    pub(crate) values: Vec<(usize, f32)>,
    /// The sentence that says which of its targets was retrained since, if one was.
    pub(crate) note: Option<String>,
}

/// What loading a preset would change.
///
/// # Errors
/// The sentence that says which of its targets is not here.
pub(crate) fn changes(
    preset: &Preset,
    params: &MynahParams,
    catalogue: &Catalogue,
) -> Result<Changes, String> {
    let (mut values, mut note) = (Vec::new(), None);
    for (corner, found) in found_targets(preset, catalogue)?.into_iter().enumerate() {
        let Some(found) = found else { continue };
        let index = found.index();
        let position = MynahParams::position_of_target(corner);
        values.push((position, params.targets()[corner].normalized_of(index)));
        if let (Found::Retrained(_), Some(entry)) = (found, catalogue.entry(index)) {
            let name = &entry.info().display_name;
            note = Some(format!("{name} was retrained since this preset was saved."));
        }
    }
    for control in parts(params) {
        let value = params[control].normalized_of(preset.controls.get(control));
        values.push((MynahParams::position_of_control(control), value));
    }
    Ok(Changes { values, note })
}

/// Whether what is set is what the preset says.
pub(crate) fn is_set(preset: &Preset, params: &MynahParams, catalogue: &Catalogue) -> bool {
    let controls = parts(params).all(|control| {
        let info = control.info();
        let away = (params[control].chosen_number() - preset.controls.get(control)).abs();
        away <= TOLERANCE * (info.max - info.min)
    });
    let targets = found_targets(preset, catalogue).is_ok_and(|found| {
        let mut pairs = found.into_iter().zip(params.targets());
        pairs
            .all(|(found, target)| found.is_none_or(|found| found.index() == target.chosen_index()))
    });
    controls && targets
}

/// The controls that a preset sets of those that there are.
fn parts(params: &MynahParams) -> impl Iterator<Item = Control> {
    let plays = params.plays();
    Preset::parts().filter(move |control| control.serves(plays))
}

/// Where the targets of a preset's corners are; where it names none, none.
fn found_targets(
    preset: &Preset,
    catalogue: &Catalogue,
) -> Result<[Option<Found>; CORNERS], String> {
    let mut corners = [None; CORNERS];
    for (found, target) in corners.iter_mut().zip(&preset.targets) {
        if let Some(target) = target {
            *found = Some(find(preset, target, catalogue)?);
        }
    }
    Ok(corners)
}

fn find(preset: &Preset, target: &TargetRef, catalogue: &Catalogue) -> Result<Found, String> {
    let saved = SavedTarget {
        name: target.name.clone(),
        hash: target
            .hash
            .map_or_else(String::new, |hash| hash.to_string()),
        plays: String::new(),
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
