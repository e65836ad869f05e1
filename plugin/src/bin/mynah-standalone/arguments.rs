//! The command line, before nice-plug reads it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What is to be said besides nice-plug's own list of options.
pub(crate) const HELP: &str = "\
Mynah with the system's own audio and MIDI devices.

  mynah-standalone --list-devices
  mynah-standalone --input-device 'Scarlett 2i2' --midi-input 'Keystation 49'
  mynah-standalone own-cello.mynah    installs a target of your own and plays it
  mynah-standalone --instrument --midi-input 'Keystation 49'
                                      opens Mynah Instrument, which plays keys: no audio input, and
                                      the keyboard of its window plays, too

No input is connected unless one is named, so that no loudspeaker feeds back into a microphone.
With JACK, connect it there, and name JACK's rate with --sample-rate if it is not 48000.
Two defaults are not those that stand below: --period-size is 128 and --input-latency 0.02.
";

/// Settings with which one can play, unless others are given: nice-plug's own are 512 samples a block, and
/// 150 ms between the input's stream and the output's.
const DEFAULTS: [(&str, Option<&str>, &str); 2] = [
    ("--period-size", Some("-p"), "128"),
    ("--input-latency", None, "0.02"),
];

/// The arguments without the files of targets among them, and these.
pub(crate) fn without_files(arguments: Vec<OsString>) -> (Vec<String>, Vec<PathBuf>) {
    let is_file = |given: &OsString| {
        let ending = Path::new(given).extension();
        ending.is_some_and(|ending| ending.eq_ignore_ascii_case("mynah"))
            && !given.to_string_lossy().starts_with('-')
    };
    let mut arguments = arguments.into_iter();
    let program = arguments.next();
    let (files, others): (Vec<OsString>, Vec<OsString>) = arguments.partition(is_file);
    let others = program.into_iter().chain(others);
    let others = others.map(|given| given.to_string_lossy().into_owned());
    (
        others.collect(),
        files.into_iter().map(PathBuf::from).collect(),
    )
}

/// Asks for the instrument.
const INSTRUMENT: &str = "--instrument";
/// What an instrument has none of.
const OF_AN_INPUT: [&str; 3] = ["--input-device", "--input-latency", "--connect-jack-inputs"];

/// The arguments without the one that asks for the instrument, and whether it was there.
///
/// # Errors
/// The sentence that says what cannot be given beside it.
pub(crate) fn without_kind(arguments: Vec<String>) -> Result<(Vec<String>, bool), String> {
    let count = arguments.len();
    let others: Vec<String> = arguments
        .into_iter()
        .filter(|given| given != INSTRUMENT)
        .collect();
    let is_instrument = others.len() < count;
    let of_an_input = |name: &&&str| {
        let is_it = |given: &String| given.split('=').next() == Some(**name);
        others.iter().skip(1).any(is_it)
    };
    match OF_AN_INPUT.iter().find(of_an_input) {
        Some(name) if is_instrument => Err(format!(
            "{name} cannot be used with {INSTRUMENT}, which plays keys and has no audio input"
        )),
        _ => Ok((others, is_instrument)),
    }
}

/// The arguments, the program's name first, with the defaults for those that are missing.
pub(crate) fn for_live_playing(mut arguments: Vec<String>) -> Vec<String> {
    for (name, short, value) in DEFAULTS {
        let is_it = |given: &String| {
            given.split('=').next() == Some(name)
                || short.is_some_and(|short| given.starts_with(short))
        };
        if !arguments.iter().skip(1).any(is_it) {
            arguments.extend([name.to_owned(), value.to_owned()]);
        }
    }
    arguments
}

/// A number on the command line that nice-plug takes as it is, though some make no sense and some end the program.
struct Number {
    name: &'static str,
    short: Option<&'static str>,
    least: f64,
    most: f64,
    what: &'static str,
}

const fn number(
    name: &'static str,
    short: Option<&'static str>,
    least: f64,
    most: f64,
    what: &'static str,
) -> Number {
    Number {
        name,
        short,
        least,
        most,
        what,
    }
}

const NUMBERS: [Number; 9] = [
    number("--sample-rate", Some("-r"), 8_000.0, 192_000.0, "Hz"),
    number("--period-size", Some("-p"), 1.0, 16_384.0, "samples"),
    number("--input-latency", None, 0.0, 10.0, "seconds"),
    number("--input-capacity", None, 0.001, 60.0, "seconds"),
    number("--midi-capacity", None, 1.0, 1e6, "messages"),
    number("--dpi-scale", None, 0.25, 8.0, "pixels for one"),
    number("--tempo", None, 1.0, 1_000.0, "beats a minute"),
    number("--timesig-num", None, 1.0, 64.0, "beats"),
    number("--timesig-denom", None, 1.0, 64.0, "parts of a whole note"),
];

impl Number {
    /// The value that is given for it, as it is written. `next` is the argument behind `given`.
    fn value<'a>(&self, given: &'a str, next: Option<&'a String>) -> Option<&'a str> {
        let next = next.map(String::as_str);
        if given == self.name || Some(given) == self.short {
            return next;
        }
        let long = given.strip_prefix(self.name);
        if let Some(value) = long.and_then(|rest| rest.strip_prefix('=')) {
            return Some(value);
        }
        let value = given.strip_prefix(self.short?)?;
        Some(value.strip_prefix('=').unwrap_or(value))
    }
}

/// Looks at the numbers that are given; what is no number at all is left to nice-plug, which says so.
///
/// # Errors
/// The sentence that says which number cannot be used.
pub(crate) fn check(arguments: &[String]) -> Result<(), String> {
    for (place, given) in arguments.iter().enumerate().skip(1) {
        for number in &NUMBERS {
            let value = number.value(given, arguments.get(place + 1));
            let Some(value) = value.and_then(|value| value.parse::<f64>().ok()) else {
                continue;
            };
            let Number {
                name,
                least,
                most,
                what,
                ..
            } = number;
            if !(*least..=*most).contains(&value) {
                return Err(format!(
                    "{name} {value} cannot be used: give {least} to {most} {what}"
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_that_make_no_sense_are_refused_in_a_sentence() {
        let check = |given: &str| {
            let arguments: Vec<String> = given.split(' ').map(str::to_owned).collect();
            check(&arguments)
        };
        for given in [
            "mynah --sample-rate 0",
            "mynah --sample-rate=-48000",
            "mynah -r 1e9",
            "mynah -r0",
            "mynah --sample-rate nan",
            "mynah --backend dummy --period-size 0",
            "mynah -p=0",
            "mynah --dpi-scale inf",
            "mynah --tempo 0",
            "mynah --timesig-denom 0",
            "mynah --midi-capacity 0",
            "mynah --input-capacity 0",
        ] {
            let sentence = check(given).unwrap_err();
            assert!(sentence.contains("cannot be used: give "), "{sentence}");
        }
        let rate = check("mynah -r 0").unwrap_err();
        assert_eq!(
            rate,
            "--sample-rate 0 cannot be used: give 8000 to 192000 Hz"
        );
        for given in [
            "mynah",
            "mynah --sample-rate 44100 -p 64 --input-latency 0",
            "mynah --sample-rate fast",
            "mynah --sample-rate",
            "mynah --midi-input 0",
        ] {
            assert_eq!(check(given), Ok(()), "{given}");
        }
    }

    #[test]
    fn files_of_targets_are_taken_out() {
        let given = ["mynah.mynah", "-r", "44100", "/a b/Own.MYNAH", "x.mynah"];
        let (others, files) = without_files(given.map(OsString::from).to_vec());
        assert_eq!(others, ["mynah.mynah", "-r", "44100"]);
        assert_eq!(files, ["/a b/Own.MYNAH", "x.mynah"].map(PathBuf::from));
        let (others, files) = without_files(vec!["mynah".into(), "--backend=x.mynah".into()]);
        assert_eq!((others.len(), files.len()), (2, 0));
    }

    #[test]
    fn the_instrument_is_asked_for_and_has_no_audio_input() {
        let kind = |given: &str| {
            let arguments = given.split(' ').map(str::to_owned).collect();
            without_kind(arguments).map(|(others, is_instrument)| (others.join(" "), is_instrument))
        };
        let same = "mynah --input-device Scarlett -p 64";
        assert_eq!(kind(same), Ok((same.to_owned(), false)));
        assert_eq!(
            kind("mynah --instrument --midi-input 0"),
            Ok(("mynah --midi-input 0".to_owned(), true))
        );
        for given in [
            "mynah --instrument --input-device 0",
            "mynah --input-latency=0.1 --instrument",
        ] {
            let sentence = kind(given).unwrap_err();
            assert!(sentence.contains("has no audio input"), "{sentence}");
        }
        assert!(HELP.contains(INSTRUMENT));
    }

    #[test]
    fn defaults_are_added_to_what_is_not_given() {
        let complete = |given: &str| {
            let arguments = given.split(' ').map(str::to_owned).collect();
            for_live_playing(arguments).join(" ")
        };
        let latency = " --input-latency 0.02";
        assert_eq!(
            complete("mynah --backend dummy"),
            format!("mynah --backend dummy --period-size 128{latency}")
        );
        for given in ["mynah -p 64", "mynah -p64", "mynah --period-size=64"] {
            assert_eq!(complete(given), format!("{given}{latency}"));
        }
        let all = "mynah --input-latency=0.1 --period-size 1024";
        assert_eq!(complete(all), all);
    }
}
