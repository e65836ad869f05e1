//! The words of the editor, apart from drawing so that they can be tested.

use mynah_engine::{Control, ControlGroup, ControlInfo, HeardKey, note_name};

use crate::shared::Condition;
use crate::targets::{Catalogue, Entry, Found, MISSING_INDEX, SavedTarget};

/// Hex digits of a hash that are shown: enough to tell two trainings of a model apart.
const SHORT_HASH_DIGITS: usize = 8;

/// The first digits of a model's hash.
pub(super) fn short_hash(hash: &str) -> &str {
    hash.get(..SHORT_HASH_DIGITS).unwrap_or(hash)
}

/// The nearest note of a frequency and how far away it is: `("A4", -3)`, in cents. `None` outside
/// of what can be heard as a pitch.
pub(super) fn note(frequency_hz: f32) -> Option<(String, i32)> {
    if !(15.0..20_000.0).contains(&frequency_hz) {
        return None;
    }
    let midi = 69.0 + 12.0 * (frequency_hz / 440.0).log2();
    let nearest = midi.round();
    let cents = ((midi - nearest) * 100.0).round() as i32;
    Some((note_name(nearest as i32), cents))
}

/// The range of notes a target was trained on, such as `C2 – A5`.
pub(super) fn pitch_range(range_hz: (f32, f32)) -> String {
    match (note(range_hz.0), note(range_hz.1)) {
        (Some((low, _)), Some((high, _))) => format!("{low} \u{2013} {high}"),
        _ => String::new(),
    }
}

/// An instrument's name where there is little room: `Alto Sax`.
pub(super) fn short_name(display_name: &str) -> String {
    display_name.replace("Saxophone", "Sax")
}

/// The octave in use: `+1 oct`.
pub(super) fn octave(octave: i32) -> String {
    let info = Control::Octave.info();
    format!("{} {}", info.text(octave as f32), info.shown_unit())
}

/// The key that is heard, where the scale is *auto*: `Auto: A minor, 87 %`.
pub(super) fn key_by_ear(heard: Option<HeardKey>) -> String {
    heard.map_or_else(
        || "Auto: listening".to_owned(),
        |heard| {
            let percent = (100.0 * heard.certainty).round();
            format!("Auto: {}, {percent} %", heard.key.name())
        },
    )
}

/// A control's name within its panel, whose title need not be said again: `Attack` for the player's; and of a gain, which shows its
/// decibels, what it is of.
pub(super) fn label(info: &ControlInfo) -> String {
    let titles = [
        ControlGroup::Player,
        ControlGroup::Timbre,
        ControlGroup::PlayOn,
    ];
    let titles = titles.map(ControlGroup::name);
    let mut rests = titles
        .iter()
        .filter_map(|title| info.name.strip_prefix(title));
    let rest = rests.next().map(str::trim_start);
    rest.filter(|rest| !rest.is_empty()).map_or_else(
        || info.name.trim_end_matches(" gain").to_owned(),
        capitalized,
    )
}

/// What the choices of a control are called on buttons: `Track`.
pub(super) fn capitalized(choice: &str) -> String {
    let mut characters = choice.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().collect::<String>() + characters.as_str(),
        None => String::new(),
    }
}

/// A sample rate the way musicians write it: `44.1 kHz`.
pub(super) fn rate(rate_hz: f32) -> String {
    let khz = (rate_hz / 10.0).round() / 100.0;
    format!("{khz} kHz")
}

/// The latency in samples and milliseconds.
pub(super) fn latency(samples: u32, rate_hz: f32) -> String {
    if samples == 0 || rate_hz <= 0.0 {
        return "none".to_owned();
    }
    let milliseconds = samples as f32 / rate_hz * 1000.0;
    format!("{samples} samples \u{00B7} {milliseconds:.1} ms")
}

/// A peak for the number above a meter, in dBFS.
pub(super) fn peak_db(peak_db: f32) -> String {
    if peak_db <= super::meter::FLOOR_DB {
        "\u{2013}\u{221E}".to_owned()
    } else {
        format!("{peak_db:.1}")
    }
}

/// That a model is installed now, or was already, and who made it from what.
pub(super) fn installed(entry: &Entry, is_new: bool) -> String {
    let info = entry.info();
    let name = &info.display_name;
    let mut said = if is_new {
        format!("{name} is installed and can be chosen.")
    } else {
        format!("{name} was installed already.")
    };
    if let Some(credit) = info.credits.first() {
        let credit = credit.trim_end_matches('.');
        said += &format!(" Credits: {credit}. Licence: {}.", info.licence);
    }
    if let Some(note) = entry.note() {
        said += &format!(" {note}");
    }
    said
}

/// The most important thing that is wrong, in one sentence, if anything is.
pub(super) fn complaint(
    condition: Condition,
    rate_hz: f32,
    index: i32,
    saved: &SavedTarget,
    catalogue: &Catalogue,
) -> Option<String> {
    match condition {
        Condition::UnsupportedRate => {
            return Some(format!(
                "Mynah runs at 8 to 192 kHz. The host runs at {}, so the sound passes unchanged.",
                rate(rate_hz)
            ));
        }
        Condition::EngineFailed => {
            let problem = catalogue
                .base_problem()
                .unwrap_or("the engine did not start");
            return Some(format!("{problem}. The sound passes unchanged."));
        }
        Condition::Running | Condition::Idle => {}
    }
    if let Some(entry) = catalogue.entry(index) {
        let name = &entry.info().display_name;
        if let Some(problem) = entry.problem() {
            return Some(format!(
                "{name} cannot be used: {problem}. The dry sound passes."
            ));
        }
        let news = saved.plays.is_empty() && saved.became(entry);
        return news.then(|| format!("{name} was retrained since this session was saved."));
    }
    if catalogue.entries().is_empty() {
        return Some("No models found. The dry sound passes.".to_owned());
    }
    if index < MISSING_INDEX {
        return Some(format!(
            "Target {} is empty. The dry sound passes; choose a target.",
            index + 1
        ));
    }
    if saved.name.is_empty() {
        return Some("No target is chosen. The dry sound passes.".to_owned());
    }
    if let Some(Found::Itself(index)) = catalogue.find(saved)
        && let Some(entry) = catalogue.entry(index)
    {
        let name = &entry.info().display_name;
        return Some(format!(
            "{name} is installed now. The dry sound passes; choose {name} to hear it."
        ));
    }
    let here = catalogue
        .entries()
        .into_iter()
        .find(|entry| entry.info().name == saved.name);
    let hash = short_hash(&saved.hash);
    Some(match here {
        Some(other) => format!(
            "This session uses another version of {} ({hash}). The dry sound passes; choose {} to \
             use the one installed.",
            other.info().display_name,
            other.info().display_name,
        ),
        None => format!(
            "This session uses the model \u{201C}{}\u{201D} ({hash}), which is not on this machine. \
             The dry sound passes; the session keeps its reference.",
            saved.name
        ),
    })
}

#[cfg(test)]
mod tests {
    use mynah_engine::Library;

    use super::*;
    use crate::install;
    use crate::targets::catalogue;

    #[test]
    fn notes_and_cents() {
        assert_eq!(note(440.0), Some(("A4".to_owned(), 0)));
        assert_eq!(note(261.63), Some(("C4".to_owned(), 0)));
        assert_eq!(note(65.41), Some(("C2".to_owned(), 0)));
        assert_eq!(note(450.0), Some(("A4".to_owned(), 39)));
        assert_eq!(note(0.0), None);
        assert_eq!(note(f32::NAN), None);
    }

    #[test]
    fn latency_says_samples_and_time() {
        assert_eq!(latency(144, 48_000.0), "144 samples \u{00B7} 3.0 ms");
        assert_eq!(latency(0, 48_000.0), "none");
    }

    #[test]
    fn rates_are_short() {
        assert_eq!(rate(44_100.0), "44.1 kHz");
        assert_eq!(rate(11_025.0), "11.03 kHz");
        assert_eq!(rate(384_000.0), "384 kHz");
    }

    #[test]
    fn names_where_there_is_little_room() {
        assert_eq!(short_name("Alto Saxophone"), "Alto Sax");
        assert_eq!(short_name("Cello"), "Cello");
        assert_eq!(capitalized("minor pentatonic"), "Minor pentatonic");
        assert_eq!(capitalized(""), "");
    }

    #[test]
    fn what_is_wrong_is_said_in_a_sentence() {
        install(Library::shipped());
        let catalogue = catalogue();
        let saved = |name: &str| SavedTarget {
            name: name.to_owned(),
            hash: "deadbeef00".to_owned(),
            plays: String::new(),
        };
        let say = |condition, index, name: &str| {
            complaint(condition, 384_000.0, index, &saved(name), catalogue)
        };
        assert_eq!(say(Condition::Running, 0, "cello"), None);
        let known = SavedTarget {
            plays: "0123".to_owned(),
            ..saved("violin")
        };
        assert_eq!(
            complaint(Condition::Running, 48e3, 0, &known, catalogue),
            None
        );
        for (condition, index, name, part) in [
            (Condition::UnsupportedRate, 0, "violin", "runs at 384 kHz"),
            (Condition::EngineFailed, 0, "violin", "passes unchanged"),
            (
                Condition::Running,
                0,
                "violin",
                "Violin was retrained since this session was saved.",
            ),
            (Condition::Running, 40, "", "Target 41 is empty"),
            (Condition::Running, MISSING_INDEX, "", "No target is chosen"),
            (
                Condition::Running,
                MISSING_INDEX,
                "violin",
                "another version of Violin (deadbeef)",
            ),
            (
                Condition::Running,
                MISSING_INDEX,
                "kazoo",
                "kazoo\u{201D} (deadbeef), which is not",
            ),
        ] {
            let sentence = say(condition, index, name).unwrap_or_default();
            assert!(sentence.contains(part), "{sentence}");
            assert!(sentence.ends_with('.'), "{sentence}");
        }
    }

    #[test]
    fn short_hashes_never_panic() {
        assert_eq!(short_hash("0123456789abcdef"), "01234567");
        assert_eq!(short_hash("12"), "12");
        assert_eq!(
            short_hash("\u{00E9}\u{00E9}\u{00E9}\u{00E9}\u{00E9}x"),
            "\u{00E9}\u{00E9}\u{00E9}\u{00E9}"
        );
    }
}
