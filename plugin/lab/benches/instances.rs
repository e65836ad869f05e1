//! Ten instances on one thread, four targets each, at 48 kHz in blocks of 64 samples: 1,333 us of sound.
//!
//! A frame is four blocks, and most of its work falls into one of them. What is given is the mean time of the slowest of the
//! four, which is what must be done in time: "together" as if all had their frames at once, "in turns" as they do; and "mean", of
//! all four, which no spreading of the work can go below.
#![allow(missing_docs, clippy::unwrap_used)]

use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use mynah_engine::{Controls, Corners, Engine, EngineSpec, Library, engine};

const INSTANCES: usize = 10;
const BLOCK_SAMPLES: usize = 64;
/// Of a frame.
const BLOCKS: usize = 4;
/// 0.27 s of sound.
const FRAMES: usize = 50;

fn instances(in_turns: bool) -> Vec<Engine> {
    let library = Library::shipped();
    let base = library.base().unwrap();
    let entries = library.entries();
    let corners = Corners(std::array::from_fn(|n| {
        Some(library.load(&(&entries[n]).into()).unwrap())
    }));
    let controls = Controls {
        morph_x: 0.5,
        morph_y: 0.5,
        ..Controls::default()
    };
    let all = (0..INSTANCES).map(|number| {
        let spec = EngineSpec {
            instance: if in_turns { number } else { 0 },
            ..EngineSpec::alone(48_000.0)
        };
        let (mut engine, _) = engine(spec, base.clone(), corners.clone()).unwrap();
        engine.set_controls(&controls);
        engine
    });
    all.collect()
}

/// A sawtooth with a little noise, another pitch for each instance.
struct Saw {
    phase: f32,
    step: f32,
    noise: u32,
}

impl Saw {
    fn next(&mut self) -> f32 {
        self.phase = (self.phase + self.step).fract();
        self.noise = self
            .noise
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        0.3 * (self.phase - 0.5) + 1e-3 * (self.noise as f32 / u32::MAX as f32 - 0.5)
    }
}

type OfFour = fn([Duration; BLOCKS]) -> Duration;

fn slowest(times: [Duration; BLOCKS]) -> Duration {
    times.into_iter().max().unwrap()
}

fn mean(times: [Duration; BLOCKS]) -> Duration {
    times.into_iter().sum::<Duration>() / BLOCKS as u32
}

fn ten_instances(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ten instances, slowest block of a frame (1,333 us)");
    group.sample_size(20);
    for (name, in_turns, of_four) in [
        ("together", false, slowest as OfFour),
        ("in turns", true, slowest),
        ("mean", true, mean),
    ] {
        let mut engines = instances(in_turns);
        let mut sources: Vec<Saw> = (0..INSTANCES)
            .map(|n| Saw {
                phase: 0.0,
                step: (110.0 + 37.0 * n as f32) / 48_000.0,
                noise: n as u32,
            })
            .collect();
        let mut frame = || {
            let mut times = [Duration::ZERO; BLOCKS];
            for time in &mut times {
                let mut blocks: Vec<[f32; BLOCK_SAMPLES]> = sources
                    .iter_mut()
                    .map(|source| std::array::from_fn(|_| source.next()))
                    .collect();
                let started = Instant::now();
                for (engine, block) in engines.iter_mut().zip(&mut blocks) {
                    engine.process(&mut [block]);
                }
                *time = started.elapsed();
            }
            times
        };
        (0..200).for_each(|_| _ = frame());
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|iterations| {
                let frames = |_| {
                    let mut sums = [Duration::ZERO; BLOCKS];
                    for _ in 0..FRAMES {
                        for (sum, time) in sums.iter_mut().zip(frame()) {
                            *sum += time;
                        }
                    }
                    of_four(sums) / FRAMES as u32
                };
                (0..iterations).map(frames).sum()
            });
        });
    }
}

criterion_group!(benches, ten_instances);
criterion_main!(benches);
