//! Whoever plays a phrase: an instrument of recorded notes, or one of the program's own synthesised voices.

use anyhow::Result;
use mynah_cli::notes::Note;
use mynah_cli::synth::{self, Voice};

use super::instrument::Instrument;
use super::render::{self, rendered_samples};

/// See the module.
#[derive(Clone, Copy)]
pub(crate) enum Player<'a> {
    /// An instrument of recorded notes.
    Recorded(&'a Instrument),
    /// The same, so many semitones from the notes that it is given.
    Transposed(&'a Instrument, i32),
    /// A synthesised voice.
    Synthesised(Voice),
}

impl Player<'_> {
    /// Name in tables and JSON.
    pub(crate) fn name(&self) -> &str {
        match self {
            Player::Recorded(instrument) | Player::Transposed(instrument, _) => &instrument.name,
            Player::Synthesised(voice) => voice.name(),
        }
    }

    /// Whether it can play the note of number `midi`.
    pub(crate) fn plays(&self, midi: i32) -> bool {
        match self {
            Player::Recorded(instrument) => instrument.plays(midi),
            Player::Transposed(instrument, semitones) => instrument.plays(midi + semitones),
            Player::Synthesised(voice) => voice.midi_range().contains(&midi),
        }
    }

    /// Whether it plays the notes of chords at once.
    pub(crate) fn plays_chords(&self) -> bool {
        matches!(
            self,
            Player::Recorded(_) | Player::Transposed(..) | Player::Synthesised(Voice::Plucked)
        )
    }

    /// The longest it can hold a note, in seconds; `None` if as long as one likes.
    ///
    /// # Errors
    /// A recording cannot be read, or the note is out of reach.
    pub(crate) fn longest_s(&self, note: &Note, take: usize) -> Result<Option<f64>> {
        match self {
            Player::Recorded(instrument) => render::longest_s(note, instrument, take).map(Some),
            Player::Transposed(instrument, semitones) => {
                let note = note.transposed(*semitones);
                render::longest_s(&note, instrument, take).map(Some)
            }
            Player::Synthesised(_) => Ok(None),
        }
    }

    /// Plays `notes`; 48 kHz mono, as long as every other player's. `take` chooses among equal recordings, and the noise of
    /// a synthesised voice.
    ///
    /// # Errors
    /// A recording cannot be read, or a note is out of reach.
    pub(crate) fn perform(&self, notes: &[Note], take: usize) -> Result<Vec<f32>> {
        match self {
            Player::Recorded(instrument) => render::perform(notes, instrument, take),
            Player::Transposed(instrument, semitones) => {
                let notes: Vec<Note> = notes.iter().map(|n| n.transposed(*semitones)).collect();
                render::perform(&notes, instrument, take)
            }
            Player::Synthesised(voice) => {
                let mut sound = synth::render(*voice, notes, take as u64);
                sound.truncate(rendered_samples(notes));
                Ok(sound)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use mynah_cli::synth::melody;

    #[test]
    fn a_voice_plays_as_long_as_an_instrument() {
        let notes = melody(0.1, 0.3, 0.0, &[(60, 1.0, 90), (64, 1.0, 90)]);
        for voice in Voice::ALL {
            let player = Player::Synthesised(voice);
            assert!(notes.iter().all(|n| player.plays(n.midi)));
            assert_eq!(
                player.perform(&notes, 1).unwrap().len(),
                rendered_samples(&notes)
            );
            assert_eq!(player.longest_s(&notes[0], 1).unwrap(), None);
        }
    }
}
