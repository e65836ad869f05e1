//! One engine from its making to its end, as a host that cannot make up its mind would use it.

use std::sync::Arc;

use mynah_engine::{Control, Controls, Engine, EngineSpec, Mode, Quality, engine};

use super::Models;
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

/// An engine, what is played to it, and who watches.
pub(super) struct Life<'a> {
    models: &'a Models,
    random: Random,
    rate_hz: f64,
    /// [`EngineSpec::instance`].
    instance: usize,
    engine: Engine,
    latency_samples: u32,
    controls: Controls,
    /// The target that was asked for last.
    target: Option<usize>,
    music: Music,
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
        let instance = random.within(0, 15);
        let spec = EngineSpec {
            instance,
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
            rate_hz,
            instance,
            engine,
            latency_samples,
            controls: Controls::neutral(),
            target,
            music: Music::new(random.bits(), rate_hz),
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
        let mut rest = (seconds * self.rate_hz) as usize;
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
            if f64::from(self.random.sample().abs()) < 3.0 * length as f64 / self.rate_hz {
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
                let control = Control::ALL[random.within(0, Control::COUNT - 1)];
                let info = control.info();
                controls.set(control, info.min + unit * (info.max - info.min));
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
                rate_hz,
                controls,
                target,
                position,
                ..
            } = self;
            format!(
                "{what} (at {rate_hz} Hz, {scene:?}, {length} samples up to {position}, \
                 target {target:?}, {controls:?})"
            )
        })
    }

    fn process(&mut self, scene: Scene, length: usize) -> Result<(), String> {
        let [left, right, input_left, input_right] = self.buffers.as_mut_slice() else {
            return Err("no buffers".to_owned());
        };
        let [left, right] = [left, right].map(|buffer| &mut buffer[..length]);
        self.music.fill(scene, left, right);
        input_left[..length].copy_from_slice(left);
        input_right[..length].copy_from_slice(right);
        let (asleep, allocations) = alloc::count(|| {
            self.engine.set_controls(&self.controls);
            self.engine.process(&mut [&mut *left, &mut *right]);
            self.engine.meters().asleep
        });
        let seconds = length as f64 / self.rate_hz;
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
        let input = [&input_left[..length], &input_right[..length]];
        self.watch.check(&self.controls, input, [left, right])
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

    /// After silence, at a moment at which both count their hops alike, the used engine plays what a fresh one
    /// plays, to the bit: nothing of the past is left, and neither its clock nor its latency has drifted.
    pub(super) fn close(mut self) -> Result<(f64, f64), String> {
        self.controls = Controls {
            mode: self.controls.mode,
            ..Controls::neutral()
        };
        self.rest((REST_S * self.rate_hz) as u64)?;
        let Some(grid) = hop_grid_samples(self.rate_hz) else {
            return Ok((self.audio_s, self.awake_s));
        };
        // The swaps have been taken, so this one is; it is the last.
        self.choose(self.target);
        self.rest((REST_S * self.rate_hz) as u64)?;
        self.rest((grid - self.position % grid) % grid)?;

        let spec = EngineSpec {
            instance: self.instance,
            ..EngineSpec::alone(self.rate_hz)
        };
        let target = self
            .target
            .map(|index| Arc::clone(&self.models.targets[index]));
        let made = engine(spec, Arc::clone(&self.models.base), target);
        let (mut fresh, _) = made.map_err(|error| error.to_string())?;
        fresh.set_controls(&self.controls);
        let settled = (REST_S * self.rate_hz) as u64;
        let mut silence = vec![0.0; (settled + (grid - settled % grid) % grid) as usize];
        fresh.process(&mut [&mut silence]);

        let mut probe = vec![vec![0.0; (PROBE_S * self.rate_hz) as usize]; 2];
        let [left, right] = probe.as_mut_slice() else {
            return Err("no buffers".to_owned());
        };
        self.music.fill(Scene::Chords, left, right);
        let mut expected = probe.clone();
        play(&mut self.engine, &mut probe, 480);
        play(&mut fresh, &mut expected, 4_096);
        let differs = |channel: usize| {
            let pairs = probe[channel].iter().zip(&expected[channel]);
            pairs
                .into_iter()
                .position(|(a, b)| a.to_bits() != b.to_bits())
        };
        if let Some(at) = differs(0).or(differs(1)) {
            return Err(format!(
                "at {} Hz a used engine differs from a fresh one at sample {at} after {:.1} s (target {:?}, {:?})",
                self.rate_hz, self.audio_s, self.target, self.controls
            ));
        }
        Ok((self.audio_s + PROBE_S, self.awake_s + PROBE_S))
    }
}

fn play(engine: &mut Engine, channels: &mut [Vec<f32>], length: usize) {
    let [left, right] = channels else { return };
    for (left, right) in left.chunks_mut(length).zip(right.chunks_mut(length)) {
        engine.process(&mut [left, right]);
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
