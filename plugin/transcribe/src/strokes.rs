//! Where the onset network hears a note begin.

/// Less sure than this is none.
const LEAST: f32 = 0.25;
/// The surest within so many frames around: 21 ms.
const APART_FRAMES: usize = 4;
/// Surer than this is not told apart, nor is less than what is its contrary.
const MOST: f32 = 0.997;

/// The log odds that a note begins, in each frame: only where it is surest around, elsewhere minus infinity.
pub(crate) fn strokes(begins: &[f32]) -> Vec<f32> {
    let odds = |frame: usize| {
        let here = begins[frame];
        let before = &begins[frame.saturating_sub(APART_FRAMES)..frame];
        let after = &begins[frame + 1..(frame + 1 + APART_FRAMES).min(begins.len())];
        let is_peak = here >= LEAST
            && before.iter().all(|other| *other < here)
            && after.iter().all(|other| *other <= here);
        if is_peak {
            let sure = here.min(MOST);
            (sure / (1.0 - sure)).ln()
        } else {
            f32::NEG_INFINITY
        }
    };
    (0..begins.len()).map(odds).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stroke_is_where_it_is_surest() {
        let mut begins = vec![0.0; 40];
        begins[10..14].copy_from_slice(&[0.3, 0.9, 0.9, 0.6]);
        begins[30] = 0.5;
        begins[36] = 0.1;
        let found = strokes(&begins);
        let frames: Vec<usize> = (0..40).filter(|frame| found[*frame].is_finite()).collect();
        assert_eq!(frames, [11, 30]);
        assert!(found[11] > 2.0 && found[30].abs() < 1e-6);
    }
}
