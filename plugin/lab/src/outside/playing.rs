//! How sources are played to the targets: as a player who touches nothing hears them, and in the same room what is true.

use std::sync::Arc;

use anyhow::Result;
use mynah_cli::pipeline::translate_mono;
use mynah_engine::Controls;
use mynah_models::{Base, Mode, Target};

use super::homes::{Home, octaves_to};
use crate::eval::pitch;

/// Rate of the evaluation in Hz: the network's own, so that no resampling is judged along with it.
const RATE_HZ: u32 = 48_000;

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

    /// Default controls but for the mode, the room, the octave and the drive under test; `None` where there is no room.
    fn controls(self, octaves: i32, drive: f32) -> Option<Controls> {
        let (mode, octave) = match self {
            Hearing::Track => (Mode::Track, octaves),
            Hearing::TrackRoom => return None,
            Hearing::Follow => (Mode::Follow, 0),
        };
        Some(Controls {
            mode,
            octave,
            drive,
            ..Controls::default()
        })
    }
}

/// The octaves by which the whole of `sound` (48 kHz mono) is moved to come to the target's home: by the median of its
/// pitch.
pub(crate) fn octaves_of(sound: &[f32], home: Home) -> i32 {
    let mut pitches: Vec<f64> = pitch::track(sound).into_iter().flatten().collect();
    pitches.sort_by(f64::total_cmp);
    let middle = pitches.get(pitches.len() / 2);
    middle.map_or(0, |hz| octaves_to(home, 69.0 + 12.0 * (hz / 440.0).log2()))
}

/// What is heard of `sound` (48 kHz mono) on `target`; of its length. `None` where there is no room.
///
/// # Errors
/// None of its own; those of the engine.
pub(crate) fn play(
    base: &Arc<Base>,
    target: &Arc<Target>,
    hearing: Hearing,
    octaves: i32,
    drive: f32,
    sound: &[f32],
) -> Result<Option<Vec<f32>>> {
    let Some(controls) = hearing.controls(octaves, drive) else {
        return Ok(None);
    };
    translate_mono(base, target, &controls, RATE_HZ, sound).map(Some)
}

/// `sound` (48 kHz mono) in the room that is the default; `None` where there is none.
pub(crate) fn in_room(_sound: &[f32]) -> Option<Vec<f32>> {
    None
}
