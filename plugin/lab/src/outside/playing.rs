//! How sources are played to the targets: as a player who touches nothing hears them, and in the same room what is true.

use std::sync::Arc;

use anyhow::Result;
use mynah_cli::pipeline::translate_mono;
use mynah_engine::{Controls, Slots, Survey};
use mynah_models::{Base, Mode, Target};

use super::homes::Home;
use crate::eval::NamedTarget;

/// Rate of the evaluation in Hz: the network's own, so that no resampling is judged along with it.
const RATE_HZ: u32 = 48_000;

/// The target that all is played to.
#[derive(Clone, Copy)]
pub(crate) struct Goal<'a> {
    pub(crate) name: &'a str,
    pub(crate) model: &'a Arc<Target>,
}

impl<'a> Goal<'a> {
    /// The target of this name.
    pub(crate) fn new((name, model): &'a NamedTarget) -> Goal<'a> {
        Goal { name, model }
    }

    /// Its home register, as its file says.
    pub(crate) fn home(&self) -> Home {
        let home = self.model.info().home_register();
        (home.low, home.high)
    }

    /// The octaves by which the whole of `sound` (48 kHz mono) is moved to come there, as a bounce moves it in *track*.
    ///
    /// # Errors
    /// None of its own; those of the engine.
    pub(crate) fn octaves_of(&self, sound: &[f32]) -> Result<i32> {
        let mut survey = Survey::new(f64::from(RATE_HZ))?;
        survey.hear(&[sound]);
        let controls = Controls {
            mode: Mode::Track,
            ..Controls::default()
        };
        Ok(survey.octave(&Slots::from(Arc::clone(self.model)), &controls))
    }
}

/// What the player would hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hearing {
    /// Mode *track* without the room.
    Track,
    /// Mode *track* in the room that is the default; without one there is nothing to hear.
    TrackRoom,
    /// Mode *follow* without the room. Nothing moves the octave in this mode.
    Follow,
}

impl Hearing {
    /// All of them.
    pub(crate) const ALL: [Hearing; 3] = [Hearing::Track, Hearing::TrackRoom, Hearing::Follow];

    /// Default controls but for the mode, the room and the drive under test; `None` where there is no room.
    fn controls(self, drive: f32) -> Option<Controls> {
        let mode = match self {
            Hearing::Track => Mode::Track,
            Hearing::TrackRoom => return None,
            Hearing::Follow => Mode::Follow,
        };
        Some(Controls {
            mode,
            drive,
            ..Controls::default()
        })
    }
}

/// What is heard of `sound` (48 kHz mono) on the target, all of it moved by one octave; of its length. `None` where there is
/// no room.
///
/// # Errors
/// None of its own; those of the engine.
pub(crate) fn play(
    base: &Arc<Base>,
    goal: Goal,
    hearing: Hearing,
    drive: f32,
    sound: &[f32],
) -> Result<Option<Vec<f32>>> {
    let Some(controls) = hearing.controls(drive) else {
        return Ok(None);
    };
    translate_mono(base, goal.model, &controls, RATE_HZ, sound).map(Some)
}

/// `sound` (48 kHz mono) in the room that is the default; `None` where there is none.
pub(crate) fn in_room(_sound: &[f32]) -> Option<Vec<f32>> {
    None
}
