//! What a session's state must be before its values are taken over.
//!
//! A state is JSON written by nice-plug. A target is stored twice: as the parameter's index (what
//! automation speaks) and as name and content hash (what is meant). When a state is loaded the
//! latter decides: [`repair`] puts the index of exactly that model in place, or [`MISSING_INDEX`].
//! A missing model's reference is kept and saved again unchanged, and nothing else is ever played
//! in its stead, with one exception: a shipped model that has been retrained plays in the place of the
//! shipped one of its name, which the editor says, and both references are kept.

use mynah_engine::{Control, ControlInfo, ControlKind};
use nice_plug::plugin::ParamValue;
use nice_plug::prelude::*;

use crate::targets::{CORNERS, Catalogue, Found, MISSING_INDEX, SavedTarget, defaults};

/// The value of a control as a state holds it.
fn param_value(info: &ControlInfo, number: f32) -> ParamValue {
    match info.kind {
        ControlKind::Continuous | ControlKind::Tapered | ControlKind::Share => {
            ParamValue::F32(number)
        }
        ControlKind::Whole | ControlKind::Choice(_) | ControlKind::Notes => {
            ParamValue::I32(number as i32)
        }
        ControlKind::Switch => ParamValue::Bool(number >= 0.5),
    }
}

/// The number that a state's value of a control stands for; `None` if it can take no such value. Choices may be
/// given by name.
fn number(control: Control, value: &ParamValue) -> Option<f32> {
    let kind = control.info().kind;
    match (kind, value) {
        (
            ControlKind::Continuous | ControlKind::Tapered | ControlKind::Share,
            ParamValue::F32(number),
        ) => number.is_finite().then_some(*number),
        (
            ControlKind::Whole | ControlKind::Choice(_) | ControlKind::Notes,
            ParamValue::I32(number),
        ) => Some(*number as f32),
        (ControlKind::Choice(_), ParamValue::String(name)) => control.parse(name).ok(),
        (ControlKind::Switch, ParamValue::Bool(on)) => Some(f32::from(u8::from(*on))),
        _ => None,
    }
}

/// Makes a state safe and consistent before its values are taken over: numbers within their ranges,
/// and the targets' indices those of the models the state names. A control that it lacks, because an older
/// version wrote it, gets its neutral value, so that the session sounds as it did; one whose value is
/// damaged gets its default. So a session never depends on what was set before it was loaded.
pub(crate) fn repair(state: &mut PluginState, catalogue: &Catalogue) {
    let mut params = std::mem::take(&mut state.params);
    for control in Control::ALL {
        let info = control.info();
        let number = match params.remove(info.id) {
            None => info.neutral,
            Some(value) => number(*control, &value).unwrap_or(info.default),
        };
        let value = param_value(info, info.in_range(number));
        state.params.insert(info.id.to_owned(), value);
    }
    let saved = saved_targets(state);
    for ((id, default), saved) in defaults().zip(&saved) {
        let index = match params.remove(id) {
            Some(ParamValue::I32(index)) => Some(index.clamp(0, MISSING_INDEX)),
            _ => None,
        };
        let index = match (saved, index) {
            (Some(saved), _) if !saved.name.is_empty() => {
                let found = catalogue.find(saved);
                found.map_or(MISSING_INDEX, |found| found.index())
            }
            // Nothing was chosen, which a model that stands there now must not change.
            (Some(_), Some(index)) if catalogue.entry(index).is_none() => index,
            (Some(_), _) => MISSING_INDEX,
            (None, Some(index)) => index,
            (None, None) => default,
        };
        state.params.insert(id.to_owned(), ParamValue::I32(index));
    }
    let mut saved = saved.map(Option::unwrap_or_default);
    for saved in &mut saved {
        // What played then is gone as well: the one that plays now is news.
        if let Some(Found::Retrained(_)) = catalogue.find(saved) {
            saved.plays.clear();
        }
    }
    // Written in any case: the references of a state that was loaded before would stay.
    if let Ok(saved) = serde_json::to_string(&saved) {
        state.fields.insert("targets".to_owned(), saved);
    }
}

/// The references of a state, empty ones where nothing was chosen; `None` where it has none that can be used.
fn saved_targets(state: &PluginState) -> [Option<SavedTarget>; CORNERS] {
    let field = state.fields.get("targets");
    let saved: Option<Vec<SavedTarget>> = field.and_then(|field| serde_json::from_str(field).ok());
    let saved = saved.unwrap_or_default().into_iter();
    let mut saved = saved.map(|saved| saved.is_usable().then_some(saved));
    std::array::from_fn(|_| saved.next().flatten())
}
