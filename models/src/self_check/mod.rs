//! Whether the packed networks compute on this processor what candle defines them to.
//!
//! A compiler, an emulator or a processor may be wrong about vector instructions, and nobody would know why it sounds
//! wrong. So every model is played a fixed [`Excerpt`](excerpt::Excerpt) when it is loaded, through the streaming
//! networks and through candle's; where they differ, the model runs on the portable instructions instead.
//!
//! Thread: any but the audio thread; allocates.

mod definition;
mod excerpt;

use std::ops::Deref;

use crate::file::ModelFileError;
use crate::instructions::Instructions;

pub(crate) use definition::{Definition, in_candle, var_builder};

/// Largest difference, relative to the largest value of what is compared: a hundred times what the order of sums makes.
const TOLERANCE: f32 = 1e-4;
/// What a player is told.
const PUT_ASIDE: &str = "This processor computes the networks wrongly with its fastest instructions; \
                         Mynah uses slower ones.";

/// What computes as it is defined, on the fastest instructions with which it does.
pub(crate) struct Right<T> {
    value: T,
    put_aside: bool,
}

impl<T> Right<T> {
    /// A sentence for the player, if the fastest instructions compute wrongly.
    pub(crate) fn note(&self) -> Option<&'static str> {
        self.put_aside.then_some(PUT_ASIDE)
    }
}

impl<T> Deref for Right<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value
    }
}

/// Compiles with the fastest instructions, unless they are `distrusted`, and checks; if they err, with the portable ones.
///
/// # Errors
/// Those of `compile`, and those of `check` on the portable instructions.
pub(crate) fn first_right<T>(
    distrusted: bool,
    compile: impl Fn(Instructions) -> Result<T, ModelFileError>,
    check: impl Fn(Instructions, &T) -> Result<(), ModelFileError>,
) -> Result<Right<T>, ModelFileError> {
    if !distrusted {
        let fastest = Instructions::fastest();
        let value = compile(fastest)?;
        if check(fastest, &value).is_ok() {
            return Ok(Right {
                value,
                put_aside: false,
            });
        }
    }
    let portable = Instructions::portable();
    let value = compile(portable)?;
    check(portable, &value)?;
    Ok(Right {
        value,
        put_aside: true,
    })
}

/// Refuses values that are further apart than [`TOLERANCE`], relative to the largest one expected, or to `least`.
pub(crate) fn compare(
    network: &'static str,
    found: &[f32],
    expected: &[f32],
    least: f32,
) -> Result<(), ModelFileError> {
    let largest = expected.iter().fold(least, |peak, x| peak.max(x.abs()));
    for (found, expected) in found.iter().zip(expected) {
        let apart = (found - expected).abs();
        // What is infinite or no number is near to nothing.
        if !apart.is_finite() || apart > TOLERANCE * largest {
            return Err(ModelFileError::Miscomputed {
                network,
                found: *found,
                expected: *expected,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
