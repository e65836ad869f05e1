//! What the voices network sees of a frame: every pitch's harmonics, relative to how loud the playing is.

use crate::architecture::{
    FINE_SHIFTS, QUICK_SHIFTS, VOICE_INPUTS, VOICE_LAGS, VOICE_PITCHES, VOICE_SCALARS,
};
use crate::features::{FINE_BINS, FINE_PER_SEMITONE, LogFrequencyFrame, QUICK_BINS};

/// Frames that are remembered: the longest lag.
const PAST: usize = 3;
/// ln(1e-5): spectra of silence.
const SILENCE: f32 = -11.512_925;
/// Nepers, -69 dB: what is quieter does not count as playing.
const REFERENCE_LOW: f32 = -8.0;
/// Nepers a frame (33 dB a second): how fast a loud note is forgotten.
const REFERENCE_FALL: f32 = 0.04;
/// Nepers (56 dB): what is this far below the reference counts as silence.
const DEPTH: f32 = 6.5;
const SCALE: f32 = 3.0;
/// The quick spectrum from here on is the shortest window's: what a stroke does first is heard there.
const TREBLE_SEMITONE: usize = 57;

/// Turns frames into what the network sees; the state of one stream.
#[derive(Clone, Debug)]
pub struct VoicesInput {
    /// The loudest bin: followed upwards at once, downwards slowly.
    reference: f32,
    /// Quick spectra, newest first.
    past: [[f32; QUICK_BINS]; PAST],
}

impl Default for VoicesInput {
    fn default() -> Self {
        Self {
            reference: f32::NEG_INFINITY,
            past: [[SILENCE; QUICK_BINS]; PAST],
        }
    }
}

impl VoicesInput {
    /// Natural log of the amplitude to which the last frame was relative.
    pub fn reference(&self) -> f32 {
        self.reference.max(REFERENCE_LOW)
    }

    /// The next frame -> `rows` of [`VOICE_INPUTS`] numbers, one row for each pitch. Audio thread.
    pub fn step(&mut self, frame: &LogFrequencyFrame, rows: &mut [f32]) {
        let loudest = frame.fine.iter().copied().fold(SILENCE, f32::max);
        self.reference = loudest.max(self.reference - REFERENCE_FALL);
        let floor = self.reference() - DEPTH;
        let above = |x: f32| x.max(floor) - floor;
        let fine: [f32; FINE_BINS] = frame.fine.map(|x| above(x) / SCALE);
        let quick: [f32; QUICK_BINS] = frame.quick.map(above);
        let rises: [[f32; QUICK_BINS]; VOICE_LAGS.len()] = VOICE_LAGS.map(|lag| {
            let past = &self.past[lag - 1];
            std::array::from_fn(|k| 0.5 * (quick[k] - above(past[k])).max(0.0))
        });
        let quick = quick.map(|x| x / SCALE);
        let mean = |x: &[f32]| x.iter().sum::<f32>() / x.len() as f32;
        let [first, second] = &rises;
        let common = [mean(first), mean(second), mean(&first[TREBLE_SEMITONE..])];

        let (rows, _) = rows.as_chunks_mut::<VOICE_INPUTS>();
        for (pitch, row) in rows.iter_mut().enumerate() {
            let mut out = row.iter_mut();
            for shift in FINE_SHIFTS {
                for bin in 0..FINE_PER_SEMITONE {
                    let at = (FINE_PER_SEMITONE * pitch + bin).checked_add_signed(shift);
                    put(&mut out, at.and_then(|at| fine.get(at)));
                }
            }
            for bands in [&quick, first, second] {
                for shift in QUICK_SHIFTS {
                    put(&mut out, bands.get(pitch + shift));
                }
            }
            let place = 2.0 * pitch as f32 / (VOICE_PITCHES - 1) as f32 - 1.0;
            let [a, b, c] = common;
            let scalars: [f32; VOICE_SCALARS] = [a, b, c, place, place * place];
            for scalar in &scalars {
                put(&mut out, Some(scalar));
            }
        }
        self.past.rotate_right(1);
        self.past[0] = frame.quick;
    }
}

/// The next number of a row; beyond the spectrum there is silence.
fn put<'a>(out: &mut impl Iterator<Item = &'a mut f32>, value: Option<&f32>) {
    if let Some(out) = out.next() {
        *out = value.copied().unwrap_or(0.0);
    }
}
