//! Keys, and how well each of them fits the notes that were heard.
//!
//! The histogram of the twelve notes is correlated with the profile of every key (Krumhansl, "Cognitive foundations of
//! musical pitch", 1990). The profiles are Temperley's, of the examples in Kostka and Payne's textbook ("Music and
//! probability", 2007): of six published ones those that find the key of a melody's first ten seconds most often (87 % of
//! 135 scores; Krumhansl and Kessler's 59 %, Albrecht and Shanahan's 73 %).

use crate::note_names::NOTE_NAMES;

/// How many keys there are: twelve major ones and twelve minor ones.
pub(super) const KEYS: usize = 24;
/// How often each note of a key is heard in a bar, from its first note up.
const MAJOR: [f32; 12] = [
    0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400,
];
const MINOR: [f32; 12] = [
    0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330,
];
/// Nothing else is divided by.
const NOTHING: f32 = 1e-9;

/// A major or minor key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Key {
    /// Its first note, 0 to 11 for C to B.
    pub tonic: u8,
    /// Minor rather than major.
    pub minor: bool,
}

/// A key that was heard.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HeardKey {
    /// The key.
    pub key: Key,
    /// How sure it is, 0 to 1: of melodies with a certainty, about that share is in the key.
    pub certainty: f32,
}

impl Key {
    /// That of a number from 0 to 23: the major keys from C up, then the minor ones.
    pub fn of(number: usize) -> Self {
        Self {
            tonic: (number % 12) as u8,
            minor: number % KEYS >= 12,
        }
    }

    /// Its number; see [`Key::of`].
    pub fn number(self) -> usize {
        usize::from(self.tonic % 12) + if self.minor { 12 } else { 0 }
    }

    /// The notes of the key, a bit for each of the twelve, C lowest. A minor key has both sevenths, as its melodies do.
    pub fn notes(self) -> u16 {
        let steps: &[u8] = if self.minor {
            &[0, 2, 3, 5, 7, 8, 10, 11]
        } else {
            &[0, 2, 4, 5, 7, 9, 11]
        };
        let bit = |step: &u8| 1 << ((self.tonic + step) % 12);
        steps.iter().fold(0, |notes, step| notes | bit(step))
    }

    /// What musicians call it: `A minor`. Allocates.
    pub fn name(self) -> String {
        let mode = if self.minor { "minor" } else { "major" };
        format!("{} {mode}", NOTE_NAMES[usize::from(self.tonic % 12)])
    }

    /// The same, so many semitones higher.
    pub fn transposed(self, semitones: i32) -> Self {
        Self {
            tonic: (i32::from(self.tonic) + semitones).rem_euclid(12) as u8,
            ..self
        }
    }
}

/// Pearson's correlation of each key's profile with how long each of the twelve notes was heard, -1 to 1.
pub(super) fn correlations(heard: &[f32; 12]) -> [f32; KEYS] {
    let heard = centred(heard);
    let profiles = [centred(&MAJOR), centred(&MINOR)];
    let mut found = [0.0; KEYS];
    for (number, found) in found.iter_mut().enumerate() {
        let profile = &profiles[number / 12];
        let rotated = profile.iter().cycle().skip(12 - number % 12);
        *found = heard.iter().zip(rotated).map(|(a, b)| a * b).sum();
    }
    found
}

/// Without its mean, and of length 1.
fn centred(values: &[f32; 12]) -> [f32; 12] {
    let mean = values.iter().sum::<f32>() / 12.0;
    let values = values.map(|value| value - mean);
    let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
    values.map(|value| value / length.max(NOTHING))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notes_of_a_key_are_those_of_the_textbook() {
        let key = |tonic, minor| Key { tonic, minor };
        assert_eq!(key(0, false).notes(), 0b1010_1011_0101);
        assert_eq!(key(7, false).notes(), 0b1010_1101_0101);
        // A minor with its leading note.
        assert_eq!(key(9, true).notes(), 0b1011_1011_0101);
        assert_eq!(key(9, true).transposed(-10), key(11, true));
        assert_eq!(key(10, true).name(), "Bb minor");
        for number in 0..KEYS {
            assert_eq!(Key::of(number).number(), number);
        }
    }

    #[test]
    fn each_profile_fits_its_own_key_best() {
        for number in 0..KEYS {
            let key = Key::of(number);
            let profile = if key.minor { MINOR } else { MAJOR };
            let mut heard = [0.0; 12];
            for (step, weight) in profile.into_iter().enumerate() {
                heard[(usize::from(key.tonic) + step) % 12] = weight;
            }
            let found = correlations(&heard);
            assert!((found[number] - 1.0).abs() < 1e-5);
            assert!((0..KEYS).all(|other| other == number || found[other] < 0.95));
        }
        assert_eq!(correlations(&[0.0; 12]), [0.0; KEYS]);
    }
}
