//! A state from anywhere, in both formats: loaded or refused, and what is saved then can be loaded.

use std::cell::RefCell;
use std::mem::ManuallyDrop;

use crate::clap::{ClapHost, ClapInstrument};
use crate::host::{Host, targets};
use crate::scenarios::ids::{ALL, TARGET};
use crate::vst3::{Vst3Host, Vst3Instrument};

type Effect = (ClapHost, Vst3Host);
type Instrument = (ClapInstrument, Vst3Instrument);

// Not dropped: a thread that ends is no place for a plugin to be taken down.
thread_local! {
    static EFFECT: RefCell<ManuallyDrop<Effect>> =
        RefCell::new(ManuallyDrop::new((ClapHost::new(), Vst3Host::new())));
    static INSTRUMENT: RefCell<ManuallyDrop<Instrument>> =
        RefCell::new(ManuallyDrop::new((ClapInstrument::new(), Vst3Instrument::new())));
}

/// The JSON of a state, as VST3 has it; CLAP's has its length before it.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut host = Vst3Host::new();
    let mut seeds = vec![host.save(), Vst3Instrument::new().save()];
    for (index, value) in [(1, 0.0), (5, 0.25), (targets().len(), 1.0), (64, 0.75)] {
        for id in ALL {
            host.set(id, value);
        }
        host.set(TARGET, index as f64 / 64.0);
        seeds.push(host.save());
    }
    let missing = String::from_utf8_lossy(&seeds[2]).replace("hash\\\":\\\"", "hash\\\":\\\"00");
    seeds.push(missing.into_bytes());
    seeds.push(b"{\"version\":\"0.0.1\",\"params\":{},\"fields\":{}}".to_vec());
    seeds
}

/// Every second one is the instrument's: which, the bytes themselves say.
pub(super) fn run(bytes: &[u8]) -> bool {
    if bytes
        .iter()
        .fold(0, |sum: u8, byte| sum.wrapping_add(*byte))
        % 2
        == 0
    {
        EFFECT.with_borrow_mut(|hosts| {
            let (clap, vst3) = &mut **hosts;
            check(clap, vst3, bytes)
        })
    } else {
        INSTRUMENT.with_borrow_mut(|hosts| {
            let (clap, vst3) = &mut **hosts;
            check(clap, vst3, bytes)
        })
    }
}

fn check(clap: &mut impl Host, vst3: &mut impl Host, bytes: &[u8]) -> bool {
    let with_length = [&(bytes.len() as u64).to_le_bytes(), bytes].concat();
    let as_it_is = load(clap, bytes);
    let accepted = load(clap, &with_length);
    let other = load(vst3, bytes);
    assert_eq!(accepted, other, "the formats disagree");
    if accepted {
        for id in ids(clap) {
            let apart = (clap.value(id) - vst3.value(id)).abs();
            assert!(
                apart < 1e-6,
                "parameter {id}: the formats are {apart} apart"
            );
        }
    }
    accepted || as_it_is
}

/// The parameters' numbers.
fn ids(host: &mut impl Host) -> Vec<u32> {
    host.parameters().iter().map(|seen| seen.id).collect()
}

fn load(host: &mut impl Host, state: &[u8]) -> bool {
    let before = host.save();
    let accepted = host.load(state);
    let after = host.save();
    if !accepted {
        assert_eq!(after, before, "a refused state has changed something");
        return false;
    }
    for id in ids(host) {
        let value = host.value(id);
        assert!((0.0..=1.0).contains(&value), "parameter {id} is {value}");
        assert!(!host.text(id, value).is_empty());
    }
    // The longest names that are kept, escaped, and nothing besides.
    assert!(after.len() < 8_000, "{} bytes", after.len());
    assert!(host.load(&after), "what was saved cannot be loaded");
    assert_eq!(host.save(), after, "saved again");
    true
}
