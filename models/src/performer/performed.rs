//! What comes out of the performer beside envelopes, level and pitch.

use crate::prior::{Details, TextureBlock};

/// What the performer adds to a frame.
#[derive(Clone, Debug)]
pub struct Performed {
    /// By how much the first harmonics differ from the envelope.
    pub details: Details,
    /// How far the partials are stretched ([`partial`](crate::prior::partial)).
    pub stretch: f32,
    /// The harmonics have both signs ([`PriorFrame::spread`](crate::prior::PriorFrame::spread)): those of a struck string begin together.
    pub spread: bool,
    /// A struck tone begins: what of the one before is another string's, and rings on ([`PriorFrame::rings`](crate::prior::PriorFrame::rings)).
    pub rings: Option<f32>,
    /// Recorded noise.
    pub texture: TextureBlock,
    /// What of the frame is recorded, 0 to 1.
    pub share: f32,
    /// What of it would be while a note is played, 0 to 1: so much of the sound needs no generator.
    pub planned_share: f32,
}
