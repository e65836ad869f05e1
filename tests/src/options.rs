//! The arguments of the long tests: `--name value`, all numbers.

use anyhow::{Context, Result, bail};

/// What was given on a command line.
pub struct Options(Vec<(String, f64)>);

impl Options {
    /// Reads arguments such as `--hours 2 --seed 7`.
    ///
    /// # Errors
    /// If one is not known, or its value is no number that makes sense.
    pub fn parse(arguments: impl Iterator<Item = String>, known: &[&str]) -> Result<Self> {
        let mut arguments = arguments;
        let mut given = Vec::new();
        while let Some(argument) = arguments.next() {
            let name = argument.strip_prefix("--").unwrap_or_default().to_owned();
            if !known.contains(&name.as_str()) {
                bail!(
                    "unknown argument '{argument}'; there are --{}",
                    known.join(", --")
                );
            }
            let text = arguments
                .next()
                .with_context(|| format!("--{name} needs a number"))?;
            let value: f64 = text
                .parse()
                .with_context(|| format!("--{name} needs a number, not '{text}'"))?;
            if !value.is_finite() || value < 0.0 {
                bail!("--{name} cannot be {text}");
            }
            given.push((name, value));
        }
        Ok(Self(given))
    }

    /// A number; the last one if it was given twice.
    pub fn number(&self, name: &str) -> Option<f64> {
        let found = self.0.iter().rfind(|(given, _)| given == name);
        found.map(|(_, value)| *value)
    }

    /// A whole number.
    pub fn whole(&self, name: &str) -> Option<u64> {
        self.number(name).map(|value| value as u64)
    }
}
