//! What a damaged file has lost, as it is told to people and to programs.

use std::fmt;

use serde::Serialize;

/// Losses told one by one; what else a file has lost is told as one sum.
const MOST: usize = 20;

/// A part of a file's sound that could not be read. Its [`Display`](fmt::Display) is a sentence that follows the file's
/// name: "'x.flac' is cut short after 3.25 s: ...".
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Loss {
    /// Where in the sound, as it is handed out: seconds from its beginning.
    pub at_s: f64,
    /// How much is lost, in seconds of sound; `None` where the file does not tell.
    pub length_s: Option<f64>,
    /// What happened.
    pub what: LossKind,
}

/// What happened where sound was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    /// The file ends before its sound does.
    CutShort,
    /// Something in the middle is missing or cannot be made sense of. Where its length is known it is silent, so that
    /// what follows is in time.
    Gap,
    /// From here on the file has another rate or number of channels: nothing more is read.
    Changed,
    /// Bytes behind the sound are neither sound nor anything known.
    Unread,
    /// More places than are told one by one, the first of them here; the length is that of all of them together.
    More,
}

/// A length for people: in milliseconds if it is short.
struct Length(f64);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            s if s >= 0.1 => write!(f, "{s:.2} s"),
            s => write!(f, "{:.2} ms", s * 1_000.0),
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Loss {
            at_s,
            length_s,
            what,
        } = self;
        match (what, length_s) {
            (LossKind::CutShort, Some(s)) if *s > 0.0 => {
                write!(
                    f,
                    "is cut short after {at_s:.2} s: {} are missing",
                    Length(*s)
                )
            }
            (LossKind::CutShort, Some(_)) => {
                write!(f, "is cut short after {at_s:.2} s, but no sound is missing")
            }
            (LossKind::CutShort, None) => write!(
                f,
                "is cut short after {at_s:.2} s: how much is missing is not known"
            ),
            (LossKind::Gap, Some(s)) => write!(
                f,
                "is damaged at {at_s:.2} s: {} are lost and silent here",
                Length(*s)
            ),
            (LossKind::Gap, None) => write!(
                f,
                "is damaged at {at_s:.2} s: how much is lost is not known, what follows may come too early"
            ),
            (LossKind::Changed, _) => write!(
                f,
                "changes its sample rate or number of channels after {at_s:.2} s: what follows is not read"
            ),
            (LossKind::Unread, _) => write!(
                f,
                "holds something behind its sound, after {at_s:.2} s, that is not read: a part of the sound may be missing"
            ),
            (LossKind::More, Some(s)) => write!(
                f,
                "is damaged in more places from {at_s:.2} s on: {} in all are lost there",
                Length(*s)
            ),
            (LossKind::More, None) => {
                write!(f, "is damaged in more places from {at_s:.2} s on")
            }
        }
    }
}

/// The losses of one file in the order of time, as many as anyone wants to read.
#[derive(Debug, Default)]
pub(super) struct Losses(Vec<Loss>);

impl Losses {
    /// Adds one; a gap right behind another makes that one longer.
    pub(super) fn add(&mut self, loss: Loss) {
        let joined = |a: Option<f64>, b: Option<f64>| Some(a? + b?);
        let is_full = self.0.len() >= MOST && (loss.what == LossKind::Gap || self.0.len() > MOST);
        if let Some(last) = self.0.last_mut() {
            let follows = (last.at_s + last.length_s.unwrap_or(0.0) - loss.at_s).abs() < 1e-6;
            let both_gaps = last.what == LossKind::Gap && loss.what == LossKind::Gap;
            if (both_gaps && follows) || (is_full && last.what == LossKind::More) {
                last.length_s = joined(last.length_s, loss.length_s);
                return;
            }
        }
        let what = if is_full { LossKind::More } else { loss.what };
        self.0.push(Loss { what, ..loss });
    }

    pub(super) fn as_slice(&self) -> &[Loss] {
        &self.0
    }
}
