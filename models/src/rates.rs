//! The rates and lengths that everything else is built on.

/// Rate of everything in this crate.
pub const SAMPLE_RATE_HZ: u32 = 48_000;
/// Audio is due every hop.
pub const HOP_SAMPLES: usize = 128;
/// Conditioning frames are this far apart: two hops, 187.5 a second.
pub const FRAME_SAMPLES: usize = 256;
/// Delay of the chain behind its input, besides the hop: the sub-bands' overlap.
pub const CHAIN_DELAY_SAMPLES: usize = 16;
/// Negative slope of every leaky ReLU.
pub const LEAKY_SLOPE: f32 = 0.2;
/// Rows of recorded notes are this many frames apart.
pub const ROW_FRAMES: usize = 2;
