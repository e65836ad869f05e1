//! What the live chain hears, frame by frame, moved to where it is in the sound.
//!
//! Frame `k` of these is centred on sample `256 k`: offline, the delays of the features' windows can be taken back.

use mynah_models::features::{
    Features, FeaturesState, MEL_BINS, PITCH_BEHIND_FRAMES, centred_semitones, log_to_db,
};
use mynah_models::{FRAME_SAMPLES, HOP_SAMPLES};

/// The spectrum's window, in frames: what is newer than that is new.
const FLUX_FRAMES: usize = 4;
/// Bands so far under the frame's loudness do not count, nepers (35 dB).
const FLUX_RANGE: f32 = 4.0;

/// The frames of a stretch of sound.
#[derive(Clone, Debug, Default)]
pub(super) struct Frames {
    /// Loudness, dB, as the live chain has it.
    pub(super) level_db: Vec<f32>,
    /// Pitch, 69 for 440 Hz; NaN where there is none.
    pub(super) semitones: Vec<f32>,
    /// How much of what sounds is new within 21 ms, dB, the mean over all bands.
    pub(super) flux_db: Vec<f32>,
}

impl Frames {
    /// How many.
    pub(super) fn len(&self) -> usize {
        self.level_db.len()
    }

    /// Listens to `audio`, which silence precedes.
    pub(super) fn of(features: &Features, audio: &[f32]) -> Self {
        let mut state = FeaturesState::new(features);
        let mut heard = Self::default();
        let mut pitches = Vec::new();
        let mut bands: Vec<[f32; MEL_BINS]> = Vec::new();
        let silent = [state.frame().log_mel; FLUX_FRAMES];
        bands.extend(silent);
        // A frame's centre is up to seven frames older than the frame.
        let padded = audio.len() + PITCH_BEHIND_FRAMES * FRAME_SAMPLES;
        for start in (0..padded).step_by(HOP_SAMPLES) {
            let mut hop = [0.0; HOP_SAMPLES];
            let inside = audio.get(start..).unwrap_or_default();
            let count = inside.len().min(HOP_SAMPLES);
            hop[..count].copy_from_slice(&inside[..count]);
            let Some(frame) = features.step(&mut state, &hop) else {
                continue;
            };
            heard.level_db.push(log_to_db(frame.log_loudness));
            pitches.push((frame.pitch.f0_hz, frame.pitch.voicing));
            bands.push(frame.log_mel);
            let new = flux(
                &bands[bands.len() - 1 - FLUX_FRAMES],
                &frame.log_mel,
                frame.log_level - FLUX_RANGE,
            );
            heard.flux_db.push(log_to_db(new));
        }
        let frames = audio.len() / FRAME_SAMPLES;
        heard.level_db.truncate(frames);
        heard.flux_db.truncate(frames);
        heard.semitones = (0..frames)
            .map(|frame| centred_semitones(&pitches, frame))
            .collect();
        heard
    }
}

/// The frequency of a pitch, Hz.
pub(super) fn to_hz(semitones: f32) -> f32 {
    440.0 * ((semitones - 69.0) / 12.0).exp2()
}

/// What is new in a spectrum, nepers, the mean over the bands that matter: each is compared with the louder of its
/// neighbours before, so that vibrato is nothing new (Böck and Widmer, "Maximum filter vibrato suppression for
/// onset detection", 2013).
fn flux(before: &[f32; MEL_BINS], now: &[f32; MEL_BINS], least: f32) -> f32 {
    let new = now.iter().enumerate().map(|(band, &now)| {
        let near = &before[band.saturating_sub(1)..(band + 2).min(MEL_BINS)];
        let before = near.iter().fold(least, |most, &value| most.max(value));
        (now - before).max(0.0)
    });
    new.sum::<f32>() / MEL_BINS as f32
}
