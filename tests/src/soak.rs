//! Hours of audio through the engine, faster than real time: several instances at several rates, random
//! music and silence, or keys, for every third of them, parameters and targets that change, blocks of changing lengths, resets.
//!
//! The work is cut into steps of about two minutes of audio. A step follows from the seed and its own number
//! alone, so that a fault is repeated by running that one step again.

mod fingers;
mod life;
mod music;
mod step;
pub mod watch;

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result};
use mynah_engine::{Engine, EngineSpec, Library};
use mynah_models::{Base, Target};

/// What a process may grow by, between the first steps and the last, MiB: beyond it something is kept.
const GROWTH_LIMIT_MIB: f64 = 64.0;

/// The models that sound: the shipped ones.
pub struct Models {
    base: Arc<Base>,
    targets: Vec<Arc<Target>>,
    /// What all engines share, and is none of theirs.
    _playing: Arc<Mutex<Engine>>,
}

impl Models {
    /// Decodes all shipped models.
    ///
    /// # Errors
    /// If this build has none, or one of them cannot be used.
    pub fn shipped() -> Result<Self> {
        let library = Library::shipped();
        let base = library.base()?;
        let targets = library.entries().iter().map(|entry| {
            let loaded = library.load(&entry.into());
            loaded.with_context(|| entry.info.name.clone())
        });
        let targets: Vec<Arc<Target>> = targets.collect::<Result<_>>()?;
        let first = targets.first().cloned();
        let (playing, _) = mynah_engine::engine(EngineSpec::alone(48_000.0), base.clone(), first)?;
        Ok(Self {
            base,
            targets,
            _playing: Arc::new(Mutex::new(playing)),
        })
    }
}

/// How much to run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Everything follows from it.
    pub seed: u64,
    /// Seconds of audio, at least.
    pub audio_s: f64,
    /// The first step.
    pub first_step: u64,
    /// Steps that run at the same time.
    pub threads: usize,
}

/// Something went wrong.
#[derive(Clone, Debug)]
pub struct Fault {
    /// [`Plan::seed`].
    pub seed: u64,
    /// The step that shows it.
    pub step: u64,
    /// What was found.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, step, what } = self;
        write!(
            f,
            "step {step} of seed {seed}: {what}\nAgain: cargo xtask soak --seed {seed} --step {step}"
        )
    }
}

/// What has been run.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Seconds of audio.
    pub audio_s: f64,
    /// Of these, seconds in which the networks ran: the rest was silence.
    pub awake_s: f64,
    /// Seconds that it took.
    pub wall_s: f64,
    /// Steps.
    pub steps: u64,
    /// Memory of the process after each thread's first step, and at the end, MiB; where it can be known.
    pub memory_mib: Option<(f64, f64)>,
    /// What went wrong.
    pub faults: Vec<Fault>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.2} hours of audio ({:.2} of them not silent) in {} steps, {:.1} min: {:.1} x real time. ",
            self.audio_s / 3_600.0,
            self.awake_s / 3_600.0,
            self.steps,
            self.wall_s / 60.0,
            self.audio_s / self.wall_s.max(1e-9),
        )?;
        if let Some((first, last)) = self.memory_mib {
            write!(f, "Memory {first:.1} MiB, then {last:.1} MiB. ")?;
        }
        write!(f, "Faults: {}", self.faults.len())
    }
}

/// Runs steps until the plan is fulfilled or something goes wrong; `report` hears of every step.
pub fn run(models: &Models, plan: &Plan, report: impl Fn(&Summary) + Sync) -> Summary {
    let started = Instant::now();
    let next = AtomicU64::new(plan.first_step);
    let stop = AtomicBool::new(false);
    let summary = Mutex::new(Summary::default());
    std::thread::scope(|scope| {
        for _ in 0..plan.threads.max(1) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let step = next.fetch_add(1, Ordering::Relaxed);
                    let outcome = guarded(models, plan.seed, step);
                    let mut summary = summary.lock().unwrap_or_else(PoisonError::into_inner);
                    summary.steps += 1;
                    match outcome {
                        Ok(heard) => {
                            summary.audio_s += heard.audio_s;
                            summary.awake_s += heard.awake_s;
                        }
                        Err(what) => summary.faults.push(Fault {
                            seed: plan.seed,
                            step,
                            what,
                        }),
                    }
                    summary.wall_s = started.elapsed().as_secs_f64();
                    let first_steps = summary.steps <= 2 * plan.threads as u64;
                    note_memory(&mut summary, first_steps, plan.seed, step);
                    if summary.audio_s >= plan.audio_s || !summary.faults.is_empty() {
                        stop.store(true, Ordering::Relaxed);
                    }
                    report(&summary);
                }
            });
        }
    });
    summary.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// One step; a panic in it is a fault like any other.
fn guarded(models: &Models, seed: u64, step: u64) -> Result<step::Heard, String> {
    let run = AssertUnwindSafe(|| step::run(models, seed, step));
    std::panic::catch_unwind(run).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("panicked: {}", text.unwrap_or_default()))
    })
}

fn note_memory(summary: &mut Summary, first_steps: bool, seed: u64, step: u64) {
    let Some(now) = resident_mib() else { return };
    let first = match summary.memory_mib {
        Some((first, _)) if !first_steps => first,
        _ => now,
    };
    summary.memory_mib = Some((first, now));
    if now > first + GROWTH_LIMIT_MIB {
        let what = format!("the process has grown from {first:.1} to {now:.1} MiB");
        summary.faults.push(Fault { seed, step, what });
    }
}

/// Memory that the process occupies; only Linux tells.
fn resident_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1_024.0)
}
