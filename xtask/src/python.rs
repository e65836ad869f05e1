//! What is written in Python: the tests of the training code and of the outside listening, and where Python packages are kept.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::step;

const PACKAGE: &str = "models/training";
const OUTSIDE: &str = "plugin/lab/outside";

/// What the system calls Python: on Windows `python3` is the shop's.
const SYSTEM: &str = if cfg!(windows) { "python" } else { "python3" };

/// What to do when Python lacks what the tests need.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Say what it lacks and go on: PyTorch, for one, is a download of its own size.
    Name,
    /// Install it into a virtual environment in the target folder.
    Install,
}

/// A virtual environment in the target folder.
pub(crate) struct Environment {
    name: &'static str,
    folder: PathBuf,
}

impl Environment {
    /// The one of this name, which need not exist yet.
    pub(crate) fn new(name: &'static str) -> Result<Self> {
        let folder = std::path::absolute(step::target_folder().join(name))?;
        Ok(Self { name, folder })
    }

    /// Its Python.
    pub(crate) fn python(&self) -> PathBuf {
        if cfg!(windows) {
            self.folder.join("Scripts").join("python.exe")
        } else {
            self.folder.join("bin").join("python")
        }
    }

    /// Installs what a requirements file lists, as far as it is not there yet.
    pub(crate) fn install(&self, requirements: &Path) -> Result<()> {
        if !self.python().exists() {
            let mut create = Command::new(SYSTEM);
            create.args(["-m", "venv"]).arg(&self.folder);
            step::run(
                &format!("Python environment in target/{}", self.name),
                &mut create,
            )?;
        }
        step::run(
            "Python packages",
            self.pip().arg("--requirement").arg(requirements),
        )
    }

    /// Installs what a requirements file lists without what those packages ask for in turn.
    fn install_alone(&self, requirements: &Path) -> Result<()> {
        let mut install = self.pip();
        install
            .args(["--no-deps", "--requirement"])
            .arg(requirements);
        step::run("Python packages by themselves", &mut install)
    }

    fn pip(&self) -> Command {
        let mut pip = Command::new(self.python());
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        pip
    }
}

/// What pytest is started with, behind the Python to start.
pub(crate) const PYTEST: [&str; 5] = ["-m", "pytest", "-q", "-p", "no:cacheprovider"];

/// Runs the Python tests and returns a sentence for each thing left out.
pub(crate) fn test(missing: Missing) -> Result<Vec<String>> {
    let left_out = [test_training(missing)?, test_outside(missing)?];
    Ok(left_out.into_iter().flatten().collect())
}

/// What the Python tests use, and what of it [`Missing::Install`] installs, each in a line.
pub(crate) fn needs() -> Result<Vec<String>> {
    let line = |environment: &Environment, tests: &str| {
        let state = if environment.python().exists() {
            "found"
        } else {
            "not here: they are downloaded first"
        };
        format!(
            "packages of {tests} in target/{}: {state}",
            environment.name
        )
    };
    Ok(vec![
        format!("{SYSTEM} 3.11 or later with venv and pip; 6 GB with both of these:"),
        line(&training_environment()?, "the trainer's tests"),
        line(&outside_environment()?, "the outside judge's tests"),
    ])
}

/// Where the packages of the trainer's tests are, if the system's Python does not have them.
fn training_environment() -> Result<Environment> {
    Environment::new("python")
}

/// Where `mynah-lab` looks for the Python that asks the outside judge.
fn outside_environment() -> Result<Environment> {
    Environment::new("outside-python")
}

/// Installs what the outside judge needs.
pub(crate) fn install_outside() -> Result<()> {
    let environment = outside_environment()?;
    let folder = Path::new(OUTSIDE);
    environment.install(&folder.join("requirements.txt"))?;
    environment.install_alone(&folder.join("requirements-alone.txt"))
}

fn test_outside(missing: Missing) -> Result<Option<String>> {
    let environment = outside_environment()?;
    if missing == Missing::Install {
        install_outside()?;
    }
    let mut has_all = Command::new(environment.python());
    has_all.args([
        "-c",
        "import ai_edge_litert, basic_pitch, mir_eval, pytest, soundfile, soxr",
    ]);
    if !step::succeeds(&mut has_all) {
        return Ok(Some(format!(
            "the tests of the outside listening ({OUTSIDE}): with python3-venv installed, `cargo xtask outside` \
             puts what they need into target/outside-python (600 MB)."
        )));
    }
    let mut command = Command::new(environment.python());
    command
        .args(PYTEST)
        .current_dir(OUTSIDE)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    step::run("Python tests of the outside listening", &mut command)?;
    Ok(None)
}

fn test_training(missing: Missing) -> Result<Option<String>> {
    let environment = training_environment()?;
    let has_all = |python: &Path| {
        // Imports what the tests import: the training package with all it needs, and pytest.
        step::succeeds(
            Command::new(python)
                .args(["-c", "import mynah_training, numpy, pytest, torch"])
                .env("PYTHONPATH", PACKAGE),
        )
    };
    let candidates = [environment.python(), PathBuf::from(SYSTEM)];
    let mut python = candidates.into_iter().find(|python| has_all(python));
    if python.is_none() && missing == Missing::Install {
        environment.install(&Path::new(PACKAGE).join("requirements.txt"))?;
        python = Some(environment.python());
    }
    let Some(python) = python else {
        return Ok(Some(format!(
            "the tests of the training code ({PACKAGE}): {SYSTEM} does not have torch, numpy and \
             pytest. With python3-venv installed, `cargo xtask test --python` puts them into \
             target/python and runs these tests too."
        )));
    };
    let mut command = Command::new(python);
    command
        .args(PYTEST)
        .current_dir(PACKAGE)
        .env("PYTHONPATH", ".")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    step::run("Python tests", &mut command)?;
    Ok(None)
}
