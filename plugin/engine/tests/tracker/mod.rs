//! What a thread does on the heap while it is watched.

/// What was done on the heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Counts {
    /// Blocks allocated or moved.
    pub(crate) allocations: i64,
    /// Blocks freed or moved.
    pub(crate) releases: i64,
}

/// Runs something and counts what it does on the heap on this thread.
pub(crate) fn count<R>(watched: impl FnOnce() -> R) -> (R, Counts) {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(watched()));
    let allocations = info.count_total.cast_signed();
    let releases = allocations - info.count_current;
    (
        result.unwrap(),
        Counts {
            allocations,
            releases,
        },
    )
}
