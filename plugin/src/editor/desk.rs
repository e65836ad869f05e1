//! What the editor's parts turn: the parameters, and the host that has to be told.

use mynah_engine::{Control, ControlInfo, Quality, Scale};
use mynah_models::Mode;
use nice_plug::prelude::ParamSetter;

use crate::params::{ControlParam, MynahParams};
use crate::targets::CORNERS;

/// All parameters during one frame.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) params: &'a MynahParams,
    pub(super) setter: &'a ParamSetter<'a>,
}

impl<'a> Desk<'a> {
    pub(super) fn control(self, control: Control) -> Handle<'a> {
        Handle {
            param: &self.params[control],
            setter: self.setter,
            automatic: (control == Control::Octave).then(|| &self.params[Control::OctaveAuto]),
        }
    }

    /// Whether a control has an effect at present; it can be set anyway.
    pub(super) fn is_in_use(self, control: Control) -> bool {
        let controls = self.params.chosen_controls().serving(self.params.plays());
        match control {
            Control::Vibrato | Control::Snap | Control::Unvoiced => {
                !matches!(controls.mode, Mode::Follow | Mode::Chords)
            }
            Control::PlayerAttack | Control::PlayerColour => controls.performance > 0.0,
            Control::PlayerVibrato => controls.mode != Mode::Follow && controls.performance > 0.0,
            Control::Scale => controls.snap > 0.0,
            Control::Key => {
                controls.snap > 0.0
                    && !matches!(
                        controls.scale,
                        Scale::Chromatic | Scale::Custom | Scale::Auto
                    )
            }
            Control::Octave => !controls.octave_auto,
            Control::Hysteresis => controls.floor_db > Control::Floor.info().min,
            Control::PlayOnTemperature
            | Control::PlayOnAfter
            | Control::PlayOnLength
            | Control::PlayOnSeed => controls.play_on,
            Control::RoomSize => controls.room > 0.0,
            Control::VariationRate | Control::Seed => controls.variation > 0.0,
            Control::Drive => controls.quality == Quality::Full,
            _ => true,
        }
    }

    /// How much each of the four targets sounds.
    pub(super) fn morph_weights(self) -> [f32; CORNERS] {
        weights(
            self.control(Control::MorphX).value(),
            self.control(Control::MorphY).value(),
        )
    }

    /// Puts a target of the catalogue at a corner of the morph pad.
    pub(super) fn choose_target(self, corner: usize, index: i32) {
        self.params.targets()[corner].choose(self.setter, index);
    }
}

/// One control during one frame. Values are normalized, 0 to 1.
#[derive(Clone, Copy)]
pub(super) struct Handle<'a> {
    param: &'a ControlParam,
    setter: &'a ParamSetter<'a>,
    /// The switch that has another way of finding the value, and that the player turns off by turning this.
    automatic: Option<&'a ControlParam>,
}

impl Handle<'_> {
    pub(super) fn info(&self) -> &'static ControlInfo {
        self.param.info()
    }

    pub(super) fn value(&self) -> f32 {
        self.param.normalized()
    }

    pub(super) fn default_value(&self) -> f32 {
        self.param.default_normalized()
    }

    /// How many steps there are from the lowest to the highest value, if they can be counted.
    pub(super) fn steps(&self) -> Option<usize> {
        self.param.steps()
    }

    /// Which of the countable values is set, from 0.
    pub(super) fn step(&self) -> usize {
        let steps = self.steps().unwrap_or(0) as f32;
        (self.value() * steps).round() as usize
    }

    pub(super) fn is_on(&self) -> bool {
        self.value() >= 0.5
    }

    /// The value with the host's modulation.
    pub(super) fn modulated(&self) -> f32 {
        self.param.modulated_normalized()
    }

    /// The value as written, with its unit.
    pub(super) fn text(&self) -> String {
        self.param.text(self.value())
    }

    /// Where the arc of the value begins: in the middle if the control goes both ways.
    pub(super) fn origin(&self) -> f32 {
        let info = self.info();
        if info.is_bipolar() {
            self.param.normalized_of(0.0)
        } else {
            0.0
        }
    }

    pub(super) fn begin(&self) {
        self.param.begin(self.setter);
    }

    pub(super) fn set(&self, value: f32) {
        let before = self.param.normalized();
        self.param.set(self.setter, value.clamp(0.0, 1.0));
        // Within the gesture, so that one step undoes both.
        if let Some(automatic) = self.automatic
            && automatic.normalized() >= 0.5
            && self.param.normalized_of(self.param.number_of(value)) != before
        {
            automatic.set_once(self.setter, 0.0);
        }
    }

    pub(super) fn end(&self) {
        self.param.end(self.setter);
    }

    /// One complete gesture: what a click, a typed value or a reset is to the host.
    pub(super) fn set_once(&self, value: f32) {
        self.begin();
        self.set(value);
        self.end();
    }

    /// Sets one of the countable values.
    pub(super) fn set_step(&self, step: usize) {
        self.begin();
        self.set_to_step(step);
        self.end();
    }

    /// The same, within a gesture.
    pub(super) fn set_to_step(&self, step: usize) {
        let steps = self.steps().unwrap_or(1).max(1) as f32;
        self.set(step as f32 / steps);
    }

    pub(super) fn reset(&self) {
        self.set_once(self.default_value());
    }

    /// Takes a typed value; what is no value of this control changes nothing.
    pub(super) fn set_text(&self, text: &str) {
        if let Some(value) = self.param.parse(text) {
            self.set_once(value);
        }
    }
}

/// How much each target sounds at a place on the morph pad, `x` to the right and `y` down, 0 to 1.
pub(super) fn weights(x: f32, y: f32) -> [f32; CORNERS] {
    [(1.0 - x) * (1.0 - y), x * (1.0 - y), (1.0 - x) * y, x * y]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_corner_is_one_target_alone() {
        for (corner, (x, y)) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)]
            .into_iter()
            .enumerate()
        {
            let mut alone = [0.0; CORNERS];
            alone[corner] = 1.0;
            assert_eq!(weights(x, y), alone);
        }
        assert!((weights(0.3, 0.8).iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
}
