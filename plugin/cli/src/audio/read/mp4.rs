//! MP4 and M4A with AAC, ALAC or MP3: packets found by the index, so that a file may end wherever it does. An index may stand
//! at the end: a stream is copied to a temporary file first.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_ALAC, CODEC_ID_MP3};
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

use super::codec::Codec;
use super::container::{Opened, Refusal};
use super::demuxed::{self, Kind};
use super::mp4_index::{Index, Track, Walk};
use super::packets::{self, Edit, Next, Packets};
use super::source::Source;

/// Longest packet, in bytes; a longer one is damage.
const MAX_PACKET_BYTES: u32 = 1 << 20;
/// Packets that a file may have besides one for every byte of it.
const IDLE_PACKETS: u64 = 1_000;

/// Opens an MP4 file.
///
/// # Errors
/// It holds no sound, or sound that is not read, or its index is missing.
pub(super) fn open(source: Source) -> Opened {
    let (mut file, start) = source.into_file()?;
    let bytes = file.seek(SeekFrom::End(0))?.saturating_sub(start);
    let index = Index::read(&mut file, start, bytes)?.ok_or_else(|| {
        Refusal::Broken("its index ('moov') is missing, as in files that are cut short".into())
    })?;
    let track = index
        .track()
        .ok_or_else(|| Refusal::Broken("it holds no sound that is known".into()))?;
    if index.is_fragmented() {
        return demuxed::open(file, start, Kind::Mp4, track.edit);
    }
    let codec = demuxed::known(codec(&track))?;
    let edit = track.edit;
    let ticks = track.tables.ticks_from(0);
    // The last packet lasts less than it decodes to, if the encoder had no more to put into it.
    let edit = Edit {
        end: edit.end.min(ticks),
        ..edit
    };
    let in_file = InFile {
        file: BufReader::with_capacity(1 << 16, file),
        start,
        bytes,
        at: None,
        packets_left: bytes + IDLE_PACKETS,
        bytes_left: 2 * bytes,
        walk: Walk::new(track.tables),
        edit,
    };
    packets::open(Box::new(in_file), codec, edit, track.rate, Some(ticks))
}

fn codec(track: &Track) -> Result<Codec, Refusal> {
    let kind = match (&track.coding, track.object_type) {
        (b"alac", _) => CODEC_ID_ALAC,
        (b"mp4a", 0x69 | 0x6B) => CODEC_ID_MP3,
        (b"mp4a", 0x40 | 0x66..=0x68) => CODEC_ID_AAC,
        _ => return Err(Refusal::Unknown),
    };
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(kind);
    if !track.setup.is_empty() {
        parameters.with_extra_data(track.setup.clone().into());
    }
    Codec::new(parameters, false)
}

struct InFile {
    file: BufReader<File>,
    start: u64,
    /// Of the file.
    bytes: u64,
    /// Where the file stands, if that is known.
    at: Option<u64>,
    /// A damaged index may name places again and again.
    packets_left: u64,
    bytes_left: u64,
    walk: Walk,
    edit: Edit,
}

impl InFile {
    /// The packet numbered `number` and those behind it are missing.
    fn missing(&self, number: u64) -> Next {
        let tables = self.walk.tables();
        let from = tables.ticks_from(0) - tables.ticks_from(number);
        let end = self.edit.end;
        // Encoders end with a packet of which no more is to be heard.
        Next::End(
            Some(end.saturating_sub(from))
                .filter(|ticks| *ticks > 0)
                .map(Some),
        )
    }
}

impl Packets for InFile {
    fn next(&mut self) -> io::Result<Next> {
        let number = self.walk.number;
        let Some(place) = self.walk.next() else {
            if number < self.walk.tables().count() {
                return Ok(self.missing(number));
            }
            return Ok(Next::End(None));
        };
        // Packets are short: a longer one is damage.
        let lasts = place
            .ticks
            .map(u64::from)
            .filter(|n| (1..=65_536).contains(n));
        let end = place.at.saturating_add(u64::from(place.bytes));
        if end > self.bytes || self.packets_left == 0 || self.bytes_left < u64::from(place.bytes) {
            return Ok(self.missing(number));
        }
        self.packets_left -= 1;
        self.bytes_left -= u64::from(place.bytes);
        if place.bytes > MAX_PACKET_BYTES {
            return Ok(Next::Lost(lasts));
        }
        if self.at != Some(place.at) {
            self.file.seek(SeekFrom::Start(self.start + place.at))?;
        }
        let mut bytes = vec![0; place.bytes as usize];
        self.file.read_exact(&mut bytes)?;
        self.at = Some(end);
        let ticks = Duration::from(u64::from(place.ticks.unwrap_or(0)));
        let packet = Packet::new(0, Timestamp::ZERO, ticks, bytes);
        Ok(Next::Packet(packet, lasts))
    }
}
