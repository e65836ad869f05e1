//! WAV: RIFF, and its 64-bit kin RF64 and BW64.

use super::chunks::{Chunks, Found, Headers, Layout, Walk, is_harmless};
use super::container::{Opened, Refusal, check_layout};
use super::loss::LossKind;
use super::mpeg;
use super::pcm::Coding;
use super::source::Source;

/// Chunks that programs write into WAV files.
const KNOWN: &[&[u8; 4]] = &[
    b"fmt ", b"data", b"LIST", b"fact", b"ds64", b"bext", b"JUNK", b"junk", b"PAD ", b"FLLR",
    b"id3 ", b"ID3 ", b"cue ", b"smpl", b"inst", b"PEAK", b"iXML", b"axml", b"chna", b"_PMX",
    b"LGWV", b"acid", b"cart", b"umid", b"minf", b"elm1", b"regn", b"afsp", b"DISP", b"levl",
    b"plst", b"slnt", b"strc", b"RIFF", b"RF64", b"BW64", b"r64m", b"INFO", b"SAUR", b"resu",
    b"MD5 ", b"Fake", b"ResU",
];

/// Longest way looked ahead for the samples where chunks make no sense, in bytes.
const LONGEST_SEARCH: usize = 1 << 20;

/// `fmt `'s codes of what the samples are.
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const MPEG: u16 = 0x50;
const MP3: u16 = 0x55;
const EXTENSIBLE: u16 = 0xFFFE;

/// What a `fmt ` chunk says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Plain samples.
    Pcm(Layout),
    /// An MP3 in the clothes of a WAV.
    Mpeg,
}

/// Opens a RIFF, RIFX, RF64 or BW64 file.
///
/// # Errors
/// It holds something else than sound, or sound that is not read.
pub(super) fn open(mut source: Source) -> Opened {
    let mut walk = Riff::new(&mut source)?;
    let found = walk.next_sound(&mut source)?;
    match (walk.format, found) {
        (_, Found::End(_)) => Err(Refusal::Broken("it holds no sound".into())),
        (None, Found::Sound { .. }) => Err(Refusal::Broken(
            "nothing before its sound says of which kind it is".into(),
        )),
        (Some(Format::Mpeg), Found::Sound { .. }) => mpeg::open(source),
        (Some(Format::Pcm(layout)), found) => {
            Ok(Box::new(Chunks::new(source, walk, layout, found)))
        }
    }
}

struct Riff {
    headers: Headers,
    big_endian: bool,
    format: Option<Format>,
    /// Bytes of the samples as an RF64 file's `ds64` says.
    long_bytes: Option<u64>,
}

impl Riff {
    /// Takes the file's first twelve bytes.
    fn new(source: &mut Source) -> Result<Riff, Refusal> {
        let big_endian = source.peek(4)? == b"RIFX";
        source.skip(12)?;
        Ok(Riff {
            headers: Headers::new(KNOWN, big_endian),
            big_endian,
            format: None,
            long_bytes: None,
        })
    }

    /// How far the samples go that begin here, if their chunk has the size `bytes`.
    fn extent(&mut self, bytes: u32, source: &mut Source) -> Result<Found, Refusal> {
        let certain = |bytes| Found::Sound {
            bytes,
            is_certain: true,
        };
        let there = source.length().map(|l| l.saturating_sub(source.position()));
        if bytes == u32::MAX
            && let Some(long) = self.long_bytes.filter(|b| (1..1 << 62).contains(b))
        {
            return Ok(certain(long));
        }
        let size = u64::from(bytes);
        let found = match bytes {
            0 => {
                // An empty chunk before others, or one whose writer was never told how long it became.
                let ahead = source.peek(4)?;
                if ahead.len() < 4 || self.headers.is_known(ahead) {
                    certain(0)
                } else {
                    Found::TO_THE_END
                }
            }
            // What programs write that do not know yet, and cannot go back.
            0xFFFF_0000.. => Found::TO_THE_END,
            0x7FFF_0000..=0x8000_0100 if there.is_none_or(|there| there < size) => Found::Sound {
                bytes: size,
                is_certain: false,
            },
            // Beyond 4 GiB some programs' sizes begin anew.
            _ => match there {
                Some(there) if there > size && (there - size) % (1 << 32) == 0 => certain(there),
                _ => certain(size),
            },
        };
        if found != certain(size) {
            self.headers.forget_padding();
        }
        Ok(found)
    }

    /// Where the chunks make no sense: the samples' chunk, if it is near, and the file has not had it yet.
    fn search(source: &mut Source) -> Result<bool, Refusal> {
        let ahead = source.peek(LONGEST_SEARCH)?;
        let at = ahead.windows(4).position(|window| window == b"data");
        if let Some(at) = at {
            source.take(at);
        }
        Ok(at.is_some())
    }
}

impl Walk for Riff {
    fn next_sound(&mut self, source: &mut Source) -> Result<Found, Refusal> {
        let is_first = self.format.is_none();
        let mut has_searched = false;
        loop {
            let Some(header) = self.headers.next(source)? else {
                if is_first && !has_searched && Riff::search(source)? {
                    has_searched = true;
                    continue;
                }
                let strange = !is_harmless(source)?;
                return Ok(Found::End(strange.then_some(LossKind::Unread)));
            };
            match &header.id {
                // Another file joined to this one.
                b"RIFF" | b"RIFX" | b"RF64" | b"BW64" => {
                    source.skip(4)?;
                    self.headers.forget_padding();
                    self.long_bytes = None;
                }
                b"ds64" => {
                    let body = source.peek(16.min(header.bytes as usize))?;
                    self.long_bytes = body
                        .get(8..16)
                        .and_then(|b| b.try_into().ok())
                        .map(u64::from_le_bytes);
                    source.skip(u64::from(header.bytes))?;
                }
                b"fmt " => {
                    let body = source.peek(40.min(header.bytes as usize))?;
                    let format = format(body, self.big_endian)?;
                    if self.format.is_some_and(|before| before != format) {
                        return Ok(Found::End(Some(LossKind::Changed)));
                    }
                    self.format = Some(format);
                    source.skip(u64::from(header.bytes))?;
                }
                b"data" => match self.extent(header.bytes, source)? {
                    Found::Sound { bytes: 0, .. } => {}
                    found => return Ok(found),
                },
                _ => {
                    source.skip(u64::from(header.bytes))?;
                }
            }
        }
    }
}

/// Reads a `fmt ` chunk.
///
/// # Errors
/// It names a kind of sound that is not read.
pub(super) fn format(body: &[u8], big_endian: bool) -> Result<Format, Refusal> {
    let word = |at: usize| -> Result<u16, Refusal> {
        let bytes: [u8; 2] = body
            .get(at..at + 2)
            .and_then(|b| b.try_into().ok())
            .ok_or_else(|| Refusal::Broken("its header is cut short".into()))?;
        Ok(if big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    };
    let (mut tag, channels, bits) = (word(0)?, usize::from(word(2)?), usize::from(word(14)?));
    let (low, high) = if big_endian { (6, 4) } else { (4, 6) };
    let rate_hz = u32::from(word(high)?) << 16 | u32::from(word(low)?);
    let frame = usize::from(word(12)?);
    if tag == EXTENSIBLE {
        tag = word(24)?;
    }
    if matches!(tag, MPEG | MP3) {
        return Ok(Format::Mpeg);
    }
    check_layout(rate_hz, channels)?;
    // The room of a sample may be larger than the sample, which then lies at its upper end.
    let bytes = match frame / channels {
        room if frame % channels == 0 && room * 8 >= bits && room > 0 => room,
        _ => bits.div_ceil(8),
    };
    let coding = match (tag, bytes) {
        (PCM, 1) => Coding::Unsigned,
        (PCM, 2..=4) => Coding::Signed { bytes, big_endian },
        (FLOAT, 4 | 8) => Coding::Float { bytes, big_endian },
        (A_LAW, _) => Coding::ALaw,
        (MU_LAW, _) => Coding::MuLaw,
        (PCM | FLOAT, _) => {
            return Err(Refusal::Broken(format!(
                "it holds samples of {bits} bits in {bytes} bytes"
            )));
        }
        _ => {
            return Err(Refusal::Foreign(format!(
                "is a WAV file with {} sound",
                codec_name(tag)
            )));
        }
    };
    Ok(Format::Pcm(Layout {
        rate_hz,
        channels,
        coding,
    }))
}

/// What a tag stands for.
fn codec_name(tag: u16) -> String {
    match tag {
        0x02 | 0x11 | 0x20 | 0x69 => "ADPCM".into(),
        0x31 => "GSM".into(),
        0x92 => "AC-3".into(),
        0xFF | 0x1600 | 0x1601 => "AAC".into(),
        0x160..=0x163 => "WMA".into(),
        0x566F | 0x674F..=0x6751 => "Vorbis".into(),
        0xF1AC => "FLAC".into(),
        _ => format!("compressed (kind {tag:#06x})"),
    }
}
