//! How targets reach the audio thread, and how the old ones leave it.
//!
//! Two lock-free queues, made as a pair by [`swap_queues`]: one brings targets to the audio thread, the
//! other brings them back, so that freeing their memory is never the audio thread's work. The way back
//! cannot overflow: the sender empties it before it sends, and it has room for all targets that can be
//! under way; and the receiver takes nothing on unless the way back has room.

use rtrb::{Consumer, Producer, PushError, RingBuffer};

/// Swaps that may wait to be taken by the audio thread: more than there are samples in a crossfade at the
/// highest rate (2,048). A host that automates the target sample by sample then never finds the queue full,
/// and hears the same whatever its blocks are.
pub(crate) const SWAPS_WAITING: usize = 4_096;
/// Targets that may wait to be dropped: those that waited, and the two of a crossfade.
const OLD_WAITING: usize = SWAPS_WAITING + 4;

/// The end for any one thread but the audio thread.
pub(crate) struct SwapSender<P> {
    wanted: Producer<Option<P>>,
    old: Consumer<P>,
}

/// The end for the audio thread.
pub(crate) struct SwapReceiver<P> {
    wanted: Consumer<Option<P>>,
    old: Producer<P>,
}

/// Both ends. Allocates.
pub(crate) fn swap_queues<P>() -> (SwapSender<P>, SwapReceiver<P>) {
    let (wanted_in, wanted_out) = RingBuffer::new(SWAPS_WAITING);
    let (old_in, old_out) = RingBuffer::new(OLD_WAITING);
    (
        SwapSender {
            wanted: wanted_in,
            old: old_out,
        },
        SwapReceiver {
            wanted: wanted_out,
            old: old_in,
        },
    )
}

impl<P> SwapSender<P> {
    /// Sends what is to sound from now on; gives it back when the queue is full.
    pub(crate) fn send(&mut self, patch: Option<P>) -> Result<(), Option<P>> {
        self.drop_old();
        self.wanted
            .push(patch)
            .map_err(|PushError::Full(patch)| patch)
    }

    /// Drops what the audio thread has done with.
    pub(crate) fn drop_old(&mut self) {
        while let Ok(old) = self.old.pop() {
            drop(old);
        }
    }
}

impl<P> SwapReceiver<P> {
    /// The latest of the swaps that wait; the ones before it go straight back.
    pub(crate) fn take_latest(&mut self) -> Option<Option<P>> {
        let mut latest = None;
        // Two: one for a swap that is overtaken here, one for the target that the latest replaces.
        while self.old.slots() >= 2 {
            let Ok(patch) = self.wanted.pop() else { break };
            if let Some(Some(overtaken)) = latest.replace(patch) {
                // There is room, and nobody else fills it.
                let sent = self.old.push(overtaken);
                debug_assert!(sent.is_ok());
            }
        }
        latest
    }

    /// Whether a swap waits.
    pub(crate) fn waits(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// Sends a target back to be dropped elsewhere; gives it back if it has to wait for that.
    pub(crate) fn retire(&mut self, patch: P) -> Result<(), P> {
        self.old.push(patch).map_err(|PushError::Full(patch)| patch)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn latest_wins_and_all_come_back() {
        let (mut sender, mut receiver) = swap_queues();
        let patches: Vec<Arc<usize>> = (0..SWAPS_WAITING).map(Arc::new).collect();
        for patch in &patches {
            assert!(sender.send(Some(Arc::clone(patch))).is_ok());
        }
        assert!(sender.send(None).is_err(), "full");
        let taken = receiver.take_latest().flatten().expect("a patch");
        assert_eq!(*taken, SWAPS_WAITING - 1);
        assert!(receiver.take_latest().is_none());
        assert_eq!(
            Arc::strong_count(&patches[0]),
            2,
            "not dropped by the receiver"
        );
        assert!(receiver.retire(taken).is_ok());
        sender.drop_old();
        assert!(patches.iter().all(|patch| Arc::strong_count(patch) == 1));
    }

    #[test]
    fn takes_nothing_on_without_room_to_give_back() {
        let (mut sender, mut receiver) = swap_queues();
        for n in 0..OLD_WAITING - 1 {
            assert!(receiver.retire(n).is_ok());
        }
        assert!(sender.wanted.push(Some(99)).is_ok());
        assert_eq!(receiver.take_latest(), None);
        sender.drop_old();
        assert_eq!(receiver.take_latest(), Some(Some(99)));
    }
}
