//! The early room: what comes straight from the walls, and the way to the late room.
//!
//! A dozen taps of a delay line for each side (Moorer, "About this reverberation business", Computer Music Journal 3, 1979), thinner
//! and softer as they go. Their signs change, so that together they colour the sound as little as they can.

/// Taps of each side.
const TAPS: usize = 12;
/// When the taps of left and right come after the first of them, milliseconds, in a room of middle size.
const TIMES_MS: [[f32; TAPS]; 2] = [
    [
        0.0, 3.7, 6.1, 11.3, 13.9, 19.1, 21.3, 26.9, 32.7, 35.1, 41.9, 47.3,
    ],
    [
        1.1, 4.9, 9.7, 12.1, 17.3, 19.9, 24.7, 29.3, 31.1, 38.3, 43.1, 49.9,
    ],
];
/// Signs of the taps.
const SIGNS: [[f32; TAPS]; 2] = [
    [
        1.0, 1.0, -1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0, -1.0, 1.0,
    ],
    [
        1.0, -1.0, 1.0, 1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 1.0,
    ],
];
/// Within this time taps fall by half, milliseconds.
const HALF_MS: f32 = 18.0;
/// The first tap comes so long after the direct sound in the smallest and in the largest room, milliseconds.
const FIRST_MS: [f32; 2] = [4.0, 16.0];
/// By how much times stretch in the smallest and in the largest room.
const STRETCH: [f32; 2] = [0.6, 1.4];
/// What the late room hears comes so long after the direct sound, of the first tap's time.
const LATE_SHARE: f32 = 0.5;

/// How long after the direct sound each tap comes, samples.
#[derive(Clone, Copy)]
pub(super) struct Times {
    taps: [[u32; TAPS]; 2],
    late: u32,
}

impl Times {
    /// At a size from 0 to 1.
    pub(super) fn new(size: f32, rate_hz: f32) -> Times {
        let of = |ends: [f32; 2]| ends[0] + size * (ends[1] - ends[0]);
        let samples = |ms: f32| (ms * rate_hz / 1_000.0).round() as u32;
        let (first_ms, stretch) = (of(FIRST_MS), of(STRETCH));
        Times {
            taps: TIMES_MS.map(|side| side.map(|ms| samples(first_ms + stretch * ms))),
            late: samples(LATE_SHARE * first_ms),
        }
    }
}

/// What the taps and the late room hear at a moment.
#[derive(Clone, Copy)]
pub(super) struct Heard {
    /// The reflections, left and right; of unit energy for an impulse.
    pub(super) early: [f32; 2],
    /// What goes into the late room.
    pub(super) late: f32,
}

/// The line that the taps read.
pub(super) struct Reflections {
    /// A power of two long.
    ring: Box<[f32]>,
    mask: usize,
    next: usize,
    gains: [[f32; TAPS]; 2],
}

impl Reflections {
    /// Silent. Allocates.
    pub(super) fn new(rate_hz: f32) -> Reflections {
        let largest = Times::new(1.0, rate_hz);
        let last = largest.taps.iter().flatten().max().copied().unwrap_or(0);
        let size = (last as usize + 1).next_power_of_two();
        let side = |side: usize| {
            let falls = TIMES_MS[side].map(|ms| (-ms / HALF_MS).exp2());
            let energy: f32 = falls.iter().map(|gain| gain * gain).sum();
            std::array::from_fn(|tap| SIGNS[side][tap] * falls[tap] / energy.sqrt())
        };
        Reflections {
            ring: vec![0.0; size].into_boxed_slice(),
            mask: size - 1,
            next: 0,
            gains: [side(0), side(1)],
        }
    }

    /// After so many samples a sound has left the line.
    pub(super) fn length_samples(&self) -> usize {
        self.ring.len()
    }

    /// Takes a sample in.
    pub(super) fn push(&mut self, sample: f32) {
        self.next = (self.next + 1) & self.mask;
        self.ring[self.next] = sample;
    }

    /// What is heard now.
    pub(super) fn heard(&self, times: &Times) -> Heard {
        let past = |samples: u32| self.ring[self.next.wrapping_sub(samples as usize) & self.mask];
        let side = |side: usize| {
            let taps = times.taps[side].iter().zip(&self.gains[side]);
            taps.fold(0.0, |sum, (samples, gain)| sum + gain * past(*samples))
        };
        Heard {
            early: [side(0), side(1)],
            late: past(times.late),
        }
    }

    /// Back to silence.
    pub(super) fn clear(&mut self) {
        self.ring.fill(0.0);
        self.next = 0;
    }
}

impl Heard {
    /// On the way from one to another, at `share` of it.
    pub(super) fn between(from: Heard, to: Heard, share: f32) -> Heard {
        let way = |from: f32, to: f32| from + share * (to - from);
        Heard {
            early: [0, 1].map(|side| way(from.early[side], to.early[side])),
            late: way(from.late, to.late),
        }
    }
}
