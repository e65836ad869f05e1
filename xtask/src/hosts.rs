//! The bundle in hosts that others wrote.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::python::{Environment, PYTEST};
use crate::{bundle, standalone, step};

const TESTS: &str = "tests/hosts";

/// Builds the bundle, runs it in every host that is here, and returns a sentence for each thing left
/// out. Python hosts are installed into the target folder; Ardour and Xvfb are used where they are.
pub(crate) fn test() -> Result<Vec<String>> {
    bundle::bundle(false)?;
    let environment = Environment::new("hosts-python")?;
    let tests = Path::new(TESTS);
    environment.install(&tests.join("requirements.txt"))?;

    let mut left_out = Vec::new();
    let mut command = Command::new(environment.python());
    command.args(PYTEST).arg(tests);
    if !step::succeeds(Command::new("xvfb-run").arg("--help")) {
        command.arg("--ignore").arg(tests.join("test_editor.py"));
        left_out.push(
            "the tests that open the editor in hosts: they need a screen of their own, and \
             xvfb-run is not installed (on Debian, the packages xvfb and xauth)."
                .to_owned(),
        );
    }
    if !has_ardour() {
        command.arg("--ignore").arg(tests.join("test_ardour.py"));
        left_out.push(
            "the tests in Ardour: it is not installed in /usr/lib (on Debian, the package ardour)."
                .to_owned(),
        );
    }
    command.env("MYNAH_EDITOR_PLACES", editor_places("effect")?);
    command.env("MYNAH_INSTRUMENT_PLACES", editor_places("instrument")?);
    if let Some(missing) = standalone::missing() {
        left_out.push(format!("the test of the application: {missing}"));
    } else {
        standalone::build()?;
        command.env("MYNAH_STANDALONE", std::path::absolute(standalone::path())?);
    }
    let vst3 = step::target_folder().join("bundled").join("Mynah.vst3");
    command
        .env("MYNAH_VST3", std::path::absolute(vst3)?)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    step::run("Tests in other hosts", &mut command)?;
    Ok(left_out)
}

/// Where things stand in the editor of this plugin, in the lines that `tests/hosts/places.py` reads.
fn editor_places(plugin: &str) -> Result<String> {
    // Not `--package`: that would build every crate again with other features.
    let mut command = step::cargo_command();
    command.args([
        "run",
        "--release",
        "--example",
        "editor_places",
        "--",
        plugin,
    ]);
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!(
            "the editor does not say where its knobs are ({})",
            output.status
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Whether some version of Ardour is here with its Lua interpreter, such as `/usr/lib/ardour7`.
fn has_ardour() -> bool {
    let Ok(folders) = std::fs::read_dir("/usr/lib") else {
        return false;
    };
    folders.flatten().any(|folder| {
        folder.file_name().to_string_lossy().starts_with("ardour")
            && folder.path().join("luasession").exists()
    })
}
