//! The controls in groups.

mod by_itself;
mod keys;
mod output;
mod pitch;

use egui::{Align2, Rect, Ui, pos2, vec2};
use mynah_engine::{Control, ControlGroup, ControlKind, Plays};

use super::desk::Desk;
use super::fonts;
use super::theme::{PANEL_ROUNDING, Theme};
use super::widgets::switch::Words;
use super::widgets::{knob, switch};
use crate::shared::Reading;

/// Distance between panels, logical pixels.
const GAP: f32 = 10.0;
const PADDING: f32 = 12.0;
const TITLE_HEIGHT: f32 = 26.0;
/// A panel with a row of knobs, logical pixels.
const PANEL_HEIGHT: f32 = TITLE_HEIGHT + knob::HEIGHT + 8.0;
/// Three rows of panels.
pub(super) const HEIGHT: f32 = 3.0 * PANEL_HEIGHT + 2.0 * GAP;
/// Of the player's panel, the part of its first knob.
const PERFORMANCE_SHARE: f32 = 0.26;
/// The player's panel.
pub(super) const PLAYER_HEIGHT: f32 = PANEL_HEIGHT;

/// Draws the panel of the target's own player.
pub(super) fn show_player(ui: &mut Ui, desk: Desk<'_>, rect: Rect) {
    let inside = panel(ui, rect, ControlGroup::Player.name());
    let controls = serving(desk, ControlGroup::Player);
    // The first has the longest name, in a narrow panel.
    let (first, others) = controls.split_at(1);
    let middle = inside.left() + (inside.width() * PERFORMANCE_SHARE).round();
    let left = Rect::from_min_max(inside.min, pos2(middle, inside.bottom()));
    let right = Rect::from_min_max(pos2(middle, inside.top()), inside.max);
    cells(ui, desk, left, first);
    cells(ui, desk, right, others);
}

/// Draws all others, with what the meters read.
pub(super) fn show(ui: &mut Ui, desk: Desk<'_>, rect: Rect, reading: &Reading) {
    let row = |index: usize| {
        let top = rect.top() + index as f32 * (PANEL_HEIGHT + GAP);
        Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), PANEL_HEIGHT))
    };
    pitch::show(ui, desk, row(0), reading);

    let (dynamics, tone) = split(row(1), 0.5);
    row_of(ui, desk, dynamics, ControlGroup::Dynamics);
    row_of(ui, desk, tone, ControlGroup::Tone);

    let (by_itself, output) = split(row(2), 0.5);
    by_itself::show(ui, desk, by_itself, reading);
    match desk.params.plays() {
        Plays::Sound => output::show(ui, desk, output),
        Plays::Keys => keys::show(ui, desk, output),
    }
}

/// The controls of a group that do something in this plugin.
fn serving(desk: Desk<'_>, group: ControlGroup) -> Vec<Control> {
    let plays = desk.params.plays();
    let controls = Control::of_group(group);
    controls.filter(|control| control.serves(plays)).collect()
}

/// Two panels beside each other; the first takes `share` of the room.
fn split(row: Rect, share: f32) -> (Rect, Rect) {
    let width = ((row.width() - GAP) * share).round();
    let left = Rect::from_min_size(row.min, vec2(width, row.height()));
    let right = Rect::from_min_max(pos2(left.right() + GAP, row.top()), row.max);
    (left, right)
}

/// Draws a panel's ground and title; the room that is left.
fn panel(ui: &Ui, rect: Rect, title: &str) -> Rect {
    let theme = Theme::of(ui);
    ui.painter().rect_filled(rect, PANEL_ROUNDING, theme.panel);
    ui.painter().text(
        pos2(rect.left() + PADDING, rect.top() + 15.0),
        Align2::LEFT_CENTER,
        title,
        fonts::semibold(12.5),
        theme.dim,
    );
    Rect::from_min_max(
        rect.min + vec2(PADDING / 2.0, TITLE_HEIGHT),
        rect.max - vec2(PADDING / 2.0, 8.0),
    )
}

/// A panel with all controls of a group in a row.
fn row_of(ui: &mut Ui, desk: Desk<'_>, rect: Rect, group: ControlGroup) {
    let inside = panel(ui, rect, group.name());
    let controls = serving(desk, group);
    cells(ui, desk, inside, &controls);
}

/// Knobs and switches side by side.
pub(super) fn cells(ui: &mut Ui, desk: Desk<'_>, rect: Rect, controls: &[Control]) {
    cells_with(ui, desk, rect, controls, |control| {
        Words::of(control.info())
    });
}

/// The same; `words` are those around a switch.
fn cells_with(
    ui: &mut Ui,
    desk: Desk<'_>,
    rect: Rect,
    controls: &[Control],
    words: impl Fn(Control) -> Words,
) {
    let width = rect.width() / controls.len().max(1) as f32;
    for (index, control) in controls.iter().enumerate() {
        let corner = pos2(rect.left() + index as f32 * width, rect.top());
        let cell = Rect::from_min_size(corner, vec2(width, rect.height()));
        let handle = desk.control(*control);
        match handle.info().kind {
            ControlKind::Switch => switch::show(ui, handle, cell, &words(*control)),
            _ => knob::show(ui, handle, cell, desk.is_in_use(*control)),
        }
    }
}
