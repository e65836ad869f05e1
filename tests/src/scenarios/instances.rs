//! Several instances in one session.

use mynah_engine::Controls;

use super::playing::Piece;
use super::{active, assert_no_allocations};
use crate::host::{Host, Setup};

/// Of those that play live each does its work at a time of its own; a bounce is the same whatever plays beside it.
pub fn live_instances_take_turns<H: Host>() {
    let piece = Piece::of::<H>(48_000.0, 2, 12_000);
    let bounced_by = |number| piece.bounced_with(number, 0, &Controls::default(), &[]);
    let expected: Vec<_> = (0..16).map(bounced_by).collect();
    let live = Setup {
        offline: false,
        ..Setup::USUAL
    };
    let mut instances: Vec<_> = (0..3).map(|_| active::<H>(live, &[])).collect();
    let mut numbers: Vec<usize> = Vec::new();
    for (host, audio) in &mut instances {
        assert_eq!(host.latency(), 144);
        let output = piece.played_by(audio, &[], || 64);
        let number = expected.iter().position(|expected| *expected == output);
        numbers.push(number.expect("an instance sounds like no engine"));
        assert_no_allocations(audio);
    }
    let (mut bouncing, mut audio) = active::<H>(Setup::USUAL, &[]);
    assert!(piece.played_by(&mut audio, &[], || 64) == expected[0]);
    bouncing.deactivate(audio);
    for (mut host, audio) in instances {
        host.deactivate(audio);
    }
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 3, "two did their work at the same time");

    // One that stops playing live and bounces, and plays again.
    let mut host = H::new();
    for setup in [live, Setup::USUAL, live] {
        let mut audio = host.activate(setup);
        let output = piece.played_by(&mut audio, &[], || 64);
        assert!(expected.contains(&output));
        assert!(!setup.offline || output == expected[0]);
        host.deactivate(audio);
    }
}
