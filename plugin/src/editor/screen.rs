//! The screen on which an editor will open, as far as the system tells before there is a window.
#![allow(unsafe_code)]

use crate::editor_size::EditorSize;
use crate::look::SCALES_PERCENT;

/// What a window needs besides its content, logical pixels: the frames of window and host, and the desktop's bar.
const FRAME: (f32, f32) = (16.0, 100.0);

/// Why no window can be opened. The text is a sentence for the player.
#[derive(thiserror::Error, Debug)]
#[error("There is no screen on which Mynah could open its window: {0}")]
pub struct NoScreen(String);

/// Whether a window can be opened at all, where there need not be a screen. Any thread but the audio thread's.
///
/// # Errors
/// If there is none, and why.
pub fn check_screen() -> Result<(), NoScreen> {
    system::check().map_err(NoScreen)
}

/// A screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Screen {
    /// Width and height in the pixels that the system counts in.
    pub(super) size: (u32, u32),
    /// Pixels per logical pixel.
    pub(super) scale_factor: f32,
}

impl Screen {
    /// The main one; `None` if the system does not tell.
    pub(super) fn main() -> Option<Screen> {
        let screen = system::main()?;
        let usable = screen.scale_factor.is_finite() && screen.scale_factor > 0.0;
        (usable && screen.size.0 > 0 && screen.size.1 > 0).then_some(screen)
    }

    /// The scale and size, in logical pixels at that scale, at which all of an editor can be seen that would have
    /// these: a smaller scale first, and where the smallest does not do, a smaller window.
    pub(super) fn fit(self, percent: u32, size: (u32, u32)) -> (u32, (u32, u32)) {
        let room = |pixels: u32, frame: f32| pixels as f32 / self.scale_factor - frame;
        let room = (room(self.size.0, FRAME.0), room(self.size.1, FRAME.1));
        let fits = |percent: u32| {
            let zoom = percent as f32 / 100.0;
            size.0 as f32 * zoom <= room.0 && size.1 as f32 * zoom <= room.1
        };
        let smallest = SCALES_PERCENT[0];
        let scales = SCALES_PERCENT.into_iter().rev();
        let mut fitting = scales.filter(|scale| *scale <= percent && fits(*scale));
        if let Some(scale) = fitting.next() {
            return (scale, size);
        }
        let zoom = smallest as f32 / 100.0;
        let within =
            |wanted: u32, room: f32, least: u32| wanted.min((room / zoom) as u32).max(least);
        let width = within(size.0, room.0, EditorSize::MIN.0);
        let height = within(size.1, room.1, EditorSize::MIN.1);
        (smallest, (width, height))
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
mod system {
    use x11rb::connection::Connection as _;
    use x11rb::protocol::randr::ConnectionExt as _;
    use x11rb::resource_manager::new_from_default;
    use x11rb::rust_connection::RustConnection;

    use super::Screen;

    /// Dots per inch at which a logical pixel is a pixel.
    const USUAL_DPI: f32 = 96.0;

    pub(super) fn check() -> Result<(), String> {
        let name = std::env::var("DISPLAY").unwrap_or_default();
        let connected = RustConnection::connect(None).map(|_| ());
        connected.map_err(|error| format!("DISPLAY is '{name}' ({error})"))
    }

    pub(super) fn main() -> Option<Screen> {
        let (connection, number) = RustConnection::connect(None).ok()?;
        let root = connection.setup().roots.get(number)?;
        let whole = (
            u32::from(root.width_in_pixels),
            u32::from(root.height_in_pixels),
        );
        let size = monitor(&connection, root.root).unwrap_or(whole);
        // As baseview reads it for its windows.
        let resources = new_from_default(&connection).ok()?;
        let dpi: Option<u32> = resources.get_value("Xft.dpi", "").ok().flatten();
        Some(Screen {
            size,
            scale_factor: dpi.map_or(1.0, |dpi| dpi as f32 / USUAL_DPI),
        })
    }

    /// The primary monitor of several, which together make one screen; without one, the first.
    fn monitor(connection: &RustConnection, root: u32) -> Option<(u32, u32)> {
        let request = connection.randr_get_monitors(root, true).ok()?;
        let monitors = request.reply().ok()?.monitors;
        let primary = monitors.iter().find(|monitor| monitor.primary);
        let monitor = primary.or(monitors.first())?;
        Some((u32::from(monitor.width), u32::from(monitor.height)))
    }
}

#[cfg(target_os = "macos")]
mod system {
    use super::Screen;

    #[link(name = "CoreGraphics", kind = "framework")]
    unsafe extern "C" {
        fn CGMainDisplayID() -> u32;
        fn CGDisplayPixelsWide(display: u32) -> usize;
        fn CGDisplayPixelsHigh(display: u32) -> usize;
    }

    pub(super) fn check() -> Result<(), String> {
        Ok(())
    }

    pub(super) fn main() -> Option<Screen> {
        // SAFETY: none of them takes anything but a number, and an unknown display has no pixels.
        let (width, height) = unsafe {
            let display = CGMainDisplayID();
            (CGDisplayPixelsWide(display), CGDisplayPixelsHigh(display))
        };
        // These are logical pixels, in which windows are measured here.
        Some(Screen {
            size: (width as u32, height as u32),
            scale_factor: 1.0,
        })
    }
}

#[cfg(windows)]
mod system {
    use super::Screen;

    const SM_CXSCREEN: i32 = 0;
    const SM_CYSCREEN: i32 = 1;
    /// Dots per inch at which a logical pixel is a pixel.
    const USUAL_DPI: f32 = 96.0;

    #[link(name = "user32")]
    unsafe extern "system" {
        fn GetSystemMetrics(index: i32) -> i32;
        fn GetDpiForSystem() -> u32;
    }

    pub(super) fn check() -> Result<(), String> {
        Ok(())
    }

    pub(super) fn main() -> Option<Screen> {
        // SAFETY: they take numbers and give numbers.
        let (width, height, dpi) = unsafe {
            (
                GetSystemMetrics(SM_CXSCREEN),
                GetSystemMetrics(SM_CYSCREEN),
                GetDpiForSystem(),
            )
        };
        Some(Screen {
            size: (u32::try_from(width).ok()?, u32::try_from(height).ok()?),
            scale_factor: dpi as f32 / USUAL_DPI,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::layout::MIN_SIZE;

    fn screen(width: u32, height: u32, scale_factor: f32) -> Screen {
        Screen {
            size: (width, height),
            scale_factor,
        }
    }

    #[test]
    fn a_new_editor_is_seen_whole_on_every_usual_screen() {
        let size = EditorSize::DEFAULT;
        for (screen, percent) in [
            (screen(1366, 768, 1.0), 75),
            (screen(1280, 800, 1.0), 75),
            (screen(1920, 1080, 1.0), 100),
            (screen(3840, 2160, 2.0), 100),
            (screen(2880, 1800, 2.0), 100),
            (screen(3840, 2160, 1.0), 100),
        ] {
            assert_eq!(screen.fit(100, size), (percent, size), "{screen:?}");
        }
        assert!(size.0 as f32 >= MIN_SIZE.x && size.1 as f32 >= MIN_SIZE.y);
    }

    #[test]
    fn a_scale_that_was_chosen_stays_where_it_fits() {
        let large = screen(3840, 2160, 1.0);
        assert_eq!(large.fit(200, EditorSize::DEFAULT).0, 200);
        assert_eq!(large.fit(75, EditorSize::DEFAULT).0, 75);
        let small = screen(1920, 1080, 1.0);
        assert_eq!(
            small.fit(200, EditorSize::DEFAULT),
            (100, EditorSize::DEFAULT)
        );
        assert_eq!(small.fit(150, (700, 500)), (150, (700, 500)));
    }

    #[test]
    fn where_the_smallest_scale_does_not_fit_the_window_is_smaller_and_scrolls() {
        let (percent, size) = screen(1024, 600, 1.0).fit(100, EditorSize::DEFAULT);
        assert_eq!((percent, size), (75, (1200, 666)));
        let (_, least) = screen(320, 200, 1.0).fit(100, EditorSize::DEFAULT);
        assert_eq!(least, EditorSize::MIN);
    }
}
