//! The piano roll: the notes as they were written down, and over them the pitch that is heard.

use std::fmt::Write;

use mynah_engine::note_name;
use mynah_models::{FRAME_SAMPLES, SAMPLE_RATE_HZ};
use mynah_transcribe::Transcription;

use crate::commands::page::{Moment, escaped};

/// The picture's size in its own units.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 300.0;
/// Semitones shown above the highest and below the lowest note, and at least between top and bottom.
const MARGIN_SEMITONES: f64 = 2.0;
const LEAST_SEMITONES: f64 = 14.0;
/// A point of the pitch for so many frames: 11 ms.
const FRAMES_PER_POINT: usize = 2;
/// A longer way between two points is no line, semitones.
const LEAP_SEMITONES: f32 = 1.5;

/// A sound's pitch in the roll.
pub(super) struct Trace<'a> {
    /// Class of its line in the page's style.
    pub(super) class: &'static str,
    pub(super) title: &'a str,
    pub(super) moments: &'a [Moment],
    /// By so much it lies above the notes, semitones.
    pub(super) up: f32,
}

/// Where things are in the picture.
struct Place {
    seconds: f64,
    low: f64,
    high: f64,
}

impl Place {
    fn x(&self, at_s: f64) -> f64 {
        WIDTH * at_s / self.seconds.max(1e-3)
    }

    fn y(&self, semitones: f64) -> f64 {
        HEIGHT * (self.high - semitones) / (self.high - self.low)
    }

    /// Top, as a share of the height, in percent.
    fn top(&self, semitones: f64) -> f64 {
        100.0 * self.y(semitones) / HEIGHT
    }
}

/// The picture with its axis and a legend.
pub(super) fn roll(written: &Transcription, traces: &[Trace]) -> String {
    let pitches = written.notes.iter().map(|note| f64::from(note.midi));
    let lowest = pitches.clone().fold(f64::INFINITY, f64::min).min(127.0);
    let highest = pitches.fold(0.0, f64::max).max(lowest);
    let more = (0.5 * (LEAST_SEMITONES - (highest - lowest))).max(MARGIN_SEMITONES);
    let place = Place {
        seconds: written.seconds,
        low: lowest - more,
        high: highest + more,
    };
    let mut html = format!(
        r#"<div class="picture roll"><svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Piano roll: {} notes and the pitch that is heard">"#,
        written.notes.len()
    );
    let mut axis = String::new();
    let octaves = (0..=127).step_by(12).map(f64::from);
    for c in octaves.filter(|c| (place.low..=place.high).contains(c)) {
        let y = place.y(c);
        let _ = write!(
            html,
            r#"<line class="octave" x1="0" x2="{WIDTH}" y1="{y:.1}" y2="{y:.1}"/>"#
        );
        let _ = write!(
            axis,
            r#"<span class="key" style="top:{:.1}%">{}</span>"#,
            place.top(c),
            note_name(c as i32)
        );
    }
    let row = HEIGHT / (place.high - place.low);
    for note in &written.notes {
        let (x, y) = (place.x(note.onset_s), place.y(f64::from(note.midi) + 0.5));
        let width = (place.x(note.offset_s) - x).max(1.0);
        let _ = write!(
            html,
            r#"<rect class="bar" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{row:.1}" opacity="{:.2}"><title>{}, velocity {}</title></rect>"#,
            0.25 + 0.75 * f64::from(note.velocity) / 127.0,
            note_name(i32::from(note.midi)),
            note.velocity
        );
    }
    for trace in traces {
        let _ = write!(
            html,
            r#"<path class="{}" d="{}"/>"#,
            trace.class,
            line(&place, trace)
        );
    }
    html += r#"</svg><i class="head"></i>"#;
    html += &axis;
    html += "</div>\n<p class=\"about legend\"><span class=\"bar\">notes</span>";
    for trace in traces {
        let _ = write!(
            html,
            r#" <span class="{}">{}</span>"#,
            trace.class,
            escaped(trace.title)
        );
    }
    html + "</p>\n"
}

/// The pitch as lines, broken where there is none or it leaps.
fn line(place: &Place, trace: &Trace) -> String {
    let mut path = String::new();
    let mut last: Option<f32> = None;
    let points = trace.moments.iter().enumerate().step_by(FRAMES_PER_POINT);
    for (frame, moment) in points {
        let pitch = moment.semitones.map(|pitch| pitch - trace.up);
        let shown = pitch.filter(|pitch| (place.low..=place.high).contains(&f64::from(*pitch)));
        if let Some(pitch) = shown {
            let goes_on = last.is_some_and(|last| (last - pitch).abs() < LEAP_SEMITONES);
            let at_s = (frame * FRAME_SAMPLES) as f64 / f64::from(SAMPLE_RATE_HZ);
            let _ = write!(
                path,
                "{}{:.1} {:.1}",
                if goes_on { 'L' } else { 'M' },
                place.x(at_s),
                place.y(f64::from(pitch))
            );
        }
        last = shown;
    }
    path
}

#[cfg(test)]
mod tests {
    use mynah_models::features::MEL_BINS;
    use mynah_transcribe::TranscribedNote;

    use super::*;

    #[test]
    fn the_pitch_lies_on_the_notes_an_octave_or_not() {
        let written = Transcription {
            notes: vec![TranscribedNote {
                onset_s: 0.5,
                offset_s: 1.0,
                midi: 60,
                velocity: 100,
                bends: Vec::new(),
                levels: Vec::new(),
            }],
            seconds: 2.0,
        };
        let moment = |semitones| Moment {
            semitones,
            loudness_db: -20.0,
            colour_db: [0.0; MEL_BINS],
        };
        // Every second frame is drawn: 0, 2 and 4; the last after a gap.
        let moments = [Some(72.0), None, Some(72.5), None, None, None, Some(72.0)].map(moment);
        let trace = Trace {
            class: "heard",
            title: "<b>",
            moments: &moments,
            up: 12.0,
        };
        let html = roll(&written, &[trace]);
        // The middle of the note's row is the middle of the picture.
        assert!(
            html.contains(r#"d="M0.0 150.0L5.3 139.3M16.0 150.0""#),
            "{html}"
        );
        assert!(
            html.contains(r#"x="250.0" y="139.3" width="250.0" height="21.4""#),
            "{html}"
        );
        assert!(
            html.contains("&lt;b&gt;") && html.contains(">C4<"),
            "{html}"
        );
    }

    #[test]
    fn without_notes_there_is_a_picture_all_the_same() {
        let html = roll(&Transcription::default(), &[]);
        assert!(html.contains("0 notes") && !html.contains("NaN") && !html.contains("inf"));
    }
}
