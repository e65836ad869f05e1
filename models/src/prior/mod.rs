//! The source-filter prior in its live form: causal and without latency.
//!
//! Blocks: frame `k` is known when the input up to sample `256 k` is there, half-way through block
//! `k`, which is samples `256 k - 128 .. 256 k + 128`, that is the second hop of one frame and the
//! first of the next. Inside the block every parameter goes linearly from frame `k - 1` to frame
//! `k`, which its last sample reaches. Frame 0 is silence.
//!
//! So a caller, at every hop: completes a frame if one is due, hands it to the parts'
//! `begin_frame`, then lets each part make the hop. Before the first `begin_frame` every part gives
//! silence.
//!
//! - [`Harmonics`]: the excitation of *track*, sines at multiples of the pitch, their amplitudes
//!   read off the envelope;
//! - [`Whitened`]: the excitation of *follow*, the input's prediction residual; [`Shifter`] moves
//!   it to another octave;
//! - [`Noise`]: the excitation of the noise part;
//! - [`FilterDesign`] and [`Fir`]: the filter that gives an excitation its envelope.
//!
//! [`Prior`] puts them together.

mod excess;
mod filter_design;
mod fir;
mod harmonics;
mod minimum_phase;
mod noise;
mod shifter;
mod sine_bank;
mod streams;
mod texture;
mod whitened;

pub use crate::envelope::{
    ENVELOPE_HIGH_HZ, ENVELOPE_LOW_HZ, ENVELOPE_POINTS, Envelope, EnvelopeGrid, EnvelopePlace,
    envelope_at, envelope_point_hz,
};
pub use filter_design::{FILTER_TAPS, FilterDesign, FilterDesignState};
pub use fir::{Fir, FirState};
pub use harmonics::{
    Details, HarmonicFrame, Harmonics, HarmonicsState, MAX_HARMONICS, NO_DETAILS,
    NUMBERED_HARMONICS, partial,
};
pub use minimum_phase::{MinimumPhase, MinimumPhaseState};
pub use noise::{Noise, NoiseState};
pub use shifter::{Shifter, ShifterState};
pub use streams::{Prior, PriorFrame, PriorState};
pub use texture::{TextureBlock, TextureState};
pub use whitened::{Whitened, WhitenedState};

use crate::rates::FRAME_SAMPLES;

/// How much of the block's new frame is in at sample `position` of the block: 1/256 at the first, 1
/// at the last.
#[inline(always)]
fn frame_weight(position: usize) -> f32 {
    (position + 1).min(FRAME_SAMPLES) as f32 * (1.0 / FRAME_SAMPLES as f32)
}
