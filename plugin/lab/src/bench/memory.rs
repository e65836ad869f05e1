//! What an engine asks of the memory: nothing on the audio thread, and how much a further instance takes.

use std::sync::Arc;

use anyhow::Result;
use mynah_engine::{Controls, Engine, EngineSpec, Plays};
use mynah_models::{Base, Mode, SAMPLE_RATE_HZ, Target};

use super::allocator::{bytes_of, count_during};

/// Bytes that one more engine which plays this allocates, its base and target being there, and one like it.
pub(super) fn bytes_per_instance(
    base: &Arc<Base>,
    target: &Arc<Target>,
    plays: Plays,
) -> Result<u64> {
    let spec = EngineSpec {
        plays,
        ..EngineSpec::alone(44_100.0)
    };
    let first = mynah_engine::engine(spec, Arc::clone(base), Some(Arc::clone(target)))?;
    let make = || mynah_engine::engine(spec, Arc::clone(base), Some(Arc::clone(target)));
    let (bytes, engine) = bytes_of(make);
    drop(first);
    Ok(engine.map(|_| bytes + size_of::<Engine>() as u64)?)
}

/// Allocations (and frees) of `process` and `set_controls` in three modes, at two rates, in stereo, at odd block sizes,
/// with controls changing and targets being swapped all the time.
pub(super) fn of_the_audio_path(
    base: &Arc<Base>,
    target: &Arc<Target>,
    sound: &[f32],
) -> Result<u64> {
    const LARGEST: usize = 1_024;
    let mut total = 0;
    for rate_hz in [48_000.0, 44_100.0] {
        let spec = EngineSpec::alone(rate_hz);
        let (mut engine, _) =
            mynah_engine::engine(spec, Arc::clone(base), Some(Arc::clone(target)))?;
        let (mut left, mut right) = ([0.0f32; LARGEST], [0.0f32; LARGEST]);
        let mut rest = &sound[..sound.len().min(5 * SAMPLE_RATE_HZ as usize)];
        let mut round = 0usize;
        while !rest.is_empty() {
            let size = (1 + (round * 389) % LARGEST).min(rest.len());
            let (input, later) = rest.split_at(size);
            rest = later;
            left[..size].copy_from_slice(input);
            right[..size].copy_from_slice(input);
            let controls = Controls {
                mode: [Mode::Track, Mode::Follow, Mode::Chords][round / 8 % 3],
                octave: round as i32 % 5 - 2,
                mix: (round % 7) as f32 / 6.0,
                drive: (round % 3) as f32 / 2.0,
                room: (round % 6) as f32 / 5.0,
                room_size: (round % 9) as f32 / 8.0,
                output_gain_db: (round % 4) as f32 - 2.0,
                ..Controls::neutral()
            };
            if round % 24 == 12 {
                let next = (round % 48 == 12).then(|| Arc::clone(target));
                engine.set_targets(next)?;
            }
            let (count, ()) = count_during(|| {
                engine.set_controls(&controls);
                engine.process(&mut [&mut left[..size], &mut right[..size]]);
            });
            total += count;
            round += 1;
        }
    }
    Ok(total)
}
