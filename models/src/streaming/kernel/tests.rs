//! The kernel against plain sums, on every vector width this machine has.

use super::*;
use crate::testing::Random;

/// Every vector width this machine has, the portable fallback first.
fn arches() -> Vec<Arch> {
    #[allow(unused_mut)]
    let mut out = vec![Arch::Scalar, Arch::new()];
    #[cfg(target_arch = "x86_64")]
    out.extend(pulp::x86::V3::try_new().map(Arch::V3));
    out
}

fn reference(
    w: &[f32],
    b: &[f32],
    [cout, cin, taps]: [usize; 3],
    at: Layout,
    x: &[f32],
    rows: usize,
) -> Vec<f32> {
    let one = |row: usize, co: usize| {
        let mut sum = f64::from(b[co]);
        for tap in 0..taps {
            for ci in 0..cin {
                let x = x[row * at.row_stride + tap * at.tap_stride + ci];
                sum += f64::from(x) * f64::from(w[(co * cin + ci) * taps + tap]);
            }
        }
        sum as f32
    };
    (0..rows)
        .flat_map(|row| (0..cout).map(move |co| one(row, co)))
        .collect()
}

/// All tile shapes, ragged ends, dilation and overlapping windows, on every width.
#[test]
fn every_width_computes_the_same() {
    let mut random = Random(1);
    for cout in [1, 3, 7, 8, 9, 16, 24, 31, 40, 48, 65, 96, 100, 192] {
        for (cin, taps, row_stride, tap_stride) in
            [(5, 3, 5, 10), (32, 1, 16, 0), (1, 1, 1, 0), (48, 3, 48, 48)]
        {
            for rows in [1, 2, 3, 4, 7, 8, 15] {
                let shape = [cout, cin, taps];
                let layout = Layout {
                    row_stride,
                    tap_stride,
                };
                let w = random.vec(cout * cin * taps, 0.2);
                let b = random.vec(cout, 1.0);
                let x = random.vec((rows - 1) * row_stride + (taps - 1) * tap_stride + cin, 1.0);
                let want = reference(&w, &b, shape, layout, &x, rows);
                for arch in arches() {
                    let conv = PackedConv::for_arch(arch, &w, Some(&b), shape, layout);
                    let mut got = vec![f32::NAN; rows * cout];
                    conv.run(&x, &mut got, Epilogue::NONE);
                    for (got, want) in got.iter().zip(&want) {
                        assert!(
                            (got - want).abs() < 1e-5,
                            "{arch:?} {shape:?} x {rows}: {got}, {want}"
                        );
                    }
                }
            }
        }
    }
}
