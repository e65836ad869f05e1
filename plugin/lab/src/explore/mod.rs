//! `mynah-lab explore`: trains the network that says what is real, and measures what ratings are worth with players of known taste.

mod discriminator;
mod players;
mod sounds;
mod trials;

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use mynah_cli::{print, print_json};
use mynah_engine::{Existing, Library, shipped_realness, write_whole};
use mynah_explore::Stock;
use mynah_models::realness::{Realness, realness_file};
use serde::Serialize;

use crate::cli::Explore;
use discriminator::Told;
use trials::{Trial, Trials};

/// Who recorded the phrases.
const PHRASES: &str = "Recorded phrases: Medley-solos-DB by V. Lostanlen, C.-E. Cella, R. Bittner and S. Essid, from MedleyDB by R. Bittner \
                       et al. (CC BY 4.0); GuitarSet by Q. Xi, R. Bittner, J. Pauwels, X. Ye and J. P. Bello (CC BY 4.0); scales by MTG, \
                       Universitat Pompeu Fabra, via Freesound (CC BY 3.0)";

#[derive(Serialize)]
struct Report {
    format_version: u32,
    /// Of the network, where it was trained.
    realness: Option<Told>,
    trials: Vec<Trial>,
}

/// Trains where there are recordings, and measures.
///
/// # Errors
/// A recording cannot be read, a model is missing, or the file cannot be written.
pub(crate) fn run(arguments: &Explore) -> Result<()> {
    let stock = Stock::new(Library::shipped())?;
    let bar = ProgressBar::new(0);
    let (realness, told) = match &arguments.data {
        Some(data) => {
            let sounds = sounds::true_sounds(data, arguments.performances.as_deref())?;
            let (tables, told) = discriminator::trained(&stock, &sounds, &bar)?;
            let bytes = realness_file(&tables, &credits(), &licence());
            if let Some(path) = &arguments.output {
                write_whole(path, &bytes, Existing::Replace)
                    .with_context(|| format!("cannot write '{}'", path.display()))?;
            }
            (Arc::new(Realness::from_bytes(&bytes)?), Some(told))
        }
        None => {
            let shipped = shipped_realness()?;
            (
                shipped.context("this build carries no realness network")?,
                None,
            )
        }
    };
    let own_sounds = sounds::own_sounds();
    let trials = Trials {
        stock: &stock,
        realness: &realness,
        sounds: &own_sounds,
        dreams: !arguments.no_dreams,
    };
    let report = Report {
        format_version: 1,
        realness: told,
        trials: trials.run(&bar)?,
    };
    bar.finish_and_clear();
    if arguments.json {
        return print_json(&report);
    }
    print(&text(&report))
}

/// Those of the recordings of all targets, and of the phrases.
fn credits() -> Vec<String> {
    let library = Library::shipped();
    let mut credits: Vec<String> = Vec::new();
    for credit in library
        .entries()
        .iter()
        .flat_map(|entry| &entry.info.credits)
    {
        if !credits.contains(credit) {
            credits.push(credit.clone());
        }
    }
    credits.push(PHRASES.to_owned());
    credits
}

fn licence() -> String {
    let library = Library::shipped();
    let first = library.entries().first();
    first.map_or_else(String::new, |entry| entry.info.licence.clone())
}

fn text(report: &Report) -> String {
    let mut out = String::new();
    if let Some(told) = &report.realness {
        let _ = writeln!(out, "{}\n", told.text());
    }
    out.push_str("ratings  accuracy  careful  bold   realness\n");
    for trial in &report.trials {
        out.push_str(&trial.line());
    }
    out.push_str("\naccuracy by player\n");
    for trial in &report.trials {
        out.push_str(&trial.players());
    }
    out
}
