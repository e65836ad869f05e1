//! What the readers of the different containers have in common.

use std::io;

use super::loss::LossKind;

/// Most channels of a file that is read.
pub const MAX_CHANNELS: usize = 64;

/// One kind of file, read forwards.
pub(super) trait Container: Send {
    /// Sample rate in Hz, above 0.
    fn rate_hz(&self) -> u32;
    /// 1 to [`MAX_CHANNELS`].
    fn channels(&self) -> usize;
    /// Length in frames as far as the file or its size tells.
    fn frames_hint(&self) -> Option<u64>;
    /// What comes next. On [`Event::Sound`], `planes` holds it, a plane per channel, at least one frame.
    ///
    /// # Errors
    /// The file cannot be read: its disk fails. Damage is an event.
    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> io::Result<Event>;
}

/// What comes next in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// Samples.
    Sound,
    /// Something is lost, so many frames of it if that is known. After a gap what follows is that much later.
    Lost { what: LossKind, frames: Option<u64> },
    /// There is no more.
    End,
}

/// Why a file is not read.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It is something else, named with its verb: "is an Opus file".
    Foreign(String),
    /// Its kind is read, but not this one: a sentence's second part.
    Broken(String),
    /// Nobody knows what it is.
    Unknown,
    /// The disk fails.
    Io(io::Error),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        Refusal::Io(error)
    }
}

/// What opening a container gives.
pub(super) type Opened = Result<Box<dyn Container>, Refusal>;

/// Checks what a header says of the sound.
///
/// # Errors
/// No rate, no channels, or more than [`MAX_CHANNELS`].
pub(super) fn check_layout(rate_hz: u32, channels: usize) -> Result<(), Refusal> {
    if rate_hz == 0 {
        return Err(Refusal::Broken("it names no sample rate".into()));
    }
    match channels {
        0 => Err(Refusal::Broken("it has no channels".into())),
        1..=MAX_CHANNELS => Ok(()),
        _ => Err(Refusal::Broken(format!(
            "it has {channels} channels, more than {MAX_CHANNELS}"
        ))),
    }
}
