//! What a player's own models look like.

use egui::vec2;

use super::*;
use crate::editor::pictures::own_examples;
use crate::editor::theme::{self, Theme};

const SIDE: f32 = 90.0;
const COLUMNS: usize = 6;

#[test]
fn own_models_are_told_apart_at_a_glance() {
    let size = vec2(SIDE * COLUMNS as f32, SIDE * 6.0);
    let mut harness = Harness::builder()
        .with_size(size)
        .with_context_setup(app::prepare)
        .with_options(
            SnapshotOptions::new()
                .output_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots"))
                .threshold(2.0)
                .max_failed_pixels(40),
        )
        .renderer(Rasteriser::default())
        .build_ui(|ui| {
            let examples = own_examples();
            for (half, theme) in [&theme::DARK, &theme::LIGHT].into_iter().enumerate() {
                show(ui, theme, half * examples.len(), &examples);
            }
        });
    harness.run();
    harness.snapshot("own_models");
}

fn show(
    ui: &egui::Ui,
    theme: &Theme,
    first: usize,
    examples: &[crate::editor::pictures::Portrait<'_>],
) {
    for (n, portrait) in examples.iter().enumerate() {
        let place = first + n;
        let corner = vec2((place % COLUMNS) as f32, (place / COLUMNS) as f32) * SIDE;
        let rect = Rect::from_min_size(Pos2::ZERO + corner, Vec2::splat(SIDE));
        ui.painter().rect_filled(rect, 0, theme.card);
        portrait.draw(ui.painter(), theme, rect.shrink(6.0), 1.0);
    }
}
