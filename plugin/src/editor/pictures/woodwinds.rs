//! Flute and clarinet.

use super::Palette;
use super::brush::Brush;

/// A flute: head with lip plate above, keys below.
pub(super) fn flute(brush: &Brush<'_>, palette: &Palette) {
    brush.ribbon(&[[0.5, -0.07, 0.024], [0.5, 1.06, 0.024]], palette.body);
    // Crown, and the joints between the parts.
    brush.ribbon(&[[0.5, -0.09, 0.026], [0.5, -0.06, 0.026]], palette.light);
    for y in [0.28, 0.86] {
        brush.ribbon(&[[0.5, y, 0.031], [0.5, y + 0.035, 0.031]], palette.light);
    }
    brush.ellipse(0.5, 0.08, [0.052, 0.068], 0.0, palette.light);
    brush.ellipse(0.495, 0.08, [0.02, 0.027], 0.0, palette.dark);
    // The rod on which the keys turn.
    brush.stroke([0.535, 0.36], [0.535, 0.84], 0.012, palette.light);
    for (y, radius) in [
        (0.39, 0.026),
        (0.46, 0.036),
        (0.54, 0.036),
        (0.62, 0.036),
        (0.70, 0.036),
        (0.78, 0.036),
        (0.93, 0.033),
        (1.0, 0.033),
    ] {
        brush.dot(0.505, y, radius, palette.dark);
        brush.dot(0.505, y, radius * 0.76, palette.light);
    }
}

/// A clarinet, mouthpiece above and bell below.
pub(super) fn clarinet(brush: &Brush<'_>, palette: &Palette) {
    brush.ribbon(
        &[[0.5, -0.06, 0.010], [0.5, 0.00, 0.022], [0.5, 0.06, 0.030]],
        palette.dark,
    );
    brush.ribbon(
        &[
            [0.5, 0.06, 0.032],
            [0.5, 0.12, 0.036],
            [0.5, 0.18, 0.031],
            [0.5, 0.50, 0.033],
            [0.5, 0.80, 0.037],
            [0.5, 0.90, 0.048],
            [0.5, 0.97, 0.076],
            [0.5, 1.03, 0.112],
        ],
        palette.body,
    );
    for (y, half) in [(0.025, 0.029), (0.17, 0.036), (0.49, 0.039), (0.80, 0.043)] {
        brush.ribbon(&[[0.5, y, half], [0.5, y + 0.028, half]], palette.light);
    }
    brush.ribbon(&[[0.5, 1.015, 0.108], [0.5, 1.04, 0.116]], palette.light);
    // Keys and their levers.
    brush.stroke([0.545, 0.22], [0.545, 0.47], 0.012, palette.light);
    brush.stroke([0.455, 0.54], [0.455, 0.80], 0.012, palette.light);
    for y in [0.25, 0.33, 0.41, 0.57, 0.65, 0.73] {
        brush.dot(0.5, y, 0.026, palette.light);
        brush.dot(0.5, y, 0.013, palette.dark);
    }
    for y in [0.62, 0.70, 0.78] {
        brush.ellipse(0.565, y, [0.03, 0.013], 20.0, palette.light);
    }
}
