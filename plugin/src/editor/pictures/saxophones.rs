//! Alto and tenor saxophone.

use super::Palette;
use super::brush::{Brush, Station};

/// An alto: short, its neck bent once.
pub(super) fn alto(brush: &Brush<'_>, palette: &Palette) {
    brush.ribbon(
        &[
            [0.345, 0.115, 0.020],
            [0.40, 0.125, 0.021],
            [0.44, 0.165, 0.023],
            [0.45, 0.22, 0.026],
        ],
        palette.body,
    );
    mouthpiece(brush, palette, [0.20, 0.17], [0.35, 0.113]);
    body(
        brush,
        palette,
        &[
            [0.45, 0.21, 0.029],
            [0.452, 0.45, 0.040],
            [0.455, 0.66, 0.050],
            [0.475, 0.79, 0.058],
            [0.535, 0.872, 0.062],
            [0.615, 0.862, 0.066],
            [0.665, 0.78, 0.070],
            [0.685, 0.66, 0.078],
            [0.71, 0.56, 0.098],
            [0.75, 0.475, 0.135],
        ],
        [0.32, 0.42, 0.52, 0.62],
    );
}

/// A tenor: longer, its neck bent like a swan's.
pub(super) fn tenor(brush: &Brush<'_>, palette: &Palette) {
    brush.ribbon(
        &[
            [0.27, 0.115, 0.018],
            [0.315, 0.095, 0.019],
            [0.345, 0.06, 0.020],
            [0.385, 0.032, 0.021],
            [0.425, 0.05, 0.023],
            [0.44, 0.10, 0.025],
            [0.442, 0.15, 0.026],
        ],
        palette.body,
    );
    mouthpiece(brush, palette, [0.13, 0.165], [0.275, 0.112]);
    body(
        brush,
        palette,
        &[
            [0.442, 0.14, 0.029],
            [0.445, 0.42, 0.042],
            [0.45, 0.68, 0.054],
            [0.47, 0.83, 0.063],
            [0.54, 0.915, 0.068],
            [0.63, 0.90, 0.072],
            [0.68, 0.80, 0.077],
            [0.70, 0.64, 0.086],
            [0.725, 0.52, 0.108],
            [0.765, 0.425, 0.148],
        ],
        [0.26, 0.38, 0.50, 0.62],
    );
}

fn mouthpiece(brush: &Brush<'_>, palette: &Palette, tip: [f32; 2], end: [f32; 2]) {
    let between = |share: f32| {
        [
            tip[0] + (end[0] - tip[0]) * share,
            tip[1] + (end[1] - tip[1]) * share,
        ]
    };
    let ([x, y], [ligature_x, ligature_y]) = (between(0.5), between(0.72));
    brush.ribbon(
        &[
            [tip[0], tip[1], 0.008],
            [x, y, 0.024],
            [end[0], end[1], 0.026],
        ],
        palette.dark,
    );
    brush.dot(ligature_x, ligature_y, 0.024, palette.light);
}

/// The conical tube with its bow and bell, and the keys at these heights.
fn body(brush: &Brush<'_>, palette: &Palette, tube: &[Station], keys: [f32; 4]) {
    brush.ribbon(tube, palette.body);
    let ([.., before, rim], Some(top)) = (tube, tube.first()) else {
        return;
    };
    // Looking into the bell.
    let slope = (rim[1] - before[1]).atan2(rim[0] - before[0]).to_degrees();
    brush.ellipse(rim[0], rim[1], [0.03, rim[2] + 0.012], slope, palette.light);
    brush.ellipse(rim[0], rim[1], [0.019, rim[2] - 0.004], slope, palette.dark);
    brush.stroke(
        [top[0] - 0.055, keys[0] - 0.04],
        [top[0] - 0.062, keys[3] + 0.06],
        0.014,
        palette.light,
    );
    for y in keys {
        brush.dot(top[0] + 0.004, y, 0.038, palette.dark);
        brush.dot(top[0] + 0.004, y, 0.029, palette.light);
    }
    for (x, y) in [(0.665, 0.74), (0.60, 0.86)] {
        brush.dot(x, y, 0.043, palette.dark);
        brush.dot(x, y, 0.033, palette.light);
    }
    brush.ribbon(
        &[
            [top[0], top[1] - 0.005, top[2] + 0.009],
            [top[0], top[1] + 0.025, top[2] + 0.009],
        ],
        palette.light,
    );
}
