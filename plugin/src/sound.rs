//! The engine behind a face of four calls, the only place of this crate that knows it.

use mynah_engine::{
    Controls, Engine, EngineSpec, KeyEvent, NoteAddress, PlayingOn, Plays, supported_rate,
};
use nice_plug::prelude::NoteEvent;

use crate::instances::InstanceNumber;
use crate::key_events::key_event;
use crate::midi_out::{Heard, MidiOut, Said};
use crate::notes::NoteStack;
use crate::recording::{Feed, Recording};
use crate::shared::{Condition, PressedKey, Reading, Shared};
use crate::targets::{CORNERS, Catalogue};

/// How long sound may go on after the input has ended, seconds: the engine stops by itself after
/// half a second of silence.
const TAIL_S: f64 = 0.5;
/// A release is over when it has fallen by 100 dB, and its time is that of 60.
const RELEASE_TO_SILENCE: f64 = 100.0 / 60.0;
/// What is held sounds until it is let go, and what is played on until it has an end.
pub(crate) const ENDLESS_TAIL: u32 = u32::MAX;

/// The sound of one plugin instance: the engine while there is one, the dry signal otherwise.
#[derive(Default)]
pub(crate) struct Sound {
    plays: Plays,
    running: Option<Running>,
    notes: NoteStack,
    /// The key that is pressed in the editor.
    pressed: Option<PressedKey>,
    /// What the host is told of the notes that are played.
    midi_out: MidiOut,
    /// Where what comes in goes while it is recorded.
    feed: Option<Feed>,
}

/// What a host is about to send.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Stream {
    pub(crate) rate_hz: f64,
    /// A bounce, rather than playing.
    pub(crate) is_offline: bool,
}

#[cfg(test)]
impl Stream {
    pub(crate) fn bounced(rate_hz: f64) -> Self {
        Stream {
            rate_hz,
            is_offline: true,
        }
    }
}

struct Running {
    engine: Engine,
    /// Holds each target for as long as the process lives: to the engine, taking one and letting go of it only counts references.
    catalogue: &'static Catalogue,
    stream: Stream,
    /// When it does its work, among the instances that play beside it; a bounce is waited for, and is to be the same whatever
    /// plays beside it.
    _number: Option<InstanceNumber>,
    /// The values of the target parameters that the engine was last given.
    indices: [i32; CORNERS],
    /// How often targets had come or become better then.
    known: usize,
}

impl Sound {
    /// The same of a plugin that plays this.
    pub(crate) fn playing(self, plays: Plays) -> Self {
        Self { plays, ..self }
    }

    /// What comes in can be recorded. Main thread: once for an instance.
    pub(crate) fn recorded_by(recording: &Recording) -> Self {
        Self {
            feed: recording.take_feed(),
            ..Self::default()
        }
    }

    /// Makes ready for a host's stream, with the targets of `indices` in place from the
    /// first sample, and returns the latency in host samples. Called again with the same values it
    /// does next to nothing. Main thread: allocates, decodes models.
    pub(crate) fn prepare(
        &mut self,
        catalogue: &'static Catalogue,
        stream: Stream,
        indices: [i32; CORNERS],
        controls: &Controls,
        shared: &Shared,
    ) -> u32 {
        let base = catalogue.prepare();
        let rate_hz = stream.rate_hz;
        self.midi_out.prepare(rate_hz);
        if let Some(feed) = &mut self.feed {
            feed.prepare(rate_hz, stream.is_offline);
        }
        let fits = |running: &Running| running.stream == stream && running.indices == indices;
        if !self.running.as_ref().is_some_and(fits) {
            self.running = None;
            shared.set_monitor(None);
            if supported_rate(rate_hz)
                && let Ok(base) = base
            {
                let number = (!stream.is_offline).then(InstanceNumber::take);
                let spec = EngineSpec {
                    instance: number.as_ref().map_or(0, InstanceNumber::get),
                    plays: self.plays,
                    ..EngineSpec::alone(rate_hz)
                };
                let known = catalogue.changes();
                let built = mynah_engine::engine(spec, base, catalogue.targets(indices));
                self.running = built.ok().map(|(engine, monitor)| {
                    shared.set_monitor(Some(monitor));
                    Running {
                        engine,
                        catalogue,
                        stream,
                        _number: number,
                        indices,
                        known,
                    }
                });
            }
        }
        let condition = match &self.running {
            Some(_) => Condition::Running,
            None if supported_rate(rate_hz) => Condition::EngineFailed,
            None => Condition::UnsupportedRate,
        };
        let latency_samples = self.running.as_mut().map_or(0, |running| {
            running.engine.set_controls(controls);
            running.engine.set_note(self.notes.pitch_semitones());
            running.engine.latency_samples()
        });
        shared.set_activation(condition, rate_hz as f32, latency_samples);
        latency_samples
    }

    /// Forgets all sound that has passed, and all notes that were held. Audio thread.
    pub(crate) fn reset(&mut self) {
        self.notes.clear();
        self.pressed = None;
        self.midi_out.reset();
        if let Some(running) = &mut self.running {
            running.engine.reset();
            running.engine.set_note(None);
        }
    }

    /// What the host is to be told of the block that was processed last, in order. Audio thread.
    pub(crate) fn said(&self) -> &[Said] {
        self.midi_out.said()
    }

    /// Replaces one block of one or two channels by its translation and returns the tail, in
    /// samples, that may follow it, or [`ENDLESS_TAIL`]. `next_event` gives the block's note events, one after the other, in
    /// the order of their times. Audio thread.
    pub(crate) fn process<S>(
        &mut self,
        channels: &mut [&mut [f32]],
        indices: [i32; CORNERS],
        controls: &Controls,
        mut next_event: impl FnMut() -> Option<NoteEvent<S>>,
        shared: &Shared,
    ) -> u32 {
        if let Some(feed) = &mut self.feed {
            feed.take(channels);
        }
        if self.plays == Plays::Keys {
            let silent = channels.iter_mut();
            silent.for_each(|channel| channel.fill(0.0));
        }
        let (notes, midi_out) = (&mut self.notes, &mut self.midi_out);
        midi_out.begin_block(self.running.is_some() && MidiOut::is_wanted(self.plays, controls));
        let Some(running) = &mut self.running else {
            while let Some(event) = next_event() {
                notes.take(&event);
            }
            let peak = pass_dry(channels);
            if shared.editor_open() {
                shared.publish(&Reading {
                    input_peak: peak,
                    output_peak: peak,
                    ..Reading::default()
                });
            }
            return 0;
        };
        running.choose(indices);
        running.engine.set_controls(controls);
        // Up to each event that changes the pitch, so that it counts at its sample whatever the block.
        let mut done_samples = 0;
        let engine = &mut running.engine;
        if self.plays == Plays::Keys {
            press(engine, &mut self.pressed, shared.pressed_key());
        }
        while let Some(event) = next_event() {
            if self.plays == Plays::Keys {
                if let Some(said) = key_event(&event) {
                    let end = event.timing() as usize;
                    done_samples = process_part(engine, midi_out, channels, done_samples, end);
                    engine.take_key(&said);
                }
                continue;
            }
            let before = notes.pitch_semitones();
            notes.take(&event);
            if notes.pitch_semitones() != before {
                let end = event.timing() as usize;
                done_samples = process_part(engine, midi_out, channels, done_samples, end);
                engine.set_note(notes.pitch_semitones());
            }
        }
        process_part(engine, midi_out, channels, done_samples, usize::MAX);
        let meters = running.engine.meters();
        if shared.editor_open() {
            let beat_s = match meters.playing_on {
                PlayingOn::Plays { beat_s } => beat_s,
                PlayingOn::Nothing | PlayingOn::Waits => 0.0,
            };
            shared.publish(&Reading {
                input_peak: meters.input_peak,
                output_peak: meters.output_peak,
                pitch_hz: meters.telemetry.f0_hz,
                voicing: meters.telemetry.voicing,
                octave: meters.octave,
                key: meters.key,
                cancels: meters.cancels,
                beat_s,
                reports: !meters.asleep || beat_s > 0.0,
                held_keys: meters.held_keys,
            });
        }
        let holds = self.plays == Plays::Keys && meters.held_keys != 0;
        if controls.freeze || holds || meters.playing_on != PlayingOn::Nothing {
            return ENDLESS_TAIL;
        }
        let release_s = f64::from(controls.release_ms) / 1000.0 * RELEASE_TO_SILENCE;
        let tail_s = TAIL_S + release_s + controls.room_tail_s();
        (running.stream.rate_hz * tail_s) as u32 + running.engine.latency_samples()
    }
}

impl Running {
    /// Gives the engine the targets of `indices` if it has others, if one of them is there only now, or if it has become
    /// better, which a bounce does not go by: it is to be the same whatever is learnt beside it.
    fn choose(&mut self, indices: [i32; CORNERS]) {
        let changes = self.catalogue.changes();
        let changed = indices.iter().any(|index| {
            let entry = self.catalogue.entry(*index);
            entry.is_some_and(|entry| {
                let counts = !self.stream.is_offline || entry.renewals() == 0;
                counts && (self.known..changes).contains(&entry.change())
            })
        });
        if indices != self.indices || changed {
            let targets = self.catalogue.targets(indices);
            if self.engine.set_targets(targets).is_ok() {
                self.indices = indices;
                self.known = changes;
            }
        }
    }
}

/// Processes the samples of a block from `start` up to `end`, or as many as there are; where it stopped.
fn process_part(
    engine: &mut Engine,
    midi_out: &mut MidiOut,
    channels: &mut [&mut [f32]],
    start: usize,
    end: usize,
) -> usize {
    let samples = channels.iter().map(|channel| channel.len()).min();
    let end = end.clamp(start, samples.unwrap_or_default().max(start));
    let mut done = start;
    while done < end {
        let next = end.min(done.saturating_add(midi_out.part_samples()));
        match channels {
            [mono] => engine.process(&mut [&mut mono[done..next]]),
            [left, right, ..] => {
                engine.process(&mut [&mut left[done..next], &mut right[done..next]]);
            }
            [] => {}
        }
        midi_out.pass(next - done, next, || match engine.chord() {
            Some(voices) => Heard::Chord(voices),
            None => Heard::OneVoice(engine.meters().telemetry),
        });
        done = next;
    }
    end
}

/// The key that is pressed in the editor is struck, and the one before let go.
fn press(engine: &mut Engine, before: &mut Option<PressedKey>, now: Option<PressedKey>) {
    if *before == now {
        return;
    }
    if let Some(PressedKey { key, .. }) = before.take() {
        engine.take_key(&KeyEvent::Off(NoteAddress {
            channel: Some(0),
            key: Some(key),
            ..NoteAddress::default()
        }));
    }
    if let Some(PressedKey { key, velocity }) = now {
        engine.take_key(&KeyEvent::On {
            id: None,
            channel: 0,
            key,
            velocity: f32::from(velocity) / 127.0,
        });
    }
    *before = now;
}

/// Without an engine the input passes, but never anything that is not a normal number. Returns the
/// highest sample.
fn pass_dry(channels: &mut [&mut [f32]]) -> f32 {
    let mut peak = 0.0_f32;
    for sample in channels.iter_mut().flat_map(|channel| channel.iter_mut()) {
        if !sample.is_finite() || sample.is_subnormal() {
            *sample = 0.0;
        }
        peak = peak.max(sample.abs());
    }
    peak
}

#[cfg(test)]
mod tests;
