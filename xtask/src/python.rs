//! The tests of the training code, which is Python.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::step;

const PACKAGE: &str = "models/training";

/// What to do when Python lacks what the training code needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Say what it lacks and go on: PyTorch is a download of its own size.
    Name,
    /// Install it into a virtual environment in the target folder.
    Install,
}

/// Runs the Python tests and returns a sentence for each thing left out.
pub(crate) fn test(missing: Missing) -> Result<Vec<String>> {
    let environment = std::path::absolute(step::target_folder().join("python"))?;
    let own = environment.join("bin").join("python");
    let has_all = |python: &Path| {
        // Imports what the tests import: the training package with all it needs, and pytest.
        step::succeeds(
            Command::new(python)
                .args(["-c", "import mynah_training, numpy, pytest, torch"])
                .env("PYTHONPATH", PACKAGE),
        )
    };
    let candidates = [own.clone(), PathBuf::from("python3")];
    let mut python = candidates.into_iter().find(|python| has_all(python));
    if python.is_none() && missing == Missing::Install {
        let mut create = Command::new("python3");
        create.args(["-m", "venv"]).arg(&environment);
        step::run("Python environment in target/python", &mut create)?;
        let mut install = Command::new(&own);
        install.args(["-m", "pip", "install", "--quiet", "--requirement"]);
        install.arg(Path::new(PACKAGE).join("requirements.txt"));
        step::run("Python packages", &mut install)?;
        python = Some(own);
    }
    let Some(python) = python else {
        return Ok(vec![format!(
            "the tests of the training code ({PACKAGE}): python3 does not have torch, numpy and \
             pytest. With python3-venv installed, `cargo xtask test --python` puts them into \
             target/python and runs these tests too."
        )]);
    };
    let python = if python.is_absolute() || python.components().count() == 1 {
        python
    } else {
        std::path::absolute(python)?
    };
    let mut command = Command::new(python);
    command
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
        .current_dir(PACKAGE)
        .env("PYTHONPATH", ".")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    step::run("Python tests", &mut command)?;
    Ok(Vec::new())
}
