//! Elementwise work between convolutions, over whole vectors.
//!
//! `tanh` and the sigmoid are a rational approximation (the one of Eigen and XNNPACK,
//! odd degree 13 over even degree 6), within a few units in the last place of the
//! true value: see the tests. Thread: the audio thread (no allocation, no lock).

use pulp::{Arch, Simd, WithSimd};

use crate::instructions::Instructions;

/// Beyond this, tanh in `f32` is 1.
const TANH_CLAMP: f32 = 7.905_311;
/// Odd coefficients of the numerator, highest (x^13) first.
const TANH_ALPHA: [f32; 7] = [
    -2.760_768_5e-16,
    2.000_188e-13,
    -8.604_672e-11,
    5.122_297e-8,
    1.485_722_4e-5,
    6.372_619e-4,
    4.893_524_6e-3,
];
/// Even coefficients of the denominator, highest (x^6) first.
const TANH_BETA: [f32; 4] = [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3];

#[inline(always)]
fn tanh_v<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let x = simd.min_f32s(x, simd.splat_f32s(TANH_CLAMP));
    let x = simd.max_f32s(x, simd.splat_f32s(-TANH_CLAMP));
    let x2 = simd.mul_f32s(x, x);
    let mut p = simd.splat_f32s(TANH_ALPHA[0]);
    for a in &TANH_ALPHA[1..] {
        p = simd.mul_add_e_f32s(p, x2, simd.splat_f32s(*a));
    }
    let mut q = simd.splat_f32s(TANH_BETA[0]);
    for b in &TANH_BETA[1..] {
        q = simd.mul_add_e_f32s(q, x2, simd.splat_f32s(*b));
    }
    simd.div_f32s(simd.mul_f32s(x, p), q)
}

#[inline(always)]
fn sigmoid_v<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let half = simd.splat_f32s(0.5);
    let t = tanh_v(simd, simd.mul_f32s(x, half));
    simd.mul_add_e_f32s(t, half, half)
}

/// Natural logarithm of normal positive values: Cephes' polynomial about 1 after the
/// exponent is taken off so that the mantissa is in `[sqrt(1/2), sqrt(2))`.
#[inline(always)]
fn ln_v<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    const COEFFICIENTS: [f32; 9] = [
        7.037_683_6e-2,
        -1.151_461e-1,
        1.167_699_9e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_8e-1,
        2.000_071_5e-1,
        -2.5e-1,
        3.333_333e-1,
    ];
    const SQRT_HALF_BITS: u32 = 0x3f35_04f3;
    const ONE_BITS: u32 = 0x3f80_0000;
    // 2^23 as a float: its low bits count in ones.
    const COUNTER_BITS: u32 = 0x4b00_0000;
    let bits = simd.transmute_u32s_f32s(x);
    let bits = simd.add_u32s(bits, simd.splat_u32s(ONE_BITS - SQRT_HALF_BITS));
    let exponent = simd.wrapping_dyn_shr_u32s(bits, simd.splat_u32s(23));
    let exponent = simd.transmute_f32s_u32s(simd.or_u32s(exponent, simd.splat_u32s(COUNTER_BITS)));
    let exponent = simd.sub_f32s(exponent, simd.splat_f32s(8_388_608.0 + 127.0));
    let mantissa = simd.and_u32s(bits, simd.splat_u32s(0x007f_ffff));
    let mantissa = simd.add_u32s(mantissa, simd.splat_u32s(SQRT_HALF_BITS));
    let f = simd.sub_f32s(simd.transmute_f32s_u32s(mantissa), simd.splat_f32s(1.0));
    let f2 = simd.mul_f32s(f, f);
    let mut p = simd.splat_f32s(COEFFICIENTS[0]);
    for c in &COEFFICIENTS[1..] {
        p = simd.mul_add_e_f32s(p, f, simd.splat_f32s(*c));
    }
    let mut y = simd.mul_f32s(simd.mul_f32s(p, f), f2);
    // ln 2 in two parts, the first exact in few bits.
    y = simd.mul_add_e_f32s(exponent, simd.splat_f32s(-2.121_944_4e-4), y);
    y = simd.mul_add_e_f32s(f2, simd.splat_f32s(-0.5), y);
    y = simd.add_f32s(y, f);
    simd.mul_add_e_f32s(exponent, simd.splat_f32s(0.693_359_4), y)
}

/// `asinh(x) = sign(x) ln(1 + t)`, `t = |x| + x^2 / (1 + sqrt(1 + x^2))`, with Kahan's
/// `ln(1 + t) = ln(u) t / (u - 1)`, `u = fl(1 + t)`. For `|x|` below 1e18.
#[inline(always)]
fn asinh_v<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    let a = simd.abs_f32s(x);
    let x2 = simd.mul_f32s(a, a);
    let root = simd.sqrt_f32s(simd.add_f32s(x2, one));
    let t = simd.add_f32s(a, simd.div_f32s(x2, simd.add_f32s(one, root)));
    let u = simd.add_f32s(t, one);
    let rounded = simd.sub_f32s(u, one);
    let tiny = simd.less_than_f32s(rounded, simd.splat_f32s(f32::EPSILON));
    let safe = simd.select_f32s(tiny, one, rounded);
    let y = simd.mul_f32s(ln_v(simd, u), simd.div_f32s(t, safe));
    let y = simd.select_f32s(tiny, t, y);
    let sign = simd.and_u32s(simd.transmute_u32s_f32s(x), simd.splat_u32s(0x8000_0000));
    simd.transmute_f32s_u32s(simd.or_u32s(simd.transmute_u32s_f32s(y), sign))
}

#[inline(always)]
fn leaky_v<S: Simd>(simd: S, x: S::f32s, slope: S::f32s) -> S::f32s {
    simd.max_f32s(x, simd.mul_f32s(x, slope))
}

/// One elementwise operation with up to two inputs, applied to whole vectors and a
/// partial one at the end.
trait Elementwise: Copy {
    fn apply<S: Simd>(self, simd: S, x: S::f32s, y: S::f32s) -> S::f32s;
}

struct Map<'a, O> {
    op: O,
    x: &'a [f32],
    y: &'a [f32],
    out: &'a mut [f32],
}

impl<O: Elementwise> WithSimd for Map<'_, O> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let n = self.out.len();
        let (x, x_tail) = S::as_simd_f32s(&self.x[..n]);
        let (y, y_tail) = S::as_simd_f32s(&self.y[..n]);
        let (out, out_tail) = S::as_mut_simd_f32s(self.out);
        for ((out, x), y) in out.iter_mut().zip(x).zip(y) {
            *out = self.op.apply(simd, *x, *y);
        }
        if !out_tail.is_empty() {
            let (x, y) = (
                simd.partial_load_f32s(x_tail),
                simd.partial_load_f32s(y_tail),
            );
            simd.partial_store_f32s(out_tail, self.op.apply(simd, x, y));
        }
    }
}

struct InPlace<'a, O> {
    op: O,
    x: &'a mut [f32],
}

impl<O: Elementwise> WithSimd for InPlace<'_, O> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (x, tail) = S::as_mut_simd_f32s(self.x);
        for x in x {
            *x = self.op.apply(simd, *x, *x);
        }
        if !tail.is_empty() {
            let x = simd.partial_load_f32s(tail);
            simd.partial_store_f32s(tail, self.op.apply(simd, x, x));
        }
    }
}

macro_rules! elementwise {
    ($($name:ident ( $($field:ident),* ) |$this:ident, $simd:ident, $x:ident, $y:ident| $body:expr;)*) => {
        $(
            #[derive(Clone, Copy)]
            struct $name { $($field: f32),* }
            impl Elementwise for $name {
                #[inline(always)]
                fn apply<S: Simd>($this, $simd: S, $x: S::f32s, $y: S::f32s) -> S::f32s { $body }
            }
        )*
    };
}

elementwise! {
    Leaky(slope) |self, simd, x, _y| leaky_v(simd, x, simd.splat_f32s(self.slope));
    Tanh() |self, simd, x, _y| tanh_v(simd, x);
    Asinh() |self, simd, x, _y| asinh_v(simd, x);
    Sigmoid() |self, simd, x, _y| sigmoid_v(simd, x);
    Gate() |self, simd, x, y| simd.mul_f32s(tanh_v(simd, x), sigmoid_v(simd, y));
}

/// The elementwise operations, with a choice of instructions.
#[derive(Clone, Copy, Debug)]
pub struct Ops {
    arch: Arch,
}

impl Ops {
    /// With these instructions.
    pub fn new(instructions: Instructions) -> Self {
        Self {
            arch: instructions.arch(),
        }
    }

    /// `out = x where x > 0 else slope * x`, `slope <= 1`.
    pub fn leaky(&self, x: &[f32], slope: f32, out: &mut [f32]) {
        let op = Leaky { slope };
        self.arch.dispatch(Map { op, x, y: x, out });
    }

    /// `out = tanh(x)`.
    pub fn tanh(&self, x: &[f32], out: &mut [f32]) {
        let op = Tanh {};
        self.arch.dispatch(Map { op, x, y: x, out });
    }

    /// `x = tanh(x)`.
    pub fn tanh_in_place(&self, x: &mut [f32]) {
        self.arch.dispatch(InPlace { op: Tanh {}, x });
    }

    /// `x = asinh(x)`, for `|x|` below 1e18.
    pub fn asinh_in_place(&self, x: &mut [f32]) {
        self.arch.dispatch(InPlace { op: Asinh {}, x });
    }

    /// `out = 1 / (1 + exp(-x))`.
    pub fn sigmoid(&self, x: &[f32], out: &mut [f32]) {
        let op = Sigmoid {};
        self.arch.dispatch(Map { op, x, y: x, out });
    }

    /// `out = tanh(x) * sigmoid(y)`.
    pub fn gate(&self, x: &[f32], y: &[f32], out: &mut [f32]) {
        let op = Gate {};
        self.arch.dispatch(Map { op, x, y, out });
    }

    /// FiLM over `rows` of `gain.len()` channels: `x = x * gain + shift`, in place.
    pub fn film(&self, gain: &[f32], shift: &[f32], x: &mut [f32]) {
        self.arch.dispatch(Film { gain, shift, x });
    }
}

struct Film<'a> {
    gain: &'a [f32],
    shift: &'a [f32],
    x: &'a mut [f32],
}

impl WithSimd for Film<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let channels = self.gain.len().max(1);
        let (gain, gain_tail) = S::as_simd_f32s(self.gain);
        let (shift, shift_tail) = S::as_simd_f32s(self.shift);
        for row in self.x.chunks_exact_mut(channels) {
            let (x, x_tail) = S::as_mut_simd_f32s(row);
            for ((x, g), s) in x.iter_mut().zip(gain).zip(shift) {
                *x = simd.mul_add_e_f32s(*x, *g, *s);
            }
            for ((x, g), s) in x_tail.iter_mut().zip(gain_tail).zip(shift_tail) {
                *x = *x * g + s;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Over the whole range and near zero, against `f64`.
    #[test]
    fn tanh_and_sigmoid_are_accurate() {
        let ops = Ops::new(Instructions::fastest());
        let x: Vec<f32> = (-200_000..=200_000)
            .map(|i| (i as f32 / 20_000.0).powi(3) * 0.02)
            .collect();
        let (mut t, mut s) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        ops.tanh(&x, &mut t);
        ops.sigmoid(&x, &mut s);
        for ((x, t), s) in x.iter().zip(&t).zip(&s) {
            let x = f64::from(*x);
            let tanh = x.tanh();
            let sigmoid = 1.0 / (1.0 + (-x).exp());
            assert!(
                (f64::from(*t) - tanh).abs() <= 6e-7 * tanh.abs() + 1e-30,
                "tanh({x}) = {tanh}, got {t}"
            );
            assert!(
                (f64::from(*s) - sigmoid).abs() <= 2e-7,
                "sigmoid({x}) = {sigmoid}, got {s}"
            );
        }
    }

    #[test]
    fn asinh_is_accurate_from_tiny_to_huge() {
        let ops = Ops::new(Instructions::fastest());
        let x: Vec<f32> = (0..400_000)
            .map(|i| {
                let magnitude = 10f32.powf(-12.0 + 27.0 * (i / 2) as f32 / 200_000.0);
                if i % 2 == 0 { magnitude } else { -magnitude }
            })
            .chain([0.0])
            .collect();
        let mut y = x.clone();
        ops.asinh_in_place(&mut y);
        for (x, y) in x.iter().zip(&y) {
            let want = f64::from(*x).asinh();
            assert!(
                (f64::from(*y) - want).abs() <= 8e-7 * want.abs(),
                "asinh({x}) = {want}, got {y}"
            );
        }
    }

    #[test]
    fn elementwise_operations_cover_ragged_lengths() {
        let ops = Ops::new(Instructions::fastest());
        for n in 0..70 {
            let x: Vec<f32> = (0..n).map(|i| (i as f32 * 0.7).sin() * 2.0).collect();
            let y: Vec<f32> = (0..n).map(|i| (i as f32 * 1.3).cos()).collect();
            let mut out = vec![0.0; n];
            ops.leaky(&x, 0.2, &mut out);
            for (o, x) in out.iter().zip(&x) {
                assert_eq!(*o, if *x > 0.0 { *x } else { 0.2 * x });
            }
            ops.gate(&x, &y, &mut out);
            for ((o, x), y) in out.iter().zip(&x).zip(&y) {
                let want = x.tanh() / (1.0 + (-y).exp());
                assert!((o - want).abs() < 1e-6);
            }
            let mut filmed = [x.as_slice(), x.as_slice()].concat();
            ops.film(&x, &y, &mut filmed);
            for (i, f) in filmed.iter().enumerate() {
                assert!((f - (x[i % n] * x[i % n] + y[i % n])).abs() < 1e-6);
            }
        }
    }
}
