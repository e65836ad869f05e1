//! A small room around the translation: instruments are known in rooms.
//!
//! ```text
//! wet -+-------------------------------------------------------------------- direct gain --+-> left, right
//!      +-> mean -> low cut -> line -+-> a dozen reflections each, duller ------------------+
//!                                   +-> all-passes -> late room (sixteen lines) -- gain ---+
//! ```
//!
//! Works at the host's rate, a sample in and a sample out. All times are in milliseconds, so that the room is the same at every rate.
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

/// The room is computed in parts of so many samples, all of which is there before the part begins: the first sound of the room
/// comes 2 ms after what went in, which is as much at 8 kHz.
const PART_SAMPLES: usize = 16;
/// A part.
type Part = [f32; PART_SAMPLES];
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
    let heard = sound.iter().map(|sample| room.step([*sample; 2], 1.0));
    heard.map(|[left, right]| 0.5 * (left + right)).collect()
}

/// A sample that is not too small.
#[inline(always)]
fn settled(sample: f32) -> f32 {
    if sample.abs() < NOTHING { 0.0 } else { sample }
}

/// The value at sample `n` of a part in which it goes linearly from one to another.
fn at([from, to]: [f32; 2], n: usize) -> f32 {
    from + (to - from) * (n + 1) as f32 / PART_SAMPLES as f32
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
    /// The shape to come and the parts that have been gone of the way to it.
    next: Option<(Shape, u32)>,
    /// Of this moment.
    damping: Damping,
    low_cuts: [OnePole; 2],
    dull: [OnePole; 2],
    reflections: Reflections,
    all_passes: AllPasses,
    network: Network,
    /// The present part of the room, left and right, and how many samples of it have been heard.
    part: [Part; 2],
    heard_samples: usize,
    /// The loudest sample of the present part that went in.
    loudest_sent: f32,
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
            part: [[0.0; PART_SAMPLES]; 2],
            heard_samples: PART_SAMPLES,
            loudest_sent: 0.0,
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

    /// A sample of the translation, left and right, in its room. The room hears the mean of both. `presence`, 0 to 1, is how much of a translation there is:
    /// the dry sound that takes its place has no room.
    pub(crate) fn step(&mut self, wet: [f32; 2], presence: f32) -> [f32; 2] {
        let direct_gain = self.direct_gain.advance();
        let room_gain = self.room_gain.advance();
        if room_gain == 0.0 && self.room_gain.rests() {
            self.clear();
            return wet;
        }
        let direct = wet.map(|wet| direct_gain * wet);
        // To the bit the same as both, where they are the same.
        let sent = settled(0.5 * wet[0] + 0.5 * wet[1]);
        if self.silent {
            if sent == 0.0 {
                return direct;
            }
            self.jump_to_size();
            self.silent = false;
        }
        let gain = presence * room_gain;
        let room = self.ring(sent);
        std::array::from_fn(|side| direct[side] + gain * room[side])
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
        if self.heard_samples == PART_SAMPLES {
            self.listen();
            self.compute();
        }
        let room = self.part.map(|side| side[self.heard_samples]);
        self.heard_samples += 1;
        let sent = sent - self.low_cuts[0].low_pass(sent);
        let sent = sent - self.low_cuts[1].low_pass(sent);
        self.loudest_sent = self.loudest_sent.max(sent.abs());
        self.reflections.push(sent);
        room
    }

    /// The next part of the room.
    fn compute(&mut self) {
        let (heard, late_gains) = self.advance_shape();
        let spread = self.all_passes.run(&heard.late);
        let late = self.network.run(&spread, &self.damping);
        let early_gain = EARLY_ENERGY.sqrt();
        let sides = heard.early.iter().zip(&late).zip(&mut self.dull);
        for (part, ((early, late), dull)) in self.part.iter_mut().zip(sides) {
            *part = std::array::from_fn(|n| {
                early_gain * dull.low_pass(early[n]) + at(late_gains, n) * late[n]
            });
        }
        self.heard_samples = 0;
    }

    /// What is heard of the past in the next part, and between which gains the late room goes: on the way from one size to
    /// another, if it is.
    fn advance_shape(&mut self) -> (Heard, [f32; 2]) {
        if self.next.is_none() && self.wanted_size != self.shape.size {
            self.next = Some((self.wanted_shape(), 0));
        }
        let here = self.reflections.heard(&self.shape.times);
        let Some((next, parts)) = &mut self.next else {
            return (here, [self.shape.late_gain; 2]);
        };
        let fade_parts = (SIZE_FADE_MS * self.rate_hz / 1_000.0 / PART_SAMPLES as f32).ceil();
        let shares = [*parts as f32 / fade_parts, (*parts + 1) as f32 / fade_parts];
        *parts += 1;
        let next = *next;
        self.damping = Damping::between(&self.shape.damping, &next.damping, shares[1]);
        let there = self.reflections.heard(&next.times);
        let [from, to] = [self.shape.late_gain, next.late_gain];
        let late_gains = shares.map(|share| from + share * (to - from));
        if shares[1] >= 1.0 {
            self.shape = next;
            self.next = None;
        }
        (Heard::between(&here, &there, shares), late_gains)
    }

    fn wanted_shape(&self) -> Shape {
        Shape::new(
            self.wanted_size,
            self.rate_hz,
            self.network.lengths_samples(),
        )
    }

    /// Counts the samples in which nothing came in, or round again, that could be heard; forgets a tail that has rung out.
    fn listen(&mut self) {
        let loudest = self.loudest_sent.max(self.network.largest());
        self.loudest_sent = 0.0;
        self.quiet_samples = if loudest < RUNG_OUT {
            self.quiet_samples + PART_SAMPLES
        } else {
            0
        };
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
        self.heard_samples = PART_SAMPLES;
        self.loudest_sent = 0.0;
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
