//! The arguments of what goes on where a player stopped.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use mynah_engine::{Key, NOTE_NAMES};

#[derive(Args, Debug)]
pub(crate) struct Continue {
    /// Recording of one voice, or MIDI file; - for the standard input.
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// MIDI file (.mid), or with --target a sound (.wav or .flac), or - for the standard output.
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// Target that plays it: a name from `mynah targets`, or a .mynah file.
    #[arg(short, long, value_name = "NAME|FILE")]
    pub(crate) target: Option<String>,
    /// How long it goes on, in bars of four of the beats that are heard, 0.25 to 1000 [default: 8].
    #[arg(long, value_name = "N", value_parser = bars, conflicts_with = "seconds")]
    pub(crate) bars: Option<f64>,
    /// The same in seconds, 0.1 to 3600.
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(crate) seconds: Option<f64>,
    /// Which of the ways to go on: another number gives another one.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// How bold: 1 as likely as it was learnt, less for what is likelier, 0.05 to 4; 0.8 repeats itself as scores do.
    #[arg(long, value_name = "X", default_value_t = 0.8, value_parser = temperature)]
    pub(crate) temperature: f32,
    /// Which notes there may be: those of a key such as C-major or F#-minor, auto (the key that is heard, if what is played keeps to it), or
    /// off.
    #[arg(long, value_name = "KEY|auto|off", default_value = "auto")]
    pub(crate) key: KeyChoice,
    /// Put what was played before it, as notes.
    #[arg(long)]
    pub(crate) with_input: bool,
    /// Replace an existing file.
    #[arg(short, long)]
    pub(crate) force: bool,
    /// Refuse an input of which anything is lost, cut short or damaged.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print JSON: all new notes.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print nothing.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Which notes there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyChoice {
    /// Those of the key that is heard.
    Auto,
    /// All.
    Off,
    /// Those of this key.
    Of(Key),
}

impl FromStr for KeyChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<KeyChoice, String> {
        let plain = text.trim().to_lowercase().replace([' ', '_'], "-");
        match plain.as_str() {
            "auto" => return Ok(KeyChoice::Auto),
            "off" => return Ok(KeyChoice::Off),
            _ => {}
        }
        let refused =
            || "give a key such as C-major, Bb-major or F#-minor, auto, or off".to_owned();
        let (tonic, mode) = plain.split_once('-').ok_or_else(refused)?;
        let minor = match mode {
            "major" => false,
            "minor" => true,
            _ => return Err(refused()),
        };
        let tonic = pitch_class(tonic).ok_or_else(refused)?;
        Ok(KeyChoice::Of(Key { tonic, minor }))
    }
}

/// The number of a note's name in lower case: a letter, and sharps or flats behind it.
fn pitch_class(name: &str) -> Option<u8> {
    let mut signs = name.chars();
    let letter = signs.next()?.to_uppercase().to_string();
    let natural = NOTE_NAMES.iter().position(|known| *known == letter)?;
    let moved = signs.try_fold(natural as i32, |at, sign| match sign {
        '#' | '♯' => Some(at + 1),
        'b' | '♭' => Some(at - 1),
        _ => None,
    })?;
    Some(moved.rem_euclid(12) as u8)
}

fn within(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "a number is needed".to_owned())?;
    if (least..=most).contains(&number) {
        Ok(number)
    } else {
        Err(format!("{least} to {most} is needed"))
    }
}

fn bars(text: &str) -> Result<f64, String> {
    within(text, 0.25, 1000.0)
}

fn seconds(text: &str) -> Result<f64, String> {
    within(text, 0.1, 3600.0)
}

fn temperature(text: &str) -> Result<f32, String> {
    within(text, 0.05, 4.0).map(|number| number as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_musicians_write_them() {
        let key = |tonic, minor| Ok(KeyChoice::Of(Key { tonic, minor }));
        for (text, expected) in [
            ("C-major", key(0, false)),
            ("a minor", key(9, true)),
            ("Bb-major", key(10, false)),
            ("f#_minor", key(6, true)),
            ("Cb-major", key(11, false)),
            ("b-minor", key(11, true)),
            ("AUTO", Ok(KeyChoice::Auto)),
            ("off", Ok(KeyChoice::Off)),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
        }
        for text in ["", "C", "H-major", "C-dur", "Cx-major", "-major"] {
            assert!(text.parse::<KeyChoice>().is_err(), "{text}");
        }
    }
}
