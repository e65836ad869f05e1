//! The whole engine as a host runs it: its speed, what single callbacks cost, and silence.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use mynah_engine::{Controls, Engine, EngineSpec, KeyEvent};
use mynah_models::{Base, SAMPLE_RATE_HZ, Target};
use serde::Serialize;

/// Host blocks whose callbacks are timed one by one.
const CALLBACK_SAMPLES: [usize; 4] = [32, 64, 128, 512];
const PASSES: usize = 3;
/// Edges of the histogram's classes, as shares of a callback's time.
const SHARE_EDGES: [f64; 7] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];

/// What callbacks of one size cost.
#[derive(Serialize)]
pub(super) struct CallbackTimes {
    pub(super) block_samples: usize,
    pub(super) median_us: f64,
    pub(super) p99_us: f64,
    pub(super) max_us: f64,
    /// The 99th percentile over the time that the block lasts.
    pub(super) p99_share: f64,
    /// How many callbacks took less than 1, 2, 5, 10, 20, 50, 100 % of the block's time (and not less than the class
    /// before), and more.
    pub(super) histogram: Vec<usize>,
}

/// Without a room, which is measured by itself.
fn new_engine(base: &Arc<Base>, target: &Arc<Target>, host_rate_hz: f64) -> Result<Engine> {
    let spec = EngineSpec::alone(host_rate_hz);
    let target = Some(Arc::clone(target));
    let (mut engine, _) = mynah_engine::engine(spec, Arc::clone(base), target)?;
    engine.set_controls(&Controls::neutral());
    Ok(engine)
}

/// Speed at a host rate in blocks of 256 with so much of a room, and the latency in samples.
pub(super) fn speed(
    base: &Arc<Base>,
    target: &Arc<Target>,
    rate_hz: u32,
    room: f32,
    sound: &[f32],
) -> Result<(f64, u32)> {
    const BLOCK: usize = 256;
    let (blocks, _) = sound.as_chunks::<BLOCK>();
    let mut shortest_s = f64::MAX;
    let mut latency_samples = 0;
    for _ in 0..PASSES {
        let mut engine = new_engine(base, target, f64::from(rate_hz))?;
        engine.set_controls(&Controls {
            room,
            ..Controls::neutral()
        });
        latency_samples = engine.latency_samples();
        let started = Instant::now();
        for input in blocks {
            let mut block = *input;
            engine.process(&mut [&mut block]);
        }
        shortest_s = shortest_s.min(started.elapsed().as_secs_f64());
    }
    let seconds = (blocks.len() * BLOCK) as f64 / f64::from(rate_hz);
    Ok((seconds / shortest_s.max(1e-9), latency_samples))
}

/// Speed of the instrument at 48 kHz in blocks of 256 while so many keys are held, struck anew every second. With all that a new
/// instance begins with but the room.
pub(super) fn keys_speed(
    base: &Arc<Base>,
    target: &Arc<Target>,
    voices: usize,
    seconds: u32,
) -> Result<f64> {
    const BLOCK: usize = 256;
    /// Ascending thirds from the middle of what most targets play.
    const LOWEST_KEY: u8 = 52;
    let rate_hz = f64::from(SAMPLE_RATE_HZ);
    let mut shortest_s = f64::MAX;
    for _ in 0..PASSES {
        let spec = EngineSpec::of_keys(rate_hz);
        let target = Some(Arc::clone(target));
        let (mut engine, _) = mynah_engine::engine(spec, Arc::clone(base), target)?;
        engine.set_controls(&Controls {
            room: 0.0,
            ..Controls::default()
        });
        let started = Instant::now();
        for _ in 0..seconds {
            for voice in 0..voices {
                engine.take_key(&KeyEvent::On {
                    id: None,
                    channel: 0,
                    key: LOWEST_KEY + 4 * voice as u8,
                    velocity: 0.7,
                });
            }
            for _ in 0..SAMPLE_RATE_HZ as usize / BLOCK {
                engine.process(&mut [&mut [0.0; BLOCK]]);
            }
        }
        shortest_s = shortest_s.min(started.elapsed().as_secs_f64());
    }
    Ok(f64::from(seconds) / shortest_s.max(1e-9))
}

/// Times of single callbacks at 48 kHz in small blocks: where the load is not even, it shows here.
pub(super) fn callbacks(
    base: &Arc<Base>,
    target: &Arc<Target>,
    sound: &[f32],
) -> Result<Vec<CallbackTimes>> {
    let of_size = |block_samples: usize| -> Result<CallbackTimes> {
        let mut times_us = vec![f64::MAX; sound.len() / block_samples];
        for _ in 0..PASSES {
            let mut engine = new_engine(base, target, f64::from(SAMPLE_RATE_HZ))?;
            for (input, best_us) in sound.chunks_exact(block_samples).zip(&mut times_us) {
                let mut block = input.to_vec();
                let started = Instant::now();
                engine.process(&mut [&mut block]);
                *best_us = best_us.min(started.elapsed().as_secs_f64() * 1e6);
            }
        }
        times_us.sort_by(f64::total_cmp);
        let budget_us = block_samples as f64 * 1e6 / f64::from(SAMPLE_RATE_HZ);
        let mut histogram = vec![0; SHARE_EDGES.len() + 1];
        for us in &times_us {
            histogram[SHARE_EDGES.partition_point(|edge| *edge <= us / budget_us)] += 1;
        }
        let p99_us = super::quantile(&times_us, 0.99);
        Ok(CallbackTimes {
            block_samples,
            median_us: super::quantile(&times_us, 0.5),
            p99_us,
            max_us: super::quantile(&times_us, 1.0),
            p99_share: p99_us / budget_us,
            histogram,
        })
    };
    CALLBACK_SAMPLES.into_iter().map(of_size).collect()
}

/// Time of processing silence, after the tail, over that of processing `sound`.
pub(super) fn silence_share(base: &Arc<Base>, target: &Arc<Target>, sound: &[f32]) -> Result<f64> {
    let mut engine = new_engine(base, target, f64::from(SAMPLE_RATE_HZ))?;
    let mut seconds = |sound: &[f32]| {
        let mut shortest_s = f64::MAX;
        for _ in 0..PASSES {
            let mut block = sound.to_vec();
            let started = Instant::now();
            engine.process(&mut [&mut block]);
            shortest_s = shortest_s.min(started.elapsed().as_secs_f64());
        }
        shortest_s
    };
    let active_s = seconds(sound);
    let silence = vec![0.0; sound.len()];
    // Of its passes the first holds the tail, and the shortest counts.
    Ok(seconds(&silence) / active_s)
}
