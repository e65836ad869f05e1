//! The tests that take as long as they are given: examples of `mynah-tests`.

use anyhow::Result;

use crate::step;

/// Runs one with its options.
pub(crate) fn run(name: &str, options: &[&str]) -> Result<()> {
    // Not `--package`: that would build every crate again with other features.
    let mut arguments = vec!["run", "--release", "--example", name, "--"];
    arguments.extend(options);
    step::cargo(name, &arguments)
}
