//! Middles of numbers.

/// The value below which `share` of `values` lies; `None` of none. NaN is not counted.
pub(super) fn quantile(values: impl IntoIterator<Item = f32>, share: f32) -> Option<f32> {
    let mut values: Vec<f32> = values.into_iter().filter(|value| !value.is_nan()).collect();
    if values.is_empty() {
        return None;
    }
    let at = ((values.len() - 1) as f32 * share.clamp(0.0, 1.0)).round() as usize;
    let (_, found, _) = values.select_nth_unstable_by(at, f32::total_cmp);
    Some(*found)
}

/// The middle one of `values`; `None` of none.
pub(super) fn median(values: impl IntoIterator<Item = f32>) -> Option<f32> {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_found_and_what_is_no_number_is_left_out() {
        assert_eq!(median([3.0, f32::NAN, 1.0, 2.0]), Some(2.0));
        assert_eq!(quantile([5.0, 1.0, 4.0, 2.0, 3.0], 0.25), Some(2.0));
        assert_eq!(median([f32::NAN]), None);
    }
}
