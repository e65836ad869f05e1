//! `mynah invent`: an instrument of chance, as a target's file.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use mynah_engine::{Existing, Invented, Library, invent, write_whole};
use mynah_models::ModelHash;
use serde::Serialize;

use super::{print, print_json};
use crate::cli::Invent;

/// Seeds of chance have four digits: they stand in the instrument's name.
const SEEDS: u128 = 10_000;

#[derive(Serialize)]
struct Report {
    output: String,
    display_name: String,
    hash: String,
    seed: u32,
    /// Who plays.
    player: String,
    /// Whose colour it goes towards, and how far, 0 to 1.
    colour: String,
    towards: f32,
    brightness: f32,
    breath: f32,
    body: f32,
    sooner: f32,
}

/// Makes the file.
///
/// # Errors
/// The name is none, the file is there already or cannot be written, or this build has no targets.
pub(super) fn run(arguments: &Invent) -> Result<()> {
    let seed = arguments.seed.unwrap_or_else(seed_of_chance);
    let library = Library::shipped();
    let name = arguments.name.as_deref();
    let invented = invent(&library, u64::from(seed), name)?;
    let shown = arguments.output.display().to_string();
    let existing = if arguments.force {
        Existing::Replace
    } else {
        Existing::Keep
    };
    write_whole(&arguments.output, &invented.bytes, existing).with_context(|| {
        let hint = if arguments.output.exists() && !arguments.force {
            ": give --force to replace it"
        } else {
            ""
        };
        format!("cannot write '{shown}'{hint}")
    })?;
    let report = Report::new(shown, seed, &invented);
    if arguments.json {
        return print_json(&report);
    }
    print(&report.line())
}

fn seed_of_chance() -> u32 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| (now.as_millis() % SEEDS) as u32)
}

impl Report {
    fn new(output: String, seed: u32, invented: &Invented) -> Self {
        let recipe = &invented.recipe;
        let [.., brightness, breath, body] = recipe.place;
        Self {
            output,
            display_name: invented.display_name.clone(),
            hash: ModelHash::of(&invented.bytes).to_string(),
            seed,
            player: recipe.player.clone(),
            colour: recipe.colour.clone(),
            towards: recipe.towards,
            brightness,
            breath,
            body,
            sooner: recipe.sooner,
        }
    }

    fn line(&self) -> String {
        let mut moved = String::new();
        for (value, less, more) in [
            (self.brightness, "darker", "brighter"),
            (self.breath, "purer", "breathier"),
            (self.body, "thinner", "fuller"),
            (self.sooner, "slower", "quicker"),
        ] {
            if value != 0.0 {
                let word = if value < 0.0 { less } else { more };
                moved += &format!(", {:.0} % {word}", 100.0 * value.abs());
            }
        }
        format!(
            "{} (number {}): played as a {}, in a colour {:.0} % of the way to a {}{moved} -> {}\n",
            self.display_name,
            self.seed,
            self.player,
            100.0 * self.towards,
            self.colour,
            self.output
        )
    }
}
