//! Hears a whole recording before it is translated, so that all of it is moved by the same octave and snapped to one key.

use mynah_models::{HeardKey, OctaveSurvey};

use crate::controls::Controls;
use crate::corners::Corners;
use crate::engine::EngineError;
use crate::guard;
use crate::hop_scheduler::HopScheduler;
use crate::latency::{Timing, supported_rate};

/// What a recording plays, as the chain hears it: its pitches and how sure they are. No network is run. Any thread but
/// audio: it allocates.
pub struct Survey {
    scheduler: HopScheduler,
    heard: OctaveSurvey,
}

impl Survey {
    /// For a recording at this rate.
    ///
    /// # Errors
    /// If an engine does not run at that rate.
    pub fn new(rate_hz: f64) -> Result<Survey, EngineError> {
        if !supported_rate(rate_hz) {
            return Err(EngineError::UnsupportedRate {
                host_rate_hz: rate_hz,
            });
        }
        Ok(Survey {
            scheduler: HopScheduler::new(&Timing::new(rate_hz)),
            heard: OctaveSurvey::new(),
        })
    }

    /// Hears the next samples, of one channel or two.
    pub fn hear(&mut self, channels: &[&[f32]]) {
        let samples = channels.iter().map(|channel| channel.len()).min();
        for n in 0..samples.unwrap_or_default() {
            let mono = match channels {
                [mono] => guard::normal(mono[n]),
                [left, right, ..] => 0.5 * guard::normal(left[n]) + 0.5 * guard::normal(right[n]),
                [] => return,
            };
            self.scheduler.pull();
            self.scheduler.push([guard::normal(mono); 2], |hops, _| {
                self.heard.hear(&hops[0])
            });
        }
    }

    /// The key for [`Engine::set_key`](crate::Engine::set_key), before any transposition; `None` where none is sure.
    pub fn key(&self) -> Option<HeardKey> {
        self.heard.key()
    }

    /// The octave for [`Engine::set_octave`](crate::Engine::set_octave): the one that brings the middle of all loud notes
    /// to where the weightiest of the targets is at home, -3 to 3. 0 without a target, in *follow*, and in *auto* where
    /// more than a quarter is chords.
    pub fn octave(&self, targets: &Corners, controls: &Controls) -> i32 {
        let weights = controls.morph_weights();
        let homes = targets
            .0
            .iter()
            .zip(weights)
            .filter_map(|(target, weight)| {
                let target = target.as_ref()?;
                Some((target.info().home_register(), weight))
            });
        // The first of equals, as in the chain.
        let weightiest = homes.reduce(|first, next| if next.1 > first.1 { next } else { first });
        let semitones = 12.0 * controls.for_chain().pitch_ratio.log2();
        weightiest.map_or(0, |(home, _)| {
            self.heard.octave(&home, controls.mode, semitones)
        })
    }
}
