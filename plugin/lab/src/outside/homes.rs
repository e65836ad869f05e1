//! Where an instrument is at home, and what the outside judge calls it.

use crate::eval::{same_instrument, words};

/// Lowest and highest MIDI number between which the middle of a phrase lies when the instrument is known by its register.
pub(crate) type Home = (f32, f32);

/// The words of a target's name, and the judge's word for it.
const KNOWN: [(&[&str], &str); 9] = [
    (&["cello"], "cello"),
    (&["violin"], "violin"),
    (&["flute"], "flute"),
    (&["clarinet"], "clarinet"),
    (&["trumpet"], "trumpet"),
    (&["alto", "sax"], "sax"),
    (&["sax", "tenor"], "sax"),
    (&["guitar"], "guitar"),
    (&["piano"], "piano"),
];

/// All that the judge can say.
pub(crate) const WORDS: [&str; 10] = [
    "violin", "cello", "flute", "clarinet", "trumpet", "sax", "piano", "guitar", "voice", "synth",
];

/// Semitones to an octave.
const OCTAVE: i32 = 12;
/// Furthest transposition, in octaves.
const MOST_OCTAVES: i32 = 3;

/// The judge's word for an instrument; `None` for one that it has no word for.
pub(crate) fn word_for(name: &str) -> Option<&'static str> {
    let words = words(name);
    let same = |known: &[&str]| known.iter().eq(words.iter());
    let found = KNOWN.iter().find(|(known, _)| same(known))?;
    Some(found.1)
}

/// Whether a source is too near to a target to say anything: the same instrument, or one that the judge has the same word
/// for (both saxophones).
pub(crate) fn too_near(source: &str, target: &str) -> bool {
    let (heard, wanted) = (word_for(source), word_for(target));
    same_instrument(source, target) || (heard.is_some() && heard == wanted)
}

/// The octaves by which a phrase whose middle is `middle_midi` comes home: as few as possible, at most three.
pub(crate) fn octaves_to(home: Home, middle_midi: f64) -> i32 {
    let outside = |octaves: &i32| {
        let midi = middle_midi + f64::from(OCTAVE * octaves);
        let (low, high) = (f64::from(home.0), f64::from(home.1));
        (low - midi).max(midi - high).max(0.0)
    };
    let mut nearest = 0;
    for octaves in (1..=MOST_OCTAVES).flat_map(|n| [-n, n]) {
        if outside(&octaves) < outside(&nearest) {
            nearest = octaves;
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_known_by_its_words_in_any_order() {
        assert_eq!(word_for("sax-alto"), Some("sax"));
        assert_eq!(word_for("Tenor Sax"), Some("sax"));
        assert_eq!(word_for("kazoo"), None);
    }

    #[test]
    fn both_saxophones_are_near_each_other_and_nothing_else_is() {
        for (a, b, near) in [
            ("sax-alto", "sax-tenor", true),
            ("flute", "Flute", true),
            ("kazoo", "kazoo", true),
            ("kazoo", "bagpipes", false),
            ("violin", "cello", false),
        ] {
            assert_eq!(too_near(a, b), near, "{a} {b}");
        }
    }

    #[test]
    fn the_judge_has_a_word_for_every_shipped_target() {
        let library = mynah_engine::Library::shipped();
        assert!(library.entries().len() >= KNOWN.len());
        for entry in library.entries() {
            let word = word_for(&entry.info.name);
            assert_eq!(word, word_for(&entry.info.display_name));
            assert!(word.is_some_and(|word| WORDS.contains(&word)));
        }
    }

    #[test]
    fn every_phrase_comes_home_by_as_few_octaves_as_possible() {
        for home in [(36.0, 49.0), (64.0, 78.0), (50.5, 62.5f32)] {
            let (low, high) = (f64::from(home.0), f64::from(home.1));
            for middle in (24..=96).map(f64::from) {
                let octaves = octaves_to(home, middle);
                let midi = middle + f64::from(12 * octaves);
                if (low - 36.0..=high + 36.0).contains(&middle) {
                    assert!((low..=high).contains(&midi), "{home:?} {middle}: {octaves}");
                }
                let less = middle + f64::from(12 * (octaves - octaves.signum()));
                assert!(octaves == 0 || !(low..=high).contains(&less));
            }
        }
        assert_eq!(octaves_to((36.0, 49.0), 69.0), -2);
        assert_eq!(octaves_to((64.0, 78.0), 66.0), 0);
        assert_eq!(octaves_to((36.0, 49.0), 108.0), -3);
    }
}
