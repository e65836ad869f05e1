//! Files whose packets are taken out one by one, by an index: decoded here, and shortened to what is to be heard.

use std::io;

use symphonia::core::packet::Packet;

use super::codec::Codec;
use super::container::{Container, Event, Opened, Refusal, check_layout};
use super::loss::LossKind;

/// Where packets come from.
pub(super) trait Packets: Send {
    /// # Errors
    /// The file cannot be read.
    fn next(&mut self) -> io::Result<Next>;
}

/// What comes next.
pub(super) enum Next {
    /// A packet, and the ticks that it should last, if that is known.
    Packet(Packet, Option<u64>),
    /// A packet that makes no sense, and the ticks that it should have lasted.
    Lost(Option<u64>),
    /// There is no more; `Some` if there should be, as many ticks as are missing if that is known.
    End(Option<Option<u64>>),
}

/// What of the decoded sound is to be heard: from `start` on, up to `end`, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) start: u64,
    pub(super) end: u64,
}

impl Default for Edit {
    fn default() -> Edit {
        Edit {
            start: 0,
            end: u64::MAX,
        }
    }
}

/// Opens a file of packets, and decodes it up to its first sound, which alone tells of how many channels it is. Its times
/// count `ticks_hz` a second, which is its sample rate in most files; it lasts `ticks` if that is known.
///
/// # Errors
/// Nothing can be decoded.
pub(super) fn open(
    packets: Box<dyn Packets>,
    codec: Codec,
    edit: Edit,
    ticks_hz: u32,
    ticks: Option<u64>,
) -> Opened {
    let mut packed = Packed {
        packets,
        codec,
        layout: None,
        position: 0,
        edit,
        ticks_hz: ticks_hz.max(1),
        ticks,
        ahead: Vec::new(),
        is_over: false,
    };
    let mut planes = Vec::new();
    // What cannot be decoded before the first sound has no length yet: it is told as one gap.
    let mut lost = 0;
    while packed.layout.is_none() {
        match packed.decode(&mut planes)? {
            Event::Sound => {}
            Event::Lost {
                what: LossKind::Gap,
                ..
            } => lost += 1,
            _ => return Err(Refusal::Broken("nothing in it can be decoded".into())),
        }
    }
    let (rate_hz, channels) = packed.layout.unwrap_or_default();
    check_layout(rate_hz, channels)?;
    if lost > 0 {
        let frames = planes.first().map_or(0, |p| p.len() as u64);
        packed.ahead.push(Ahead::Lost(lost * frames));
    }
    packed.ahead.insert(0, Ahead::Sound(planes));
    Ok(Box::new(packed))
}

struct Packed {
    packets: Box<dyn Packets>,
    codec: Codec,
    /// Rate in Hz and channels, once something is decoded.
    layout: Option<(u32, usize)>,
    /// Frames so far, those left out too.
    position: u64,
    /// What of it is sound.
    edit: Edit,
    ticks_hz: u32,
    ticks: Option<u64>,
    /// What `open` went through, the last first.
    ahead: Vec<Ahead>,
    is_over: bool,
}

enum Ahead {
    Sound(Vec<Vec<f32>>),
    Lost(u64),
}

impl Packed {
    /// Ticks in frames; none before anything is decoded.
    fn frames(&self, ticks: u64) -> Option<u64> {
        let (rate_hz, _) = self.layout?;
        if rate_hz == self.ticks_hz {
            return Some(ticks);
        }
        let frames = u128::from(ticks) * u128::from(rate_hz) / u128::from(self.ticks_hz);
        Some(u64::try_from(frames).unwrap_or(u64::MAX))
    }

    /// Decodes the next packet, whole.
    fn decode(&mut self, planes: &mut Vec<Vec<f32>>) -> io::Result<Event> {
        loop {
            if self.is_over {
                return Ok(Event::End);
            }
            let (packet, ticks) = match self.packets.next()? {
                Next::Packet(packet, ticks) => (packet, ticks),
                Next::Lost(ticks) => {
                    return Ok(Event::Lost {
                        what: LossKind::Gap,
                        frames: ticks.and_then(|ticks| self.frames(ticks)),
                    });
                }
                Next::End(missing) => {
                    self.is_over = true;
                    let missing = missing.map(|ticks| Event::Lost {
                        what: LossKind::CutShort,
                        frames: ticks.and_then(|ticks| self.frames(ticks)),
                    });
                    return Ok(missing.unwrap_or(Event::End));
                }
            };
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
                        frames: ticks.and_then(|ticks| self.frames(ticks)),
                    });
                }
            }
        }
    }
}

impl Container for Packed {
    fn rate_hz(&self) -> u32 {
        self.layout.map_or(0, |(rate_hz, _)| rate_hz)
    }

    fn channels(&self) -> usize {
        self.layout.map_or(0, |(_, channels)| channels)
    }

    fn frames_hint(&self) -> Option<u64> {
        self.ticks
            .map(|ticks| self.edit.end.min(ticks).saturating_sub(self.edit.start))
            .and_then(|ticks| self.frames(ticks))
            .filter(|frames| *frames > 0)
    }

    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> io::Result<Event> {
        loop {
            let event = match self.ahead.pop() {
                None => self.decode(planes)?,
                Some(Ahead::Lost(frames)) => Event::Lost {
                    what: LossKind::Gap,
                    frames: Some(frames),
                },
                Some(Ahead::Sound(sound)) => {
                    *planes = sound;
                    Event::Sound
                }
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
            let Edit { start, end } = self.edit;
            let start = self.frames(start).unwrap_or(0);
            let end = self.frames(end).unwrap_or(u64::MAX);
            let before = start.saturating_sub(from).min(frames);
            let after = self.position.saturating_sub(end.max(from + before));
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
