//! A voice after Klatt: the saw of the glottis and breath through a chain of formants, hisses beside it.

use super::filters::{Band, Follower, Formant, Tone};
use super::{RATE_HZ, amplitude, samples, tune};
use crate::notes::{Note, Random, midi_to_hz};

const BEAT_S: f64 = 0.36;
/// Everything but the sound itself moves in steps of this many samples.
const STEP: usize = 32;
const STEP_S: f64 = STEP as f64 / RATE_HZ as f64;

/// What a syllable begins with.
#[derive(Clone, Copy, PartialEq)]
enum Onset {
    Open,
    Nasal,
    Liquid,
    Glide,
    /// As in *do*: closed lips or tongue, then a burst.
    Soft,
    /// As in *to*: the same without a voice, and a puff of breath.
    Hard,
    Hiss,
}

use Onset::{Glide, Hard, Hiss, Liquid, Nasal, Open, Soft};

/// The lower three formants in Hz.
type Mouth = [f64; 3];

const A: Mouth = [760.0, 1_220.0, 2_650.0];
const E: Mouth = [560.0, 1_750.0, 2_600.0];
const I: Mouth = [330.0, 2_200.0, 2_900.0];
const O: Mouth = [500.0, 900.0, 2_550.0];
const U: Mouth = [370.0, 850.0, 2_400.0];
/// Widths of the formants, and the centres of the two above the third, which hardly move. The three near 3 kHz lie close
/// together, as trained singers have them.
const WIDTHS_HZ: [f64; 5] = [80.0, 95.0, 130.0, 170.0, 240.0];
const UPPER_HZ: [f64; 2] = [3_200.0, 3_800.0];
/// What the chain of formants would lose above itself: centre in Hz, quality, level.
const TREBLE: [(f64, f64, f64); 3] = [
    (5_300.0, 2.5, 0.3),
    (7_400.0, 2.5, 0.25),
    (10_500.0, 2.0, 0.2),
];

/// MIDI number, beats, velocity, and the syllable: the first half of the tune, a breath, the second half.
const LINE: [(i32, f64, u8, Onset, Mouth); 19] = [
    (57, 2.0, 84, Open, A),
    (57, 1.0, 78, Glide, U),
    (64, 1.0, 98, Soft, O),
    (64, 1.0, 92, Nasal, I),
    (64, 1.0, 88, Hard, U),
    (59, 1.5, 92, Hiss, A),
    (60, 0.5, 84, Soft, O),
    (59, 1.0, 82, Liquid, O),
    (57, 2.4, 86, Nasal, E),
    (0, 1.6, 0, Open, A),
    (64, 1.0, 92, Soft, A),
    (67, 1.0, 98, Liquid, I),
    (69, 2.0, 112, Hiss, E),
    (67, 1.0, 100, Liquid, O),
    (64, 1.0, 94, Nasal, A),
    (66, 1.0, 94, Liquid, I),
    (62, 1.0, 86, Nasal, A),
    (64, 2.9, 92, Hard, A),
    (0, 0.1, 0, Open, A),
];

/// The tune.
pub(super) fn notes() -> Vec<Note> {
    tune(
        BEAT_S,
        LINE.map(|(midi, beats, velocity, ..)| (midi, beats, velocity)),
    )
}

/// Which of the notes begin with a hiss.
#[cfg(test)]
pub(super) fn hissed() -> Vec<bool> {
    let sung = LINE.iter().filter(|step| step.0 > 0);
    sung.map(|step| step.3 == Hiss).collect()
}

/// What mouth and throat do from a moment on.
#[derive(Clone, Copy)]
struct Gesture {
    start_s: f64,
    mouth: Mouth,
    /// Shares of the voice, of breath through the mouth, and of a hiss at the teeth around `hiss_hz`.
    voice: f64,
    breath: f64,
    hiss: f64,
    hiss_hz: f64,
}

/// The phrase, 48 kHz, of any level.
pub(super) fn render() -> Vec<f64> {
    let notes = notes();
    // Formants that meet harmonics make some notes far louder than others; a singer hears that and evens it out.
    let plain = sing(&notes, &vec![1.0; notes.len()]);
    let gains = notes.iter().map(|note| {
        let at = |s: f64| ((s * f64::from(RATE_HZ)) as usize).min(plain.len());
        let part = &plain[at(note.start_s + 0.05)..at(note.end_s() - 0.05)];
        let power = part.iter().map(|x| x * x).sum::<f64>() / part.len().max(1) as f64;
        amplitude(note.velocity) * power.sqrt().max(1e-9).powf(-0.8)
    });
    sing(&notes, &gains.collect::<Vec<f64>>())
}

/// The syllables one after the other; consonants end where their note begins.
fn gestures(notes: &[Note]) -> Vec<Gesture> {
    let mut all = Vec::new();
    let mut end_s = 0.0;
    let syllables = LINE.iter().filter(|step| step.0 > 0);
    for (note, (.., onset, vowel)) in notes.iter().zip(syllables) {
        let start_s = note.start_s;
        let open = Gesture {
            start_s,
            mouth: *vowel,
            voice: 1.0,
            breath: 0.02,
            hiss: 0.0,
            hiss_hz: 4_000.0,
        };
        if start_s - end_s > 0.3 {
            // Silence, and a breath that is taken in before the note.
            let rest = Gesture {
                start_s: end_s,
                voice: 0.0,
                breath: 0.0,
                ..open
            };
            let breath = Gesture {
                start_s: start_s - 0.42,
                breath: 0.05,
                ..rest
            };
            let ready = Gesture {
                start_s: start_s - 0.16,
                ..rest
            };
            all.push(rest);
            if end_s > 0.0 {
                all.extend([breath, ready]);
            }
        }
        let before = |seconds: f64| Gesture {
            start_s: start_s - seconds,
            ..open
        };
        let [first, second, third] = *vowel;
        match onset {
            Open => {}
            Nasal => all.push(Gesture {
                mouth: [260.0, 1_300.0, 2_400.0],
                voice: 0.4,
                ..before(0.075)
            }),
            Liquid => all.push(Gesture {
                mouth: [360.0, 1_150.0, 2_500.0],
                voice: 0.5,
                ..before(0.065)
            }),
            Glide => all.push(Gesture {
                mouth: [290.0, 2_150.0, 2_900.0],
                voice: 0.6,
                ..before(0.08)
            }),
            Soft => all.extend([
                Gesture {
                    mouth: [240.0, 1_500.0, 2_500.0],
                    voice: 0.06,
                    ..before(0.07)
                },
                Gesture {
                    mouth: [300.0, 1_600.0, 2_600.0],
                    voice: 0.4,
                    hiss: 0.25,
                    hiss_hz: 3_200.0,
                    ..before(0.015)
                },
            ]),
            Hard => all.extend([
                Gesture {
                    mouth: [300.0, 1_700.0, 2_600.0],
                    voice: 0.0,
                    breath: 0.0,
                    ..before(0.1)
                },
                Gesture {
                    voice: 0.0,
                    hiss: 0.5,
                    hiss_hz: 4_500.0,
                    ..before(0.045)
                },
                Gesture {
                    mouth: [first, 0.5 * (second + 1_700.0), third],
                    voice: 0.15,
                    breath: 0.2,
                    ..before(0.03)
                },
            ]),
            Hiss => all.extend([
                Gesture {
                    mouth: [320.0, 1_600.0, 2_500.0],
                    voice: 0.0,
                    hiss: 0.5,
                    hiss_hz: 6_800.0,
                    ..before(0.12)
                },
                Gesture {
                    voice: 0.3,
                    breath: 0.08,
                    ..before(0.015)
                },
            ]),
        }
        all.push(open);
        end_s = note.end_s();
    }
    let last = all.last().copied();
    all.extend(last.map(|open| Gesture {
        start_s: end_s,
        voice: 0.0,
        breath: 0.0,
        ..open
    }));
    all
}

/// The pitch over time: it glides, wavers, and swings when a note is held.
struct Pitch {
    glide: [Follower; 2],
    waver: Follower,
    swing_phase: f64,
}

impl Pitch {
    /// `STEP_S` later, `now_s` being the time, in Hz.
    fn next(&mut self, notes: &[Note], now_s: f64, random: &mut Random) -> f64 {
        // A singer is on the way before the beat.
        let note = notes
            .iter()
            .rfind(|n| n.start_s - 0.05 <= now_s)
            .or(notes.first());
        let (midi, since_s) = note.map_or((60.0, 0.0), |n| (f64::from(n.midi), now_s - n.start_s));
        let first = self.glide[0].towards(midi, 0.018, STEP_S);
        let gliding = self.glide[1].towards(first, 0.018, STEP_S);
        let waver = self.waver.towards(random.bipolar(), 0.03, STEP_S);
        let depth_cents = 34.0 * ((since_s - 0.22) / 0.35).clamp(0.0, 1.0);
        self.swing_phase += (5.5 + 2.0 * waver) * STEP_S;
        let cents = depth_cents * (std::f64::consts::TAU * self.swing_phase).sin() + 45.0 * waver;
        midi_to_hz(gliding + cents / 100.0)
    }
}

/// Sings the notes, each with its gain.
fn sing(notes: &[Note], gains: &[f64]) -> Vec<f64> {
    let gestures = gestures(notes);
    let start_midi = notes.first().map_or(60.0, |n| f64::from(n.midi)) - 0.8;
    let glide = [Follower { value: start_midi }; 2];
    let mut pitch = Pitch {
        glide,
        waver: Follower::default(),
        swing_phase: 0.0,
    };
    let mut random = Random::new(5);
    let mut glottis = Tone::new(|h| 1.0 / h as f64);
    let mut formants = [Formant::default(); 5];
    let mut mouth = A.map(|value| [Follower { value }; 2]);
    let (mut voice, mut breath, mut hiss) = (
        [Follower::default(); 2],
        Follower::default(),
        Follower::default(),
    );
    let mut treble =
        TREBLE.map(|(centre_hz, quality, level)| (Band::new(centre_hz, quality), level));
    let (mut softness, mut rumble, mut teeth) = (
        Follower::default(),
        Follower::default(),
        Band::new(4_000.0, 1.4),
    );
    let mut output = vec![0.0; samples(notes, 0.45)];
    let mut level = [0.0; 3];
    for (index, block) in output.chunks_mut(STEP).enumerate() {
        let now_s = index as f64 * STEP_S;
        let f0_hz = pitch.next(notes, now_s, &mut random);
        let Some(gesture) = gestures.iter().rfind(|g| g.start_s <= now_s) else {
            continue;
        };
        let place = notes
            .iter()
            .rposition(|n| n.start_s - 0.05 <= now_s)
            .unwrap_or(0);
        let (note, gain) = (notes[place], gains[place]);
        // Long notes swell a little and are let go.
        let way = ((now_s - note.start_s) / note.seconds).clamp(0.0, 1.0);
        let swell = 1.0 + 0.22 * (std::f64::consts::PI * way).sin() * note.seconds.min(1.0);
        let mut goals = gesture.mouth;
        // Singers open the mouth on high notes, so that the first formant does not fall below the pitch.
        if gesture.voice > 0.9 {
            goals[0] = goals[0].max(1.1 * f0_hz);
        }
        let centres = mouth.iter_mut().zip(goals).map(|(way, goal)| {
            let half_way = way[0].towards(goal, 0.011, STEP_S);
            way[1].towards(half_way, 0.011, STEP_S)
        });
        let centres_hz = centres.chain(UPPER_HZ);
        for ((formant, centre_hz), width_hz) in formants.iter_mut().zip(centres_hz).zip(WIDTHS_HZ) {
            formant.set(centre_hz, width_hz);
        }
        teeth.set(gesture.hiss_hz, 1.4);
        let time_s = if gesture.voice > 0.9 { 0.016 } else { 0.011 };
        let half_way = voice[0].towards(gesture.voice * gain * swell, time_s, STEP_S);
        // What does not come from the vocal folds goes with the loudness of the phrase, not with the vowel's.
        let next = [
            voice[1].towards(half_way, time_s, STEP_S),
            breath.towards(gesture.breath, 0.02, STEP_S) * gain,
            hiss.towards(gesture.hiss, 0.006, STEP_S) * gain,
        ];
        for (i, sample) in block.iter_mut().enumerate() {
            let share = i as f64 / STEP as f64;
            let [voiced, breathy, hissing] =
                [0, 1, 2].map(|k| level[k] + share * (next[k] - level[k]));
            let hiss = random.bipolar();
            let noise = hiss - rumble.low_pass(hiss, 400.0);
            let pulses = softness.low_pass(glottis.next(f0_hz), 2_200.0 + 1_800.0 * way);
            // Breath flows while the glottis is open, in the second half of its period.
            let open = 0.35 + 0.65 * f64::from(u8::from(glottis.phase > 0.45));
            let throat = voiced * (pulses + 0.04 * noise * open) + breathy * noise;
            let mouth = formants
                .iter_mut()
                .fold(throat, |x, formant| formant.next(x));
            let bright = treble
                .iter_mut()
                .map(|(band, level)| *level * band.next(throat));
            *sample = mouth + bright.sum::<f64>() + hissing * teeth.next(noise);
        }
        level = next;
    }
    output
}
