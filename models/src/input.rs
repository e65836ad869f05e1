//! What is let in, whatever a host hands over.

use crate::rates::HOP_SAMPLES;

/// Input beyond this (36 dB above full scale) is no audio; it is clipped so that no sum
/// in the features or networks can overflow.
const MAX_INPUT: f32 = 64.0;

/// One hop as the chain hears it: clipped at [`MAX_INPUT`], NaN as silence.
pub(crate) fn bounded_input(input: &[f32; HOP_SAMPLES]) -> [f32; HOP_SAMPLES] {
    input.map(|x| {
        if x.is_nan() {
            0.0
        } else {
            x.clamp(-MAX_INPUT, MAX_INPUT)
        }
    })
}
