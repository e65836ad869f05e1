//! Moves a signal to another pitch with a low delay: two taps that slide along a delay line and
//! crossfade.
//!
//! A tap whose delay changes by `1 - ratio` samples a sample reads the signal at `ratio` times its
//! speed. When it comes to the end of its grain it starts over, unheard, because its weight is half
//! a sine over the grain and the other tap, half a grain away, has the rest of the power. Meant for
//! the whitened input in *follow*: white noise of unit variance keeps its power density, as a comb
//! of harmonics does that goes to another pitch.
//!
//! At ratio 1 the input passes unchanged and undelayed. The mean delay at any other ratio is half a
//! grain, 10.7 ms.
//!
//! Thread: [`Shifter`] is shared; a [`ShifterState`] belongs to one stream.

use std::f32::consts::PI;

use crate::rates::{HOP_SAMPLES, SAMPLE_RATE_HZ};

/// Lowest pitch ratio.
const RATIO_LOW: f32 = 0.25;
/// Highest pitch ratio.
const RATIO_HIGH: f32 = 4.0;
/// Span of delays a tap slides over.
const GRAIN_SAMPLES: f32 = 1024.0;
/// Least delay: what the four-point interpolation needs of the future.
const MARGIN_SAMPLES: f32 = 2.0;
/// Length of the delay line, a power of two above grain and margin.
const LINE_SAMPLES: usize = 2048;
const _: () = assert!(LINE_SAMPLES.is_power_of_two() && LINE_SAMPLES > GRAIN_SAMPLES as usize + 8);
/// The line is band-limited to this share of the half of the sampling rate, and to that over the
/// ratio where it is read faster than it was written.
const BAND_SHARE: f32 = 0.85;
/// Filter states below this (-400 dBFS) are made zero, so that silence does not end in slow
/// denormal numbers.
const SILENT_AMPLITUDE: f32 = 1e-20;
/// Damping of the sections of an eighth-order Butterworth low-pass.
const SECTION_DAMPING: [f32; 4] = [1.961_570_6, 1.662_939_2, 1.111_140_5, 0.390_180_64];

/// The shifter has neither tables nor settings; the ratio comes with every hop.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shifter;

/// Delay line, taps and the ratio they slide at.
#[derive(Clone, Debug)]
pub struct ShifterState {
    line: Vec<f32>,
    /// Where the next sample goes.
    next: usize,
    /// Place of the first tap in its grain, 0 to 1; its delay is this times the grain, plus the
    /// margin.
    slide: f32,
    /// Ratio reached at the end of the hop before.
    ratio: f32,
    /// Share of the shifted signal reached at the end of the hop before: 0 at ratio 1, else 1.
    shifted_share: f32,
    low_pass: [Section; SECTION_DAMPING.len()],
}

/// A state-variable filter (Simper, "Linear trapezoidal integrated SVF", 2013): stable while its
/// frequency moves.
#[derive(Clone, Copy, Debug, Default)]
struct Section {
    first: f32,
    second: f32,
}

impl Shifter {
    /// The shifter.
    pub fn new() -> Self {
        Self
    }

    /// Shifts `input` by `ratio` (0.25 to 4; anything else is held within, NaN counts as 1) into
    /// `output`, as many samples as the shorter of both has. A new ratio is reached within a hop;
    /// so pass hops.
    pub fn step(&self, state: &mut ShifterState, ratio: f32, input: &[f32], output: &mut [f32]) {
        let ratio = if ratio.is_nan() {
            1.0
        } else {
            ratio.clamp(RATIO_LOW, RATIO_HIGH)
        };
        for (input, output) in input
            .chunks(HOP_SAMPLES)
            .zip(output.chunks_mut(HOP_SAMPLES))
        {
            let length = input.len().min(output.len());
            state.step_hop(ratio, &input[..length], &mut output[..length]);
        }
    }
}

impl ShifterState {
    /// A silent state at ratio 1.
    pub fn new(_tables: &Shifter) -> Self {
        Self {
            line: vec![0.0; LINE_SAMPLES],
            next: 0,
            slide: 0.0,
            ratio: 1.0,
            shifted_share: 0.0,
            low_pass: [Section::default(); SECTION_DAMPING.len()],
        }
    }

    /// Back to silence and ratio 1.
    pub fn reset(&mut self) {
        self.line.fill(0.0);
        self.next = 0;
        self.slide = 0.0;
        self.ratio = 1.0;
        self.shifted_share = 0.0;
        self.low_pass = [Section::default(); SECTION_DAMPING.len()];
    }

    /// Becomes `other` without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        for (own, theirs) in self.line.iter_mut().zip(&other.line) {
            *own = *theirs;
        }
        self.next = other.next;
        self.slide = other.slide;
        self.ratio = other.ratio;
        self.shifted_share = other.shifted_share;
        self.low_pass = other.low_pass;
    }

    fn step_hop(&mut self, ratio: f32, input: &[f32], output: &mut [f32]) {
        let share = if ratio == 1.0 { 0.0 } else { 1.0 };
        let start_share = core::mem::replace(&mut self.shifted_share, share);
        // On the way back to ratio 1 the taps keep their speed until they are faded out.
        let ratio = if ratio == 1.0 && start_share > 0.0 {
            self.ratio
        } else {
            ratio
        };
        let start = if start_share == 0.0 {
            ratio
        } else {
            self.ratio
        };
        self.ratio = ratio;
        let cutoff_hz = BAND_SHARE * 0.5 * SAMPLE_RATE_HZ as f32 / ratio.max(1.0);
        let pre_warped = (PI * cutoff_hz / SAMPLE_RATE_HZ as f32).tan();
        let length = input.len() as f32;
        let passes = start_share == 0.0 && share == 0.0;
        for (index, (&sample, output)) in input.iter().zip(output).enumerate() {
            // The line is kept up even while nobody reads it: it is there when the ratio leaves 1.
            let written = self.band_limit(pre_warped, sample);
            self.write(written);
            *output = sample;
            if passes {
                continue;
            }
            let progress = (index + 1) as f32 / length;
            let speed = start + progress * (ratio - start);
            let share = start_share + progress * (share - start_share);
            *output += share * (speed.sqrt() * self.read_taps() - sample);
            self.slide += (1.0 - speed) / GRAIN_SAMPLES;
            self.slide -= self.slide.floor();
        }
        self.low_pass.iter_mut().for_each(Section::flush);
    }

    fn band_limit(&mut self, pre_warped: f32, sample: f32) -> f32 {
        let mut value = sample;
        for (section, damping) in self.low_pass.iter_mut().zip(SECTION_DAMPING) {
            value = section.step(pre_warped, damping, value);
        }
        value
    }

    fn write(&mut self, sample: f32) {
        self.line[self.next] = sample;
        self.next = (self.next + 1) % LINE_SAMPLES;
    }

    /// Both taps, weighted. The squares of the weights sum to 1, for what the taps read is hardly
    /// related.
    fn read_taps(&self) -> f32 {
        let opposite = if self.slide < 0.5 {
            self.slide + 0.5
        } else {
            self.slide - 0.5
        };
        let (sine, cosine) = (PI * self.slide).sin_cos();
        sine * self.read(self.slide) + cosine.abs() * self.read(opposite)
    }

    /// The line at a place of the grain, by Hermite interpolation.
    fn read(&self, slide: f32) -> f32 {
        let delay = MARGIN_SAMPLES + slide * GRAIN_SAMPLES;
        let whole = delay as usize;
        let fraction = delay - whole as f32;
        let at =
            |delay: usize| self.line[(self.next + 2 * LINE_SAMPLES - 1 - delay) % LINE_SAMPLES];
        let [newer, here, older, oldest] = [at(whole - 1), at(whole), at(whole + 1), at(whole + 2)];
        let slope = 0.5 * (older - newer);
        let next_slope = 0.5 * (oldest - here);
        let rise = older - here;
        let curve = 3.0 * rise - 2.0 * slope - next_slope;
        let cubic = slope + next_slope - 2.0 * rise;
        here + fraction * (slope + fraction * (curve + fraction * cubic))
    }
}

impl Section {
    fn step(&mut self, pre_warped: f32, damping: f32, input: f32) -> f32 {
        let gain = 1.0 / (1.0 + pre_warped * (pre_warped + damping));
        let difference = input - self.second;
        let band = gain * (self.first + pre_warped * difference);
        let low = self.second + pre_warped * band;
        self.first = 2.0 * band - self.first;
        self.second = 2.0 * low - self.second;
        low
    }

    fn flush(&mut self) {
        for value in [&mut self.first, &mut self.second] {
            if value.abs() < SILENT_AMPLITUDE {
                *value = 0.0;
            }
        }
    }
}
