//! How large the editor's window was, which a session remembers.

use crossbeam_utils::atomic::AtomicCell;
use nice_plug::params::persist::PersistentField;

/// Aligned so that the cell needs no lock: nice-plug may hand a state over on the audio thread.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Pixels {
    width: u32,
    height: u32,
}

const _: () = assert!(AtomicCell::<Pixels>::is_lock_free());

/// The editor's size in logical pixels. Any thread.
pub struct EditorSize(AtomicCell<Pixels>);

impl EditorSize {
    /// Size of an editor that was never resized, logical pixels.
    pub const DEFAULT: (u32, u32) = (1200, 800);
    /// Smallest size that is restored, logical pixels; the editor scrolls what does not fit.
    pub const MIN: (u32, u32) = (640, 480);
    /// Largest size that is restored, logical pixels.
    pub const MAX: (u32, u32) = (2400, 1600);

    /// Width and height, within [`Self::MIN`] and [`Self::MAX`].
    pub fn get(&self) -> (u32, u32) {
        let Pixels { width, height } = self.0.load();
        (width, height)
    }

    /// Remembers a size, brought into the allowed range.
    pub fn store(&self, width: u32, height: u32) {
        let width = width.clamp(Self::MIN.0, Self::MAX.0);
        let height = height.clamp(Self::MIN.1, Self::MAX.1);
        self.0.store(Pixels { width, height });
    }
}

impl Default for EditorSize {
    fn default() -> Self {
        let (width, height) = Self::DEFAULT;
        Self(AtomicCell::new(Pixels { width, height }))
    }
}

impl PersistentField<'_, (u32, u32)> for EditorSize {
    fn set(&self, new_value: (u32, u32)) {
        self.store(new_value.0, new_value.1);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&(u32, u32)) -> R,
    {
        f(&self.get())
    }
}
