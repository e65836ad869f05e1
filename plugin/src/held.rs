//! What the player has set and the host has not handed over yet.
//!
//! A host applies what an editor sets with its next block, or later. Until then the editor goes by what the player
//! set: the next click of a wheel goes on from there, and what is undone or saved is that.

use crossbeam_utils::atomic::AtomicCell;

/// A host that has not applied a value by then, seconds, will not.
const LATEST_S: f64 = 1.0;
/// A value has arrived when it is as near as this, normalized: plain values are rounded on the way.
const TOLERANCE: f32 = 1e-5;

const _: () = assert!(AtomicCell::<f32>::is_lock_free() && AtomicCell::<f64>::is_lock_free());

/// A normalized value on its way to the host and back. The editor's thread holds and asks; others may release.
pub(crate) struct Held {
    /// Not a number while nothing is held: a cell of an `Option` would take a lock.
    value: AtomicCell<f32>,
    /// The time of the first frame in which it was held, seconds; not a number before that.
    since_s: AtomicCell<f64>,
}

impl Default for Held {
    fn default() -> Self {
        Self {
            value: AtomicCell::new(f32::NAN),
            since_s: AtomicCell::new(f64::NAN),
        }
    }
}

impl Held {
    /// Holds a value, unless it is there already.
    pub(crate) fn hold(&self, value: f32, present: f32) {
        if has_arrived(value, present) {
            return self.release();
        }
        self.since_s.store(f64::NAN);
        self.value.store(value);
    }

    /// The value that is held; none once it is the present one.
    pub(crate) fn value(&self, present: f32) -> Option<f32> {
        let value = self.value.load();
        if value.is_nan() {
            return None;
        }
        if has_arrived(value, present) {
            self.release();
            return None;
        }
        Some(value)
    }

    /// Gives up a value that does not arrive; whether one is still held. For each frame.
    pub(crate) fn wait(&self, present: f32, now_s: f64) -> bool {
        if self.value(present).is_none() {
            return false;
        }
        let since_s = self.since_s.load();
        if since_s.is_nan() {
            self.since_s.store(now_s);
        } else if now_s - since_s > LATEST_S {
            self.release();
            return false;
        }
        true
    }

    /// Goes by the host again.
    pub(crate) fn release(&self) {
        self.value.store(f32::NAN);
    }
}

fn has_arrived(value: f32, present: f32) -> bool {
    (value - present).abs() <= TOLERANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_held_until_it_arrives() {
        let held = Held::default();
        assert_eq!(held.value(0.2), None);
        held.hold(0.5, 0.2);
        assert!(held.wait(0.2, 10.0));
        // An earlier one arrives first.
        assert_eq!(held.value(0.3), Some(0.5));
        held.hold(0.7, 0.3);
        assert!(held.wait(0.5, 10.9) && held.wait(0.5, 11.8));
        assert_eq!(held.value(0.7), None);
        // Then the host moves it.
        assert_eq!(held.value(0.1), None);
        held.hold(0.1, 0.1);
        assert_eq!(held.value(0.4), None);
    }

    #[test]
    fn one_that_does_not_arrive_is_given_up() {
        let held = Held::default();
        held.hold(0.5, 0.2);
        assert!(held.wait(0.2, 10.0) && held.wait(0.2, 10.9));
        assert!(!held.wait(0.2, 11.1));
        assert_eq!(held.value(0.2), None);
    }
}
