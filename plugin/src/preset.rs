//! Presets and the plugin's parameters: one made of the other.

use mynah_engine::{Preset, Source, TargetRef};

use crate::params::{MORPH_SLOTS, MynahParams};
use crate::state::SavedTarget;
use crate::targets::{Catalogue, Found};

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

/// What a preset comes to here.
pub(crate) struct Changes {
    /// The parameters that it sets, by their places, and their normalized values.
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
    for (place, found) in places(preset, catalogue)?.into_iter().enumerate() {
        let Some(found) = found else { continue };
        let slot = found.slot();
        values.push((place, params.targets()[place].normalized_of(slot)));
        if let (Found::Retrained(_), Some(entry)) = (found, catalogue.entry(slot)) {
            let name = &entry.info().display_name;
            note = Some(format!("{name} was retrained since this preset was saved."));
        }
    }
    for control in Preset::parts() {
        let value = params[control].normalized_of(preset.controls.get(control));
        values.push((MynahParams::place_of_control(control), value));
    }
    Ok(Changes { values, note })
}

/// Whether what is set is what the preset says.
pub(crate) fn is_set(preset: &Preset, params: &MynahParams, catalogue: &Catalogue) -> bool {
    let controls = Preset::parts().all(|control| {
        let info = control.info();
        let away = (params[control].chosen_number() - preset.controls.get(control)).abs();
        away <= TOLERANCE * (info.max - info.min)
    });
    let targets = places(preset, catalogue).is_ok_and(|places| {
        let mut pairs = places.into_iter().zip(params.targets());
        pairs.all(|(found, target)| found.is_none_or(|found| found.slot() == target.chosen_slot()))
    });
    controls && targets
}

/// Where a preset's targets are; where it names none, none.
fn places(preset: &Preset, catalogue: &Catalogue) -> Result<[Option<Found>; MORPH_SLOTS], String> {
    let mut places = [None; MORPH_SLOTS];
    for (place, target) in places.iter_mut().zip(&preset.targets) {
        if let Some(target) = target {
            *place = Some(find(preset, target, catalogue)?);
        }
    }
    Ok(places)
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
