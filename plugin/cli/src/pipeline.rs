//! The one way sound takes through the program: the engine of the plugin, fed block by block, its latency removed.

use std::sync::Arc;

use anyhow::{Context, Result};
use mynah_engine::{Controls, Corners, Engine, EngineSpec, KeyByEar, Scale, Survey};
use mynah_models::{Base, Target};

/// Samples given to the engine at once. Any other number would give the same output to the bit.
pub const BLOCK_SAMPLES: usize = 4_096;

/// An engine at one rate, and the samples of its latency still to be dropped.
pub struct Translation {
    engine: Engine,
    controls: Controls,
    latency: usize,
    to_drop: usize,
    planes: Vec<Vec<f32>>,
    /// From which frame of the input on which note is held, and how many of these are past.
    notes: Vec<(u64, Option<f32>)>,
    notes_done: usize,
    frames_done: u64,
}

impl Translation {
    /// An engine for `channels` (1 or 2) channels at `rate_hz`.
    ///
    /// # Errors
    /// A rate the engine does not run at.
    pub fn new(
        base: &Arc<Base>,
        targets: impl Into<Corners>,
        controls: &Controls,
        rate_hz: u32,
        channels: usize,
    ) -> Result<Translation> {
        let spec = EngineSpec::alone(f64::from(rate_hz));
        let (mut engine, _) = mynah_engine::engine(spec, Arc::clone(base), targets)
            .with_context(|| format!("cannot translate at {rate_hz} Hz"))?;
        engine.set_controls(controls);
        let latency = engine.latency_samples() as usize;
        Ok(Translation {
            engine,
            controls: *controls,
            latency,
            to_drop: latency,
            planes: vec![Vec::with_capacity(BLOCK_SAMPLES); channels],
            notes: Vec::new(),
            notes_done: 0,
            frames_done: 0,
        })
    }

    /// The pitches that held notes ask for: from which frame of the input on which one, in MIDI semitones, or none; in the
    /// order of time. Before the first block.
    pub(crate) fn set_notes(&mut self, notes: Vec<(u64, Option<f32>)>) {
        self.notes = notes;
    }

    /// The octave for all of it, with *Auto octave*; `None` to choose it while it plays.
    pub(crate) fn set_octave(&mut self, octave: Option<i32>) {
        self.engine.set_octave(octave);
    }

    /// With the scale *auto*: how the key is found.
    pub(crate) fn set_key(&mut self, key: KeyByEar) {
        self.engine.set_key(key);
    }

    /// Translates one block (any length); `sink` gets the planes of the output that is due, possibly none.
    ///
    /// # Errors
    /// What `sink` returns.
    pub fn push(
        &mut self,
        block: &[&[f32]],
        mut sink: impl FnMut(&[&[f32]]) -> Result<()>,
    ) -> Result<()> {
        let frames = block.first().map_or(0, |p| p.len());
        let mut start = 0;
        while start < frames {
            let until_note = self.take_notes();
            let end = (start + BLOCK_SAMPLES.min(until_note)).min(frames);
            for (plane, input) in self.planes.iter_mut().zip(block) {
                plane.clear();
                plane.extend_from_slice(&input[start..end]);
            }
            let dropped = self.to_drop.min(end - start);
            match self.planes.as_mut_slice() {
                [mono] => self.engine.process(&mut [mono]),
                [left, right, ..] => self.engine.process(&mut [left, right]),
                [] => {}
            }
            self.to_drop -= dropped;
            if dropped < end - start {
                match self.planes.as_slice() {
                    [mono] => sink(&[&mono[dropped..]])?,
                    [left, right, ..] => sink(&[&left[dropped..], &right[dropped..]])?,
                    [] => {}
                }
            }
            self.frames_done += (end - start) as u64;
            start = end;
        }
        Ok(())
    }

    /// Gives the engine the note that is due; how many frames there are until the next one, at least one.
    fn take_notes(&mut self) -> usize {
        while let Some((at, pitch)) = self.notes.get(self.notes_done) {
            if *at > self.frames_done {
                return usize::try_from(at - self.frames_done).unwrap_or(usize::MAX);
            }
            self.engine.set_note(*pitch);
            self.notes_done += 1;
        }
        usize::MAX
    }

    /// Feeds silence until as many samples came out as went in.
    ///
    /// # Errors
    /// What `sink` returns.
    pub fn finish(&mut self, sink: impl FnMut(&[&[f32]]) -> Result<()>) -> Result<()> {
        self.push_silence(self.latency, sink)
    }

    /// What sounds on in silence: so many samples more, once it is finished. Nothing is played on from here.
    ///
    /// # Errors
    /// What `sink` returns.
    pub(crate) fn ring(
        &mut self,
        samples: usize,
        sink: impl FnMut(&[&[f32]]) -> Result<()>,
    ) -> Result<()> {
        self.controls.play_on = false;
        self.engine.set_controls(&self.controls);
        self.push_silence(samples, sink)
    }

    fn push_silence(
        &mut self,
        samples: usize,
        sink: impl FnMut(&[&[f32]]) -> Result<()>,
    ) -> Result<()> {
        let silence = vec![0.0f32; samples];
        let planes: Vec<&[f32]> = self.planes.iter().map(|_| silence.as_slice()).collect();
        self.push(&planes, sink)
    }
}

/// Translates a whole mono signal; the output has its length and is aligned with it. With *Auto octave* all of it is moved
/// by the same octave, and with the scale *auto* all of it snaps to the same key.
///
/// # Errors
/// A rate the engine does not run at.
pub fn translate_mono(
    base: &Arc<Base>,
    target: &Arc<Target>,
    controls: &Controls,
    rate_hz: u32,
    signal: &[f32],
) -> Result<Vec<f32>> {
    let octave = if controls.octave_auto {
        Some(octave_for(target, controls, rate_hz, signal)?)
    } else {
        None
    };
    translate_mono_by(base, target, controls, rate_hz, signal, octave)
}

/// The octave by which *Auto octave* moves a whole mono signal.
///
/// # Errors
/// A rate the engine does not run at.
pub(crate) fn octave_for(
    target: &Arc<Target>,
    controls: &Controls,
    rate_hz: u32,
    signal: &[f32],
) -> Result<i32> {
    let mut survey = Survey::new(f64::from(rate_hz))?;
    survey.hear(&[signal]);
    Ok(survey.octave(&Corners::from(Arc::clone(target)), controls))
}

/// As [`translate_mono`], moved by this octave where *Auto octave* is on; `None` to choose it while it plays.
///
/// # Errors
/// A rate the engine does not run at.
pub(crate) fn translate_mono_by(
    base: &Arc<Base>,
    target: &Arc<Target>,
    controls: &Controls,
    rate_hz: u32,
    signal: &[f32],
    octave: Option<i32>,
) -> Result<Vec<f32>> {
    let mut translation = Translation::new(base, Arc::clone(target), controls, rate_hz, 1)?;
    translation.set_octave(octave);
    if controls.scale == Scale::Auto {
        let mut survey = Survey::new(f64::from(rate_hz))?;
        survey.hear(&[signal]);
        let heard = survey.key();
        translation.set_key(KeyByEar::Known(heard.map(|heard| heard.key)));
    }
    let mut output = Vec::with_capacity(signal.len());
    translation.push(&[signal], |planes| {
        output.extend_from_slice(planes[0]);
        Ok(())
    })?;
    translation.finish(|planes| {
        output.extend_from_slice(planes[0]);
        Ok(())
    })?;
    Ok(output)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use mynah_engine::{Library, TargetRef};

    use super::*;

    const RATE_HZ: u32 = 48_000;

    /// A scale of half seconds, and a second and a half of silence.
    fn scale() -> Vec<f32> {
        let tone = |key: i32| {
            let hz = 440.0 * (f64::from(key - 69) / 12.0).exp2();
            (0..24_000).map(move |n| {
                let turns = hz * f64::from(n) / f64::from(RATE_HZ);
                let level = f64::from(n.min(24_000 - n)).min(400.0) / 400.0;
                (0.2 * level * (1.0 - 2.0 * turns.fract())) as f32
            })
        };
        let played = [60, 62, 64, 65, 67, 65, 64, 62].into_iter().flat_map(tone);
        played.chain(std::iter::repeat_n(0.0, 72_000)).collect()
    }

    #[test]
    fn what_is_played_on_ends_with_the_input() {
        let library = Library::shipped();
        let flute = TargetRef {
            name: "flute".to_owned(),
            hash: None,
        };
        let controls = Controls {
            play_on: true,
            play_on_after_s: 0.5,
            play_on_length: 32,
            room: 0.0,
            ..Controls::default()
        };
        let (base, target) = (library.base().unwrap(), library.load(&flute).unwrap());
        let mut translation = Translation::new(&base, target, &controls, RATE_HZ, 1).unwrap();
        let mut sound: Vec<f32> = Vec::new();
        let mut keep = |planes: &[&[f32]]| {
            sound.extend_from_slice(planes[0]);
            Ok(())
        };
        translation.push(&[&scale()], &mut keep).unwrap();
        translation.finish(&mut keep).unwrap();
        translation.ring(96_000, &mut keep).unwrap();
        let loudest = |part: &[f32]| part.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        let end = sound.len() - 96_000;
        assert!(loudest(&sound[end - 24_000..end]) > 0.01);
        assert!(loudest(&sound[end + 48_000..]) < 1e-3);
    }
}
