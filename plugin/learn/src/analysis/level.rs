//! How loud the live chain hears a recording.

use mynah_models::FRAME_SAMPLES;
use mynah_models::features::{Loudness, Spectrum, SpectrumState, Window, steadied};

/// Natural log of the loudness of each frame, out of silence; as the live chain's features have it.
pub(crate) fn log_loudness(audio: &[f64]) -> Vec<f64> {
    let spectrum = Spectrum::new(Window::LONG);
    let mut state = SpectrumState::new(&spectrum);
    let loudness = Loudness::new(Window::LONG);
    let size = Window::LONG.samples();
    let mut newest = vec![0.0f32; size];
    let mut latest = loudness.step(spectrum.step(&mut state, &newest));
    audio
        .chunks_exact(FRAME_SAMPLES)
        .map(|frame| {
            newest.copy_within(FRAME_SAMPLES.., 0);
            for (out, sample) in newest[size - FRAME_SAMPLES..].iter_mut().zip(frame) {
                *out = *sample as f32;
            }
            latest = steadied(latest, loudness.step(spectrum.step(&mut state, &newest)));
            f64::from(latest)
        })
        .collect()
}
