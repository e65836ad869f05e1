//! Files that symphonia takes apart: CAF with compressed sound, and MP4 in fragments. They must be able to seek.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::errors::{Error, Result as SymphoniaResult};
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::packet::Packet;
use symphonia::core::units::TimeBase;
use symphonia::default::formats::{CafReader, IsoMp4Reader};

use super::codec::{Codec, guarded};
use super::container::{Opened, Refusal};
use super::packets::{self, Edit, Next, Packets};

/// Packets without sound that a file may have besides one for every byte of it.
const IDLE_PACKETS: u64 = 1_000;
/// Frames by which a file may be shorter than it says: a packet and an encoder's delay.
const TOLERANCE_FRAMES: u64 = 4_608;

/// Which of symphonia's readers takes a file apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Mp4,
    Caf,
}

/// Opens the file that begins at the byte `start` of `file`.
///
/// # Errors
/// It holds no sound, or sound that is not read.
pub(super) fn open(mut file: File, start: u64, kind: Kind, edit: Edit) -> Opened {
    let bytes = file.seek(SeekFrom::End(0))?.saturating_sub(start);
    file.seek(SeekFrom::Start(start))?;
    let part = Part { file, start, bytes };
    let stream = MediaSourceStream::new(Box::new(part), MediaSourceStreamOptions::default());
    let opened = guarded(|| -> SymphoniaResult<Box<dyn FormatReader>> {
        let options = FormatOptions::default();
        Ok(match kind {
            Kind::Mp4 => Box::new(IsoMp4Reader::try_new(stream, options)?),
            Kind::Caf => Box::new(CafReader::try_new(stream, options)?),
        })
    });
    let broken = |why: &str| Refusal::Broken(why.to_owned());
    let Some(opened) = opened else {
        return Err(broken("its header is damaged"));
    };
    let format = opened.map_err(|error| match error {
        Error::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            broken("it ends before its index does, as files do that are cut short")
        }
        error => Refusal::Broken(error.to_string()),
    })?;
    let no_sound = || broken("it holds no sound that is known");
    let track = format
        .default_track(TrackType::Audio)
        .ok_or_else(no_sound)?;
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|p| p.audio())
        .ok_or_else(no_sound)?;
    let codec = known(Codec::new(parameters.clone(), true))?;
    let demuxed = Demuxed {
        track: track.id,
        time_base: track.time_base,
        rate_hz: parameters.sample_rate.unwrap_or(0),
        all_frames: track.num_frames,
        format,
        position: 0,
        packets_left: bytes + IDLE_PACKETS,
    };
    let (rate_hz, frames) = (demuxed.rate_hz, demuxed.all_frames);
    packets::open(Box::new(demuxed), codec, edit, rate_hz, frames)
}

/// A decoder, or what there is none for.
///
/// # Errors
/// There is none.
pub(super) fn known(codec: Result<Codec, Refusal>) -> Result<Codec, Refusal> {
    codec.map_err(|_| {
        Refusal::Foreign("holds sound other than ALAC and AAC of one or two channels".into())
    })
}

struct Demuxed {
    format: Box<dyn FormatReader>,
    track: u32,
    time_base: Option<TimeBase>,
    rate_hz: u32,
    /// Frames that the file says it has.
    all_frames: Option<u64>,
    /// Frames so far.
    position: u64,
    packets_left: u64,
}

impl Demuxed {
    /// Frames that a packet should become.
    fn frames_of(&self, packet: &Packet) -> Option<u64> {
        let base = self.time_base?;
        let seconds =
            packet.dur.get() as f64 * f64::from(base.numer.get()) / f64::from(base.denom.get());
        let frames = seconds * f64::from(self.rate_hz);
        // Packets are short: a longer one is damage.
        (1.0..=65_536.0)
            .contains(&frames)
            .then_some(frames.round() as u64)
    }

    /// What is missing at the end, of a file whose packets ended well or (`is_cut`) not.
    fn missing(&self, is_cut: bool) -> Option<Option<u64>> {
        match self.all_frames {
            Some(all) if all > self.position + TOLERANCE_FRAMES => Some(Some(all - self.position)),
            Some(all) if is_cut && all > self.position => Some(Some(all - self.position)),
            Some(_) => None,
            None => is_cut.then_some(None),
        }
    }
}

impl Packets for Demuxed {
    fn next(&mut self) -> io::Result<Next> {
        while self.packets_left > 0 {
            self.packets_left -= 1;
            let format = &mut self.format;
            match guarded(|| format.next_packet()) {
                Some(Ok(Some(packet))) if packet.track_id == self.track => {
                    let frames = self.frames_of(&packet);
                    self.position += frames.unwrap_or(0);
                    return Ok(Next::Packet(packet, frames));
                }
                Some(Ok(Some(_))) => {}
                Some(Ok(None)) => return Ok(Next::End(self.missing(false))),
                Some(Err(_)) | None => return Ok(Next::End(self.missing(true))),
            }
        }
        Ok(Next::End(None))
    }
}

/// A file from some byte on.
struct Part {
    file: File,
    start: u64,
    bytes: u64,
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for Part {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(offset) => SeekFrom::Start(self.start.saturating_add(offset)),
            other => other,
        };
        Ok(self.file.seek(to)?.saturating_sub(self.start))
    }
}

impl MediaSource for Part {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.bytes)
    }
}
