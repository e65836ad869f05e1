//! Learns what a player likes, and goes looking for it.
//!
//! A [`Rating`] is a thumb up or down on a setting and on what it made of a few seconds of playing. [`Ratings`] keeps them in the
//! player's folder and nowhere else. A [`Taste`] is learnt from them: small networks over the setting and over what is measured of
//! its sound. [`Dreamer`] looks for settings by evolution: it changes and crosses settings, asks the taste which are worth hearing,
//! renders these ([`render`]), measures them ([`sound_numbers`]), and goes on from those that the player will like best and that
//! sound most like an instrument that is really played ([`mynah_models::realness`]). Without ratings that alone decides.
//!
//! Thread: any but the audio thread; everything here allocates, and a dream takes seconds.

mod children;
mod content;
mod dream;
mod error;
mod measure;
mod phrase;
mod rating;
mod ratings;
mod render;
mod setting;
mod stock;
mod taste;
mod training;

pub use children::Stride;
pub use content::{CONTENT_SAMPLES, Content, Latest, liveliest};
pub use dream::{Dreamer, Dreamt, Progress};
pub use error::ExploreError;
pub use measure::{SOUND_NUMBERS, sound_numbers};
pub use rating::Rating;
pub use ratings::{MAX_RATINGS, Ratings};
pub use render::render;
pub use setting::is_taste;
pub use stock::Stock;
pub use taste::Taste;
pub use training::{Example, Training, train};
