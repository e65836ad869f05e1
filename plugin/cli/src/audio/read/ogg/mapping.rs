//! What may lie in an Ogg file, and how its packets become sound.

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_VORBIS;

use super::opus::{self, Head, Opus};
use super::pages::{Next, Packets};
use crate::audio::read::codec::{Codec, Unreadable};
use crate::audio::read::container::{Refusal, check_layout};
use crate::audio::read::flac;
use crate::audio::read::flac_frame::{STREAM_INFO_BYTES, StreamInfo};

/// Most packets that a stream's header may have.
const MAX_HEADERS: usize = 1_000;

/// A stream's decoder.
pub(super) struct Mapping {
    decoder: Decoder,
    pub(super) rate_hz: u32,
    pub(super) channels: usize,
    /// Frames at the beginning that are no sound.
    pub(super) skipped_frames: u64,
}

enum Decoder {
    Vorbis(Codec),
    Flac(Codec),
    Opus(Box<Opus>),
}

impl Mapping {
    /// # Errors
    /// The packet is damaged.
    pub(super) fn decode(
        &mut self,
        packet: &[u8],
        planes: &mut Vec<Vec<f32>>,
    ) -> Result<usize, Unreadable> {
        match &mut self.decoder {
            Decoder::Vorbis(codec) | Decoder::Flac(codec) => {
                codec.decode_bytes(packet, Some((self.rate_hz, self.channels)), planes)
            }
            Decoder::Opus(opus) => opus.decode(packet, planes),
        }
    }

    /// The next packet does not follow the last one.
    pub(super) fn reset(&mut self) {
        match &mut self.decoder {
            Decoder::Vorbis(codec) | Decoder::Flac(codec) => codec.reset(),
            Decoder::Opus(opus) => opus.reset(),
        }
    }

    /// Whether `packet` is no sound: of the header, or empty.
    pub(super) fn is_header(&self, packet: &[u8]) -> bool {
        match (packet.first(), &self.decoder) {
            (None, _) => true,
            (Some(first), Decoder::Flac(_)) => *first != 0xFF,
            (Some(first), Decoder::Vorbis(_)) => first & 1 == 1,
            (Some(_), Decoder::Opus(_)) => {
                packet.starts_with(b"OpusTags") || packet.starts_with(b"OpusHead")
            }
        }
    }
}

/// What a stream's first packet says it is.
pub(super) enum Kind {
    Vorbis {
        rate_hz: u32,
        channels: usize,
    },
    Flac(StreamInfo),
    Opus(Head),
    /// Known by name.
    Foreign(&'static str),
    Unknown,
}

/// Reads a stream's first packet.
pub(super) fn identify(packet: &[u8]) -> Kind {
    match packet {
        [
            1,
            b'v',
            b'o',
            b'r',
            b'b',
            b'i',
            b's',
            _,
            _,
            _,
            _,
            channels,
            a,
            b,
            c,
            d,
            ..,
        ] => Kind::Vorbis {
            rate_hz: u32::from_le_bytes([*a, *b, *c, *d]),
            channels: usize::from(*channels),
        },
        // Version, number of headers, then a FLAC file's marker and its first block with that block's header.
        [
            0x7F,
            b'F',
            b'L',
            b'A',
            b'C',
            _,
            _,
            _,
            _,
            b'f',
            b'L',
            b'a',
            b'C',
            _,
            _,
            _,
            _,
            info @ ..,
        ] => info
            .get(..STREAM_INFO_BYTES)
            .and_then(|b| b.try_into().ok())
            .map_or(Kind::Unknown, |info| Kind::Flac(StreamInfo::parse(info))),
        [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', ..] => {
            Head::parse(packet).map_or(Kind::Unknown, Kind::Opus)
        }
        [b'S', b'p', b'e', b'e', b'x', b' ', b' ', b' ', ..] => Kind::Foreign("a Speex file"),
        [0x80, b't', b'h', b'e', b'o', b'r', b'a', ..] => Kind::Foreign("a video (Ogg Theora)"),
        [0x01, b'v', b'i', b'd', b'e', b'o', ..] => Kind::Foreign("a video (Ogg)"),
        [b'C', b'E', b'L', b'T', ..] => Kind::Foreign("a CELT file"),
        _ => Kind::Unknown,
    }
}

/// Reads the rest of the chosen stream's header.
///
/// # Errors
/// A part of it is missing or damaged.
pub(super) fn set_up(kind: &Kind, packets: &mut Packets) -> Result<Mapping, Refusal> {
    let damaged = || Refusal::Broken("its header is damaged".into());
    match kind {
        Kind::Vorbis { rate_hz, channels } => {
            check_layout(*rate_hz, *channels)?;
            let mut extra = Vec::new();
            for _ in 0..MAX_HEADERS {
                match packets.next()? {
                    Next::Packet(packet) if packet.bytes.starts_with(b"\x01vorbis") => {
                        extra = packet.bytes;
                    }
                    Next::Packet(packet) if packet.bytes.starts_with(b"\x05vorbis") => {
                        extra.extend_from_slice(&packet.bytes);
                        let mut parameters = AudioCodecParameters::new();
                        parameters
                            .for_codec(CODEC_ID_VORBIS)
                            .with_extra_data(extra.into());
                        return Ok(Mapping {
                            decoder: Decoder::Vorbis(Codec::new(parameters, true)?),
                            rate_hz: *rate_hz,
                            channels: *channels,
                            skipped_frames: 0,
                        });
                    }
                    Next::End => return Err(damaged()),
                    _ => {}
                }
            }
            Err(damaged())
        }
        Kind::Flac(info) => {
            check_layout(info.rate_hz, info.channels)?;
            Ok(Mapping {
                decoder: Decoder::Flac(flac::codec(info)?),
                rate_hz: info.rate_hz,
                channels: info.channels,
                skipped_frames: 0,
            })
        }
        Kind::Opus(head) => Ok(Mapping {
            decoder: Decoder::Opus(Box::new(Opus::new(head)?)),
            rate_hz: opus::RATE_HZ,
            channels: head.channels,
            skipped_frames: head.skipped_frames,
        }),
        Kind::Foreign(name) => Err(Refusal::Foreign(format!("is {name}"))),
        Kind::Unknown => Err(Refusal::Foreign(
            "is an Ogg file with sound of an unknown kind".into(),
        )),
    }
}
