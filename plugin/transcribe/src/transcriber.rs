//! A recording in, its notes out.

use mynah_models::{Base, SAMPLE_RATE_HZ};

use crate::hearing::Hearing;
use crate::notes;
use crate::transcription::Transcription;

/// How many notes may sound at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Voices {
    /// One: a melody.
    #[default]
    One,
}

/// Takes a recording piece by piece.
///
/// It keeps no sound, only what it hears of it: some 17 kB for each second.
pub struct Transcriber<'a> {
    voices: Voices,
    hearing: Hearing<'a>,
}

impl<'a> Transcriber<'a> {
    /// Hears with the features and the onset network of `base`; of a base without that network, beginnings of notes are
    /// heard by level and pitch alone.
    pub fn new(base: &'a Base, voices: Voices) -> Self {
        Self {
            voices,
            hearing: Hearing::new(base),
        }
    }

    /// Takes the next samples, 48 kHz mono. What is no number is silence.
    pub fn take(&mut self, audio: &[f32]) {
        self.hearing.take(audio);
    }

    /// The notes. The same recording gives the same notes, in whatever pieces it was taken.
    pub fn finish(self) -> Transcription {
        let heard = self.hearing.finish();
        let notes = match self.voices {
            Voices::One => notes::of_one_voice(&heard),
        };
        Transcription {
            notes,
            seconds: heard.samples as f64 / f64::from(SAMPLE_RATE_HZ),
        }
    }
}
