//! The pitch that is tracked and the pitch that is played over the last seconds, on a piano roll, with the notes that were
//! found.

use std::collections::VecDeque;

use egui::{Align2, CornerRadius, Pos2, Rect, Stroke, Ui, pos2};
use mynah_engine::note_name;

use super::waterfall::COLUMNS;
use super::{Colours, regular, round_corners};

/// Voicing from which a pitch is shown.
const VOICED: f32 = 0.5;
/// A leap from one point to the next (10.7 ms) that no slide makes: the line is broken there, semitones.
const LEAP: f32 = 1.5;
/// The least that is shown, semitones, and the room above and below what is played.
const LEAST_SPAN: f32 = 14.0;
const ROOM: f32 = 2.0;
/// How much of its way to a better range the shown one goes with each point.
const EASE: f32 = 0.04;
/// Half of a note's height: a semitone's, and at least so many logical pixels, to be seen behind the line.
const LEAST_NOTE_HALF: f32 = 6.0;
/// Room for the notes' names at the left, logical pixels.
const AXIS_WIDTH: f32 = 26.0;

/// Pitches at one moment as MIDI notes with fractions; `None` while there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Point {
    /// The pitch of what is heard.
    pub(crate) tracked: Option<f32>,
    /// The pitch of what is played.
    pub(crate) played: Option<f32>,
    /// The note that is played: its number, which tells it from the next one, and its middle.
    pub(crate) note: Option<(u32, f32)>,
}

impl Point {
    /// `voicing` is 0 to 1; pitches that are not positive are none.
    pub(crate) fn new(tracked_hz: f32, played_hz: f32, voicing: f32, gate_open: bool) -> Self {
        let midi = |pitch_hz: f32| {
            (voicing > VOICED && pitch_hz > 0.0).then(|| 69.0 + 12.0 * (pitch_hz / 440.0).log2())
        };
        Self {
            tracked: midi(tracked_hz),
            played: midi(played_hz).filter(|_| gate_open),
            note: None,
        }
    }

    /// The same within the note of this number; `semitones` is 0 without one.
    pub(crate) fn within(self, number: u32, semitones: f32) -> Self {
        Self {
            note: (semitones > 0.0 && self.played.is_some()).then_some((number, semitones)),
            ..self
        }
    }
}

/// The last points, one for each column of a waterfall.
pub(crate) struct PitchTrace {
    points: VecDeque<Point>,
    /// What is shown: lowest and highest MIDI note.
    low: f32,
    high: f32,
    /// Whether anything has been shown yet.
    placed: bool,
}

impl Default for PitchTrace {
    fn default() -> Self {
        Self {
            points: VecDeque::with_capacity(COLUMNS),
            // Around middle C.
            low: 53.0,
            high: 53.0 + LEAST_SPAN,
            placed: false,
        }
    }
}

impl PitchTrace {
    /// Adds a point at the right.
    pub(crate) fn push(&mut self, point: Point) {
        if self.points.len() == COLUMNS {
            self.points.pop_front();
        }
        self.points.push_back(point);
        if let Some((low, high)) = self.wanted_range() {
            let share = if self.placed { EASE } else { 1.0 };
            self.low += share * (low - self.low);
            self.high += share * (high - self.high);
            self.placed = true;
        }
    }

    /// The range that shows all points well; `None` without any.
    fn wanted_range(&self) -> Option<(f32, f32)> {
        let notes = self
            .points
            .iter()
            .flat_map(|point| [point.tracked, point.played]);
        let (low, high) = notes
            .flatten()
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), note| {
                (low.min(note), high.max(note))
            });
        if low > high {
            return None;
        }
        let spare = (LEAST_SPAN - (high - low) - 2.0 * ROOM).max(0.0);
        let around = ROOM + 0.5 * spare;
        Some((low - around, high + around))
    }

    /// The unbroken lines of one pitch: the number of the first point (the newest is `COLUMNS - 1`),
    /// and the notes.
    fn lines(&self, pitch: impl Fn(&Point) -> Option<f32>) -> Vec<(usize, Vec<f32>)> {
        let first = COLUMNS - self.points.len();
        let mut lines: Vec<(usize, Vec<f32>)> = Vec::new();
        let mut before: Option<f32> = None;
        for (index, point) in self.points.iter().enumerate() {
            let note = pitch(point);
            if let Some(note) = note {
                let goes_on = before.is_some_and(|before| (note - before).abs() < LEAP);
                match lines.last_mut() {
                    Some((_, notes)) if goes_on => notes.push(note),
                    _ => lines.push((first + index, vec![note])),
                }
            }
            before = note;
        }
        lines
    }

    /// The notes: the number of the first point, as in [`lines`](Self::lines), how many there are, and the middle of the last.
    fn notes(&self) -> Vec<(usize, usize, f32)> {
        let first = COLUMNS - self.points.len();
        let mut notes: Vec<(usize, usize, f32)> = Vec::new();
        let mut before: Option<u32> = None;
        for (index, point) in self.points.iter().enumerate() {
            let number = point.note.map(|(number, _)| number);
            if let Some((_, middle)) = point.note {
                match notes.last_mut() {
                    Some((_, points, last)) if number == before => {
                        *points += 1;
                        *last = middle;
                    }
                    _ => notes.push((first + index, 1, middle)),
                }
            }
            before = number;
        }
        notes
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.points.iter().all(|point| *point == Point::default())
    }

    /// Draws the lane.
    pub(crate) fn show(&self, ui: &Ui, rect: Rect, colours: &Colours) {
        let lane = Rect::from_min_max(pos2(rect.left() + AXIS_WIDTH, rect.top()), rect.max);
        if !lane.is_positive() {
            return;
        }
        let semitone = lane.height() / (self.high - self.low);
        let y_of = |note: f32| lane.bottom() - (note - self.low) * semitone;
        self.show_roll(ui, lane, semitone, &y_of, colours);

        let painter = ui.painter().with_clip_rect(lane);
        let x_of = |point: f32| lane.left() + point / COLUMNS as f32 * lane.width();
        let draw = |pitch: fn(&Point) -> Option<f32>, stroke: Stroke| {
            for (first, notes) in self.lines(pitch) {
                let points: Vec<Pos2> = notes
                    .iter()
                    .enumerate()
                    .map(|(n, note)| pos2(x_of((first + n) as f32 + 0.5), y_of(*note)))
                    .collect();
                match points.as_slice() {
                    [alone] => {
                        painter.circle_filled(*alone, 0.5 * stroke.width, stroke.color);
                    }
                    _ => {
                        painter.line(points, stroke);
                    }
                }
            }
        };
        for (first, points, middle) in self.notes() {
            let (left, right) = (x_of(first as f32), x_of((first + points) as f32));
            let half = (0.5 * semitone).max(LEAST_NOTE_HALF);
            let (top, bottom) = (y_of(middle) - half, y_of(middle) + half);
            let note = Rect::from_min_max(pos2(left, top), pos2(right - 1.0, bottom));
            let fill = colours.played.gamma_multiply(0.28);
            painter.rect_filled(note, CornerRadius::same(2), fill);
        }
        // The wider one below: both are seen where they coincide.
        draw(|point| point.played, Stroke::new(4.0, colours.played));
        draw(|point| point.tracked, Stroke::new(1.5, colours.tracked));
        round_corners(ui, lane, colours);
    }

    /// The rows of the notes, and names for as many as there is room for.
    fn show_roll(
        &self,
        ui: &Ui,
        lane: Rect,
        semitone: f32,
        y_of: &dyn Fn(f32) -> f32,
        colours: &Colours,
    ) {
        let painter = ui.painter();
        painter.rect_filled(lane, CornerRadius::ZERO, colours.well);
        let clipped = painter.with_clip_rect(lane);
        let lowest = (self.low - 0.5).floor() as i32;
        let highest = (self.high + 0.5).ceil() as i32;
        for note in lowest..=highest {
            let class = note.rem_euclid(12);
            let (top, bottom) = (y_of(note as f32 + 0.5), y_of(note as f32 - 0.5));
            if matches!(class, 1 | 3 | 6 | 8 | 10) {
                let row = Rect::from_x_y_ranges(lane.x_range(), top..=bottom);
                clipped.rect_filled(row, CornerRadius::ZERO, colours.text.gamma_multiply(0.03));
            } else if class == 0 || class == 5 {
                // Between B and C, E and F, no black row shows where one ends.
                let strength = if class == 0 { 0.20 } else { 0.07 };
                let stroke = Stroke::new(1.0, colours.text.gamma_multiply(strength));
                clipped.hline(lane.x_range(), bottom, stroke);
            }
            let y = y_of(note as f32);
            if lane.shrink(5.0).y_range().contains(y)
                && let Some(name) = name(note, semitone)
            {
                let colour = if class == 0 {
                    colours.text
                } else {
                    colours.dim
                };
                painter.text(
                    pos2(lane.left() - 5.0, y),
                    Align2::RIGHT_CENTER,
                    name,
                    regular(9.5),
                    colour,
                );
            }
        }
    }
}

/// What a row is called, if there is room: Cs always, whole tones of their chord and all white keys as the
/// rows grow.
fn name(note: i32, semitone_pixels: f32) -> Option<String> {
    let least_pixels = match note.rem_euclid(12) {
        0 => 0.0,
        4 | 7 => 3.8,
        9 => 6.5,
        2 => 8.0,
        5 | 11 => 11.0,
        _ => return None,
    };
    (semitone_pixels >= least_pixels).then(|| note_name(note))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voiced(tracked_hz: f32, played_hz: f32) -> Point {
        Point::new(tracked_hz, played_hz, 0.9, true)
    }

    #[test]
    fn unvoiced_sound_leaves_a_gap() {
        let mut trace = PitchTrace::default();
        for (points, voicing) in [(10, 0.9), (5, 0.2), (7, 0.8)] {
            for _ in 0..points {
                trace.push(Point::new(440.0, 220.0, voicing, true));
            }
        }
        let tracked = trace.lines(|point| point.tracked);
        assert_eq!(tracked.len(), 2);
        assert_eq!((tracked[0].0, tracked[0].1.len()), (COLUMNS - 22, 10));
        assert_eq!((tracked[1].0, tracked[1].1.len()), (COLUMNS - 7, 7));
        assert!(
            tracked
                .iter()
                .all(|(_, notes)| notes.iter().all(|n| *n == 69.0))
        );
        let played = trace.lines(|point| point.played);
        assert!(
            played
                .iter()
                .all(|(_, notes)| notes.iter().all(|n| *n == 57.0))
        );
    }

    #[test]
    fn nothing_is_played_through_a_closed_gate_or_without_a_pitch() {
        assert_eq!(Point::new(440.0, 440.0, 1.0, false).played, None);
        assert_eq!(Point::new(440.0, 440.0, 1.0, false).tracked, Some(69.0));
        assert_eq!(Point::new(0.0, 0.0, 1.0, true), Point::default());
    }

    #[test]
    fn a_note_is_one_bar_at_its_last_middle_and_the_next_another() {
        let mut trace = PitchTrace::default();
        for (number, middle, points) in [
            (1, 57.4, 4),
            (1, 57.0, 6),
            (2, 57.0, 5),
            (2, 0.0, 3),
            (2, 57.0, 2),
        ] {
            for _ in 0..points {
                trace.push(voiced(440.0, 220.0).within(number, middle));
            }
        }
        trace.push(Point::new(440.0, 220.0, 0.1, true).within(3, 57.0));
        let first = COLUMNS - 21;
        let wanted = [
            (first, 10, 57.0),
            (first + 10, 5, 57.0),
            (first + 18, 2, 57.0),
        ];
        assert_eq!(trace.notes(), wanted);
    }

    #[test]
    fn slides_are_joined_and_leaps_are_not() {
        let mut trace = PitchTrace::default();
        for step in 0..100 {
            trace.push(voiced(220.0 * 2.0_f32.powf(step as f32 / 120.0), 0.0));
        }
        trace.push(voiced(220.0, 0.0));
        let lines = trace.lines(|point| point.tracked);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].1.len(), 100);
    }

    #[test]
    fn the_range_comes_to_hold_all_that_is_seen() {
        let mut trace = PitchTrace::default();
        trace.push(voiced(440.0, 440.0));
        assert!((trace.low, trace.high) == (62.0, 76.0), "placed at once");
        for _ in 0..COLUMNS {
            trace.push(voiced(440.0, 110.0));
        }
        assert!((trace.low - 43.0).abs() < 0.1 && (trace.high - 71.0).abs() < 0.1);
        for _ in 0..COLUMNS {
            trace.push(Point::default());
        }
        assert!(
            (trace.low - 43.0).abs() < 0.1,
            "stays while nothing is heard"
        );
    }

    #[test]
    fn names_as_room_allows() {
        let named = |pixels| (60..72).filter_map(|n| name(n, pixels)).collect::<Vec<_>>();
        assert_eq!(named(2.0), ["C4"]);
        assert_eq!(named(4.0), ["C4", "E4", "G4"]);
        assert_eq!(named(12.0).len(), 7);
    }
}
