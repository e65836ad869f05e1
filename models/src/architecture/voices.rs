//! Sizes of the voices network.

use serde::{Deserialize, Serialize};

use super::Shape;

/// Pitches that are listened for, a semitone apart: E1 to E7.
pub const VOICE_PITCHES: usize = 73;
/// Harmonics of each pitch that are seen in the fine spectrum, as shifts in its bins: 1/2, 1, 2, .. 7.
pub const FINE_SHIFTS: [isize; 8] = [-36, 0, 36, 57, 72, 84, 93, 101];
/// Harmonics that are seen in the quick spectrum, in semitones: 1 to 5.
pub const QUICK_SHIFTS: [usize; 5] = [0, 12, 19, 24, 28];
/// Frames over which rises of the quick spectrum are taken.
pub const VOICE_LAGS: [usize; 2] = [1, 3];
/// Semitones at which a pitch hears the others: harmonics and subharmonics, fifths, neighbours.
pub const VOICE_INTERVALS: [isize; 14] = [-28, -24, -19, -12, -7, -2, -1, 0, 1, 2, 7, 12, 19, 24];
/// Mean rises over each lag, the first one's in the treble, place and its square.
pub(crate) const VOICE_SCALARS: usize = VOICE_LAGS.len() + 3;
/// What the network is told of a pitch in a frame.
pub const VOICE_INPUTS: usize =
    3 * FINE_SHIFTS.len() + QUICK_SHIFTS.len() * (1 + VOICE_LAGS.len()) + VOICE_SCALARS;
/// What it says of a pitch: sounding, beginning, both as said later, level, cents.
pub const VOICE_OUTPUTS: usize = 6;

/// Sizes of the voices network, as they stand in its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoicesArchitecture {
    /// Channels of every pitch.
    pub channels: usize,
    /// Channels of a pitch that others hear.
    pub squeezed: usize,
    /// Dilation of each block over time, in frames.
    pub dilations: Vec<usize>,
    /// After which of these blocks there is one over pitch, ascending.
    pub pitch_after: Vec<usize>,
}

impl Default for VoicesArchitecture {
    fn default() -> Self {
        Self {
            channels: 24,
            squeezed: 8,
            dilations: vec![1, 2, 4, 8, 16],
            pitch_after: vec![0, 1],
        }
    }
}

impl VoicesArchitecture {
    /// Every tensor of a voices file.
    pub fn tensors(&self) -> Vec<Shape> {
        let mut out = Vec::new();
        let mut conv = |name: String, outputs: usize, inputs: usize, kernel: usize| {
            out.push((format!("{name}.weight"), vec![outputs, inputs, kernel]));
            out.push((format!("{name}.bias"), vec![outputs]));
        };
        let channels = self.channels;
        conv("input".to_owned(), channels, VOICE_INPUTS, 1);
        for i in 0..self.dilations.len() {
            conv(format!("time.{i}.conv"), channels, channels, 3);
            conv(format!("time.{i}.mix"), channels, channels, 1);
        }
        for i in 0..self.pitch_after.len() {
            let heard = self.squeezed * VOICE_INTERVALS.len();
            conv(format!("pitch.{i}.squeeze"), self.squeezed, channels, 1);
            conv(format!("pitch.{i}.spread"), channels, heard, 1);
        }
        conv("output".to_owned(), VOICE_OUTPUTS, channels, 1);
        out.push(("place".to_owned(), vec![VOICE_PITCHES, channels]));
        out
    }
}
