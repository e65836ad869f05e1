//! MP3, the layers before it, and bare AAC: frames one behind the other, each with its length in its header.

mod header;
mod sync;

use std::io;

use symphonia::core::audio::{Channels, Position};
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_AAC, CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3,
};

use header::{AAC, HEADER_BYTES, Header, Info, LONGEST_HEADER_BYTES, MAX_FRAME_BYTES};
pub(super) use sync::find;
use sync::{SEARCHED_BYTES, is_chain, strange};

use super::codec::Codec;
use super::container::{Container, Event, Opened, Refusal};
use super::loss::LossKind;
use super::source::{Effort, Source};
use super::tags;

/// Opens MPEG audio that begins near where `source` stands.
///
/// # Errors
/// There is none.
pub(super) fn open(mut source: Source) -> Opened {
    let opening = source.peek(SEARCHED_BYTES)?;
    let broken = || Refusal::Broken("it holds no whole frame".into());
    let at = find(opening).ok_or_else(broken)?;
    let first = Header::parse(&opening[at..]).ok_or_else(broken)?;
    let mut mpeg = Mpeg {
        codec: codec(&first)?,
        effort: Effort::new(),
        source,
        first,
        info: None,
        count: 0,
        bytes: 0,
        position: 0,
        is_first: true,
        is_over: false,
        hint: None,
    };
    let hint = {
        let Mpeg { source, first, .. } = &mut mpeg;
        let ahead = source.peek(at + MAX_FRAME_BYTES)?;
        let info = Info::parse(&ahead[at..], first);
        let rest = source.length().map(|l| l.saturating_sub(source.position()));
        match (info.and_then(|info| Some((info.count?, info))), rest) {
            (Some((count, info)), _) => {
                Some((count * first.frames()).saturating_sub(info.delay + info.padding))
            }
            (None, Some(rest)) => Some((rest as f64 / first.mean_bytes()) as u64 * first.frames()),
            (None, None) => None,
        }
    };
    mpeg.hint = hint;
    Ok(Box::new(mpeg))
}

fn codec(header: &Header) -> Result<Codec, Refusal> {
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(match header.layer {
        1 => CODEC_ID_MP1,
        2 => CODEC_ID_MP2,
        AAC => CODEC_ID_AAC,
        _ => CODEC_ID_MP3,
    });
    if header.layer == AAC {
        let positions = match header.channels {
            1 => Position::FRONT_LEFT,
            _ => Position::FRONT_LEFT | Position::FRONT_RIGHT,
        };
        parameters
            .with_sample_rate(header.rate_hz)
            .with_channels(Channels::Positioned(positions));
    }
    Codec::new(parameters, false)
}

struct Mpeg {
    source: Source,
    codec: Codec,
    effort: Effort,
    /// The stream's first header, which the others are like.
    first: Header,
    /// What the frame without sound says.
    info: Option<Info>,
    /// MPEG frames so far, those of gaps too.
    count: u64,
    /// Bytes of those that were read.
    bytes: u64,
    /// Frames of samples so far, those left out at the beginning too.
    position: u64,
    is_first: bool,
    is_over: bool,
    hint: Option<u64>,
}

/// What the file goes on with.
enum Ahead {
    /// A frame of this stream.
    Frame(Header),
    /// A frame of which only so many bytes are there before the next one begins.
    Torn(usize),
    /// The frame without sound that another file joined to this one begins with.
    NewStream(Header, Info),
    /// So many bytes of something else.
    Strange(usize),
    Tag(u64),
    /// A frame, and the file ends in it.
    CutShort,
    End,
}

impl Mpeg {
    fn look(&mut self) -> io::Result<Ahead> {
        let ahead = self.source.peek(SEARCHED_BYTES)?;
        if ahead.is_empty() {
            return Ok(Ahead::End);
        }
        if let Some(length) = tags::length(ahead) {
            return Ok(Ahead::Tag(length));
        }
        let Some(header) = Header::parse(ahead) else {
            return Ok(Ahead::Strange(strange(ahead, &self.first)));
        };
        if let Some(frame) = ahead.get(..header.bytes)
            && let Some(info) = Info::parse(frame, &header)
        {
            return Ok(Ahead::NewStream(header, info));
        }
        if !header.is_like(&self.first) {
            return Ok(Ahead::Strange(strange(ahead, &self.first)));
        }
        let Some(behind) = ahead.get(header.bytes..) else {
            return Ok(Ahead::CutShort);
        };
        let is_followed = behind.len() < LONGEST_HEADER_BYTES
            || Header::parse(behind).is_some_and(|next| next.is_like(&self.first))
            || tags::is_tag(behind);
        if !is_followed && self.effort.is_left() {
            self.effort.spend(header.bytes);
            // The frame is shorter than it says if others begin inside it.
            let inside = (HEADER_BYTES..header.bytes)
                .find(|at| is_chain(&ahead[*at..], Some(&self.first), 2, false));
            if let Some(at) = inside {
                return Ok(Ahead::Torn(at));
            }
        }
        Ok(Ahead::Frame(header))
    }

    /// MPEG frames that `bytes` bytes are, as far as can be told.
    fn count_of(&self, bytes: u64) -> u64 {
        let mean = if self.count > 8 {
            self.bytes as f64 / self.count as f64
        } else {
            self.first.mean_bytes()
        };
        (bytes as f64 / mean).round() as u64
    }

    /// Passes so many MPEG frames that cannot be read; returns how many frames of sound that are.
    fn lose(&mut self, count: u64) -> u64 {
        self.bytes += (self.first.mean_bytes() * count as f64) as u64;
        self.count += count;
        self.codec.reset();
        self.advance(count * self.first.frames()).1
    }

    /// Moves on by `frames` frames of samples. Returns how many of them come before and how many are sound.
    fn advance(&mut self, frames: u64) -> (u64, u64) {
        let from = self.position;
        self.position += frames;
        let info = self.info.unwrap_or_default();
        let before = info.delay.saturating_sub(from).min(frames);
        let end = match info.count {
            Some(count) if !self.goes_on_beyond(count) => {
                (count * self.first.frames()).saturating_sub(info.padding)
            }
            _ => u64::MAX,
        };
        let after = self.position.saturating_sub(end).min(frames - before);
        (before, frames - before - after)
    }

    /// Whether more frames than `count` follow, so that the last ones' ends are not to be left out.
    fn goes_on_beyond(&mut self, count: u64) -> bool {
        if self.count > count {
            return true;
        }
        // What is left out at the end is less than this.
        let left = count - self.count;
        if left > 8 {
            return false;
        }
        let first = self.first;
        let Ok(ahead) = self.source.peek((left as usize + 1) * MAX_FRAME_BYTES) else {
            return false;
        };
        let mut at = 0;
        for _ in 0..=left {
            let Some(frame) = ahead.get(at..) else {
                return false;
            };
            match Header::parse(frame) {
                Some(header) if header.is_like(&first) && Info::parse(frame, &header).is_none() => {
                    at += header.bytes;
                }
                _ => return false,
            }
        }
        true
    }

    /// What is missing of the stream that ends here.
    fn loss_at_end(&self, is_cut: bool) -> Option<Event> {
        let frames = match self.info.and_then(|info| Some((info.count?, info))) {
            Some((count, info)) if count > self.count => {
                let all = (count * self.first.frames()).saturating_sub(info.padding);
                Some(all.saturating_sub(self.position))
            }
            // The others do not say, but one frame at the least is there in part.
            _ if is_cut => None,
            _ => return None,
        };
        Some(Event::Lost {
            what: LossKind::CutShort,
            frames,
        })
    }

    /// Takes the frame with `header`, and decodes it.
    fn hear(&mut self, header: &Header, planes: &mut Vec<Vec<f32>>) -> io::Result<Option<Event>> {
        let layout = Some((self.first.rate_hz, self.first.channels));
        let frame = self.source.peek(header.bytes)?;
        let content = frame.get(header.content_at()..).unwrap_or_default();
        let decoded = self.codec.decode_bytes(content, layout, planes);
        self.source.take(header.bytes);
        self.effort.gain(header.bytes);
        self.count += 1;
        self.bytes += header.bytes as u64;
        let (before, sound) = self.advance(header.frames());
        if decoded.is_err() {
            return Ok((sound > 0).then_some(Event::Lost {
                what: LossKind::Gap,
                frames: Some(sound),
            }));
        }
        for plane in planes.iter_mut() {
            plane.truncate((before + sound) as usize);
            plane.drain(..(before as usize).min(plane.len()));
        }
        Ok((sound > 0).then_some(Event::Sound))
    }
}

impl Container for Mpeg {
    fn rate_hz(&self) -> u32 {
        self.first.rate_hz
    }

    fn channels(&self) -> usize {
        self.first.channels
    }

    fn frames_hint(&self) -> Option<u64> {
        self.hint.filter(|frames| *frames > 0)
    }

    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> io::Result<Event> {
        let (mut strange_bytes, mut is_blank, mut is_header) = (0, true, false);
        while !self.is_over {
            let ahead = self.look()?;
            if let Ahead::Strange(bytes) = ahead {
                let strange = self.source.peek(bytes)?;
                is_blank &= strange.iter().all(|byte| *byte == 0);
                is_header |= strange_bytes == 0 && strange.first() == Some(&0xFF);
                self.source.take(bytes);
                strange_bytes += bytes as u64;
                continue;
            }
            let is_end = matches!(ahead, Ahead::End);
            let count = self.count_of(strange_bytes);
            strange_bytes = 0;
            // Before the first frame, and behind the last where nothing promises more, it is no sound.
            if count > 0 && !self.is_first && !is_end {
                let frames = self.lose(count);
                return Ok(Event::Lost {
                    what: LossKind::Gap,
                    frames: Some(frames),
                });
            }
            match ahead {
                Ahead::Strange(_) => {}
                Ahead::Tag(length) => {
                    self.source.skip(length)?;
                }
                Ahead::Torn(bytes) => {
                    self.source.take(bytes);
                    self.effort.gain(bytes);
                    let frames = self.lose(1);
                    return Ok(Event::Lost {
                        what: LossKind::Gap,
                        frames: Some(frames),
                    });
                }
                Ahead::NewStream(header, info) => {
                    let loss = self.loss_at_end(false);
                    let is_other = !header.is_like(&self.first);
                    self.source.take(header.bytes);
                    if !self.is_first && is_other {
                        self.is_over = true;
                        return Ok(Event::Lost {
                            what: LossKind::Changed,
                            frames: None,
                        });
                    }
                    self.codec.reset();
                    (self.count, self.bytes, self.position) = (0, 0, 0);
                    self.info = Some(info);
                    self.is_first = false;
                    if let Some(loss) = loss {
                        return Ok(loss);
                    }
                }
                Ahead::Frame(header) => {
                    self.is_first = false;
                    if let Some(event) = self.hear(&header, planes)? {
                        return Ok(event);
                    }
                }
                Ahead::CutShort | Ahead::End => {
                    self.is_over = true;
                    let is_cut = matches!(ahead, Ahead::CutShort)
                        || (is_end && !is_blank && (count > 0 || is_header));
                    if let Some(loss) = self.loss_at_end(is_cut) {
                        return Ok(loss);
                    }
                }
            }
        }
        Ok(Event::End)
    }
}
