//! What is played: transposition, ornaments, and the scale to which notes are pulled.

use egui::{Rect, Ui, pos2, vec2};
use mynah_engine::{Control, ControlGroup, ControlKind, Plays, Scale};

use super::{GAP, PADDING, cells, cells_with, panel, serving};
use crate::editor::desk::{Desk, Handle};
use crate::editor::widgets::switch::Words;
use crate::editor::widgets::{drop_down, note_keys};
use crate::editor::wording;

const CONTROLS: [Control; 8] = [
    Control::Octave,
    Control::OctaveAuto,
    Control::Semitones,
    Control::Cents,
    Control::Bend,
    Control::Vibrato,
    Control::Glide,
    Control::Snap,
];
/// The scale's share of the panel's width, and its largest width, logical pixels.
const SCALE_SHARE: f32 = 0.34;
const MAX_SCALE_WIDTH: f32 = 300.0;
const KEY_WIDTH: f32 = 62.0;

/// Draws the panel. `octave` is the one in use.
pub(super) fn show(ui: &mut Ui, desk: Desk<'_>, rect: Rect, octave: i32) {
    let inside = panel(ui, rect, ControlGroup::Pitch.name());
    if desk.params.plays() == Plays::Keys {
        let mut controls = serving(desk, ControlGroup::Pitch);
        // The wheel bends, and how many voices there are decides whether anything glides.
        controls.extend([Control::Wheel, Control::Voices]);
        return cells(ui, desk, inside, &controls);
    }
    let width = (rect.width() * SCALE_SHARE).min(MAX_SCALE_WIDTH);
    let scale = Rect::from_min_max(
        pos2(rect.right() - width, rect.top() + PADDING),
        rect.max - vec2(PADDING, PADDING),
    );
    let knobs = Rect::from_min_max(inside.min, pos2(scale.left() - GAP / 2.0, inside.bottom()));
    // Beside the octave's knob, so that it needs no other name.
    cells_with(ui, desk, knobs, &CONTROLS, |_| Words {
        name: "Auto",
        on: wording::octave(octave),
    });

    let row = Rect::from_min_size(scale.min, vec2(scale.width(), drop_down::HEIGHT));
    let key = Rect::from_min_size(row.min, vec2(KEY_WIDTH, row.height()));
    let name = Rect::from_min_max(pos2(key.right() + 6.0, row.top()), row.max);
    for (control, field) in [(Control::Key, key), (Control::Scale, name)] {
        let handle = desk.control(control);
        if let ControlKind::Choice(choices) = handle.info().kind {
            drop_down::show(ui, handle, field, choices, desk.is_in_use(control));
        }
    }
    let keys = Rect::from_min_max(pos2(row.left(), row.bottom() + 8.0), scale.max);
    note_keys::show(ui, desk.control(Control::Notes), keys, shown_notes(desk));
}

/// The notes of the chosen scale, if it is not the player's own.
fn shown_notes(desk: Desk<'_>) -> Option<usize> {
    let number = |handle: Handle<'_>| handle.step() as i32;
    let scale = desk.params.chosen_controls().scale;
    (scale != Scale::Custom).then(|| {
        let key = number(desk.control(Control::Key));
        usize::from(scale.notes(key, 0))
    })
}
