//! A switch: off or on.

use egui::{
    Align2, CornerRadius, CursorIcon, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

use mynah_engine::ControlInfo;

use super::{focus_ring, knob};
use crate::editor::desk::Handle;
use crate::editor::fonts;
use crate::editor::theme::Theme;

const TRACK_WIDTH: f32 = 36.0;
const TRACK_HEIGHT: f32 = 20.0;
/// Of that, the size of one in a title.
const IN_TITLE: f32 = 0.75;

/// What is written around a switch.
pub(in crate::editor) struct Words {
    /// Above it.
    pub(in crate::editor) name: &'static str,
    /// Below it while it is on.
    pub(in crate::editor) on: String,
}

impl Words {
    /// Those of most switches.
    pub(in crate::editor) fn of(info: &ControlInfo) -> Self {
        Self {
            name: info.name,
            on: "On".to_owned(),
        }
    }
}

/// Draws a switch with its name above, as large as a knob.
pub(in crate::editor) fn show(ui: &mut Ui, control: Handle<'_>, cell: Rect, words: &Words) {
    let theme = Theme::of(ui);
    let on = control.is_on();
    let rect = Rect::from_center_size(cell.center(), vec2(cell.width(), knob::HEIGHT));
    let centre = pos2(rect.center().x, rect.top() + 44.0);
    let track = Rect::from_center_size(centre, vec2(TRACK_WIDTH, TRACK_HEIGHT));
    let text = if on { &words.on } else { "Off" };
    let response = dot_in_track(ui, control, track, text);

    let painter = ui.painter();
    painter.text(
        pos2(rect.center().x, rect.top() + 8.0),
        Align2::CENTER_CENTER,
        words.name,
        fonts::regular(12.0),
        theme.dim,
    );
    painter.text(
        pos2(rect.center().x, rect.bottom() - 10.0),
        Align2::CENTER_CENTER,
        text,
        fonts::regular(12.0),
        if on { theme.text } else { theme.dim },
    );
    response.on_hover_text(control.info().tooltip);
}

/// Draws a smaller one at the right end of a panel's title, with its name before it.
pub(in crate::editor) fn show_in_title(ui: &Ui, control: Handle<'_>, title: Rect) {
    let info = control.info();
    let size = vec2(TRACK_WIDTH, TRACK_HEIGHT) * IN_TITLE;
    let middle = pos2(title.right() - size.x / 2.0, title.center().y);
    let track = Rect::from_center_size(middle, size);
    let text = if control.is_on() { "On" } else { "Off" };
    let response = dot_in_track(ui, control, track, text);
    ui.painter().text(
        pos2(track.left() - 6.0, middle.y),
        Align2::RIGHT_CENTER,
        info.name,
        fonts::regular(12.0),
        Theme::of(ui).dim,
    );
    response.on_hover_text(info.tooltip);
}

/// The switch itself, which a click turns; `text` is its value for who cannot see it.
fn dot_in_track(ui: &Ui, control: Handle<'_>, track: Rect, text: &str) -> Response {
    let theme = Theme::of(ui);
    let info = control.info();
    let on = control.is_on();
    let response = ui
        .interact(
            track.expand(4.0),
            ui.scope_id().with(info.id),
            Sense::click(),
        )
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, on, info.name));
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_value(text));

    let painter = ui.painter();
    let height = track.height();
    let rounding = CornerRadius::same(10);
    let (fill, edge, dot) = if on {
        (theme.accent_ground, theme.accent_line, theme.accent_line)
    } else {
        (theme.well, theme.line, theme.faint)
    };
    painter.rect(
        track,
        rounding,
        fill,
        Stroke::new(1.0, edge),
        StrokeKind::Inside,
    );
    let x = if on {
        track.right() - height / 2.0
    } else {
        track.left() + height / 2.0
    };
    painter.circle_filled(pos2(x, track.center().y), 0.3 * height, dot);
    focus_ring(ui, &response, track, rounding);
    if response.clicked() {
        control.set_once(if on { 0.0 } else { 1.0 });
    }
    response
}
