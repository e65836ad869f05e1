//! What of the instrument's parameters is its own: of the others it has those that serve, as the effect publishes them.

use mynah_engine::{Control, Plays};

use super::{PUBLISHED, Published};
use crate::host::Host;

/// How keys are played, in the plugin's order.
pub const OF_KEYS: [Published; 5] = [
    Published {
        id: "voices",
        number: 1_336_493_441,
        name: "Voices",
        default: 1.0,
        steps: 7,
    },
    Published {
        id: "modulation",
        number: 1_274_578_300,
        name: "Modulation",
        default: 0.0,
        steps: 0,
    },
    Published {
        id: "expression",
        number: 352_031_384,
        name: "Expression",
        default: 1.0,
        steps: 0,
    },
    Published {
        id: "wheel",
        number: 113_097_563,
        name: "Wheel",
        default: 0.5,
        steps: 0,
    },
    Published {
        id: "sustain",
        number: 295_592_483,
        name: "Sustain",
        default: 0.0,
        steps: 1,
    },
];

/// The parameters of the plugin in this host, in its order.
pub fn published<H: Host>() -> Vec<Published> {
    let serves =
        |row: &Published| Control::of(row.id).is_none_or(|control| control.serves(H::PLAYS));
    let shared = PUBLISHED.into_iter().filter(serves);
    match H::PLAYS {
        Plays::Sound => shared.collect(),
        Plays::Keys => shared.chain(OF_KEYS).collect(),
    }
}
