//! How sources are played to the targets: as a player who touches nothing hears them, and in the same room what is true.

use std::sync::Arc;

use anyhow::Result;
use mynah_cli::instrument::Instrument;
use mynah_cli::notes::Note;
use mynah_cli::pipeline::translate_mono;
use mynah_cli::score::Score;
use mynah_engine::{Controls, Corners, KeyEvent, NoteAddress, Survey};
use mynah_models::{Base, Mode, Target};

use super::homes::Home;
use crate::eval::NamedTarget;

/// Rate of the evaluation in Hz: the network's own, so that no resampling is judged along with it.
const RATE_HZ: u32 = 48_000;
/// What is heard of the last key after it is let go, seconds.
const TAIL_S: f64 = 0.5;

/// The target that all is played to.
#[derive(Clone, Copy)]
pub(crate) struct Goal<'a> {
    pub(crate) name: &'a str,
    pub(crate) model: &'a Arc<Target>,
}

impl<'a> Goal<'a> {
    /// The target of this name.
    pub(crate) fn new((name, model): &'a NamedTarget) -> Goal<'a> {
        Goal { name, model }
    }

    /// Its home register, as its file says.
    pub(crate) fn home(&self) -> Home {
        let home = self.model.info().home_register();
        (home.low, home.high)
    }

    /// The octaves by which the whole of `sound` (48 kHz mono) is moved to come there, as a bounce moves it in *track*.
    ///
    /// # Errors
    /// None of its own; those of the engine.
    pub(crate) fn octaves_of(&self, sound: &[f32]) -> Result<i32> {
        let mut survey = Survey::new(f64::from(RATE_HZ))?;
        survey.hear(&[sound]);
        let controls = Controls {
            mode: Mode::Track,
            ..Controls::default()
        };
        Ok(survey.octave(&Corners::from(Arc::clone(self.model)), &controls))
    }
}

/// What the player would hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hearing {
    /// Mode *track* without the room.
    Track,
    /// Mode *track* in the room that is the default.
    TrackRoom,
    /// Mode *follow* without the room. Nothing moves the octave in this mode.
    Follow,
    /// Mode *auto* without the room.
    Auto,
}

impl Hearing {
    /// All of them.
    pub(crate) const ALL: [Hearing; 4] = [
        Hearing::Track,
        Hearing::TrackRoom,
        Hearing::Follow,
        Hearing::Auto,
    ];

    /// In tables and file names.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Hearing::Track => "track",
            Hearing::TrackRoom => "track-room",
            Hearing::Follow => "follow",
            Hearing::Auto => "auto",
        }
    }

    /// The controls `set` but for the mode and the room.
    fn controls(self, set: &Controls) -> Controls {
        let (mode, room) = match self {
            Hearing::Track => (Mode::Track, 0.0),
            Hearing::TrackRoom => (Mode::Track, set.room),
            Hearing::Follow => (Mode::Follow, 0.0),
            Hearing::Auto => (Mode::Auto, 0.0),
        };
        Controls { mode, room, ..*set }
    }
}

/// What is heard of `sound` (48 kHz mono) on the target with the controls `set`, all of it moved by one octave; of its length.
///
/// # Errors
/// None of its own; those of the engine.
pub(crate) fn play(
    base: &Arc<Base>,
    goal: Goal,
    hearing: Hearing,
    set: &Controls,
    sound: &[f32],
) -> Result<Vec<f32>> {
    translate_mono(base, goal.model, &hearing.controls(set), RATE_HZ, sound)
}

/// What is heard of the target where its keys are told `notes`, with the controls `set`.
///
/// # Errors
/// None of its own; those of the engine.
pub(crate) fn play_keys(
    base: &Arc<Base>,
    goal: Goal,
    set: &Controls,
    notes: &[Note],
) -> Result<Vec<f32>> {
    let mut events = Vec::new();
    for note in notes {
        let key = note.midi.clamp(0, 127) as u8;
        let strike = KeyEvent::On {
            id: None,
            channel: 0,
            key,
            velocity: f32::from(note.velocity) / 127.0,
        };
        let let_go = KeyEvent::Off(NoteAddress {
            key: Some(key),
            ..NoteAddress::default()
        });
        events.push((note.start_s, 0, strike));
        events.push((note.end_s(), 0, let_go));
    }
    events.sort_by(|a, b| a.0.total_cmp(&b.0));
    let score = Score::new(events);
    let events = score.part(1, RATE_HZ);
    let mut instrument = Instrument::new(base, Arc::clone(goal.model), set, RATE_HZ, events)?;
    let frames = ((score.seconds + TAIL_S) * f64::from(RATE_HZ)) as usize;
    let [left, right] = instrument.play(frames);
    let sides = left.iter().zip(&right);
    Ok(sides.map(|(left, right)| 0.5 * (left + right)).collect())
}

/// `sound` (48 kHz mono) in the room that is the default.
pub(crate) fn in_room(sound: &[f32]) -> Vec<f32> {
    mynah_engine::in_room(sound, f64::from(RATE_HZ), &Controls::default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use mynah_cli::synth::{Voice, melody, render};
    use mynah_engine::{Library, TargetRef};

    fn named(name: &str) -> (Arc<Base>, NamedTarget) {
        let library = Library::shipped();
        let reference = TargetRef {
            name: name.to_owned(),
            hash: None,
        };
        let target = library.load(&reference).unwrap();
        (library.base().unwrap(), (name.to_owned(), target))
    }

    #[test]
    fn what_is_true_stands_in_the_same_room_as_what_is_played() {
        let (base, target) = named("cello");
        let notes = melody(0.2, 0.4, 0.1, &[(60, 1.0, 90), (64, 1.0, 90)]);
        let sound = render(Voice::Saw, &notes, 1);
        let heard = |hearing| {
            play(
                &base,
                Goal::new(&target),
                hearing,
                &Controls::default(),
                &sound,
            )
            .unwrap()
        };
        let (dry, wet) = (heard(Hearing::Track), heard(Hearing::TrackRoom));
        let differ = |a: &[f32], b: &[f32]| {
            let pairs = a.iter().zip(b);
            pairs.fold(0.0f32, |most, (x, y)| most.max((x - y).abs()))
        };
        assert!(differ(&dry, &wet) > 0.01);
        assert!(
            differ(&in_room(&dry), &wet) < 1e-5,
            "{}",
            differ(&in_room(&dry), &wet)
        );
    }

    #[test]
    fn a_voice_comes_home_and_follow_leaves_it_where_it_is() {
        let (base, target) = named("sax-tenor");
        let notes = melody(
            0.2,
            0.5,
            0.0,
            &[(72, 1.0, 90), (74, 1.0, 90), (72, 1.0, 90)],
        );
        let sound = render(Voice::Sung, &notes, 1);
        let goal = Goal::new(&target);
        let octaves = goal.octaves_of(&sound).unwrap();
        let (low, high) = goal.home();
        let middle = 72.0 + 12.0 * octaves as f32;
        assert!(
            (low..=high).contains(&middle),
            "{middle} is not in {low}..{high}"
        );
        let middle_hz = |hearing| {
            let heard = play(&base, goal, hearing, &Controls::default(), &sound).unwrap();
            let mut pitches: Vec<f64> = crate::eval::pitch::track(&heard)
                .into_iter()
                .flatten()
                .collect();
            pitches.sort_by(f64::total_cmp);
            pitches[pitches.len() / 2]
        };
        let source_hz = 523.25;
        let off = |hz: f64, octaves: i32| {
            (hz / source_hz / f64::from(octaves).exp2()).log2().abs() * 12.0
        };
        let track_hz = middle_hz(Hearing::Track);
        assert!(off(track_hz, octaves) < 1.0, "{track_hz} Hz, {octaves}");
        assert!(off(middle_hz(Hearing::Follow), 0) < 1.0);
    }
}
