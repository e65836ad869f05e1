//! Windows, medians and lines between points, as numpy has them.

use std::f64::consts::TAU;

/// The inside of a Hann window: `size` values, none of them 0.
pub(crate) fn hann_within(size: usize) -> Vec<f64> {
    (1..=size)
        .map(|n| 0.5 - 0.5 * (TAU * n as f64 / (size + 1) as f64).cos())
        .collect()
}

/// A Hann window that adds up to 1 with one that is half its length later.
pub(crate) fn hann_periodic(size: usize) -> Vec<f64> {
    (0..size)
        .map(|n| 0.5 - 0.5 * (TAU * n as f64 / size as f64).cos())
        .collect()
}

/// The middle of all values, or the mean of the two in the middle; 0 of none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        len if len % 2 == 1 => sorted[len / 2],
        len => 0.5 * (sorted[len / 2 - 1] + sorted[len / 2]),
    }
}

/// The line through points at rising places, flat beyond its ends, read at rising places.
pub(crate) fn interpolated(
    at: impl Iterator<Item = f64>,
    places: &[f64],
    values: &[f64],
) -> Vec<f64> {
    let mut next = 0;
    at.map(|x| {
        while next < places.len() && places[next] <= x {
            next += 1;
        }
        let below = next.checked_sub(1);
        match (below, places.get(next)) {
            (Some(below), Some(above)) => {
                let way = (x - places[below]) / (above - places[below]);
                values[below] + way * (values[next] - values[below])
            }
            (Some(below), None) => values[below],
            (None, _) => values.first().copied().unwrap_or(0.0),
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_between_and_beyond_their_points() {
        let read = interpolated(
            [-1.0, 0.0, 0.5, 1.0, 2.0, 9.0].into_iter(),
            &[0.0, 1.0, 3.0],
            &[2.0, 4.0, 0.0],
        );
        assert_eq!(read, [2.0, 2.0, 3.0, 4.0, 2.0, 0.0]);
    }

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(&[]), 0.0);
    }
}
