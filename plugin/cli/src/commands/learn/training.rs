//! Learning until nothing is gained any more, the time is over, or somebody wants it to end.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mynah_engine::{Existing, write_whole};
use mynah_learn::adapt::{Adaptation, Ended, Learning, Options, Phrase, Trunk};
use mynah_learn::making::Instrument;

use super::Output;
use super::report::Training;
use super::status::{Learnt, Status};
use crate::interrupt;
use crate::progress::Bars;

/// What was learnt is written at least this often.
const WRITE_EVERY: Duration = Duration::from_secs(20);
/// A larger state is none of ours.
const MAX_STATE_BYTES: u64 = 64 << 20;

/// What is learnt from, and how long.
pub(super) struct Setting<'a> {
    pub(super) trunk: &'a Trunk,
    pub(super) learnt: &'a [Phrase],
    pub(super) held_out: &'a [Phrase],
    pub(super) seed: u64,
    pub(super) resume: bool,
    pub(super) time: Duration,
}

/// Who is told how far it is.
pub(super) struct Told<'a> {
    pub(super) bars: &'a Bars,
    pub(super) status: &'a mut Status,
    pub(super) training: &'a mut Training,
}

/// Before the first step from `start` on, or where an earlier run has left off.
///
/// # Errors
/// What it has left does not belong to these recordings.
pub(super) fn begin<'p>(
    setting: &Setting<'p>,
    start: &Adaptation,
    state_path: &Path,
) -> Result<Learning<'p>> {
    let options = Options {
        seed: setting.seed,
        ..Options::default()
    };
    let (trunk, learnt, held_out) = (setting.trunk, setting.learnt, setting.held_out);
    match saved(setting, state_path)? {
        Some(state) => Learning::resume(trunk, learnt, held_out, &state, options)
            .with_context(|| format!("cannot go on from '{}'", state_path.display())),
        None => Ok(Learning::new(trunk, learnt, held_out, start, options)?),
    }
}

/// Learns for so long at most and keeps the best so far in the target's file, where it can be played meanwhile. Told to end, it
/// writes what it has and says so.
pub(super) fn train(
    mut learning: Learning,
    time: Duration,
    output: &Output,
    instrument: &Instrument,
    told: &mut Told,
) -> Result<()> {
    let Told {
        bars,
        status,
        training,
    } = told;
    let state_path = output.state_path();
    let stop = interrupt::at_leisure();
    let bar = bars.waiting("learning");
    let began = Instant::now();
    let mut written = learning.best_held_out();
    let ended = loop {
        let left = time.saturating_sub(began.elapsed());
        let ended = learning.run(Some(left.min(WRITE_EVERY)), stop, |now| {
            let learnt = Learnt {
                step: now.step,
                held_out_first: training.held_out_first,
                held_out: now.best,
                seconds: began.elapsed().as_secs_f64(),
                most_seconds: time.as_secs_f64(),
            };
            status.learning(&learnt, stop);
            bar.set_message(format!(
                "step {}, held-out distance {:.3} (first {:.3}), {} min at most",
                now.step,
                now.best,
                training.held_out_first,
                left.as_secs() / 60 + 1
            ));
        });
        let is_over = ended != Ended::OutOfTime || began.elapsed() >= time;
        if learning.best_held_out() < written {
            output.write(instrument, learning.best())?;
            written = learning.best_held_out();
        }
        if is_over {
            break ended;
        }
        keep(&state_path, &learning.saved())?;
    };
    bar.finish_and_clear();
    if ended == Ended::Settled {
        // It may not be there: then there is nothing to remove.
        let _ = std::fs::remove_file(&state_path);
    } else {
        keep(&state_path, &learning.saved())?;
    }
    training.held_out_last = written;
    training.steps = learning.steps();
    training.ended = match ended {
        Ended::Settled => "settled",
        Ended::Stopped => "stopped",
        Ended::OutOfTime => "out of time",
    };
    Ok(())
}

fn saved(setting: &Setting, path: &Path) -> Result<Option<Vec<u8>>> {
    if !setting.resume || !path.exists() {
        return Ok(None);
    }
    let state = mynah_engine::read_whole(path, MAX_STATE_BYTES);
    let state = state.with_context(|| format!("cannot read '{}'", path.display()))?;
    Ok(Some(state))
}

fn keep(path: &Path, state: &[u8]) -> Result<()> {
    write_whole(path, state, Existing::Replace)
        .with_context(|| format!("cannot write '{}'", path.display()))
}
