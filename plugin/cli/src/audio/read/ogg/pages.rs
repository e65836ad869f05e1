//! Ogg's pages, and the packets that lie on them.

use std::collections::VecDeque;
use std::io;

use crate::audio::read::source::{Effort, Source};
use crate::audio::read::tags;

/// Bytes of a page's header before its table of segments.
const HEADER_BYTES: usize = 27;
/// Bytes looked through at once for the next page.
const SEARCHED_BYTES: usize = 1 << 16;
/// Longest packet: pictures lie in those of the header. A longer one is damage.
const MAX_PACKET_BYTES: usize = 1 << 26;

/// One page, its checksum right.
pub(super) struct Page {
    pub(super) serial: u32,
    sequence: u32,
    /// Number of the last frame that ends here, if any does.
    granule: Option<u64>,
    is_continued: bool,
    /// The first of its stream.
    is_first: bool,
    /// The last of its stream.
    is_last: bool,
    /// Lengths of the segments.
    segments: Vec<u8>,
    body: Vec<u8>,
}

impl Page {
    /// The page that `bytes` are, or begin with if the file ends in it. Nothing is checked.
    fn parse(bytes: &[u8]) -> Option<Page> {
        let word = |at: usize| -> Option<u32> {
            Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
        };
        let flags = *bytes.get(5)?;
        let body_at = HEADER_BYTES + usize::from(*bytes.get(26)?);
        let segments = bytes.get(HEADER_BYTES..body_at)?;
        let body = &bytes[body_at..];
        let mut left = body.len();
        let whole = segments.iter().take_while(|length| {
            let fits = usize::from(**length) <= left;
            left = left.saturating_sub(usize::from(**length));
            fits
        });
        let whole = whole.count();
        let is_whole = whole == segments.len();
        let granule = u64::from(word(10)?) << 32 | u64::from(word(6)?);
        Some(Page {
            serial: word(14)?,
            sequence: word(18)?,
            // Negative ones stand for none.
            granule: Some(granule).filter(|granule| is_whole && *granule < 1 << 63),
            is_continued: flags & 1 != 0,
            is_first: flags & 2 != 0,
            is_last: is_whole && flags & 4 != 0,
            segments: segments[..whole].to_vec(),
            body: body.to_vec(),
        })
    }

    /// The beginning of its first packet.
    pub(super) fn first_bytes(&self) -> &[u8] {
        &self.body
    }
}

/// What comes next of the chosen stream.
pub(super) enum Next {
    Packet(Packet),
    /// A stream begins, which may be chosen.
    Start(Page),
    /// Others of a stream that was not chosen, while none is.
    Other,
    End,
}

pub(super) struct Packet {
    pub(super) bytes: Vec<u8>,
    /// Something is missing before it.
    pub(super) follows_gap: bool,
    /// On the last packet of a page: the number of the frame behind its last.
    pub(super) granule: Option<u64>,
    /// On the last packet of a stream.
    pub(super) is_last: bool,
}

/// The packets of one stream in a file.
pub(super) struct Packets {
    source: Source,
    effort: Effort,
    serial: Option<u32>,
    /// Number of the page that is due.
    due: Option<u32>,
    partial: Vec<u8>,
    has_partial: bool,
    follows_gap: bool,
    ready: VecDeque<Packet>,
    /// The stream's last page was there.
    pub(super) is_complete: bool,
    /// Something that is no page and no tag was passed since the last page.
    pub(super) is_strange: bool,
}

impl Packets {
    pub(super) fn new(source: Source) -> Packets {
        Packets {
            source,
            effort: Effort::new(),
            serial: None,
            due: None,
            partial: Vec::new(),
            has_partial: false,
            follows_gap: false,
            ready: VecDeque::new(),
            is_complete: false,
            is_strange: false,
        }
    }

    /// From here on the packets are those of the stream that begins with `page`.
    pub(super) fn choose(&mut self, page: Page) {
        self.serial = Some(page.serial);
        self.due = Some(page.sequence);
        self.partial.clear();
        self.ready.clear();
        (self.has_partial, self.follows_gap, self.is_complete) = (false, false, false);
        self.lay_out(page);
    }

    /// Gives up the chosen stream.
    pub(super) fn unchoose(&mut self) {
        self.serial = None;
    }

    /// # Errors
    /// The file cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Next> {
        loop {
            if let Some(packet) = self.ready.pop_front() {
                return Ok(Next::Packet(packet));
            }
            let Some(page) = self.next_page()? else {
                return Ok(Next::End);
            };
            if page.is_first {
                return Ok(Next::Start(page));
            }
            match self.serial {
                None => return Ok(Next::Other),
                Some(serial) if serial == page.serial => self.lay_out(page),
                Some(_) => {}
            }
        }
    }

    /// Takes a page's packets apart.
    fn lay_out(&mut self, page: Page) {
        if self.due != Some(page.sequence) {
            self.follows_gap = true;
            self.has_partial = false;
        }
        self.due = Some(page.sequence.wrapping_add(1));
        self.is_complete |= page.is_last;
        if !page.is_continued {
            // What was begun is never ended.
            self.follows_gap |= std::mem::take(&mut self.has_partial);
        }
        let mut is_whole = !page.is_continued || self.has_partial;
        let mut at = 0;
        let first_ready = self.ready.len();
        for length in &page.segments {
            let end = at + usize::from(*length);
            if !self.has_partial {
                self.partial.clear();
                self.has_partial = true;
            }
            self.partial.extend_from_slice(&page.body[at..end]);
            at = end;
            is_whole &= self.partial.len() <= MAX_PACKET_BYTES;
            if !is_whole {
                self.partial.clear();
            }
            if *length < 255 {
                if is_whole {
                    self.ready.push_back(Packet {
                        bytes: std::mem::take(&mut self.partial),
                        follows_gap: std::mem::take(&mut self.follows_gap),
                        granule: None,
                        is_last: false,
                    });
                } else {
                    self.follows_gap = true;
                }
                self.has_partial = false;
                is_whole = true;
            }
        }
        // A packet whose beginning is lost goes on to the next page: that page finds nothing to add to.
        if self.has_partial && !is_whole {
            self.has_partial = false;
            self.follows_gap = true;
        }
        if self.ready.len() > first_ready
            && let Some(last) = self.ready.back_mut()
        {
            last.granule = page.granule;
            last.is_last = page.is_last;
        }
    }

    /// Bytes of the page that may begin here, as it says itself.
    fn page_bytes(&mut self) -> io::Result<Option<usize>> {
        let &[b'O', b'g', b'g', b'S', 0, .., count] = self.source.peek(HEADER_BYTES)? else {
            return Ok(None);
        };
        let body_at = HEADER_BYTES + usize::from(count);
        let segments = self.source.peek(body_at)?.get(HEADER_BYTES..body_at);
        Ok(segments.map(|s| body_at + s.iter().map(|length| usize::from(*length)).sum::<usize>()))
    }

    /// The next page of any stream, past all that is none.
    fn next_page(&mut self) -> io::Result<Option<Page>> {
        loop {
            let ahead = self.source.peek(HEADER_BYTES)?;
            if ahead.is_empty() {
                return Ok(None);
            }
            if let Some(bytes) = self.page_bytes()?
                && self.effort.is_left()
            {
                self.effort.spend(bytes);
                let whole = self.source.peek(bytes)?;
                let (is_whole, there) = (whole.len() == bytes, whole.len());
                let page = Page::parse(whole).filter(|page| {
                    if is_whole {
                        is_right(whole)
                    } else {
                        // The file ends in it: nothing can be checked, but all that comes before it may be right.
                        Some(page.serial) == self.serial && Some(page.sequence) == self.due
                    }
                });
                if let Some(page) = page {
                    self.source.take(there);
                    self.effort.gain(there);
                    self.is_strange = false;
                    return Ok(Some(page));
                }
            }
            let ahead = self.source.peek(SEARCHED_BYTES)?;
            self.is_strange |= !tags::is_tag(ahead) && ahead.iter().any(|byte| *byte != 0);
            let bytes = ahead
                .iter()
                .skip(1)
                .position(|byte| *byte == b'O')
                .map_or(ahead.len(), |at| at + 1);
            self.source.take(bytes);
            self.effort.gain(bytes);
        }
    }
}

const CRC32: [u32; 256] = {
    let mut table = [0u32; 256];
    let mut index = 0;
    while index < 256 {
        let mut crc = (index as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = crc << 1
                ^ if crc & 0x8000_0000 == 0 {
                    0
                } else {
                    0x04C1_1DB7
                };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
};

/// Whether a page's checksum is right.
fn is_right(page: &[u8]) -> bool {
    let crc = page.iter().enumerate().fold(0u32, |crc, (at, byte)| {
        let byte = if (22..26).contains(&at) { 0 } else { *byte };
        crc << 8 ^ CRC32[usize::from((crc >> 24) as u8 ^ byte)]
    });
    page.get(22..26) == Some(&crc.to_le_bytes()[..])
}
