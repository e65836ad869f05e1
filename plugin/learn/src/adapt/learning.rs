//! Learning: Adam on a target's vectors and head through the frozen trunk, judged by held-out frames.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::adaptation::Adaptation;
use super::batch::{ContentNoise, Draws};
use super::error::{AdaptError, Use};
use super::loss::{Distance, gradient, mean_distance};
use super::phrases::{Phrase, check_frames, pieces};
use super::state::State;
use super::tape::{Packed, Tape};
use super::trunk::Trunk;

/// Steps over which the rate rises to what it is to be.
const WARM_UP_STEPS: u64 = 50;
/// Longest gradient; longer ones are shortened.
const LONGEST_GRADIENT: f32 = 5.0;
/// How much of the average of all steps stays in a step.
const AVERAGE_DECAY: f32 = 0.99;
/// Less than this share of the held-out distance is no fall.
const LEAST_FALL: f64 = 5e-4;
/// What the rate is multiplied by once the held-out distance no longer falls.
const RATE_DROP: f32 = 0.3;

/// How to learn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The same seed, phrases and start give the same result, for any number of threads.
    pub seed: u64,
    /// Stretches in a step, 1 or more.
    pub batch: usize,
    /// Frames of a stretch that are compared, 1 or more.
    pub stretch_frames: usize,
    /// Adam's rate at first.
    pub rate: f32,
    /// How strongly everything is drawn back to where it started, per step and rate: little sound is learnt by heart
    /// otherwise (Li et al., 2018, decoupled from Adam as by Loshchilov and Hutter, 2019).
    pub pull: f32,
    /// [`ContentNoise::deviation`].
    pub content_noise: f32,
    /// Steps from one judgement by the held-out frames to the next, 1 or more.
    pub steps_per_report: u64,
    /// Reports without a fall after which the rate drops.
    pub patience: u32,
    /// Drops of the rate after which it is over.
    pub drops: u32,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Steps taken, those before a resumption included.
    pub step: u64,
    /// Seconds since this run began.
    pub seconds: f64,
    /// Mean distance of what was learnt from since the last report, nepers, under noise.
    pub learnt: f64,
    /// Mean distance from the held-out frames now, nepers.
    pub held_out: f64,
    /// The least of these.
    pub best: f64,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The held-out distance no longer falls.
    Settled,
    /// The flag was set.
    Stopped,
    /// The time is over.
    OutOfTime,
}

/// One target on its way.
pub struct Learning<'p> {
    trunk: &'p Trunk,
    learnt: &'p [Phrase],
    held_out: &'p [Phrase],
    draws: Draws,
    options: Options,
    state: State,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            batch: 8,
            stretch_frames: 192,
            rate: 2e-3,
            pull: 3.0,
            content_noise: 0.25,
            steps_per_report: 50,
            patience: 6,
            drops: 3,
        }
    }
}

impl<'p> Learning<'p> {
    /// Before the first step, from `start` on.
    ///
    /// # Errors
    /// No frame counts, or `start` is of another size than the trunk.
    pub fn new(
        trunk: &'p Trunk,
        learnt: &'p [Phrase],
        held_out: &'p [Phrase],
        start: &Adaptation,
        options: Options,
    ) -> Result<Self, AdaptError> {
        let state = State::new(start, options.seed);
        let mut learning = Self::with_state(trunk, learnt, held_out, state, options)?;
        let apart = learning.judge(start);
        (learning.state.best_held_out, learning.state.mark) = (apart, apart);
        Ok(learning)
    }

    /// Goes on from what [`saved`](Self::saved) gave for the same phrases and options, as if it had not been interrupted.
    ///
    /// # Errors
    /// As [`new`](Self::new); and the state is damaged, or of other phrases.
    pub fn resume(
        trunk: &'p Trunk,
        learnt: &'p [Phrase],
        held_out: &'p [Phrase],
        saved: &[u8],
        options: Options,
    ) -> Result<Self, AdaptError> {
        let state = State::read(trunk.sizes(), saved, fingerprint(learnt, held_out))?;
        Self::with_state(trunk, learnt, held_out, state, options)
    }

    fn with_state(
        trunk: &'p Trunk,
        learnt: &'p [Phrase],
        held_out: &'p [Phrase],
        state: State,
        options: Options,
    ) -> Result<Self, AdaptError> {
        check_frames(learnt, Use::Learn)?;
        check_frames(held_out, Use::Judge)?;
        let (found, expected) = (state.now.sizes(), trunk.sizes());
        if found != expected {
            return Err(AdaptError::WrongLength {
                what: "parameters to start from",
                found: found.values(),
                expected: expected.values(),
            });
        }
        Ok(Self {
            trunk,
            learnt,
            held_out,
            draws: Draws::new(learnt),
            options: Options {
                batch: options.batch.max(1),
                stretch_frames: options.stretch_frames.max(1),
                steps_per_report: options.steps_per_report.max(1),
                ..options
            },
            state,
        })
    }

    /// The state, to be written to a file.
    pub fn saved(&self) -> Vec<u8> {
        self.state.write(fingerprint(self.learnt, self.held_out))
    }

    /// The best so far; the start before anything better was found.
    pub fn best(&self) -> &Adaptation {
        &self.state.best
    }

    /// Its mean distance from the held-out frames, nepers.
    pub fn best_held_out(&self) -> f64 {
        self.state.best_held_out
    }

    /// Steps taken.
    pub fn steps(&self) -> u64 {
        self.state.step
    }

    /// Learns until it is settled, the flag is set, or the time is over: both are looked at after every step. Each report
    /// goes to `progress`. To be called again to go on.
    pub fn run(
        &mut self,
        time: Option<Duration>,
        stop: &AtomicBool,
        mut progress: impl FnMut(&Progress),
    ) -> Ended {
        let began = Instant::now();
        loop {
            if self.state.drops >= self.options.drops {
                return Ended::Settled;
            }
            if stop.load(Ordering::Relaxed) {
                return Ended::Stopped;
            }
            if time.is_some_and(|time| began.elapsed() >= time) {
                return Ended::OutOfTime;
            }
            self.step();
            if self
                .state
                .step
                .is_multiple_of(self.options.steps_per_report)
            {
                let (learnt, held_out) = self.report();
                progress(&Progress {
                    step: self.state.step,
                    seconds: began.elapsed().as_secs_f64(),
                    learnt,
                    held_out,
                    best: self.state.best_held_out,
                });
            }
        }
    }

    /// One step on one batch.
    pub(super) fn step(&mut self) {
        let (trunk, options) = (self.trunk, &self.options);
        let state = &mut self.state;
        let drawn: Vec<_> = (0..options.batch)
            .map(|_| {
                let chance = &mut state.chance;
                let stretch = self
                    .draws
                    .draw(trunk, self.learnt, options.stretch_frames, chance);
                let noise = ContentNoise {
                    deviation: options.content_noise,
                    seed: chance.seed(),
                };
                (stretch, noise)
            })
            .collect();
        let share = 1.0 / options.batch as f32;
        let packed = Packed::new(trunk.instructions, &state.now);
        let each: Vec<(f64, Adaptation)> = drawn
            .par_iter()
            .map_init(Scratch::default, |scratch, (stretch, noise)| {
                let Scratch { tape, rows, d_made } = scratch;
                noise.over(trunk, stretch, rows);
                let made = tape.forward(trunk, &packed, rows, stretch.context);
                let apart = Distance::of(made, stretch).mean();
                gradient(made, stretch, share, d_made);
                let mut own = Adaptation::zeros(trunk.sizes());
                tape.backward(trunk, &packed, d_made, &mut own);
                (apart, own)
            })
            .collect();
        // In the order in which they were drawn, whoever was ready first.
        let mut sum = Adaptation::zeros(trunk.sizes());
        for (apart, own) in &each {
            sum.add(own);
            state.apart += apart * f64::from(share);
        }
        let norm = sum.norm();
        if norm > LONGEST_GRADIENT {
            let shorter = LONGEST_GRADIENT / norm;
            sum.values_mut().iter_mut().for_each(|v| *v *= shorter);
        }
        state.step += 1;
        let warm = (state.step as f32 / WARM_UP_STEPS as f32).min(1.0);
        let rate = options.rate * warm * RATE_DROP.powi(state.drops as i32);
        state.adam.step(state.step, rate, &sum, &mut state.now);
        let back = (rate * options.pull).min(1.0);
        let values = state.now.values_mut().iter_mut();
        for (value, start) in values.zip(state.start.values()) {
            *value += back * (start - *value);
        }
        let averages = state.average.values_mut().iter_mut();
        // At first it follows closely.
        let decay = AVERAGE_DECAY.min(state.step as f32 / (state.step + 10) as f32);
        for (average, now) in averages.zip(state.now.values()) {
            *average += (1.0 - decay) * (now - *average);
        }
    }

    /// Judges the average; returns the mean distance since the last report, and that from the held-out frames.
    fn report(&mut self) -> (f64, f64) {
        let held_out = self.judge(&self.state.average);
        let state = &mut self.state;
        if held_out < state.best_held_out {
            state.best_held_out = held_out;
            state.best = state.average.clone();
        }
        if held_out < state.mark * (1.0 - LEAST_FALL) {
            (state.mark, state.stale) = (held_out, 0);
        } else {
            state.stale += 1;
        }
        if state.stale >= self.options.patience {
            state.stale = 0;
            state.drops += 1;
        }
        let learnt = state.apart / self.options.steps_per_report as f64;
        state.apart = 0.0;
        (learnt, held_out)
    }

    fn judge(&self, adaptation: &Adaptation) -> f64 {
        let pieces = pieces(self.held_out, self.trunk.past_frames());
        mean_distance(self.trunk, adaptation, &pieces)
    }
}

/// What a thread writes to.
#[derive(Default)]
struct Scratch {
    tape: Tape,
    rows: Vec<f32>,
    d_made: Vec<f32>,
}

/// Tells other phrases from these.
fn fingerprint(learnt: &[Phrase], held_out: &[Phrase]) -> u64 {
    let mut hash = learnt.len() as u64;
    for phrase in learnt.iter().chain(held_out) {
        phrase.mix_into(&mut hash);
    }
    hash
}
