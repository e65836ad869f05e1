//! The command line, before nice-plug reads it.

/// What is to be said besides nice-plug's own list of options.
pub(crate) const HELP: &str = "\
Mynah with the system's own audio and MIDI devices.

  mynah-standalone --list-devices
  mynah-standalone --input-device 'Scarlett 2i2' --midi-input 'Keystation 49'

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

#[cfg(test)]
mod tests {
    use super::*;

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
