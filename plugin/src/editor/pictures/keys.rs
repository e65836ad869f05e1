//! The piano.

use super::Palette;
use super::brush::Brush;

/// A grand piano from above: the wing of its case, strings, keyboard.
pub(super) fn grand_piano(brush: &Brush<'_>, palette: &Palette) {
    let case = [
        [0.055, 0.20, 0.30],
        [0.065, 0.155, 0.355],
        [0.10, 0.125, 0.42],
        [0.17, 0.115, 0.475],
        [0.26, 0.115, 0.51],
        [0.36, 0.115, 0.555],
        [0.44, 0.115, 0.64],
        [0.50, 0.115, 0.745],
        [0.56, 0.115, 0.835],
        [0.63, 0.115, 0.88],
        [0.70, 0.115, 0.885],
        [0.93, 0.115, 0.885],
    ];
    brush.body(&case, palette.body);
    // The open inside, a rim smaller.
    let inside: Vec<[f32; 3]> = case[1..11]
        .iter()
        .map(|[y, left, right]| [y * 0.9 + 0.048, left + 0.045, right - 0.045])
        .collect();
    brush.body(&inside, palette.dark);
    for (x, top) in [
        (0.215, 0.16),
        (0.29, 0.15),
        (0.365, 0.19),
        (0.44, 0.30),
        (0.53, 0.42),
        (0.62, 0.50),
        (0.71, 0.56),
        (0.79, 0.61),
    ] {
        brush.stroke([x, top], [x, 0.655], 0.007, palette.light);
    }
    brush.body(&[[0.745, 0.16, 0.84], [0.895, 0.16, 0.84]], palette.light);
    for key in 0..14 {
        let x = 0.16 + 0.68 * (key as f32 + 1.0) / 15.0;
        // White keys between E and F, B and C have no black one.
        if key % 7 == 2 || key % 7 == 6 {
            brush.stroke([x, 0.745], [x, 0.895], 0.006, palette.dark);
        } else {
            brush.stroke([x, 0.745], [x, 0.835], 0.024, palette.dark);
        }
    }
}
