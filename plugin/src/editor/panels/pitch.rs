//! What is played: transposition, ornaments, and the scale to which notes are pulled.

use egui::{Rect, Ui, pos2, vec2};
use mynah_engine::{Control, ControlGroup, ControlKind, HeardKey, Plays, Scale};

use super::{GAP, PADDING, cells, cells_with, panel, serving};
use crate::editor::desk::{Desk, Handle};
use crate::editor::widgets::icon_button::{Icon, IconButton};
use crate::editor::widgets::switch::Words;
use crate::editor::widgets::{drop_down, note_keys};
use crate::editor::wording;
use crate::shared::Reading;

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

/// Draws the panel, with octave and key as they are in use.
pub(super) fn show(ui: &mut Ui, desk: Desk<'_>, rect: Rect, reading: &Reading) {
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
        on: wording::octave(reading.octave),
    });

    let row = Rect::from_min_size(scale.min, vec2(scale.width(), drop_down::HEIGHT));
    let key = Rect::from_min_size(row.min, vec2(KEY_WIDTH, row.height()));
    let name = Rect::from_min_max(pos2(key.right() + 6.0, row.top()), row.max);
    let is_by_ear = desk.params.chosen_controls().scale == Scale::Auto;
    if is_by_ear {
        show_keep(ui, desk, key, reading.key);
    } else {
        show_choice(ui, desk, Control::Key, key, None);
    }
    let heard = is_by_ear.then(|| wording::key_by_ear(reading.key));
    show_choice(ui, desk, Control::Scale, name, heard);
    let keys = Rect::from_min_max(pos2(row.left(), row.bottom() + 8.0), scale.max);
    let notes = shown_notes(desk, reading.key);
    note_keys::show(ui, desk.control(Control::Notes), keys, notes);
}

/// A control's field; `chosen` is what is written in it, if not the choice's name.
fn show_choice(ui: &mut Ui, desk: Desk<'_>, control: Control, field: Rect, chosen: Option<String>) {
    let handle = desk.control(control);
    if let ControlKind::Choice(choices) = handle.info().kind {
        let in_use = desk.is_in_use(control);
        drop_down::show(ui, handle, field, choices, chosen, in_use);
    }
}

/// The button that makes the key that is heard the player's own choice, in place of the key's field.
fn show_keep(ui: &Ui, desk: Desk<'_>, field: Rect, heard: Option<HeardKey>) {
    let button = IconButton {
        icon: Icon::Letters("Keep"),
        name: "Keep the key",
        tooltip: "Sets key and scale to what is heard now, and listens no more.",
        enabled: heard.is_some(),
        lit: false,
    };
    let clicked = button.show(ui, field).clicked();
    if let Some(heard) = heard.filter(|_| clicked) {
        let scale = if heard.key.minor {
            Scale::Minor
        } else {
            Scale::Major
        };
        // One gesture within the other, so that one step undoes both.
        let (key, scales) = (desk.control(Control::Key), desk.control(Control::Scale));
        scales.begin();
        key.set_step(usize::from(heard.key.tonic));
        scales.set_to_step(scale as usize);
        scales.end();
    }
}

/// The notes of the chosen scale, if it is not the player's own.
fn shown_notes(desk: Desk<'_>, heard: Option<HeardKey>) -> Option<usize> {
    let number = |handle: Handle<'_>| handle.step() as i32;
    let scale = desk.params.chosen_controls().scale;
    match (scale, heard) {
        (Scale::Custom, _) => None,
        (Scale::Auto, Some(heard)) => Some(usize::from(heard.key.notes())),
        _ => {
            let key = number(desk.control(Control::Key));
            Some(usize::from(scale.notes(key, 0)))
        }
    }
}
