//! What one thread asks of the allocator during a piece of code. Linking this crate makes the counting
//! allocator of `allocation-counter` the test binary's own.

/// Runs `code` and returns what it returns, with the number of times this thread allocated or freed
/// meanwhile (moving a block counts as both).
pub fn count<R>(code: impl FnOnce() -> R) -> (R, usize) {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(code()));
    let allocations = info.count_total.cast_signed();
    let frees = allocations - info.count_current;
    (
        result.unwrap(),
        (allocations + frees).unsigned_abs() as usize,
    )
}

/// Runs `code` and returns what it returns, with the bytes that this thread has allocated and not freed
/// since.
pub fn kept<R>(code: impl FnOnce() -> R) -> (R, i64) {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(code()));
    (result.unwrap(), info.bytes_current)
}

/// Panics unless allocations, growth and frees of this thread are really seen.
pub fn assert_tracks() {
    let ((), none) = count(|| {
        std::hint::black_box(1 + 1);
    });
    assert_eq!(none, 0, "arithmetic was counted as allocation");
    let (boxed, made) = count(|| std::hint::black_box(Box::new([0_u8; 64])));
    assert_eq!(made, 1, "a box was not seen");
    let ((), freed) = count(|| drop(boxed));
    assert_eq!(freed, 1, "dropping a box was not seen");
    let mut list: Vec<u8> = Vec::with_capacity(1);
    let ((), grown) = count(|| list.resize(4096, 0));
    assert!(grown >= 1, "growing a vector was not seen");
    let (_, elsewhere) = count(|| {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| std::hint::black_box(vec![0_u8; 1024]).len());
            other.join().unwrap()
        })
    });
    assert!(elsewhere > 0, "starting a thread was not seen");
}
