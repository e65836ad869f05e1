//! The list of parameters, and what they say of themselves.

use super::{OF_KEYS, PUBLISHED, Published, ids, ids_of, index_value, published};
use crate::host::{Host, targets};

/// All parameters are there, in order, with the ids, defaults and steps that sessions rely on.
pub fn parameters_are_stable<H: Host>() {
    let found = H::new().parameters();
    let all: Vec<u32> = published::<H>().iter().map(|row| row.number).collect();
    let seen: Vec<u32> = found.iter().map(|found| found.id).collect();
    assert_eq!(seen, all);
    for (found, published) in found.iter().zip(published::<H>()) {
        let Published {
            id,
            number,
            name,
            default,
            steps,
        } = published;
        assert_eq!((found.id, found.name.as_str()), (number, name));
        let there = (found.default - default).abs() < 1e-6;
        assert!(there, "{id}: {}", found.default);
        assert_eq!(found.steps, steps, "{id}");
        assert_eq!(found.is_bypass, id == "bypass", "{id}");
    }
}

/// The numbers are nice-plug's hashes of the names.
pub fn ids_are_the_published_ones() {
    for published in PUBLISHED.into_iter().chain(OF_KEYS) {
        assert_eq!(
            ids::hash(published.id),
            published.number,
            "{}",
            published.id
        );
    }
}

/// Values are shown the way a musician writes them.
pub fn values_have_words<H: Host>() {
    let mut host = H::new();
    for (index, entry) in targets().iter().enumerate() {
        let text = host.text(ids::TARGET, index_value(index));
        assert_eq!(text, entry.info().display_name);
    }
    for (id, value, part) in [
        (ids::MODE, 0.0, "Track"),
        (ids::MODE, 1.0 / 3.0, "Follow"),
        (ids::MODE, 2.0 / 3.0, "Auto"),
        (ids::MODE, 1.0, "Chords"),
        (ids::QUALITY, 0.0, "Eco"),
        (ids::QUALITY, 1.0, "Full"),
        (ids::OCTAVE, 0.0, "-2"),
        (ids::OCTAVE, 1.0, "+2"),
        (ids::INPUT_GAIN, 0.625, "+6.0"),
        (ids::OUTPUT_GAIN, 0.0, "-24.0"),
        (ids::MIX, 0.5, "50"),
        (ids::TARGET, 1.0, "No target"),
        (ids::hash("voices"), 1.0, "8"),
        (ids::hash("wheel"), 0.25, "-0.5"),
        (ids::hash("sustain"), 1.0, "On"),
    ] {
        if ids_of::<H>().contains(&id) {
            let text = host.text(id, value);
            assert!(text.contains(part), "{text} does not contain {part}");
        }
    }
}

/// Whatever a value is shown as means that value when it is typed, to the digits that are shown; for every value of every
/// parameter.
pub fn every_text_of_a_value_is_read_again<H: Host>() {
    let mut host = H::new();
    for parameter in host.parameters() {
        let counts = parameter.steps > 0;
        let steps = if counts { parameter.steps } else { 1_000 };
        for step in 0..=steps {
            let value = f64::from(step) / f64::from(steps);
            let text = host.text(parameter.id, value);
            let read = host.value_of_text(parameter.id, &text);
            let read = read.unwrap_or_else(|| panic!("{}: {text} is no value", parameter.name));
            assert_eq!(host.text(parameter.id, read), text, "{}", parameter.name);
            if counts {
                assert!(
                    (read - value).abs() < 1e-6,
                    "{}: {text} is {read}",
                    parameter.name
                );
            }
        }
    }
}

/// What means nothing is refused, so that a slip of the finger changes nothing.
pub fn texts_that_are_no_value_are_refused<H: Host>() {
    let mut host = H::new();
    for parameter in host.parameters() {
        for text in ["", "loud", "Empty 0", "Empty 65", "Empty x"] {
            let read = host.value_of_text(parameter.id, text);
            assert_eq!(read, None, "{}: '{text}'", parameter.name);
        }
    }
}
