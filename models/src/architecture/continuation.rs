//! Sizes of the continuation network.

use serde::{Deserialize, Serialize};

use super::Shape;

/// Classes of times between notes and of lengths, of intervals, and of levels.
pub const TIME_CLASSES: usize = 17;
/// From two octaves down to two up.
pub const INTERVAL_CLASSES: usize = 49;
/// Steps of 3 dB about the mean.
pub const LEVEL_CLASSES: usize = 9;
/// The parts of an event, in the order in which they are said: time, pitch, length, level.
pub const EVENT_PARTS: usize = 4;
/// How many classes each part has.
pub const PART_CLASSES: [usize; EVENT_PARTS] =
    [TIME_CLASSES, INTERVAL_CLASSES, TIME_CLASSES, LEVEL_CLASSES];
/// Where in the beat, and in which of four beats, an event begins.
pub const EVENT_PLACES: usize = 12 + 4;
/// How much of each of the twelve notes was heard lately and for longer, and how far two mean pitches are.
pub const EVENT_SHARES: usize = 2 * 12 + 2;
/// What the network is told of an event.
pub const EVENT_INPUTS: usize =
    2 * TIME_CLASSES + INTERVAL_CLASSES + LEVEL_CLASSES + EVENT_SHARES + EVENT_PLACES;
/// What each part's head is told besides the trunk's output: nothing; time, its place and what was heard; time, place and
/// pitch; time, pitch and length.
pub const PART_TOLD: [usize; EVENT_PARTS] = [
    0,
    TIME_CLASSES + EVENT_PLACES + EVENT_SHARES,
    TIME_CLASSES + EVENT_PLACES + INTERVAL_CLASSES,
    2 * TIME_CLASSES + INTERVAL_CLASSES,
];
/// How an earlier event matches the next one: by the length of the past that is the same, up to six events, and by whether
/// what is settled of the next is the same, too.
pub const COPY_MATCHES: usize = 2 * 7;

/// Sizes of the continuation network, as they stand in its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContinuationArchitecture {
    /// Channels of the trunk.
    pub channels: usize,
    /// Channels within each head.
    pub hidden: usize,
    /// Dilation of each of the trunk's blocks, in events.
    pub dilations: Vec<usize>,
}

impl Default for ContinuationArchitecture {
    fn default() -> Self {
        Self {
            channels: 64,
            hidden: 64,
            dilations: vec![1, 2, 4, 8, 16],
        }
    }
}

impl ContinuationArchitecture {
    /// Every tensor of a continuation file.
    pub fn tensors(&self) -> Vec<Shape> {
        let mut out = Vec::new();
        let mut conv = |name: String, outputs: usize, inputs: usize, kernel: usize| {
            out.push((format!("{name}.weight"), vec![outputs, inputs, kernel]));
            out.push((format!("{name}.bias"), vec![outputs]));
        };
        let channels = self.channels;
        conv("input".to_owned(), channels, EVENT_INPUTS, 1);
        for i in 0..self.dilations.len() {
            conv(format!("blocks.{i}.conv"), channels, channels, 3);
            conv(format!("blocks.{i}.mix"), channels, channels, 1);
        }
        for (i, (classes, told)) in PART_CLASSES.into_iter().zip(PART_TOLD).enumerate() {
            conv(format!("heads.{i}.hidden"), self.hidden, channels + told, 1);
            conv(format!("heads.{i}.output"), classes, self.hidden, 1);
        }
        for name in ["copy.weights", "copy.gates"] {
            out.push((name.to_owned(), vec![EVENT_PARTS, COPY_MATCHES]));
        }
        out
    }
}
