//! What the chain's own ears hear in a sound, frame by frame.

use mynah_models::HOP_SAMPLES;
use mynah_models::features::{FeatureFrame, Features, FeaturesState, MEL_BINS, log_to_db};

/// From this voicing on a frame has a pitch.
const VOICED: f32 = 0.6;
/// Bands that are softer than this, relative to the loudness, are as good as silent, dB.
const FLOOR_DB: f32 = -60.0;

/// One frame, 5.3 ms.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) struct Moment {
    /// 69 for 440 Hz; none where no single pitch is heard.
    pub(in crate::commands) semitones: Option<f32>,
    /// A-weighted.
    pub(in crate::commands) loudness_db: f32,
    /// Of each mel band, relative to the loudness, -60 dB at least.
    pub(in crate::commands) colour_db: [f32; MEL_BINS],
}

impl Moment {
    fn of(frame: &FeatureFrame) -> Moment {
        let pitch = frame.pitch;
        let is_voiced = pitch.voicing >= VOICED && pitch.f0_hz > 0.0;
        Moment {
            semitones: is_voiced.then(|| 69.0 + 12.0 * (pitch.f0_hz / 440.0).log2()),
            loudness_db: log_to_db(frame.log_loudness),
            colour_db: frame
                .log_mel
                .map(|band| log_to_db(band - frame.log_loudness).max(FLOOR_DB)),
        }
    }
}

/// All frames of a sound (mono, 48 kHz).
pub(in crate::commands) fn hear(features: &Features, sound: &[f32]) -> Vec<Moment> {
    let mut state = FeaturesState::new(features);
    let hops = sound.as_chunks::<HOP_SAMPLES>().0.iter();
    hops.filter_map(|hop| features.step(&mut state, hop).map(Moment::of))
        .collect()
}

/// The loudest moment, dB.
pub(in crate::commands) fn top_db(moments: &[Moment]) -> f32 {
    let loudness = moments.iter().map(|moment| moment.loudness_db);
    loudness.fold(f32::NEG_INFINITY, f32::max)
}
