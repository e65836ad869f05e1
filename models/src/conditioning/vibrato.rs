//! Tells a note's middle from its vibrato.
//!
//! The middle is a running mean of a running mean of the pitch, each over about one period of a vibrato of 4 to 5 Hz;
//! vibratos from 4 to 8 Hz leave less than a tenth of themselves in it. A pitch that goes too far from the middle is
//! another note, from which both means begin anew.

use super::smoothing::FRAME_MS;

/// Lengths of the means, frames: 229 and 192 ms.
const LONG_FRAMES: usize = 43;
const SHORT_FRAMES: usize = 36;
/// Farther than this is another note at once, semitones.
const LEAP_SEMITONES: f32 = 1.5;
/// Farther than this is another note if it stays there: a semitone's step is, the widest vibratos are not.
const STEP_SEMITONES: f32 = 0.8;
/// How long it has to stay there.
const STEP_MS: f32 = 64.0;

/// The mean of the last so many values since the last restart.
#[derive(Clone, Debug)]
struct RunningMean<const N: usize> {
    values: [f32; N],
    next: usize,
    count: usize,
}

impl<const N: usize> RunningMean<N> {
    const fn new() -> Self {
        Self {
            values: [0.0; N],
            next: 0,
            count: 0,
        }
    }

    fn restart(&mut self) {
        self.count = 0;
        self.next = 0;
    }

    fn step(&mut self, value: f32) -> f32 {
        self.values[self.next] = value;
        self.next = (self.next + 1) % N;
        self.count = (self.count + 1).min(N);
        // Summed anew each time: a sum that is carried along would keep its rounding errors.
        self.values[..self.count].iter().sum::<f32>() / self.count as f32
    }
}

/// The middle of the present note.
#[derive(Clone, Debug)]
pub(super) struct NoteMiddle {
    first: RunningMean<LONG_FRAMES>,
    second: RunningMean<SHORT_FRAMES>,
    middle: f32,
    frames_apart: u32,
    /// There is a note.
    sounds: bool,
}

impl Default for NoteMiddle {
    fn default() -> Self {
        Self {
            first: RunningMean::new(),
            second: RunningMean::new(),
            middle: 0.0,
            frames_apart: 0,
            sounds: false,
        }
    }
}

impl NoteMiddle {
    /// One voiced frame at a pitch in semitones: the middle, and whether a new note has begun.
    pub(super) fn step(&mut self, semitones: f32) -> (f32, bool) {
        let apart = (semitones - self.middle).abs();
        self.frames_apart = if apart > STEP_SEMITONES {
            self.frames_apart + 1
        } else {
            0
        };
        let stays = self.frames_apart as f32 * FRAME_MS >= STEP_MS;
        let begins = !self.sounds || apart > LEAP_SEMITONES || stays;
        if begins {
            self.first.restart();
            self.second.restart();
            self.frames_apart = 0;
            self.sounds = true;
        }
        let first = self.first.step(semitones);
        self.middle = self.second.step(first);
        (self.middle, begins)
    }

    /// The note is over.
    pub(super) fn end(&mut self) {
        self.sounds = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    fn vibrato(rate_hz: f32, depth_semitones: f32, frame: usize) -> f32 {
        60.0 + depth_semitones * (TAU * rate_hz * frame as f32 * FRAME_MS / 1000.0).sin()
    }

    #[test]
    fn the_middle_is_free_of_vibrato() {
        for rate_hz in [4.0, 5.0, 5.5, 6.0, 7.0, 8.0] {
            for depth in [0.2, 0.4, 0.6] {
                let mut middle = NoteMiddle::default();
                let found: Vec<f32> = (0..400)
                    .map(|frame| middle.step(vibrato(rate_hz, depth, frame)).0)
                    .collect();
                let left = found[100..]
                    .iter()
                    .fold(0f32, |m, x| m.max((x - 60.0).abs()));
                assert!(left < 0.1 * depth, "{rate_hz} Hz, {depth}: {left}");
            }
        }
    }

    #[test]
    fn a_new_note_is_heard_at_once_if_far_and_soon_if_near() {
        for (step, latest_frame) in [(1.0, 12), (2.0, 0), (-12.0, 0)] {
            let mut middle = NoteMiddle::default();
            for _ in 0..100 {
                middle.step(60.0);
            }
            let begun = (0..20).position(|_| middle.step(60.0 + step).1);
            assert!(
                begun.is_some_and(|frame| frame <= latest_frame),
                "{step}: {begun:?}"
            );
            assert!((middle.step(60.0 + step).0 - 60.0 - step).abs() < 1e-4);
        }
    }
}
