//! Reading WAV, AIFF, FLAC, MP3 and Ogg Vorbis, one packet at a time, as planar `f32`.

mod loss;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use loss::Losses;
pub use loss::{Loss, LossKind};

/// Formats named in messages when a file turns out to be none of them.
const FORMATS: &str = "WAV, AIFF, FLAC, MP3 or Ogg Vorbis";

/// An open audio file.
pub struct Reader {
    name: String,
    losses: Losses,
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track_id: u32,
    rate_hz: u32,
    channels: usize,
    frames_hint: Option<u64>,
    frames_read: u64,
    /// The block handed out last, or (`ahead`) the one decoded by `open` to learn the layout.
    planes: Vec<Vec<f32>>,
    ahead: bool,
}

impl Reader {
    /// Opens `path` and decodes its first block.
    ///
    /// # Errors
    /// The file cannot be opened, is none of the known formats, holds no sound at all, or has more than two channels.
    pub fn open(path: &Path) -> Result<Reader> {
        let name = path.display().to_string();
        if path.is_dir() {
            bail!("'{name}' is a folder, not an audio file");
        }
        let file = File::open(path).with_context(|| format!("cannot open '{name}'"))?;
        if file.metadata().is_ok_and(|m| m.is_file() && m.len() == 0) {
            bail!("'{name}' is empty");
        }
        Reader::of_file(file, name)
    }

    /// Reads `source`, which is only ever read forwards (the standard input, a pipe), and decodes its first block.
    /// Messages call it `name`, between quotation marks.
    ///
    /// # Errors
    /// As [`Reader::open`]; the source cannot be read.
    pub fn open_stream(mut source: Box<dyn Read + Send>, name: &str) -> Result<Reader> {
        let failed = || format!("cannot read '{name}'");
        let mut file = tempfile::tempfile().with_context(failed)?;
        let bytes = std::io::copy(&mut source, &mut file).with_context(failed)?;
        if bytes == 0 {
            bail!("'{name}' is empty");
        }
        file.seek(SeekFrom::Start(0)).with_context(failed)?;
        Reader::of_file(file, name.to_owned())
    }

    pub(crate) fn of_file(file: File, shown: String) -> Result<Reader> {
        let not_audio = |why: String| {
            anyhow!("'{shown}' is not an audio file that can be read ({FORMATS}): {why}")
        };
        let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
        let hint = Hint::new();
        let format = symphonia::default::get_probe()
            .probe(
                &hint,
                stream,
                FormatOptions::default(),
                MetadataOptions::default(),
            )
            .map_err(|e| not_audio(describe(&e)))?;
        let track = format
            .default_track(TrackType::Audio)
            .ok_or_else(|| not_audio("it has no audio track".into()))?;
        let parameters = track
            .codec_params
            .as_ref()
            .and_then(|p| p.audio())
            .ok_or_else(|| not_audio("its coding is unknown".into()))?;
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())
            .map_err(|e| not_audio(describe(&e)))?;
        let padding = u64::from(track.delay.unwrap_or(0)) + u64::from(track.padding.unwrap_or(0));
        let mut reader = Reader {
            name: shown.clone(),
            losses: Losses::default(),
            track_id: track.id,
            frames_hint: track
                .num_frames
                .map(|n| n.saturating_sub(padding))
                .filter(|n| *n > 0),
            format,
            decoder,
            rate_hz: 0,
            channels: 0,
            frames_read: 0,
            planes: Vec::new(),
            ahead: false,
        };
        if !reader.decode_block()? {
            bail!("'{shown}' is empty: it holds no sound");
        }
        reader.ahead = true;
        if reader.channels == 0 || reader.channels > 2 {
            bail!(
                "'{shown}' has {} channels: only mono and stereo files are read",
                reader.channels
            );
        }
        Ok(reader)
    }

    /// Sample rate of the file in Hz.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// 1 or 2.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Length in frames if the file says so (for the progress bar only: the header may be wrong).
    pub fn frames_hint(&self) -> Option<u64> {
        self.frames_hint
    }

    /// What was lost of the sound read so far; complete once [`Reader::next_block`] has returned `None`.
    pub fn losses(&self) -> &[Loss] {
        self.losses.as_slice()
    }

    /// The next block, one plane per channel; `None` at the end.
    ///
    /// # Errors
    /// The data is damaged, or changes its rate or channel count on the way.
    pub fn next_block(&mut self) -> Result<Option<&[Vec<f32>]>> {
        if !std::mem::take(&mut self.ahead) && !self.decode_block()? {
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

    /// Decodes packets until one holds sound; false at the end of the file.
    fn decode_block(&mut self) -> Result<bool> {
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return self.end_of_file(),
                // Some containers end this way when the last packet is cut off: what was read is kept, as players do.
                Err(SymphoniaError::IoError(e))
                    if e.kind() == std::io::ErrorKind::UnexpectedEof && self.frames_read > 0 =>
                {
                    return Ok(false);
                }
                Err(e) => return Err(self.damaged(&e)),
            };
            if packet.track_id != self.track_id {
                continue;
            }
            let buffer = match self.decoder.decode(&packet) {
                Ok(buffer) => buffer,
                Err(e) => return Err(self.damaged(&e)),
            };
            if buffer.frames() == 0 {
                continue;
            }
            let (rate_hz, channels) = (buffer.spec().rate(), buffer.num_planes());
            buffer.copy_to_vecs_planar(&mut self.planes);
            if self.frames_read > 0 && (rate_hz, channels) != (self.rate_hz, self.channels) {
                bail!(
                    "'{}' changes from {} Hz, {} channels to {rate_hz} Hz, {channels} channels on the way",
                    self.name,
                    self.rate_hz,
                    self.channels
                );
            }
            (self.rate_hz, self.channels) = (rate_hz, channels);
            self.frames_read += self.planes.first().map_or(0, |p| p.len() as u64);
            return Ok(true);
        }
    }

    /// FLAC says exactly how long it is, and its reader skips what it cannot make sense of: less means damage. (Other
    /// headers may be wrong in good files.)
    fn end_of_file(&self) -> Result<bool> {
        match self.frames_hint {
            Some(frames)
                if self.format.format_info().short_name == "flac" && self.frames_read < frames =>
            {
                bail!(
                    "'{}' is damaged: only {} of its {frames} samples can be read",
                    self.name,
                    self.frames_read
                )
            }
            _ => Ok(false),
        }
    }

    fn damaged(&self, error: &SymphoniaError) -> anyhow::Error {
        let seconds = self.frames_read as f64 / f64::from(self.rate_hz.max(1));
        anyhow!(
            "'{}' is damaged after {seconds:.1} s: {}",
            self.name,
            describe(error)
        )
    }
}

/// One line about an error of symphonia's.
fn describe(error: &SymphoniaError) -> String {
    match error {
        SymphoniaError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            "it ends too early".into()
        }
        SymphoniaError::Unsupported(what) => format!("unsupported: {what}"),
        other => other.to_string(),
    }
}
