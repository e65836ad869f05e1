//! A base on the portable kernel, because the fastest one errs.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::reference::Reference;
use crate::testing::{Random, base_on_a_broken_processor, random_base, random_target};

const HOPS: usize = 60;
const TOLERANCE: f32 = 1e-5;

fn play(base: &Base, target: &Target, input: &[f32]) -> Vec<f32> {
    let mut state = ChainState::new(base);
    let mut out = Vec::new();
    for hop in input.as_chunks::<HOP_SAMPLES>().0 {
        let mut heard = [0.0; HOP_SAMPLES];
        let controls = HopControls::default();
        base.step(&alone(target), &mut state, &controls, hop, &mut heard);
        out.extend(heard);
    }
    out
}

#[test]
fn a_broken_processor_sounds_right_and_is_told_of() {
    let base_bytes = random_base(2);
    let base = base_on_a_broken_processor(&base_bytes).unwrap();
    let target_bytes = random_target(3, &base);
    let target = Target::from_bytes(&target_bytes, &base).unwrap();
    let note = base.kernel_note().unwrap();
    assert!(note.contains("processor"), "{note}");
    assert_eq!(target.kernel_note(), Some(note));

    let mut random = Random(4);
    let input: Vec<f32> = (0..HOPS * HOP_SAMPLES)
        .map(|n| 0.3 * ((n as f32 * 330.0 / 48_000.0).fract() - 0.5) + 0.01 * random.next())
        .collect();
    let got = play(&base, &target, &input);
    let reference = Reference::from_bytes(&base_bytes, &target_bytes).unwrap();
    let want = reference.render(&HopControls::default(), &input).unwrap();
    let worst = got
        .iter()
        .zip(&want.output)
        .map(|(got, want)| (got - want).abs());
    let worst = worst.fold(0.0, f32::max);
    assert!(worst <= TOLERANCE, "{worst}");
    assert!(got.iter().any(|x| x.abs() > 1e-2), "nothing to hear");

    let sound = Base::from_bytes(&base_bytes).unwrap();
    assert_eq!(sound.kernel_note(), None);
    let target = Target::from_bytes(&target_bytes, &sound).unwrap();
    assert_eq!(target.kernel_note(), None);
}
