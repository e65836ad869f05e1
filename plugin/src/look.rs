//! How the editor looks: light or dark, and how large. Kept in the session's state; what the player chose last is what new
//! instances begin with.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use mynah_engine::{Existing, data_folder, read_whole, write_whole};
use nice_plug::params::persist::PersistentField;
use serde::{Deserialize, Serialize};

/// The sizes that can be chosen, percent.
pub const SCALES_PERCENT: [u32; 6] = [75, 100, 125, 150, 175, 200];

/// Marks a dark editor in the packed value.
const DARK_BIT: u32 = 1 << 16;

/// What a session remembers of the editor's look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Light letters on a dark ground.
    pub dark: bool,
    /// One of [`SCALES_PERCENT`].
    pub scale_percent: u32,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            dark: true,
            scale_percent: 100,
        }
    }
}

impl Look {
    /// The scale as egui's zoom factor.
    pub fn zoom_factor(self) -> f32 {
        self.scale_percent as f32 / 100.0
    }
}

/// Of the file with the look of new instances, in the player's folder.
const FILE_NAME: &str = "editor.json";
/// Far above what it needs.
const MAX_FILE_BYTES: u64 = 4 << 10;

/// The player's folder; none if nothing is to be kept.
static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();

fn folder() -> Option<&'static Path> {
    FOLDER.get_or_init(data_folder).as_deref()
}

/// From now on nothing is read from the player's folder or written there: for tests.
pub(crate) fn keep_nothing() {
    let _ = FOLDER.set(None);
}

/// The look that was chosen last; none if none was, or what is kept of it is damaged.
fn chosen_last(folder: &Path) -> Option<Look> {
    let bytes = read_whole(&folder.join(FILE_NAME), MAX_FILE_BYTES).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn keep(folder: &Path, look: Look) -> io::Result<()> {
    let text = serde_json::to_string(&look)? + "\n";
    write_whole(&folder.join(FILE_NAME), text.as_bytes(), Existing::Replace)
}

/// The editor's look, shared between state and window. Any thread.
pub struct EditorLook(AtomicU32);

impl EditorLook {
    /// The look at present; its scale is one of [`SCALES_PERCENT`].
    pub fn get(&self) -> Look {
        let packed = self.0.load(Ordering::Relaxed);
        Look {
            dark: packed & DARK_BIT != 0,
            scale_percent: packed & !DARK_BIT,
        }
    }

    /// Takes a look that the player chose, for this instance and those to come. Not for the audio thread.
    pub(crate) fn choose(&self, look: Look) {
        self.store(look);
        if let Some(folder) = folder() {
            // Where it cannot be written new instances look as before, which is all the harm there is.
            let _ = keep(folder, self.get());
        }
    }

    /// Remembers a look. A scale that cannot be chosen becomes the nearest one that can.
    pub fn store(&self, look: Look) {
        let nearest = SCALES_PERCENT
            .into_iter()
            .min_by_key(|scale| scale.abs_diff(look.scale_percent))
            .unwrap_or(100);
        let dark = if look.dark { DARK_BIT } else { 0 };
        self.0.store(nearest | dark, Ordering::Relaxed);
    }
}

impl Default for EditorLook {
    fn default() -> Self {
        let look = Self(AtomicU32::new(0));
        look.store(folder().and_then(chosen_last).unwrap_or_default());
        look
    }
}

impl PersistentField<'_, Look> for EditorLook {
    fn set(&self, new_value: Look) {
        self.store(new_value);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&Look) -> R,
    {
        f(&self.get())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_look_that_was_chosen_last_is_read_again() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("new");
        assert_eq!(chosen_last(&folder), None);
        for dark in [false, true] {
            for scale_percent in SCALES_PERCENT {
                let look = Look {
                    dark,
                    scale_percent,
                };
                keep(&folder, look).unwrap();
                assert_eq!(chosen_last(&folder), Some(look));
            }
        }
        std::fs::write(folder.join(FILE_NAME), "{}").unwrap();
        assert_eq!(chosen_last(&folder), None);
    }

    #[test]
    fn a_look_from_anywhere_becomes_one_that_can_be_chosen() {
        let look = EditorLook(AtomicU32::new(0));
        for (given, kept) in [(0, 75), (110, 100), (160, 150), (200, 200), (u32::MAX, 200)] {
            for dark in [false, true] {
                look.store(Look {
                    dark,
                    scale_percent: given,
                });
                assert_eq!(
                    look.get(),
                    Look {
                        dark,
                        scale_percent: kept
                    }
                );
            }
        }
    }
}
