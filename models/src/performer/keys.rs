//! What a key asks for, played by the targets.
//!
//! Thread: audio.

use super::note_tracker::{Beginning, Heard};
use super::part::Shares;
use super::{Memories, Moment, PerformerState, wanted_colour};
use crate::conditioning::{CORNERS, PlayerControls, Voice, VoiceNote};
use crate::envelope::Envelope;
use crate::features::log_to_db;

impl PerformerState {
    /// One frame of what a key asks for, instead of what is heard: `voice` is its note as it would sound without a player. The
    /// rest as in [`step`](Self::step).
    pub fn step_key(
        &mut self,
        memories: &Memories<'_>,
        weights: &[f32; CORNERS],
        controls: &PlayerControls,
        key: &VoiceNote,
        voice: &mut Voice,
        envelopes: [&mut Envelope; 2],
    ) {
        self.clear();
        let heard = Heard {
            semitones: key.semitones,
            voiced: true,
            level_db: log_to_db(voice.log_loudness),
            onset: None,
            key_semitones: Some(key.semitones),
        };
        let note = self.keyed.step(key, heard.level_db);
        if note.is_some_and(|note| note.begins == Some(Beginning::Attack)) {
            // Out of silence there is nothing that a recording would have to come into.
            self.shares = std::array::from_fn(|corner| {
                memories[corner].map_or(Shares::default(), |memory| Shares {
                    strokes: (2.0 * controls.performance).min(1.0),
                    colour: wanted_colour(controls, memory, false),
                })
            });
        }
        let moment = Moment {
            note,
            heard,
            bend_semitones: key.bend_semitones,
            louder_db: key.louder_db + self.keyed.let_go_db(),
        };
        self.play(memories, weights, controls, moment, voice, envelopes);
    }

    /// How long a key that is let go takes to fall by 60 dB, at least 240 ms. For [`step_key`](Self::step_key).
    pub fn set_release(&mut self, release_ms: f32) {
        self.keyed.set_release(release_ms);
    }
}
