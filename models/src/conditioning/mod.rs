//! What a player can shape between what is heard and what is played.

mod controls;

pub use controls::{
    ALL_NOTES, DynamicsControls, HopControls, MORPH_SLOTS, Mode, PitchControls, ToneControls,
    VariationControls,
};
