//! A steel string after Karplus and Strong: a loop as long as the period, with the losses and the stiffness of a
//! string in it, plucked by a pick, on a body.

use std::f64::consts::TAU;

use super::filters::{Band, Follower};
use super::{RATE_HZ, amplitude, samples, tune};
use crate::notes::{Note, Random, midi_to_hz};

const RATE: f64 = RATE_HZ as f64;
const BEAT_S: f64 = 0.57;
/// Where the pick strikes, of the string's length.
const PICK_PLACE: f64 = 0.14;
/// Coefficient of the two all-passes that let high partials run ahead, as stiffness does.
const STIFFNESS: f64 = -0.35;
/// Share of the neighbouring sample in the loop's low-pass.
const DULLNESS: f64 = 0.12;
/// Modes of the body: centre in Hz, quality, level.
const BODY: [(f64, f64, f64); 5] = [
    (104.0, 14.0, 0.5),
    (205.0, 18.0, 0.7),
    (392.0, 16.0, 0.45),
    (640.0, 12.0, 0.3),
    (1_150.0, 6.0, 0.25),
];

/// MIDI number, beats, velocity.
const LINE: [(i32, f64, u8); 29] = [
    (64, 0.5, 108),
    (64, 0.25, 84),
    (64, 0.25, 90),
    (64, 0.5, 104),
    (64, 0.25, 84),
    (64, 0.25, 90),
    (64, 0.5, 106),
    (57, 0.5, 90),
    (60, 0.5, 94),
    (64, 0.5, 104),
    (62, 0.5, 106),
    (62, 0.25, 82),
    (62, 0.25, 88),
    (62, 0.5, 102),
    (62, 0.25, 82),
    (62, 0.25, 88),
    (62, 0.5, 104),
    (55, 0.5, 88),
    (59, 0.5, 92),
    (62, 0.5, 100),
    (64, 0.5, 108),
    (64, 0.25, 86),
    (64, 0.25, 92),
    (66, 0.5, 104),
    (67, 0.5, 108),
    (69, 0.5, 114),
    (67, 0.5, 104),
    (64, 0.5, 98),
    (62, 0.5, 92),
];
/// The end of the tune, held longer.
const CLOSE: [(i32, f64, u8); 3] = [(59, 0.5, 90), (57, 0.5, 96), (57, 2.6, 106)];

/// The tune.
pub(super) fn notes() -> Vec<Note> {
    tune(BEAT_S, LINE.into_iter().chain(CLOSE))
}

/// The phrase, 48 kHz, of any level.
pub(super) fn render() -> Vec<f64> {
    let notes = notes();
    let mut strings = vec![0.0; samples(&notes, 0.7)];
    for (i, note) in notes.iter().enumerate() {
        pluck(&mut strings, note, i as u64 + 11);
    }
    let mut modes = BODY.map(|(centre_hz, quality, level)| (Band::new(centre_hz, quality), level));
    let on_body = |x: f64| {
        x + modes
            .iter_mut()
            .map(|(mode, level)| *level * mode.next(x))
            .sum::<f64>()
    };
    strings.into_iter().map(on_body).collect()
}

/// One note: the string swings across the top and along it, a little out of tune with itself, so that it fades in two
/// steps; before it, the pick touches the string.
fn pluck(output: &mut [f64], note: &Note, seed: u64) {
    let mut random = Random::new(seed);
    let f0_hz = midi_to_hz(f64::from(note.midi));
    let period = RATE / f0_hz;
    // Like a hand, not like a clock; and harder strokes are brighter.
    let start = ((note.start_s + 0.003 * random.bipolar()) * RATE) as usize;
    let strength = amplitude(note.velocity);
    let (mut dark, mut darker) = (Follower::default(), Follower::default());
    let cutoff_hz = 1_200.0 + 6_500.0 * strength;
    let burst: Vec<f64> = (0..period as usize)
        .map(|i| {
            let slip = 1.0 - i as f64 / period;
            let force = 0.75 * slip * slip + 0.5 * random.bipolar();
            darker.low_pass(dark.low_pass(force, cutoff_hz), cutoff_hz)
        })
        .collect();
    let mean = burst.iter().sum::<f64>() / burst.len().max(1) as f64;
    let comb = ((period * PICK_PLACE) as usize).max(1);
    let excitation: Vec<f64> = (0..burst.len() + comb)
        .map(|i| {
            let at = |i: Option<usize>| i.and_then(|i| burst.get(i)).map_or(0.0, |x| x - mean);
            at(Some(i)) - 0.9 * at(i.checked_sub(comb))
        })
        .collect();
    let power = excitation.iter().map(|x| x * x).sum::<f64>() / excitation.len().max(1) as f64;
    let gain = strength / power.sqrt().max(1e-9);
    let end = (note.end_s() * RATE) as usize;
    for (share, cents, ring_s) in [(0.7, 0.0, 2.6), (0.3, 1.2, 0.9)] {
        let mut string = LoopedString::new(f0_hz * 2f64.powf(cents / 1200.0), ring_s);
        for (i, sample) in output.iter_mut().enumerate().skip(start) {
            // The finger leaves the fret, or the next stroke stops the string: within some 30 ms.
            let damping = (i.saturating_sub(end) as f64 / (0.03 * RATE)).min(1.0);
            let input = excitation.get(i - start).copied().unwrap_or(0.0);
            *sample += share * gain * string.next(input, damping);
            if i > end + RATE as usize / 3 {
                break;
            }
        }
    }
    let mut click = Band::new(2_600.0, 1.0);
    let touch = start.saturating_sub((0.004 * RATE) as usize);
    for (i, sample) in output[touch..]
        .iter_mut()
        .take((0.008 * RATE) as usize)
        .enumerate()
    {
        let shape = (i as f64 / (0.008 * RATE) * std::f64::consts::PI).sin();
        *sample += 0.35 * strength * shape * click.next(random.bipolar());
    }
}

/// The loop: a delay, the low-pass of its losses, two all-passes of stiffness, and one that tunes it.
struct LoopedString {
    line: Vec<f64>,
    place: usize,
    last: f64,
    all_passes: [AllPass; 3],
    /// Gain of one round: ringing, and damped.
    ring: f64,
    damped: f64,
}

impl LoopedString {
    /// At `f0_hz`, falling by 60 dB in `ring_s`.
    fn new(f0_hz: f64, ring_s: f64) -> LoopedString {
        let omega = TAU * f0_hz / RATE;
        // Phase delay of the low-pass (1 - d) + d z^-1.
        let low_pass =
            (DULLNESS * omega.sin()).atan2(1.0 - DULLNESS + DULLNESS * omega.cos()) / omega;
        let stiff = AllPass::new(STIFFNESS);
        let rest = RATE / f0_hz - low_pass - 2.0 * stiff.delay_samples(omega);
        let whole = ((rest - 0.4).floor() as usize).max(1);
        // A first-order all-pass that delays low frequencies by the rest, 0.4 to 1.4 samples.
        let fraction = rest - whole as f64;
        let tuning = AllPass::new((1.0 - fraction) / (1.0 + fraction));
        LoopedString {
            line: vec![0.0; whole],
            place: 0,
            last: 0.0,
            all_passes: [stiff, stiff, tuning],
            ring: 10f64.powf(-3.0 / (f0_hz * ring_s)),
            damped: 10f64.powf(-3.0 / (f0_hz * 0.09)),
        }
    }

    fn next(&mut self, input: f64, damping: f64) -> f64 {
        let out = self.line[self.place];
        let dulled = (1.0 - DULLNESS) * out + DULLNESS * self.last;
        self.last = out;
        let loss = self.ring + damping * (self.damped - self.ring);
        let round = self
            .all_passes
            .iter_mut()
            .fold(loss * dulled, |x, pass| pass.next(x));
        self.line[self.place] = input + round;
        self.place = (self.place + 1) % self.line.len();
        out
    }
}

/// First order: `(c + z^-1) / (1 + c z^-1)`.
#[derive(Clone, Copy)]
struct AllPass {
    coefficient: f64,
    input: f64,
    output: f64,
}

impl AllPass {
    fn new(coefficient: f64) -> AllPass {
        AllPass {
            coefficient,
            input: 0.0,
            output: 0.0,
        }
    }

    /// Phase delay at `omega` radians a sample.
    fn delay_samples(&self, omega: f64) -> f64 {
        let c = self.coefficient;
        1.0 - 2.0 * (c * omega.sin()).atan2(1.0 + c * omega.cos()) / omega
    }

    fn next(&mut self, input: f64) -> f64 {
        let output = self.coefficient * (input - self.output) + self.input;
        (self.input, self.output) = (input, output);
        output
    }
}
