//! What came of it, for people and as JSON.

use std::path::Path;

use mynah_learn::making::{Instrument, Naming};
use serde::Serialize;

use super::page::Measured;

/// Everything, as `--json` prints it.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    format_version: u32,
    output: String,
    name: String,
    pub(super) findings: Vec<String>,
    /// Sound that was listened to.
    pub(super) listened_s: f64,
    pub(super) notes: usize,
    pub(super) memory_s: f64,
    textures: usize,
    struck: bool,
    semitones_only: bool,
    pub(super) range_midi: [f32; 2],
    pub(super) home_midi: [f32; 2],
    pub(super) dynamics_db: f32,
    pub(super) bytes: usize,
    pub(super) heard_after_s: f64,
    pub(super) playable_after_s: f64,
    pub(super) done_after_s: f64,
    pub(super) training: Training,
    /// The page, if there is one.
    pub(super) page: Option<String>,
    /// What was measured for it.
    pub(super) figures: Option<Measured>,
}

/// How the vectors and the head were learnt.
#[derive(Debug, Default, Serialize)]
pub(super) struct Training {
    /// The shipped target that it began from.
    pub(super) nearest: String,
    /// Distance from the held-out frames before learning and after it, nepers.
    pub(super) held_out_first: f64,
    pub(super) held_out_last: f64,
    pub(super) steps: u64,
    pub(super) ended: &'static str,
}

impl Report {
    /// Before learning.
    pub(super) fn new(
        path: &Path,
        naming: &Naming,
        instrument: &Instrument,
        findings: Vec<String>,
    ) -> Report {
        let character = instrument.character();
        let info = instrument.remembered().info;
        let (low, high) = character.range_midi;
        let (home_low, home_high) = character.home_midi;
        Report {
            format_version: 1,
            output: path.display().to_string(),
            name: naming.display_name.clone(),
            findings,
            listened_s: 0.0,
            notes: info.notes,
            memory_s: info.seconds(),
            textures: info.textures,
            struck: character.struck,
            semitones_only: character.semitones_only,
            range_midi: [low, high],
            home_midi: [home_low, home_high],
            dynamics_db: character.dynamics_db,
            bytes: 0,
            heard_after_s: 0.0,
            playable_after_s: 0.0,
            done_after_s: 0.0,
            training: Training::default(),
            page: None,
            figures: None,
        }
    }

    /// Once it can be played.
    pub(super) fn playable(&self) -> String {
        format!(
            "{}: {} notes, {:.0} s of sound, are remembered, {}; playable after {:.0} s\n",
            self.output,
            self.notes,
            self.memory_s,
            self.kind(),
            self.playable_after_s
        )
    }

    /// At the end.
    pub(super) fn done(&self) -> String {
        let Training {
            nearest,
            held_out_first,
            held_out_last,
            steps,
            ended,
        } = &self.training;
        if *steps == 0 {
            return format!(
                "It begins from {nearest}; held-out distance {held_out_first:.3} nepers\n"
            );
        }
        format!(
            "{steps} steps from {nearest} on ({ended}): held-out distance {held_out_first:.3} -> {held_out_last:.3} nepers, \
             after {:.0} s\n",
            self.done_after_s
        )
    }

    /// How it sounds its notes.
    pub(super) fn kind(&self) -> &'static str {
        match (self.struck, self.semitones_only) {
            (true, true) => "struck, by keys",
            (true, false) => "struck or plucked",
            (false, _) => "held",
        }
    }
}
