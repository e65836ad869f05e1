//! Runs the chain over raw samples; the exporter compares what comes out with PyTorch.
//!
//! `chain_raw BASE TARGET IN OUT track|follow`: IN and OUT are mono 48 kHz 32-bit
//! floats, little-endian; OUT is 16 samples behind IN and as long, in whole hops.

use std::error::Error;

use mynah_models::{Base, ChainState, HOP_SAMPLES, HopControls, Mode, Target, alone};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base, target, input, output, mode] = arguments.as_slice() else {
        return Err("usage: chain_raw BASE TARGET IN OUT track|follow".into());
    };
    let mode = match mode.as_str() {
        "track" => Mode::Track,
        "follow" => Mode::Follow,
        other => return Err(format!("mode `{other}`: track or follow is needed").into()),
    };
    let base = Base::from_bytes(&std::fs::read(base)?)?;
    let target = Target::from_bytes(&std::fs::read(target)?, &base)?;
    let bytes = std::fs::read(input)?;
    let samples: Vec<f32> = bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|b| f32::from_le_bytes(*b))
        .collect();

    let controls = HopControls {
        mode,
        ..HopControls::default()
    };
    let mut state = ChainState::new(&base);
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    for hop in samples.as_chunks::<HOP_SAMPLES>().0 {
        let mut heard = [0.0; HOP_SAMPLES];
        base.step(&alone(&target), &mut state, &controls, hop, &mut heard);
        out.extend(heard.iter().flat_map(|x| x.to_le_bytes()));
    }
    std::fs::write(output, out)?;
    Ok(())
}
