//! What the pages have in common that commands write: one HTML file that loads nothing but the sounds and pictures beside
//! it, a player that switches between a sound and what it becomes, and the files of these.

mod filling;
mod hearing;
mod numbers;
mod player;
mod sound;
mod writing;

#[cfg(test)]
pub(super) use filling::marks;
pub(super) use filling::{escaped, fill};
pub(super) use hearing::{Moment, hear, top_db};
pub(super) use numbers::{correlation, median, rms};
pub(super) use player::{Outcome, Player, models};
pub(super) use sound::Source;
pub(super) use writing::{write_page, write_picture, write_sound};

/// The page's own file.
pub(super) const PAGE_NAME: &str = "index.html";

const STYLE: &str = include_str!("style.css");
const HEAD: &str = include_str!("head.html");

/// The bird of every page's header.
pub(super) const BIRD: &str = include_str!("bird.html");
/// Works the player.
pub(super) const SCRIPT: &str = include_str!("player.js");

/// What belongs into a page's `<head>`.
pub(super) fn head(title: &str) -> String {
    fill(
        HEAD,
        &[("title", escaped(title)), ("style", STYLE.to_owned())],
    )
}
