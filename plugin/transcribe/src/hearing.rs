//! What the live chain hears, frame by frame, moved to where it is in the sound.
//!
//! Frame `k` of these is centred on sample `256 k`: offline, the delays of the features' windows can be taken back.

use mynah_models::features::{FeaturesState, PITCH_BEHIND_FRAMES, centred_semitones, log_to_db};
use mynah_models::streaming::onsets::OnsetNetState;
use mynah_models::{Base, HOP_SAMPLES};

use crate::envelope::Envelope;

/// A recording as it is heard. All of its lists of frames have one length.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// Loudness, dB (A-weighted).
    pub(crate) level_db: Vec<f32>,
    /// Pitch, 69 for 440 Hz; NaN where there is none.
    pub(crate) semitones: Vec<f32>,
    /// How surely a note begins, 0 to 1; zeros where the base has no onset network.
    pub(crate) begins: Vec<f32>,
    /// The waveform's outline.
    pub(crate) envelope: Envelope,
    /// Length of the recording.
    pub(crate) samples: usize,
}

/// Hears a recording.
pub(crate) struct Hearing<'a> {
    base: &'a Base,
    features: FeaturesState,
    onsets: Option<OnsetNetState>,
    /// Samples that fill no hop yet.
    rest: Vec<f32>,
    pitches: Vec<(f32, f32)>,
    heard: Heard,
}

impl<'a> Hearing<'a> {
    pub(crate) fn new(base: &'a Base) -> Self {
        Self {
            base,
            features: FeaturesState::new(base.features()),
            onsets: base.onset_net().map(OnsetNetState::new),
            rest: Vec::new(),
            pitches: Vec::new(),
            heard: Heard::default(),
        }
    }

    pub(crate) fn take(&mut self, audio: &[f32]) {
        let finite = |x: &f32| if x.is_finite() { *x } else { 0.0 };
        self.rest.extend(audio.iter().map(finite));
        self.heard.samples += audio.len();
        let rest = std::mem::take(&mut self.rest);
        let (hops, left) = rest.as_chunks::<HOP_SAMPLES>();
        for hop in hops {
            self.heard.envelope.push(hop);
            self.step(hop);
        }
        self.rest = left.to_vec();
    }

    fn step(&mut self, hop: &[f32; HOP_SAMPLES]) {
        let Some(frame) = self.base.features().step(&mut self.features, hop) else {
            return;
        };
        self.heard.level_db.push(log_to_db(frame.log_loudness));
        self.pitches.push((frame.pitch.f0_hz, frame.pitch.voicing));
        let begins = match (self.base.onset_net(), &mut self.onsets) {
            (Some(net), Some(state)) => net.step(state, frame),
            _ => 0.0,
        };
        self.heard.begins.push(begins);
    }

    pub(crate) fn finish(mut self) -> Heard {
        let frames = self.heard.samples.div_ceil(mynah_models::FRAME_SAMPLES);
        let samples = self.heard.samples;
        // A frame's centre is up to seven frames older than the frame.
        while self.pitches.len() < frames + PITCH_BEHIND_FRAMES {
            self.take(&[0.0; HOP_SAMPLES]);
        }
        let mut heard = self.heard;
        heard.samples = samples;
        heard.level_db.truncate(frames);
        heard.begins.truncate(frames);
        heard.semitones = (0..frames)
            .map(|frame| centred_semitones(&self.pitches, frame))
            .collect();
        heard
    }
}
