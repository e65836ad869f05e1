//! A direct-form FIR filter whose response moves linearly from one frame's taps to the next's,
//! sample by sample.
//!
//! Both filters run over the whole frame and their outputs are crossfaded, which for linear
//! interpolation is the same as interpolating the taps and costs two multiply-adds a tap and
//! sample. It adds no latency. No fused multiply-add, so every vector width gives the same numbers.
//!
//! Thread: state and step belong to the thread that renders; nothing here allocates after
//! [`FirState::new`].

use pulp::Arch;

use super::frame_weight;
use crate::features::History;
use crate::rates::FRAME_SAMPLES;

/// Output samples computed together: four AVX2 registers for each of the two filters.
const LANES: usize = 32;

/// The interpolated filter. It has no tables of its own: the taps come with every frame.
#[derive(Clone, Copy, Debug)]
pub struct Fir {
    arch: Arch,
    taps: usize,
}

/// The taps of the two frames around the present sample, and the input a filter looks back at.
#[derive(Clone, Debug)]
pub struct FirState {
    /// Impulse response at the frame's beginning, latest sample first.
    from: Vec<f32>,
    /// Impulse response at the frame's end.
    to: Vec<f32>,
    past: History,
    /// `taps - 1` past samples, the chunk, then room for a whole number of [`LANES`].
    window: Vec<f32>,
    /// How far into the frame the next sample lies, `0..=FRAME_SAMPLES`.
    position: usize,
    /// All taps of both frames are zero: nothing to compute.
    silent: bool,
}

impl Fir {
    /// A filter of `taps` taps (at least one).
    pub fn new(taps: usize) -> Self {
        Self {
            arch: Arch::new(),
            taps: taps.max(1),
        }
    }

    /// Starts a frame: the response moves from the one reached now to `taps` over the next
    /// [`FRAME_SAMPLES`] samples.
    ///
    /// Taps missing in `taps` count as zero, surplus ones are ignored.
    pub fn begin_frame(&self, state: &mut FirState, taps: &[f32]) {
        core::mem::swap(&mut state.from, &mut state.to);
        state.silent = [&state.from[..], taps]
            .iter()
            .all(|taps| taps.iter().all(|&tap| tap == 0.0));
        state.to.fill(0.0);
        for (own, &tap) in state.to.iter_mut().zip(taps) {
            *own = tap;
        }
        state.position = 0;
    }

    /// Filters `input` into `output` (as many samples as the shorter of both has).
    ///
    /// Past the end of a frame that no [`Fir::begin_frame`] followed, the last taps stay.
    pub fn step(&self, state: &mut FirState, input: &[f32], output: &mut [f32]) {
        for (input, output) in input
            .chunks(FRAME_SAMPLES)
            .zip(output.chunks_mut(FRAME_SAMPLES))
        {
            let length = input.len().min(output.len());
            self.step_chunk(state, &input[..length], &mut output[..length]);
        }
    }

    fn step_chunk(&self, state: &mut FirState, input: &[f32], output: &mut [f32]) {
        let FirState {
            from,
            to,
            past,
            window,
            position,
            silent,
        } = state;
        let reach = self.taps - 1;
        window[..reach].copy_from_slice(past.latest(reach));
        window[reach..reach + input.len()].copy_from_slice(input);
        past.push(input);
        let start = *position;
        *position = (start + input.len()).min(FRAME_SAMPLES);
        if *silent {
            output.fill(0.0);
            return;
        }
        self.arch.dispatch(
            #[inline(always)]
            || crossfaded_convolution(from, to, window, start, output),
        );
    }
}

impl FirState {
    /// A silent state for `fir`, whose taps are all zero until the first frame.
    pub fn new(fir: &Fir) -> Self {
        Self {
            from: vec![0.0; fir.taps],
            to: vec![0.0; fir.taps],
            past: History::new(fir.taps - 1),
            window: vec![0.0; fir.taps - 1 + FRAME_SAMPLES.next_multiple_of(LANES)],
            position: 0,
            silent: true,
        }
    }

    /// Back to silence and zero taps.
    pub fn reset(&mut self) {
        self.from.fill(0.0);
        self.to.fill(0.0);
        self.past.reset();
        self.window.fill(0.0);
        self.position = 0;
        self.silent = true;
    }

    /// Becomes `other`, a state of the same filter, without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        for (own, theirs) in [(&mut self.from, &other.from), (&mut self.to, &other.to)] {
            for (own, theirs) in own.iter_mut().zip(theirs) {
                *own = *theirs;
            }
        }
        self.past.copy_from(&other.past);
        self.position = other.position;
        self.silent = other.silent;
    }

    /// The taps reached at the frame's end.
    pub fn taps(&self) -> &[f32] {
        &self.to
    }
}

/// `output[n]` becomes the crossfade of both convolutions at `window[reach + n]`.
#[inline(always)]
fn crossfaded_convolution(
    from: &[f32],
    to: &[f32],
    window: &[f32],
    start: usize,
    output: &mut [f32],
) {
    let reach = from.len() - 1;
    for (block, output) in output.chunks_mut(LANES).enumerate() {
        let offset = block * LANES;
        let mut old = [0.0_f32; LANES];
        let mut new = [0.0_f32; LANES];
        for (tap, (&from, &to)) in from.iter().zip(to).enumerate() {
            let first = offset + reach - tap;
            let samples = &window[first..first + LANES];
            for lane in 0..LANES {
                old[lane] += from * samples[lane];
                new[lane] += to * samples[lane];
            }
        }
        for (lane, output) in output.iter_mut().enumerate() {
            let weight = frame_weight(start + offset + lane);
            *output = old[lane] + weight * (new[lane] - old[lane]);
        }
    }
}
