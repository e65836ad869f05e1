//! One engine from its making to its end, as a host that cannot make up its mind would use it.

use std::sync::Arc;

use mynah_engine::{
    Control, Controls, Engine, EngineSpec, KeyEvent, Mode, OUTPUT_BOUND, Plays, Quality, engine,
};

use super::Models;
use super::fingers::Fingers;
use super::music::{Music, Scene};
use super::watch::Watch;
use crate::alloc;
use crate::signal::Random;

/// Longest block, samples.
const LONGEST: usize = 16_384;
/// In a life, a scene lasts up to this long, seconds.
const LONGEST_SCENE_S: f64 = 8.0;
/// Silence after which every sound is over and the networks rest, seconds.
const REST_S: f64 = 6.0;
/// What is played to compare a used engine with a fresh one, seconds.
const PROBE_S: f64 = 0.5;
/// Keys that are let go sound on for as long, with strings that ring, and for their release, which is over when it has fallen by
/// 100 dB, and its time is that of 60; seconds.
const RING_S: f64 = 1.0;
const RELEASE_TO_SILENCE: f64 = 100.0 / 60.0;

/// An engine, what is played to it, and who watches.
pub(super) struct Life<'a> {
    models: &'a Models,
    random: Random,
    spec: EngineSpec,
    engine: Engine,
    latency_samples: u32,
    controls: Controls,
    /// The target that was asked for last.
    target: Option<usize>,
    music: Music,
    fingers: Fingers,
    /// Samples for which keys may sound on.
    rings_samples: usize,
    watch: Watch,
    /// Samples since the engine was made or reset.
    position: u64,
    buffers: Vec<Vec<f32>>,
    /// Seconds of audio, and those of them that were not slept through.
    pub(super) audio_s: f64,
    pub(super) awake_s: f64,
}

impl<'a> Life<'a> {
    pub(super) fn new(models: &'a Models, seed: u64) -> Result<Self, String> {
        let mut random = Random::new(seed);
        let rate_hz = any_rate_hz(&mut random);
        let spec = EngineSpec {
            instance: random.within(0, 15),
            plays: [Plays::Sound, Plays::Sound, Plays::Keys][random.within(0, 2)],
            ..EngineSpec::alone(rate_hz)
        };
        let target = any_target(models, &mut random);
        let first = target.map(|index| Arc::clone(&models.targets[index]));
        let made = engine(spec, Arc::clone(&models.base), first);
        let (engine, _) = made.map_err(|error| format!("{rate_hz} Hz: {error}"))?;
        let latency_samples = engine.latency_samples();
        if Some(latency_samples) != mynah_engine::latency_samples(rate_hz) {
            return Err(format!("{rate_hz} Hz: a latency of {latency_samples}"));
        }
        Ok(Self {
            models,
            spec,
            engine,
            latency_samples,
            controls: Controls::neutral(),
            target,
            music: Music::new(random.bits(), rate_hz),
            fingers: Fingers::new(random.bits(), rate_hz),
            rings_samples: 0,
            watch: Watch::new(rate_hz, latency_samples),
            position: 0,
            buffers: vec![vec![0.0; LONGEST]; 4],
            random,
            audio_s: 0.0,
            awake_s: 0.0,
        })
    }

    /// A few seconds of one kind of sound, in blocks of one kind, with changes now and then.
    pub(super) fn scene(&mut self) -> Result<(), String> {
        let scene = Scene::pick(&mut self.random);
        let seconds = 0.1 + LONGEST_SCENE_S * 0.5 * f64::from(1.0 + self.random.sample());
        let rate_hz = self.spec.host_rate_hz;
        let mut rest = (seconds * rate_hz) as usize;
        let usual = self.random.within(5, 11);
        let regular = self.random.within(0, 1) == 0;
        while rest > 0 {
            let length = if regular {
                1 << usual
            } else {
                let longest = 1 << self.random.within(0, 14);
                self.random.within(0, longest)
            };
            let length = length.min(rest);
            rest -= length;
            // About three changes in a second.
            if f64::from(self.random.sample().abs()) < 3.0 * length as f64 / rate_hz {
                self.change();
            }
            self.block(scene, length)?;
        }
        Ok(())
    }

    fn change(&mut self) {
        let random = &mut self.random;
        let unit = 0.5 + 0.5 * random.sample();
        let controls = &mut self.controls;
        match random.within(0, 20) {
            0..2 => controls.mix = if unit < 0.5 { 1.0 } else { unit },
            2 => controls.input_gain_db = 24.0 * random.sample(),
            3 => controls.output_gain_db = 24.0 * random.sample(),
            4 if unit < 0.2 => controls.quality = Quality::Eco,
            4 => controls.drive = unit,
            5 => controls.octave = random.within(0, 4) as i32 - 2,
            6..8 if self.spec.plays == Plays::Keys => controls.voices = random.within(1, 8) as i32,
            6..8 => {
                controls.mode = match controls.mode {
                    Mode::Track => Mode::Follow,
                    Mode::Follow => Mode::Auto,
                    Mode::Auto => Mode::Chords,
                    Mode::Chords => Mode::Track,
                }
            }
            8 => controls.bypass = !controls.bypass,
            9..11 => *controls = Controls::neutral(),
            11 => self.reset(),
            12..17 => {
                let plays = self.spec.plays;
                let served = || Control::ALL.iter().filter(|control| control.serves(plays));
                let any = served().nth(random.within(0, served().count() - 1));
                if let Some(control) = any {
                    let info = control.info();
                    controls.set(*control, info.min + unit * (info.max - info.min));
                }
            }
            _ => {
                let target = any_target(self.models, &mut self.random);
                self.choose(target);
            }
        }
    }

    fn reset(&mut self) {
        self.engine.reset();
        self.watch.reset();
        self.rings_samples = 0;
        self.position = 0;
    }

    fn choose(&mut self, target: Option<usize>) {
        let wanted = target.map(|index| Arc::clone(&self.models.targets[index]));
        if self.engine.set_targets(wanted).is_ok() {
            self.target = target;
        }
    }

    /// One block of `length` samples, watched.
    fn block(&mut self, scene: Scene, length: usize) -> Result<(), String> {
        self.process(scene, length).map_err(|what| {
            let Self {
                spec,
                controls,
                target,
                position,
                ..
            } = self;
            format!(
                "{what} ({spec:?}, {scene:?}, {length} samples up to {position}, \
                 target {target:?}, {controls:?})"
            )
        })
    }

    fn process(&mut self, scene: Scene, length: usize) -> Result<(), String> {
        let [left, right, input_left, input_right] = self.buffers.as_mut_slice() else {
            return Err("no buffers".to_owned());
        };
        let [left, right] = [left, right].map(|buffer| &mut buffer[..length]);
        let plays_keys = self.spec.plays == Plays::Keys;
        let events = if plays_keys {
            left.fill(0.0);
            right.fill(0.0);
            self.fingers.play(scene, length)
        } else {
            self.music.fill(scene, left, right);
            &[]
        };
        input_left[..length].copy_from_slice(left);
        input_right[..length].copy_from_slice(right);
        let (meters, allocations) = alloc::count(|| {
            self.engine.set_controls(&self.controls);
            play(&mut self.engine, [&mut *left, &mut *right], events, length);
            self.engine.meters()
        });
        let asleep = meters.asleep;
        let seconds = length as f64 / self.spec.host_rate_hz;
        self.position += length as u64;
        self.audio_s += seconds;
        if !asleep {
            self.awake_s += seconds;
        }
        if allocations > 0 {
            return Err(format!("{allocations} calls of the allocator"));
        }
        if self.engine.latency_samples() != self.latency_samples {
            return Err("the latency has changed".to_owned());
        }
        let controls = self.controls.serving(self.spec.plays);
        if plays_keys {
            // To the watch keys are a sound as loud as can be for as long as they may be heard, and then none.
            let release_s = f64::from(controls.release_ms) / 1_000.0 * RELEASE_TO_SILENCE;
            if meters.held_keys != 0 || !events.is_empty() {
                self.rings_samples =
                    ((RING_S + release_s) * self.spec.host_rate_hz) as usize + length;
            }
            let ringing = self.rings_samples.min(length);
            self.rings_samples -= ringing;
            for input in [&mut *input_left, &mut *input_right] {
                input[..ringing].fill(OUTPUT_BOUND);
            }
        }
        let input = [&input_left[..length], &input_right[..length]];
        self.watch.check(&controls, input, [left, right])
    }

    fn rest(&mut self, samples: u64) -> Result<(), String> {
        let mut rest = samples as usize;
        while rest > 0 {
            let length = rest.min(1_024);
            self.block(Scene::Silence, length)?;
            rest -= length;
        }
        Ok(())
    }

    /// After silence a used engine plays what a fresh one plays, to the bit: nothing of the past is left, and neither its clock
    /// nor its latency has drifted. One that plays a sound at a moment at which both count their hops alike; one that plays keys,
    /// which remembers by which recordings it has played them, after a reset.
    pub(super) fn close(mut self) -> Result<(f64, f64), String> {
        self.controls = Controls {
            mode: self.controls.mode,
            ..Controls::neutral()
        };
        let rate_hz = self.spec.host_rate_hz;
        let settled = (REST_S * rate_hz) as u64;
        self.rest(settled)?;
        let mut silence = Vec::new();
        if self.spec.plays == Plays::Keys {
            self.reset();
        } else {
            let Some(grid) = hop_grid_samples(rate_hz) else {
                return Ok((self.audio_s, self.awake_s));
            };
            // The swaps have been taken, so this one is; it is the last.
            self.choose(self.target);
            self.rest(settled)?;
            self.rest((grid - self.position % grid) % grid)?;
            silence.resize((settled + (grid - settled % grid) % grid) as usize, 0.0);
        }

        let target = self
            .target
            .map(|index| Arc::clone(&self.models.targets[index]));
        let made = engine(self.spec, Arc::clone(&self.models.base), target);
        let (mut fresh, _) = made.map_err(|error| error.to_string())?;
        fresh.set_controls(&self.controls);
        fresh.process(&mut [&mut silence]);

        let mut probe = vec![vec![0.0; (PROBE_S * rate_hz) as usize]; 2];
        let [left, right] = probe.as_mut_slice() else {
            return Err("no buffers".to_owned());
        };
        let events = if self.spec.plays == Plays::Keys {
            self.fingers.play(Scene::Chords, left.len())
        } else {
            self.music.fill(Scene::Chords, left, right);
            &[]
        };
        let mut expected = probe.clone();
        let length = self.random.within(1, 480);
        for (engine, channels, length) in [
            (&mut self.engine, &mut probe, length),
            (&mut fresh, &mut expected, 4_096),
        ] {
            let [left, right] = channels.as_mut_slice() else {
                return Err("no buffers".to_owned());
            };
            play(engine, [left, right], events, length);
        }
        let differs = |channel: usize| {
            let pairs = probe[channel].iter().zip(&expected[channel]);
            pairs
                .into_iter()
                .position(|(a, b)| a.to_bits() != b.to_bits())
        };
        if let Some(at) = differs(0).or(differs(1)) {
            return Err(format!(
                "a used engine ({:?}) differs from a fresh one at sample {at} after {:.1} s (target {:?}, {:?})",
                self.spec, self.audio_s, self.target, self.controls
            ));
        }
        Ok((self.audio_s + PROBE_S, self.awake_s + PROBE_S))
    }
}

/// Processes in calls of up to `length` samples, and gives the engine its events at theirs.
fn play(
    engine: &mut Engine,
    [left, right]: [&mut [f32]; 2],
    events: &[(usize, KeyEvent)],
    length: usize,
) {
    let samples = left.len();
    let (mut start, mut due) = (0, events.iter().peekable());
    while start < samples {
        while let Some((_, event)) = due.next_if(|(at, _)| *at <= start) {
            engine.take_key(event);
        }
        let next = due.peek().map_or(samples, |(at, _)| *at);
        let end = next.min(start + length).min(samples);
        engine.process(&mut [&mut left[start..end], &mut right[start..end]]);
        start = end;
    }
}

/// The rates that hosts have, and now and then any other.
fn any_rate_hz(random: &mut Random) -> f64 {
    const USUAL_HZ: [f64; 10] = [
        48_000.0, 48_000.0, 48_000.0, 44_100.0, 44_100.0, 44_100.0, 96_000.0, 88_200.0, 8_000.0,
        192_000.0,
    ];
    match random.within(0, 12) {
        usual @ 0..10 => USUAL_HZ[usual],
        10 => 47_952.047_952,
        _ => 8_000.0 + 92_000.0 * f64::from(1.0 + random.sample()),
    }
}

/// Any of the models, or none.
fn any_target(models: &Models, random: &mut Random) -> Option<usize> {
    let index = random.within(0, 2 * models.targets.len());
    (index > 0).then(|| index % models.targets.len())
}

/// After so many samples a hop begins at a whole sample; not for rates that are not whole.
fn hop_grid_samples(rate_hz: f64) -> Option<u64> {
    if rate_hz.fract() != 0.0 {
        return None;
    }
    let hop = u64::from(mynah_models::HOP_SAMPLES as u32) * rate_hz as u64;
    let hops = (1..=48_000).find(|hops: &u64| (hop * hops).is_multiple_of(48_000))?;
    Some(hop * hops / 48_000)
}
