//! How the keyboard is played, as the controls have it.

use crate::controls::Controls;

/// What all notes have in common.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Manner {
    /// How many notes sound at once, 1 to [`VOICES`](mynah_models::VOICES); with 1, keys that overlap are slurred.
    pub(crate) voices: usize,
    /// How long the way from one slurred note to the next is.
    pub(crate) glide_ms: f32,
    /// What is added to every channel's wheels and pedals, 0 to 1, and the pitch wheel, -1 to 1.
    pub(crate) modulation: f32,
    pub(crate) expression: f32,
    pub(crate) wheel: f32,
    pub(crate) sustains: bool,
}

impl Manner {
    /// That of these controls, which are in their ranges. Audio thread.
    pub(crate) fn of(controls: &Controls) -> Self {
        Self {
            voices: controls.voices.max(1) as usize,
            glide_ms: controls.glide_ms,
            modulation: controls.modulation,
            expression: controls.expression,
            wheel: controls.wheel,
            sustains: controls.sustain,
        }
    }
}
