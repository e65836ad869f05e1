//! Seeing the sound: pictures of what goes in and comes out, the pitch between them, the state of gate and
//! mode, and what it costs.
//!
//! Everything here takes plain data ([`Report`]s of the engine's monitor) and is computed on the window's
//! thread, only while there is a window.

mod analysis;
mod load;
mod palette;
mod pitch_trace;
mod waterfall;

use egui::{Align2, Color32, CornerRadius, Pos2, Rect, Stroke, StrokeKind, Ui, pos2, vec2};
use mynah_engine::{Plays, Report};

use super::fonts::{regular, semibold};
use super::theme::{DARK, PANEL_ROUNDING, Theme};
use analysis::{Analyser, COLUMN_SAMPLES};
use load::Load;
use palette::Palette;
use pitch_trace::{PitchTrace, Point};
use waterfall::Waterfall;

/// Time without reports after which the engine is taken to rest, seconds.
const REST_S: f64 = 0.5;
/// Height of a panel's title, logical pixels.
const TITLE_HEIGHT: f32 = 22.0;
/// Distance of a panel's content to its edge, and between panels, logical pixels.
const PADDING: f32 = 10.0;
const GAP: f32 = 10.0;
/// Rounding of pictures.
const PICTURE_ROUNDING: CornerRadius = CornerRadius::same(5);
/// From this height on the pitch gets a row of its own, logical pixels.
const TWO_ROWS_HEIGHT: f32 = 240.0;

/// The colours that the scope is drawn with.
#[derive(Clone, Copy)]
pub(super) struct Colours {
    pub(super) panel: Color32,
    /// The ground of pictures: the colour of silence.
    pub(super) well: Color32,
    pub(super) text: Color32,
    pub(super) dim: Color32,
    pub(super) faint: Color32,
    pub(super) tracked: Color32,
    pub(super) played: Color32,
    /// A lamp that is on.
    pub(super) lamp: Color32,
    pub(super) warning: Color32,
}

impl Colours {
    /// Those of a theme.
    pub(super) fn of(theme: &Theme) -> Self {
        Self {
            panel: theme.panel,
            well: theme.well,
            text: theme.text,
            dim: theme.dim,
            faint: theme.faint,
            tracked: theme.text,
            played: theme.accent_line,
            lamp: theme.level_low,
            warning: theme.warning,
        }
    }
}

/// All displays of the sound.
pub(super) struct Scope {
    analysers: [Analyser; 2],
    input: Waterfall,
    output: Waterfall,
    pitch: PitchTrace,
    load: Load,
    palette: Palette,
    /// The latest report's state, if there was one.
    state: Option<State>,
    /// Hops since the last point of the pitch.
    hops: usize,
    /// Whether reports came since the last frame.
    moved: bool,
    moved_at_s: f64,
    /// Whether no reports have come for a while.
    resting: bool,
}

#[derive(Clone, Copy)]
struct State {
    gate_open: bool,
    follows: bool,
}

impl Scope {
    pub(super) fn new() -> Self {
        Self {
            analysers: Default::default(),
            input: Waterfall::new("input"),
            output: Waterfall::new("output"),
            pitch: PitchTrace::default(),
            load: Load::default(),
            palette: Palette::on(DARK.well),
            state: None,
            hops: 0,
            moved: false,
            moved_at_s: 0.0,
            resting: true,
        }
    }

    /// Takes in one hop.
    pub(super) fn take(&mut self, report: &Report) {
        let [input, output] = &mut self.analysers;
        if let Some(column) = input.take(&report.input) {
            self.input.push(&column);
        }
        if let Some(column) = output.take(&report.output) {
            self.output.push(&column);
        }
        self.hops += 1;
        if self.hops * report.input.len() >= COLUMN_SAMPLES {
            self.hops = 0;
            let point = Point::new(
                report.tracked_hz,
                report.played_hz,
                report.voicing,
                report.gate_open,
            );
            self.pitch
                .push(point.within(report.notes, report.note_semitones));
        }
        self.load.push(report.compute_ns);
        self.state = Some(State {
            gate_open: report.gate_open,
            follows: report.follows,
        });
        self.moved = true;
    }

    /// How busy the processor is, in words.
    pub(super) fn load(&self) -> String {
        self.load.words(self.resting)
    }

    /// Whether both pictures and the pitch show something.
    #[cfg(test)]
    pub(super) fn shows_sound(&self) -> bool {
        !self.input.is_empty() && !self.output.is_empty() && !self.pitch.is_empty()
    }

    /// Draws everything. Asks for another frame only to show that the engine has come to rest: while
    /// reports come, the engine's meters ask for frames.
    pub(super) fn show(&mut self, ui: &mut Ui, rect: Rect, colours: &Colours, plays: Plays) {
        let now_s = ui.input(|input| input.time);
        if std::mem::take(&mut self.moved) {
            self.moved_at_s = now_s;
            let rest = std::time::Duration::from_secs_f64(REST_S + 0.05);
            ui.ctx().request_repaint_after(rest);
        }
        let resting = self.state.is_none() || now_s - self.moved_at_s > REST_S;
        if self.palette.ground() != colours.well {
            self.palette = Palette::on(colours.well);
        }

        let state = self.state.filter(|_| !resting);
        self.resting = resting;
        if plays == Plays::Keys {
            return self.show_played(ui, rect, colours);
        }
        let [input, pitch, output] = panels(rect);
        let (titles, content) = panel(ui, input, "Input spectrum", colours);
        let gate = match state {
            Some(State {
                gate_open: true, ..
            }) => ("Gate open", colours.lamp),
            Some(_) => ("Gate closed", colours.warning),
            None => ("Gate", colours.faint),
        };
        lamp(ui, titles.right_center(), gate, colours);
        self.input.show(ui, content, &self.palette, colours);

        let (titles, content) = panel(ui, pitch, "Pitch over time", colours);
        let played = lamp(
            ui,
            titles.right_center(),
            ("Played", colours.played),
            colours,
        );
        let next = pos2(played.left() - 12.0, titles.center().y);
        lamp(ui, next, ("Heard", colours.tracked), colours);
        self.pitch.show(ui, content, colours);

        let (titles, content) = panel(ui, output, "Output spectrum", colours);
        let mode = match state {
            Some(State { follows: true, .. }) => ("Follow", colours.lamp),
            Some(_) => ("Track", colours.lamp),
            None => ("Mode", colours.faint),
        };
        lamp(ui, titles.right_center(), mode, colours);
        self.output.show(ui, content, &self.palette, colours);
    }
}

impl Scope {
    /// Where nothing is heard: what is played.
    fn show_played(&mut self, ui: &mut Ui, rect: Rect, colours: &Colours) {
        let half = 0.5 * (rect.width() - GAP);
        let middle = rect.left() + half;
        let pitch = Rect::from_x_y_ranges(rect.left()..=middle, rect.y_range());
        let output = Rect::from_x_y_ranges(middle + GAP..=rect.right(), rect.y_range());
        let (_, content) = panel(ui, pitch, "Pitch over time", colours);
        self.pitch.show(ui, content, colours);
        let (_, content) = panel(ui, output, "Output spectrum", colours);
        self.output.show(ui, content, &self.palette, colours);
    }
}

/// Where input, pitch and output go: in a row, the way of the sound, or with the pitch below where there
/// is room.
fn panels(rect: Rect) -> [Rect; 3] {
    if rect.height() >= TWO_ROWS_HEIGHT {
        let half = 0.5 * (rect.width() - GAP);
        let middle = rect.top() + 0.5 * (rect.height() - GAP);
        let (top, bottom) = (rect.top()..=middle, middle + GAP..=rect.bottom());
        return [
            Rect::from_x_y_ranges(rect.left()..=rect.left() + half, top.clone()),
            Rect::from_x_y_ranges(rect.x_range(), bottom),
            Rect::from_x_y_ranges(rect.right() - half..=rect.right(), top),
        ];
    }
    let third = (rect.width() - 2.0 * GAP) / 3.0;
    [0.0, 1.0, 2.0].map(|n| {
        let left = rect.left() + n * (third + GAP);
        Rect::from_x_y_ranges(left..=left + third, rect.y_range())
    })
}

/// Draws a panel with its title; the room for more in the title's row, and that for the content.
fn panel(ui: &Ui, rect: Rect, title: &str, colours: &Colours) -> (Rect, Rect) {
    let painter = ui.painter();
    painter.rect_filled(rect, PANEL_ROUNDING, colours.panel);
    let inner = rect.shrink(PADDING);
    let titles = Rect::from_min_max(
        pos2(inner.left() + 2.0, rect.top() + 5.0),
        pos2(inner.right(), rect.top() + 5.0 + TITLE_HEIGHT),
    );
    painter.text(
        titles.left_center(),
        Align2::LEFT_CENTER,
        title,
        semibold(12.5),
        colours.dim,
    );
    let content = Rect::from_min_max(pos2(inner.left() - 4.0, titles.bottom() + 4.0), inner.max);
    (titles, content)
}

/// Gives a picture in a panel rounded corners, by drawing over them.
fn round_corners(ui: &Ui, picture: Rect, colours: &Colours) {
    let stroke = Stroke::new(3.0, colours.panel);
    let painter = ui.painter();
    painter.rect_stroke(picture, PICTURE_ROUNDING, stroke, StrokeKind::Outside);
}

/// A dot of a colour and a word, right-aligned; the room they take.
fn lamp(ui: &Ui, right_centre: Pos2, (word, colour): (&str, Color32), colours: &Colours) -> Rect {
    let font = regular(11.0);
    let text = ui
        .painter()
        .text(right_centre, Align2::RIGHT_CENTER, word, font, colours.dim);
    let dot = Rect::from_center_size(pos2(text.left() - 8.0, right_centre.y), vec2(7.0, 7.0));
    ui.painter().rect_filled(dot, CornerRadius::same(3), colour);
    text.union(dot)
}

#[cfg(test)]
mod tests;
