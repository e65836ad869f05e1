//! What is listened to.

use mynah_models::SAMPLE_RATE_HZ;

/// A piece of a recording.
#[derive(Clone, Debug)]
pub struct Recording {
    /// For messages: the file's name.
    pub name: String,
    /// Mono at 48 kHz.
    pub audio: Vec<f32>,
}

impl Recording {
    /// Its length in seconds.
    pub fn seconds(&self) -> f64 {
        self.audio.len() as f64 / f64::from(SAMPLE_RATE_HZ)
    }
}
