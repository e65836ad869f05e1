//! What settings are tried on: a few seconds of what was played.

use std::collections::VecDeque;

use mynah_engine::{EngineError, Plays, Survey};
use mynah_models::SAMPLE_RATE_HZ;

use crate::phrase;

/// Samples of a content: 3 s.
pub const CONTENT_SAMPLES: usize = 3 * SAMPLE_RATE_HZ as usize;
/// A stretch is looked for in steps of so many samples: 0.25 s.
const STEP_SAMPLES: usize = SAMPLE_RATE_HZ as usize / 4;
/// A step that is softer than the loudest by more counts as a pause: 30 dB, in power.
const PAUSE: f32 = 1e-3;

/// What is played while a setting is tried.
pub struct Content(pub(crate) Played);

pub(crate) enum Played {
    /// A sound at 48 kHz, and what is heard in it before it is translated.
    Sound {
        samples: Vec<f32>,
        survey: Box<Survey>,
    },
    /// Keys: a phrase of the project's own.
    Keys,
}

impl Content {
    /// The first three seconds of a sound at 48 kHz.
    ///
    /// # Errors
    /// None that can happen at this rate.
    pub fn sound(mut samples: Vec<f32>) -> Result<Self, EngineError> {
        samples.truncate(CONTENT_SAMPLES);
        let mut survey = Box::new(Survey::new(f64::from(SAMPLE_RATE_HZ))?);
        survey.hear(&[&samples]);
        Ok(Self(Played::Sound { samples, survey }))
    }

    /// Where nothing was played: a phrase of the project's own.
    ///
    /// # Errors
    /// As [`sound`](Self::sound).
    pub fn own(plays: Plays) -> Result<Self, EngineError> {
        match plays {
            Plays::Sound => Self::sound(phrase::sound()),
            Plays::Keys => Ok(Self(Played::Keys)),
        }
    }
}

/// The three seconds of a sound in which most is played; all of it where it is shorter.
pub fn liveliest(sound: &[f32]) -> &[f32] {
    if sound.len() <= CONTENT_SAMPLES {
        return sound;
    }
    let power = |step: &[f32]| step.iter().map(|x| x * x).sum::<f32>();
    let powers: Vec<f32> = sound.chunks(STEP_SAMPLES).map(power).collect();
    let floor = PAUSE * powers.iter().copied().fold(0.0, f32::max);
    let steps = CONTENT_SAMPLES / STEP_SAMPLES;
    let played = |steps: &[f32]| steps.iter().filter(|power| **power > floor).count();
    let stretches = powers.windows(steps).enumerate();
    // The first of equals.
    let best = stretches.max_by_key(|(at, steps)| (played(steps), std::cmp::Reverse(*at)));
    let begin = best.map_or(0, |(at, _)| at * STEP_SAMPLES);
    &sound[begin..(begin + CONTENT_SAMPLES).min(sound.len())]
}

/// Keeps the last three seconds that were played, without long pauses.
#[derive(Clone, Debug, Default)]
pub struct Latest(VecDeque<f32>);

impl Latest {
    /// Hears on; what is softer than 60 dB below full scale is not kept.
    pub fn hear(&mut self, samples: &[f32]) {
        let peak = samples.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
        if peak < 1e-3 {
            return;
        }
        let over = (self.0.len() + samples.len()).saturating_sub(CONTENT_SAMPLES);
        self.0.drain(..over.min(self.0.len()));
        self.0.extend(samples);
    }

    /// What is kept, if it is a second at least.
    pub fn heard(&self) -> Option<Vec<f32>> {
        let enough = self.0.len() >= SAMPLE_RATE_HZ as usize;
        enough.then(|| self.0.iter().copied().collect())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_liveliest_stretch_is_where_most_is_played() {
        let mut sound = vec![0.0; 10 * 48_000];
        sound[5 * 48_000..9 * 48_000].fill(0.1);
        let found = liveliest(&sound);
        assert_eq!(found.len(), CONTENT_SAMPLES);
        assert!(found.iter().all(|x| *x == 0.1));
        assert_eq!(liveliest(&sound[..100]).len(), 100);
    }

    #[test]
    fn the_latest_three_seconds_are_kept_without_silence() {
        let mut latest = Latest::default();
        latest.hear(&[0.1; 40_000]);
        assert_eq!(latest.heard(), None);
        latest.hear(&[0.0; 48_000]);
        latest.hear(&[0.2; 130_000]);
        let heard = latest.heard().unwrap();
        assert_eq!(heard.len(), CONTENT_SAMPLES);
        assert_eq!((heard[0], heard[CONTENT_SAMPLES - 1]), (0.1, 0.2));
    }
}
