//! A log-mel picture of the last seconds that scrolls to the left.
//!
//! The picture is a texture used as a ring: new columns overwrite the oldest ones, and two quads show it
//! with the newest at the right. A frame uploads only what is new.

use egui::{
    Align2, ColorImage, Mesh, Pos2, Rect, Shape, Stroke, TextureHandle, TextureOptions, Ui, pos2,
};

use super::analysis::{BANDS, Column, FLOOR_DB, place};
use super::palette::Palette;
use super::{Colours, regular, round_corners};

/// Columns of the picture: 4.1 s.
pub(crate) const COLUMNS: usize = 384;
/// Room for the frequencies at the left, logical pixels.
const AXIS_WIDTH: f32 = 26.0;
/// Frequencies that are named.
const TICKS: [(f32, &str); 5] = [
    (100.0, "100"),
    (500.0, "500"),
    (1_000.0, "1k"),
    (4_000.0, "4k"),
    (10_000.0, "10k"),
];

/// One picture.
pub(crate) struct Waterfall {
    name: &'static str,
    /// Levels, 0 to 255, column after column, lowest band first.
    levels: Vec<u8>,
    /// The column to be written next: the oldest.
    next: usize,
    /// How many of the newest are not in the texture yet.
    new_columns: usize,
    painted: Option<Painted>,
}

struct Painted {
    texture: TextureHandle,
    ground: egui::Color32,
}

impl Waterfall {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            levels: vec![0; COLUMNS * BANDS],
            next: 0,
            new_columns: 0,
            painted: None,
        }
    }

    /// Adds a column at the right.
    pub(crate) fn push(&mut self, column: &Column) {
        let levels = &mut self.levels[self.next * BANDS..][..BANDS];
        for (level, level_db) in levels.iter_mut().zip(column) {
            *level = (255.0 * (1.0 - level_db / FLOOR_DB)).round() as u8;
        }
        self.next = (self.next + 1) % COLUMNS;
        self.new_columns = (self.new_columns + 1).min(COLUMNS);
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.levels.iter().all(|level| *level == 0)
    }

    /// Draws the picture and its frequencies.
    pub(crate) fn show(&mut self, ui: &Ui, rect: Rect, palette: &Palette, colours: &Colours) {
        let picture = Rect::from_min_max(pos2(rect.left() + AXIS_WIDTH, rect.top()), rect.max);
        if !picture.is_positive() {
            return;
        }
        self.upload(ui, palette);
        if let Some(painted) = &self.painted {
            for (part, uv) in self.quads(picture) {
                let mut mesh = Mesh::with_texture(painted.texture.id());
                mesh.add_rect_with_uv(part, uv, egui::Color32::WHITE);
                ui.painter().add(Shape::mesh(mesh));
            }
        }
        show_ticks(ui, picture, colours);
        round_corners(ui, picture, colours);
    }

    /// The picture's two parts, older one first, and where they are in the texture.
    fn quads(&self, picture: Rect) -> [(Rect, Rect); 2] {
        let seam = self.next as f32 / COLUMNS as f32;
        let x = picture.right() - seam * picture.width();
        let uv = |left: f32, right: f32| Rect::from_min_max(pos2(left, 0.0), pos2(right, 1.0));
        // Half a column from the seam, so that the newest column is not mixed with the oldest.
        let inset = 0.5 / COLUMNS as f32;
        [
            (
                Rect::from_min_max(picture.min, pos2(x, picture.bottom())),
                uv((seam + inset).min(1.0), 1.0),
            ),
            (
                Rect::from_min_max(pos2(x, picture.top()), picture.max),
                uv(0.0, (seam - inset).max(0.0)),
            ),
        ]
    }

    /// Brings the texture up to date.
    fn upload(&mut self, ui: &Ui, palette: &Palette) {
        let ground = palette.ground();
        match &mut self.painted {
            Some(painted) if painted.ground == ground => {
                let first = (self.next + COLUMNS - self.new_columns) % COLUMNS;
                let before_the_end = self.new_columns.min(COLUMNS - first);
                for (start, columns) in [
                    (first, before_the_end),
                    (0, self.new_columns - before_the_end),
                ] {
                    if columns > 0 {
                        let image = image(&self.levels, start, columns, palette);
                        let options = TextureOptions::LINEAR;
                        painted.texture.set_partial([start, 0], image, options);
                    }
                }
            }
            _ => {
                let image = image(&self.levels, 0, COLUMNS, palette);
                let texture = ui
                    .ctx()
                    .load_texture(self.name, image, TextureOptions::LINEAR);
                self.painted = Some(Painted { texture, ground });
            }
        }
        self.new_columns = 0;
    }
}

/// Some columns as an image, highest band on top.
fn image(levels: &[u8], first: usize, columns: usize, palette: &Palette) -> ColorImage {
    let levels = &levels[first * BANDS..][..columns * BANDS];
    let rows = (0..BANDS).rev();
    let pixels = rows.flat_map(|band| levels.iter().skip(band).step_by(BANDS));
    let pixels = pixels.map(|level| palette.colour(*level)).collect();
    ColorImage::new([columns, BANDS], pixels)
}

fn show_ticks(ui: &Ui, picture: Rect, colours: &Colours) {
    let painter = ui.painter();
    let text_height = 11.0;
    let mut free_above = f32::INFINITY;
    for (frequency_hz, name) in TICKS {
        let y = picture.bottom() - place(frequency_hz) * picture.height();
        let stroke = Stroke::new(1.0, colours.text.gamma_multiply(0.10));
        painter.hline(picture.x_range(), y, stroke);
        if y + 0.5 * text_height > free_above {
            continue;
        }
        let at = Pos2::new(
            picture.left() - 5.0,
            y.min(picture.bottom() - 0.5 * text_height),
        );
        painter.text(at, Align2::RIGHT_CENTER, name, regular(9.5), colours.dim);
        free_above = at.y - 0.5 * text_height - 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::theme::DARK;
    use egui::vec2;

    fn ground() -> Palette {
        Palette::on(egui::Color32::BLACK)
    }

    #[test]
    fn the_newest_column_is_at_the_right() {
        let mut waterfall = Waterfall::new("test");
        let picture = Rect::from_min_size(pos2(10.0, 20.0), vec2(384.0, 100.0));
        for pushed in 1..=COLUMNS + 100 {
            let level_db = FLOOR_DB * (1.0 - pushed as f32 / 1_000.0);
            waterfall.push(&[level_db; BANDS]);
            let [older, newer] = waterfall.quads(picture);
            // Together they cover the picture, without a gap.
            assert_eq!(older.0.left(), picture.left());
            assert_eq!(older.0.right(), newer.0.left());
            assert_eq!(newer.0.right(), picture.right());
            // What the right edge shows is the column just pushed, what the left edge shows the oldest.
            let column_at = |u: f32| (u * COLUMNS as f32 - 1e-3) as usize % COLUMNS;
            let rightmost = if newer.0.width() > 0.5 { newer } else { older };
            let newest = column_at(rightmost.1.right());
            assert_eq!(newest, (pushed - 1) % COLUMNS);
            let level = waterfall.levels[newest * BANDS];
            assert_eq!(level, (0.255 * pushed as f32).round() as u8);
            let oldest = if older.0.width() > 0.5 { older } else { newer };
            assert_eq!(column_at(oldest.1.left() + 2e-5), pushed % COLUMNS);
        }
    }

    #[test]
    fn the_highest_band_is_on_top_and_loud_is_light() {
        let mut waterfall = Waterfall::new("test");
        let mut column = [FLOOR_DB; BANDS];
        column[BANDS - 1] = 0.0;
        waterfall.push(&column);
        let palette = ground();
        let image = image(&waterfall.levels, 0, 2, &palette);
        assert_eq!(image.pixels[0], palette.colour(255));
        assert_eq!(image.pixels[1], palette.colour(0));
        assert_eq!(image.pixels[2], palette.colour(0));
    }

    #[test]
    fn a_frame_uploads_only_what_is_new() {
        let ctx = egui::Context::default();
        crate::editor::app::prepare(&ctx);
        let mut waterfall = Waterfall::new("test");
        let palette = ground();
        let colours = Colours::of(&DARK);
        let mut uploaded = |columns: usize| -> usize {
            for _ in 0..columns {
                waterfall.push(&[-20.0; BANDS]);
            }
            let rect = Rect::from_min_size(Pos2::ZERO, vec2(300.0, 100.0));
            let output = ctx.run_ui(egui::RawInput::default(), |ui| {
                waterfall.show(ui, rect, &palette, &colours);
            });
            let id = waterfall
                .painted
                .as_ref()
                .map(|painted| painted.texture.id());
            let deltas = output.textures_delta.set.iter();
            deltas
                .filter(|(texture, _)| Some(**texture) == id)
                .flat_map(|(_, deltas)| deltas)
                .map(|delta| delta.image.size()[0])
                .sum()
        };
        assert_eq!(uploaded(0), COLUMNS);
        assert_eq!(uploaded(2), 2);
        assert_eq!(uploaded(COLUMNS - 3), COLUMNS - 3);
        // Around the end of the ring.
        assert_eq!(uploaded(3), 3);
        assert_eq!(uploaded(0), 0);
        assert_eq!(uploaded(3 * COLUMNS), COLUMNS);
    }
}
