//! The plugin's parameters: the four targets, and a parameter for each of the engine's controls. Their
//! ids, ranges and meanings are a promise to saved sessions.

mod control;
mod saved_targets;

use std::ops::Index;
use std::sync::Arc;

use mynah_engine::{Control, ControlGroup, Controls, Plays};
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::*;

use crate::editor_size::EditorSize;
use crate::look::EditorLook;
use crate::targets::{CORNERS, Catalogue, TargetParam};

pub use control::ControlParam;
pub use saved_targets::SavedTargets;

/// Parameters that a host sees: the targets, then the controls.
pub(crate) const PARAMS: usize = CORNERS + Control::COUNT;

/// The values of all parameters as the player set them, normalized, in this order.
pub(crate) type Values = [f32; PARAMS];

/// Everything that is automated or saved.
#[derive(Params)]
pub struct MynahParams {
    plays: Plays,
    #[nested]
    automated: Arc<Automated>,
    /// The chosen models by name and content; they decide over the indices when a state is loaded.
    #[persist = "targets"]
    pub saved_targets: SavedTargets,
    /// The editor's size when it was last open.
    #[persist = "editor"]
    pub editor_size: EditorSize,
    /// The editor's theme and scale.
    #[persist = "look"]
    pub editor_look: EditorLook,
}

/// What hosts see.
pub(crate) struct Automated {
    pub(crate) targets: [TargetParam; CORNERS],
    /// One for each control; hosts see those that serve.
    controls: Vec<ControlParam>,
    plays: Plays,
}

// SAFETY: the pointers are to fields of this value, which are neither moved nor replaced while it lives: hosts
// hold it in an `Arc` and nothing hands out a `&mut`, and the vector never changes its length.
#[allow(unsafe_code)]
unsafe impl Params for Automated {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        let targets = self.targets.iter().map(|target| {
            let group = ControlGroup::Target.name().to_owned();
            (target.id().to_owned(), target.as_ptr(), group)
        });
        let serving = self.controls.iter();
        let serving = serving.filter(|control| control.control().serves(self.plays));
        let controls = serving.map(|control| {
            let info = control.info();
            (
                info.id.to_owned(),
                control.as_ptr(),
                info.group.name().to_owned(),
            )
        });
        targets.chain(controls).collect()
    }
}

impl Automated {
    pub(crate) fn release(&self) {
        self.targets.iter().for_each(TargetParam::release);
        self.controls.iter().for_each(ControlParam::release);
    }
}

impl MynahParams {
    /// Those of the effect, all at their defaults, to choose from the targets of this catalogue.
    pub fn new(catalogue: &'static Catalogue) -> Self {
        Self::of(Plays::Sound, catalogue)
    }

    /// Those of a plugin that plays this.
    pub fn of(plays: Plays, catalogue: &'static Catalogue) -> Self {
        let automated = Arc::new(Automated {
            plays,
            targets: std::array::from_fn(|corner| TargetParam::new(corner, catalogue)),
            controls: Control::ALL
                .iter()
                .copied()
                .map(ControlParam::new)
                .collect(),
        });
        Self {
            plays,
            saved_targets: SavedTargets::new(automated.clone()),
            automated,
            editor_size: EditorSize::default(),
            editor_look: EditorLook::default(),
        }
    }

    /// What the plugin plays.
    pub fn plays(&self) -> Plays {
        self.plays
    }

    /// The parameters that choose the targets A to D.
    pub fn targets(&self) -> &[TargetParam; CORNERS] {
        &self.automated.targets
    }

    /// The chosen targets as the audio thread hears them, modulation included: indices into the catalogue.
    pub fn indices(&self) -> [i32; CORNERS] {
        self.automated.targets.each_ref().map(TargetParam::index)
    }

    /// The position of a corner's target among all parameters.
    pub(crate) const fn position_of_target(corner: usize) -> usize {
        corner
    }

    /// The position of a control among all parameters.
    pub(crate) const fn position_of_control(control: Control) -> usize {
        CORNERS + control as usize
    }

    /// The position of a parameter that the framework names.
    pub(crate) fn position_of(&self, param: ParamPtr) -> Option<usize> {
        let targets = self.automated.targets.iter().map(TargetParam::as_ptr);
        let controls = self.automated.controls.iter().map(ControlParam::as_ptr);
        targets.chain(controls).position(|known| known == param)
    }

    /// The value of the parameter at a position, as the player set it, normalized.
    pub(crate) fn value_at(&self, position: usize) -> f32 {
        match self.automated.targets.get(position) {
            Some(target) => target.normalized(),
            None => self.automated.controls[position - CORNERS].normalized(),
        }
    }

    /// All values as the player set them.
    pub(crate) fn values(&self) -> Values {
        std::array::from_fn(|position| self.value_at(position))
    }

    /// Sets those of these parameters that have other values, each in a gesture of its own.
    pub(crate) fn set_values(&self, setter: &ParamSetter<'_>, values: &[(usize, f32)]) {
        for (position, value) in values {
            if self.value_at(*position) == *value {
                continue;
            }
            match self.automated.targets.get(*position) {
                Some(target) => target.set_once(setter, *value),
                None => self.automated.controls[position - CORNERS].set_once(setter, *value),
            }
        }
    }

    /// Waits for the host to hand over what the player has set, but not for ever; whether something is still on its
    /// way. For each frame of the editor, which begins at `now_s`.
    pub(crate) fn wait(&self, now_s: f64) -> bool {
        let targets = self.automated.targets.iter().map(|param| param.wait(now_s));
        let controls = self
            .automated
            .controls
            .iter()
            .map(|param| param.wait(now_s));
        // All of them, not only up to the first.
        targets.chain(controls).fold(false, |any, held| any | held)
    }

    /// Goes by the host's values, whatever was set.
    pub(crate) fn release(&self) {
        self.automated.release();
    }

    /// The engine's controls as the player set them, without the host's modulation.
    pub(crate) fn chosen_controls(&self) -> Controls {
        let mut controls = Controls::default();
        for param in &self.automated.controls {
            controls.set(param.control(), param.chosen_number());
        }
        controls
    }

    /// The engine's controls at this moment, kept within their ranges whatever a state contained.
    /// Audio thread.
    pub fn controls(&self) -> Controls {
        let mut controls = Controls::default();
        for param in &self.automated.controls {
            controls.set(param.control(), param.number());
        }
        controls
    }
}

impl Index<Control> for MynahParams {
    type Output = ControlParam;

    fn index(&self, control: Control) -> &ControlParam {
        &self.automated.controls[control as usize]
    }
}

#[cfg(test)]
mod tests {
    use mynah_engine::Library;

    use super::*;
    use crate::targets::catalogue;

    #[test]
    fn a_parameter_for_each_control_in_order() {
        crate::install(Library::shipped());
        let params = MynahParams::new(catalogue());
        for control in Control::ALL {
            assert_eq!(params[*control].control(), *control);
        }
        assert_eq!(params.controls(), Controls::default());
    }

    #[test]
    fn hosts_see_what_does_something_in_each_plugin() {
        crate::install(Library::shipped());
        for plays in [Plays::Sound, Plays::Keys] {
            let params = MynahParams::of(plays, catalogue());
            let map = params.param_map();
            let mut ids: Vec<&str> = map.iter().map(|(id, _, _)| id.as_str()).collect();
            for control in Control::ALL {
                let seen = ids.contains(&control.info().id);
                assert_eq!(seen, control.serves(plays), "{control} {plays:?}");
            }
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), map.len());
        }
    }
}
