//! Copying what was just played: a variable-order model of the row itself, mixed with the network's answers.
//!
//! Every earlier event is a candidate for the next one. What it counts depends on for how many events before it the past is
//! the same as now, and how much all candidates count beside the network on the best of them.
//! `models/training/mynah_training/continuation_copy.py` is the specification.

use super::event::{Event, LENGTH, NONE, PITCH, TIME};
use crate::architecture::{COPY_MATCHES, EVENT_PARTS};
use crate::file::{ModelFileError, Params};

/// Longer matches count as this.
const LONGEST: usize = COPY_MATCHES / 2 - 1;
/// So many of the latest events are candidates.
const CANDIDATES: usize = 256;
/// So many are remembered, since candidates have a past, too.
const REMEMBERED: usize = CANDIDATES + 8;

/// What matches count, and how much the copy counts beside the network.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    weights: [[f32; COPY_MATCHES]; EVENT_PARTS],
    gates: [[f32; COPY_MATCHES]; EVENT_PARTS],
}

/// The latest events.
#[derive(Clone, Debug)]
pub(super) struct History {
    /// In the order of time, from the first or from any place on.
    events: [Event; REMEMBERED],
    count: usize,
    /// Of each candidate: for how many events before it the past is the same as now; newest first.
    lengths: [u8; CANDIDATES],
}

impl Default for History {
    fn default() -> Self {
        Self {
            events: [Event::UNKNOWN; REMEMBERED],
            count: 0,
            lengths: [0; CANDIDATES],
        }
    }
}

impl History {
    /// Takes the next event. Audio thread.
    pub(super) fn push(&mut self, event: Event) {
        self.events[self.count % REMEMBERED] = event;
        self.count += 1;
        for age in 1..=self.candidates() {
            let same = (1..=LONGEST).take_while(|back| self.steps_alike(age, *back));
            self.lengths[age - 1] = same.count() as u8;
        }
    }

    /// How many events can be copied: all but the first, which has no time and no interval.
    fn candidates(&self) -> usize {
        self.count.saturating_sub(1).min(CANDIDATES)
    }

    /// The event `age` before the next one; 1 is the latest.
    fn event(&self, age: usize) -> Event {
        if age > self.count.min(REMEMBERED) {
            return Event::UNKNOWN;
        }
        self.events[(self.count - age) % REMEMBERED]
    }

    /// Whether the event `back` before a candidate is like the one `back` before the next event.
    fn steps_alike(&self, age: usize, back: usize) -> bool {
        self.event(back).steps_like(self.event(age + back))
    }
}

impl Copy {
    /// Reads `weights` and `gates`.
    ///
    /// # Errors
    /// If one is missing or of another shape.
    pub(super) fn new(params: &Params) -> Result<Self, ModelFileError> {
        let table = |name, of: fn(f32) -> f32| {
            let values = params.get(name, &[EVENT_PARTS, COPY_MATCHES])?;
            let mut table = [[0.0; COPY_MATCHES]; EVENT_PARTS];
            for (to, from) in table.as_flattened_mut().iter_mut().zip(values) {
                *to = of(*from);
            }
            Ok::<_, ModelFileError>(table)
        };
        Ok(Self {
            // Within what sums of some hundred of them can be.
            weights: table("weights", |x| x.clamp(-40.0, 40.0).exp())?,
            gates: table("gates", |x| 1.0 / (1.0 + (-x).exp()))?,
        })
    }

    /// Mixes `p`, what the network says of a part of the next event of which the parts before are settled. Audio thread.
    pub(super) fn mix(&self, history: &History, part: usize, settled: Event, p: &mut [f32]) {
        let mut copied = [0.0; crate::architecture::INTERVAL_CLASSES];
        let (mut total, mut best) = (0.0, 0);
        for age in 1..=history.candidates() {
            let candidate = history.event(age);
            let alike = match part {
                TIME => true,
                PITCH => candidate.0[TIME] == settled.0[TIME],
                LENGTH => candidate.0[..LENGTH] == settled.0[..LENGTH],
                _ => candidate.0[LENGTH] == settled.0[LENGTH],
            };
            let matched = 2 * usize::from(history.lengths[age - 1]) + usize::from(alike);
            let class = candidate.0[part];
            if class == NONE || usize::from(class) >= p.len() {
                continue;
            }
            let weight = self.weights[part][matched];
            copied[usize::from(class)] += weight;
            total += weight;
            best = best.max(matched);
        }
        if total > 0.0 {
            let gate = self.gates[part][best];
            for (p, copied) in p.iter_mut().zip(copied) {
                *p += gate * (copied / total - *p);
            }
        }
    }
}
