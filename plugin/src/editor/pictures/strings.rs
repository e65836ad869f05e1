//! Violin, cello and guitar.

use super::Palette;
use super::brush::Brush;

/// A violin with its bow across.
pub(super) fn violin(brush: &Brush<'_>, palette: &Palette) {
    brush.even_body(
        &[
            [0.375, 0.02],
            [0.385, 0.075],
            [0.42, 0.125],
            [0.47, 0.143],
            [0.53, 0.13],
            [0.565, 0.122],
            [0.59, 0.095],
            [0.635, 0.085],
            [0.68, 0.098],
            [0.71, 0.138],
            [0.745, 0.155],
            [0.82, 0.178],
            [0.89, 0.165],
            [0.945, 0.11],
            [0.962, 0.03],
        ],
        palette.body,
    );
    head(brush, palette, 0.055, 0.14, 0.052);
    sound_holes(brush, palette, 0.60, 0.73, 0.072);
    // Fingerboard, bridge and tailpiece.
    brush.ribbon(&[[0.5, 0.13, 0.019], [0.5, 0.60, 0.03]], palette.dark);
    brush.stroke([0.44, 0.70], [0.56, 0.70], 0.02, palette.light);
    brush.ribbon(&[[0.5, 0.76, 0.032], [0.5, 0.93, 0.018]], palette.dark);
    brush.stroke([0.5, 0.10], [0.5, 0.76], 0.007, palette.light);
    // The bow: stick and hair.
    brush.line(
        &[[0.80, 0.16], [0.775, 0.45], [0.80, 0.78], [0.815, 0.90]],
        0.018,
        palette.light,
    );
    brush.stroke([0.81, 0.15], [0.835, 0.86], 0.008, palette.light);
}

/// A cello on its endpin.
pub(super) fn cello(brush: &Brush<'_>, palette: &Palette) {
    brush.stroke([0.5, 0.88], [0.5, 0.99], 0.022, palette.light);
    brush.even_body(
        &[
            [0.355, 0.02],
            [0.362, 0.07],
            [0.39, 0.128],
            [0.44, 0.155],
            [0.50, 0.146],
            [0.535, 0.135],
            [0.56, 0.108],
            [0.605, 0.098],
            [0.65, 0.112],
            [0.68, 0.155],
            [0.71, 0.172],
            [0.78, 0.198],
            [0.85, 0.182],
            [0.90, 0.12],
            [0.915, 0.03],
        ],
        palette.body,
    );
    head(brush, palette, 0.045, 0.13, 0.06);
    sound_holes(brush, palette, 0.57, 0.70, 0.08);
    brush.ribbon(&[[0.5, 0.12, 0.019], [0.5, 0.58, 0.032]], palette.dark);
    brush.stroke([0.43, 0.665], [0.57, 0.665], 0.022, palette.light);
    brush.ribbon(&[[0.5, 0.73, 0.034], [0.5, 0.88, 0.018]], palette.dark);
    brush.stroke([0.5, 0.09], [0.5, 0.73], 0.007, palette.light);
}

/// Scroll, pegbox and pegs.
fn head(brush: &Brush<'_>, palette: &Palette, top: f32, bottom: f32, peg: f32) {
    brush.ribbon(
        &[[0.5, top, 0.018], [0.5, bottom + 0.02, 0.024]],
        palette.body,
    );
    brush.dot(0.5, top, 0.034, palette.body);
    brush.dot(0.5, top, 0.012, palette.dark);
    for (share, side) in [(0.45, -1.0_f32), (0.6, 1.0), (0.8, -1.0), (0.95, 1.0)] {
        let y = top + (bottom - top) * share;
        let tip = 0.5 + side * peg;
        brush.stroke([0.5, y], [tip, y], 0.016, palette.body);
        brush.dot(tip, y, 0.014, palette.body);
    }
}

fn sound_holes(brush: &Brush<'_>, palette: &Palette, top: f32, bottom: f32, from_middle: f32) {
    for side in [-1.0_f32, 1.0] {
        let x = |offset: f32| 0.5 + side * (from_middle + offset);
        let middle = (top + bottom) / 2.0;
        brush.line(
            &[
                [x(-0.018), top],
                [x(-0.002), top + 0.025],
                [x(0.004), middle],
                [x(0.012), bottom - 0.025],
                [x(0.03), bottom],
            ],
            0.016,
            palette.dark,
        );
    }
}

/// An acoustic guitar.
pub(super) fn guitar(brush: &Brush<'_>, palette: &Palette) {
    brush.even_body(
        &[
            [0.425, 0.03],
            [0.432, 0.09],
            [0.46, 0.135],
            [0.51, 0.155],
            [0.56, 0.143],
            [0.615, 0.122],
            [0.67, 0.135],
            [0.74, 0.185],
            [0.82, 0.208],
            [0.90, 0.185],
            [0.95, 0.12],
            [0.963, 0.03],
        ],
        palette.body,
    );
    brush.dot(0.5, 0.60, 0.066, palette.dark);
    brush.ring(0.5, 0.60, 0.082, 0.01, palette.light);
    // Neck with frets, and the head with its machines.
    brush.ribbon(&[[0.5, 0.13, 0.023], [0.5, 0.56, 0.03]], palette.dark);
    for fret in 0..6 {
        let y = 0.19 + 0.045 * fret as f32;
        brush.stroke([0.474, y], [0.526, y], 0.006, palette.light);
    }
    brush.body(
        &[
            [0.025, 0.455, 0.545],
            [0.06, 0.455, 0.545],
            [0.11, 0.462, 0.538],
            [0.145, 0.478, 0.522],
        ],
        palette.body,
    );
    for y in [0.045, 0.075, 0.105] {
        brush.dot(0.432, y, 0.014, palette.light);
        brush.dot(0.568, y, 0.014, palette.light);
    }
    // Bridge and strings.
    brush.stroke([0.41, 0.80], [0.59, 0.80], 0.034, palette.dark);
    for x in [0.488, 0.512] {
        brush.stroke([x, 0.12], [x, 0.80], 0.006, palette.light);
    }
}
