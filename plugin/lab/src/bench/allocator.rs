//! What the calling thread asks of the allocator.

/// How many times this thread allocates or frees while `work` runs (moving a block counts as both), and what `work`
/// returns.
pub(super) fn count_during<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(work()));
    let allocations = info.count_total.cast_signed();
    // Freeing is as forbidden in the audio path as allocating.
    let frees = allocations - info.count_current;
    (
        (allocations + frees).unsigned_abs(),
        result.expect("`measure` runs what it is given"),
    )
}

/// How many bytes of what `make` returns stay allocated, and that.
pub(super) fn bytes_of<T>(make: impl FnOnce() -> T) -> (u64, T) {
    let mut made = None;
    let info = allocation_counter::measure(|| made = Some(make()));
    (
        info.bytes_current.unsigned_abs(),
        made.expect("`measure` runs what it is given"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stays_has_a_size() {
        let (bytes, kept) = bytes_of(|| {
            drop(std::hint::black_box(vec![0u8; 4_096]));
            std::hint::black_box(vec![0u8; 1_024])
        });
        assert_eq!((bytes, kept.len()), (1_024, 1_024));
    }

    #[test]
    fn allocating_growing_and_freeing_are_counted() {
        let (made, block) = count_during(|| std::hint::black_box(Box::new(1u8)));
        assert_eq!(made, 1);
        let (freed, ()) = count_during(|| drop(std::hint::black_box(block)));
        assert_eq!(freed, 1);
        let (grown, _vector) = count_during(|| {
            let mut v: Vec<u8> = Vec::with_capacity(1);
            v.extend_from_slice(std::hint::black_box(&[0; 64]));
            std::hint::black_box(v)
        });
        assert!(grown >= 2, "the vector and its move: {grown}");
    }

    #[test]
    fn plain_arithmetic_is_not_counted() {
        let (count, sum) = count_during(|| (0..std::hint::black_box(1000u64)).sum::<u64>());
        assert_eq!((count, sum), (0, 499_500));
    }
}
