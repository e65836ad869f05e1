//! Targets that are learnt from recordings of the player's own, by a process of its own: `mynah learn`.
//!
//! The process knows nothing of us, and lives on when the editor, the plugin or the host goes. It says how far it is in a
//! file of the folder `learning` beside the player's targets, which every editor reads, and ends when that file is removed.
//! The target's own file is written straight to the player's targets.
//!
//! | file | what it does |
//! |---|---|
//! | `status` | that file |
//! | `places`, `here` | where the program is |
//! | `launch` | starts it, and takes its end |
//! | `again` | which targets can be learnt again, because they were made for another base |
//! | `watch` | looks at the folder from time to time, on a thread, and takes targets over that have got better |
//!
//! Nothing here is for the audio thread, which finds what is taken over in the catalogue.

mod again;
mod here;
mod launch;
mod places;
mod status;
mod watch;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};
use std::{fs, io};

use mynah_engine::{Existing, file_stem, is_learnt, mark_learnt};
use mynah_models::file::{MAX_LINE_CHARS, MAX_NAME_CHARS, is_line, short_name};

use crate::lock::lock;
use crate::targets::Catalogue;

pub(crate) use again::Again;
pub(crate) use launch::{Launch, LaunchError, Order, Program};
#[cfg(test)]
pub(crate) use status::Learnt;
pub(crate) use status::{Stage, Status};
pub(crate) use watch::Watch;

/// A file that has not changed for so long was left by a process that is gone.
const SILENT: Duration = Duration::from_secs(600);
/// A process that was told to end has ended by then, where the system does not say.
const ENDING: Duration = Duration::from_secs(60);
/// The first better version is taken over after so long; each one after that after twice as long, for they all stay in
/// memory.
const FIRST_RENEWAL_S: f64 = 30.0;

/// What the player wants.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// Folder of recordings.
    pub(crate) recordings: PathBuf,
    pub(crate) name: String,
    /// Who made them; may be empty.
    pub(crate) credit: String,
    pub(crate) minutes: u32,
}

/// Why learning was not begun. The texts are sentences for the player.
#[derive(thiserror::Error, Debug)]
pub(crate) enum StartError {
    #[error("{} is not a folder.", .0.display())]
    NoRecordings(PathBuf),
    #[error("The recordings were in {}, and are not there any more.", .0.display())]
    Gone(PathBuf),
    #[error(
        "A name is one line of 1 to {MAX_NAME_CHARS} characters, with a letter from a to z or a digit among them."
    )]
    BadName,
    #[error("Who recorded it is one line of at most {MAX_LINE_CHARS} characters.")]
    BadCredit,
    #[error("There is a target called {0} already: choose another name.")]
    Taken(String),
    #[error(
        "{0} is still being learnt, or about to end: choose another name, or try again in a moment."
    )]
    UnderWay(String),
    #[error("There is no folder for your own targets: this user has no home folder.")]
    NoFolder,
    #[error("{} cannot be written: {source}.", path.display())]
    NotWritten { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Launch(#[from] LaunchError),
}

/// One target that is being learnt, or was.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    /// Name of its files, without their endings.
    pub(crate) stem: String,
    pub(crate) status: Status,
    /// Whether its process is gone without having said that it is over.
    pub(crate) is_lost: bool,
}

/// One that was told to end.
struct Ending {
    stem: String,
    process: u32,
    since: Instant,
}

/// What is learnt on this machine, as one editor sees it.
pub(crate) struct Learning {
    /// Of the files that say how far it is.
    folder: Option<PathBuf>,
    launch: Box<dyn Launch>,
    told: Mutex<Vec<Told>>,
    ending: Mutex<Vec<Ending>>,
    /// Of targets that were made for another base, by their indices.
    again: Mutex<Vec<(i32, Again)>>,
    /// Length and time of the targets' files that were taken over. Held while looking.
    taken: Mutex<HashMap<String, (u64, SystemTime)>>,
}

impl Learning {
    /// Beside the player's targets, if there is such a folder.
    pub(crate) fn of(catalogue: &Catalogue) -> Self {
        let data = catalogue.folder().and_then(Path::parent);
        let folder = data.map(|data| data.join("learning"));
        Self::new(folder, Box::new(Program::anywhere()))
    }

    pub(crate) fn new(folder: Option<PathBuf>, launch: Box<dyn Launch>) -> Self {
        Self {
            folder,
            launch,
            told: Mutex::default(),
            ending: Mutex::default(),
            again: Mutex::default(),
            taken: Mutex::default(),
        }
    }

    /// Where what is recorded for new targets goes, if there is such a folder.
    pub(crate) fn recordings(&self) -> Option<PathBuf> {
        let data = self.folder.as_deref()?.parent()?;
        Some(data.join("recordings"))
    }

    /// What is under way, and what is over and has not been dismissed, by the names of their files.
    pub(crate) fn told(&self) -> Vec<Told> {
        lock(&self.told).clone()
    }

    /// Begins. The target's file will be one that is not there yet.
    ///
    /// # Errors
    /// If something about it cannot be, or nothing could be started; then nothing is left behind but an empty folder.
    pub(crate) fn start(&self, wish: &Wish, catalogue: &Catalogue) -> Result<(), StartError> {
        let name = wish.name.trim();
        let credit = wish.credit.trim();
        let short = short_name(name).filter(|_| is_line(name, MAX_NAME_CHARS));
        let short = short.ok_or(StartError::BadName)?;
        if !credit.is_empty() && !is_line(credit, MAX_LINE_CHARS) {
            return Err(StartError::BadCredit);
        }
        if !wish.recordings.is_dir() {
            return Err(StartError::NoRecordings(wish.recordings.clone()));
        }
        let folders = self.folder.as_deref().zip(catalogue.folder());
        let (folder, targets) = folders.ok_or(StartError::NoFolder)?;
        let stem = file_stem(name);
        let order = Order {
            recordings: vec![wish.recordings.clone()],
            output: target_file(targets, &stem),
            replaces: false,
            status: status_file(folder, &stem),
            name: name.to_owned(),
            credits: Some(credit.to_owned())
                .filter(|credit| !credit.is_empty())
                .into_iter()
                .collect(),
            licence: None,
            kind: None,
            minutes: wish.minutes,
        };
        if self.is_under_way(folder, &stem) {
            return Err(StartError::UnderWay(name.to_owned()));
        }
        // By its name, too: a session knows it by that, whatever it will have become.
        if order.output.exists() || catalogue.find_name(&short).is_some() {
            return Err(StartError::Taken(name.to_owned()));
        }
        self.begin(&order, stem)
    }

    /// Whether a target of this file's name is being learnt, or about to end.
    fn is_under_way(&self, folder: &Path, stem: &str) -> bool {
        let under_way = |told: &Told| told.stem == stem && !told.status.is_over() && !told.is_lost;
        let is_ending = lock(&self.ending).iter().any(|ending| ending.stem == stem);
        is_ending || self.read(folder).iter().any(under_way)
    }

    fn begin(&self, order: &Order, stem: String) -> Result<(), StartError> {
        let not_written = |path: &Path| {
            let path = path.to_owned();
            |source| StartError::NotWritten { path, source }
        };
        let status = Status::starting(&order.name);
        status
            .write(&order.status, Existing::Replace)
            .map_err(not_written(&order.status))?;
        let marked = mark_learnt(&order.output, &order.recordings);
        let launched = marked.map_err(not_written(&order.output));
        if let Err(error) = launched.and_then(|()| Ok(self.launch.launch(order)?)) {
            // It was to tell of what there is nothing to tell of.
            let _ = fs::remove_file(&order.status);
            return Err(error);
        }
        let mut told = lock(&self.told);
        told.retain(|told| told.stem != stem);
        told.push(Told {
            stem,
            status,
            is_lost: false,
        });
        Ok(())
    }

    /// Ends what is under way, which keeps what it has learnt; or forgets what is over.
    pub(crate) fn remove(&self, stem: &str) {
        let Some(folder) = &self.folder else {
            return;
        };
        let path = status_file(folder, stem);
        if let Some((status, _)) = Status::read(&path)
            && !status.is_over()
        {
            lock(&self.ending).push(Ending {
                stem: stem.to_owned(),
                process: status.process,
                since: Instant::now(),
            });
        }
        // Another editor may have been faster.
        let _ = fs::remove_file(path);
        lock(&self.told).retain(|told| told.stem != stem);
    }

    /// Looks at what is under way, and takes targets over that appeared or got better; whether anything is new.
    pub(crate) fn look(&self, catalogue: &Catalogue) -> bool {
        let Some(folder) = &self.folder else {
            return false;
        };
        let mut taken = lock(&self.taken);
        let now = self.read(folder);
        let mut is_new = false;
        for told in &now {
            let seconds = told.status.learnt.map_or(0.0, |learnt| learnt.seconds);
            let is_last = told.status.is_over() || told.is_lost;
            is_new |= take(&told.stem, seconds, is_last, catalogue, &mut taken);
        }
        lock(&self.ending).retain(|ending| {
            let is_there = match status::is_running(ending.process) {
                Some(is_running) => is_running && ending.since.elapsed() < SILENT,
                None => ending.since.elapsed() < ENDING,
            };
            if !is_there {
                is_new |= take(&ending.stem, 0.0, true, catalogue, &mut taken);
            }
            is_there
        });
        is_new |= self.look_for_recordings(catalogue);
        let mut told = lock(&self.told);
        is_new |= *told != now;
        *told = now;
        is_new
    }

    /// All files that tell something.
    fn read(&self, folder: &Path) -> Vec<Told> {
        let Ok(files) = fs::read_dir(folder) else {
            return Vec::new();
        };
        let paths = files.filter_map(|file| Some(file.ok()?.path()));
        let mut all: Vec<Told> = paths.filter_map(|path| tell(&path)).collect();
        all.sort_by(|one, other| one.stem.cmp(&other.stem));
        all
    }
}

fn tell(path: &Path) -> Option<Told> {
    if path.extension()? != "json" {
        return None;
    }
    let (status, written) = Status::read(path)?;
    // Should the clock have been set back, it is not old.
    let silence = written.elapsed().unwrap_or_default();
    let is_gone = status::is_running(status.process) == Some(false) || silence > SILENT;
    Some(Told {
        stem: path.file_stem()?.to_str()?.to_owned(),
        is_lost: !status.is_over() && is_gone,
        status,
    })
}

/// Takes a target over if it is there, has changed, and it is time; whether it did.
fn take(
    stem: &str,
    learnt_s: f64,
    is_last: bool,
    catalogue: &Catalogue,
    taken: &mut HashMap<String, (u64, SystemTime)>,
) -> bool {
    let Some(file) = catalogue.folder().map(|folder| target_file(folder, stem)) else {
        return false;
    };
    let Ok(mark) = fs::metadata(&file).and_then(|file| Ok((file.len(), file.modified()?))) else {
        return false;
    };
    let entry = catalogue.of_file(&file);
    let after_s = |renewals: usize| FIRST_RENEWAL_S * f64::from(renewals.min(30) as u32).exp2();
    // What was made for another base is not worth waiting for.
    let is_time = is_last
        || entry
            .is_none_or(|entry| entry.note().is_some() || learnt_s >= after_s(entry.renewals()));
    if taken.get(stem) == Some(&mark) || !is_time || !is_learnt(&file) {
        return false;
    }
    taken.insert(stem.to_owned(), mark);
    let changes = catalogue.changes();
    // A file that cannot be used says so in the list of models after the next start.
    catalogue.take_learnt(&file).is_ok() && catalogue.changes() != changes
}

fn status_file(folder: &Path, stem: &str) -> PathBuf {
    folder.join(format!("{stem}.json"))
}

fn target_file(folder: &Path, stem: &str) -> PathBuf {
    folder.join(format!("{stem}.mynah"))
}
