//! The bundle before the validators that the formats' makers and others wrote.

mod reading;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{bundle, step};
use reading::Report;

/// A program that looks for faults in plugins.
struct Validator {
    name: &'static str,
    /// The variable that says where it is.
    variable: &'static str,
    /// What it is called where it is in `PATH`; the VST3 SDK's has a name that means anything.
    program: Option<&'static str>,
    /// The plugin that it is given.
    plugin: &'static str,
    /// What it is told before the plugin's path.
    arguments: &'static [&'static str],
    read: fn(&str) -> Result<Report>,
}

const VALIDATORS: [Validator; 3] = [
    Validator {
        name: "clap-validator",
        variable: "MYNAH_CLAP_VALIDATOR",
        program: Some("clap-validator"),
        plugin: "Mynah.clap",
        arguments: &["validate", "--json"],
        read: reading::clap_validator,
    },
    Validator {
        name: "the VST3 SDK's validator",
        variable: "MYNAH_VST3_VALIDATOR",
        program: None,
        plugin: "Mynah.vst3",
        arguments: &[],
        read: reading::vst3_validator,
    },
    Validator {
        name: "pluginval",
        variable: "MYNAH_PLUGINVAL",
        program: Some("pluginval"),
        plugin: "Mynah.vst3",
        arguments: &["--strictness-level", "10", "--skip-gui-tests", "--validate"],
        read: reading::pluginval,
    },
];

/// Warnings that are no fault of the plugin's: a part of what is said, and why it may be.
const NOT_OURS: [(&str, &str); 1] = [("scan-time", "it measures the machine")];

/// Builds the bundle and gives it to every validator that is here; a sentence for each that is not.
pub(crate) fn run() -> Result<Vec<String>> {
    bundle::bundle(false)?;
    let bundled = std::path::absolute(step::target_folder().join("bundled"))?;
    // Nobody's own models, and nothing is left behind.
    let home = std::path::absolute(step::target_folder().join("validators-home"))?;
    std::fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
    let (mut left_out, mut faults) = (Vec::new(), Vec::new());
    for validator in &VALIDATORS {
        match validator.find() {
            Some(program) => faults.extend(validator.run(&program, &bundled, &home)?),
            None => left_out.push(validator.missing()),
        }
    }
    if faults.is_empty() {
        Ok(left_out)
    } else {
        bail!("{} faults:\n{}", faults.len(), faults.join("\n"))
    }
}

impl Validator {
    fn find(&self) -> Option<PathBuf> {
        if let Some(named) = std::env::var_os(self.variable) {
            return Some(PathBuf::from(named));
        }
        let program = self.program?;
        step::exists(program).then(|| PathBuf::from(program))
    }

    fn missing(&self) -> String {
        let wanted = match self.program {
            Some(program) => format!(
                "`{program}` is not in PATH, and {} names none",
                self.variable
            ),
            None => format!("{} does not name it", self.variable),
        };
        format!("{}: {wanted}.", self.name)
    }

    /// The faults that it finds, a line each.
    fn run(&self, program: &Path, bundled: &Path, home: &Path) -> Result<Vec<String>> {
        println!("\n== {}", self.name);
        let output = Command::new(program)
            .args(self.arguments)
            .arg(bundled.join(self.plugin))
            .env("XDG_DATA_HOME", home)
            .output()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let report = (self.read)(&text).with_context(|| {
            let said = String::from_utf8_lossy(&output.stderr);
            format!("{} ({}) says:\n{text}\n{said}", self.name, output.status)
        })?;
        println!("-- {}: {}", self.name, report.summary());
        let mut faults = report.faults(&NOT_OURS);
        if faults.is_empty() && !output.status.success() {
            faults.push(format!("it ended with {}", output.status));
        }
        Ok(faults
            .into_iter()
            .map(|fault| format!("{}: {fault}", self.name))
            .collect())
    }
}
