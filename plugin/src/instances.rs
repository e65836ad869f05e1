//! The numbers of the instances that play in this process, so that each can do its work at a time of its own.

use std::collections::BTreeSet;
use std::sync::Mutex;

use crate::lock::lock;

static TAKEN: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());

/// A number that no other instance has, until it is dropped.
pub(crate) struct InstanceNumber(usize);

impl InstanceNumber {
    /// The lowest that is free, from 0. Locks: not for the audio thread.
    pub(crate) fn take() -> Self {
        let mut taken = lock(&TAKEN);
        let mut number = 0;
        while !taken.insert(number) {
            number += 1;
        }
        Self(number)
    }

    pub(crate) fn get(&self) -> usize {
        self.0
    }
}

impl Drop for InstanceNumber {
    fn drop(&mut self) {
        lock(&TAKEN).remove(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_one_of_its_own_until_it_goes() {
        // Other tests may hold numbers, too.
        let numbers: Vec<InstanceNumber> = (0..20).map(|_| InstanceNumber::take()).collect();
        let different: BTreeSet<usize> = numbers.iter().map(InstanceNumber::get).collect();
        assert_eq!(different.len(), 20);
        let highest = different.last().copied().unwrap_or_default();
        drop(numbers);
        assert!(InstanceNumber::take().get() <= highest);
    }
}
