//! From two sides to the lanes of the translation, and back.

use crate::guard;
use crate::hop_scheduler::LANES;

/// What each lane hears of both sides, at a width from 0 (their mean) to 1 (a side each). Finite samples stay so.
pub(crate) fn heard_by_lanes(input: [f32; 2], width: f32) -> [f32; LANES] {
    if width == 1.0 {
        return input;
    }
    // Halved first: the sum of two finite samples need not be finite.
    let mean = 0.5 * input[0] + 0.5 * input[1];
    if width == 0.0 {
        [mean; LANES]
    } else {
        input.map(|side| mean + width * (side - mean))
    }
}

/// What is heard of the lanes on each side: of the second nothing while it does not run.
pub(crate) fn spread([first, second]: [f32; LANES], width: f32) -> [f32; 2] {
    if width == 1.0 {
        [first, second]
    } else {
        [first, first + width * (second - first)]
    }
}

/// What a single channel gets of two: to the bit the same where they are the same.
pub(crate) fn middle([left, right]: [f32; 2]) -> f32 {
    if left == right {
        left
    } else {
        guard::normal(0.5 * left + 0.5 * right)
    }
}
