//! The likeliest row of notes and rests: a hidden semi-Markov model, whose states are the semitones and silence and last
//! for a least time, decoded by Viterbi's algorithm (after Mauch et al., "Computer-aided melody note transcription using
//! the Tony software", 2015).
//!
//! What vibrato, a wrong octave or a frame without pitch cost is less than two changes of note; what the onset network
//! hears pays for a change, and for the same note again.

use std::f32::consts::TAU;

use crate::hearing::Heard;

/// The notes that are heard: 30 to 4,400 Hz.
const LOWEST_MIDI: usize = 23;
const NOTES: usize = 86;
/// The state of silence, behind the notes.
const REST: usize = NOTES;
const STATES: usize = NOTES + 1;

/// A note and a rest last so many frames at least: 43 and 21 ms.
const NOTE_FRAMES: usize = 8;
const REST_FRAMES: usize = 4;
/// In so many frames of a note (21 ms) its pitch need not be heard yet: they count by a share.
const ATTACK_FRAMES: usize = 4;
const ATTACK_SHARE: f32 = 0.35;

/// A turn of vibrato (0.18 s), and how wide it is at most, semitones.
const TURN_FRAMES: usize = 34;
const WIDEST_VIBRATO_SEMITONES: f32 = 2.2;
/// A pitch strays from its note by this, semitones ..
const DEVIATION_SEMITONES: f32 = 0.45;
/// .. and a frame of another pitch costs this, one that is an error of the tracker's less. All costs are nepers of
/// likelihood.
const OTHER_PITCH: f32 = 3.0;
const WRONG_PITCH: f32 = 1.3;
const WRONG_SEMITONES: [f32; 4] = [12.0, 19.02, 24.0, 7.02];
const WRONG_NEAR_SEMITONES: f32 = 0.5;
/// A frame in a note that has no pitch, or is too soft for one; and a rest with a pitch, or with sound.
const NO_PITCH: f32 = 0.5;
const TOO_SOFT: f32 = 1.0;
const REST_WITH_PITCH: f32 = 1.5;
const REST_WITH_SOUND: f32 = 0.25;

/// Another note without a stroke, the same one again, and a rest.
const CHANGE: f32 = 8.0;
const AGAIN: f32 = 1.5;
const TO_REST: f32 = 3.0;
/// A stroke within so many frames of a change pays for it, by so much at most.
const STROKE_NEAR_FRAMES: usize = 3;
const STROKE_PAYS: f32 = 7.0;

/// A note, as frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Segment {
    pub(crate) begin: usize,
    /// The frame after the last.
    pub(crate) end: usize,
    /// The pitch that it was found at.
    pub(crate) semitones: f32,
}

impl Segment {
    pub(crate) fn frames(&self) -> usize {
        self.end - self.begin
    }
}

/// How a state came to be where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    Stayed,
    /// From the cheapest other state, so many frames before.
    Changed,
    /// From itself, likewise.
    Again,
}

/// The notes of a recording; between them are rests. What is softer than `softest_db` is silence.
pub(crate) fn segments(heard: &Heard, strokes: &[f32], softest_db: f32) -> Vec<Segment> {
    let frames = heard.semitones.len();
    if frames < NOTE_FRAMES {
        return Vec::new();
    }
    let tuning = tuning_semitones(&heard.semitones);
    let mut decoder = Decoder::new();
    for frame in 0..frames {
        let costs = costs(
            heard.semitones[frame] - tuning,
            heard.level_db[frame] >= softest_db,
        );
        decoder.step(&costs, strokes);
    }
    let mut found = decoder.trace();
    for segment in &mut found {
        segment.semitones += tuning;
    }
    found
}

/// How far from the tempered pitches, 69 for 440 Hz, most of what is played lies, -0.5 to 0.5. Middles of notes count: a
/// vibrato is most of the time where it turns.
fn tuning_semitones(semitones: &[f32]) -> f32 {
    let (mut x, mut y) = (0.0, 0.0);
    for window in semitones.windows(TURN_FRAMES) {
        let least = window.iter().copied().fold(f32::INFINITY, f32::min);
        let most = window.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let middle = window.iter().sum::<f32>() / TURN_FRAMES as f32;
        // Not so where a frame has no pitch, which makes the middle no number.
        if middle.is_finite() && most - least < WIDEST_VIBRATO_SEMITONES {
            x += (TAU * middle).cos();
            y += (TAU * middle).sin();
        }
    }
    if x == 0.0 && y == 0.0 {
        0.0
    } else {
        y.atan2(x) / TAU
    }
}

/// What a frame costs in each state.
fn costs(semitones: f32, is_loud: bool) -> [f32; STATES] {
    let mut costs = [NO_PITCH; STATES];
    costs[REST] = REST_WITH_SOUND;
    if !is_loud {
        costs = [TOO_SOFT; STATES];
        costs[REST] = 0.0;
    } else if !semitones.is_nan() {
        costs[REST] = REST_WITH_PITCH;
        for (note, cost) in costs[..NOTES].iter_mut().enumerate() {
            let off = (semitones - (LOWEST_MIDI + note) as f32).abs();
            let is_wrong = WRONG_SEMITONES
                .iter()
                .any(|wrong| (off - wrong).abs() < WRONG_NEAR_SEMITONES);
            let most = if is_wrong { WRONG_PITCH } else { OTHER_PITCH };
            *cost = (0.5 * (off / DEVIATION_SEMITONES).powi(2)).min(most);
        }
    }
    costs
}

/// What a stroke near a frame pays for a change of note.
fn stroke_near(strokes: &[f32], frame: usize) -> f32 {
    let near = &strokes[frame.saturating_sub(STROKE_NEAR_FRAMES)
        ..(frame + STROKE_NEAR_FRAMES + 1).min(strokes.len())];
    let surest = near.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    // Even odds pay something: a change is less of a surprise where the network has heard one.
    (surest + 2.0).clamp(0.0, STROKE_PAYS)
}

/// Viterbi's algorithm.
struct Decoder {
    /// The costs of the last frames, oldest first.
    window: Vec<[f32; STATES]>,
    /// The cheapest way to each state, in the last frames, oldest first.
    totals: Vec<[f64; STATES]>,
    /// The cheapest state and the second cheapest, in every frame.
    cheapest: Vec<[usize; 2]>,
    /// How each state came, in every frame.
    came: Vec<[Came; STATES]>,
}

impl Decoder {
    fn new() -> Self {
        Self {
            window: Vec::new(),
            totals: Vec::new(),
            cheapest: Vec::new(),
            came: Vec::new(),
        }
    }

    fn step(&mut self, costs: &[f32; STATES], strokes: &[f32]) {
        let frame = self.came.len();
        if self.window.len() == NOTE_FRAMES {
            self.window.remove(0);
        }
        self.window.push(*costs);
        let mut totals = [f64::INFINITY; STATES];
        let mut came = [Came::Stayed; STATES];
        if let Some(before) = self.totals.last() {
            for (total, (before, cost)) in totals.iter_mut().zip(before.iter().zip(costs)) {
                *total = before + f64::from(*cost);
            }
        } else {
            // It begins in silence, before anything is heard.
            totals[REST] = f64::from(costs[REST]);
        }
        self.enter(REST, REST_FRAMES, TO_REST, None, &mut totals, &mut came);
        if let Some(begin) = (frame + 1).checked_sub(NOTE_FRAMES) {
            let change = CHANGE - stroke_near(strokes, begin);
            let again = AGAIN - strokes[begin];
            for note in 0..NOTES {
                self.enter(
                    note,
                    NOTE_FRAMES,
                    change,
                    Some(again),
                    &mut totals,
                    &mut came,
                );
            }
        }
        self.cheapest.push(two_cheapest(&totals));
        if self.totals.len() == NOTE_FRAMES {
            self.totals.remove(0);
        }
        self.totals.push(totals);
        self.came.push(came);
    }

    /// Has a state begin so many frames ago, where that is cheaper.
    fn enter(
        &self,
        state: usize,
        least_frames: usize,
        change: f32,
        again: Option<f32>,
        totals: &mut [f64; STATES],
        came: &mut [Came; STATES],
    ) {
        let Some(before) = (self.came.len() + 1).checked_sub(least_frames + 1) else {
            return;
        };
        let past = &self.totals[self.totals.len() - least_frames];
        let window = &self.window[self.window.len() - least_frames..];
        let attack = if state == REST { 0 } else { ATTACK_FRAMES };
        let (begin, rest) = window.split_at(attack);
        let sum = |frames: &[[f32; STATES]]| frames.iter().map(|costs| costs[state]).sum::<f32>();
        let lasts = f64::from(ATTACK_SHARE * sum(begin) + sum(rest));
        let [first, second] = self.cheapest[before];
        let other = if first == state { second } else { first };
        let changed = past[other] + f64::from(change) + lasts;
        if changed < totals[state] {
            totals[state] = changed;
            came[state] = Came::Changed;
        }
        let repeated = again.map_or(f64::INFINITY, |again| {
            past[state] + f64::from(again) + lasts
        });
        if repeated < totals[state] {
            totals[state] = repeated;
            came[state] = Came::Again;
        }
    }

    /// The notes along the cheapest way.
    fn trace(&self) -> Vec<Segment> {
        let mut found = Vec::new();
        let (mut frame, mut end) = (self.came.len(), self.came.len());
        let mut state = self.cheapest.last().map_or(REST, |cheapest| cheapest[0]);
        while frame > 0 {
            let came = self.came[frame - 1][state];
            if came == Came::Stayed {
                frame -= 1;
                continue;
            }
            let least_frames = if state == REST {
                REST_FRAMES
            } else {
                NOTE_FRAMES
            };
            let begin = frame - least_frames;
            self.end_segment(&mut found, state, begin, end);
            if came == Came::Changed {
                let [first, second] = self.cheapest[begin - 1];
                state = if first == state { second } else { first };
            }
            (frame, end) = (begin, begin);
        }
        self.end_segment(&mut found, state, 0, end);
        found.reverse();
        found
    }

    fn end_segment(&self, found: &mut Vec<Segment>, state: usize, begin: usize, end: usize) {
        if state != REST && end > begin {
            found.push(Segment {
                begin,
                end,
                semitones: (LOWEST_MIDI + state) as f32,
            });
        }
    }
}

fn two_cheapest(totals: &[f64; STATES]) -> [usize; 2] {
    let (mut first, mut second) = (0, 1);
    if totals[1] < totals[0] {
        (first, second) = (1, 0);
    }
    for state in 2..STATES {
        if totals[state] < totals[first] {
            (first, second) = (state, first);
        } else if totals[state] < totals[second] {
            second = state;
        }
    }
    [first, second]
}

#[cfg(test)]
mod tests;
