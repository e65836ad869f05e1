//! Controls' values as texts: how they are shown, and how they are read.

use mynah_models::NOTE_NAMES;

use super::note_number::note_number;
use super::scale::KEYS;
use super::{Control, ControlError, ControlInfo, ControlKind};

impl ControlInfo {
    /// `number` within the range; what is not a number is the default. Real-time safe.
    pub fn in_range(&self, number: f32) -> f32 {
        if number.is_nan() {
            self.default
        } else {
            number.clamp(self.min, self.max)
        }
    }

    /// Whether values go both ways from 0, and show their sign.
    pub fn is_bipolar(&self) -> bool {
        self.min < 0.0 && self.max > 0.0
    }

    /// The unit behind a shown value.
    pub fn shown_unit(&self) -> &'static str {
        match self.kind {
            ControlKind::Share => "%",
            _ => self.unit,
        }
    }

    /// A value the way a musician writes it, without its unit.
    pub fn text(&self, number: f32) -> String {
        match self.kind {
            ControlKind::Choice(names) => {
                let last = names.len().saturating_sub(1);
                let name = names.get((number.round().max(0.0) as usize).min(last));
                capitalised(name.copied().unwrap_or_default())
            }
            ControlKind::Switch => if number >= 0.5 { "On" } else { "Off" }.to_owned(),
            ControlKind::Notes => notes_text(number as u32),
            ControlKind::Whole => self.signed(number, 0),
            ControlKind::Share => self.signed(number * 100.0, 0),
            ControlKind::Tapered if self.max <= 10.0 => format!("{number:.2}"),
            ControlKind::Tapered => format!("{number:.0}"),
            ControlKind::Continuous => self.signed(number, 1),
        }
    }

    fn signed(&self, number: f32, digits: usize) -> String {
        let scale = 10f32.powi(digits as i32);
        // The sum turns -0.0 into 0.0, which would be written with a sign.
        let rounded = (number * scale).round() / scale + 0.0;
        if rounded > 0.0 && self.is_bipolar() {
            format!("+{rounded:.digits$}")
        } else {
            format!("{rounded:.digits$}")
        }
    }

    /// What may be given, in words.
    pub fn values(&self) -> String {
        let Self { min, max, unit, .. } = self;
        let unit = if unit.is_empty() {
            String::new()
        } else {
            format!(" {unit}")
        };
        match self.kind {
            ControlKind::Choice(names) => match names.split_last() {
                Some((last, others)) => format!("{} or {last}", others.join(", ")),
                None => String::new(),
            },
            ControlKind::Switch => "on or off".to_owned(),
            ControlKind::Notes => "notes such as C D F# A, all or none".to_owned(),
            ControlKind::Whole => format!("a whole number from {min} to {max}{unit}"),
            ControlKind::Share => format!("a number from {min} to {max}, or a percentage"),
            ControlKind::Continuous | ControlKind::Tapered => {
                format!("a number from {min} to {max}{unit}")
            }
        }
    }

    /// Reads a value as it is shown: a share without a sign is a percentage. Brought into the range; `None`
    /// if it is no value.
    pub fn parse_shown(&self, text: &str) -> Option<f32> {
        let number = match self.kind {
            ControlKind::Share => self.number(text)? / 100.0,
            _ => self.read(text)?,
        };
        number.is_finite().then(|| self.in_range(number))
    }

    /// Reads a value, whatever its range.
    fn read(&self, text: &str) -> Option<f32> {
        let text = text.trim();
        match self.kind {
            // A key has several names.
            ControlKind::Choice(KEYS) => note_number(text).map(|note| note as f32),
            ControlKind::Choice(names) => names
                .iter()
                .position(|name| name.eq_ignore_ascii_case(text))
                .map(|place| place as f32),
            ControlKind::Switch => match text.to_ascii_lowercase().as_str() {
                "on" | "true" | "yes" | "1" => Some(1.0),
                "off" | "false" | "no" | "0" => Some(0.0),
                _ => None,
            },
            ControlKind::Notes => read_notes(text).map(|notes| notes as f32),
            ControlKind::Whole => self.number(text).filter(|number| number.fract() == 0.0),
            ControlKind::Share if text.ends_with('%') => Some(self.number(text)? / 100.0),
            ControlKind::Share | ControlKind::Continuous | ControlKind::Tapered => {
                self.number(text)
            }
        }
    }

    /// A number with or without its unit.
    fn number(&self, text: &str) -> Option<f32> {
        let text = text.trim().replace('\u{2212}', "-").to_ascii_lowercase();
        let unit = self.shown_unit().to_ascii_lowercase();
        let number = text.strip_suffix(&unit).unwrap_or(&text).trim();
        number.parse().ok()
    }
}

impl Control {
    /// Reads a value as it is written in files and on the command line: a number, a percentage, `on` or `off`, a
    /// choice's name, or notes.
    ///
    /// # Errors
    /// If it is none of this control's values.
    pub fn parse(self, text: &str) -> Result<f32, ControlError> {
        let info = self.info();
        let number = info.read(text).filter(|number| !number.is_nan());
        let number = number.ok_or_else(|| ControlError::NotAValue {
            control: self,
            value: text.trim().to_owned(),
        })?;
        if (info.min..=info.max).contains(&number) {
            Ok(number)
        } else {
            Err(ControlError::OutOfRange {
                control: self,
                value: number,
            })
        }
    }

    /// A value as [`parse`](Self::parse) reads it again, to the last digit.
    pub fn written(self, number: f32) -> String {
        let info = self.info();
        match info.kind {
            ControlKind::Choice(_) | ControlKind::Switch => info.text(number).to_lowercase(),
            ControlKind::Notes => info.text(number),
            _ => number.to_string(),
        }
    }
}

/// All notes of a set, from C up.
fn notes_text(notes: u32) -> String {
    match notes & 0x0fff {
        0 => "none".to_owned(),
        0x0fff => "all".to_owned(),
        notes => {
            let names = NOTE_NAMES.iter().enumerate();
            let named = names.filter(|(note, _)| notes >> note & 1 == 1);
            named.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
        }
    }
}

/// A set from the names of its notes, or from its number.
fn read_notes(text: &str) -> Option<u32> {
    match text.to_ascii_lowercase().as_str() {
        "all" => return Some(0x0fff),
        "none" => return Some(0),
        _ => {}
    }
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let mut names = text.split([' ', ',']).filter(|name| !name.is_empty());
    let first = note_number(names.next()?)?;
    names
        .map(note_number)
        .try_fold(1 << first, |notes, note| Some(notes | 1 << note?))
}

fn capitalised(name: &str) -> String {
    let mut characters = name.chars();
    match characters.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + characters.as_str(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_shown_text_is_read_again() {
        for control in Control::ALL {
            let info = control.info();
            let steps = match info.kind {
                ControlKind::Continuous | ControlKind::Tapered | ControlKind::Share => 20_000.0,
                _ => info.max - info.min,
            };
            for step in 0..=steps as u32 {
                let number = info.min + step as f32 / steps * (info.max - info.min);
                let shown = info.text(number);
                let read = info.parse_shown(&shown);
                let read = read.unwrap_or_else(|| panic!("{control}: {shown}"));
                // What is shown is rounded; shown again it must be the same.
                assert_eq!(info.text(read), shown, "{control}");
                let with_unit = format!("{shown} {}", info.shown_unit());
                assert_eq!(info.parse_shown(&with_unit), Some(read), "{control}");
            }
        }
    }

    #[test]
    fn written_texts_are_read_to_the_last_digit() {
        for control in Control::ALL {
            let info = control.info();
            for number in [info.min, info.max, info.default] {
                assert_eq!(
                    control.parse(&control.written(number)),
                    Ok(number),
                    "{control}"
                );
            }
        }
        let third = Control::Mix.written(1.0 / 3.0);
        assert_eq!(Control::Mix.parse(&third), Ok(1.0 / 3.0));
    }

    #[test]
    fn values_are_shown_the_way_musicians_write_them() {
        for (control, number, text) in [
            (Control::Mix, 0.5, "50"),
            (Control::InputGain, 6.0, "+6.0"),
            (Control::InputGain, -0.01, "0.0"),
            (Control::Octave, -1.0, "-1"),
            (Control::Octave, 1.0, "+1"),
            (Control::Seed, 7.0, "7"),
            (Control::Glide, 30.0, "30"),
            (Control::VariationRate, 0.5, "0.50"),
            (Control::Scale, 3.0, "Major pentatonic"),
            (Control::Freeze, 1.0, "On"),
            (Control::Notes, 2741.0, "C D E F G A B"),
            (Control::Notes, 4095.0, "all"),
            (Control::Floor, -60.0, "-60.0"),
        ] {
            assert_eq!(control.info().text(number), text);
        }
    }

    #[test]
    fn typed_values_are_read_kindly() {
        for (control, text, number) in [
            (Control::Mix, "37", Some(0.37)),
            (Control::Mix, "12 %", Some(0.12)),
            (Control::Mix, "400", Some(1.0)),
            (Control::Mix, "loud", None),
            (Control::Mix, "nan", None),
            (Control::Octave, "\u{2212}2 oct", Some(-2.0)),
            (Control::OutputGain, "+3 dB", Some(3.0)),
            (
                Control::Notes,
                "c, Bb f#",
                Some((1 + (1 << 10) + (1 << 6)) as f32),
            ),
            (Control::Notes, "H", None),
            (Control::Notes, " , ", None),
            (Control::Key, "f#", Some(6.0)),
            (Control::Key, "Db", Some(1.0)),
            (Control::Key, "BB", Some(10.0)),
        ] {
            assert_eq!(control.info().parse_shown(text), number, "{text}");
        }
    }
}
