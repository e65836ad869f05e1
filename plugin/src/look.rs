//! How the editor looks: light or dark, and how large. Kept in the session's state.

use std::sync::atomic::{AtomicU32, Ordering};

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
        look.store(Look::default());
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
    use super::*;

    #[test]
    fn a_look_from_anywhere_becomes_one_that_can_be_chosen() {
        let look = EditorLook::default();
        assert_eq!(look.get(), Look::default());
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
