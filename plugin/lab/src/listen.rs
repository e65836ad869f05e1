//! `mynah-lab listen`: which instrument the outside judge hears in each second of sound files.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result, bail};
use mynah_cli::{print, print_json};
use serde::Serialize;

use crate::cli::Listen;
use crate::outside::homes::WORDS;
use crate::outside::listening::{Heard, Job, Listening};

/// What is printed as JSON.
#[derive(Serialize)]
struct Listened {
    files: BTreeMap<String, Shares>,
    all: Shares,
    /// Of all windows, those heard as what was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
}

/// Shares of windows by what is heard.
type Shares = BTreeMap<String, f64>;

/// Listens and prints.
///
/// # Errors
/// There is no judge, a file cannot be read, or Python fails.
pub(crate) fn run(arguments: &Listen) -> Result<()> {
    if let Some(word) = arguments
        .expect
        .as_deref()
        .filter(|word| !WORDS.contains(word))
    {
        bail!(
            "'{word}' is nothing the outside judge hears: it hears {}",
            WORDS.join(", ")
        );
    }
    let judge = arguments.outside.judge.as_deref();
    let judge = judge.context("the outside judge is needed: --outside FILE")?;
    for file in &arguments.files {
        if !file.is_file() {
            bail!("cannot open '{}'", file.display());
        }
    }
    let listening = Listening::new(judge, arguments.outside.python.as_deref(), None)?;
    let jobs: Vec<Job> = arguments
        .files
        .iter()
        .map(|file| Listening::file(file))
        .collect();
    let (mut files, mut all) = (BTreeMap::new(), Heard::new());
    for (file, answer) in arguments.files.iter().zip(listening.ask(&jobs)?) {
        let heard = answer.heard.unwrap_or_default();
        for (word, windows) in &heard {
            *all.entry(word.clone()).or_insert(0) += windows;
        }
        files.insert(file.display().to_string(), shares(&heard));
    }
    let all = shares(&all);
    let share = arguments
        .expect
        .as_ref()
        .map(|word| all.get(word).copied().unwrap_or(0.0));
    let listened = Listened { files, all, share };
    if arguments.json {
        print_json(&listened)
    } else {
        print(&text(&listened))
    }
}

fn shares(heard: &Heard) -> Shares {
    let windows: usize = heard.values().sum();
    let share = |(word, count): (&String, &usize)| (word.clone(), *count as f64 / windows as f64);
    heard.iter().map(share).collect()
}

fn text(listened: &Listened) -> String {
    let mut out = String::new();
    let all = ("all".to_owned(), listened.all.clone());
    for (name, shares) in listened.files.clone().into_iter().chain([all]) {
        let mut sorted: Vec<_> = shares.into_iter().collect();
        sorted.sort_by(|a, b| b.1.total_cmp(&a.1));
        let words: Vec<String> = sorted
            .iter()
            .map(|(word, share)| format!("{word} {share:.2}"))
            .collect();
        let heard = if words.is_empty() {
            "silence".to_owned()
        } else {
            words.join(", ")
        };
        let _ = writeln!(out, "{name}: {heard}");
    }
    if let Some(share) = listened.share {
        let _ = writeln!(out, "share: {share:.2}");
    }
    out
}
