//! Starting the program that learns, so that it goes on whatever becomes of the plugin, and nothing else waits for it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{io, thread};

use super::places::{is_program, places};
use super::status::fail_silent;

/// What is to be learnt, from what, and where it goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Order {
    /// Folders of recordings, and files.
    pub(crate) recordings: Vec<PathBuf>,
    /// The target's file, which is not there yet, or is to be replaced.
    pub(crate) output: PathBuf,
    pub(crate) replaces: bool,
    /// The file that says how far it is.
    pub(crate) status: PathBuf,
    /// What the target is called.
    pub(crate) name: String,
    /// Who made the recordings; there may be nobody.
    pub(crate) credits: Vec<String>,
    /// Of the target, and how it sounds its notes, if not as the program thinks.
    pub(crate) licence: Option<String>,
    pub(crate) kind: Option<&'static str>,
    /// How long it learns at most.
    pub(crate) minutes: u32,
}

impl Order {
    /// What the program is told.
    fn arguments(&self) -> Vec<OsString> {
        let with = |option: &str, value: &dyn AsRef<std::ffi::OsStr>| {
            let mut both = OsString::from(option);
            both.push(value);
            both
        };
        let mut all: Vec<OsString> = vec!["learn".into(), "--quiet".into()];
        all.push(with("--output=", &self.output));
        all.push(with("--status=", &self.status));
        // Joined: a name may begin with a hyphen.
        all.push(with("--name=", &self.name));
        let credits = self.credits.iter();
        all.extend(credits.map(|credit| with("--credit=", credit)));
        let licence = self.licence.iter();
        all.extend(licence.map(|licence| with("--licence=", licence)));
        all.extend(self.kind.iter().map(|kind| with("--kind=", kind)));
        all.push(with("--minutes=", &self.minutes.to_string()));
        if self.replaces {
            all.push("--force".into());
        }
        all.push("--".into());
        all.extend(
            self.recordings
                .iter()
                .map(|path| path.clone().into_os_string()),
        );
        all
    }
}

/// Why nothing was started. The texts are sentences for the player.
#[derive(thiserror::Error, Debug)]
pub(crate) enum LaunchError {
    /// It is nowhere.
    #[error(
        "The program mynah, which does the learning, is not on this machine: run Mynah's installer, or copy mynah from \
         the archive of this release to a folder in PATH or beside the plugin."
    )]
    NoProgram,
    /// The system refuses.
    #[error("{} cannot be started: {source}.", program.display())]
    Refused {
        /// What was to be started.
        program: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// What starts the program that learns.
pub(crate) trait Launch: Send + Sync {
    /// Starts it and returns at once. Any thread but the audio thread.
    ///
    /// # Errors
    /// If there is none, or the system refuses.
    fn launch(&self, order: &Order) -> Result<(), LaunchError>;
}

/// The program `mynah`, in one of these places.
pub(crate) struct Program {
    places: Vec<PathBuf>,
}

impl Program {
    /// Wherever it may be.
    pub(crate) fn anywhere() -> Self {
        Self { places: places() }
    }

    #[cfg(test)]
    pub(crate) fn at(places: Vec<PathBuf>) -> Self {
        Self { places }
    }
}

impl Launch for Program {
    fn launch(&self, order: &Order) -> Result<(), LaunchError> {
        let program = self.places.iter().find(|place| is_program(place));
        let program = program.ok_or(LaunchError::NoProgram)?;
        let mut command = at_low_priority(program);
        command
            .args(order.arguments())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().map_err(|source| LaunchError::Refused {
            program: program.clone(),
            source,
        })?;
        wait_for(child, program.clone(), order.status.clone());
        Ok(())
    }
}

/// A command that gives way to everything else that the processor has to do, and is no part of what this process
/// is told by a terminal.
#[cfg(unix)]
fn at_low_priority(program: &Path) -> Command {
    use std::os::unix::process::CommandExt;

    let nice = ["/usr/bin/nice", "/bin/nice"].map(Path::new);
    let mut command = match nice.into_iter().find(|nice| is_program(nice)) {
        Some(nice) => {
            let mut command = Command::new(nice);
            command.args(["-n", "19"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.process_group(0);
    command
}

#[cfg(windows)]
fn at_low_priority(program: &Path) -> Command {
    use std::os::windows::process::CommandExt;

    const IDLE_PRIORITY_CLASS: u32 = 0x40;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    let mut command = Command::new(program);
    command.creation_flags(IDLE_PRIORITY_CLASS | CREATE_NO_WINDOW);
    command
}

/// Takes the program's end, on a thread of its own; what ended without a word is told. The editor that starts it has pinned
/// the library that the thread's code is in (`resident.rs`).
fn wait_for(mut child: Child, program: PathBuf, status: PathBuf) {
    let wait = move || {
        let Ok(ended) = child.wait() else {
            return;
        };
        let program = program.display();
        fail_silent(
            &status,
            format!(
                "{program} has ended at once ({ended}). It may be older than this plugin: install both anew."
            ),
        );
    };
    // Without a thread the program learns all the same.
    let _ = thread::Builder::new()
        .name("mynah learning".to_owned())
        .spawn(wait);
}
