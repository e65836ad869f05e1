//! Pitch and voicing: the normalised square difference function (McLeod and Wyvill, "A smarter way
//! to find pitch", 2005).
//!
//! One estimate a frame, 30 to 4,400 Hz, from the newest samples alone. The function is taken over
//! the newest 512 and 1,024 samples, as far as their lags reach: periods of up to 220 and 440
//! samples, so from 218 and 109 Hz on. Where both show a clear period and agree, the longer is the
//! surer; where they do not, a note has just begun or changed, and the shorter knows the newer one.
//! Where neither is clear (a low or noisy note) it is taken over the newest 2,048, and where that is
//! not clear either over the newest 4,096 ([`super::pitch_low`]).
//!
//! **Delay.** A window reports the pitch of its middle: a steady or slowly moving note is heard 512
//! samples (11 ms) late from 109 Hz on, a lower or noisier one 1,024 (21 ms), one below 55 Hz 2,064
//! (43 ms). After a legato change a note from 218 Hz on is heard within 3 frames (16 ms), from
//! 109 Hz on within 5 (27 ms), from 55 Hz on within 9 (48 ms), a lower one within 17 (91 ms). A leap
//! down to a divisor of the pitch before (an octave, a twelfth, ..) takes up to 4 frames (21 ms)
//! more, because two notes that cross look like one. An onset after silence is heard after two or
//! three periods, and up to a frame.
//!
//! **Cost.** A frame with a clear period costs two pairs of transforms, of 768 and 1,536 points, and
//! in a low note that goes on of 768 and 3,072, or 768 and 1,536 for the lowest. The worst (noise)
//! pays for all four, about four times the clear one.
//!
//! Thread: [`Pitch`] is shared; a [`PitchState`] belongs to one stream.

use realfft::RealFftPlanner;

use super::PITCH_WINDOW_SAMPLES;
use super::pitch_low::{LOW_WINDOW, LowBand, LowBandState};
use super::pitch_memory::{Believed, Memory, is_silent};
use super::pitch_nsdf::{PlannedWindow, Scratch, Window, last};
use super::pitch_peak::{LONGEST_LAG, Peak, Picker};
use crate::rates::SAMPLE_RATE_HZ;

/// Lowest pitch reported.
pub const PITCH_LOW_HZ: f32 = 30.0;
/// Highest pitch reported.
pub const PITCH_HIGH_HZ: f32 = 4400.0;
/// Lowest pitch that is asked for in [`WINDOWS`].
const WINDOWS_LOW_HZ: f64 = 55.0;

/// The windows, from the shortest to the longest.
const WINDOWS: [Window; 3] = [
    Window {
        samples: 512,
        longest_lag: 220,
        fft_size: 768,
    },
    Window {
        samples: 1024,
        longest_lag: 440,
        fft_size: 1536,
    },
    LONGEST,
];
const LONGEST: Window = Window {
    samples: PITCH_WINDOW_SAMPLES,
    longest_lag: LONGEST_LAG,
    fft_size: 3072,
};
const _: () = {
    let mut index = 0;
    while index < WINDOWS.len() {
        assert!(WINDOWS[index].fits(&LONGEST));
        index += 1;
    }
    assert!(LOW_WINDOW.fits(&LONGEST));
};

/// A window this clear can be believed without the longest.
const CLEAR: f64 = 0.96;
/// Two periods agree within this ratio, less than a semitone.
const AGREEMENT_RATIO: f64 = 1.05;
/// Where none is clear, a shorter window is believed that is less clear by no more than this.
const SHORTER_ALLOWANCE: f64 = 0.03;

/// One frame's estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PitchEstimate {
    /// Fundamental, 30 to 4,400 Hz; the last voiced one while unvoiced, 440 Hz before the first.
    pub f0_hz: f32,
    /// How sure it is that there is a pitch, 0 to 1.
    pub voicing: f32,
}

/// The transforms.
pub struct Pitch {
    windows: [PlannedWindow; WINDOWS.len()],
    low: LowBand,
    picker: Picker,
}

/// What is remembered of the frames before, beside scratch.
#[derive(Clone, Debug)]
pub struct PitchState {
    memory: Memory,
    low: LowBandState,
    scratch: Scratch,
}

impl Default for Pitch {
    fn default() -> Self {
        Self::new()
    }
}

impl Pitch {
    /// Plans the transforms.
    pub fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        Self {
            windows: WINDOWS.map(|window| PlannedWindow::new(&mut planner, window)),
            low: LowBand::new(&mut planner),
            picker: Picker::new(),
        }
    }

    /// The estimate for the newest [`PITCH_WINDOW_SAMPLES`] samples (oldest first; silence is
    /// taken to lie before fewer), one frame after the call before.
    pub fn step(&self, state: &mut PitchState, newest: &[f32]) -> PitchEstimate {
        let newest = last(newest, PITCH_WINDOW_SAMPLES);
        self.low.push(&mut state.low, newest);
        let previous_lag = state.memory.previous_lag();
        let mut ears = Ears {
            tables: self,
            low: &state.low,
            scratch: &mut state.scratch,
            newest,
            previous_lag,
        };
        let [short, ..] = &self.windows;
        let (short, newest_db) = ears.ask(short);
        let believed = ears.believed(short);
        state.memory.step(believed, newest_db)
    }
}

/// One frame, as its windows hear it.
struct Ears<'a> {
    tables: &'a Pitch,
    low: &'a LowBandState,
    scratch: &'a mut Scratch,
    newest: &'a [f32],
    previous_lag: f64,
}

impl Ears<'_> {
    /// The window's period, if it has one, and its mean power in dB.
    fn ask(&mut self, planned: &PlannedWindow) -> (Option<Believed>, f64) {
        let power_db = planned.listen(self.scratch, self.newest);
        if is_silent(power_db) {
            return (None, power_db);
        }
        let in_range =
            |peak: &Peak| (WINDOWS_LOW_HZ..=f64::from(PITCH_HIGH_HZ)).contains(&hz(peak));
        let nsdf = planned.nsdf(self.scratch);
        let peak = self.tables.picker.pick(nsdf, self.previous_lag);
        let believed = peak
            .filter(in_range)
            .map(|peak| Believed { peak, power_db });
        (believed, power_db)
    }

    /// The lowest notes' period, if one is heard.
    fn ask_low(&mut self) -> Option<Believed> {
        let Pitch { low, picker, .. } = self.tables;
        low.ask(self.low, self.scratch, picker, self.previous_lag)
    }

    /// Asks the longer windows, and the longest only where they are needed.
    fn believed(&mut self, short: Option<Believed>) -> Option<Believed> {
        let [_, middle, long] = &self.tables.windows;
        let is_new = short.is_some_and(is_clear);
        // A low note that goes on: only a window that reaches it knows.
        let lowest = if self.previous_lag > long.window.longest_lag as f64 && !is_new {
            let lowest = self.ask_low();
            if lowest.is_some_and(is_clear) {
                return lowest;
            }
            Some(lowest)
        } else {
            None
        };
        let long_first = if self.previous_lag > middle.window.longest_lag as f64 && !is_new {
            let (long, _) = self.ask(long);
            if long.is_some_and(is_clear) {
                return long;
            }
            Some(long)
        } else {
            None
        };
        let (middle, _) = self.ask(middle);
        if let Some(clear) = clear(short, middle) {
            return Some(clear);
        }
        let long = long_first.unwrap_or_else(|| self.ask(long).0);
        let found = clearest(short, middle, long);
        if found.is_some_and(is_clear) {
            return found;
        }
        let lowest = lowest.unwrap_or_else(|| self.ask_low());
        match (found, lowest) {
            (Some(found), Some(lowest))
                if found.peak.clarity + SHORTER_ALLOWANCE >= lowest.peak.clarity =>
            {
                Some(found)
            }
            (found, lowest) => lowest.or(found),
        }
    }
}

fn is_clear(believed: Believed) -> bool {
    believed.peak.clarity >= CLEAR
}

/// What the two shorter windows can say without the longest.
fn clear(short: Option<Believed>, middle: Option<Believed>) -> Option<Believed> {
    let clear = |believed: Option<Believed>| believed.filter(|&found| is_clear(found));
    match (clear(short), clear(middle)) {
        (Some(short), Some(middle)) => {
            let ratio = middle.peak.lag_samples / short.peak.lag_samples;
            let agree = ratio < AGREEMENT_RATIO && ratio * AGREEMENT_RATIO > 1.0;
            Some(if agree { middle } else { short })
        }
        (short, middle) => short.or(middle),
    }
}

/// The shortest window that is about as clear as the longer ones.
fn clearest(
    short: Option<Believed>,
    middle: Option<Believed>,
    long: Option<Believed>,
) -> Option<Believed> {
    [middle, short]
        .into_iter()
        .flatten()
        .fold(long, |longer, shorter| match longer {
            Some(longer)
                if is_clear(longer)
                    || shorter.peak.clarity + SHORTER_ALLOWANCE <= longer.peak.clarity =>
            {
                Some(longer)
            }
            _ => Some(shorter),
        })
}

impl PitchState {
    /// The state before the first sample.
    pub fn new(tables: &Pitch) -> Self {
        let windows = tables.windows.iter().chain([&tables.low.planned]);
        Self {
            memory: Memory::new(),
            low: LowBandState::new(),
            scratch: Scratch::new(windows, &LONGEST),
        }
    }

    /// Back to the state before the first sample.
    pub fn reset(&mut self) {
        self.memory = Memory::new();
        self.low.reset();
    }

    /// Becomes `other` without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.memory = other.memory;
        self.low.copy_from(&other.low);
    }
}

/// Pitch of a period.
pub(super) fn hz(peak: &Peak) -> f64 {
    f64::from(SAMPLE_RATE_HZ) / peak.lag_samples
}
