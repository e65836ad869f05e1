//! Which recordings make a target, and which ones training never hears.
//!
//! A target is one coherent recorded instrument: its canonical articulations. Another player, microphone or way of playing
//! in the same folder is a source that training never hears, neither as source nor as target.

/// What the evaluation does with the recordings of one instrument and articulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The instrument itself.
    Canonical {
        /// Rings by itself once struck or plucked, instead of being held.
        percussive: bool,
    },
    /// Single notes of a source of its own, never trained on.
    NeverTrained {
        /// The source's name.
        name: &'static str,
        /// As for [`Role::Canonical`].
        percussive: bool,
    },
    /// Whole phrases, never trained on.
    Performance,
    /// Nothing to play melodies with (staccato, pizzicato).
    Unused,
}

/// Articulations whose recordings are another instrument than the target of their column.
const NEVER_TRAINED: [(&str, &str, &str); 4] = [
    ("guitar", "nylon", "guitar-nylon"),
    ("sax-alto", "sus-mtg", "sax-alto-mtg"),
    ("flute", "vib", "flute-vib"),
    ("flute", "sus-flute2", "flute-flute2"),
];

/// Role of the recordings of `instrument` played as `articulation`. Of what [`NEVER_TRAINED`] does not list, everything
/// held or left to ring is canonical.
pub(crate) fn role(instrument: &str, articulation: &str) -> Role {
    let starts = |names: &[&str]| names.iter().any(|n| articulation.starts_with(n));
    let percussive = if starts(&["sus", "vib", "arco"]) {
        false
    } else if starts(&["norm", "nylon", "archtop"]) {
        true
    } else if articulation == "performance" {
        return Role::Performance;
    } else {
        return Role::Unused;
    };
    NEVER_TRAINED
        .iter()
        .find(|(of, played, _)| *of == instrument && *played == articulation)
        .map_or(Role::Canonical { percussive }, |(_, _, name)| {
            Role::NeverTrained { name, percussive }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::golden::{self, Side};
    use crate::eval::split::part_of_note;

    #[test]
    fn the_training_sees_the_same_instruments_and_never_hears_the_variants() {
        let recordings = golden::facts().recordings;
        let unheard = recordings.iter().filter(|r| r.name != r.instrument).count();
        assert!(unheard > 0 && unheard < recordings.len());
        for recorded in recordings {
            let (name, side, rings) = match role(&recorded.instrument, &recorded.articulation) {
                Role::Canonical { percussive } => {
                    let part = part_of_note(&recorded.instrument, recorded.midi);
                    (recorded.instrument.as_str(), part.into(), percussive)
                }
                Role::NeverTrained { name, percussive } => (name, Side::Validation, percussive),
                Role::Performance | Role::Unused => ("", Side::Train, false),
            };
            assert_eq!(
                (name, side, rings),
                (recorded.name.as_str(), recorded.side, recorded.decays),
                "{recorded:?}"
            );
        }
    }

    #[test]
    fn variants_are_told_from_the_instrument_itself() {
        let canonical = |percussive| Role::Canonical { percussive };
        for (instrument, articulation, expected) in [
            ("violin", "arco-vib-sulG", canonical(false)),
            ("cello", "sus-upbow", canonical(false)),
            ("flute", "sus", canonical(false)),
            ("trumpet", "vib", canonical(false)),
            ("sax-tenor", "sus-mtg", canonical(false)),
            ("guitar", "archtop-mic", canonical(true)),
            ("piano", "norm", canonical(true)),
            ("oboe", "sus-mtg", canonical(false)),
            ("flute", "staccato", Role::Unused),
            ("cello", "pizz", Role::Unused),
            ("violin", "performance", Role::Performance),
        ] {
            assert_eq!(
                role(instrument, articulation),
                expected,
                "{instrument} {articulation}"
            );
        }
        for (instrument, articulation, name) in NEVER_TRAINED {
            assert!(
                matches!(role(instrument, articulation), Role::NeverTrained { name: n, .. } if n == name)
            );
        }
    }
}
