//! Progress bars. They show only on a terminal; everything that matters is also printed or in the exit code.

use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Bars of the files being worked on.
pub struct Bars {
    bars: MultiProgress,
}

impl Bars {
    /// On stderr, or hidden.
    pub fn new(quiet: bool) -> Bars {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        Bars {
            bars: MultiProgress::with_draw_target(target),
        }
    }

    /// Prints without a bar in the way.
    pub(crate) fn beside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bars.suspend(print)
    }

    /// A bar for one file of `frames` frames (if known) at `rate_hz`.
    pub fn file(&self, name: &str, frames: Option<u64>, rate_hz: u32) -> FileBar {
        let (bar, template) = match frames {
            Some(frames) => (
                ProgressBar::new(frames),
                "{prefix:24!} [{bar:32}] {percent:>3} %  {msg}",
            ),
            None => (ProgressBar::no_length(), "{prefix:24!} {spinner} {msg}"),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        let bar = self.bars.add(bar);
        bar.set_prefix(name.to_string());
        FileBar {
            bar,
            rate_hz,
            done: 0,
            started: Instant::now(),
        }
    }

    /// A bar that counts steps.
    pub fn steps(&self, name: &str) -> ProgressBar {
        let bar = self.bars.add(ProgressBar::new(0));
        if let Ok(style) =
            ProgressStyle::with_template("{prefix} [{bar:32}] {pos}/{len}  {eta} left")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(name.to_string());
        bar
    }

    /// Something that goes on for nobody knows how long.
    pub fn waiting(&self, name: &str) -> ProgressBar {
        let bar = self.bars.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{prefix} {spinner} {elapsed}  {msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(name.to_string());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

/// The bar of one file, with its speed.
pub struct FileBar {
    bar: ProgressBar,
    rate_hz: u32,
    done: u64,
    started: Instant,
}

impl FileBar {
    /// `frames` more are translated.
    pub fn advance(&mut self, frames: usize) {
        self.done += frames as u64;
        self.bar.set_position(self.done);
        self.bar
            .set_message(format!("{:.1} x real time", self.speed()));
    }

    /// Seconds of sound per second of work so far.
    pub fn speed(&self) -> f64 {
        self.seconds() / self.elapsed().as_secs_f64().max(1e-9)
    }

    /// Seconds of sound so far.
    pub fn seconds(&self) -> f64 {
        self.done as f64 / f64::from(self.rate_hz)
    }

    /// Time since the file was begun.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl Drop for FileBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
