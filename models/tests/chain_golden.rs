//! The streaming chain against PyTorch's, on files that PyTorch wrote:
//! `tests/golden/make_chain.py` made them.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use mynah_models::reference::Reference;
use mynah_models::{Base, ChainState, HOP_SAMPLES, HopControls, Mode, Target, alone};

/// What the exporter asks for.
const TOLERANCE: f32 = 1e-4;
const SAMPLES: usize = 36 * 256;

fn golden(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    std::fs::read(folder.join(name)).unwrap()
}

/// The same as in `make_chain.py`.
fn signal() -> Vec<f32> {
    (0..SAMPLES)
        .map(|n| {
            let hz = if n < 4608 { 220 } else { 330 };
            let saw = 0.4 * ((n * hz % 48_000) as f64 / 48_000.0 - 0.5);
            if n < 1024 { 0.0 } else { saw as f32 }
        })
        .collect()
}

#[track_caller]
fn assert_close(got: &[f32], want: &[f32], what: &str) {
    assert!(got.len() >= want.len());
    for (n, (got, want)) in got.iter().zip(want).enumerate() {
        let difference = (got - want).abs();
        assert!(
            difference <= TOLERANCE,
            "{what}, sample {n}: {got} instead of {want}"
        );
    }
}

#[test]
fn streaming_and_reference_sound_as_in_pytorch() {
    let (base_bytes, target_bytes) = (golden("chain_base.mynah"), golden("chain_target.mynah"));
    let base = Base::from_bytes(&base_bytes).unwrap();
    let target = Target::from_bytes(&target_bytes, &base).unwrap();
    let reference = Reference::from_bytes(&base_bytes, &target_bytes).unwrap();
    let input = signal();
    for (mode, name) in [
        (Mode::Track, "chain_track.f32"),
        (Mode::Follow, "chain_follow.f32"),
    ] {
        let bytes = golden(name);
        let floats = bytes.as_chunks::<4>().0.iter();
        let want: Vec<f32> = floats.map(|b| f32::from_le_bytes(*b)).collect();
        assert_eq!(want.len(), SAMPLES - HOP_SAMPLES);
        assert!(want.iter().any(|x| x.abs() > 0.05));
        let controls = HopControls {
            mode,
            generator_drive: 0.75,
            ..HopControls::default()
        };
        let mut state = ChainState::new(&base);
        let mut got = Vec::new();
        for hop in input.as_chunks::<HOP_SAMPLES>().0 {
            let mut heard = [0.0; HOP_SAMPLES];
            base.step(&alone(&target), &mut state, &controls, hop, &mut heard);
            got.extend(heard);
        }
        assert_close(&got, &want, &format!("{mode:?}, streaming"));
        let got = reference.render(&controls, &input).unwrap().output;
        assert_close(&got, &want, &format!("{mode:?}, reference"));
    }
}
