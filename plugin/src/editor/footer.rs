//! The bottom of the editor: what is loaded, the latency, and what is wrong.

use egui::{Align2, Rect, Sense, Stroke, Ui, pos2, vec2};

use super::{theme, wording};
use crate::params::MynahParams;
use crate::shared::{Condition, Shared};
use crate::targets::Catalogue;

/// Height of the footer, logical pixels.
pub(super) const HEIGHT: f32 = 26.0;

pub(super) fn show(
    ui: &mut Ui,
    params: &MynahParams,
    shared: &Shared,
    catalogue: &Catalogue,
    rect: Rect,
) {
    let slot = params.targets()[0].set_slot();
    let complaint = wording::complaint(
        shared.condition(),
        shared.rate_hz(),
        slot,
        &params.targets()[0].saved(),
        catalogue,
    );
    let right = show_latency(ui, shared, rect);
    let room = Rect::from_min_max(rect.min, pos2(right - 20.0, rect.bottom()));
    if let Some(complaint) = complaint {
        show_complaint(ui, &complaint, room);
    } else if let Some(entry) = catalogue.entry(slot) {
        let info = entry.info();
        let loaded = ui.painter().text(
            pos2(room.left(), room.center().y),
            Align2::LEFT_CENTER,
            &info.display_name,
            theme::semibold(12.5),
            theme::TEXT,
        );
        let hash = info.hash.to_string();
        ui.painter().text(
            pos2(loaded.right() + 8.0, room.center().y),
            Align2::LEFT_CENTER,
            wording::short_hash(&hash),
            theme::regular(12.0),
            theme::FAINT,
        );
        let problems = catalogue.problems();
        if !problems.is_empty() {
            let text = ui.painter().text(
                pos2(loaded.right() + 96.0, room.center().y),
                Align2::LEFT_CENTER,
                format!("{} model files left out", problems.len()),
                theme::regular(12.0),
                theme::WARNING,
            );
            ui.interact(text, ui.scope_id().with("problems"), Sense::hover())
                .on_hover_text(problems.join("\n"));
        }
    }
}

/// Draws rate and latency against the right edge and returns where they begin.
fn show_latency(ui: &mut Ui, shared: &Shared, rect: Rect) -> f32 {
    if shared.condition() == Condition::Idle {
        return rect.right();
    }
    let rate = ui.painter().text(
        pos2(rect.right(), rect.center().y),
        Align2::RIGHT_CENTER,
        wording::rate(shared.rate_hz()),
        theme::regular(12.0),
        theme::DIM,
    );
    let latency = ui.painter().text(
        pos2(rate.left() - 18.0, rect.center().y),
        Align2::RIGHT_CENTER,
        wording::latency(shared.latency_samples(), shared.rate_hz()),
        theme::regular(12.0),
        theme::TEXT,
    );
    let name = ui.painter().text(
        pos2(latency.left() - 8.0, rect.center().y),
        Align2::RIGHT_CENTER,
        "Latency",
        theme::regular(12.0),
        theme::FAINT,
    );
    ui.interact(
        name.union(latency),
        ui.scope_id().with("latency"),
        Sense::hover(),
    )
    .on_hover_text("From input to output, as reported to the host, which compensates for it");
    name.left()
}

fn show_complaint(ui: &mut Ui, complaint: &str, room: Rect) {
    let dot = pos2(room.left() + 8.0, room.center().y);
    ui.painter()
        .circle_stroke(dot, 7.0, Stroke::new(1.5, theme::WARNING));
    ui.painter().text(
        dot,
        Align2::CENTER_CENTER,
        "!",
        theme::semibold(11.0),
        theme::WARNING,
    );
    let galley = ui.painter().layout(
        complaint.to_owned(),
        theme::regular(12.0),
        theme::WARNING,
        (room.width() - 26.0).max(80.0),
    );
    let at = pos2(room.left() + 24.0, room.center().y - galley.size().y / 2.0);
    let written = Rect::from_min_size(at, galley.size() + vec2(2.0, 0.0));
    ui.painter().galley(at, galley, theme::WARNING);
    ui.interact(written, ui.scope_id().with("complaint"), Sense::hover())
        .on_hover_text(complaint);
}
