//! The note of a scale that a pitch is pulled to.

/// How much nearer another note must be to take over, semitones: a pitch between two notes stays with one.
const HYSTERESIS_SEMITONES: f32 = 0.2;

/// The note that was the nearest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct ScaleNote {
    note: Option<i32>,
}

impl ScaleNote {
    /// The note for a pitch in semitones (60 is the middle C); `notes` has a bit for each of the twelve, C lowest.
    /// `fresh` forgets the note before.
    pub(super) fn step(&mut self, semitones: f32, notes: u16, fresh: bool) -> f32 {
        let distance = |note: i32| (note as f32 - semitones).abs();
        let centre = semitones.round() as i32;
        let all = notes & super::ALL_NOTES == 0;
        let allowed = |note: &i32| all || notes >> note.rem_euclid(12) & 1 == 1;
        let nearest = (centre - 12..=centre + 12)
            .filter(allowed)
            .min_by(|a, b| distance(*a).total_cmp(&distance(*b)))
            .unwrap_or(centre);
        let kept = self.note.filter(|note| {
            !fresh && allowed(note) && distance(*note) < distance(nearest) + HYSTERESIS_SEMITONES
        });
        let note = kept.unwrap_or(nearest);
        self.note = Some(note);
        note as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const C_MAJOR: u16 = 0b1010_1011_0101;

    #[test]
    fn nearest_notes_of_the_scale() {
        for (pitch, note) in [
            (60.2, 60.0),
            (60.9, 60.0),
            (61.1, 62.0),
            (66.4, 67.0),
            (-0.4, 0.0),
        ] {
            assert_eq!(
                ScaleNote::default().step(pitch, C_MAJOR, false),
                note,
                "{pitch}"
            );
        }
        assert_eq!(
            ScaleNote::default().step(60.6, 0, false),
            61.0,
            "no notes are all"
        );
    }

    #[test]
    fn between_two_notes_it_does_not_flutter() {
        let mut note = ScaleNote::default();
        assert_eq!(note.step(60.0, C_MAJOR, false), 60.0);
        assert_eq!(note.step(61.05, C_MAJOR, false), 60.0);
        assert_eq!(note.step(61.15, C_MAJOR, false), 62.0);
        assert_eq!(note.step(60.95, C_MAJOR, false), 62.0);
        assert_eq!(note.step(60.95, C_MAJOR, true), 60.0, "a new note");
    }
}
