//! What continuous integration runs, and what that needs.

use anyhow::Result;

use crate::{checks, dist, python, step};

/// Format, lints, documentation, licences, and all that is left of the tests when nothing is missing.
pub(crate) fn run() -> Result<()> {
    print!("{}", needs()?);
    checks::format()?;
    checks::lint()?;
    checks::document()?;
    checks::licences()?;
    crate::test(python::Missing::Install)
}

/// What is used besides cargo, and what of it is about to be installed.
fn needs() -> Result<String> {
    let start = "\
This checks format (rustfmt), lints (clippy), documentation and licences, then passes all tests, with
the Python packages that `cargo xtask test` does without. It uses:
";
    let found = |here: bool| if here { "found" } else { "not here" };
    let has_cargo_deny = checks::has_cargo_deny()?;
    let mut lines = vec![format!(
        "cargo-deny: {}",
        if has_cargo_deny {
            "found"
        } else {
            "not here: it is built into target/tools first, which takes minutes"
        }
    )];
    lines.extend(python::needs()?);
    if cfg!(target_os = "linux") {
        lines.push(format!(
            "Xvfb: {}, for the tests of the editor in a window",
            found(step::exists("Xvfb"))
        ));
        let has_dpkg = dist::missing_debian_tools().is_none();
        lines.push(format!(
            "dpkg and dpkg-deb: {}, for the tests that make and install a Debian package",
            found(has_dpkg)
        ));
    }
    let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    Ok(format!(
        "{start}{lines}Nothing is put outside the target folder. What is not here is named as left out.\n"
    ))
}
