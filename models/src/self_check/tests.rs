//! A kernel that computes wrongly is one that computes with other weights.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::architecture::Architecture;
use crate::chain::Base;
use crate::features::Features;
use crate::file::Tensors;
use crate::networks::Networks;
use crate::streaming::translator::TargetWeights;
use crate::testing::{random_base, random_tensors};

fn is_fastest(instructions: Instructions) -> bool {
    let [this, fastest] = [instructions, Instructions::fastest()].map(|i| format!("{i:?}"));
    this == fastest
}

/// The same tensors but for one value of one.
fn tampered(tensors: &Tensors, name: &str) -> Tensors {
    let mut out = tensors.clone();
    for (found, tensor) in tensors.sorted() {
        if found == name {
            let mut values = tensor.values.clone();
            values[0] += 0.05;
            out.insert(name.to_owned(), tensor.shape.clone(), values);
        }
    }
    out
}

/// A base's definition, compiled with what `wrong` says of each choice of instructions.
fn base(
    architecture: &Architecture,
    tensors: &Tensors,
    wrong: impl Fn(Instructions) -> Option<&'static str>,
) -> Result<Right<Networks>, ModelFileError> {
    let definition = Definition::new(architecture, tensors, &Features::new())?;
    let compile = |instructions| {
        let tensors = match wrong(instructions) {
            Some(name) => tampered(tensors, name),
            None => tensors.clone(),
        };
        Networks::new(architecture, &tensors.root().with(instructions))
    };
    first_right(false, compile, |instructions, networks| {
        definition.check(instructions, networks)
    })
}

/// A tensor of each network, and what the network is called.
const TENSORS: [(&str, &str); 8] = [
    ("encoder.blocks.2.conv.bias", "encoder"),
    ("encoder.output.bias", "encoder"),
    ("translator.input.bias", "translator"),
    ("translator.blocks.4.mix.bias", "translator"),
    ("onsets.output.bias", "onset network"),
    ("generator.condition.bias", "generator"),
    ("generator.output.bias", "generator"),
    ("generator.synthesis", "generator"),
];

#[test]
fn the_kernel_of_this_processor_is_right_whatever_the_weights() {
    let architecture = Architecture::default();
    for seed in 0..8 {
        let tensors = random_tensors(&architecture.base_tensors(), seed);
        let networks = base(&architecture, &tensors, |_| None).unwrap();
        assert_eq!(networks.note(), None, "seed {seed}");
    }
}

#[test]
fn a_kernel_that_is_wrong_in_any_network_is_put_aside_for_the_portable_one() {
    let architecture = Architecture::default();
    let tensors = random_tensors(&architecture.base_tensors(), 1);
    for (tensor, _) in TENSORS {
        let wrong = |instructions| is_fastest(instructions).then_some(tensor);
        let networks = base(&architecture, &tensors, wrong).unwrap();
        assert_eq!(networks.note(), Some(PUT_ASIDE), "{tensor}");
    }
}

#[test]
fn where_every_kernel_is_wrong_the_network_is_named() {
    let architecture = Architecture::default();
    let tensors = random_tensors(&architecture.base_tensors(), 1);
    for (tensor, expected) in TENSORS {
        let error = base(&architecture, &tensors, |_| Some(tensor))
            .err()
            .unwrap();
        let ModelFileError::Miscomputed { network, .. } = error else {
            panic!("{tensor}: {error}");
        };
        assert_eq!(network, expected, "{tensor}");
    }
}

#[test]
fn a_target_is_checked_on_its_own_numbers() {
    let architecture = Architecture::default();
    let tensors = random_tensors(&architecture.base_tensors(), 1);
    let definition = Definition::new(&architecture, &tensors, &Features::new()).unwrap();
    let networks = base(&architecture, &tensors, |_| None).unwrap();
    let own = random_tensors(&architecture.target_tensors(), 2);
    let target = definition.target(&own).unwrap();
    let load = |distrusted, wrong: &dyn Fn(Instructions) -> Option<&'static str>| {
        let compile = |instructions| {
            let tensors = match wrong(instructions) {
                Some(name) => tampered(&own, name),
                None => own.clone(),
            };
            TargetWeights::new(&architecture, &tensors.root().with(instructions))
        };
        first_right(distrusted, compile, |_, weights| {
            target.check(&networks.translator, weights)
        })
    };
    assert_eq!(load(false, &|_| None).unwrap().note(), None);
    // What has erred in the base is not tried again.
    assert_eq!(load(true, &|_| None).unwrap().note(), Some(PUT_ASIDE));
    for (tensor, expected) in [
        ("film.scale", "translator"),
        ("film.shift", "translator"),
        ("head.weight", "target's envelopes"),
        ("head.bias", "target's envelopes"),
    ] {
        let aside = load(false, &|i| is_fastest(i).then_some(tensor)).unwrap();
        assert_eq!(aside.note(), Some(PUT_ASIDE), "{tensor}");
        let error = load(false, &|_| Some(tensor)).err().unwrap();
        assert!(
            matches!(error, ModelFileError::Miscomputed { network, .. } if network == expected),
            "{tensor}: {error}"
        );
    }
}

#[test]
fn what_is_no_number_is_never_near() {
    assert!(compare("it", &[1.0, 1.0], &[1.0, 1.00009], 0.0).is_ok());
    assert!(compare("it", &[1.0, 1.0], &[1.0, 1.0002], 0.0).is_err());
    assert!(compare("it", &[0.0], &[5e-5], 1.0).is_ok());
    assert!(compare("it", &[0.0], &[5e-5], 0.0).is_err());
    for bad in [f32::NAN, f32::INFINITY] {
        assert!(compare("it", &[bad, 0.0], &[1.0, 0.0], 0.0).is_err());
        assert!(compare("it", &[1.0, 0.0], &[bad, 0.0], 0.0).is_err());
    }
}

/// As many files are bounced at once: a worker that waits for candle and begins the next file meanwhile, which needs candle, too,
/// runs out of stack.
#[test]
fn a_worker_that_loads_a_model_begins_nothing_else_meanwhile() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let bytes = random_base(5);
    let (within, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    pool.scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|_| {
                let now = within.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                Base::from_bytes(&bytes).unwrap();
                within.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    assert_eq!(most.load(Ordering::SeqCst), 1);
}
