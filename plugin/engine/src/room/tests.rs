//! What makes a room a good one, measured in its impulse response; and that it stays within bounds.

#![allow(clippy::unwrap_used)]

mod bounds;
mod measure;
mod response;

use super::*;

/// A room of this amount and size at a rate, there at once.
fn room(rate_hz: f64, amount: f32, size: f32) -> Room {
    let mut room = Room::new(rate_hz);
    room.set(amount, size, true);
    room
}
