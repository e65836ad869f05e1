//! `mynah demo`: a page on which every target is heard beside what was played, with the sounds and pictures it shows.

mod page;
mod sources;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail};
use mynah_engine::{Controls, Library};
use mynah_models::{Base, ModelInfo, Target};
use rayon::prelude::*;

use self::page::Page;
use super::page::{PAGE_NAME, Source, write_page, write_picture, write_sound};
use super::print;
use crate::audio::pending::Destination;
use crate::cli::Demo;
use crate::identity::is_same_file;
use crate::interrupt;
use crate::phrases::RATE_HZ;
use crate::pipeline::translate_mono;
use crate::progress::Bars;
use crate::tail::fade_cut;

/// Where the files go if nothing is said.
const OWN_FOLDER: &str = "mynah-demo";

/// Everything that one translation needs besides its source and target.
struct Work {
    folder: PathBuf,
    overwrite: bool,
    base: Arc<Base>,
    controls: Controls,
}

/// Writes for every source `SOURCE.wav` and its translations `SOURCE-TARGET.wav`, a spectrogram (`.png`) of each, and
/// last of all `index.html`.
///
/// # Errors
/// An input cannot be read, the folder cannot be written, a file exists already, or a target cannot be loaded.
pub(super) fn run(arguments: &Demo) -> Result<()> {
    interrupt::listen();
    let library = Library::with_user_folder();
    let targets = targets(&library)?;
    let names: Vec<&str> = targets.iter().map(|t| t.info().name.as_str()).collect();
    let sources = sources::gather(&arguments.input, &names)?;
    let work = Work {
        folder: arguments
            .out_dir
            .clone()
            .unwrap_or_else(|| PathBuf::from(OWN_FOLDER)),
        // Its own folder holds nothing but what it made itself.
        overwrite: arguments.force || arguments.out_dir.is_none(),
        base: library.base()?,
        controls: Controls::default(),
    };
    check(&work, &sources, &names, &arguments.input)?;
    for source in &sources {
        let path = work.folder.join(source.sound_name(None));
        write_sound(&path, &source.sound, work.overwrite)?;
        print(&format!(
            "{}  {}, {:.1} s\n",
            path.display(),
            source.title,
            source.seconds()
        ))?;
    }
    translate_all(&work, &sources, &targets)?;
    let infos: Vec<&ModelInfo> = targets.iter().map(|t| t.info()).collect();
    let page = Page {
        sources: &sources,
        targets: &infos,
        base: work.base.info(),
        controls: &work.controls,
    };
    let path = work.folder.join(PAGE_NAME);
    write_page(&path, &page.html(), work.overwrite)?;
    print(&format!(
        "{}  open it in a browser: {} by {}\n",
        path.display(),
        counted(sources.len(), "source"),
        counted(targets.len(), "target")
    ))
}

/// All targets, once each: of several of one name, the first is the one that the name means everywhere.
fn targets(library: &Library) -> Result<Vec<Arc<Target>>> {
    let mut targets: Vec<Arc<Target>> = Vec::new();
    for entry in library.entries() {
        if !targets.iter().any(|t| t.info().name == entry.info.name) {
            targets.push(super::find_target(library, &entry.info.name)?.1);
        }
    }
    if targets.is_empty() {
        bail!("there are no targets installed");
    }
    Ok(targets)
}

/// Makes the folder and refuses what cannot work, before anything is written.
fn check(work: &Work, sources: &[Source], names: &[&str], inputs: &[PathBuf]) -> Result<()> {
    let pairs = sources.iter().flat_map(|source| {
        let translated = names.iter().map(|name| Some(*name));
        std::iter::once(None)
            .chain(translated)
            .flat_map(|target| [source.sound_name(target), source.picture_name(target)])
    });
    let outputs: Vec<PathBuf> = std::iter::once(PAGE_NAME.to_owned())
        .chain(pairs)
        .map(|name| work.folder.join(name))
        .collect();
    for output in &outputs {
        if let Some(input) = inputs.iter().find(|input| is_same_file(input, output)) {
            bail!(
                "'{}' would be replaced by the demo: choose another --out-dir",
                input.display()
            );
        }
        if work.folder.is_dir() {
            Destination::of(output).check(work.overwrite)?;
        }
    }
    std::fs::create_dir_all(&work.folder)
        .with_context(|| format!("cannot make the folder '{}'", work.folder.display()))
}

/// Translates every source to every target, in parallel, and draws them all.
fn translate_all(work: &Work, sources: &[Source], targets: &[Arc<Target>]) -> Result<()> {
    let bars = Bars::new(false);
    let progress = bars.steps("translating");
    let pairs: Vec<(&Source, Option<&Arc<Target>>)> = sources
        .iter()
        .flat_map(|source| {
            let translated = targets.iter().map(Some);
            std::iter::once(None)
                .chain(translated)
                .map(move |target| (source, target))
        })
        .collect();
    progress.set_length(pairs.len() as u64);
    let clipped = AtomicU64::new(0);
    pairs.par_iter().try_for_each(|(source, target)| {
        let name = target.map(|target| target.info().name.as_str());
        let picture = work.folder.join(source.picture_name(name));
        match target {
            None => write_picture(&picture, &source.sound, work.overwrite)?,
            Some(target) => {
                let mut output =
                    translate_mono(&work.base, target, &work.controls, RATE_HZ, &source.sound)?;
                // It is as long as its source, and rings on.
                fade_cut(&mut output, RATE_HZ);
                let path = work.folder.join(source.sound_name(name));
                let beyond = write_sound(&path, &output, work.overwrite)?;
                clipped.fetch_add(beyond, Ordering::Relaxed);
                write_picture(&picture, &output, work.overwrite)?;
            }
        }
        progress.inc(1);
        anyhow::Ok(())
    })?;
    progress.finish_and_clear();
    match clipped.into_inner() {
        0 => Ok(()),
        samples => print(&format!(
            "{} clipped: the sounds that came in are very loud\n",
            counted(samples as usize, "sample")
        )),
    }
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
