//! The controls: their values, and one table of ids, ranges and texts for plugin, command line and docs.

mod for_chain;
mod group;
mod note_number;
mod scale;
mod table;
mod text;
mod value;

use mynah_models::CORNERS;

pub use group::ControlGroup;
pub use scale::Scale;
pub use table::{CONTROLS, Control, ControlInfo, ControlKind, Controls};

/// What the sound may cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Quality {
    /// The prior alone: the generator is not run.
    Eco,
    /// All networks.
    #[default]
    Full,
}

/// What an engine plays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Plays {
    /// The sound that it hears.
    #[default]
    Sound,
    /// The keys that it is told of; what it hears is nothing to it.
    Keys,
}

/// How many voices there are for a stereo signal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Channels {
    /// One, which hears the mean of both sides and is heard on both.
    #[default]
    Mono,
    /// One for each side.
    Stereo,
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
    #[error("'{value}' is not a value of {control}: give {}", control.info().values())]
    NotAValue {
        /// The control.
        control: Control,
        /// What was given.
        value: String,
    },
    /// A number outside the range.
    #[error("{control} = {value} is out of range: give {}", control.info().values())]
    OutOfRange {
        /// The control.
        control: Control,
        /// What was given.
        value: f32,
    },
}

fn ids() -> String {
    CONTROLS.each_ref().map(|control| control.id).join(", ")
}

impl Controls {
    /// A control's value as a number: a switch's is 0 or 1, a choice's its place.
    pub fn get(&self, control: Control) -> f32 {
        (control.info().get)(self)
    }

    /// Sets a control to a number, brought into its range; what is not a number is the default. Real-time safe.
    pub fn set(&mut self, control: Control, number: f32) {
        let info = control.info();
        (info.set)(self, info.in_range(number));
    }

    /// These with another value of one control.
    pub fn with(mut self, control: Control, number: f32) -> Controls {
        self.set(control, number);
        self
    }

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
        let control = Control::of(id).ok_or_else(|| ControlError::Unknown { id: id.to_owned() })?;
        self.set(control, control.parse(value)?);
        Ok(())
    }

    /// Every value brought into its range; one that is not a number becomes the default. Real-time safe.
    pub fn in_range(&self) -> Controls {
        let mut controls = *self;
        for control in Control::ALL {
            controls.set(*control, self.get(*control));
        }
        controls
    }

    /// Those that change nothing in an engine that plays this, at the values that change nothing. Real-time safe.
    pub fn serving(&self, plays: Plays) -> Controls {
        let mut controls = *self;
        for control in Control::ALL {
            if !control.serves(plays) {
                controls.set(*control, control.info().neutral);
            }
        }
        controls
    }

    /// What each of the targets A to D weighs in the sound; the sum is 1.
    pub fn morph_weights(&self) -> [f32; CORNERS] {
        let (x, y) = (self.morph_x, self.morph_y);
        [(1.0 - x) * (1.0 - y), x * (1.0 - y), (1.0 - x) * y, x * y]
    }

    /// How long the room rings on after the sound, seconds, until 100 dB of it are gone; 0 without a room.
    pub fn room_tail_s(&self) -> f64 {
        if self.room > 0.0 {
            crate::room::tail_s(self.room_size.clamp(0.0, 1.0))
        } else {
            0.0
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
    use mynah_models::{AutoOctave, HopControls, Mode, PlayerControls};

    use super::for_chain::PAUSE_DB;
    use super::*;

    #[test]
    fn every_control_has_its_row_and_its_field() {
        for (control, info) in Control::ALL.iter().zip(&CONTROLS) {
            for number in [info.default, info.neutral] {
                assert!((info.min..=info.max).contains(&number), "{control}");
            }
            assert!(info.tooltip.ends_with('.'), "{control}");
            assert_eq!(Control::of(info.id), Some(*control));
            assert_eq!(control.info().id, info.id);
            assert_eq!(Controls::default().get(*control), info.default);
            assert_eq!(Controls::neutral().get(*control), info.neutral);
            for number in [info.min, info.max] {
                let changed = Controls::default().with(*control, number);
                assert_eq!(changed.get(*control), number, "{control}");
                let others = Control::ALL.iter().filter(|other| *other != control);
                for other in others {
                    assert_eq!(changed.get(*other), other.info().default);
                }
            }
        }
        let grouped = ControlGroup::ALL.map(|group| Control::of_group(group).count());
        assert_eq!(grouped.iter().sum::<usize>(), Control::COUNT);
    }

    /// The chain has defaults of its own, for whoever runs it without an engine: they are the table's neutral values. What
    /// a new instance begins with beyond them, and what the engine always asks for, is all that may differ.
    #[test]
    fn the_chains_defaults_are_those_of_the_table() {
        let always = |controls: &Controls| {
            let mut chain = controls.for_chain();
            assert_eq!(chain.dynamics.pause_db.take(), Some(PAUSE_DB));
            chain
        };
        assert_eq!(always(&Controls::neutral()), HopControls::default());
        let begins = HopControls {
            auto_octave: AutoOctave::Listening,
            player: PlayerControls::performing(Controls::default().performance),
            ..HopControls::default()
        };
        assert_eq!(always(&Controls::default()), begins);
        assert_ne!(begins, HopControls::default());
    }

    #[test]
    fn numbers_out_of_range_are_brought_in() {
        for control in Control::ALL {
            let info = control.info();
            for (number, expected) in [
                (f32::NAN, info.default),
                (f32::INFINITY, info.max),
                (f32::NEG_INFINITY, info.min),
                (info.max + 1.0, info.max),
            ] {
                let controls = Controls::default().with(*control, number);
                assert_eq!(controls.get(*control), expected, "{control}");
            }
        }
    }

    #[test]
    fn the_corners_of_the_pad_are_the_targets() {
        for (x, y, corner) in [(0.0, 0.0, 0), (1.0, 0.0, 1), (0.0, 1.0, 2), (1.0, 1.0, 3)] {
            let controls = Controls::default()
                .with(Control::MorphX, x)
                .with(Control::MorphY, y);
            let weights = controls.morph_weights();
            assert_eq!(weights[corner], 1.0);
            assert_eq!(weights.iter().sum::<f32>(), 1.0);
        }
    }

    #[test]
    fn wrong_settings_are_refused_in_a_sentence() {
        let mut controls = Controls::default();
        for (setting, sentence) in [
            ("mix", "'mix' is not of the form name=value"),
            (
                "mix=loud",
                "'loud' is not a value of mix: give a number from 0 to 1, or a percentage",
            ),
            (
                "mix=NaN",
                "'NaN' is not a value of mix: give a number from 0 to 1, or a percentage",
            ),
            (
                "mix=1.5",
                "mix = 1.5 is out of range: give a number from 0 to 1, or a percentage",
            ),
            (
                "octave=1.5",
                "'1.5' is not a value of octave: give a whole number from -2 to 2 oct",
            ),
            (
                "octave=3",
                "octave = 3 is out of range: give a whole number from -2 to 2 oct",
            ),
            (
                "mode=both",
                "'both' is not a value of mode: give track, follow, auto or chords",
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
        assert!(unknown.starts_with("there is no control 'gain'; there are morph_x, morph_y"));
        assert_eq!(controls, Controls::default());
    }

    #[test]
    fn texts_are_read_kindly() {
        let mut controls = Controls::neutral();
        for setting in ["mode=Follow", "bypass=on", "octave=-1", "output_gain= 6.5"] {
            controls.set_text(setting).unwrap();
        }
        assert_eq!((controls.mode, controls.bypass), (Mode::Follow, true));
        assert_eq!((controls.octave, controls.output_gain_db), (-1, 6.5));
        assert_eq!(controls.for_chain().pitch_ratio, 0.5);
    }

    #[test]
    fn auto_octave_takes_the_place_of_octave() {
        let mut controls = Controls::neutral();
        for setting in ["octave=1", "semitones=12", "octave_auto=on"] {
            controls.set_text(setting).unwrap();
        }
        let chain = controls.for_chain();
        assert_eq!(chain.pitch_ratio, 2.0);
        assert_eq!(chain.auto_octave, AutoOctave::Listening);
        controls.set_text("octave_auto=off").unwrap();
        let chain = controls.for_chain();
        assert_eq!(
            (chain.pitch_ratio, chain.auto_octave),
            (4.0, AutoOctave::Off)
        );
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
