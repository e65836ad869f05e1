//! Playing on: when the player has been silent for a while, a network goes on with what was played, and the targets play it. As soon
//! as the player plays again, it lets go.
//!
//! What sounds ([`sounding`]) becomes notes ([`listening`]), which are remembered. Towards the end of the pause the beat is looked
//! for and the network hears them ([`preparing`]), a little in every hop, so that no hop is long. Then notes are drawn and
//! timed ([`score`]). What it plays itself is forgotten: the next time it goes on from the player's notes alone.
//!
//! Thread: audio, but for making one.

mod hands;
mod listening;
mod preparing;
mod score;
mod sounding;

use std::sync::Arc;

use mynah_models::continuation::{ContinuationNet, PlayOn, Sampling};
use mynah_models::{ALL_NOTES, HOP_SAMPLES, Key, SAMPLE_RATE_HZ};

use crate::controls::{Control, Controls, Scale};
pub(crate) use hands::Hands;
use listening::Listening;
use preparing::Preparing;
use score::Score;
pub(crate) use sounding::{Newest, Sounding, of_one_voice};

const HOP_S: f64 = HOP_SAMPLES as f64 / SAMPLE_RATE_HZ as f64;
/// It goes no further beyond the lowest and the highest note that were played, semitones.
const BEYOND_SEMITONES: u8 = 5;

/// What the player wants of it.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Wants {
    temperature: f32,
    /// How long a silence it waits for.
    after_s: f64,
    /// How much it plays at the most, in bars of four beats; infinite for no end.
    bars: f64,
    /// Only notes of the key that is heard, unless notes are given.
    keeps_key: bool,
    /// The notes that there may be, a bit each, where the player has said so.
    notes: Option<u16>,
    seed: u64,
}

impl Wants {
    /// Those of these controls, by which all is played `transposed_semitones` higher; `None` while they want nothing.
    fn of(controls: &Controls, transposed_semitones: f32) -> Option<Self> {
        if !controls.play_on {
            return None;
        }
        let has_scale = !matches!(controls.scale, Scale::Chromatic | Scale::Auto);
        let endless = controls.play_on_length as f32 >= Control::PlayOnLength.info().max;
        Some(Self {
            temperature: controls.play_on_temperature,
            after_s: f64::from(controls.play_on_after_s),
            bars: if endless {
                f64::INFINITY
            } else {
                f64::from(controls.play_on_length)
            },
            keeps_key: controls.play_on_key,
            notes: (controls.play_on_key && has_scale).then(|| {
                let notes = controls.scale.notes(controls.key, controls.notes);
                lowered(notes, transposed_semitones.round() as i32)
            }),
            seed: controls.play_on_seed as u64,
        })
    }
}

/// The same notes so many semitones lower.
fn lowered(notes: u16, semitones: i32) -> u16 {
    let down = semitones.rem_euclid(12) as u32;
    (notes >> down | notes << (12 - down)) & ALL_NOTES
}

/// What is to be done with the instrument.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Turn {
    /// The note that it plays ends.
    pub(crate) lets_go: bool,
    /// Then one begins.
    pub(crate) strikes: Option<Stroke>,
}

/// A note that begins.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Stroke {
    pub(crate) key: u8,
    /// Beside the loudest key, dB.
    pub(crate) level_db: f32,
}

/// What it is doing.
enum Stage {
    Listening,
    Preparing,
    Playing(Score),
    /// It has played as much as was wanted.
    Over,
}

/// What a display is shown.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum PlayingOn {
    /// It does not play, and nothing is to come.
    #[default]
    Nothing,
    /// It plays once the player has been silent for long enough.
    Waits,
    /// It plays, by this beat.
    Plays {
        /// Length of a beat, seconds.
        beat_s: f32,
    },
}

/// Listens, and goes on.
struct Continuing {
    net: Arc<ContinuationNet>,
    listening: Listening,
    player: Box<PlayOn>,
    /// How far it has come with that; large, and so not in the stage.
    preparing: Preparing,
    stage: Stage,
}

impl Continuing {
    /// Allocates.
    fn new(net: Arc<ContinuationNet>) -> Self {
        Self {
            player: Box::new(PlayOn::new(&net)),
            listening: Listening::default(),
            preparing: Preparing::of(&[]),
            stage: Stage::Listening,
            net,
        }
    }

    /// As if nothing had been played.
    fn reset(&mut self) {
        self.listening.reset();
        self.stage = Stage::Listening;
    }

    /// Whether nothing was played.
    fn is_fresh(&self) -> bool {
        matches!(self.stage, Stage::Listening) && self.listening.is_empty()
    }

    fn shown(&self) -> PlayingOn {
        match &self.stage {
            Stage::Playing(_) => PlayingOn::Plays {
                beat_s: self.player.beat_s() as f32,
            },
            _ if self.rests() => PlayingOn::Nothing,
            _ => PlayingOn::Waits,
        }
    }

    /// Whether nothing comes of silence.
    fn rests(&self) -> bool {
        match self.stage {
            Stage::Listening => self.is_fresh(),
            Stage::Preparing | Stage::Playing(_) => false,
            Stage::Over => true,
        }
    }

    /// One hop, that begins at `now_s`; `sounding` is what the player plays.
    fn step(&mut self, now_s: f64, sounding: Option<&Sounding>, wants: Option<&Wants>) -> Turn {
        let Some(wants) = wants else {
            let turn = self.let_go();
            self.reset();
            return turn;
        };
        if self.listening.hear(now_s, sounding) {
            let turn = self.let_go();
            self.stage = Stage::Listening;
            return turn;
        }
        let quiet_s = self.listening.quiet_s(now_s);
        match &mut self.stage {
            Stage::Listening => {
                if !self.listening.is_empty() && quiet_s + preparing::LONGEST_S >= wants.after_s {
                    self.listening.close();
                    self.preparing = Preparing::of(self.listening.notes());
                    self.stage = Stage::Preparing;
                }
                Turn::default()
            }
            Stage::Preparing => {
                let notes = self.listening.notes();
                let ready = self
                    .preparing
                    .step(&self.net, &mut self.player, notes, wants.seed);
                if notes.is_empty() {
                    self.stage = Stage::Listening;
                } else if ready && quiet_s >= wants.after_s {
                    let sampling = sampling(&self.listening, wants);
                    let first = self.player.next_note(&self.net, &sampling);
                    self.stage =
                        Stage::Playing(Score::from(first, &self.player, now_s, wants.bars));
                }
                Turn::default()
            }
            Stage::Playing(score) => {
                let sampling = sampling(&self.listening, wants);
                let turn = score.step(now_s, || self.player.next_note(&self.net, &sampling));
                if score.is_over() {
                    self.stage = Stage::Over;
                }
                turn
            }
            Stage::Over => Turn::default(),
        }
    }

    fn let_go(&self) -> Turn {
        Turn {
            lets_go: matches!(self.stage, Stage::Playing(_)),
            strikes: None,
        }
    }
}

/// What may be drawn after these notes.
fn sampling(played: &Listening, wants: &Wants) -> Sampling {
    let key = || match wants.keeps_key {
        true => Key::kept_to(&played.heard_s()),
        false => None,
    };
    let (lowest, highest) = played.range();
    Sampling {
        temperature: wants.temperature,
        notes: wants
            .notes
            .unwrap_or_else(|| key().map_or(ALL_NOTES, Key::notes)),
        low: lowest.saturating_sub(BEYOND_SEMITONES),
        high: (highest + BEYOND_SEMITONES).min(127),
    }
}

#[cfg(test)]
mod tests;
