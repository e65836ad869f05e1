//! The notes of several voices: each is struck once it is heard, as hard as it is loud then, and let go when it is heard no more.

use mynah_engine::{VOICES, VoiceNote};
use mynah_models::LOUDEST_DB;

use super::{Word, velocity_of};

/// What the host has been told of each voice. Nothing at first.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub(super) struct Chord {
    /// The number of the latest note that was said.
    notes: [u32; VOICES],
    /// The key of it, while it sounds.
    keys: [Option<u8>; VOICES],
}

impl Chord {
    /// Whether the host believes anything to sound.
    pub(super) fn sounds(&self) -> bool {
        self.keys.iter().any(Option::is_some)
    }

    /// Says what has changed: at most three words for each voice.
    pub(super) fn look(&mut self, voices: &[VoiceNote; VOICES], mut say: impl FnMut(Word)) {
        // First what is over, so that a key that is struck again is not let go behind that.
        for (voice, heard) in voices.iter().enumerate() {
            if !heard.held || heard.note != self.notes[voice] {
                self.let_go(voice, &mut say);
            }
        }
        for (voice, heard) in voices.iter().enumerate() {
            if !heard.held || heard.note == self.notes[voice] {
                continue;
            }
            self.notes[voice] = heard.note;
            let key = heard.semitones.round().clamp(0.0, 127.0) as u8;
            // Where the transposition has changed, what sounded before may have this key.
            let same = self.keys.iter().position(|sounding| *sounding == Some(key));
            if let Some(before) = same {
                self.let_go(before, &mut say);
            }
            self.keys[voice] = Some(key);
            let velocity = velocity_of(LOUDEST_DB + heard.velocity_db + heard.louder_db);
            say(Word::On { key, velocity });
        }
    }

    /// Lets all go.
    pub(super) fn stop(mut self, mut say: impl FnMut(Word)) {
        (0..VOICES).for_each(|voice| self.let_go(voice, &mut say));
    }

    fn let_go(&mut self, voice: usize, say: &mut impl FnMut(Word)) {
        if let Some(key) = self.keys[voice].take() {
            say(Word::Off { key });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn voice(note: u32, semitones: f32, held: bool) -> VoiceNote {
        VoiceNote {
            note,
            semitones,
            held,
            ..VoiceNote::default()
        }
    }

    fn said(chord: &mut Chord, voices: &[VoiceNote]) -> Vec<Word> {
        let mut all = [VoiceNote::default(); VOICES];
        all[..voices.len()].copy_from_slice(voices);
        let mut said = Vec::new();
        chord.look(&all, |word| said.push(word));
        said
    }

    #[test]
    fn notes_are_struck_once_as_loud_as_they_begin_and_let_go() {
        let mut chord = Chord::default();
        let soft = VoiceNote {
            velocity_db: -12.0,
            louder_db: 3.0,
            ..voice(2, 64.3, true)
        };
        let (loud, softer) = (velocity_of(-18.0), velocity_of(-27.0));
        let on = |key, velocity| Word::On { key, velocity };
        let both = [voice(1, 60.0, true), soft];
        assert_eq!(said(&mut chord, &both), [on(60, loud), on(64, softer)]);
        assert_eq!(said(&mut chord, &both), []);
        // Its pitch and its level move: that is not said.
        let moved = VoiceNote {
            bend_semitones: 0.4,
            louder_db: -9.0,
            ..both[0]
        };
        assert_eq!(said(&mut chord, &[moved, soft]), []);
        let released = [voice(1, 60.0, false), soft];
        assert_eq!(said(&mut chord, &released), [Word::Off { key: 60 }]);
        // Struck again, on another voice as on its own.
        let again = [voice(3, 64.0, true), voice(4, 64.0, true)];
        let words = said(&mut chord, &again);
        let off = Word::Off { key: 64 };
        assert_eq!(words, [off, on(64, loud), off, on(64, loud)]);
        let mut end = Vec::new();
        chord.stop(|word| end.push(word));
        assert_eq!(end, [off]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// No key is struck that sounds, none is let go that does not, and in the end nothing sounds.
        #[test]
        fn each_key_that_is_struck_is_let_go_once(
            looks in prop::collection::vec(
                prop::array::uniform8((0u32..4, 50.0f32..55.0, any::<bool>())),
                1..20,
            )
        ) {
            let mut chord = Chord::default();
            let mut sounding = std::collections::BTreeSet::new();
            let mut words = Vec::new();
            for look in looks {
                let voices = look.map(|(note, semitones, held)| voice(note, semitones, held));
                let before = words.len();
                chord.look(&voices, |word| words.push(word));
                prop_assert!(words.len() - before <= 3 * VOICES);
                prop_assert_eq!(chord.sounds(), chord.keys.iter().any(Option::is_some));
            }
            chord.stop(|word| words.push(word));
            for word in words {
                match word {
                    Word::On { key, .. } => prop_assert!(sounding.insert(key)),
                    Word::Off { key } => prop_assert!(sounding.remove(&key)),
                    _ => prop_assert!(false, "{:?}", word),
                }
            }
            prop_assert!(sounding.is_empty());
        }
    }
}
