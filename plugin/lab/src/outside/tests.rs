//! What is made of the judge's answers.
#![allow(clippy::unwrap_used)]

use super::clips::Kind;
use super::figures::{Outside, Sounded, TargetMeasured, What};
use super::listening::{Answer, NoteScore};
use super::playing::Hearing;
use super::table;

fn heard(what: What, words: &[(&str, usize)]) -> Sounded {
    let heard = words
        .iter()
        .map(|(word, count)| ((*word).to_owned(), *count));
    Sounded {
        what,
        seconds: 2.0,
        answer: Answer {
            heard: Some(heard.collect()),
            notes: None,
        },
    }
}

fn noted(what: What, wanted: usize, played: usize, matched: usize, f_measure: f64) -> Sounded {
    let mut sounded = heard(what, &[]);
    sounded.answer.notes = Some(NoteScore {
        wanted,
        played,
        matched,
        f_measure,
        aligned: f_measure + 0.05,
        late_ms: 20.0,
    });
    sounded
}

fn target(name: &str, word: &'static str, sounded: Vec<Sounded>) -> TargetMeasured {
    TargetMeasured {
        name: name.to_owned(),
        word,
        clips: 2,
        sounded,
        ..TargetMeasured::default()
    }
}

/// A flute heard well and a saxophone heard badly.
fn outside() -> Outside {
    let out = |kind, hearing| What::Output(kind, hearing);
    let flute = vec![
        heard(
            out(Kind::Scores, Hearing::Track),
            &[("flute", 6), ("voice", 2)],
        ),
        heard(out(Kind::Voice, Hearing::Track), &[("flute", 2)]),
        heard(
            out(Kind::Scores, Hearing::TrackRoom),
            &[("flute", 9), ("synth", 1)],
        ),
        heard(
            out(Kind::Scores, Hearing::Follow),
            &[("flute", 1), ("violin", 1)],
        ),
        heard(
            out(Kind::Scores, Hearing::Auto),
            &[("flute", 3), ("voice", 1)],
        ),
        heard(What::Truth, &[("flute", 3), ("violin", 1)]),
        heard(What::TruthInRoom, &[("flute", 4)]),
        heard(What::Performance, &[("flute", 1)]),
        noted(out(Kind::Scores, Hearing::Track), 10, 12, 8, 0.7),
        noted(What::Truth, 10, 10, 9, 0.9),
    ];
    let sax = vec![
        heard(
            out(Kind::Scores, Hearing::TrackRoom),
            &[
                ("sax", 1),
                ("clarinet", 5),
                ("trumpet", 3),
                ("cello", 3),
                ("synth", 0),
                ("voice", 8),
            ],
        ),
        heard(What::TruthInRoom, &[("sax", 1), ("clarinet", 1)]),
    ];
    Outside::new(
        &[
            target("flute", "flute", flute),
            target("sax-alto", "sax", sax),
        ],
        vec!["the weather".to_owned()],
    )
}

#[test]
fn windows_are_pooled_by_target_and_targets_count_alike() {
    let outside = outside();
    let [flute, sax] = outside.outside_targets.as_slice() else {
        panic!("two rows");
    };
    assert_eq!(flute.likeness.likeness_outside_track, Some(0.8));
    assert_eq!(flute.likeness.likeness_outside_track_ceiling, Some(0.75));
    assert_eq!(flute.likeness.likeness_outside_follow, Some(0.5));
    assert_eq!(flute.likeness.likeness_outside_auto, Some(0.75));
    assert_eq!(flute.likeness.likeness_outside_performances, Some(1.0));
    assert_eq!(flute.likeness.voice_or_synth, Some(0.1));
    assert_eq!(sax.likeness.likeness_outside_track, None);
    assert_eq!(sax.likeness.voice_or_synth, Some(0.4));
    let taken: Vec<(&str, f64)> = sax
        .taken_for
        .iter()
        .map(|t| (t.heard.as_str(), t.share))
        .collect();
    assert_eq!(taken, [("voice", 0.4), ("clarinet", 0.25), ("cello", 0.15)]);
    let kinds: Vec<(Kind, usize)> = flute
        .by_source
        .iter()
        .map(|r| (r.sources, r.windows))
        .collect();
    assert_eq!(kinds, [(Kind::Voice, 2), (Kind::Scores, 8)]);

    assert_eq!(outside.likeness.likeness_outside_track, Some(0.8));
    let room = outside.likeness.likeness_outside_track_room.unwrap();
    assert!((room - (0.9 + 0.05) / 2.0).abs() < 1e-12);
    assert_eq!(outside.likeness_outside_least, Some(0.05));
    assert_eq!(outside.likeness_outside_least_ceiling, Some(0.5));
    assert_eq!(
        outside.likeness_outside_least_target.as_deref(),
        Some("sax-alto")
    );
}

#[test]
fn notes_that_nobody_played_and_missed_ones_are_counted_by_the_second() {
    let outside = outside();
    assert_eq!(outside.likeness.note_f_measure, Some(0.7));
    assert_eq!(outside.likeness.note_f_measure_ceiling, Some(0.9));
    assert_eq!(outside.likeness.note_f_measure_aligned, Some(0.75));
    assert_eq!(outside.likeness.note_delay_ms, Some(20.0));
    assert_eq!(outside.likeness.spurious_onsets_per_s, Some(2.0));
    assert_eq!(outside.likeness.missed_onsets_per_s, Some(1.0));
    assert_eq!(outside.likeness.spurious_onsets_per_s_ceiling, Some(0.5));
}

#[test]
fn the_table_shows_ceilings_and_names_what_is_left_out() {
    let mut text = String::new();
    table::render(&mut text, &outside());
    for clue in [
        "0.80 (0.75)",
        "sax-alto",
        "clarinet 0.25",
        "The least in the room: 0.05 (0.50), sax-alto",
        "Left out: the weather.",
    ] {
        assert!(text.contains(clue), "'{clue}' is not in\n{text}");
    }
    let mut nothing = String::new();
    table::render(&mut nothing, &Outside::new(&[], vec!["all".to_owned()]));
    assert_eq!(nothing, "\nLeft out: all.\n");
}

#[test]
fn what_was_not_heard_is_null() {
    let json = serde_json::to_value(Outside::new(&[], Vec::new())).unwrap();
    let keys = [
        "likeness_outside_track",
        "likeness_outside_track_ceiling",
        "likeness_outside_track_room",
        "likeness_outside_track_room_ceiling",
        "likeness_outside_follow",
        "likeness_outside_auto",
        "likeness_outside_least",
        "likeness_outside_least_ceiling",
        "likeness_outside_performances",
        "voice_or_synth",
        "note_f_measure",
        "note_f_measure_ceiling",
        "pitch_within_50_cents_ceiling",
    ];
    for key in keys {
        assert!(
            json.get(key).is_some_and(serde_json::Value::is_null),
            "{key} in {json}"
        );
    }
}
