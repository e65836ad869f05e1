//! What stands for a player's own model.

use super::Palette;
use super::brush::Brush;

/// A tuning fork that sounds.
pub(super) fn tuning_fork(brush: &Brush<'_>, palette: &Palette) {
    brush.ribbon(
        &[
            [0.405, 0.10, 0.034],
            [0.405, 0.40, 0.034],
            [0.415, 0.53, 0.036],
            [0.46, 0.60, 0.038],
            [0.5, 0.615, 0.040],
            [0.54, 0.60, 0.038],
            [0.585, 0.53, 0.036],
            [0.595, 0.40, 0.034],
            [0.595, 0.10, 0.034],
        ],
        palette.body,
    );
    brush.ribbon(&[[0.5, 0.60, 0.034], [0.5, 0.88, 0.030]], palette.body);
    brush.dot(0.5, 0.90, 0.048, palette.body);
    for (offset, height) in [(0.13, 0.10), (0.20, 0.16)] {
        for side in [-1.0_f32, 1.0] {
            let x = |bow: f32| 0.5 + side * (0.095 + offset + bow);
            brush.line(
                &[
                    [x(-0.03), 0.24 - height],
                    [x(0.0), 0.24 - height / 2.0],
                    [x(0.01), 0.24],
                    [x(0.0), 0.24 + height / 2.0],
                    [x(-0.03), 0.24 + height],
                ],
                0.020,
                palette.light,
            );
        }
    }
}
