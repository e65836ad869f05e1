//! What conditioning hands to the translator of a frame, besides the content `z`.

/// What the translator is told about one frame besides `z`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FramePitch {
    /// Pitch the target is to play, above 0.
    pub f0_hz: f32,
    /// 0 (unvoiced) to 1.
    pub voicing: f32,
    /// Natural log of the A-weighted amplitude.
    pub log_loudness: f32,
    /// How much louder the newest samples are, in nepers, 0 or more.
    pub attack: f32,
    /// Whether the excitation is the whitened input.
    pub follow: bool,
}
