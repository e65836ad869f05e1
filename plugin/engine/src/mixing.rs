//! Dry and translated sound, the output gain and the bypass.

use crate::controls::{Controls, db_to_gain};
use crate::smoothing::Glide;

/// Where each of them stands. Thread: audio.
pub(crate) struct Mixing {
    mix: Glide,
    output_gain: Glide,
    bypass: Glide,
}

impl Mixing {
    pub(crate) fn new(controls: &Controls, host_rate_hz: f64) -> Self {
        let glide = |value| Glide::new(value, host_rate_hz);
        Self {
            mix: glide(controls.mix),
            output_gain: glide(db_to_gain(controls.output_gain_db)),
            bypass: glide(share(controls.bypass)),
        }
    }

    /// Goes there in 20 ms, or is there at once.
    pub(crate) fn set(&mut self, controls: &Controls, at_once: bool) {
        self.mix.go_to(controls.mix, at_once);
        self.output_gain
            .go_to(db_to_gain(controls.output_gain_db), at_once);
        self.bypass.go_to(share(controls.bypass), at_once);
    }

    /// Whether all of them have arrived.
    pub(crate) fn rests(&self) -> bool {
        self.mix.rests() && self.output_gain.rests() && self.bypass.rests()
    }

    /// One sample of both channels; `presence` of the wet sound belongs to targets that there are. Values at rest at 0 or 1 are taken
    /// as they are, without arithmetic, so that an unprocessed signal stays the same to the bit.
    pub(crate) fn blend(&mut self, dry: [f32; 2], wet: [f32; 2], presence: f32) -> [f32; 2] {
        let mix = self.mix.advance();
        let gain = self.output_gain.advance();
        let bypass = self.bypass.advance();
        if bypass == 1.0 {
            return dry;
        }
        // Where there is no target, the dry signal takes the translation's place.
        let wet_share = mix * presence;
        std::array::from_fn(|side| {
            let (dry, wet) = (dry[side], wet[side]);
            let mut out = if wet_share == 0.0 {
                dry
            } else if wet_share == 1.0 {
                wet
            } else {
                (1.0 - wet_share) * dry + mix * wet
            };
            if gain != 1.0 {
                out *= gain;
            }
            if bypass != 0.0 {
                out += bypass * (dry - out);
            }
            out
        })
    }
}

fn share(is_on: bool) -> f32 {
    f32::from(u8::from(is_on))
}
