//! How the sound is made and mixed.

use egui::{Align2, Rect, Ui, pos2, vec2};
use mynah_engine::{Control, ControlGroup, ControlKind};

use super::{PADDING, cells, panel};
use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::theme::Theme;
use crate::editor::widgets::{segments, switch};

/// The choices' share of the panel's width.
const CHOICES_SHARE: f32 = 0.52;
/// A choice with what it means written below, logical pixels.
const CHOICE_HEIGHT: f32 = 48.0;
/// From the choice's lower edge to the middle of the words below, logical pixels.
const WORDS_BELOW: f32 = 9.0;

pub(super) fn show(ui: &mut Ui, desk: Desk<'_>, rect: Rect) {
    let inside = panel(ui, rect, ControlGroup::Output.name());
    // Beside the title: below it is no room for a switch with its words.
    let title = Rect::from_min_max(rect.min, pos2(rect.right() - PADDING, inside.top()));
    switch::show_in_title(ui, desk.control(Control::MidiOut), title);
    let width = rect.width() * CHOICES_SHARE;
    let row = |index: f32| {
        let top = inside.top() + index * CHOICE_HEIGHT;
        Rect::from_min_size(
            pos2(rect.left() + PADDING, top),
            vec2(width - PADDING, segments::HEIGHT),
        )
    };
    let modes = [
        "One voice, by its pitch",
        "Chords and noises, too",
        "Whichever fits",
        "Up to six notes at once",
    ];
    choice(ui, desk, Control::Mode, row(0.0), &modes);
    let channels = ["Left and right as one", "Left and right apart"];
    choice(ui, desk, Control::Channels, row(1.0), &channels);
    let knobs = Rect::from_min_max(
        pos2(rect.left() + width + PADDING / 2.0, inside.top()),
        inside.max,
    );
    cells(
        ui,
        desk,
        knobs,
        &[Control::InputGain, Control::Mix, Control::OutputGain],
    );
}

/// A row of buttons, and below it what the chosen one means.
fn choice(ui: &mut Ui, desk: Desk<'_>, control: Control, row: Rect, meanings: &[&str]) {
    let handle = desk.control(control);
    if let ControlKind::Choice(choices) = handle.info().kind {
        segments::show(ui, handle, row, choices);
    }
    ui.painter().text(
        pos2(row.left(), row.bottom() + WORDS_BELOW),
        Align2::LEFT_CENTER,
        meanings.get(handle.step()).copied().unwrap_or_default(),
        fonts::regular(12.0),
        Theme::of(ui).dim,
    );
}
