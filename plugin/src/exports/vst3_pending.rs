//! What a VST3 host has told the controller, but not the processor yet.
//!
//! A host sets a parameter twice: at once for the controller, and with a block for the processor. While sound is processed
//! nice-plug listens to the second only, so that what is saved, or what is read, between the two is the value of before.
//! Lock-free: the audio thread forgets what has arrived.

use crossbeam_utils::atomic::AtomicCell;

/// The values that are pending, one cell for each parameter.
pub(super) struct Pending {
    /// Of the parameters, in the order of their positions.
    ids: Vec<u32>,
    values: Vec<Value>,
    /// Blocks that have begun.
    blocks: AtomicCell<u32>,
}

struct Value {
    /// Not a number if none is pending.
    normalized: AtomicCell<f64>,
    /// How many blocks had begun when it was set.
    blocks: AtomicCell<u32>,
}

// The audio thread uses both.
const _: () = assert!(AtomicCell::<f64>::is_lock_free() && AtomicCell::<u32>::is_lock_free());

impl Pending {
    pub(super) fn new(ids: Vec<u32>) -> Self {
        let none = |_: &u32| Value {
            normalized: AtomicCell::new(f64::NAN),
            blocks: AtomicCell::new(0),
        };
        Self {
            values: ids.iter().map(none).collect(),
            ids,
            blocks: AtomicCell::new(0),
        }
    }

    /// The position of the parameter with this id. Any thread.
    pub(super) fn position(&self, id: u32) -> Option<usize> {
        self.ids.iter().position(|known| *known == id)
    }

    pub(super) fn id(&self, position: usize) -> u32 {
        self.ids[position]
    }

    /// Main thread.
    pub(super) fn set(&self, position: usize, normalized: f64) {
        let value = &self.values[position];
        value.blocks.store(self.blocks.load());
        value.normalized.store(normalized);
    }

    /// The value that is pending at a position. Any thread.
    pub(super) fn get(&self, position: usize) -> Option<f64> {
        let normalized = self.values[position].normalized.load();
        (!normalized.is_nan()).then_some(normalized)
    }

    /// Any thread.
    pub(super) fn forget(&self, position: usize) {
        self.values[position].normalized.store(f64::NAN);
    }

    /// All that are pending, by their positions.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, f64)> {
        (0..self.ids.len()).filter_map(|position| Some((position, self.get(position)?)))
    }

    /// A block begins; what is set from now on is none of its changes. Audio thread.
    pub(super) fn begin_block(&self) -> u32 {
        self.blocks.fetch_add(1)
    }

    /// A block that began as number `block` has changed this parameter. Audio thread.
    pub(super) fn arrived(&self, id: u32, block: u32) {
        if let Some(position) = self.position(id)
            && self.values[position].blocks.load() <= block
        {
            self.forget(position);
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
