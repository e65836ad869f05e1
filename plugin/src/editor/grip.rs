//! The corner by which the window is resized, for hosts whose own windows have none.

use egui::{CursorIcon, Rect, Sense, Stroke, Ui, Vec2, ViewportCommand, pos2};

use super::layout::MIN_SIZE;
use super::theme::Theme;
use crate::editor_size::EditorSize;

/// Side of the corner, logical pixels.
const SIZE: f32 = 14.0;

pub(super) fn show(ui: &mut Ui, window: Rect) {
    let corner = Rect::from_min_max(window.max - Vec2::splat(SIZE), window.max);
    let id = ui.scope_id().with("grip");
    let response = ui
        .interact(corner, id, Sense::DRAG)
        .on_hover_and_drag_cursor(CursorIcon::ResizeNwSe);
    let colour = if response.hovered() || response.dragged() {
        Theme::of(ui).dim
    } else {
        Theme::of(ui).faint
    };
    for offset in [4.0, 8.0] {
        let edge = window.max - Vec2::splat(3.0);
        let ends = [pos2(edge.x - offset, edge.y), pos2(edge.x, edge.y - offset)];
        ui.painter().line_segment(ends, Stroke::new(1.5, colour));
    }

    // The drag is measured from the size at which it began.
    if response.drag_started() {
        ui.data_mut(|data| data.insert_temp(id, window.size()));
    }
    if let Some(delta) = response.total_drag_delta() {
        let began: Vec2 = ui.data(|data| data.get_temp(id)).unwrap_or(window.size());
        let largest = Vec2::new(EditorSize::MAX.0 as f32, EditorSize::MAX.1 as f32);
        let wanted = (began + delta).clamp(MIN_SIZE, largest);
        if wanted != window.size() {
            ui.send_viewport_cmd(ViewportCommand::InnerSize(wanted));
        }
    }
}
