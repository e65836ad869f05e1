//! How much of what sounds one harmonic series explains.

use super::sight::{SPACING_HZ, Sight, Tone};

/// How far from a partial a tone is still that partial, bins and a ratio (7 cents): what decays is spread, what is
/// stretched is off ..
const LOBE_BINS: f32 = 1.6;
const OFF: f32 = 0.004;
/// .. but never more than this share of the distance of partials.
const MOST_SHARE: f32 = 0.36;
/// What rings on is so much softer than the loudest partial of what is played, in power (6 dB).
const RINGING_SHARE: f32 = 0.25;
/// Stretches that are tried; see [`Series::partial_of`].
const STRETCHES: [f32; 7] = [0.0, 3e-5, 1e-4, 3e-4, 6e-4, 1.2e-3, 2.5e-3];
/// Deviations of the pitch that are tried, cents.
const CENTS: [f32; 7] = [0.0, -6.0, 6.0, -12.0, 12.0, -20.0, 20.0];
/// Partials that are the fundamentals of a chord whose common fundamental nobody plays.
const CHORDS: [&[usize]; 13] = [
    &[2, 3],
    &[3, 4],
    &[4, 5],
    &[5, 6],
    &[3, 5],
    &[5, 8],
    &[2, 5],
    &[3, 8],
    &[4, 5, 6],
    &[3, 4, 5],
    &[5, 6, 8],
    &[2, 3, 4, 5],
    &[10, 12, 15],
];
/// What belongs to none of a chord's notes has no more than this of the power (-38 dB), each of its notes at least this.
const OTHERS_SHARE: f32 = 1.6e-4;
const SOFTEST_SHARE: f32 = 0.005;
/// .. and there are so many partials at least.
const LEAST_PARTIALS: usize = 4;
/// Where, under the highest partial of so much of the loudest (-25 dB), that is this one or a higher one, fewer than this
/// share are there, they are no single note's.
const LOUD_SHARE: f32 = 0.003;
const SPARSE_PARTIALS: usize = 6;
const SPARSE_SHARE: f32 = 0.42;
/// Partials that are told apart.
const NUMBERED: usize = 24;
/// What is so much of the loudest partial counts (-50 dB).
const PARTIAL_SHARE: f32 = 1e-5;

/// A harmonic series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Series {
    /// Its first partial, Hz.
    pub(super) hz: f32,
    /// How far the pitch moves to either side within the window, as a ratio: 0.01 for 17 cents.
    pub(super) moves: f32,
    /// Fletcher's inharmonicity.
    stretch: f32,
}

/// What a series explains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Explained {
    /// The series that does it best.
    pub(super) series: Series,
    /// Power of its partials.
    pub(super) own: f32,
    /// Power of the other tones.
    pub(super) foreign: f32,
    /// By how much the true pitch is higher than what was asked for: 1, 2 or 3 times.
    pub(super) multiple: usize,
    /// The partials are those of two notes, in tune with each other.
    pub(super) chord: bool,
}

impl Explained {
    /// The other tones against the partials, dB.
    pub(super) fn foreign_db(&self) -> f32 {
        10.0 * ((self.foreign + 1e-12) / (self.own + 1e-12)).log10()
    }
}

impl Series {
    /// That of a pitch which moves by so many semitones to either side.
    pub(super) fn new(hz: f32, moves_semitones: f32) -> Self {
        Self {
            hz,
            moves: (moves_semitones / 12.0).exp2() - 1.0,
            stretch: 0.0,
        }
    }

    /// The partial that a tone belongs to.
    pub(super) fn partial_of(&self, hz: f32) -> Option<usize> {
        // f_h = h f_1 sqrt((1 + B h^2) / (1 + B)), solved for h (Fletcher, "Normal vibration frequencies of a stiff
        // piano string", 1964).
        let ratio = hz / self.hz;
        let guess = if self.stretch > 0.0 {
            let square = ratio * ratio * (1.0 + self.stretch);
            let root = (1.0 + 4.0 * self.stretch * square).sqrt() - 1.0;
            (root / (2.0 * self.stretch)).sqrt()
        } else {
            ratio
        };
        let number = guess.round().max(1.0);
        let at = number
            * self.hz
            * ((1.0 + self.stretch * number * number) / (1.0 + self.stretch)).sqrt();
        let reach = LOBE_BINS * SPACING_HZ + (self.moves + OFF) * at;
        ((hz - at).abs() < reach.min(MOST_SHARE * self.hz)).then_some(number as usize)
    }

    /// The tones that are not its own.
    pub(super) fn others<'a>(&'a self, tones: &'a [Tone]) -> impl Iterator<Item = &'a Tone> {
        tones
            .iter()
            .filter(|tone| self.partial_of(tone.hz).is_none())
    }

    /// What it explains of `sight`, with the stretch and within the cents that explain most. What the series
    /// `excused` explain is not foreign where it is softer: what rings on has been damped, or dies away.
    pub(super) fn explains(self, sight: &Sight, excused: &[Series]) -> Explained {
        let is_own = |tone: &&Tone| self.partial_of(tone.hz).is_some();
        let own = sight.tones.iter().filter(is_own);
        let loudest = own.map(|tone| tone.power).fold(0.0, f32::max);
        let left: Vec<Tone> = sight
            .tones
            .iter()
            .filter(|tone| {
                let excuse = |series: &Series| series.partial_of(tone.hz).is_some();
                let excused = tone.power < RINGING_SHARE * loudest && excused.iter().any(excuse);
                is_own(tone) || !excused
            })
            .copied()
            .collect();
        let mut best = (f32::INFINITY, self);
        for stretch in STRETCHES {
            for cents in CENTS {
                let series = Self {
                    hz: self.hz * (cents / 1200.0).exp2(),
                    stretch,
                    ..self
                };
                let foreign = series.others(&left).map(|tone| tone.power).sum();
                if foreign < best.0 {
                    best = (foreign, series);
                }
            }
        }
        let (foreign, series) = best;
        let mut partials = [0.0_f32; NUMBERED + 1];
        let mut own = 0.0;
        for tone in &left {
            if let Some(number) = series.partial_of(tone.hz) {
                own += tone.power;
                if let Some(partial) = partials.get_mut(number) {
                    *partial += tone.plain_power;
                }
            }
        }
        let multiple = multiple(&partials);
        Explained {
            series,
            own,
            foreign,
            multiple,
            chord: multiple == 1 && (is_chord(&partials) || is_sparse(&partials)),
        }
    }
}

/// 2 or 3 where every second or third partial alone is there.
fn multiple(partials: &[f32]) -> usize {
    let whole: f32 = partials.iter().sum();
    let share =
        |step: usize| partials.iter().step_by(step).sum::<f32>() / (whole + f32::MIN_POSITIVE);
    let only = |step: &usize| share(*step) > 1.0 - 1e-3;
    [3, 2].into_iter().find(only).unwrap_or(1)
}

fn is_chord(partials: &[f32]) -> bool {
    let loudest = partials.iter().copied().fold(0.0, f32::max);
    let whole: f32 = partials.iter().sum();
    let count = partials
        .iter()
        .filter(|&&power| power > PARTIAL_SHARE * loudest)
        .count();
    let is_this = |notes: &&[usize]| {
        let belongs = |number: usize| notes.iter().any(|note| number.is_multiple_of(*note));
        let others = partials
            .iter()
            .enumerate()
            .filter(|(number, _)| !belongs(*number));
        others.map(|(_, power)| power).sum::<f32>() < OTHERS_SHARE * whole
            && notes
                .iter()
                .all(|&note| partials[note] > SOFTEST_SHARE * whole)
    };
    count >= LEAST_PARTIALS && CHORDS.iter().any(is_this)
}

/// Whether most partials under the highest loud one are missing: what sounds are the notes of a chord, and its common
/// fundamental far below.
fn is_sparse(partials: &[f32]) -> bool {
    let loudest = partials.iter().copied().fold(0.0, f32::max);
    let highest = partials
        .iter()
        .rposition(|&power| power > LOUD_SHARE * loudest)
        .unwrap_or(0);
    let there = partials[..=highest]
        .iter()
        .filter(|&&power| power > PARTIAL_SHARE * loudest)
        .count();
    highest >= SPARSE_PARTIALS && (there as f32) < SPARSE_SHARE * highest as f32
}
