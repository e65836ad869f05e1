//! A small room around the translation: instruments are known in rooms.
//!
//! ```text
//! wet -+------------------------------------------------------------ direct gain --+-> left, right
//!      +-> low cut -> line -+-> a dozen reflections each, duller ------------------+
//!                           +-> all-passes -> late room (sixteen lines) -- gain ---+
//! ```
//!
//! Works at the host's rate, a sample at a time. All times are in milliseconds, so that the room is the same at every rate.
//! Reflections, decay and the loudness of the late room follow the size; the lines of the late room do not, so that no pitch is
//! bent when the size moves: it crossfades from one size to another. What is too small to be heard is zero, and once a tail has
//! rung out below -102 dBFS the room is silent and costs nothing.

mod all_pass;
mod decay;
mod network;
mod reflections;

#[cfg(test)]
mod tests;

use std::f32::consts::TAU;

use all_pass::AllPasses;
use decay::Damping;
use network::{LINES, Network};
use reflections::{Heard, Reflections, Times};

use crate::controls::Controls;
use crate::smoothing::Glide;

/// How long it takes from one size to another, milliseconds.
const SIZE_FADE_MS: f32 = 50.0;
/// What is lower than this is not heard in the room, by the two low cuts of the first order: together -6 dB at 80 Hz.
const LOW_CUT_HZ: f32 = 52.0;
/// Walls reflect less above this.
const DULL_HZ: f32 = 6_000.0;
/// The reflections' part of the room's energy; the rest is the late room's.
const EARLY_ENERGY: f32 = 0.35;
/// By the decay at this frequency the late room is as loud as it should be for music.
const LOUDNESS_HZ: f32 = 1_500.0;
/// Once nothing that is held is louder than this (-120 dBFS), all is forgotten. Together the lines may give eight times as much.
const RUNG_OUT: f32 = 1e-6;
/// What is smaller than this is zero: nothing ever gets so small that processors are slow with it.
const NOTHING: f32 = 1e-15;
/// The tail that is counted with, dB below the sound.
const TAIL_DB: f64 = 100.0;

/// How long the room rings at a size from 0 to 1 after the sound has ended, seconds: until it has fallen by 100 dB.
pub(crate) fn tail_s(size: f32) -> f64 {
    f64::from(decay::decay_at_s(size, 0.0)) * TAIL_DB / 60.0
}

/// A sound at a host's rate in the room of `controls`, as it is heard in a single channel; of its length. For comparing a
/// translation with a recording in the same room. Any thread but audio: it allocates.
pub fn in_room(sound: &[f32], host_rate_hz: f64, controls: &Controls) -> Vec<f32> {
    let mut room = Room::new(host_rate_hz);
    room.set(controls.room, controls.room_size, true);
    let heard = sound.iter().map(|sample| room.step(*sample, 1.0));
    heard.map(|[left, right]| 0.5 * (left + right)).collect()
}

/// A sample that is not too small.
#[inline(always)]
fn settled(sample: f32) -> f32 {
    if sample.abs() < NOTHING { 0.0 } else { sample }
}

/// All that follows from the size.
#[derive(Clone, Copy)]
struct Shape {
    size: f32,
    damping: Damping,
    times: Times,
    late_gain: f32,
}

impl Shape {
    fn new(size: f32, rate_hz: f32, lengths_samples: &[usize; LINES]) -> Shape {
        // An impulse comes out of the lines with its energy, and again and again with what a pass leaves of it.
        let mean_samples = lengths_samples.iter().sum::<usize>() as f32 / LINES as f32;
        let pass_left = 1e-6f32.powf(mean_samples / rate_hz / decay::decay_at_s(size, LOUDNESS_HZ));
        Shape {
            size,
            damping: Damping::new(size, rate_hz, lengths_samples),
            times: Times::new(size, rate_hz),
            late_gain: ((1.0 - EARLY_ENERGY) * (1.0 - pass_left)).sqrt(),
        }
    }
}

/// The room and what sounds in it. Lives on the audio thread; only [`new`](Self::new) allocates.
pub(crate) struct Room {
    rate_hz: f32,
    direct_gain: Glide,
    room_gain: Glide,
    wanted_size: f32,
    /// What is heard, or what it fades from.
    shape: Shape,
    /// The shape to come and the samples until it is there.
    next: Option<(Shape, u32)>,
    /// Of this moment.
    damping: Damping,
    low_cuts: [OnePole; 2],
    dull: [OnePole; 2],
    reflections: Reflections,
    all_passes: AllPasses,
    network: Network,
    /// Samples since anything went in or round that could be heard.
    quiet_samples: usize,
    /// After as many, nothing is held that could be heard.
    rings_out_samples: usize,
    silent: bool,
}

impl Room {
    /// An empty room at a host's rate.
    pub(crate) fn new(host_rate_hz: f64) -> Room {
        let rate_hz = host_rate_hz as f32;
        let network = Network::new(host_rate_hz);
        let reflections = Reflections::new(rate_hz);
        let all_passes = AllPasses::new(host_rate_hz);
        let longest_samples = network.lengths_samples()[LINES - 1];
        let shape = Shape::new(0.0, rate_hz, network.lengths_samples());
        Room {
            rate_hz,
            direct_gain: Glide::new(1.0, host_rate_hz),
            room_gain: Glide::new(0.0, host_rate_hz),
            wanted_size: 0.0,
            shape,
            next: None,
            damping: shape.damping,
            low_cuts: [OnePole::new(LOW_CUT_HZ, rate_hz); 2],
            dull: [OnePole::new(DULL_HZ, rate_hz); 2],
            rings_out_samples: longest_samples
                + reflections.length_samples()
                + all_passes.length_samples(),
            reflections,
            all_passes,
            network,
            quiet_samples: 0,
            silent: true,
        }
    }

    /// How much of the room is heard, 0 to 1, and its size, 0 to 1. Glides there, unless `at_once`.
    ///
    /// Direct sound and room are mixed as `1 - amount` to `amount`, and scaled so that their energies, which add up because the
    /// two have nothing to do with each other, stay one.
    pub(crate) fn set(&mut self, amount: f32, size: f32, at_once: bool) {
        let direct = 1.0 - amount;
        let scale = 1.0 / (direct * direct + amount * amount).sqrt();
        // Exactly 1 and 0 where there is no room.
        let gains = [direct * scale, amount * scale];
        for (glide, gain) in [&mut self.direct_gain, &mut self.room_gain]
            .into_iter()
            .zip(gains)
        {
            if at_once {
                glide.jump_to(gain);
            } else {
                glide.glide_to(gain);
            }
        }
        self.wanted_size = size;
        if at_once {
            self.jump_to_size();
        }
    }

    /// A sample of the translation in its room, left and right. `presence`, 0 to 1, is how much of a translation there is:
    /// the dry sound that takes its place has no room.
    pub(crate) fn step(&mut self, wet: f32, presence: f32) -> [f32; 2] {
        let direct_gain = self.direct_gain.advance();
        let room_gain = self.room_gain.advance();
        if room_gain == 0.0 && self.room_gain.rests() {
            self.clear();
            return [wet; 2];
        }
        let direct = direct_gain * wet;
        let sent = settled(wet);
        if self.silent {
            if sent == 0.0 {
                return [direct; 2];
            }
            self.jump_to_size();
            self.silent = false;
        }
        let gain = presence * room_gain;
        self.ring(sent).map(|room| direct + gain * room)
    }

    /// Whether silence is answered with silence, and nothing moves.
    pub(crate) fn rests(&self) -> bool {
        self.silent && self.direct_gain.rests() && self.room_gain.rests()
    }

    /// Back to silence.
    pub(crate) fn reset(&mut self) {
        self.silent = false;
        self.clear();
    }

    /// The room alone, left and right.
    fn ring(&mut self, sent: f32) -> [f32; 2] {
        let sent = sent - self.low_cuts[0].low_pass(sent);
        let sent = sent - self.low_cuts[1].low_pass(sent);
        self.reflections.push(sent);
        let (heard, late_gain) = self.advance_shape();
        let spread = self.all_passes.step(heard.late);
        let [left, right] = self.network.step(spread, &self.damping);
        let early_gain = EARLY_ENERGY.sqrt();
        let room = [
            early_gain * self.dull[0].low_pass(heard.early[0]) + late_gain * left,
            early_gain * self.dull[1].low_pass(heard.early[1]) + late_gain * right,
        ];
        self.listen(sent);
        room
    }

    /// What is heard of the past, and the gain of the late room: on the way from one size to another, if it is.
    fn advance_shape(&mut self) -> (Heard, f32) {
        let here = self.reflections.heard(&self.shape.times);
        let Some((next, left_samples)) = &mut self.next else {
            if self.wanted_size != self.shape.size {
                self.next = Some((self.wanted_shape(), self.fade_samples()));
            }
            return (here, self.shape.late_gain);
        };
        *left_samples -= 1;
        let (next, left_samples) = (*next, *left_samples);
        let share = 1.0 - left_samples as f32 / self.fade_samples() as f32;
        self.damping = Damping::between(&self.shape.damping, &next.damping, share);
        let there = self.reflections.heard(&next.times);
        let late_gain = self.shape.late_gain + share * (next.late_gain - self.shape.late_gain);
        if left_samples == 0 {
            self.shape = next;
            self.next = None;
        }
        (Heard::between(here, there, share), late_gain)
    }

    fn wanted_shape(&self) -> Shape {
        Shape::new(
            self.wanted_size,
            self.rate_hz,
            self.network.lengths_samples(),
        )
    }

    fn fade_samples(&self) -> u32 {
        (SIZE_FADE_MS * self.rate_hz / 1_000.0).round() as u32
    }

    /// Counts the samples in which nothing came in, or round again, that could be heard; forgets a tail that has rung out.
    fn listen(&mut self, sent: f32) {
        if sent.abs() >= RUNG_OUT || self.network.largest() >= RUNG_OUT {
            self.quiet_samples = 0;
            return;
        }
        self.quiet_samples += 1;
        if self.quiet_samples >= self.rings_out_samples {
            self.clear();
        }
    }

    fn clear(&mut self) {
        if self.silent {
            return;
        }
        for filter in self.low_cuts.iter_mut().chain(&mut self.dull) {
            filter.held = 0.0;
        }
        self.reflections.clear();
        self.all_passes.clear();
        self.network.clear();
        self.quiet_samples = 0;
        self.silent = true;
    }

    fn jump_to_size(&mut self) {
        self.next = None;
        if self.wanted_size != self.shape.size {
            self.shape = self.wanted_shape();
        }
        self.damping = self.shape.damping;
    }
}

/// A low-pass filter of the first order.
#[derive(Clone, Copy)]
struct OnePole {
    share: f32,
    held: f32,
}

impl OnePole {
    fn new(frequency_hz: f32, rate_hz: f32) -> OnePole {
        OnePole {
            share: 1.0 - (-TAU * frequency_hz / rate_hz).exp(),
            held: 0.0,
        }
    }

    fn low_pass(&mut self, sample: f32) -> f32 {
        self.held = settled(self.held + self.share * (sample - self.held));
        self.held
    }
}
