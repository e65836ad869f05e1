//! The words on what is learnt, apart from drawing so that they can be tested.

use std::path::Path;

use crate::learning::{Stage, Told};
use crate::recording;

/// What is good to record.
pub(super) const ADVICE: [&str; 4] = [
    "One instrument alone, dry and close to the microphone: an echo or a second instrument would be learnt as well.",
    "One note after another over its whole range, long ones and short ones, soft and loud; then some melodies. Two \
     minutes are a beginning, ten are good.",
    "Any number of WAV, AIFF, FLAC, MP3, M4A, Ogg or Opus files, in folders within folders if you like, or what you record here. Only what you may use: \
     the target is made of these very notes.",
    "It can be played after about a minute, and gets better for as long as it is let. That goes on at low priority \
     when this window or the DAW is closed.",
];

/// What *Learn again* does.
pub(super) const AGAIN: &str = "It is learnt anew from its recordings, as what it is called, and can be played as it is meanwhile.";

/// Why it cannot be learnt again.
pub(super) fn recordings_are_gone(path: &Path) -> String {
    format!(
        "It could be learnt again if its recordings were still there: {}.",
        path.display()
    )
}

/// Where the target is heard beside its recordings, once there is a page.
pub(super) fn page(told: &Told) -> Option<String> {
    let page = told.status.page.as_ref()?;
    Some(format!(
        "Hear it beside your recordings, in a browser: {page}"
    ))
}

/// What *Record* does.
pub(super) const RECORD: &str = "Records what comes into this track, until you stop it: also when this window is closed. The sound stays as it is.";

pub(super) const TOO_LOUD: &str =
    "It has reached full scale: notes that are clipped are left out. Record at a lower level.";

/// How much was recorded, in a sentence.
pub(super) fn recorded(told: &recording::Told) -> String {
    let length = length(told.seconds);
    if !told.is_over {
        return format!("{length} recorded.");
    }
    if told.is_something() {
        format!("{length} recorded in {}.", told.folder.display())
    } else {
        "Nothing is recorded.".to_owned()
    }
}

/// How much was lost.
pub(super) fn dropped(seconds: f64) -> String {
    format!("The disk was too slow: {seconds:.1} s are missing.")
}

/// Minutes and seconds, as clocks have them.
fn length(seconds: f64) -> String {
    let seconds = seconds as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// What is being done, or what came of it, in a sentence.
pub(super) fn stage(told: &Told) -> String {
    let status = &told.status;
    let is_playable = matches!(status.stage, Stage::Playable | Stage::Learning);
    if told.is_lost {
        return if is_playable {
            "It has ended before its time. What it had learnt by then can be played.".to_owned()
        } else {
            "It has ended before there was anything to play.".to_owned()
        };
    }
    match status.stage {
        Stage::Starting => "It is being started.".to_owned(),
        Stage::Listening if status.files == 0 => "Looks for recordings.".to_owned(),
        Stage::Listening => format!(
            "Listens to the recordings: {} of {} heard.",
            status.files_heard, status.files
        ),
        Stage::Remembering => "Measures its notes.".to_owned(),
        Stage::Playable => "Can be played now.".to_owned(),
        Stage::Learning => {
            let left_s = status
                .learnt
                .map_or(0.0, |learnt| learnt.most_seconds - learnt.seconds);
            let minutes = (left_s / 60.0).ceil().max(1.0);
            format!("Can be played, and gets better for up to {minutes} min more.")
        }
        Stage::Done => "It is done and can be played.".to_owned(),
        Stage::Failed => {
            let error = status.error.as_deref().unwrap_or("it came to nothing");
            format!("Not learnt: {}.", error.trim_end_matches('.'))
        }
    }
}

/// How good it has become, in a sentence, once that is known.
pub(super) fn distance(told: &Told) -> Option<String> {
    let learnt = told.status.learnt?;
    Some(format!(
        "Distance from notes that it does not learn from: {:.3} at first, {:.3} now.",
        learnt.held_out_first, learnt.held_out
    ))
}

/// How much of it is done, 0 to 1.
pub(super) fn share(told: &Told) -> f32 {
    let status = &told.status;
    let of = |part: f64, all: f64| {
        if all > 0.0 {
            (part / all).clamp(0.0, 1.0)
        } else {
            0.0
        }
    };
    let share = match status.stage {
        Stage::Starting | Stage::Failed => 0.0,
        Stage::Listening => 0.08 * of(status.files_heard as f64, status.files as f64),
        Stage::Remembering => 0.08,
        Stage::Playable => 0.12,
        Stage::Learning => {
            let learnt = status.learnt;
            0.12 + 0.88 * learnt.map_or(0.0, |learnt| of(learnt.seconds, learnt.most_seconds))
        }
        Stage::Done => 1.0,
    };
    share as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::{Learnt, Status};

    fn told(stage: Stage) -> Told {
        let mut status = Status::starting("Old Cello");
        status.stage = stage;
        (status.files, status.files_heard) = (12, 3);
        status.learnt = Some(Learnt {
            step: 100,
            held_out_first: 0.4,
            held_out: 0.35,
            seconds: 600.0,
            most_seconds: 1800.0,
        });
        Told {
            stem: "old-cello".to_owned(),
            status,
            is_lost: false,
        }
    }

    #[test]
    fn every_stage_is_a_sentence_and_the_bar_never_goes_back() {
        let stages = [
            (Stage::Starting, "being started"),
            (Stage::Listening, "3 of 12 heard"),
            (Stage::Remembering, "its notes"),
            (Stage::Playable, "Can be played"),
            (Stage::Learning, "gets better for up to 20 min more"),
            (Stage::Done, "is done"),
        ];
        let mut before = -1.0;
        for (at, part) in stages {
            let told = told(at);
            let sentence = stage(&told);
            assert!(
                sentence.contains(part) && sentence.ends_with('.'),
                "{sentence}"
            );
            assert!(share(&told) > before, "{at:?}");
            before = share(&told);
        }
        assert_eq!(before, 1.0);
    }

    #[test]
    fn what_went_wrong_is_one_sentence() {
        let mut failed = told(Stage::Failed);
        failed.status.error = Some("there are no notes.".to_owned());
        assert_eq!(stage(&failed), "Not learnt: there are no notes.");
        let mut lost = told(Stage::Learning);
        lost.is_lost = true;
        assert!(stage(&lost).contains("What it had learnt by then can be played."));
        lost.status.stage = Stage::Listening;
        assert!(stage(&lost).contains("before there was anything to play"));
    }

    #[test]
    fn a_recording_tells_its_length_and_in_the_end_its_place() {
        let mut told = recording::Told {
            folder: "/r/reed".into(),
            seconds: 125.9,
            dropped_s: 0.0,
            peak: 0.0,
            highest: 0.0,
            is_over: false,
            problem: None,
        };
        assert_eq!(recorded(&told), "2:05 recorded.");
        told.is_over = true;
        assert_eq!(recorded(&told), "2:05 recorded in /r/reed.");
        told.seconds = 0.0;
        assert_eq!(recorded(&told), "Nothing is recorded.");
    }

    #[test]
    fn the_distance_is_told_once_it_is_known() {
        let mut told = told(Stage::Learning);
        assert!(distance(&told).is_some_and(|text| text.contains("0.400 at first, 0.350 now")));
        told.status.learnt = None;
        assert_eq!(distance(&told), None);
    }
}
