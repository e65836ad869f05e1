//! The pitch of a note, frame by frame, looking ahead.
//!
//! A first guess is the lag near the note's period at which the sound is most like itself (McLeod & Wyvill, "A smarter way to
//! find pitch", 2005). It is made exact by what the first harmonics' phases do in a window of three periods: the
//! instantaneous frequency of each, weighted by its amplitude (Flanagan & Golden, "Phase vocoder", 1966; the refinement of
//! F0 in WORLD: Morise et al., 2016).

use rayon::prelude::*;
use realfft::num_complex::Complex64;

use mynah_models::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

use super::partials::frame_centre;
use super::{to_hz, to_semitones};

const RATE_HZ: f64 = SAMPLE_RATE_HZ as f64;
/// What is further than so many semitones from the note's nominal pitch is an error.
const REACH_SEMITONES: f64 = 1.2;
/// A frame whose likeness to itself a period later is less has no pitch.
const LEAST_LIKE: f64 = 0.5;
/// Guess and exact value further apart than this contradict each other, semitones.
const MOST_APART_SEMITONES: f64 = 0.6;
const PERIODS: f64 = 4.0;
/// Notes above this are compared several periods later: lags of whole samples are too coarse for one.
const LEAST_LAG_SAMPLES: f64 = 120.0;
/// More periods would let the next one's lag be taken for the note's.
const MOST_PERIODS_LATER: f64 = 4.0;
const HARMONICS: usize = 6;
/// Frames that are softer than the loudest by more have no pitch.
const SOFTEST: f64 = 1e-5;
/// With fewer frames of some pitch the note is what it was said to be.
const LEAST_VOICED_FRAMES: usize = 5;

/// Pitch of each frame: filled where there is none, and where there is one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pitch {
    /// Hz.
    pub hz: Vec<f64>,
    /// Whether it was heard.
    pub voiced: Vec<bool>,
}

/// Follows the pitch of a note whose middle is about `semitones` (69 for 440 Hz), as long as `audio` (48 kHz). It stands
/// where the frame's amplitudes are measured.
pub fn track(audio: &[f64], semitones: f64) -> Pitch {
    let frames = audio.len() / FRAME_SAMPLES;
    let nominal_hz = to_hz(semitones);
    let loudest = (0..frames)
        .map(|frame| power(audio, frame))
        .fold(0.0, f64::max);
    let heard: Vec<Option<f64>> = (0..frames)
        .into_par_iter()
        .map(|frame| {
            if power(audio, frame) <= loudest * SOFTEST {
                return None;
            }
            let centre = frame_centre(frame);
            let guess = guessed(audio, centre, nominal_hz)?;
            let exact = refined(audio, centre, guess)?;
            let apart = |a: f64, b: f64| (to_semitones(a) - to_semitones(b)).abs();
            let sure = apart(exact, guess) < MOST_APART_SEMITONES
                && apart(exact, nominal_hz) < REACH_SEMITONES;
            sure.then_some(exact)
        })
        .collect();
    let places: Vec<f64> = (0..frames)
        .filter(|n| heard[*n].is_some())
        .map(|n| n as f64)
        .collect();
    if places.len() < LEAST_VOICED_FRAMES {
        return Pitch {
            hz: vec![nominal_hz; frames],
            voiced: vec![false; frames],
        };
    }
    let known: Vec<f64> = heard.iter().flatten().copied().collect();
    Pitch {
        hz: super::interpolated((0..frames).map(|n| n as f64), &places, &known),
        voiced: heard.iter().map(Option::is_some).collect(),
    }
}

fn power(audio: &[f64], frame: usize) -> f64 {
    let block = &audio[frame * FRAME_SAMPLES..(frame + 1) * FRAME_SAMPLES];
    block.iter().map(|x| x * x).sum()
}

/// `size` samples from `first` on; silence outside.
fn part(audio: &[f64], first: isize, size: usize) -> Vec<f64> {
    let sample = |at: isize| usize::try_from(at).ok().and_then(|at| audio.get(at));
    (first..first + size as isize)
        .map(|at| sample(at).copied().unwrap_or(0.0))
        .collect()
}

fn guessed(audio: &[f64], centre: isize, nominal_hz: f64) -> Option<f64> {
    let period = RATE_HZ / nominal_hz;
    let later = (LEAST_LAG_SAMPLES / period)
        .ceil()
        .clamp(1.0, MOST_PERIODS_LATER);
    let reach = (REACH_SEMITONES / 12.0).exp2();
    let low = (later * period / reach).floor() as usize;
    let high = (later * period * reach).ceil() as usize;
    let size = (PERIODS * period).max(2.0 * LEAST_LAG_SAMPLES) as usize;
    let block = part(
        audio,
        centre - ((size + high) / 2) as isize,
        size + high + 1,
    );
    let like = |lag: usize| {
        let (mut product, mut squares) = (0.0, 0.0);
        for (a, b) in block[..size].iter().zip(&block[lag..lag + size]) {
            product += a * b;
            squares += a * a + b * b;
        }
        2.0 * product / squares.max(f64::MIN_POSITIVE)
    };
    let alike: Vec<f64> = (low..=high).map(like).collect();
    let best = (0..alike.len()).max_by(|a, b| alike[*a].total_cmp(&alike[*b]))?;
    if alike[best] < LEAST_LIKE || best == 0 || best + 1 == alike.len() {
        return None;
    }
    let (before, here, after) = (alike[best - 1], alike[best], alike[best + 1]);
    let curvature = before - 2.0 * here + after;
    let shift = if curvature < 0.0 {
        0.5 * (before - after) / curvature
    } else {
        0.0
    };
    Some(later * RATE_HZ / ((low + best) as f64 + shift.clamp(-0.5, 0.5)))
}

/// The pitch by the instantaneous frequencies of the first harmonics of `hz`.
fn refined(audio: &[f64], centre: isize, hz: f64) -> Option<f64> {
    let half = (1.5 * RATE_HZ / hz).round() as isize;
    let block = part(audio, centre - half, 2 * half as usize + 1);
    let step = std::f64::consts::PI / (half + 1) as f64;
    // A Hann window and its slope.
    let weights = (-half..=half).map(|n| {
        let angle = step * n as f64;
        (0.5 + 0.5 * angle.cos(), -0.5 * step * angle.sin())
    });
    let weights: Vec<(f64, f64)> = weights.collect();
    let (mut sum, mut scale) = (0.0, 0.0);
    for number in 1..=HARMONICS {
        let frequency = number as f64 * hz;
        if frequency > 0.45 * RATE_HZ {
            break;
        }
        let turn = std::f64::consts::TAU * frequency / RATE_HZ;
        let (mut value, mut slope) = (Complex64::default(), Complex64::default());
        for ((sample, (weight, change)), n) in block.iter().zip(&weights).zip(-half..) {
            let wheel = Complex64::from_polar(*sample, -turn * n as f64);
            value += wheel * weight;
            slope += wheel * change;
        }
        let square = value.norm_sqr();
        if square <= f64::MIN_POSITIVE {
            continue;
        }
        let radians = turn - (slope * value.conj()).im / square;
        let amplitude = square.sqrt();
        sum += amplitude * radians * RATE_HZ / std::f64::consts::TAU;
        scale += amplitude * number as f64;
    }
    (scale > 0.0).then(|| sum / scale).filter(|hz| *hz > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vibrato(hz: f64, depth_semitones: f64) -> (Vec<f64>, Vec<f64>) {
        let (mut audio, mut truth, mut phase) = (Vec::new(), Vec::new(), 0.0f64);
        for n in 0..48_000 {
            let time = n as f64 / RATE_HZ;
            let at =
                hz * (depth_semitones / 12.0 * (std::f64::consts::TAU * 5.5 * time).sin()).exp2();
            phase += std::f64::consts::TAU * at / RATE_HZ;
            audio.push(
                (1..=8)
                    .map(|h| (f64::from(h) * phase).sin() / f64::from(h))
                    .sum(),
            );
            truth.push(at);
        }
        (audio, truth)
    }

    #[test]
    fn a_vibrato_is_followed_within_some_cents_from_the_lowest_note_to_the_highest() {
        for hz in [41.2, 98.0, 261.6, 880.0, 2093.0] {
            let (audio, truth) = vibrato(hz, 0.4);
            let pitch = track(&audio, to_semitones(hz) + 0.3);
            assert!(pitch.voiced[20..160].iter().all(|voiced| *voiced), "{hz}");
            for frame in 20..160 {
                let wanted = truth[frame_centre(frame) as usize];
                let off = 100.0 * (to_semitones(pitch.hz[frame]) - to_semitones(wanted)).abs();
                assert!(off < 8.0, "{hz} Hz, frame {frame}: {off} cents");
            }
        }
    }

    #[test]
    fn noise_has_no_pitch_and_is_said_to_be_what_was_expected() {
        let mut chance = 3;
        let audio: Vec<f64> = (0..48_000)
            .map(|_| {
                (mynah_models::split_mix_64(&mut chance) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
            })
            .collect();
        let pitch = track(&audio, 60.0);
        let voiced = pitch.voiced.iter().filter(|voiced| **voiced).count();
        assert!(voiced < 10, "{voiced}");
    }
}
