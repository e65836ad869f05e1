//! Partials by number: measured by demodulation, and put together again.
//!
//! Around its middle a frame is a sum of partials whose pitch is known. A partial's amplitude is the frame under a window
//! times the partial, turned back. What the partials leave of the sound is its noise (sinusoids plus noise: Serra & Smith,
//! "Spectral modeling synthesis", 1990).

use rayon::prelude::*;
use realfft::num_complex::Complex64;

use mynah_models::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

use super::numbers::{hann_periodic, hann_within, median};

/// Partials above this are noise.
pub(crate) const HIGHEST_PARTIAL_HZ: f64 = 20_000.0;
/// A frame is measured so many samples before its end, where the live chain's loudness is centred.
pub(crate) const CENTRE_BEHIND_SAMPLES: usize = 340;
/// Periods of the pitch in the window that takes partials apart: fewer run into each other, more smear attacks.
const PERIODS: f64 = 5.0;
const WINDOW_LIMITS_SAMPLES: (f64, f64) = (1200.0, 4096.0);
/// A window that hears less of the note than this share measures nothing.
const LEAST_HEARD: f64 = 0.1;
/// A weight of the overlapping frames that is smaller counts as this.
const LEAST_WEIGHT: f64 = 1e-3;
/// Partials that are turned at once.
const LANES: usize = 8;

const RATE_HZ: f64 = SAMPLE_RATE_HZ as f64;

/// What the first partials of a stiff string are multiples of: `h sqrt((1 + B h^2) / (1 + B))` with the stretch `B` (Fletcher,
/// "Normal vibration frequencies of a stiff piano string", 1964), as [`mynah_models::prior::partial`], in double precision.
pub(crate) fn stretched(stretch: f64, number: usize) -> f64 {
    let h = number as f64;
    h * ((1.0 + stretch * h * h) / (1.0 + stretch)).sqrt()
}

/// Complex amplitudes of all partials of each frame.
pub(crate) type Amplitudes = Vec<Vec<Complex64>>;

/// Whose partials they are.
#[derive(Clone, Copy)]
pub(crate) struct Series<'a> {
    /// Of every frame, Hz.
    pub(crate) f0_hz: &'a [f64],
    /// Of the partials; 0 for harmonics.
    pub(crate) stretch: f64,
    /// What lies before this sample is no part of the note: windows that reach over it measure the rest, so that a struck
    /// partial is there at once instead of rising with the window.
    pub(crate) begin_sample: usize,
}

impl Series<'_> {
    /// How far each partial of a frame turns in a sample, radians.
    fn turns(&self, frame: usize) -> Vec<f64> {
        let hz = self.f0_hz[frame];
        let count = (HIGHEST_PARTIAL_HZ / hz).floor() as usize;
        let multiple = |number| match self.stretch {
            0.0 => number as f64,
            stretch => stretched(stretch, number),
        };
        let multiples = (1..=count).map(multiple);
        // The last harmonic may be the highest frequency itself; a stretched partial is below it.
        let inside = multiples.filter(|m| self.stretch == 0.0 || m * hz < HIGHEST_PARTIAL_HZ);
        inside
            .map(|multiple| std::f64::consts::TAU * multiple * hz / RATE_HZ)
            .collect()
    }

    /// Measures the partials of every frame in `audio`.
    pub(crate) fn measure(&self, audio: &[f64]) -> Amplitudes {
        let (low, high) = WINDOW_LIMITS_SAMPLES;
        let half = (PERIODS * RATE_HZ / median(self.f0_hz)).clamp(low, high) as usize / 2;
        let mut window = hann_within(2 * half + 1);
        let sum: f64 = window.iter().sum();
        window.iter_mut().for_each(|weight| *weight /= sum);
        (0..self.f0_hz.len())
            .into_par_iter()
            .map(|frame| {
                let centre = frame_centre(frame);
                let first = centre - half as isize;
                let begin = self.begin_sample as isize;
                let mut heard = 0.0;
                let part: Vec<f64> = (first..)
                    .zip(&window)
                    .map(|(at, weight)| {
                        if at < begin {
                            return 0.0;
                        }
                        heard += weight;
                        weight * audio.get(at as usize).copied().unwrap_or(0.0)
                    })
                    .collect();
                let scale = if heard < LEAST_HEARD {
                    0.0
                } else {
                    2.0 / heard
                };
                demodulated(&part, half, &self.turns(frame), scale)
            })
            .collect()
    }

    /// The partials as sound, overlapped and added, as long as the frames.
    pub(crate) fn resynthesised(&self, amplitudes: &Amplitudes) -> Vec<f64> {
        let half = FRAME_SAMPLES;
        let window = hann_periodic(2 * half);
        let blocks: Vec<Vec<f64>> = amplitudes
            .par_iter()
            .enumerate()
            .map(|(frame, row)| modulated(row, half, &self.turns(frame)))
            .collect();
        let samples = amplitudes.len() * FRAME_SAMPLES;
        let (mut sound, mut weights) = (vec![0.0; samples], vec![0.0; samples]);
        for (frame, block) in blocks.iter().enumerate() {
            let first = frame_centre(frame) - half as isize;
            for ((at, value), weight) in (first..).zip(block).zip(&window) {
                if (0..samples as isize).contains(&at) {
                    sound[at as usize] += weight * value;
                    weights[at as usize] += weight;
                }
            }
        }
        for (sample, weight) in sound.iter_mut().zip(&weights) {
            *sample /= weight.max(LEAST_WEIGHT);
        }
        sound[..self.begin_sample.min(samples)].fill(0.0);
        sound
    }
}

/// The sample around which a frame is measured.
pub(crate) fn frame_centre(frame: usize) -> isize {
    ((frame + 1) * FRAME_SAMPLES) as isize - CENTRE_BEHIND_SAMPLES as isize
}

/// Rotating partials, a few at once.
struct Wheels {
    cos: [f64; LANES],
    sin: [f64; LANES],
    turn_cos: [f64; LANES],
    turn_sin: [f64; LANES],
}

impl Wheels {
    fn new(turns: &[f64]) -> Self {
        let turn = |lane: usize| turns.get(lane).copied().unwrap_or(0.0);
        Self {
            cos: [1.0; LANES],
            sin: [0.0; LANES],
            turn_cos: std::array::from_fn(|lane| turn(lane).cos()),
            turn_sin: std::array::from_fn(|lane| turn(lane).sin()),
        }
    }

    #[inline(always)]
    fn on(&mut self) {
        for lane in 0..LANES {
            let (cos, sin) = (self.cos[lane], self.sin[lane]);
            self.cos[lane] = cos * self.turn_cos[lane] - sin * self.turn_sin[lane];
            self.sin[lane] = sin * self.turn_cos[lane] + cos * self.turn_sin[lane];
        }
    }
}

/// `scale` times the sum of `part` (2 `half` + 1 samples) turned back by each partial, whose phase is 0 in the middle. What is
/// even around the middle meets cosines only, what is odd sines only: half the work.
fn demodulated(part: &[f64], half: usize, turns: &[f64], scale: f64) -> Vec<Complex64> {
    let pairs: Vec<(f64, f64)> = (1..=half)
        .map(|n| {
            let (after, before) = (part[half + n], part[half - n]);
            (after + before, after - before)
        })
        .collect();
    let mut amplitudes = Vec::with_capacity(turns.len());
    for turns in turns.chunks(LANES) {
        let mut wheels = Wheels::new(turns);
        let (mut re, mut im) = ([part[half]; LANES], [0.0; LANES]);
        for (even, odd) in &pairs {
            wheels.on();
            for lane in 0..LANES {
                re[lane] += even * wheels.cos[lane];
                im[lane] -= odd * wheels.sin[lane];
            }
        }
        let lanes = re.iter().zip(&im).take(turns.len());
        amplitudes.extend(lanes.map(|(re, im)| Complex64::new(scale * re, scale * im)));
    }
    amplitudes
}

/// The sum of all partials from `half` samples before the middle, 2 `half` samples.
fn modulated(row: &[Complex64], half: usize, turns: &[f64]) -> Vec<f64> {
    let mut sound = vec![0.0; 2 * half];
    sound[half] = row.iter().map(|amplitude| amplitude.re).sum();
    for (turns, row) in turns.chunks(LANES).zip(row.chunks(LANES)) {
        let mut wheels = Wheels::new(turns);
        let amplitude = |lane: usize| row.get(lane).copied().unwrap_or_default();
        let re: [f64; LANES] = std::array::from_fn(|lane| amplitude(lane).re);
        let im: [f64; LANES] = std::array::from_fn(|lane| amplitude(lane).im);
        for n in 1..=half {
            wheels.on();
            let (mut even, mut odd) = (0.0, 0.0);
            for lane in 0..LANES {
                even += re[lane] * wheels.cos[lane];
                odd -= im[lane] * wheels.sin[lane];
            }
            if n < half {
                sound[half + n] += even + odd;
            }
            sound[half - n] += even - odd;
        }
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partials_are_found_as_loud_and_with_the_phase_that_they_have_and_leave_nothing() {
        let turn = std::f64::consts::TAU / RATE_HZ;
        let (hz, stretch) = (123.4, 4e-4);
        for stretch in [0.0, stretch] {
            let partials = [
                (1, 0.3, 0.5),
                (2, 0.1, -1.0),
                (7, 0.02, 2.0),
                (40, 0.004, 0.0),
            ];
            let audio: Vec<f64> = (0..24_000)
                .map(|n| {
                    let one = |(number, amplitude, phase): (usize, f64, f64)| {
                        let frequency = hz * stretched(stretch, number);
                        amplitude * (turn * frequency * n as f64 + phase).cos()
                    };
                    partials.into_iter().map(one).sum()
                })
                .collect();
            let f0_hz = vec![hz; audio.len() / FRAME_SAMPLES];
            let series = Series {
                f0_hz: &f0_hz,
                stretch,
                begin_sample: 0,
            };
            let amplitudes = series.measure(&audio);
            let frame = 40;
            for (number, amplitude, phase) in partials {
                let found = amplitudes[frame][number - 1];
                let frequency = hz * stretched(stretch, number);
                let expected = Complex64::from_polar(
                    amplitude,
                    turn * frequency * frame_centre(frame) as f64 + phase,
                );
                assert!(
                    (found - expected).norm() < 3e-4,
                    "{number}: {found} {expected}"
                );
            }
            let sound = series.resynthesised(&amplitudes);
            let middle = 4_000..sound.len() - 4_000;
            let left = middle
                .map(|n| (sound[n] - audio[n]).abs())
                .fold(0.0, f64::max);
            assert!(left < 2e-3, "{left}");
        }
    }
}
