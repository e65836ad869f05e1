//! The plugin's engine, played from keys: what a score asks of one instrument, block by block, its latency removed.

use std::sync::Arc;

use anyhow::{Context, Result};
use mynah_engine::{Controls, Corners, Engine, EngineSpec, KeyEvent};
use mynah_models::Base;

use crate::pipeline::BLOCK_SAMPLES;

/// An instrument and what it is to play.
pub struct Instrument {
    engine: Engine,
    controls: Controls,
    to_drop: usize,
    events: Vec<(u64, KeyEvent)>,
    events_done: usize,
    frames_done: u64,
}

impl Instrument {
    /// One that plays these events, from which frame on what, in the order of time.
    ///
    /// # Errors
    /// A rate the engine does not run at.
    pub fn new(
        base: &Arc<Base>,
        targets: impl Into<Corners>,
        controls: &Controls,
        rate_hz: u32,
        events: Vec<(u64, KeyEvent)>,
    ) -> Result<Instrument> {
        let spec = EngineSpec::of_keys(f64::from(rate_hz));
        let (mut engine, _) = mynah_engine::engine(spec, Arc::clone(base), targets)
            .with_context(|| format!("cannot play at {rate_hz} Hz"))?;
        engine.set_controls(controls);
        Ok(Instrument {
            to_drop: engine.latency_samples() as usize,
            engine,
            controls: *controls,
            events,
            events_done: 0,
            frames_done: 0,
        })
    }

    /// The next `frames` of both channels, in time with the events.
    pub fn play(&mut self, frames: usize) -> [Vec<f32>; 2] {
        let latency = std::mem::take(&mut self.to_drop);
        let mut dropped = self.sound(latency);
        dropped.iter_mut().for_each(Vec::clear);
        self.sound(frames)
    }

    /// Nothing is played on from here.
    pub(crate) fn end(&mut self) {
        self.controls.play_on = false;
        self.engine.set_controls(&self.controls);
    }

    fn sound(&mut self, frames: usize) -> [Vec<f32>; 2] {
        let mut planes = [vec![0.0; frames], vec![0.0; frames]];
        let mut start = 0;
        while start < frames {
            let until_event = self.take_events();
            let end = (start + BLOCK_SAMPLES.min(until_event)).min(frames);
            let [left, right] = &mut planes;
            self.engine
                .process(&mut [&mut left[start..end], &mut right[start..end]]);
            self.frames_done += (end - start) as u64;
            start = end;
        }
        planes
    }

    /// Gives the engine the events that are due; how many frames there are until the next one, at least one.
    fn take_events(&mut self) -> usize {
        while let Some((at, event)) = self.events.get(self.events_done) {
            if *at > self.frames_done {
                return usize::try_from(at - self.frames_done).unwrap_or(usize::MAX);
            }
            self.engine.take_key(event);
            self.events_done += 1;
        }
        usize::MAX
    }
}
