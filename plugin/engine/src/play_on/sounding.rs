//! What the player plays at a hop, whatever it was found in: a sound, a chord, or keys.

use mynah_models::{LOUDEST_DB, Telemetry, VOICES, VoiceNote};

/// The note that sounds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Sounding {
    /// Another number is another note, one without a pitch included.
    pub(crate) number: u32,
    /// Its pitch before transposition, 69 for 440 Hz; `None` where there is none.
    pub(crate) semitones: Option<f32>,
    /// How loud it is beside the loudest key, dB.
    pub(crate) level_db: f32,
}

/// That of one voice that is heard and played `transposed_semitones` higher; `None` where the gate is closed.
pub(crate) fn of_one_voice(heard: &Telemetry, transposed_semitones: f32) -> Option<Sounding> {
    let has_pitch = heard.note_semitones > 0.0 && !heard.follows;
    heard.gate_open.then(|| Sounding {
        number: heard.notes,
        semitones: has_pitch.then_some(heard.note_semitones - transposed_semitones),
        level_db: heard.loudness_db - LOUDEST_DB,
    })
}

/// Of several voices the one that began last. It lasts until all are let go.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Newest {
    latest: Option<Sounding>,
}

impl Newest {
    /// That of these voices, without the one of number `own`, which is not the player's; `level_db` says how loud one is.
    pub(crate) fn of(
        &mut self,
        voices: &[VoiceNote; VOICES],
        own: u32,
        level_db: impl Fn(&VoiceNote) -> f32,
    ) -> Option<Sounding> {
        let held = voices
            .iter()
            .filter(|voice| voice.held && voice.note != own);
        let Some(newest) = held.max_by_key(|voice| voice.note) else {
            self.latest = None;
            return None;
        };
        if self.latest.is_none_or(|latest| newest.note > latest.number) {
            self.latest = Some(Sounding {
                number: newest.note,
                semitones: Some(newest.semitones),
                level_db: level_db(newest),
            });
        }
        self.latest
    }
}
