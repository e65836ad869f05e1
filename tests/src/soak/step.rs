//! The unit of the soak: two instances side by side, each made anew at another rate a few times.

use super::Models;
use super::life::Life;
use crate::alloc;
use crate::signal::Random;

/// Instances that run in turns.
const INSTANCES: usize = 2;
/// Engines that each instance has had in the end.
const LIVES: usize = 3;
/// How long an engine is played, seconds.
const LIFE_S: f64 = 20.0;

/// What a step was worth.
pub(super) struct Heard {
    pub(super) audio_s: f64,
    pub(super) awake_s: f64,
}

/// Runs one step.
pub(super) fn run(models: &Models, seed: u64, step: u64) -> Result<Heard, String> {
    let (heard, kept_bytes) = alloc::kept(|| lives(models, seed, step));
    // A fault's text is itself on the heap.
    if heard.is_ok() && kept_bytes != 0 {
        return Err(format!("{kept_bytes} bytes were not given back"));
    }
    heard
}

fn lives(models: &Models, seed: u64, step: u64) -> Result<Heard, String> {
    let mut random = Random::new(seed.wrapping_mul(0x9E37_79B9).wrapping_add(step));
    let mut heard = Heard {
        audio_s: 0.0,
        awake_s: 0.0,
    };
    let mut close = |life: Life<'_>| {
        let (audio_s, awake_s) = life.close()?;
        heard.audio_s += audio_s;
        heard.awake_s += awake_s;
        Ok::<(), String>(())
    };
    let mut instances: Vec<Life<'_>> = Vec::with_capacity(INSTANCES);
    for _ in 0..INSTANCES {
        instances.push(Life::new(models, random.bits())?);
    }
    let mut made = INSTANCES;
    while !instances.is_empty() {
        let turn = random.within(0, instances.len() - 1);
        instances[turn].scene()?;
        if instances[turn].audio_s < LIFE_S {
            continue;
        }
        if made < INSTANCES * LIVES {
            made += 1;
            // The host changes its rate: the old engine goes when the new one is there.
            let next = Life::new(models, random.bits())?;
            close(std::mem::replace(&mut instances[turn], next))?;
        } else {
            close(instances.swap_remove(turn))?;
        }
    }
    Ok(heard)
}
