//! The trumpet.

use super::Palette;
use super::brush::Brush;

/// A trumpet, bell to the right.
pub(super) fn trumpet(brush: &Brush<'_>, palette: &Palette) {
    // Tuning slide and lower tube, behind the valves.
    brush.line(
        &[
            [0.60, 0.60],
            [0.72, 0.60],
            [0.775, 0.575],
            [0.79, 0.52],
            [0.775, 0.465],
            [0.72, 0.44],
        ],
        0.030,
        palette.dark,
    );
    brush.line(
        &[
            [0.60, 0.60],
            [0.34, 0.60],
            [0.245, 0.60],
            [0.20, 0.575],
            [0.185, 0.515],
            [0.20, 0.455],
            [0.25, 0.43],
        ],
        0.034,
        palette.body,
    );
    // Leadpipe, and the bell.
    brush.ribbon(
        &[
            [0.02, 0.43, 0.034],
            [0.045, 0.43, 0.028],
            [0.075, 0.43, 0.014],
            [0.12, 0.43, 0.014],
        ],
        palette.light,
    );
    brush.ribbon(
        &[
            [0.11, 0.43, 0.014],
            [0.40, 0.43, 0.017],
            [0.62, 0.43, 0.021],
            [0.76, 0.43, 0.034],
            [0.86, 0.43, 0.062],
            [0.93, 0.43, 0.11],
            [0.965, 0.43, 0.165],
        ],
        palette.body,
    );
    brush.ellipse(0.965, 0.43, [0.024, 0.172], 0.0, palette.light);
    brush.ellipse(0.967, 0.43, [0.013, 0.150], 0.0, palette.dark);
    for x in [0.385, 0.475, 0.565] {
        brush.stroke([x, 0.24], [x, 0.36], 0.016, palette.light);
        brush.ellipse(x, 0.235, [0.032, 0.016], 0.0, palette.light);
        brush.ribbon(&[[x, 0.34, 0.035], [x, 0.69, 0.035]], palette.dark);
        brush.ribbon(&[[x, 0.35, 0.030], [x, 0.68, 0.030]], palette.body);
        brush.ribbon(&[[x, 0.335, 0.036], [x, 0.365, 0.036]], palette.light);
        brush.ribbon(&[[x, 0.665, 0.036], [x, 0.695, 0.036]], palette.light);
    }
    brush.ring(0.675, 0.375, 0.03, 0.014, palette.light);
}
