//! What was heard, pooled per target and in all, and the JSON it becomes. The keys are documented in the crate's README.

use std::collections::BTreeMap;

use serde::Serialize;

use super::clips::Kind;
use super::listening::{Answer, Heard};
use super::playing::Hearing;
use crate::eval::figures::Measured;
use crate::eval::metrics::mean;
use crate::eval::pitch_score::PitchScore;

/// The judge's words for what no target is.
const VOICE_OR_SYNTH: [&str; 2] = ["voice", "synth"];
/// How many wrong instruments a target's row names.
const TAKEN_FOR: usize = 3;

/// What a sound is that was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// What the player would hear.
    Output(Kind, Hearing),
    /// The target's own held-out notes in the place of a source.
    Truth,
    /// The same in the room.
    TruthInRoom,
    /// The notes of a phrase, played from keys.
    Keys,
    /// The same in the room.
    KeysInRoom,
    /// A player's phrase on the target itself.
    Performance,
}

impl What {
    /// In file names.
    pub(crate) fn name(self) -> &'static str {
        match self {
            What::Output(_, hearing) => hearing.name(),
            What::Truth => "truth",
            What::TruthInRoom => "truth-room",
            What::Keys => "keys",
            What::KeysInRoom => "keys-room",
            What::Performance => "performance",
        }
    }
}

/// A sound that was asked about.
#[derive(Clone, Debug)]
pub(crate) struct Sounded {
    pub(crate) what: What,
    pub(crate) seconds: f64,
    pub(crate) answer: Answer,
}

/// All that is known of one target.
#[derive(Clone, Debug, Default)]
pub(crate) struct TargetMeasured {
    /// Its name, and the judge's word for it.
    pub(crate) name: String,
    pub(crate) word: &'static str,
    /// Sources it was played by.
    pub(crate) clips: usize,
    pub(crate) sounded: Vec<Sounded>,
    /// Pitch, loudness and onsets, all against the source, the chosen octave taken out.
    pub(crate) measured: Measured,
    /// Pitch of the true renderings.
    pub(crate) truth_pitch: PitchScore,
}

/// The figures of one target, or their means over all targets. `None` (null) is "not measured".
#[derive(Serialize, Clone, Debug, Default, PartialEq)]
pub(crate) struct Likeness {
    pub(crate) likeness_outside_track: Option<f64>,
    pub(crate) likeness_outside_track_ceiling: Option<f64>,
    pub(crate) likeness_outside_track_room: Option<f64>,
    pub(crate) likeness_outside_track_room_ceiling: Option<f64>,
    pub(crate) likeness_outside_follow: Option<f64>,
    pub(crate) likeness_outside_auto: Option<f64>,
    pub(crate) likeness_outside_keys: Option<f64>,
    pub(crate) likeness_outside_keys_room: Option<f64>,
    pub(crate) likeness_outside_performances: Option<f64>,
    pub(crate) voice_or_synth: Option<f64>,
    pub(crate) voice_or_synth_ceiling: Option<f64>,
    pub(crate) note_f_measure: Option<f64>,
    pub(crate) note_f_measure_ceiling: Option<f64>,
    pub(crate) note_f_measure_keys: Option<f64>,
    pub(crate) note_f_measure_aligned: Option<f64>,
    pub(crate) note_f_measure_aligned_ceiling: Option<f64>,
    pub(crate) note_delay_ms: Option<f64>,
    pub(crate) note_delay_ms_ceiling: Option<f64>,
    pub(crate) spurious_onsets_per_s: Option<f64>,
    pub(crate) spurious_onsets_per_s_ceiling: Option<f64>,
    pub(crate) missed_onsets_per_s: Option<f64>,
    pub(crate) missed_onsets_per_s_ceiling: Option<f64>,
    pub(crate) pitch_within_50_cents_ceiling: Option<f64>,
}

/// Of a target's windows, those heard as another instrument.
#[derive(Serialize, Clone, Debug, PartialEq)]
pub(crate) struct TakenFor {
    pub(crate) heard: String,
    pub(crate) share: f64,
}

/// A target played by one kind of source.
#[derive(Serialize, Clone, Debug, PartialEq)]
pub(crate) struct SourceRow {
    pub(crate) sources: Kind,
    pub(crate) windows: usize,
    pub(crate) likeness_outside_track: Option<f64>,
    pub(crate) likeness_outside_track_room: Option<f64>,
    pub(crate) likeness_outside_follow: Option<f64>,
    pub(crate) likeness_outside_auto: Option<f64>,
}

/// One target.
#[derive(Serialize, Clone, Debug, PartialEq)]
pub(crate) struct TargetRow {
    pub(crate) target: String,
    /// The judge's word for it.
    pub(crate) word: &'static str,
    pub(crate) clips: usize,
    #[serde(flatten)]
    pub(crate) likeness: Likeness,
    pub(crate) pitch_within_50_cents: Option<f64>,
    pub(crate) pitch_within_50_cents_follow: Option<f64>,
    pub(crate) loudness_correlation: Option<f64>,
    pub(crate) onset_delay_track_ms: Option<f64>,
    pub(crate) taken_for: Vec<TakenFor>,
    pub(crate) by_source: Vec<SourceRow>,
}

/// The part of the result.
#[derive(Serialize, Clone, Debug, Default, PartialEq)]
pub(crate) struct Outside {
    #[serde(flatten)]
    pub(crate) likeness: Likeness,
    /// The least of all targets in *track* in the room, whose it is, and the ceiling of that one.
    pub(crate) likeness_outside_least: Option<f64>,
    pub(crate) likeness_outside_least_ceiling: Option<f64>,
    pub(crate) likeness_outside_least_target: Option<String>,
    pub(crate) outside_targets: Vec<TargetRow>,
    /// One sentence for each thing that was not measured.
    pub(crate) left_out: Vec<String>,
}

impl Outside {
    /// Pools what is known of the targets.
    pub(crate) fn new(targets: &[TargetMeasured], left_out: Vec<String>) -> Outside {
        let rows: Vec<TargetRow> = targets.iter().map(TargetMeasured::row).collect();
        let room = |row: &TargetRow| row.likeness.likeness_outside_track_room;
        let least = rows
            .iter()
            .filter(|row| room(row).is_some())
            .min_by(|a, b| room(a).unwrap_or(1.0).total_cmp(&room(b).unwrap_or(1.0)));
        Outside {
            likeness: Likeness::mean(rows.iter().map(|row| &row.likeness)),
            likeness_outside_least: least.and_then(room),
            likeness_outside_least_ceiling: least
                .and_then(|row| row.likeness.likeness_outside_track_room_ceiling),
            likeness_outside_least_target: least.map(|row| row.target.clone()),
            outside_targets: rows,
            left_out,
        }
    }
}

impl Likeness {
    /// The mean of each figure over the targets that have it: no target counts more because it was played more.
    fn mean<'a>(rows: impl Iterator<Item = &'a Likeness> + Clone) -> Likeness {
        let of = |figure: fn(&Likeness) -> Option<f64>| {
            let measured: Vec<f64> = rows.clone().filter_map(figure).collect();
            mean(&measured)
        };
        Likeness {
            likeness_outside_track: of(|l| l.likeness_outside_track),
            likeness_outside_track_ceiling: of(|l| l.likeness_outside_track_ceiling),
            likeness_outside_track_room: of(|l| l.likeness_outside_track_room),
            likeness_outside_track_room_ceiling: of(|l| l.likeness_outside_track_room_ceiling),
            likeness_outside_follow: of(|l| l.likeness_outside_follow),
            likeness_outside_auto: of(|l| l.likeness_outside_auto),
            likeness_outside_keys: of(|l| l.likeness_outside_keys),
            likeness_outside_keys_room: of(|l| l.likeness_outside_keys_room),
            likeness_outside_performances: of(|l| l.likeness_outside_performances),
            voice_or_synth: of(|l| l.voice_or_synth),
            voice_or_synth_ceiling: of(|l| l.voice_or_synth_ceiling),
            note_f_measure: of(|l| l.note_f_measure),
            note_f_measure_ceiling: of(|l| l.note_f_measure_ceiling),
            note_f_measure_keys: of(|l| l.note_f_measure_keys),
            note_f_measure_aligned: of(|l| l.note_f_measure_aligned),
            note_f_measure_aligned_ceiling: of(|l| l.note_f_measure_aligned_ceiling),
            note_delay_ms: of(|l| l.note_delay_ms),
            note_delay_ms_ceiling: of(|l| l.note_delay_ms_ceiling),
            spurious_onsets_per_s: of(|l| l.spurious_onsets_per_s),
            spurious_onsets_per_s_ceiling: of(|l| l.spurious_onsets_per_s_ceiling),
            missed_onsets_per_s: of(|l| l.missed_onsets_per_s),
            missed_onsets_per_s_ceiling: of(|l| l.missed_onsets_per_s_ceiling),
            pitch_within_50_cents_ceiling: of(|l| l.pitch_within_50_cents_ceiling),
        }
    }
}

/// Windows of any number of sounds.
#[derive(Default)]
struct Windows(Heard);

impl Windows {
    fn count(&self) -> usize {
        self.0.values().sum()
    }

    /// Share of windows heard as one of the `words`; `None` without windows.
    fn share(&self, words: &[&str]) -> Option<f64> {
        let heard: usize = words.iter().filter_map(|word| self.0.get(*word)).sum();
        (self.count() > 0).then(|| heard as f64 / self.count() as f64)
    }
}

/// Notes of any number of sounds.
#[derive(Default)]
struct Notes {
    f_measures: Vec<f64>,
    aligned: Vec<f64>,
    late_ms: Vec<f64>,
    spurious: usize,
    missed: usize,
    seconds: f64,
}

impl Notes {
    fn per_second(&self, count: usize) -> Option<f64> {
        (self.seconds > 0.0).then(|| count as f64 / self.seconds)
    }
}

impl TargetMeasured {
    fn windows(&self, wanted: impl Fn(What) -> bool) -> Windows {
        let mut windows = BTreeMap::new();
        let sounded = self.sounded.iter().filter(|s| wanted(s.what));
        for (word, count) in sounded.flat_map(|s| s.answer.heard.iter().flatten()) {
            *windows.entry(word.clone()).or_insert(0) += count;
        }
        Windows(windows)
    }

    fn notes(&self, wanted: impl Fn(What) -> bool) -> Notes {
        let mut notes = Notes::default();
        for sounded in self.sounded.iter().filter(|s| wanted(s.what)) {
            if let Some(score) = sounded.answer.notes {
                notes.f_measures.push(score.f_measure);
                notes.aligned.push(score.aligned);
                notes.late_ms.push(score.late_ms);
                notes.spurious += score.played.saturating_sub(score.matched);
                notes.missed += score.wanted.saturating_sub(score.matched);
                notes.seconds += sounded.seconds;
            }
        }
        notes
    }

    fn row(&self) -> TargetRow {
        let of = |hearing: Hearing| {
            self.windows(|w| matches!(w, What::Output(_, heard) if heard == hearing))
        };
        let share = |windows: &Windows| windows.share(&[self.word]);
        let (track, room) = (of(Hearing::Track), of(Hearing::TrackRoom));
        let (truth, truth_room) = (
            self.windows(|w| w == What::Truth),
            self.windows(|w| w == What::TruthInRoom),
        );
        let notes = self.notes(|w| matches!(w, What::Output(..)));
        let true_notes = self.notes(|w| w == What::Truth);
        let keys = self.notes(|w| w == What::Keys);
        let figures = self.measured.figures();
        let pitch = self.truth_pitch;
        TargetRow {
            target: self.name.clone(),
            word: self.word,
            clips: self.clips,
            likeness: Likeness {
                likeness_outside_track: share(&track),
                likeness_outside_track_ceiling: share(&truth),
                likeness_outside_track_room: share(&room),
                likeness_outside_track_room_ceiling: share(&truth_room),
                likeness_outside_follow: share(&of(Hearing::Follow)),
                likeness_outside_auto: share(&of(Hearing::Auto)),
                likeness_outside_keys: share(&self.windows(|w| w == What::Keys)),
                likeness_outside_keys_room: share(&self.windows(|w| w == What::KeysInRoom)),
                likeness_outside_performances: share(&self.windows(|w| w == What::Performance)),
                voice_or_synth: room.share(&VOICE_OR_SYNTH),
                voice_or_synth_ceiling: truth_room.share(&VOICE_OR_SYNTH),
                note_f_measure: mean(&notes.f_measures),
                note_f_measure_ceiling: mean(&true_notes.f_measures),
                note_f_measure_keys: mean(&keys.f_measures),
                note_f_measure_aligned: mean(&notes.aligned),
                note_f_measure_aligned_ceiling: mean(&true_notes.aligned),
                note_delay_ms: mean(&notes.late_ms),
                note_delay_ms_ceiling: mean(&true_notes.late_ms),
                spurious_onsets_per_s: notes.per_second(notes.spurious),
                spurious_onsets_per_s_ceiling: true_notes.per_second(true_notes.spurious),
                missed_onsets_per_s: notes.per_second(notes.missed),
                missed_onsets_per_s_ceiling: true_notes.per_second(true_notes.missed),
                pitch_within_50_cents_ceiling: (pitch.source_voiced > 0)
                    .then(|| pitch.within_50_cents as f64 / pitch.source_voiced as f64),
            },
            pitch_within_50_cents: figures.pitch_within_50_cents,
            pitch_within_50_cents_follow: figures.pitch_within_50_cents_follow,
            loudness_correlation: figures.loudness_correlation,
            onset_delay_track_ms: figures.onset_delay_track_ms,
            taken_for: self.taken_for(&room),
            by_source: self.by_source(),
        }
    }

    /// What the target is taken for instead, the most frequent first.
    fn taken_for(&self, windows: &Windows) -> Vec<TakenFor> {
        let others = windows.0.iter().filter(|(word, _)| *word != self.word);
        let mut others: Vec<_> = others.collect();
        others.sort_by_key(|(word, count)| (std::cmp::Reverse(**count), (*word).clone()));
        let share = |count: usize| count as f64 / windows.count() as f64;
        let named = others.into_iter().take(TAKEN_FOR);
        named
            .map(|(word, count)| TakenFor {
                heard: word.clone(),
                share: share(*count),
            })
            .collect()
    }

    fn by_source(&self) -> Vec<SourceRow> {
        let row = |kind: Kind| {
            let of = |hearing: Hearing| self.windows(|w| w == What::Output(kind, hearing));
            let share = |hearing: Hearing| of(hearing).share(&[self.word]);
            SourceRow {
                sources: kind,
                windows: of(Hearing::Track).count(),
                likeness_outside_track: share(Hearing::Track),
                likeness_outside_track_room: share(Hearing::TrackRoom),
                likeness_outside_follow: share(Hearing::Follow),
                likeness_outside_auto: share(Hearing::Auto),
            }
        };
        let kinds = [Kind::Performances, Kind::Voice, Kind::Scores];
        let rows = kinds.into_iter().map(row);
        rows.filter(|row| row.windows > 0).collect()
    }
}
