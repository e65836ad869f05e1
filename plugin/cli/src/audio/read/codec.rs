//! symphonia's decoders, so wrapped that no packet can do harm.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};

use super::container::Refusal;

/// Most frames that a packet of any kind read here decodes to; more is damage.
const MAX_FRAMES: usize = 1 << 17;

/// A decoder of one kind of packets.
pub(super) struct Codec {
    parameters: AudioCodecParameters,
    options: AudioDecoderOptions,
    decoder: Box<dyn AudioDecoder>,
}

/// A packet that cannot be decoded.
#[derive(Debug)]
pub(super) struct Unreadable;

impl Codec {
    /// # Errors
    /// There is no decoder for it, or what it needs to know is damaged.
    pub(super) fn new(
        parameters: AudioCodecParameters,
        is_gapless: bool,
    ) -> Result<Codec, Refusal> {
        let options = AudioDecoderOptions::default().gapless(is_gapless);
        let decoder =
            guarded(|| symphonia::default::get_codecs().make_audio_decoder(&parameters, &options))
                .ok_or_else(|| Refusal::Broken("its header is damaged".into()))?
                .map_err(|error| Refusal::Broken(error.to_string()))?;
        Ok(Codec {
            parameters,
            options,
            decoder,
        })
    }

    /// Decodes `packet` into a plane per channel. Returns how many frames there are, perhaps none.
    ///
    /// # Errors
    /// It cannot be decoded, or is of another rate or number of channels than `layout` (Hz, channels).
    pub(super) fn decode(
        &mut self,
        packet: &PacketRef<'_>,
        layout: Option<(u32, usize)>,
        planes: &mut Vec<Vec<f32>>,
    ) -> Result<usize, Unreadable> {
        let decoder = &mut self.decoder;
        let decoded = guarded(|| {
            let buffer = decoder.decode_ref(packet).map_err(|_| Unreadable)?;
            let found = (buffer.spec().rate(), buffer.num_planes());
            if buffer.frames() > MAX_FRAMES
                || (buffer.frames() > 0 && layout.is_some_and(|layout| layout != found))
            {
                return Err(Unreadable);
            }
            buffer.copy_to_vecs_planar(planes);
            Ok(buffer.frames())
        });
        decoded.unwrap_or_else(|| {
            self.replace();
            Err(Unreadable)
        })
    }

    /// As [`Codec::decode`], of bytes that carry no times.
    pub(super) fn decode_bytes(
        &mut self,
        bytes: &[u8],
        layout: Option<(u32, usize)>,
        planes: &mut Vec<Vec<f32>>,
    ) -> Result<usize, Unreadable> {
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, bytes);
        self.decode(&packet, layout, planes)
    }

    /// Rate in Hz and number of channels of the packet decoded last.
    pub(super) fn layout(&self) -> (u32, usize) {
        let buffer = self.decoder.last_decoded();
        (buffer.spec().rate(), buffer.num_planes())
    }

    /// The next packet does not follow the last one.
    pub(super) fn reset(&mut self) {
        let decoder = &mut self.decoder;
        if guarded(|| decoder.reset()).is_none() {
            self.replace();
        }
    }

    /// A decoder that has panicked is in no state to go on with.
    fn replace(&mut self) {
        let fresh = Codec::new(self.parameters.clone(), self.options.gapless);
        if let Ok(fresh) = fresh {
            self.decoder = fresh.decoder;
        }
    }
}

thread_local! {
    /// Whether a panic of this thread is one that is caught and told as damage.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` of a crate that may panic over malformed bytes; `None` if it did. Nothing is printed then: the file's
/// damage is told where its losses are.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                usual(panic);
            }
        }));
    });
    let before = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    result.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_over_a_packet_is_an_answer() {
        assert_eq!(guarded(|| 1), Some(1));
        assert_eq!(guarded(|| -> i32 { panic!("a decoder's own") }), None);
        // Also where one guards another, and afterwards.
        assert_eq!(
            guarded(|| guarded(|| -> i32 { panic!("inside") })),
            Some(None)
        );
        assert_eq!(guarded(|| 2), Some(2));
        assert!(!GUARDED.get());
    }
}
