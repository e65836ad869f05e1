//! `mynah dream`, `mynah rate` and `mynah ratings`: what you like, and settings that you will like.

mod dreams;

use anyhow::{Context, Result, bail};
use mynah_engine::{Library, Plays, Preset};
use mynah_explore::{Content, Rating, Ratings, Stock, liveliest};
use serde::Serialize;

use super::setting::find_preset;
use super::{print, print_json};
use crate::audio::mono::each_piece;
use crate::audio::source::Source;
use crate::cli;

pub(super) use dreams::run as dream;

#[derive(Serialize)]
struct Listed {
    liked: bool,
    preset: String,
    targets: Vec<String>,
    measured: bool,
}

/// Keeps a rating.
///
/// # Errors
/// The recording or the preset cannot be read, or the ratings cannot be written.
pub(super) fn rate(arguments: &cli::Rate) -> Result<()> {
    let preset = preset_of_sound(&arguments.preset)?;
    let content = content(&arguments.input)?;
    let stock = Stock::new(Library::with_user_folder())?;
    let name = preset.name.clone();
    let rating = Rating::of(arguments.up, preset, &stock, &content)?;
    let kept = Ratings::of_user()?.add(rating)?;
    let thumb = if arguments.up { "up" } else { "down" };
    let plural = if kept == 1 { "" } else { "s" };
    print(&format!(
        "{name}: thumb {thumb}; {kept} rating{plural} kept\n"
    ))
}

/// Lists or forgets them.
///
/// # Errors
/// The file cannot be read or removed.
pub(super) fn ratings(arguments: &cli::Ratings) -> Result<()> {
    let ratings = Ratings::of_user()?;
    let all = ratings.all()?;
    if arguments.clear {
        ratings.clear()?;
        return print(&format!("{} ratings forgotten\n", all.len()));
    }
    let listed: Vec<Listed> = all.iter().map(Listed::of).collect();
    if arguments.json {
        return print_json(&listed);
    }
    let mut text = String::new();
    for one in &listed {
        let thumb = if one.liked { "up  " } else { "down" };
        text += &format!("{thumb}  {}  {}\n", one.preset, one.targets.join(", "));
    }
    text += &format!("{} ratings in {}\n", listed.len(), ratings.path().display());
    print(&text)
}

impl Listed {
    fn of(rating: &Rating) -> Self {
        let mut targets: Vec<String> = Vec::new();
        for target in rating.preset.targets.iter().flatten() {
            if !targets.contains(&target.name) {
                targets.push(target.name.clone());
            }
        }
        Self {
            liked: rating.liked,
            preset: rating.preset.name.clone(),
            targets,
            measured: rating.sound.is_some(),
        }
    }
}

/// The three liveliest seconds of a file.
fn content(input: &std::path::Path) -> Result<Content> {
    let mut source = Source::of(input);
    let mut sound = Vec::new();
    each_piece(&mut source.reader()?, |piece| {
        sound.extend(piece);
        true
    })?;
    let content = Content::sound(liveliest(&sound).to_vec());
    content.with_context(|| format!("'{}'", source.shown()))
}

/// A preset of the effect: keys have no recording.
fn preset_of_sound(wanted: &str) -> Result<Preset> {
    let preset = find_preset(wanted)?;
    if preset.plays == Plays::Keys {
        bail!(
            "the preset '{}' is played from keys, not with a recording",
            preset.name
        );
    }
    Ok(preset)
}
