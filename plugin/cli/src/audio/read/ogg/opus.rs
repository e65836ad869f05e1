//! Opus: what its header says, and its decoder.

use ropus::OpusMSDecoder;

use crate::audio::read::codec::{Unreadable, guarded};
use crate::audio::read::container::{Refusal, check_layout};

/// The rate of everything Opus decodes to, and of its numbers of frames.
pub(super) const RATE_HZ: u32 = 48_000;
/// Most frames of a packet: 120 ms.
const MAX_FRAMES: usize = 5_760;

/// What `OpusHead` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) channels: usize,
    /// Frames at the beginning that are no sound.
    pub(super) skipped_frames: u64,
    /// In 1/256 dB.
    gain: i16,
    streams: usize,
    coupled: usize,
    /// Which decoded channel each channel is.
    map: Vec<u8>,
}

impl Head {
    /// Reads the stream's first packet; `None` if it is damaged.
    pub(super) fn parse(packet: &[u8]) -> Option<Head> {
        let &[
            version,
            channels,
            s0,
            s1,
            _,
            _,
            _,
            _,
            g0,
            g1,
            family,
            ref rest @ ..,
        ] = packet.strip_prefix(b"OpusHead")?
        else {
            return None;
        };
        let (streams, coupled, map) = match (family, channels) {
            (0, 1) => (1, 0, vec![0]),
            (0, 2) => (1, 1, vec![0, 1]),
            (0, _) => return None,
            _ => {
                let &[streams, coupled, ref map @ ..] = rest else {
                    return None;
                };
                let map = map.get(..usize::from(channels))?;
                let order = order(family, usize::from(channels));
                let map = order.iter().map(|channel| map[*channel]).collect();
                (usize::from(streams), usize::from(coupled), map)
            }
        };
        (version < 16).then_some(Head {
            channels: usize::from(channels),
            skipped_frames: u64::from(u16::from_le_bytes([s0, s1])),
            gain: i16::from_le_bytes([g0, g1]),
            streams,
            coupled,
            map,
        })
    }
}

/// Which of Opus's channels each channel is in the order that WAV files have: left, right, centre, bass, back, side.
fn order(family: u8, channels: usize) -> Vec<usize> {
    match (family, channels) {
        (1, 3) => vec![0, 2, 1],
        (1, 5) => vec![0, 2, 1, 3, 4],
        (1, 6) => vec![0, 2, 1, 5, 3, 4],
        (1, 7) => vec![0, 2, 1, 6, 5, 3, 4],
        (1, 8) => vec![0, 2, 1, 7, 5, 6, 3, 4],
        _ => (0..channels).collect(),
    }
}

/// The decoder of one stream.
pub(super) struct Opus {
    head: Head,
    decoder: OpusMSDecoder,
    /// Of a 16-bit sample.
    gain: f32,
    interleaved: Vec<i16>,
}

impl Opus {
    /// # Errors
    /// The header makes no sense.
    pub(super) fn new(head: &Head) -> Result<Opus, Refusal> {
        check_layout(RATE_HZ, head.channels)?;
        Ok(Opus {
            decoder: decoder(head)
                .ok_or_else(|| Refusal::Broken("its header is damaged".into()))?,
            gain: 10.0f32.powf(f32::from(head.gain) / 256.0 / 20.0) / 32_768.0,
            interleaved: vec![0; MAX_FRAMES * head.channels],
            head: head.clone(),
        })
    }

    /// # Errors
    /// The packet is damaged.
    pub(super) fn decode(
        &mut self,
        packet: &[u8],
        planes: &mut Vec<Vec<f32>>,
    ) -> Result<usize, Unreadable> {
        let Opus {
            decoder,
            interleaved,
            ..
        } = self;
        let bytes = i32::try_from(packet.len()).map_err(|_| Unreadable)?;
        let decoded =
            guarded(|| decoder.decode(Some(packet), bytes, interleaved, MAX_FRAMES as i32, false));
        let Some(decoded) = decoded else {
            self.reset();
            return Err(Unreadable);
        };
        let frames = usize::try_from(decoded.map_err(|_| Unreadable)?).unwrap_or(0);
        let frames = frames.min(MAX_FRAMES);
        let channels = self.head.channels;
        planes.resize(channels, Vec::new());
        for (channel, plane) in planes.iter_mut().enumerate() {
            let samples = self.interleaved.chunks_exact(channels).take(frames);
            plane.clear();
            plane.extend(samples.map(|frame| f32::from(frame[channel]) * self.gain));
        }
        Ok(frames)
    }

    /// The next packet does not follow the last one.
    pub(super) fn reset(&mut self) {
        if let Some(fresh) = decoder(&self.head) {
            self.decoder = fresh;
        }
    }
}

fn decoder(head: &Head) -> Option<OpusMSDecoder> {
    let count = |n: usize| i32::try_from(n).ok();
    let (channels, streams) = (count(head.channels)?, count(head.streams)?);
    let coupled = count(head.coupled)?;
    guarded(|| OpusMSDecoder::new(RATE_HZ as i32, channels, streams, coupled, &head.map))?.ok()
}
