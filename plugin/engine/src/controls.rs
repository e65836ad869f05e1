//! The controls: their values, and one table of ids, ranges and texts for plugin, command line and docs.

mod table;

use mynah_models::{HopControls, Mode};

pub use table::{CONTROLS, ControlInfo, ControlKind, control};

/// Every control's value. Plain data, to be copied to the audio thread.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Controls {
    /// Where the excitation comes from: the tracked pitch (one voice) or the input itself (chords).
    pub mode: Mode,
    /// Shift of the tracked pitch in octaves, -2 to 2. Only in mode *track*.
    pub octave: i32,
    /// Share of the translation in the output, 0 (dry) to 1 (translation).
    pub mix: f32,
    /// Gain of what the translation hears, -24 to 24 dB. The dry signal is not changed by it.
    pub input_gain_db: f32,
    /// Gain of the output, dry and wet, -24 to 24 dB.
    pub output_gain_db: f32,
    /// Passes the input unchanged, as late as the translation would be.
    pub bypass: bool,
    /// How much the generator adds to the prior, 0 to 1.
    pub drive: f32,
    /// Whether the generator runs at all.
    pub quality: Quality,
}

/// What the sound may cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Quality {
    /// The prior alone: the generator is not run.
    Eco,
    /// All networks.
    #[default]
    Full,
}

impl Default for Controls {
    fn default() -> Controls {
        Controls {
            mode: Mode::Track,
            octave: 0,
            mix: 1.0,
            input_gain_db: 0.0,
            output_gain_db: 0.0,
            bypass: false,
            drive: 1.0,
            quality: Quality::Full,
        }
    }
}

/// Why a control could not be set. The texts are sentences for the player.
#[derive(thiserror::Error, Clone, PartialEq, Debug)]
pub enum ControlError {
    /// Not of the form `name=value`.
    #[error("'{setting}' is not of the form name=value")]
    NotASetting {
        /// What was given.
        setting: String,
    },
    /// No control has this id.
    #[error("there is no control '{id}'; there are {}", ids())]
    Unknown {
        /// What was given.
        id: String,
    },
    /// Not a value of that control.
    #[error("'{value}' is not a value of {id}: give {}", values(id))]
    NotAValue {
        /// The control.
        id: &'static str,
        /// What was given.
        value: String,
    },
    /// A number outside the range.
    #[error("{id} = {value} is out of range: give {}", values(id))]
    OutOfRange {
        /// The control.
        id: &'static str,
        /// What was given.
        value: f32,
    },
}

fn ids() -> String {
    CONTROLS.map(|control| control.id).join(", ")
}

/// What may be given for a control, in words.
fn values(id: &str) -> String {
    let Some(ControlInfo {
        kind,
        min,
        max,
        unit,
        ..
    }) = control(id)
    else {
        return String::new();
    };
    match kind {
        ControlKind::Choice(names) => names.join(" or "),
        ControlKind::Switch => "on or off".to_owned(),
        ControlKind::Whole => format!("a whole number from {min} to {max}"),
        ControlKind::Continuous if unit.is_empty() => format!("a number from {min} to {max}"),
        ControlKind::Continuous => format!("a number from {min} to {max} {unit}"),
    }
}

impl ControlInfo {
    /// Reads a value as a player writes it: a number, `on` or `off`, or a choice's name.
    ///
    /// # Errors
    /// If it is none of this control's values.
    pub fn parse(&self, text: &str) -> Result<f32, ControlError> {
        let text = text.trim();
        let not_a_value = || ControlError::NotAValue {
            id: self.id,
            value: text.to_owned(),
        };
        let number = match self.kind {
            ControlKind::Choice(names) => {
                let found = names
                    .iter()
                    .position(|name| name.eq_ignore_ascii_case(text));
                found.ok_or_else(not_a_value)? as f32
            }
            ControlKind::Switch => match text.to_ascii_lowercase().as_str() {
                "on" | "true" | "yes" | "1" => 1.0,
                "off" | "false" | "no" | "0" => 0.0,
                _ => return Err(not_a_value()),
            },
            ControlKind::Whole => text.parse::<i32>().map_err(|_| not_a_value())? as f32,
            ControlKind::Continuous => text.parse::<f32>().map_err(|_| not_a_value())?,
        };
        if (self.min..=self.max).contains(&number) {
            Ok(number)
        } else if number.is_nan() {
            Err(not_a_value())
        } else {
            Err(ControlError::OutOfRange {
                id: self.id,
                value: number,
            })
        }
    }
}

impl Controls {
    /// Sets one control from a text such as `mix=0.5` or `mode=follow`.
    ///
    /// # Errors
    /// If there is no such control, or it does not take that value; nothing is changed then.
    pub fn set_text(&mut self, setting: &str) -> Result<(), ControlError> {
        let (id, value) = setting
            .split_once('=')
            .ok_or_else(|| ControlError::NotASetting {
                setting: setting.to_owned(),
            })?;
        let id = id.trim();
        let info = control(id).ok_or_else(|| ControlError::Unknown { id: id.to_owned() })?;
        self.set_number(info, info.parse(value)?);
        Ok(())
    }

    /// Every value brought into its range; one that is not a number becomes the default. Real-time safe.
    pub fn in_range(&self) -> Controls {
        let default = Controls::default();
        let bring = |value: f32, default: f32, min: f32, max: f32| {
            if value.is_nan() {
                default
            } else {
                value.clamp(min, max)
            }
        };
        Controls {
            octave: self.octave.clamp(-2, 2),
            mix: bring(self.mix, default.mix, 0.0, 1.0),
            input_gain_db: bring(self.input_gain_db, default.input_gain_db, -24.0, 24.0),
            output_gain_db: bring(self.output_gain_db, default.output_gain_db, -24.0, 24.0),
            drive: bring(self.drive, default.drive, 0.0, 1.0),
            ..*self
        }
    }

    /// The chain's part of the controls.
    pub(crate) fn for_chain(&self) -> HopControls {
        HopControls {
            mode: self.mode,
            pitch_ratio: (self.octave as f32).exp2(),
            generator_drive: match self.quality {
                Quality::Eco => 0.0,
                Quality::Full => self.drive,
            },
        }
    }

    fn set_number(&mut self, info: &ControlInfo, value: f32) {
        match info.id {
            "mode" => {
                self.mode = if value == 0.0 {
                    Mode::Track
                } else {
                    Mode::Follow
                }
            }
            "octave" => self.octave = value as i32,
            "mix" => self.mix = value,
            "input_gain" => self.input_gain_db = value,
            "output_gain" => self.output_gain_db = value,
            "bypass" => self.bypass = value != 0.0,
            "drive" => self.drive = value,
            "quality" => {
                self.quality = if value == 0.0 {
                    Quality::Eco
                } else {
                    Quality::Full
                }
            }
            _ => {}
        }
    }
}

/// A gain in dB as a factor; 0 dB is exactly 1.
pub(crate) fn db_to_gain(db: f32) -> f32 {
    if db == 0.0 {
        1.0
    } else {
        10.0f32.powf(db / 20.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn table_agrees_with_the_defaults() {
        let mut controls = Controls {
            mix: 0.3,
            drive: 0.1,
            bypass: true,
            quality: Quality::Eco,
            ..Controls::default()
        };
        for info in &CONTROLS {
            assert!((info.min..=info.max).contains(&info.default), "{}", info.id);
            assert!(info.tooltip.ends_with('.'));
            assert_eq!(control(info.id), Some(info));
            controls.set_number(info, info.default);
        }
        assert_eq!(controls, Controls::default());
    }

    #[test]
    fn every_control_can_be_set_to_its_ends() {
        for info in &CONTROLS {
            for end in [info.min, info.max] {
                let text = match info.kind {
                    ControlKind::Choice(names) => names[end as usize].to_owned(),
                    _ => end.to_string(),
                };
                let mut controls = Controls::default();
                controls.set_text(&format!("{} = {text}", info.id)).unwrap();
                assert_eq!(controls, controls.in_range(), "{}", info.id);
                let changed = controls != Controls::default();
                assert_eq!(changed, end != info.default, "{} = {text}", info.id);
            }
        }
    }

    #[test]
    fn wrong_settings_are_refused_in_a_sentence() {
        let mut controls = Controls::default();
        for (setting, sentence) in [
            ("mix", "'mix' is not of the form name=value"),
            (
                "mix=loud",
                "'loud' is not a value of mix: give a number from 0 to 1",
            ),
            (
                "mix=NaN",
                "'NaN' is not a value of mix: give a number from 0 to 1",
            ),
            (
                "mix=1.5",
                "mix = 1.5 is out of range: give a number from 0 to 1",
            ),
            (
                "octave=1.5",
                "'1.5' is not a value of octave: give a whole number from -2 to 2",
            ),
            (
                "octave=3",
                "octave = 3 is out of range: give a whole number from -2 to 2",
            ),
            (
                "mode=both",
                "'both' is not a value of mode: give track or follow",
            ),
            ("bypass=2", "'2' is not a value of bypass: give on or off"),
            (
                "input_gain=-25",
                "input_gain = -25 is out of range: give a number from -24 to 24 dB",
            ),
        ] {
            assert_eq!(
                controls.set_text(setting).unwrap_err().to_string(),
                sentence
            );
        }
        let unknown = controls.set_text("gain=3").unwrap_err().to_string();
        assert!(unknown.starts_with("there is no control 'gain'; there are mode, octave, mix"));
        assert_eq!(controls, Controls::default());
    }

    #[test]
    fn texts_are_read_kindly() {
        let mut controls = Controls::default();
        for setting in ["mode=Follow", "bypass=on", "octave=-1", "output_gain= 6.5"] {
            controls.set_text(setting).unwrap();
        }
        assert_eq!((controls.mode, controls.bypass), (Mode::Follow, true));
        assert_eq!((controls.octave, controls.output_gain_db), (-1, 6.5));
        assert_eq!(controls.for_chain().pitch_ratio, 0.5);
    }

    #[test]
    fn eco_leaves_the_generator_out_and_full_drives_it() {
        let mut controls = Controls::default();
        controls.set_text("drive=0.5").unwrap();
        assert_eq!(controls.for_chain().generator_drive, 0.5);
        controls.set_text("quality=eco").unwrap();
        assert_eq!(controls.for_chain().generator_drive, 0.0);
    }

    #[test]
    fn gains_in_db() {
        assert_eq!(db_to_gain(0.0), 1.0);
        assert!((db_to_gain(-20.0) - 0.1).abs() < 1e-7);
    }
}
