//! Controls' values as numbers: what hosts, files and the command line carry.

use mynah_models::{Mode, Unvoiced};

use super::scale::Scale;
use super::{Channels, Quality};

/// A type of value that has a number. Numbers are whole where the type is; others are rounded.
pub(super) trait Value: Copy {
    fn number(self) -> f32;
    fn from_number(number: f32) -> Self;
}

impl Value for f32 {
    fn number(self) -> f32 {
        self
    }

    fn from_number(number: f32) -> f32 {
        number
    }
}

impl Value for i32 {
    fn number(self) -> f32 {
        self as f32
    }

    fn from_number(number: f32) -> i32 {
        number.round() as i32
    }
}

impl Value for bool {
    fn number(self) -> f32 {
        f32::from(u8::from(self))
    }

    fn from_number(number: f32) -> bool {
        number >= 0.5
    }
}

/// A choice's values in the order of their numbers; numbers beyond them are the last.
macro_rules! choice {
    ($type:ident: $($value:ident),*) => {
        impl Value for $type {
            fn number(self) -> f32 {
                self as u8 as f32
            }

            fn from_number(number: f32) -> $type {
                let all = [$($type::$value),*];
                all[(number.round().max(0.0) as usize).min(all.len() - 1)]
            }
        }
    };
}

choice!(Mode: Track, Follow, Auto, Chords);
choice!(Unvoiced: Held, Noise, Softened, Swallowed);
choice!(Quality: Eco, Full);
choice!(Channels: Mono, Stereo);
choice!(Scale: Chromatic, Major, Minor, MajorPentatonic, MinorPentatonic, Blues, Custom, Auto);
