//! Pictures of the editor.

use anyhow::Result;

use crate::step;

/// Where they are kept.
const FOLDER: &str = "assets/images";

/// Takes them anew.
pub(crate) fn take() -> Result<()> {
    // Not `--package`: that would build every crate again with other features.
    let arguments = ["run", "--release", "--example", "screenshots", "--", FOLDER];
    step::cargo("Screenshots", &arguments)
}
