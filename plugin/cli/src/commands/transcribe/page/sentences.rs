//! What is kept and what is lost, in words, by what was measured.

use super::kept::{Kept, Playing};

/// From this correlation on a movement is the recording's, or partly.
const FOLLOWS: f64 = 0.7;
const FOLLOWS_PARTLY: f64 = 0.3;
/// Smaller movements within notes, cents and dB, and a smaller share of time without a pitch, are nothing to speak of.
const MOVES_CENTS: f64 = 6.0;
const SWELLS_DB: f64 = 1.0;
const UNPITCHED: f64 = 0.03;

/// Sentences about all that was made of a recording; each in `made` with what it is called within a sentence.
pub(super) fn sentences(own: &Playing, made: &[(&str, &Kept)]) -> Vec<String> {
    if own.notes == 0 {
        return vec!["No notes are heard in the recording, so none are played.".to_owned()];
    }
    let each = |of: &dyn Fn(&Kept) -> String| {
        let parts: Vec<String> = made
            .iter()
            .map(|(name, kept)| format!("{name} {}", of(kept)))
            .collect();
        parts.join("; ")
    };
    let mut said = vec![
        format!(
            "Notes: the recording has {}. Of these, {}.",
            own.notes,
            each(&|kept| {
                let there = (kept.notes_share * own.notes as f64).round();
                let when = kept.onsets_off_ms;
                let when = when.map_or(String::new(), |ms| {
                    format!(", {ms:.0} ms from where they began")
                });
                let more = match kept.notes_more {
                    0 => String::new(),
                    more => format!(", and {more} that nobody played"),
                };
                format!("has {there:.0}{when}{more}")
            })
        ),
        format!(
            "Pitch: {}.",
            each(&|kept| format!(
                "has it within 50 cents for {:.0} % of the time",
                100.0 * kept.pitch_share
            ))
        ),
        format!(
            "Loudness: {}.",
            each(&|kept| format!(
                "is off by {:.1} dB and goes with it by {:.2}",
                kept.level_off_db, kept.level_correlation
            ))
        ),
    ];
    if own.movement_cents >= MOVES_CENTS {
        said.push(format!(
            "Vibrato and intonation: within notes the pitch moves by {:.0} cents. {}.",
            own.movement_cents,
            capital(&each(&|kept| {
                let moved = kept.playing.movement_cents;
                follows(kept.movement_correlation, &format!("{moved:.0} cents"))
            }))
        ));
    }
    if own.slides > 0 {
        let times = if own.slides == 1 { "time" } else { "times" };
        said.push(format!(
            "Slides: the pitch slides from note to note {} {times}. {}.",
            own.slides,
            capital(&each(&|kept| match kept.slides_kept {
                0 => "jumps instead".to_owned(),
                all if all == own.slides => "slides, too".to_owned(),
                some => format!("slides {some} of these times"),
            }))
        ));
    }
    if own.swell_db >= SWELLS_DB {
        said.push(format!(
            "Dynamics within notes: the loudness moves by {:.1} dB. {}.",
            own.swell_db,
            capital(&each(&|kept| {
                let moved = kept.playing.swell_db;
                follows(kept.swell_correlation, &format!("{moved:.1} dB"))
            }))
        ));
    }
    if own.unpitched_share >= UNPITCHED {
        said.push(format!(
            "Breaths, strokes and consonants: {:.0} % of what sounds has no pitch. {}.",
            100.0 * own.unpitched_share,
            capital(&each(&|kept| {
                let there = 100.0 * kept.unpitched_kept.unwrap_or_default();
                format!("sounds in {there:.0} % of that time")
            }))
        ));
    }
    said
}

/// Whether a movement is the recording's own.
fn follows(correlation: f64, moved: &str) -> String {
    match correlation {
        c if c >= FOLLOWS => format!("follows it ({moved}, by {c:.2})"),
        c if c >= FOLLOWS_PARTLY => format!("follows it in part ({moved}, by {c:.2})"),
        c => format!("loses it: its {moved} are the target's own (by {c:.2})"),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(movement_correlation: f64, slides_kept: usize) -> Kept {
        Kept {
            name: "x",
            pitch_share: 0.9,
            pitch_off_cents: Some(4.0),
            level_correlation: 0.8,
            level_off_db: 3.0,
            notes_share: 0.5,
            notes_more: 1,
            onsets_off_ms: Some(7.0),
            playing: Playing::default(),
            movement_correlation,
            swell_correlation: 0.0,
            slides_kept,
            unpitched_kept: None,
        }
    }

    #[test]
    fn what_follows_is_said_to_be_kept_and_what_does_not_to_be_lost() {
        let own = Playing {
            notes: 10,
            movement_cents: 25.0,
            swell_db: 0.2,
            slides: 3,
            unpitched_share: 0.0,
        };
        let (direct, notes) = (kept(0.95, 3), kept(0.05, 0));
        let said = sentences(&own, &[("the one", &direct), ("the other", &notes)]);
        let all = said.join("\n");
        for part in [
            "the one has 5, 7 ms from where they began, and 1 that nobody played",
            "The one follows it",
            "the other loses it",
            "The one slides, too; the other jumps instead.",
        ] {
            assert!(all.contains(part), "'{part}' is not in: {all}");
        }
        // What hardly moves is not spoken of.
        assert!(
            !all.contains("Dynamics") && !all.contains("Breaths"),
            "{all}"
        );
    }

    #[test]
    fn a_recording_without_notes_has_one_sentence() {
        assert_eq!(sentences(&Playing::default(), &[]).len(), 1);
    }
}
