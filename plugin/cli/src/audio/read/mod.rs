//! Reading audio files, block by block, as planar `f32`: WAV and its kin, AIFF, CAF, AU, FLAC, MP3, Ogg, M4A.
//!
//! The containers are taken apart here, forwards only, so that every sample is in its place whatever is damaged before
//! it: by FLAC's and Ogg's numbers, by MP3's lengths. The decoders are symphonia's, which also takes apart what needs an
//! index (M4A, CAF with compressed sound). What cannot be read is told as [`Loss`]es; it is not an error as long as
//! anything can be read.

mod aiff;
mod caf;
mod chunks;
mod codec;
mod container;
mod demuxed;
mod flac;
mod flac_frame;
mod loss;
mod mp4;
mod mp4_index;
mod mpeg;
mod ogg;
mod packets;
mod pcm;
mod recognise;
mod riff;
mod source;
mod tags;
mod w64;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

pub use container::MAX_CHANNELS;
use container::{Container, Event, Opened, Refusal};
use loss::Losses;
pub use loss::{Loss, LossKind};
use source::Source;

/// Formats named in messages when a file turns out to be none of them.
const FORMATS: &str = "WAV, AIFF, CAF, AU, FLAC, MP3, M4A or Ogg";

/// Frames of silence handed out at once.
const SILENT_FRAMES: usize = 4_096;

/// Most silence that gaps of one file become, in seconds: a damaged number must not make hours of it. Beyond that a gap
/// counts as one of unknown length.
const MAX_SILENCE_S: u64 = 600;

/// Rates above this one are not believed when silence is counted, in Hz.
const MAX_RATE_HZ: u32 = 192_000;

/// An open audio file.
pub struct Reader {
    name: String,
    container: Box<dyn Container>,
    frames_read: u64,
    losses: Losses,
    /// Frames of a gap still to be handed out.
    silent_frames: u64,
    /// Frames that gaps may still become.
    silence_left: u64,
    /// The block handed out last, or (`ahead`) the one decoded by `open` to see that there is any.
    planes: Vec<Vec<f32>>,
    ahead: bool,
}

impl Reader {
    /// Opens `path` and decodes its first block.
    ///
    /// # Errors
    /// The file cannot be opened, is none of the known formats, holds no sound at all, or has more than
    /// [`MAX_CHANNELS`] channels.
    pub fn open(path: &Path) -> Result<Reader> {
        let name = path.display().to_string();
        if path.is_dir() {
            bail!("'{name}' is a folder, not an audio file");
        }
        let file = File::open(path).with_context(|| format!("cannot open '{name}'"))?;
        Reader::of_file(file, name)
    }

    /// Reads `file` from its beginning; it stands there. Messages call it `name`.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub(crate) fn of_file(file: File, name: String) -> Result<Reader> {
        Reader::of_source(Source::of_file(file), name)
    }

    /// Reads `stream`, which is only ever read forwards (the standard input, a pipe), and decodes its first block.
    /// Messages call it `name`, between quotation marks. M4A and compressed CAF need an index that may stand at their
    /// end: they are copied to a temporary file first, others are read as they come.
    ///
    /// # Errors
    /// As [`Reader::open`]; the stream cannot be read.
    pub fn open_stream(stream: Box<dyn Read + Send>, name: &str) -> Result<Reader> {
        Reader::of_source(Source::of_stream(stream), name.to_owned())
    }

    fn of_source(mut source: Source, name: String) -> Result<Reader> {
        let is_empty = source
            .peek(1)
            .with_context(|| format!("cannot read '{name}'"))?
            .is_empty();
        if is_empty {
            bail!("'{name}' is empty");
        }
        let container = opened(recognise::open(source), &name)?;
        let mut reader = Reader {
            silence_left: MAX_SILENCE_S * u64::from(container.rate_hz().min(MAX_RATE_HZ)),
            container,
            frames_read: 0,
            losses: Losses::default(),
            silent_frames: 0,
            planes: Vec::new(),
            ahead: false,
            name,
        };
        if !reader.read_block()? {
            match reader.losses().first() {
                None => bail!("'{}' is empty: it holds no sound", reader.name),
                Some(_) => bail!("'{}' is damaged: nothing in it can be read", reader.name),
            }
        }
        reader.ahead = true;
        Ok(reader)
    }

    /// Sample rate of the file in Hz.
    pub fn rate_hz(&self) -> u32 {
        self.container.rate_hz()
    }

    /// 1 to [`MAX_CHANNELS`].
    pub fn channels(&self) -> usize {
        self.container.channels()
    }

    /// Length in frames if the file says so (for the progress bar only: the header may be wrong).
    pub fn frames_hint(&self) -> Option<u64> {
        self.container.frames_hint()
    }

    /// What was lost of the sound read so far; complete once [`Reader::next_block`] has returned `None`.
    pub fn losses(&self) -> &[Loss] {
        self.losses.as_slice()
    }

    /// Tells the losses so far on the standard error, a line for each.
    pub fn warn_of_losses(&self) {
        for loss in self.losses() {
            eprintln!("warning: '{}' {loss}", self.name);
        }
    }

    /// The next block, one plane per channel; `None` at the end. Where something is lost in the middle and the file
    /// tells how much, it is silent.
    ///
    /// # Errors
    /// The file cannot be read any further: its disk fails.
    pub fn next_block(&mut self) -> Result<Option<&[Vec<f32>]>> {
        if !std::mem::take(&mut self.ahead) && !self.read_block()? {
            return Ok(None);
        }
        Ok(Some(&self.planes))
    }

    /// What follows as mono (the mean of the channels): up to `longest` frames, or all there is.
    ///
    /// # Errors
    /// As [`Reader::next_block`].
    pub fn read_mono(&mut self, longest: usize) -> Result<Vec<f32>> {
        let mut mono = Vec::new();
        while mono.len() < longest
            && let Some(planes) = self.next_block()?
        {
            let gain = 1.0 / planes.len() as f32;
            let frames = planes.first().map_or(0, Vec::len);
            mono.extend((0..frames).map(|i| planes.iter().map(|p| p[i]).sum::<f32>() * gain));
        }
        mono.truncate(longest);
        Ok(mono)
    }

    /// Gets the next block, of sound or of silence; false at the end of the file.
    fn read_block(&mut self) -> Result<bool> {
        loop {
            if self.silent_frames > 0 {
                let frames = self.silent_frames.min(SILENT_FRAMES as u64);
                self.silent_frames -= frames;
                self.frames_read += frames;
                self.planes.resize(self.container.channels(), Vec::new());
                for plane in &mut self.planes {
                    plane.clear();
                    plane.resize(frames as usize, 0.0);
                }
                return Ok(true);
            }
            let event = self
                .container
                .next(&mut self.planes)
                .with_context(|| format!("cannot read '{}' any further", self.name))?;
            match event {
                Event::Sound => {
                    self.frames_read += self.planes.first().map_or(0, |p| p.len() as u64);
                    return Ok(true);
                }
                Event::Lost { what, frames } => self.lose(what, frames),
                Event::End => return Ok(false),
            }
        }
    }

    fn lose(&mut self, what: LossKind, frames: Option<u64>) {
        let rate_hz = f64::from(self.container.rate_hz());
        let frames = match (what, frames) {
            (LossKind::Gap, Some(frames)) if frames > self.silence_left => None,
            (LossKind::Gap, Some(frames)) => {
                self.silence_left -= frames;
                self.silent_frames = frames;
                Some(frames)
            }
            (_, frames) => frames,
        };
        self.losses.add(Loss {
            at_s: self.frames_read as f64 / rate_hz,
            length_s: frames.map(|frames| frames as f64 / rate_hz),
            what,
        });
    }
}

/// The container, or why there is none in a sentence about the file `name`.
fn opened(opened: Opened, name: &str) -> Result<Box<dyn Container>> {
    opened.map_err(|refusal| match refusal {
        Refusal::Foreign(what) => {
            anyhow!("'{name}' {what}, which Mynah does not read: convert it to WAV or FLAC first")
        }
        Refusal::Broken(why) => anyhow!("'{name}' cannot be read: {why}"),
        Refusal::Unknown => {
            anyhow!("'{name}' is not an audio file that can be read ({FORMATS})")
        }
        Refusal::Io(error) => anyhow!(error).context(format!("cannot read '{name}'")),
    })
}
