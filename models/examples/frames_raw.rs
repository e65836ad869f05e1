//! Features of a recording for the trainer, which is ten times slower at them.
//!
//! `frames_raw IN OUT`: IN is mono 48 kHz, OUT a row of 85 numbers a frame: log-mel bands, log level,
//! log loudness, attack, pitch in Hz, voicing; all 32-bit floats, little-endian.

use std::error::Error;

use mynah_models::HOP_SAMPLES;
use mynah_models::features::{Features, FeaturesState};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, output] = arguments.as_slice() else {
        return Err("usage: frames_raw IN OUT".into());
    };
    let bytes = std::fs::read(input)?;
    let samples: Vec<f32> = bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|b| f32::from_le_bytes(*b))
        .collect();

    let features = Features::new();
    let mut state = FeaturesState::new(&features);
    let mut rows: Vec<u8> = Vec::new();
    for hop in samples.as_chunks::<HOP_SAMPLES>().0 {
        if let Some(frame) = features.step(&mut state, hop) {
            let levels = [frame.log_level, frame.log_loudness, frame.attack];
            let pitch = [frame.pitch.f0_hz, frame.pitch.voicing];
            let row = frame.log_mel.iter().chain(&levels).chain(&pitch);
            rows.extend(row.flat_map(|x| x.to_le_bytes()));
        }
    }
    std::fs::write(output, rows)?;
    Ok(())
}
