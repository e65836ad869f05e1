//! Draws egui's triangles on the processor, the same on every machine: snapshots need neither a
//! screen nor a graphics driver.

use std::collections::HashMap;

use egui::epaint::{ImageData, Primitive, Vertex};
use egui::{Color32, ColorImage, Context, FullOutput, Pos2, TextureId, TexturesDelta, pos2};
use egui_kittest::TestRenderer;
use image::{Rgba, RgbaImage};

/// Corners are rounded to this part of a pixel, so that edges are compared exactly.
const SUBPIXELS: f32 = 256.0;

#[derive(Default)]
pub(super) struct Rasteriser {
    textures: HashMap<TextureId, ColorImage>,
}

impl TestRenderer for Rasteriser {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        for (id, patches) in delta.set.drain() {
            for patch in patches {
                let ImageData::Color(image) = patch.image;
                match (patch.pos, self.textures.get_mut(&id)) {
                    (Some([left, top]), Some(texture)) => {
                        for y in 0..image.height() {
                            for x in 0..image.width() {
                                texture[(left + x, top + y)] = image[(x, y)];
                            }
                        }
                    }
                    _ => {
                        self.textures.insert(id, (*image).clone());
                    }
                }
            }
        }
        for id in delta.free.drain() {
            self.textures.remove(&id);
        }
    }

    fn render(&mut self, ctx: &Context, output: &FullOutput) -> Result<RgbaImage, String> {
        let scale = output.pixels_per_point;
        let size = ctx.content_rect().size() * scale;
        let (width, height) = (size.x.round() as u32, size.y.round() as u32);
        let mut picture = RgbaImage::from_pixel(width, height, Rgba([0, 0, 0, 255]));
        for part in ctx.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = &part.primitive else {
                return Err("callbacks cannot be drawn".to_owned());
            };
            let texture = self
                .textures
                .get(&mesh.texture_id)
                .ok_or("a texture is missing")?;
            let edge = |at: f32, end: u32| (at * scale).round().clamp(0.0, end as f32) as i64;
            let clip = [
                edge(part.clip_rect.left(), width),
                edge(part.clip_rect.top(), height),
                edge(part.clip_rect.right(), width),
                edge(part.clip_rect.bottom(), height),
            ];
            for corners in mesh.indices.chunks_exact(3) {
                let corners = [0, 1, 2].map(|corner| {
                    let vertex = &mesh.vertices[corners[corner] as usize];
                    Corner::new(vertex, scale)
                });
                triangle(&mut picture, texture, clip, corners);
            }
        }
        Ok(picture)
    }
}

#[derive(Clone, Copy)]
struct Corner {
    /// In parts of a pixel.
    x: i64,
    y: i64,
    uv: Pos2,
    colour: [f32; 4],
}

impl Corner {
    fn new(vertex: &Vertex, scale: f32) -> Self {
        Self {
            x: (vertex.pos.x * scale * SUBPIXELS).round() as i64,
            y: (vertex.pos.y * scale * SUBPIXELS).round() as i64,
            uv: vertex.uv,
            colour: vertex.color.to_array().map(f32::from),
        }
    }
}

/// Twice the area of a triangle with this edge; positive if (x, y) is on its right.
fn side(from: Corner, to: Corner, x: i64, y: i64) -> i64 {
    (to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x)
}

/// Whether pixels exactly on this edge belong to the triangle: left and top edges.
fn owns_edge(from: Corner, to: Corner) -> bool {
    to.y < from.y || (to.y == from.y && to.x > from.x)
}

fn triangle(picture: &mut RgbaImage, texture: &ColorImage, clip: [i64; 4], corners: [Corner; 3]) {
    let [a, mut b, mut c] = corners;
    let mut area = side(a, b, c.x, c.y);
    if area == 0 {
        return;
    }
    if area < 0 {
        std::mem::swap(&mut b, &mut c);
        area = -area;
    }
    let subpixels = SUBPIXELS as i64;
    let [left, top, right, bottom] = clip;
    let first = |values: [i64; 3], bound: i64| {
        (values.into_iter().min().unwrap_or(0) / subpixels).max(bound)
    };
    let last = |values: [i64; 3], bound: i64| {
        (values.into_iter().max().unwrap_or(0) / subpixels + 1).min(bound)
    };
    let (xs, ys) = ([a.x, b.x, c.x], [a.y, b.y, c.y]);
    for y in first(ys, top)..last(ys, bottom) {
        for x in first(xs, left)..last(xs, right) {
            let (at_x, at_y) = (x * subpixels + subpixels / 2, y * subpixels + subpixels / 2);
            let sides = [
                (side(b, c, at_x, at_y), owns_edge(b, c)),
                (side(c, a, at_x, at_y), owns_edge(c, a)),
                (side(a, b, at_x, at_y), owns_edge(a, b)),
            ];
            if sides
                .iter()
                .any(|(side, owns)| *side < 0 || *side == 0 && !owns)
            {
                continue;
            }
            let shares = sides.map(|(side, _)| side as f32 / area as f32);
            let blend = |of: fn(&Corner) -> f32| {
                shares[0] * of(&a) + shares[1] * of(&b) + shares[2] * of(&c)
            };
            let uv = pos2(blend(|corner| corner.uv.x), blend(|corner| corner.uv.y));
            let texel = sample(texture, uv);
            let colour: [f32; 4] = std::array::from_fn(|channel| {
                let vertex = shares[0] * a.colour[channel]
                    + shares[1] * b.colour[channel]
                    + shares[2] * c.colour[channel];
                vertex * texel[channel] / 255.0
            });
            let pixel = picture.get_pixel_mut(x as u32, y as u32);
            for channel in 0..3 {
                let behind = f32::from(pixel[channel]) * (1.0 - colour[3] / 255.0);
                pixel[channel] = (colour[channel] + behind).round().clamp(0.0, 255.0) as u8;
            }
        }
    }
}

/// A texture's colour between its four nearest texels.
fn sample(texture: &ColorImage, uv: Pos2) -> [f32; 4] {
    let along = |share: f32, length: usize| {
        let at = (share * length as f32 - 0.5).clamp(0.0, length as f32 - 1.0);
        let first = at as usize;
        (first, (first + 1).min(length - 1), at.fract())
    };
    let (left, right, x) = along(uv.x, texture.width());
    let (top, bottom, y) = along(uv.y, texture.height());
    let texel = |x: usize, y: usize| -> Color32 { texture[(x, y)] };
    let corners = [
        (texel(left, top), (1.0 - x) * (1.0 - y)),
        (texel(right, top), x * (1.0 - y)),
        (texel(left, bottom), (1.0 - x) * y),
        (texel(right, bottom), x * y),
    ];
    let mut sum = [0.0; 4];
    for (colour, share) in corners {
        for (channel, value) in colour.to_array().into_iter().enumerate() {
            sum[channel] += f32::from(value) * share;
        }
    }
    sum
}
