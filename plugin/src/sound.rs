//! The engine behind a face of four calls, the only place of this crate that knows it.

use mynah_engine::{Controls, Engine, EngineSpec, supported_rate};
use nice_plug::prelude::NoteEvent;

use crate::instances::InstanceNumber;
use crate::notes::NoteStack;
use crate::params::MORPH_SLOTS;
use crate::shared::{Condition, Reading, Shared};
use crate::targets::Catalogue;

/// How long sound may go on after the input has ended, seconds: the engine stops by itself after
/// half a second of silence.
const TAIL_S: f64 = 0.5;
/// A release is over when it has fallen by 100 dB, and its time is that of 60.
const RELEASE_TO_SILENCE: f64 = 100.0 / 60.0;
/// What is held sounds until it is let go.
pub(crate) const ENDLESS_TAIL: u32 = u32::MAX;

/// The sound of one plugin instance: the engine while there is one, the dry signal otherwise.
#[derive(Default)]
pub(crate) struct Sound {
    running: Option<Running>,
    notes: NoteStack,
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
    slots: [i32; MORPH_SLOTS],
    /// How many targets there were then.
    known: usize,
}

impl Sound {
    /// Makes ready for a host's stream, with the targets of `slots` in place from the
    /// first sample, and returns the latency in host samples. Called again with the same values it
    /// does next to nothing. Main thread: allocates, decodes models.
    pub(crate) fn prepare(
        &mut self,
        catalogue: &'static Catalogue,
        stream: Stream,
        slots: [i32; MORPH_SLOTS],
        controls: &Controls,
        shared: &Shared,
    ) -> u32 {
        let base = catalogue.prepare();
        let rate_hz = stream.rate_hz;
        let fits = |running: &Running| running.stream == stream && running.slots == slots;
        if !self.running.as_ref().is_some_and(fits) {
            self.running = None;
            shared.set_monitor(None);
            if supported_rate(rate_hz)
                && let Ok(base) = base
            {
                let number = (!stream.is_offline).then(InstanceNumber::take);
                let spec = EngineSpec {
                    host_rate_hz: rate_hz,
                    instance: number.as_ref().map_or(0, InstanceNumber::get),
                };
                let known = catalogue.count();
                let built = mynah_engine::engine(spec, base, catalogue.targets(slots));
                self.running = built.ok().map(|(engine, monitor)| {
                    shared.set_monitor(Some(monitor));
                    Running {
                        engine,
                        catalogue,
                        stream,
                        _number: number,
                        slots,
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
        if let Some(running) = &mut self.running {
            running.engine.reset();
            running.engine.set_note(None);
        }
    }

    /// Replaces one block of one or two channels by its translation and returns the tail, in
    /// samples, that may follow it, or [`ENDLESS_TAIL`]. `next_event` gives the block's note events, one after the other, in
    /// the order of their times. Audio thread.
    pub(crate) fn process<S>(
        &mut self,
        channels: &mut [&mut [f32]],
        slots: [i32; MORPH_SLOTS],
        controls: &Controls,
        mut next_event: impl FnMut() -> Option<NoteEvent<S>>,
        shared: &Shared,
    ) -> u32 {
        let notes = &mut self.notes;
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
        running.choose(slots);
        running.engine.set_controls(controls);
        // Up to each event that changes the pitch, so that it counts at its sample whatever the block.
        let mut done_samples = 0;
        while let Some(event) = next_event() {
            let before = notes.pitch_semitones();
            notes.take(&event);
            if notes.pitch_semitones() != before {
                let end = event.timing() as usize;
                done_samples = process_part(&mut running.engine, channels, done_samples, end);
                running.engine.set_note(notes.pitch_semitones());
            }
        }
        process_part(&mut running.engine, channels, done_samples, usize::MAX);
        if shared.editor_open() {
            let meters = running.engine.meters();
            shared.publish(&Reading {
                input_peak: meters.input_peak,
                output_peak: meters.output_peak,
                pitch_hz: meters.telemetry.f0_hz,
                voicing: meters.telemetry.voicing,
                octave: meters.octave,
                cancels: meters.cancels,
                reports: !meters.asleep,
            });
        }
        if controls.freeze {
            return ENDLESS_TAIL;
        }
        let release_s = f64::from(controls.release_ms) / 1000.0 * RELEASE_TO_SILENCE;
        let tail_s = TAIL_S + release_s + controls.room_tail_s();
        (running.stream.rate_hz * tail_s) as u32 + running.engine.latency_samples()
    }
}

impl Running {
    /// Gives the engine the targets of `slots` if it has others, or if one of them is there only now.
    fn choose(&mut self, slots: [i32; MORPH_SLOTS]) {
        let count = self.catalogue.count();
        let appeared = slots.iter().any(|slot| {
            let entry = self.catalogue.entry(*slot);
            entry.is_some_and(|entry| (self.known..count).contains(&entry.order()))
        });
        if slots != self.slots || appeared {
            let targets = self.catalogue.targets(slots);
            if self.engine.set_targets(targets).is_ok() {
                self.slots = slots;
                self.known = count;
            }
        }
    }
}

/// Processes the samples of a block from `start` up to `end`, or as many as there are; where it stopped.
fn process_part(
    engine: &mut Engine,
    channels: &mut [&mut [f32]],
    start: usize,
    end: usize,
) -> usize {
    let samples = channels.iter().map(|channel| channel.len()).min();
    let end = end.clamp(start, samples.unwrap_or_default().max(start));
    match channels {
        [mono] => engine.process(&mut [&mut mono[start..end]]),
        [left, right, ..] => {
            engine.process(&mut [&mut left[start..end], &mut right[start..end]]);
        }
        [] => {}
    }
    end
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
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::borrow::Cow;

    use mynah_engine::{Channels, Library};
    use mynah_models::Base;
    use mynah_models::testing::{random_base, random_target};

    use super::*;
    use crate::params::TARGET_SLOTS;

    /// The place of the first model that a player adds.
    const LAST: i32 = TARGET_SLOTS as i32 - 1;

    /// A model file that reads well until its last weight.
    fn damaged(mut file: Vec<u8>) -> Vec<u8> {
        let last = file.len() - 4;
        file[last..].copy_from_slice(&f32::NAN.to_le_bytes());
        file
    }

    fn catalogue(base: Option<Vec<u8>>, targets: Vec<Vec<u8>>) -> &'static Catalogue {
        let targets = targets.into_iter().enumerate();
        let targets = targets.map(|(n, file)| (format!("{n}.mynah"), Cow::Owned(file)));
        let library = Library::from_models(base.map(Cow::Owned), targets.collect());
        Box::leak(Box::new(Catalogue::new(library, None)))
    }

    /// Noise through a new sound of a catalogue: what came out, the latency, and what the editor is told.
    fn play(catalogue: &'static Catalogue, slot: i32) -> ([Vec<f32>; 2], usize, Condition) {
        let (mut sound, shared) = (Sound::default(), Shared::default());
        let controls = Controls::neutral();
        let latency = sound.prepare(
            catalogue,
            Stream::bounced(48_000.0),
            [slot; 4],
            &controls,
            &shared,
        );
        let input: Vec<f32> = (0..4_000u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 16) as f32 / 65_536.0 - 0.5)
            .collect();
        let mut output = input.clone();
        let no_event = || None::<NoteEvent<()>>;
        sound.process(&mut [&mut output], [slot; 4], &controls, no_event, &shared);
        ([input, output], latency as usize, shared.condition())
    }

    fn is_dry([input, output]: &[Vec<f32>; 2], latency: usize) -> bool {
        output[..latency].iter().all(|x| *x == 0.0)
            && output[latency..] == input[..input.len() - latency]
    }

    #[test]
    fn without_a_usable_base_the_dry_sound_passes() {
        for base in [None, Some(damaged(random_base(1)))] {
            let (signals, latency, condition) = play(catalogue(base, Vec::new()), 0);
            assert_eq!((latency, condition), (0, Condition::EngineFailed));
            assert!(is_dry(&signals, 0));
        }
    }

    #[test]
    fn an_open_editor_sees_the_hops_of_whichever_engine_runs() {
        let base_file = random_base(1);
        let base = Base::from_bytes(&base_file).unwrap();
        let catalogue = catalogue(Some(base_file), vec![random_target(1, &base)]);
        let (mut sound, shared) = (Sound::default(), Shared::default());
        let controls = Controls::neutral();
        for (rate_hz, open, expected) in [
            (48_000.0, false, 0),
            (48_000.0, true, 10),
            // Of the fifth, a part is still in the resampler.
            (96_000.0, true, 4),
            (400_000.0, true, 0),
            (48_000.0, true, 10),
            (48_000.0, false, 0),
        ] {
            shared.set_editor_open(open);
            sound.prepare(
                catalogue,
                Stream::bounced(rate_hz),
                [0; 4],
                &controls,
                &shared,
            );
            let mut block: Vec<f32> = (0..1_280).map(|n| (n % 100) as f32 / 100.0).collect();
            let no_event = || None::<NoteEvent<()>>;
            sound.process(&mut [&mut block], [0; 4], &controls, no_event, &shared);
            let mut reports = 0;
            shared.take_reports(|_| reports += 1);
            assert_eq!(reports, expected, "{rate_hz} Hz, open: {open}");
        }
    }

    #[test]
    fn an_open_editor_is_told_that_the_sides_cancel_in_mono() {
        let base_file = random_base(1);
        let base = Base::from_bytes(&base_file).unwrap();
        let catalogue = catalogue(Some(base_file), vec![random_target(1, &base)]);
        let (mut sound, shared) = (Sound::default(), Shared::default());
        shared.set_editor_open(true);
        let mut cancels = |channels: Channels, right_gain: f32| {
            let controls = Controls {
                channels,
                ..Controls::neutral()
            };
            sound.prepare(
                catalogue,
                Stream::bounced(48_000.0),
                [0; 4],
                &controls,
                &shared,
            );
            let mut left: Vec<f32> = (0..48_000).map(|n| (n % 100) as f32 / 200.0).collect();
            let mut right: Vec<f32> = left.iter().map(|x| right_gain * x).collect();
            let mut sides = [left.as_mut_slice(), right.as_mut_slice()];
            let no_event = || None::<NoteEvent<()>>;
            sound.process(&mut sides, [0; 4], &controls, no_event, &shared);
            shared.take_reading().cancels
        };
        assert!(!cancels(Channels::Mono, 1.0));
        assert!(cancels(Channels::Mono, -1.0));
        assert!(!cancels(Channels::Stereo, -1.0));
        assert!(cancels(Channels::Mono, -1.0));
    }

    #[test]
    fn a_damaged_target_is_dry_and_the_others_are_not() {
        let base_file = random_base(1);
        let base = Base::from_bytes(&base_file).unwrap();
        let targets = vec![random_target(1, &base), damaged(random_target(2, &base))];
        let catalogue = catalogue(Some(base_file), targets);
        for (slot, dry) in [(0, false), (1, true), (2, true)] {
            let (signals, latency, condition) = play(catalogue, slot);
            assert_eq!((latency, condition), (144, Condition::Running));
            assert_eq!(is_dry(&signals, latency), dry, "slot {slot}");
        }
        assert_eq!(catalogue.entries()[0].problem(), None);
        assert!(catalogue.entries()[1].problem().is_some());
    }

    #[test]
    fn a_slot_whose_model_is_added_while_it_plays_sounds_from_then_on() {
        let folder = tempfile::tempdir().unwrap();
        let base_file = random_base(1);
        let base = Base::from_bytes(&base_file).unwrap();
        let file = folder.path().join("new.mynah");
        std::fs::write(&file, random_target(2, &base)).unwrap();
        let first = ("1.mynah".to_owned(), Cow::Owned(random_target(1, &base)));
        let library = Library::from_models(Some(Cow::Owned(base_file)), vec![first]);
        let own = Some(folder.path().join("targets"));
        let catalogue: &Catalogue = Box::leak(Box::new(Catalogue::new(library, own)));
        let (mut sound, shared) = (Sound::default(), Shared::default());
        let controls = Controls::neutral();
        let slots = [LAST; MORPH_SLOTS];
        let latency = sound.prepare(
            catalogue,
            Stream::bounced(48_000.0),
            slots,
            &controls,
            &shared,
        ) as usize;
        let input: Vec<f32> = (0..4_000u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 16) as f32 / 65_536.0 - 0.5)
            .collect();
        let mut play = || {
            let mut output = input.clone();
            let measured = allocation_counter::measure(|| {
                let no_event = || None::<NoteEvent<()>>;
                sound.process(&mut [&mut output], slots, &controls, no_event, &shared);
            });
            assert_eq!(measured.count_total, 0, "the audio thread allocated");
            output
        };
        let output = play();
        assert!(output[latency..] == input[..input.len() - latency]);
        assert_eq!(catalogue.add(&file).unwrap(), LAST);
        let output = play();
        assert!(output[latency..] != input[..input.len() - latency]);
    }
}
