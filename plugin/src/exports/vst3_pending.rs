//! What a VST3 host has told the controller, but not the processor yet.
//!
//! A host sets a parameter twice: at once for the controller, and with a block for the processor. While sound is processed
//! nice-plug listens to the second only, so that what is saved, or what is read, between the two is the value of before.
//! Lock-free: the audio thread forgets what has arrived.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The values that are pending, one place for each parameter.
pub(super) struct Pending {
    /// Of the parameters, in the order of their places.
    ids: Vec<u32>,
    values: Vec<Value>,
    /// Blocks that have begun.
    blocks: AtomicU32,
}

struct Value {
    /// The bits of the normalized value; not a number if none is pending.
    bits: AtomicU64,
    /// How many blocks had begun when it was set.
    blocks: AtomicU32,
}

impl Pending {
    pub(super) fn new(ids: Vec<u32>) -> Self {
        let none = |_: &u32| Value {
            bits: AtomicU64::new(f64::NAN.to_bits()),
            blocks: AtomicU32::new(0),
        };
        Self {
            values: ids.iter().map(none).collect(),
            ids,
            blocks: AtomicU32::new(0),
        }
    }

    /// The place of the parameter with this id. Any thread.
    pub(super) fn place(&self, id: u32) -> Option<usize> {
        self.ids.iter().position(|known| *known == id)
    }

    pub(super) fn id(&self, place: usize) -> u32 {
        self.ids[place]
    }

    /// Main thread.
    pub(super) fn set(&self, place: usize, normalized: f64) {
        let value = &self.values[place];
        let blocks = self.blocks.load(Ordering::Acquire);
        value.blocks.store(blocks, Ordering::Release);
        value.bits.store(normalized.to_bits(), Ordering::Release);
    }

    /// The value that is pending at a place. Any thread.
    pub(super) fn get(&self, place: usize) -> Option<f64> {
        let normalized = f64::from_bits(self.values[place].bits.load(Ordering::Acquire));
        (!normalized.is_nan()).then_some(normalized)
    }

    /// Any thread.
    pub(super) fn forget(&self, place: usize) {
        let none = f64::NAN.to_bits();
        self.values[place].bits.store(none, Ordering::Release);
    }

    /// All that are pending, by their places.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, f64)> {
        (0..self.ids.len()).filter_map(|place| Some((place, self.get(place)?)))
    }

    /// A block begins; what is set from now on is none of its changes. Audio thread.
    pub(super) fn begin_block(&self) -> u32 {
        self.blocks.fetch_add(1, Ordering::AcqRel)
    }

    /// A block that began as number `block` has changed this parameter. Audio thread.
    pub(super) fn arrived(&self, id: u32, block: u32) {
        if let Some(place) = self.place(id)
            && self.values[place].blocks.load(Ordering::Acquire) <= block
        {
            self.forget(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_pending_until_a_block_that_began_later_brings_one() {
        let pending = Pending::new(vec![7, 9]);
        pending.set(1, 0.5);
        assert_eq!(pending.all().collect::<Vec<_>>(), [(1, 0.5)]);
        let first = pending.begin_block();
        // Set while the block runs: the block's change is an older one.
        pending.set(0, 1.0);
        pending.arrived(7, first);
        pending.arrived(9, first);
        pending.arrived(11, first);
        assert_eq!(pending.all().collect::<Vec<_>>(), [(0, 1.0)]);
        let second = pending.begin_block();
        pending.arrived(9, second);
        assert_eq!(pending.get(0), Some(1.0));
        pending.arrived(7, second);
        assert_eq!(pending.get(0), None);
    }
}
