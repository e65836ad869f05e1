//! What the program around the plugin has to tell the player, such as an application that finds no audio device.

use std::sync::OnceLock;

static NOTICE: OnceLock<String> = OnceLock::new();

/// Shows a sentence in every editor of the process, in the place of what else there is to complain of. The first one
/// stays. Any thread but the audio thread's.
pub fn tell_player(sentence: impl Into<String>) {
    NOTICE.get_or_init(|| sentence.into());
}

/// The sentence to show, if there is one.
pub(crate) fn notice() -> Option<&'static str> {
    NOTICE.get().map(String::as_str)
}
