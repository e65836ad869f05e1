//! Several voices at once: what the voices network hears, note by note. Bends and levels within a note are not heard there: a
//! channel has one wheel for all its notes.

use mynah_models::voices::{self, LATE_FRAMES, VoicesNet, VoicesState};
use mynah_models::{HOP_SAMPLES, SAMPLE_RATE_HZ};

use crate::transcription::TranscribedNote;

/// Hops of silence behind a recording, in which the network's late answers come.
const SILENT_HOPS: usize = 4 * (LATE_FRAMES + 1);
const LOUDEST_VELOCITY: f32 = 127.0;

/// Hears in hops what comes in pieces of any length.
pub(crate) struct Several<'a> {
    net: &'a VoicesNet,
    state: VoicesState,
    transcriber: voices::Transcriber,
    /// The beginning of the next hop.
    begun: Vec<f32>,
    samples: usize,
}

impl<'a> Several<'a> {
    pub(crate) fn new(net: &'a VoicesNet) -> Self {
        Self {
            net,
            state: VoicesState::new(net),
            transcriber: voices::Transcriber::default(),
            begun: Vec::with_capacity(HOP_SAMPLES),
            samples: 0,
        }
    }

    pub(crate) fn take(&mut self, audio: &[f32]) {
        self.samples += audio.len();
        for sample in audio {
            self.begun
                .push(if sample.is_finite() { *sample } else { 0.0 });
            if self.begun.len() == HOP_SAMPLES {
                self.hop();
            }
        }
    }

    fn hop(&mut self) {
        let mut hop = [0.0; HOP_SAMPLES];
        hop[..self.begun.len()].copy_from_slice(&self.begun);
        self.begun.clear();
        if let Some(frame) = self.net.step(&mut self.state, &hop) {
            self.transcriber.push(frame);
        }
    }

    /// The notes, in the order in which they begin, and how many samples were heard.
    pub(crate) fn finish(mut self) -> (Vec<TranscribedNote>, usize) {
        for _ in 0..=SILENT_HOPS {
            self.hop();
        }
        let end_s = self.samples as f64 / f64::from(SAMPLE_RATE_HZ);
        let heard = self.transcriber.notes().into_iter();
        let heard = heard.filter(|note| note.onset_s < end_s);
        let notes = heard.map(|note| TranscribedNote {
            onset_s: note.onset_s,
            offset_s: note.offset_s.min(end_s),
            midi: note.midi,
            velocity: (note.velocity * LOUDEST_VELOCITY).round().clamp(1.0, 127.0) as u8,
            bends: Vec::new(),
            levels: Vec::new(),
        });
        (notes.collect(), self.samples)
    }
}
