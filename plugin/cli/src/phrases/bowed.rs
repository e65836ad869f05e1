//! A bowed string: the saw of stick and slip, bow noise, slow strokes with slurs in them, on the body of a violin.

use std::f64::consts::{PI, TAU};

use super::filters::{Band, Follower, Tone};
use super::{RATE_HZ, amplitude, samples, tune};
use crate::notes::{Note, Random, midi_to_hz};

const BEAT_S: f64 = 0.54;
/// Everything but the sound itself moves in steps of this many samples.
const STEP: usize = 32;
const STEP_S: f64 = STEP as f64 / RATE_HZ as f64;
/// Where the bow lies, of the string's length.
const BOW_PLACE: f64 = 0.11;
/// Modes of the body: centre in Hz, quality, level. The last one is the hill of the bridge.
const BODY: [(f64, f64, f64); 8] = [
    (275.0, 11.0, 0.9),
    (440.0, 18.0, 0.7),
    (545.0, 20.0, 0.9),
    (800.0, 12.0, 0.5),
    (1_080.0, 14.0, 0.7),
    (1_420.0, 12.0, 0.5),
    (1_900.0, 10.0, 0.45),
    (2_700.0, 1.3, 1.1),
];

/// MIDI number, beats, velocity, and whether the bow goes on from the note before.
const LINE: [(i32, f64, u8, bool); 22] = [
    (57, 0.5, 74, false),
    (58, 0.5, 78, true),
    (60, 0.5, 82, true),
    (62, 1.5, 92, false),
    (60, 0.5, 84, true),
    (62, 0.5, 90, false),
    (67, 0.5, 102, true),
    (65, 0.5, 96, false),
    (62, 0.5, 90, true),
    (60, 0.5, 86, false),
    (58, 0.5, 82, true),
    (55, 1.5, 84, true),
    (58, 0.5, 84, false),
    (62, 0.5, 92, true),
    (63, 0.5, 96, true),
    (65, 1.5, 106, false),
    (67, 0.5, 108, true),
    (65, 0.5, 102, false),
    (62, 0.5, 94, true),
    (58, 0.5, 88, false),
    (62, 0.5, 88, true),
    (60, 2.3, 86, false),
];

/// The tune.
pub(super) fn notes() -> Vec<Note> {
    tune(
        BEAT_S,
        LINE.map(|(midi, beats, velocity, _)| (midi, beats, velocity)),
    )
}

/// What the hands do at one moment.
struct Hands {
    f0_hz: f64,
    /// Amplitude of the string.
    swing: f64,
    /// Level of the bow's noise.
    scratch: f64,
    /// Where the string's tone is dulled, in Hz.
    cutoff_hz: f64,
}

/// The state of the player.
struct Player {
    notes: Vec<Note>,
    random: Random,
    glide: Follower,
    swing: [Follower; 2],
    pressure: Follower,
    waver: Follower,
    vibrato_phase: f64,
}

impl Player {
    /// `STEP_S` later, `now_s` being the time.
    fn next(&mut self, now_s: f64) -> Hands {
        let place = self.notes.iter().rposition(|n| n.start_s <= now_s);
        let note = self.notes[place.unwrap_or(0)];
        let (slurred, since_s) = (LINE[place.unwrap_or(0)].3, now_s - note.start_s);
        // When the last note began whose bow stroke this is.
        let stroke = (0..=place.unwrap_or(0))
            .rev()
            .find(|i| !LINE[*i].3)
            .unwrap_or(0);
        let stroke_s = now_s - self.notes[stroke].start_s;
        let sounding = place.is_some() && now_s < note.end_s();
        let glide_s = if slurred { 0.014 } else { 0.006 };
        let midi = self.glide.towards(f64::from(note.midi), glide_s, STEP_S);
        let waver = self.waver.towards(self.random.bipolar(), 0.012, STEP_S);
        self.vibrato_phase += (5.7 + 1.5 * waver) * STEP_S;
        let depth_cents =
            20.0 * ((since_s - 0.12) / 0.3).clamp(0.0, 1.0) * note.seconds.min(0.9) / 0.9;
        let cents = depth_cents * (TAU * self.vibrato_phase).sin() + 10.0 * waver;
        // The bow turns: for a moment it stands, bites, and only then does the string swing fully.
        let turns = stroke_s < 0.04;
        let turn = if turns { 0.1 } else { 1.0 };
        let swell = 1.0
            + 0.35 * (PI * (since_s / note.seconds).clamp(0.0, 1.0)).sin() * note.seconds.min(1.2);
        let goal = if sounding {
            amplitude(note.velocity) * turn * swell
        } else {
            0.0
        };
        let time_s = match (sounding, turns) {
            (false, _) => 0.07,
            (true, true) => 0.016,
            (true, false) => 0.028,
        };
        let half_way = self.swing[0].towards(goal, time_s, STEP_S);
        let swing = self.swing[1].towards(half_way, time_s, STEP_S) * (1.0 + 0.5 * waver);
        let bite = if sounding {
            (-stroke_s / 0.05).exp()
        } else {
            0.0
        };
        let pressure = self.pressure.towards(
            if sounding { 0.05 + 0.12 * bite } else { 0.0 },
            0.008,
            STEP_S,
        );
        Hands {
            f0_hz: midi_to_hz(midi + cents / 100.0),
            swing,
            scratch: pressure * amplitude(note.velocity),
            cutoff_hz: 900.0 + 7_000.0 * swing,
        }
    }
}

/// The phrase, 48 kHz, of any level.
pub(super) fn render() -> Vec<f64> {
    let notes = notes();
    let mut output = vec![0.0; samples(&notes, 0.5)];
    let mut player = Player {
        glide: Follower {
            value: notes.first().map_or(60.0, |n| f64::from(n.midi)),
        },
        notes,
        random: Random::new(9),
        swing: [Follower::default(); 2],
        pressure: Follower::default(),
        waver: Follower::default(),
        vibrato_phase: 0.0,
    };
    let mut random = Random::new(21);
    // A bow at a ninth of the string hardly moves the partials that have a node there.
    let mut string =
        Tone::new(|h| (0.3 + 0.7 * (PI * h as f64 * BOW_PLACE).sin().abs()) / h as f64);
    let (mut dull, mut rough) = (Follower::default(), Band::new(2_800.0, 0.5));
    let mut modes = BODY.map(|(centre_hz, quality, level)| (Band::new(centre_hz, quality), level));
    let mut last = player.next(0.0);
    for (index, block) in output.chunks_mut(STEP).enumerate() {
        let hands = player.next((index + 1) as f64 * STEP_S);
        for (i, sample) in block.iter_mut().enumerate() {
            let share = i as f64 / STEP as f64;
            let between = |a: f64, b: f64| a + share * (b - a);
            let swing = between(last.swing, hands.swing);
            let tone = dull.low_pass(
                string.next(between(last.f0_hz, hands.f0_hz)),
                hands.cutoff_hz,
            );
            // The hair is noisy while the string slips, once a period.
            let slip = if string.phase < BOW_PLACE { 1.0 } else { 0.45 };
            let noise = between(last.scratch, hands.scratch) * slip * rough.next(random.bipolar());
            let bridge = swing * tone + noise;
            let body = modes
                .iter_mut()
                .map(|(mode, level)| *level * mode.next(bridge))
                .sum::<f64>();
            *sample = 0.35 * bridge + body;
        }
        last = hands;
    }
    output
}
