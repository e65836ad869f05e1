//! The kernel against plain sums: on every vector width this machine has, and on every path whatever it has.

use pulp::Scalar512b;

use super::*;
use crate::testing::Random;

/// The path of machines with 32 registers, with any vectors.
struct Wide;
/// That of machines with 16.
struct Narrow;

impl Panels for Wide {
    fn vectors<S: Simd>() -> usize {
        WIDE_PANEL
    }
}

impl Panels for Narrow {
    fn vectors<S: Simd>() -> usize {
        NARROW_PANEL
    }
}

/// Every vector width this machine has, the portable fallback first.
fn arches() -> Vec<Arch> {
    #[allow(unused_mut)]
    let mut out = vec![Arch::Scalar, Arch::new()];
    #[cfg(target_arch = "x86_64")]
    out.extend(pulp::x86::V3::try_new().map(Arch::V3));
    out
}

/// One call of the kernel.
struct Case {
    weight: Vec<f32>,
    bias: Vec<f32>,
    shape: [usize; 3],
    layout: Layout,
    input: Vec<f32>,
    addend: Vec<f32>,
    rows: usize,
}

impl Case {
    fn outputs(&self) -> usize {
        self.rows * self.shape[0]
    }

    fn epilogue(&self) -> Epilogue<'_> {
        Epilogue {
            addend: Addend::Rows(&self.addend),
            slope: 0.2,
        }
    }

    /// `leaky(sum + bias + addend)`, in `f64`.
    fn expected(&self) -> Vec<f32> {
        let [cout, cin, taps] = self.shape;
        let sum = |row: usize, co: usize| {
            let mut sum = f64::from(self.bias[co]) + f64::from(self.addend[row * cout + co]);
            for tap in 0..taps {
                for ci in 0..cin {
                    let at = row * self.layout.row_stride + tap * self.layout.tap_stride + ci;
                    let weight = self.weight[(co * cin + ci) * taps + tap];
                    sum += f64::from(self.input[at]) * f64::from(weight);
                }
            }
            (if sum > 0.0 { sum } else { 0.2 * sum }) as f32
        };
        (0..self.rows)
            .flat_map(|row| (0..cout).map(move |co| (row, co)))
            .map(|(row, co)| sum(row, co))
            .collect()
    }

    fn pack(&self, arch: Arch, widths: [usize; 2]) -> PackedConv {
        let bias = Some(self.bias.as_slice());
        PackedConv::pack(arch, widths, &self.weight, bias, self.shape, self.layout)
    }

    fn run<'a, P>(&'a self, conv: &'a PackedConv, out: &'a mut [f32]) -> Run<'a, P> {
        Run {
            conv,
            input: &self.input,
            out,
            epilogue: self.epilogue(),
            panels: PhantomData,
        }
    }

    /// By the vectors that the processor has.
    fn by_processor<P: Panels>(&self, arch: Arch) -> Vec<f32> {
        let conv = self.pack(arch, arch.dispatch(Widths::<P>(PhantomData)));
        let mut out = vec![f32::NAN; self.outputs()];
        arch.dispatch(self.run::<P>(&conv, &mut out));
        out
    }

    /// By the vectors and the path of AVX-512, but computed a lane at a time.
    fn by_sixteen_lanes(&self) -> Vec<f32> {
        let widths = Widths::<Wide>(PhantomData).with_simd(Scalar512b);
        let conv = self.pack(Arch::Scalar, widths);
        let mut out = vec![f32::NAN; self.outputs()];
        self.run::<Wide>(&conv, &mut out).with_simd(Scalar512b);
        out
    }
}

/// All tile shapes, ragged ends, dilation and overlapping windows.
fn every_case(mut check: impl FnMut(&Case)) {
    let mut random = Random(1);
    for cout in [1, 3, 7, 8, 9, 16, 24, 31, 40, 48, 65, 96, 100, 192] {
        for (cin, taps, row_stride, tap_stride) in
            [(5, 3, 5, 10), (32, 1, 16, 0), (1, 1, 1, 0), (48, 3, 48, 48)]
        {
            for rows in [1, 2, 3, 4, 7, 8, 15] {
                let reach = (rows - 1) * row_stride + (taps - 1) * tap_stride + cin;
                check(&Case {
                    weight: random.vec(cout * cin * taps, 0.2),
                    bias: random.vec(cout, 1.0),
                    shape: [cout, cin, taps],
                    layout: Layout {
                        row_stride,
                        tap_stride,
                    },
                    input: random.vec(reach, 1.0),
                    addend: random.vec(rows * cout, 1.0),
                    rows,
                });
            }
        }
    }
}

fn assert_near(what: &str, case: &Case, got: &[f32], want: &[f32]) {
    for (got, want) in got.iter().zip(want) {
        assert!(
            (got - want).abs() < 1e-5,
            "{what}, {:?} x {}: {got}, {want}",
            case.shape,
            case.rows
        );
    }
}

#[test]
fn every_width_computes_the_same() {
    every_case(|case| {
        let want = case.expected();
        for arch in arches() {
            let name = format!("{arch:?}");
            assert_near(&name, case, &case.by_processor::<ByRegisters>(arch), &want);
        }
    });
}

/// The wide path is that of AVX-512 and NEON, the narrow one that of AVX2: each must be right where the other is used.
#[test]
fn both_paths_compute_the_same_on_every_width() {
    every_case(|case| {
        let want = case.expected();
        for arch in arches() {
            let name = format!("{arch:?}");
            assert_near(&name, case, &case.by_processor::<Wide>(arch), &want);
            assert_near(&name, case, &case.by_processor::<Narrow>(arch), &want);
        }
    });
}

/// What AVX-512 computes, where there is none: the same tiles with lanes of plain arithmetic, and where there is, the
/// same bits.
#[test]
fn sixteen_lanes_compute_what_avx512_does() {
    every_case(|case| {
        let lanes = case.by_sixteen_lanes();
        assert_near("16 lanes", case, &lanes, &case.expected());
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V4::try_new() {
            let vectors = case.by_processor::<ByRegisters>(Arch::V4(simd));
            assert!(vectors == lanes, "{:?} x {}", case.shape, case.rows);
        }
    });
}
