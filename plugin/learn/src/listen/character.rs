//! What kind of instrument it is.

use super::medians::{median, quantile};
use super::phrases::{self, Fact};
use crate::note::Beginning;

/// So much of the time in which notes sound belongs to notes that die away, where an instrument is struck.
const STRUCK_SHARE: f32 = 0.7;
/// Fewer notes tell nothing of keys.
const KEYS_LEAST_NOTES: usize = 30;
/// A key's pitch stays so near to its middle, semitones, in every other note (the highest and the lowest are hard to
/// measure) ..
const KEY_MOVES_SEMITONES: f32 = 0.06;
/// .. and in nine of ten so near to the middle of all keys' deviations from whole semitones: pianos are stretched.
const KEY_APART_SEMITONES: f32 = 0.2;
/// One note of so many may seem to begin out of another without a stroke.
const KEYS_MOST_SLURRED: usize = 10;
/// Keys are told from frets by their range alone, semitones: a guitar has less.
const KEYS_RANGE_SEMITONES: f32 = 50.0;
/// A phrase's middle is at home between these shares of all.
const HOME_SHARES: (f32, f32) = (0.15, 0.85);
/// A home register is as wide as this at least, semitones.
const HOME_SEMITONES: f32 = 12.0;
/// Of the range, where the middles of phrases lie: of the shipped targets from 0.13 to 0.6, the middle one at 0.375.
const HOME_PLACE: f32 = 0.375;
/// A keyboard has as many below as above.
const HOME_PLACE_OF_KEYS: f32 = 0.5;
/// The soft and the loud end are at these shares of the notes.
const DYNAMICS_SHARES: (f32, f32) = (0.05, 0.95);

/// What kind of instrument it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Character {
    /// Notes die away from their beginning, as those of plucked and struck strings.
    pub struck: bool,
    /// It is struck and its pitch never moves: a keyboard. In doubt it is not.
    pub semitones_only: bool,
    /// The MIDI notes between which the middle of its phrases lies, at least an octave apart.
    pub home_midi: (f32, f32),
    /// The lowest and the highest note that were found, MIDI.
    pub range_midi: (f32, f32),
    /// From its softest to its loudest notes, dB.
    pub dynamics_db: f32,
}

impl Character {
    /// That of the notes that were found; `None` of none.
    pub(super) fn of(facts: &[Fact]) -> Option<Self> {
        let pitches = || facts.iter().map(|fact| fact.semitones);
        let level = |share| quantile(facts.iter().map(|fact| fact.top_db), share);
        let struck = struck(facts);
        let semitones_only = struck && keys(facts);
        Some(Self {
            struck,
            semitones_only,
            home_midi: home(facts, semitones_only)?,
            range_midi: (quantile(pitches(), 0.0)?, quantile(pitches(), 1.0)?),
            dynamics_db: level(DYNAMICS_SHARES.1)? - level(DYNAMICS_SHARES.0)?,
        })
    }
}

/// Whether most of the time that tells is taken by notes that die away: long notes tell more, since a short one ends soon
/// on any instrument.
fn struck(facts: &[Fact]) -> bool {
    let told = facts.iter().filter(|fact| fact.begins != Beginning::Slur);
    let (mut whole_s, mut struck_s) = (0.0, 0.0);
    for (fact, dies_away) in told.filter_map(|fact| Some((fact, fact.dies_away?))) {
        whole_s += fact.seconds;
        struck_s += if dies_away { fact.seconds } else { 0.0 };
    }
    whole_s > 0.0 && struck_s >= STRUCK_SHARE * whole_s
}

fn keys(facts: &[Fact]) -> bool {
    if facts.len() < KEYS_LEAST_NOTES {
        return false;
    }
    let off = |fact: &Fact| fact.semitones - fact.semitones.round();
    let usual = median(facts.iter().map(off)).unwrap_or(0.0);
    let stays = median(facts.iter().map(|fact| fact.moves_semitones));
    let apart = quantile(facts.iter().map(|fact| (off(fact) - usual).abs()), 0.9);
    let slurred = facts
        .iter()
        .filter(|fact| fact.begins == Beginning::Slur)
        .count();
    let pitch = |share| quantile(facts.iter().map(|fact| fact.semitones), share);
    let range = pitch(1.0)
        .zip(pitch(0.0))
        .map_or(0.0, |(high, low)| high - low);
    range > KEYS_RANGE_SEMITONES
        && stays.is_some_and(|moves| moves < KEY_MOVES_SEMITONES)
        && apart.is_some_and(|apart| apart < KEY_APART_SEMITONES)
        && KEYS_MOST_SLURRED * slurred < facts.len()
}

/// Where the middles of phrases lie; where there are no phrases, where those of most instruments do in their range.
fn home(facts: &[Fact], keys: bool) -> Option<(f32, f32)> {
    let middles = phrases::middles(facts);
    let (low, high) = if middles.len() >= phrases::LEAST {
        let at = |share| quantile(middles.iter().copied(), share);
        (at(HOME_SHARES.0)?, at(HOME_SHARES.1)?)
    } else {
        let at = |share| quantile(facts.iter().map(|fact| fact.semitones), share);
        let (low, high) = (at(0.0)?, at(1.0)?);
        let place = if keys { HOME_PLACE_OF_KEYS } else { HOME_PLACE };
        let middle = low + place * (high - low);
        (middle - HOME_SEMITONES / 2.0, middle + HOME_SEMITONES / 2.0)
    };
    let missing = (HOME_SEMITONES - (high - low)).max(0.0) / 2.0;
    let low = (low - missing).clamp(0.0, 127.0 - HOME_SEMITONES);
    Some((low, (high + missing).clamp(low + HOME_SEMITONES, 127.0)))
}
