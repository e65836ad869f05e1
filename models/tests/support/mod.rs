//! What the current thread asks of the allocator.

/// How often `f` calls the allocator, to get or to free, on this thread. Moving a block counts as both.
pub(crate) fn allocator_calls(f: impl FnOnce()) -> i64 {
    let info = allocation_counter::measure(f);
    let gets = info.count_total.cast_signed();
    gets + (gets - info.count_current)
}
