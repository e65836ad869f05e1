//! Ogg: streams of packets on numbered pages, whose granule positions say where in the sound they belong.

mod mapping;
mod opus;
mod pages;

use std::collections::VecDeque;
use std::io;

use mapping::{Kind, Mapping, identify, set_up};
use pages::{Next, Packet, Packets, Page};

use super::container::{Container, Event, Opened, Refusal};
use super::loss::LossKind;
use super::source::Source;

/// Samples of all channels that are held back until a page says where they belong.
const MOST_HELD: usize = 1 << 22;

/// Bytes at the end of a file in which its last page begins.
const TAIL_BYTES: u64 = 1 << 16;

/// Opens an Ogg file.
///
/// # Errors
/// It holds no sound, or sound that is not read, or its beginning is damaged.
pub(super) fn open(source: Source) -> Opened {
    let mut source = source;
    let tail = source.tail(TAIL_BYTES)?;
    let mut packets = Packets::new(source);
    let mapping = match start(&mut packets, None)? {
        Some(mapping) => mapping,
        None => return Err(Refusal::Broken("its header is damaged".into())),
    };
    Ok(Box::new(Ogg {
        frames_hint: last_granule(&tail)
            .map(|granule| granule.saturating_sub(mapping.skipped_frames))
            .filter(|frames| *frames > 0),
        to_skip: mapping.skipped_frames,
        packets,
        mapping,
        planes: Vec::new(),
        due: None,
        is_placed: true,
        queue: VecDeque::new(),
        is_over: false,
    }))
}

/// Chooses the first stream that is read of those beginning here, the first of them with `page` if it was seen already.
fn start(packets: &mut Packets, mut page: Option<Page>) -> Result<Option<Mapping>, Refusal> {
    let mut refused = None;
    packets.unchoose();
    loop {
        let first = match page.take() {
            Some(page) => page,
            None => match packets.next()? {
                Next::Start(page) => page,
                Next::Packet(_) => continue,
                Next::Other | Next::End => return refused.map_or(Ok(None), Err),
            },
        };
        let kind = identify(first.first_bytes());
        match kind {
            Kind::Vorbis { .. } | Kind::Flac(_) | Kind::Opus(_) => {
                packets.choose(first);
                return set_up(&kind, packets).map(Some);
            }
            Kind::Foreign(_) | Kind::Unknown => {
                let is_named = matches!(kind, Kind::Foreign(_));
                if let Err(refusal) = set_up(&kind, packets)
                    && (refused.is_none() || is_named)
                {
                    refused = Some(refusal);
                }
            }
        }
    }
}

/// The number of the frame that the last page ends with, for a guess at the length.
fn last_granule(tail: &[u8]) -> Option<u64> {
    let at = tail.windows(4).rposition(|window| window == b"OggS")?;
    let granule = tail.get(at + 6..at + 14)?.try_into().ok()?;
    Some(u64::from_le_bytes(granule)).filter(|granule| *granule < 1 << 48)
}

struct Ogg {
    packets: Packets,
    mapping: Mapping,
    /// Decoded, and held back until a page says where it belongs.
    planes: Vec<Vec<f32>>,
    /// Number of the frame that is due; `None` before the first page.
    due: Option<u64>,
    /// What is held follows what was handed out. Otherwise only the page's number tells where it belongs.
    is_placed: bool,
    /// Frames still to be left out.
    to_skip: u64,
    frames_hint: Option<u64>,
    queue: VecDeque<Queued>,
    is_over: bool,
}

enum Queued {
    Sound(Vec<Vec<f32>>),
    Lost { what: LossKind, frames: Option<u64> },
}

impl Ogg {
    fn held(&self) -> usize {
        self.planes.first().map_or(0, Vec::len)
    }

    /// Hands out what is held.
    fn hand_out(&mut self) {
        let mut planes = std::mem::take(&mut self.planes);
        let frames = planes.first().map_or(0, Vec::len);
        let skipped = usize::try_from(self.to_skip).unwrap_or(frames).min(frames);
        self.to_skip -= skipped as u64;
        if skipped > 0 {
            planes.iter_mut().for_each(|plane| {
                plane.drain(..skipped);
            });
        }
        if frames > skipped {
            self.queue.push_back(Queued::Sound(planes));
        }
    }

    fn lose(&mut self, what: LossKind, frames: Option<u64>) {
        self.queue.push_back(Queued::Lost { what, frames });
    }

    /// Something is missing between what is held and what comes.
    fn break_off(&mut self) {
        if self.is_placed {
            self.due = Some(self.due.unwrap_or(0) + self.held() as u64);
            self.hand_out();
        } else if self.held() > 0 {
            // Nothing tells where it belongs.
            self.lose(LossKind::Gap, None);
            self.due = Some(self.due.unwrap_or(0) + self.held() as u64);
            self.hand_out();
        }
        self.is_placed = false;
        self.mapping.reset();
    }

    /// A page ends at the frame `granule`: what is held belongs before it.
    fn place(&mut self, granule: u64, is_last: bool) {
        let held = self.held() as u64;
        let begins = granule.saturating_sub(held);
        match (self.due, self.is_placed) {
            // The first page: frames before number 0 are none. A recording of a running stream begins later.
            (None, true) => {
                if granule < held && is_last {
                    self.shorten(granule);
                } else if granule < held {
                    let surplus = (held - granule) as usize;
                    self.planes.iter_mut().for_each(|plane| {
                        plane.drain(..surplus);
                    });
                }
            }
            (Some(due), true) => {
                if is_last && due + held > granule {
                    self.shorten(granule.saturating_sub(due));
                }
            }
            (due, false) => {
                let due = due.unwrap_or(0);
                if begins > due {
                    self.lose(LossKind::Gap, Some(begins - due));
                } else if is_last && due + held > granule {
                    self.shorten(granule.saturating_sub(due));
                }
            }
        }
        self.due = Some(granule);
        self.is_placed = true;
        self.hand_out();
    }

    fn shorten(&mut self, frames: u64) {
        let frames = usize::try_from(frames).unwrap_or(usize::MAX);
        self.planes
            .iter_mut()
            .for_each(|plane| plane.truncate(frames));
    }

    fn hear(&mut self, packet: &Packet) {
        if packet.follows_gap {
            self.break_off();
        }
        if !self.mapping.is_header(&packet.bytes) {
            let mut planes = Vec::new();
            match self.mapping.decode(&packet.bytes, &mut planes) {
                Ok(0) => {}
                Ok(_) if self.held() == 0 => self.planes = planes,
                Ok(_) => {
                    for (held, plane) in self.planes.iter_mut().zip(&planes) {
                        held.extend_from_slice(plane);
                    }
                }
                Err(_) => self.break_off(),
            }
        }
        match packet.granule {
            Some(granule) => self.place(granule, packet.is_last),
            None if self.held() * self.mapping.channels > MOST_HELD => {
                let begins = self.due.unwrap_or(0);
                self.place(begins + self.held() as u64, false);
            }
            None => {}
        }
    }

    /// The stream is over: all of it is told.
    fn end(&mut self) {
        if self.held() > 0 {
            let ends = self.due.unwrap_or(0) + self.held() as u64;
            self.place(ends, false);
        }
        if !self.packets.is_complete {
            self.lose(LossKind::CutShort, None);
        } else if !self.is_placed {
            self.lose(LossKind::Gap, None);
        } else if self.packets.is_strange {
            self.lose(LossKind::Unread, None);
        }
    }

    /// Another stream follows.
    fn go_on_with(&mut self, page: Page) -> io::Result<()> {
        // One that begins together with the chosen one is beside it, not behind it.
        if self.due.is_none() && self.held() == 0 && !self.packets.is_complete {
            return Ok(());
        }
        self.end();
        match start(&mut self.packets, Some(page)) {
            Ok(Some(mapping))
                if (mapping.rate_hz, mapping.channels)
                    == (self.mapping.rate_hz, self.mapping.channels) =>
            {
                self.to_skip = mapping.skipped_frames;
                self.mapping = mapping;
                self.due = None;
                self.is_placed = true;
            }
            Ok(Some(_)) => {
                self.lose(LossKind::Changed, None);
                self.is_over = true;
            }
            Err(Refusal::Io(error)) => return Err(error),
            Ok(None) | Err(_) => {
                self.lose(LossKind::Unread, None);
                self.is_over = true;
            }
        }
        Ok(())
    }
}

impl Container for Ogg {
    fn rate_hz(&self) -> u32 {
        self.mapping.rate_hz
    }

    fn channels(&self) -> usize {
        self.mapping.channels
    }

    fn frames_hint(&self) -> Option<u64> {
        self.frames_hint
    }

    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> io::Result<Event> {
        loop {
            match self.queue.pop_front() {
                Some(Queued::Sound(sound)) => {
                    *planes = sound;
                    return Ok(Event::Sound);
                }
                Some(Queued::Lost { what, frames }) => return Ok(Event::Lost { what, frames }),
                None if self.is_over => return Ok(Event::End),
                None => {}
            }
            match self.packets.next()? {
                Next::Packet(packet) => self.hear(&packet),
                Next::Start(page) => self.go_on_with(page)?,
                Next::Other => {}
                Next::End => {
                    self.end();
                    self.is_over = true;
                }
            }
        }
    }
}
