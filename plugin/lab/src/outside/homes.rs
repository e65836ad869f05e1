//! Where an instrument is at home, and what the outside judge calls it.

use crate::eval::{same_instrument, words};

/// Lowest and highest MIDI number between which the middle of a phrase lies when the instrument is known by its register.
pub(crate) type Home = (i32, i32);

/// The words of a target's name, its home, and the judge's word for it.
const KNOWN: [(&[&str], Home, &str); 9] = [
    (&["cello"], (36, 49), "cello"),
    (&["violin"], (64, 78), "violin"),
    (&["flute"], (69, 83), "flute"),
    (&["clarinet"], (56, 70), "clarinet"),
    (&["trumpet"], (60, 74), "trumpet"),
    (&["alto", "sax"], (54, 68), "sax"),
    (&["sax", "tenor"], (47, 61), "sax"),
    (&["guitar"], (50, 64), "guitar"),
    (&["piano"], (64, 78), "piano"),
];

/// All that the judge can say.
pub(crate) const WORDS: [&str; 10] = [
    "violin", "cello", "flute", "clarinet", "trumpet", "sax", "piano", "guitar", "voice", "synth",
];

/// Semitones to an octave.
const OCTAVE: i32 = 12;
/// Furthest transposition, in octaves.
const MOST_OCTAVES: i32 = 3;

/// The judge's word for an instrument and its home; `None` for one that it has no word for.
pub(crate) fn known(name: &str) -> Option<(Home, &'static str)> {
    let words = words(name);
    let same = |known: &[&str]| {
        known
            .iter()
            .map(|w| (*w).to_owned())
            .eq(words.iter().cloned())
    };
    let found = KNOWN.iter().find(|(known, ..)| same(known))?;
    Some((found.1, found.2))
}

/// Whether a source is too near to a target to say anything: the same instrument, or one that the judge has the same word
/// for (both saxophones).
pub(crate) fn too_near(source: &str, target: &str) -> bool {
    let word = |name: &str| known(name).map(|(_, word)| word);
    same_instrument(source, target) || (word(source).is_some() && word(source) == word(target))
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
        assert_eq!(known("sax-alto"), known("Alto Sax"));
        assert_eq!(known("Tenor Sax"), Some(((47, 61), "sax")));
        assert_eq!(known("kazoo"), None);
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
    fn every_phrase_comes_home_by_as_few_octaves_as_possible() {
        for (words, home, _) in KNOWN {
            for middle in 36..=96 {
                let octaves = octaves_to(home, f64::from(middle));
                let midi = middle + 12 * octaves;
                if (home.0 - 36..=home.1 + 36).contains(&middle) {
                    assert!(
                        (home.0..=home.1).contains(&midi),
                        "{words:?} {middle}: {octaves}"
                    );
                }
                let less = middle + 12 * (octaves - octaves.signum());
                assert!(octaves == 0 || !(home.0..=home.1).contains(&less));
            }
        }
        assert_eq!(octaves_to((36, 49), 69.0), -2);
        assert_eq!(octaves_to((64, 78), 66.0), 0);
        assert_eq!(octaves_to((36, 49), 108.0), -3);
    }
}
