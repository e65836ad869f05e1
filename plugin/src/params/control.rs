//! A parameter made of a row of the engine's table of controls.

use std::sync::Arc;

use mynah_engine::{Control, ControlInfo, ControlKind};
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::*;

use crate::held::Held;

/// Exponent of the ranges whose low values matter more: the middle of the way is an eighth of the range.
const TAPER: f32 = 1.0 / 3.0;

/// A control as the host knows it. Its value goes from 0 to 1 there and in most methods here (*normalized*).
pub struct ControlParam {
    control: Control,
    param: AnyParam,
    held: Held,
}

enum AnyParam {
    Float(FloatParam),
    Int(IntParam),
    Bool(BoolParam),
}

/// Calls a method of whichever parameter it is.
macro_rules! forward {
    ($any:expr, $param:ident => $call:expr) => {
        match $any {
            AnyParam::Float($param) => $call,
            AnyParam::Int($param) => $call,
            AnyParam::Bool($param) => $call,
        }
    };
}

impl ControlParam {
    pub(super) fn new(control: Control) -> Self {
        let info = control.info();
        let param = match info.kind {
            ControlKind::Continuous | ControlKind::Share => {
                let (min, max) = (info.min, info.max);
                float(info, FloatRange::Linear { min, max })
            }
            ControlKind::Tapered => float(
                info,
                FloatRange::Skewed {
                    min: info.min,
                    max: info.max,
                    factor: TAPER,
                },
            ),
            ControlKind::Whole | ControlKind::Choice(_) | ControlKind::Notes => int(info),
            ControlKind::Switch => {
                let switch = BoolParam::new(info.name, info.default >= 0.5)
                    .with_value_to_string(Arc::new(|on| info.text(f32::from(u8::from(on)))))
                    .with_string_to_value(Arc::new(|text| Some(info.parse_shown(text)? >= 0.5)));
                AnyParam::Bool(if control == Control::Bypass {
                    switch.make_bypass()
                } else {
                    switch
                })
            }
        };
        Self {
            control,
            param,
            held: Held::default(),
        }
    }

    /// Which control it is.
    pub fn control(&self) -> Control {
        self.control
    }

    /// What is known of it.
    pub fn info(&self) -> &'static ControlInfo {
        self.control.info()
    }

    /// The control's value as the audio thread hears it, modulation included.
    pub fn number(&self) -> f32 {
        match &self.param {
            AnyParam::Float(param) => param.value(),
            AnyParam::Int(param) => param.value() as f32,
            AnyParam::Bool(param) => f32::from(u8::from(param.value())),
        }
    }

    /// The control's value as the player set it.
    pub fn chosen_number(&self) -> f32 {
        if let Some(held) = self.held.value(self.present()) {
            return self.number_of(held);
        }
        match &self.param {
            AnyParam::Float(param) => param.unmodulated_plain_value(),
            AnyParam::Int(param) => param.unmodulated_plain_value() as f32,
            AnyParam::Bool(param) => f32::from(u8::from(param.unmodulated_plain_value())),
        }
    }

    /// As the player set it, 0 to 1, be it that the host has not handed it over yet.
    pub fn normalized(&self) -> f32 {
        let present = self.present();
        self.held.value(present).unwrap_or(present)
    }

    /// The same with the host's modulation.
    pub fn modulated_normalized(&self) -> f32 {
        let modulated = forward!(&self.param, param => param.modulated_normalized_value());
        let present = self.present();
        match self.held.value(present) {
            Some(held) => (held + modulated - present).clamp(0.0, 1.0),
            None => modulated,
        }
    }

    /// As the host has it, 0 to 1.
    fn present(&self) -> f32 {
        forward!(&self.param, param => param.unmodulated_normalized_value())
    }

    /// Waits for the host, but not for ever: whether the player's value is still on its way.
    pub(super) fn wait(&self, now_s: f64) -> bool {
        self.held.wait(self.present(), now_s)
    }

    /// Goes by the host's value.
    pub(super) fn release(&self) {
        self.held.release();
    }

    /// Where a reset puts it, 0 to 1.
    pub fn default_normalized(&self) -> f32 {
        forward!(&self.param, param => param.default_normalized_value())
    }

    /// Where a value of the control lies, 0 to 1.
    pub fn normalized_of(&self, number: f32) -> f32 {
        let number = self.info().in_range(number);
        match &self.param {
            AnyParam::Float(param) => param.preview_normalized(number),
            AnyParam::Int(param) => param.preview_normalized(number.round() as i32),
            AnyParam::Bool(param) => param.preview_normalized(number >= 0.5),
        }
    }

    /// The control's value that lies there, from 0 to 1.
    pub fn number_of(&self, normalized: f32) -> f32 {
        match &self.param {
            AnyParam::Float(param) => param.preview_plain(normalized),
            AnyParam::Int(param) => param.preview_plain(normalized) as f32,
            AnyParam::Bool(param) => f32::from(u8::from(param.preview_plain(normalized))),
        }
    }

    /// Steps from one end to the other; `None` if it goes smoothly.
    pub fn steps(&self) -> Option<usize> {
        forward!(&self.param, param => param.step_count())
    }

    /// A value from 0 to 1 in words, unit included.
    pub fn text(&self, normalized: f32) -> String {
        let text = self.info().text(self.number_of(normalized));
        match self.info().shown_unit() {
            "" => text,
            unit => format!("{text} {unit}"),
        }
    }

    /// Where a typed value lies, 0 to 1; `None` if it is no value.
    pub fn parse(&self, text: &str) -> Option<f32> {
        Some(self.normalized_of(self.info().parse_shown(text)?))
    }

    /// A gesture begins: the host takes no automation from its own track until the end.
    pub fn begin(&self, setter: &ParamSetter<'_>) {
        forward!(&self.param, param => setter.begin_set_parameter(param));
    }

    /// Sets it within a gesture.
    pub fn set(&self, setter: &ParamSetter<'_>, normalized: f32) {
        forward!(&self.param, param => setter.set_parameter_normalized(param, normalized));
        let value = self.normalized_of(self.number_of(normalized));
        self.held.hold(value, self.present());
    }

    /// The gesture ends.
    pub fn end(&self, setter: &ParamSetter<'_>) {
        forward!(&self.param, param => setter.end_set_parameter(param));
    }

    /// A whole gesture: what a click, a typed value or a reset is to the host.
    pub fn set_once(&self, setter: &ParamSetter<'_>, normalized: f32) {
        self.begin(setter);
        self.set(setter, normalized);
        self.end(setter);
    }

    pub(super) fn as_ptr(&self) -> ParamPtr {
        forward!(&self.param, param => param.as_ptr())
    }
}

fn float(info: &'static ControlInfo, range: FloatRange) -> AnyParam {
    let param = FloatParam::new(info.name, info.default, range)
        .with_unit(unit(info))
        .with_value_to_string(Arc::new(|number| info.text(number)))
        .with_string_to_value(Arc::new(|text| info.parse_shown(text)));
    AnyParam::Float(param)
}

fn int(info: &'static ControlInfo) -> AnyParam {
    let range = IntRange::Linear {
        min: info.min as i32,
        max: info.max as i32,
    };
    let param = IntParam::new(info.name, info.default as i32, range)
        .with_unit(unit(info))
        .with_value_to_string(Arc::new(|number| info.text(number as f32)))
        .with_string_to_value(Arc::new(|text| Some(info.parse_shown(text)? as i32)));
    AnyParam::Int(param)
}

/// The unit as nice-plug wants it: with the space before it.
fn unit(info: &ControlInfo) -> &'static str {
    match info.shown_unit() {
        "%" => " %",
        "dB" => " dB",
        "dB/oct" => " dB/oct",
        "st" => " st",
        "oct" => " oct",
        "ct" => " ct",
        "s" => " s",
        "bars" => " bars",
        "ms" => " ms",
        "Hz" => " Hz",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalized_and_plain_values_are_each_others() {
        for control in Control::ALL {
            let param = ControlParam::new(*control);
            let info = param.info();
            assert_eq!(param.number(), info.default, "{control}");
            for number in [info.min, info.max, info.default] {
                let there = param.normalized_of(number);
                assert!((0.0..=1.0).contains(&there));
                let back = param.number_of(there);
                let tolerance = 1e-5 * (info.max - info.min);
                assert!(
                    (back - number).abs() < tolerance,
                    "{control}: {back} {number}"
                );
            }
            let shown = param.text(param.default_normalized());
            let read = param.parse(&shown).unwrap_or(-1.0);
            assert!(
                (read - param.default_normalized()).abs() < 1e-3,
                "{control}"
            );
        }
    }

    #[test]
    fn every_unit_is_written_behind_the_value() {
        for control in Control::ALL {
            let info = control.info();
            assert_eq!(unit(info).trim_start(), info.shown_unit(), "{control}");
        }
    }
}
