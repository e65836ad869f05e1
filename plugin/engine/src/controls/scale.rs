//! Scales to snap to.

use mynah_models::NOTE_NAMES;

/// Names of the keys, in the order of their numbers.
pub(super) const KEYS: &[&str] = &NOTE_NAMES;
/// Names of the scales, in the order of their numbers.
pub(super) const SCALES: &[&str] = &[
    "chromatic",
    "major",
    "minor",
    "major pentatonic",
    "minor pentatonic",
    "blues",
    "custom",
    "auto",
];

/// Which notes belong together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scale {
    /// All twelve.
    #[default]
    Chromatic,
    /// Ionian.
    Major,
    /// Natural minor, aeolian.
    Minor,
    /// Major without its fourth and seventh.
    MajorPentatonic,
    /// Minor without its second and sixth.
    MinorPentatonic,
    /// Minor pentatonic with the diminished fifth.
    Blues,
    /// The player's own notes.
    Custom,
    /// The key that is heard: major, or minor with both sevenths.
    Auto,
}

impl Scale {
    /// The notes of the scale on `key` (0 to 11 for C to B), a bit for each of the twelve, C lowest. `own` are
    /// those of the custom scale, which no key moves. Of *auto*, all: which it is, is heard.
    pub fn notes(self, key: i32, own: i32) -> u16 {
        let steps: &[u32] = match self {
            Self::Chromatic | Self::Auto => return 0x0fff,
            Self::Custom => return (own & 0x0fff) as u16,
            Self::Major => &[0, 2, 4, 5, 7, 9, 11],
            Self::Minor => &[0, 2, 3, 5, 7, 8, 10],
            Self::MajorPentatonic => &[0, 2, 4, 7, 9],
            Self::MinorPentatonic => &[0, 3, 5, 7, 10],
            Self::Blues => &[0, 3, 5, 6, 7, 10],
        };
        let key = key.rem_euclid(12) as u32;
        steps
            .iter()
            .fold(0, |notes, step| notes | 1 << ((key + step) % 12))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes_of(scale: Scale, key: i32) -> String {
        let notes = scale.notes(key, 0b1000_0000_0001);
        let named = |n: &usize| notes >> n & 1 == 1;
        (0..12)
            .filter(named)
            .map(|n| KEYS[n])
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn scales_are_those_of_the_textbook() {
        assert_eq!(notes_of(Scale::Major, 0), "C D E F G A B");
        assert_eq!(notes_of(Scale::Major, 2), "C# D E F# G A B");
        assert_eq!(notes_of(Scale::Minor, 9), "C D E F G A B");
        assert_eq!(notes_of(Scale::MajorPentatonic, 5), "C D F G A");
        assert_eq!(notes_of(Scale::MinorPentatonic, 9), "C D E G A");
        assert_eq!(notes_of(Scale::Blues, 0), "C Eb F F# G Bb");
        assert_eq!(notes_of(Scale::Custom, 5), "C B");
        assert_eq!(Scale::Chromatic.notes(3, 0), 0x0fff);
    }
}
