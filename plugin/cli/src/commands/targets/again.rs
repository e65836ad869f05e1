//! What is said of a target that was made for another base, and how one that was learnt here is learnt again.

use std::path::Path;

use mynah_engine::{MADE_FOR_ANOTHER_BASE, learnt_from};

use super::TargetJson;

/// What the player is to know of such a target, and the line that makes it anew, where its recordings are still there.
pub(super) fn note(target: &TargetJson) -> String {
    match again(target) {
        Some(line) => format!("{MADE_FOR_ANOTHER_BASE} Learn it again: {line}"),
        None => MADE_FOR_ANOTHER_BASE.to_owned(),
    }
}

fn again(target: &TargetJson) -> Option<String> {
    // Beside what is shipped there is no mark.
    let recordings = learnt_from(Path::new(&target.source));
    if recordings.is_empty() || !recordings.iter().all(|path| path.exists()) {
        return None;
    }
    let mut line = "mynah learn".to_owned();
    for path in &recordings {
        line = line + " " + &quoted(&path.to_string_lossy());
    }
    line = line + " -o " + &quoted(&target.source);
    line = line + " --name " + &quoted(&target.display_name);
    for credit in &target.credits {
        line = line + " --credit " + &quoted(credit);
    }
    Some(line + " --force")
}

/// As one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
