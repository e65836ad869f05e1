//! What is played to a plugin, and what the engine makes of it: a melody's sound for the effect; its keys for the instrument, in
//! whose buffers lies a noise of which nothing may be heard.

use mynah_engine::{
    Control, Controls, Engine, EngineSpec, KeyEvent, NoteAddress, NoteExpression, Plays,
};

use super::{delayed, ids, index_value, process, target};
use crate::host::{Audio, Change, Expression, Host, Note, NoteAction, library, run_notes};
use crate::signal::{melody, noise};

/// Keys of a melody, of which each is held into the next.
const KEYS: [u8; 5] = [57, 61, 64, 69, 67];
const NOTE_S: f64 = 0.15;
const HELD_S: f64 = 0.2;

/// A piece for a plugin.
#[derive(Clone)]
pub(super) struct Piece {
    plays: Plays,
    rate_hz: f64,
    /// What lies in the host's buffers.
    pub(super) input: Vec<Vec<f32>>,
    pub(super) notes: Vec<Note>,
}

/// Something that changes while a piece is played.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// A control takes this value, as the engine and as hosts have it.
    Set(Control, f32, f64),
    /// Another target is chosen.
    Target(usize),
}

impl Step {
    /// The change of a parameter that a host makes of it.
    pub(super) fn change(self, at: usize) -> Change {
        let (id, value) = match self {
            Step::Set(control, _, value) => (ids::hash(control.info().id), value),
            Step::Target(index) => (ids::TARGET, index_value(index)),
        };
        Change { at, id, value }
    }

    /// Whether the plugin has such a parameter.
    pub(super) fn serves(self, plays: Plays) -> bool {
        match self {
            Step::Set(control, ..) => control.serves(plays),
            Step::Target(_) => true,
        }
    }
}

impl Piece {
    /// One of so many samples; the instrument's last key is let go some time before.
    pub(super) fn of<H: Host>(rate_hz: f64, channels: usize, samples: usize) -> Self {
        match H::PLAYS {
            Plays::Sound => Self::sound(rate_hz, melody(rate_hz, channels, samples)),
            Plays::Keys => {
                let room = ((HELD_S + 0.02) * rate_hz) as usize;
                let notes = struck(rate_hz, samples.saturating_sub(room));
                Self::keys(rate_hz, channels, samples, notes)
            }
        }
    }

    /// The beginning of one, that may end amidst a note.
    pub(super) fn begun<H: Host>(rate_hz: f64, channels: usize, samples: usize) -> Self {
        match H::PLAYS {
            Plays::Sound => Self::sound(rate_hz, melody(rate_hz, channels, samples)),
            Plays::Keys => {
                let mut notes = struck(rate_hz, samples);
                notes.retain(|note| note.at < samples);
                Self::keys(rate_hz, channels, samples, notes)
            }
        }
    }

    /// For the effect.
    pub(super) fn sound(rate_hz: f64, input: Vec<Vec<f32>>) -> Self {
        Self {
            plays: Plays::Sound,
            rate_hz,
            input,
            notes: Vec::new(),
        }
    }

    /// For the instrument; the notes in the order of their times.
    pub(super) fn keys(rate_hz: f64, channels: usize, samples: usize, notes: Vec<Note>) -> Self {
        Self {
            plays: Plays::Keys,
            rate_hz,
            input: noise(5, channels, samples),
            notes,
        }
    }

    /// The same, followed by silence up to so many samples.
    pub(super) fn and_silence(mut self, samples: usize) -> Self {
        for channel in &mut self.input {
            channel.resize(samples, 0.0);
        }
        self
    }

    pub(super) fn samples(&self) -> usize {
        self.input.first().map_or(0, Vec::len)
    }

    /// A part of it.
    pub(super) fn part(&self, range: std::ops::Range<usize>) -> Self {
        let notes = self.notes.iter().filter(|note| range.contains(&note.at));
        Self {
            input: self
                .input
                .iter()
                .map(|channel| channel[range.clone()].to_vec())
                .collect(),
            notes: notes
                .map(|note| Note {
                    at: note.at - range.start,
                    ..*note
                })
                .collect(),
            ..*self
        }
    }

    /// What a plugin makes of it, in blocks of the lengths that `next_length` gives.
    pub(super) fn played_by(
        &self,
        audio: &mut impl Audio,
        changes: &[Change],
        next_length: impl FnMut() -> usize,
    ) -> Vec<Vec<f32>> {
        run_notes(audio, &self.input, changes, &self.notes, next_length)
    }

    /// What the engine makes of it in one call, with the target of an index.
    pub(super) fn bounced(&self, index: usize, controls: &Controls) -> Vec<Vec<f32>> {
        self.bounced_with(0, index, controls, &[])
    }

    /// The same by the engine of an instance, with something that changes at samples, in order.
    pub(super) fn bounced_with(
        &self,
        instance: usize,
        index: usize,
        controls: &Controls,
        steps: &[(usize, Step)],
    ) -> Vec<Vec<f32>> {
        let spec = EngineSpec {
            instance,
            plays: self.plays,
            ..EngineSpec::alone(self.rate_hz)
        };
        let base = library().base().unwrap();
        let (mut engine, _) = mynah_engine::engine(spec, base, Some(target(index))).unwrap();
        let mut controls = *controls;
        engine.set_controls(&controls);
        let mut output = match self.plays {
            Plays::Sound => self.input.clone(),
            Plays::Keys => vec![vec![0.0; self.samples()]; self.input.len()],
        };
        let mut moments: Vec<usize> = self.notes.iter().map(|note| note.at).collect();
        moments.extend(steps.iter().map(|(at, _)| *at));
        moments.sort_unstable();
        moments.dedup();
        let mut done = 0;
        for moment in moments {
            process(&mut engine, &mut output, done, moment);
            done = moment;
            for (_, step) in steps.iter().filter(|(at, _)| *at == moment) {
                match step {
                    Step::Set(control, value, _) => controls.set(*control, *value),
                    Step::Target(index) => engine.set_targets(Some(target(*index))).unwrap(),
                }
            }
            engine.set_controls(&controls);
            for note in self.notes.iter().filter(|note| note.at == moment) {
                take(&mut engine, note);
            }
        }
        process(&mut engine, &mut output, done, usize::MAX);
        output
    }

    /// What is heard where there is no target: the dry sound, or nothing where keys are played.
    pub(super) fn without_target(&self, latency: usize) -> Vec<Vec<f32>> {
        match self.plays {
            Plays::Sound => delayed(&self.input, latency),
            Plays::Keys => vec![vec![0.0; self.samples()]; self.input.len()],
        }
    }
}

/// The keys that are struck before a sample, and their ends.
fn struck(rate_hz: f64, before: usize) -> Vec<Note> {
    let at = |time_s: f64| (time_s * rate_hz) as usize;
    let mut notes = Vec::new();
    for (number, key) in KEYS.iter().cycle().enumerate() {
        let begin_s = number as f64 * NOTE_S;
        if at(begin_s) >= before {
            break;
        }
        let velocity = 0.25 + 0.25 * (number % 3) as f64;
        let begun = Note::new(at(begin_s), *key, NoteAction::Struck(velocity));
        notes.extend([
            begun,
            Note::new(at(begin_s + HELD_S), *key, NoteAction::Off),
        ]);
    }
    notes.sort_by_key(|note| note.at);
    notes
}

/// Tells an engine what a host tells the plugin of a note.
fn take(engine: &mut Engine, note: &Note) {
    let Note { channel, key, .. } = *note;
    let address = NoteAddress {
        id: None,
        channel: Some(channel),
        key: Some(key),
    };
    let struck = |velocity| KeyEvent::On {
        id: None,
        channel,
        key,
        velocity,
    };
    let expressed = |expression| KeyEvent::Expression(address, expression);
    let share = |value: u8| f32::from(value & 127) / 127.0;
    let event = match note.action {
        NoteAction::On => struck(0.8),
        NoteAction::Struck(velocity) => struck(velocity as f32),
        NoteAction::Off => KeyEvent::Off(address),
        NoteAction::Tuning(semitones) => expressed(NoteExpression::Tuning(semitones as f32)),
        NoteAction::Expressed(kind, value) => expressed(match kind {
            Expression::Volume => NoteExpression::Volume(value as f32),
            Expression::Vibrato => NoteExpression::Vibrato(value as f32),
            Expression::Level => NoteExpression::Expression(value as f32),
            Expression::Pressure => NoteExpression::Pressure(value as f32),
        }),
        NoteAction::Wheel(raw) => bend(channel, raw),
        NoteAction::Midi([status, first, second]) => {
            let channel = status & 15;
            match status & 0xf0 {
                0xb0 => KeyEvent::Controller {
                    channel,
                    number: first,
                    value: share(second),
                },
                0xd0 => KeyEvent::Pressure {
                    channel,
                    value: share(first),
                },
                0xe0 => bend(channel, u16::from(first) | (u16::from(second) << 7)),
                other => panic!("no scenario sends {other:#x}"),
            }
        }
    };
    engine.take_key(&event);
}

fn bend(channel: u8, raw: u16) -> KeyEvent {
    KeyEvent::Bend {
        channel,
        value: (f32::from(raw) - 8_192.0) / 8_192.0,
    }
}
