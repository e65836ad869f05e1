//! A recording in, its notes out.

use mynah_models::voices::VoicesNet;
use mynah_models::{Base, SAMPLE_RATE_HZ};

use crate::hearing::Hearing;
use crate::notes;
use crate::several::Several;
use crate::transcription::Transcription;

/// Takes a recording piece by piece.
///
/// It keeps no sound, only what it hears of it: of one voice some 17 kB for each second, of several 110 kB.
pub struct Transcriber<'a> {
    ear: Ear<'a>,
}

enum Ear<'a> {
    One(Box<Hearing<'a>>),
    Several(Box<Several<'a>>),
}

impl<'a> Transcriber<'a> {
    /// Hears one voice, a melody, with the features and the onset network of `base`; of a base without that network, beginnings
    /// of notes are heard by level and pitch alone.
    pub fn of_one_voice(base: &'a Base) -> Self {
        let ear = Ear::One(Box::new(Hearing::new(base)));
        Self { ear }
    }

    /// Hears several at once, with the network that is made for them.
    pub fn of_several(net: &'a VoicesNet) -> Self {
        let ear = Ear::Several(Box::new(Several::new(net)));
        Self { ear }
    }

    /// Takes the next samples, 48 kHz mono. What is no number is silence.
    pub fn take(&mut self, audio: &[f32]) {
        match &mut self.ear {
            Ear::One(hearing) => hearing.take(audio),
            Ear::Several(several) => several.take(audio),
        }
    }

    /// The notes. The same recording gives the same notes, in whatever pieces it was taken.
    pub fn finish(self) -> Transcription {
        let (notes, samples) = match self.ear {
            Ear::One(hearing) => {
                let heard = hearing.finish();
                (notes::of_one_voice(&heard), heard.samples)
            }
            Ear::Several(several) => several.finish(),
        };
        Transcription {
            notes,
            seconds: samples as f64 / f64::from(SAMPLE_RATE_HZ),
        }
    }
}
