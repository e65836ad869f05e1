//! Files that symphonia takes apart: MP4 and M4A, and CAF with compressed sound. They must be able to seek: a
//! stream is copied to a temporary file first.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::errors::{Error, Result as SymphoniaResult};
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::packet::Packet;
use symphonia::core::units::TimeBase;
use symphonia::default::formats::{CafReader, IsoMp4Reader};

use super::codec::{Codec, guarded};
use super::container::{Container, Event, Opened, Refusal, check_layout};
use super::loss::LossKind;
use super::mp4::{self, Edit};
use super::source::Source;

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

/// Opens a file of this kind, and decodes it up to its first sound, which alone tells of how many channels it is.
///
/// # Errors
/// It holds no sound, or sound that is not read.
pub(super) fn open(source: Source, kind: Kind) -> Opened {
    let (mut file, start) = source.into_file()?;
    let bytes = file.seek(SeekFrom::End(0))?.saturating_sub(start);
    let edit = match kind {
        Kind::Mp4 => mp4::edit(&mut file, start, bytes)?,
        Kind::Caf => Edit::default(),
    };
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
    let format = match opened {
        None => return Err(broken("its header is damaged")),
        Some(Err(Error::IoError(error)))
            if error.kind() != io::ErrorKind::UnexpectedEof
                && error.kind() != io::ErrorKind::Other =>
        {
            return Err(Refusal::Io(error));
        }
        Some(Err(_)) if kind == Kind::Mp4 => {
            return Err(broken(
                "its index ('moov') is missing or damaged, as in files that are cut short",
            ));
        }
        Some(Err(error)) => return Err(Refusal::Broken(error.to_string())),
        Some(Ok(format)) => format,
    };
    let no_sound = || broken("it holds no sound that is known");
    let track = format
        .default_track(TrackType::Audio)
        .ok_or_else(no_sound)?;
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|p| p.audio())
        .ok_or_else(no_sound)?;
    let codec = Codec::new(parameters.clone(), true).map_err(|_| {
        let channels = parameters.channels.as_ref().map_or(0, |c| c.count());
        Refusal::Foreign(match channels {
            0..=2 => "holds sound that is neither plain AAC nor ALAC".into(),
            _ => format!("holds {channels} channels of compressed sound"),
        })
    })?;
    let mut demuxed = Demuxed {
        track: track.id,
        time_base: track.time_base,
        all_frames: track.num_frames,
        codec,
        format,
        layout: None,
        position: 0,
        edit,
        packets_left: bytes + IDLE_PACKETS,
        ahead: Vec::new(),
        lost: None,
        is_over: false,
    };
    let mut planes = Vec::new();
    while demuxed.layout.is_none() {
        match demuxed.next_packet(&mut planes)? {
            Event::Sound => {}
            Event::Lost { .. } if !demuxed.is_over => {}
            Event::Lost { .. } | Event::End => return Err(broken("nothing in it can be decoded")),
        }
    }
    let (rate_hz, channels) = demuxed.layout.unwrap_or_default();
    check_layout(rate_hz, channels)?;
    demuxed.ahead = planes;
    Ok(Box::new(demuxed))
}

struct Demuxed {
    format: Box<dyn FormatReader>,
    codec: Codec,
    track: u32,
    time_base: Option<TimeBase>,
    /// Frames that the file says it has.
    all_frames: Option<u64>,
    /// Rate in Hz and channels, once something is decoded.
    layout: Option<(u32, usize)>,
    /// Frames so far, those left out too.
    position: u64,
    /// What of it is sound.
    edit: Edit,
    packets_left: u64,
    /// What was decoded to learn the layout.
    ahead: Vec<Vec<f32>>,
    /// A loss found together with sound, to be told behind it.
    lost: Option<Event>,
    is_over: bool,
}

impl Demuxed {
    /// Decodes the next packet of the track, whole.
    fn next_packet(&mut self, planes: &mut Vec<Vec<f32>>) -> io::Result<Event> {
        loop {
            if self.is_over || self.packets_left == 0 {
                self.is_over = true;
                return Ok(Event::End);
            }
            self.packets_left -= 1;
            let format = &mut self.format;
            let packet = match guarded(|| format.next_packet()) {
                Some(Ok(Some(packet))) => packet,
                Some(Ok(None)) => {
                    self.is_over = true;
                    return Ok(self.loss_at_end(false).unwrap_or(Event::End));
                }
                Some(Err(_)) | None => {
                    self.is_over = true;
                    return Ok(self.loss_at_end(true).unwrap_or(Event::End));
                }
            };
            if packet.track_id != self.track {
                continue;
            }
            match self
                .codec
                .decode(&packet.as_packet_ref(), self.layout, planes)
            {
                Ok(0) => {}
                Ok(_) => {
                    self.layout = Some(self.codec.layout());
                    return Ok(Event::Sound);
                }
                Err(_) => {
                    return Ok(Event::Lost {
                        what: LossKind::Gap,
                        frames: self.frames_of(&packet),
                    });
                }
            }
        }
    }

    /// Frames that a packet should have become.
    fn frames_of(&self, packet: &Packet) -> Option<u64> {
        let (rate_hz, _) = self.layout?;
        let base = self.time_base?;
        let ticks = packet.dur.get();
        let frames = ticks as f64 * f64::from(base.numer.get()) / f64::from(base.denom.get())
            * f64::from(rate_hz);
        // Packets are short: a longer one is damage.
        (1.0..=65_536.0)
            .contains(&frames)
            .then_some(frames.round() as u64)
    }

    fn loss_at_end(&self, is_cut: bool) -> Option<Event> {
        let missing = match self.all_frames {
            Some(all) if all > self.position + TOLERANCE_FRAMES => Some(all - self.position),
            Some(all) if is_cut && all > self.position => Some(all - self.position),
            Some(_) => return None,
            None if is_cut => None,
            None => return None,
        };
        Some(Event::Lost {
            what: LossKind::CutShort,
            frames: missing,
        })
    }
}

impl Container for Demuxed {
    fn rate_hz(&self) -> u32 {
        self.layout.map_or(0, |(rate_hz, _)| rate_hz)
    }

    fn channels(&self) -> usize {
        self.layout.map_or(0, |(_, channels)| channels)
    }

    fn frames_hint(&self) -> Option<u64> {
        self.all_frames
            .map(|frames| self.edit.end.min(frames).saturating_sub(self.edit.start))
            .filter(|frames| *frames > 0)
    }

    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> io::Result<Event> {
        loop {
            if let Some(event) = self.lost.take() {
                return Ok(event);
            }
            let event = if self.ahead.is_empty() {
                self.next_packet(planes)?
            } else {
                *planes = std::mem::take(&mut self.ahead);
                Event::Sound
            };
            let frames = match event {
                Event::Sound => planes.first().map_or(0, |p| p.len() as u64),
                Event::Lost {
                    what: LossKind::Gap,
                    frames: Some(frames),
                } => frames,
                other => return Ok(other),
            };
            let from = self.position;
            self.position += frames;
            let before = self.edit.start.saturating_sub(from).min(frames);
            let after = self
                .position
                .saturating_sub(self.edit.end.max(from + before));
            let sound = frames - before - after;
            if sound == 0 {
                continue;
            }
            if let Event::Lost { what, .. } = event {
                return Ok(Event::Lost {
                    what,
                    frames: Some(sound),
                });
            }
            for plane in planes.iter_mut() {
                plane.truncate((before + sound) as usize);
                plane.drain(..before as usize);
            }
            return Ok(Event::Sound);
        }
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
