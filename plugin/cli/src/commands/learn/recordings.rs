//! Reads recordings, piece by piece, and has them listened to.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use mynah_learn::listen::{Heard, ListenOptions, Listener};
use mynah_learn::recording::Recording;
use mynah_models::SAMPLE_RATE_HZ;

use super::status::Status;
use crate::audio::mono::each_piece;
use crate::audio::read::Reader;
use crate::commands::bounce::check_rate;
use crate::commands::bounce::inputs::{Input, expand};
use crate::progress::Bars;

/// No more is listened to: two hours.
const LONGEST_S: f64 = 7_200.0;

/// What was heard, and what there is to say of the files beside it.
pub(super) struct Told {
    pub(super) heard: Heard,
    /// Files that could not be read, a sentence each, and sound that was not listened to.
    pub(super) left_out: Vec<String>,
    /// How much was listened to, seconds.
    pub(super) seconds: f64,
}

/// Listens to all audio files of folders and to all files that are named. What a `page` shows is left alone.
///
/// # Errors
/// There are none, or no target can be made of them.
pub(super) fn listen(
    given: &[PathBuf],
    page: &Path,
    bars: &Bars,
    status: &mut Status,
) -> Result<Told> {
    let (inputs, refused) = expand(given, true, Some(page));
    let mut left_out: Vec<String> = refused.iter().map(|(_, why)| format!("{why:#}")).collect();
    if inputs.is_empty() {
        bail!("{}", left_out.join("\n"));
    }
    let files = inputs.len();
    let mut listener = Listener::new(ListenOptions::default());
    let mut seconds = 0.0;
    let progress = bars.steps("listening");
    progress.set_length(files as u64);
    for (index, input) in inputs.into_iter().enumerate() {
        if seconds >= LONGEST_S {
            let rest = files - index;
            left_out.push(format!(
                "only the first two hours are listened to: {rest} more of {files} files are left out"
            ));
            break;
        }
        let left_s = LONGEST_S - seconds;
        match take(input, left_s, &mut listener) {
            Ok(Taken { heard_s, is_cut }) => {
                seconds += heard_s;
                if is_cut && index + 1 == files {
                    left_out.push("only the first two hours are listened to".to_owned());
                }
            }
            Err(error) => left_out.push(format!("{error:#}")),
        }
        progress.inc(1);
        status.listening(index + 1, files)?;
    }
    progress.finish_and_clear();
    if seconds == 0.0 {
        bail!("{}", left_out.join("\n"));
    }
    let heard = listener.finish().map_err(|error| anyhow!(error))?;
    Ok(Told {
        heard,
        left_out,
        seconds,
    })
}

struct Taken {
    heard_s: f64,
    is_cut: bool,
}

/// Hands one file on, as mono at 48 kHz, up to `longest_s`.
fn take(mut input: Input, longest_s: f64, listener: &mut Listener) -> Result<Taken> {
    let name = input.source.path().file_name().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    let mut reader: Reader = input.source.reader()?;
    check_rate(&reader, input.source.path())?;
    let (mut heard_s, mut is_first) = (0.0, true);
    let goes_on = each_piece(&mut reader, |audio| {
        heard_s += audio.len() as f64 / f64::from(SAMPLE_RATE_HZ);
        if std::mem::take(&mut is_first) {
            let name = name.clone();
            listener.take(&Recording { name, audio });
        } else {
            listener.take_more(&audio);
        }
        heard_s < longest_s
    })?;
    reader.warn_of_losses();
    Ok(Taken {
        heard_s,
        is_cut: !goes_on,
    })
}
