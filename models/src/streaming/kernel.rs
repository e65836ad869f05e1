//! The packed-weight kernel every streaming layer is made of.
//!
//! One call computes `rows x cout` outputs of a (dilated, strided, causal)
//! convolution in channels-last layout, as a matrix product whose left side is
//! read in place from a `[tail | block]` buffer: row `r`, tap `j` starts at
//! `r * row_stride + j * tap_stride`. The weights are packed once, when a model is
//! loaded, into panels of a few vectors, so that the inner loop reads them front to
//! back; the accumulators of a tile (rows x vectors) stay in registers.
//!
//! Each output is summed in one fixed order (bias, then taps, then channels)
//! whatever the tile, so a row comes out the same to the bit however many rows a
//! call is given.
//!
//! Thread: packing allocates and is for any thread but the audio thread;
//! [`PackedConv::run`] is for the audio thread (no allocation, no lock, no I/O).

use std::marker::PhantomData;

use pulp::{Arch, Simd, WithSimd};

use crate::instructions::Instructions;

/// Vectors of output channels in a full panel where there are 32 registers (AVX-512,
/// NEON): 8 rows x 3 vectors of sums.
const WIDE_PANEL: usize = 3;
/// The same where there are 16 (AVX2): 4 rows x 2 vectors are the eight sums that hide
/// the multiplier's latency. With 4 x 3, LLVM keeps one of the sums in memory, which
/// was measured to halve the speed.
const NARROW_PANEL: usize = 2;

/// How many vectors of output channels make a full panel. A type, so that tests can have every path with whatever vectors
/// there are.
trait Panels {
    fn vectors<S: Simd>() -> usize;
}

/// As many as the registers hold.
struct ByRegisters;

impl Panels for ByRegisters {
    #[inline(always)]
    fn vectors<S: Simd>() -> usize {
        if S::REGISTER_COUNT >= 32 {
            WIDE_PANEL
        } else {
            NARROW_PANEL
        }
    }
}

/// How the taps of a convolution lie in its input buffer, in `f32`s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// From the first tap of one output row to that of the next.
    pub row_stride: usize,
    /// From one tap to the next.
    pub tap_stride: usize,
}

/// A convolution's weights, packed for the vectors of some instructions.
#[derive(Clone, Debug)]
pub struct PackedConv {
    arch: Arch,
    taps: usize,
    cin: usize,
    cout: usize,
    layout: Layout,
    /// Panels of `taps * cin` rows of up to [`Panels::vectors`] vectors.
    panels: Vec<f32>,
    /// `cout` values, padded to whole vectors.
    bias: Vec<f32>,
}

/// What is added to a convolution's sums before the activation.
#[derive(Clone, Copy, Debug)]
pub enum Addend<'a> {
    /// Nothing.
    Nothing,
    /// `rows x cout` values of another buffer.
    Rows(&'a [f32]),
    /// What the output buffer holds: a residual connection in place.
    Output,
}

/// What [`PackedConv::run`] adds and applies while the sums are in registers:
/// `out = leaky(sum + bias + addend)`.
#[derive(Clone, Copy, Debug)]
pub struct Epilogue<'a> {
    /// Added before the activation.
    pub addend: Addend<'a>,
    /// Slope below zero, at most 1: 1 is no activation, 0.2 the networks' leaky ReLU.
    pub slope: f32,
}

impl Epilogue<'_> {
    /// The plain sum.
    pub const NONE: Self = Epilogue {
        addend: Addend::Nothing,
        slope: 1.0,
    };
    /// Added to what the output buffer holds.
    pub const RESIDUAL: Self = Epilogue {
        addend: Addend::Output,
        slope: 1.0,
    };
}

impl PackedConv {
    /// Packs PyTorch's `[cout, cin, taps]` weights and a bias of `cout` values
    /// (zeros where the layer has none). Allocates.
    ///
    /// # Panics
    /// If the lengths do not fit each other; callers have checked shapes against the
    /// architecture before.
    pub fn new(
        instructions: Instructions,
        weight: &[f32],
        bias: Option<&[f32]>,
        shape: [usize; 3],
        layout: Layout,
    ) -> Self {
        let arch = instructions.arch();
        let widths = arch.dispatch(Widths::<ByRegisters>(PhantomData));
        Self::pack(arch, widths, weight, bias, shape, layout)
    }

    fn pack(
        arch: Arch,
        [lanes, panel_vectors]: [usize; 2],
        weight: &[f32],
        bias: Option<&[f32]>,
        [cout, cin, taps]: [usize; 3],
        layout: Layout,
    ) -> Self {
        assert_eq!(weight.len(), cout * cin * taps, "weights of a convolution");
        let vectors = cout.div_ceil(lanes);
        let mut panels = Vec::with_capacity(vectors * lanes * cin * taps);
        for first in (0..vectors).step_by(panel_vectors) {
            let outs = first * lanes..vectors.min(first + panel_vectors) * lanes;
            for tap in 0..taps {
                for ci in 0..cin {
                    panels.extend(outs.clone().map(|co| {
                        if co < cout {
                            weight[(co * cin + ci) * taps + tap]
                        } else {
                            0.0
                        }
                    }));
                }
            }
        }
        let mut padded_bias = vec![0.0; vectors * lanes];
        if let Some(bias) = bias {
            padded_bias[..cout].copy_from_slice(bias);
        }
        Self {
            arch,
            taps,
            cin,
            cout,
            layout,
            panels,
            bias: padded_bias,
        }
    }

    /// Channels read per tap.
    pub fn cin(&self) -> usize {
        self.cin
    }

    /// Channels written per row.
    pub fn cout(&self) -> usize {
        self.cout
    }

    /// Multiplications for one output row.
    pub fn macs_per_row(&self) -> usize {
        self.taps * self.cin * self.cout
    }

    /// Computes `out.len() / cout` rows from `input`. Audio thread.
    ///
    /// `input` must reach `(rows - 1) * row_stride + (taps - 1) * tap_stride + cin`,
    /// `out` is `[rows, cout]`; [`Addend::Rows`] is as long as `out`.
    pub fn run(&self, input: &[f32], out: &mut [f32], epilogue: Epilogue<'_>) {
        debug_assert_eq!(out.len() % self.cout, 0);
        self.arch.dispatch(Run::<ByRegisters> {
            conv: self,
            input,
            out,
            epilogue,
            panels: PhantomData,
        });
    }
}

/// Lanes of a vector and vectors of a panel.
struct Widths<P>(PhantomData<P>);

impl<P: Panels> WithSimd for Widths<P> {
    type Output = [usize; 2];
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [usize; 2] {
        [S::F32_LANES, P::vectors::<S>()]
    }
}

#[inline(always)]
fn load<S: Simd>(simd: S, values: &[f32]) -> S::f32s {
    match S::as_simd_f32s(values) {
        ([vector, ..], _) => *vector,
        ([], part) => simd.partial_load_f32s(part),
    }
}

#[inline(always)]
fn store<S: Simd>(simd: S, values: &mut [f32], vector: S::f32s) {
    match S::as_mut_simd_f32s(values) {
        ([to, ..], _) => *to = vector,
        ([], part) => simd.partial_store_f32s(part, vector),
    }
}

struct Run<'a, P> {
    conv: &'a PackedConv,
    input: &'a [f32],
    out: &'a mut [f32],
    epilogue: Epilogue<'a>,
    panels: PhantomData<P>,
}

impl<P: Panels> WithSimd for Run<'_, P> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if P::vectors::<S>() == WIDE_PANEL {
            let mut row = 0;
            let rows = self.out.len() / self.conv.cout;
            while row + 8 <= rows {
                self.rows::<S, 8, 1, WIDE_PANEL>(simd, row);
                row += 8;
            }
            self.few_rows::<S, WIDE_PANEL>(simd, row, rows);
        } else {
            let rows = self.out.len() / self.conv.cout;
            self.few_rows::<S, NARROW_PANEL>(simd, 0, rows);
        }
    }
}

impl<P> Run<'_, P> {
    #[inline(always)]
    fn few_rows<S: Simd, const PV: usize>(&mut self, simd: S, mut row: usize, rows: usize) {
        while row + 4 <= rows {
            self.rows::<S, 4, 1, PV>(simd, row);
            row += 4;
        }
        while row + 2 <= rows {
            self.rows::<S, 2, 2, PV>(simd, row);
            row += 2;
        }
        if row < rows {
            // One row has no reuse of weights to win; several panels at once keep
            // enough independent sums in flight to hide the multiplier's latency.
            self.rows::<S, 1, 4, PV>(simd, row);
        }
    }

    /// All outputs of `MR` rows, `NP` panels at a time where there are that many.
    #[inline(always)]
    fn rows<S: Simd, const MR: usize, const NP: usize, const PV: usize>(
        &mut self,
        simd: S,
        row: usize,
    ) {
        let vectors = self.conv.bias.len() / S::F32_LANES;
        let full = vectors / PV;
        let mut panel = 0;
        while panel + NP <= full {
            self.tile::<S, MR, NP, PV>(simd, row, panel * PV);
            panel += NP;
        }
        if NP > 2 && panel + 2 <= full {
            self.tile::<S, MR, 2, PV>(simd, row, panel * PV);
            panel += 2;
        }
        while panel < full {
            self.tile::<S, MR, 1, PV>(simd, row, panel * PV);
            panel += 1;
        }
        match vectors % PV {
            1 => self.tile::<S, MR, 1, 1>(simd, row, panel * PV),
            2 => self.tile::<S, MR, 1, 2>(simd, row, panel * PV),
            _ => {}
        }
    }

    /// `MR` rows x `NP` panels of `NV` vectors, summed in registers.
    #[inline(always)]
    fn tile<S: Simd, const MR: usize, const NP: usize, const NV: usize>(
        &mut self,
        simd: S,
        row: usize,
        first_vector: usize,
    ) {
        let conv = self.conv;
        let (cin, cout, depth) = (conv.cin, conv.cout, conv.cin * conv.taps);
        let (panels, _) = S::as_simd_f32s(&conv.panels);
        let (bias, _) = S::as_simd_f32s(&conv.bias);

        let mut sums = [[[simd.splat_f32s(0.0); NV]; NP]; MR];
        for sum in &mut sums {
            for p in 0..NP {
                for v in 0..NV {
                    sum[p][v] = bias[first_vector + p * NV + v];
                }
            }
        }
        for tap in 0..conv.taps {
            let mut x: [&[f32]; MR] = [&[]; MR];
            for (m, x) in x.iter_mut().enumerate() {
                let start = (row + m) * conv.layout.row_stride + tap * conv.layout.tap_stride;
                *x = &self.input[start..start + cin];
            }
            let mut w: [&[[S::f32s; NV]]; NP] = [&[]; NP];
            for (p, w) in w.iter_mut().enumerate() {
                let start = (first_vector + p * NV) * depth + tap * cin * NV;
                let (vectors, _) = panels[start..start + cin * NV].as_chunks::<NV>();
                *w = &vectors[..cin];
            }
            for c in 0..cin {
                for p in 0..NP {
                    let w = w[p][c];
                    for m in 0..MR {
                        let x = simd.splat_f32s(x[m][c]);
                        for v in 0..NV {
                            sums[m][p][v] = simd.mul_add_e_f32s(x, w[v], sums[m][p][v]);
                        }
                    }
                }
            }
        }

        let slope = simd.splat_f32s(self.epilogue.slope);
        for (m, sum) in sums.iter().enumerate() {
            for (p, panel) in sum.iter().enumerate() {
                for (v, y) in panel.iter().enumerate() {
                    let channel = (first_vector + p * NV + v) * S::F32_LANES;
                    let start = (row + m) * cout + channel;
                    let end = start + S::F32_LANES.min(cout - channel);
                    let mut y = *y;
                    match self.epilogue.addend {
                        Addend::Nothing => {}
                        Addend::Rows(rows) => {
                            y = simd.add_f32s(y, load(simd, &rows[start..end]));
                        }
                        Addend::Output => {
                            y = simd.add_f32s(y, load(simd, &self.out[start..end]));
                        }
                    }
                    y = simd.max_f32s(y, simd.mul_f32s(y, slope));
                    store(simd, &mut self.out[start..end], y);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
