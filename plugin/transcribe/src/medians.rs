//! Middles of numbers.

/// The value below which `share` of `values` lies; `None` of none. NaN is not counted.
pub(crate) fn quantile(values: impl IntoIterator<Item = f32>, share: f32) -> Option<f32> {
    let mut values: Vec<f32> = values.into_iter().filter(|value| !value.is_nan()).collect();
    if values.is_empty() {
        return None;
    }
    let at = ((values.len() - 1) as f32 * share.clamp(0.0, 1.0)).round() as usize;
    let (_, found, _) = values.select_nth_unstable_by(at, f32::total_cmp);
    Some(*found)
}

/// The middle one of `values`; `None` of none.
pub(crate) fn median(values: impl IntoIterator<Item = f32>) -> Option<f32> {
    quantile(values, 0.5)
}
