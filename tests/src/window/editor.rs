//! The editor of an instance, in a window as a CLAP host makes it.
#![allow(unsafe_code)]

use std::time::{Duration, Instant};

use clack_extensions::gui::{GuiApiType, GuiConfiguration, GuiSize, PluginGui, Window};
use image::RgbImage;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ConfigureNotifyEvent, ConnectionExt, CreateWindowAux, EventMask, ImageFormat,
    PropMode, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::clap::ClapOf;

/// Nothing on the way takes nearly as long: whoever waits longer waits in vain.
const GIVE_UP: Duration = Duration::from_secs(30);
/// Text, knobs and meters, drawn smoothly, have many colours; an empty window has one.
const COLOURS_OF_A_PICTURE: usize = 50;

/// An open editor, with `KEYS` that of the instrument. Lives on the main thread, beside an instance that may be playing on another.
pub struct EditorWindow<const KEYS: bool = false> {
    host: ClapOf<KEYS>,
    connection: RustConnection,
    root: u32,
    window: u32,
    size: (u32, u32),
}

impl<const KEYS: bool> EditorWindow<KEYS> {
    /// Opens it in the top left corner of the display that `DISPLAY` names, as large as the plugin
    /// says. egui draws through OpenGL, so the server must have that.
    pub fn open(mut host: ClapOf<KEYS>) -> Self {
        let gui: PluginGui = host.instance().plugin_handle().get_extension().unwrap();
        let handle = host.instance().plugin_handle();
        let configuration = GuiConfiguration {
            api_type: GuiApiType::X11,
            is_floating: false,
        };
        gui.create(&handle, configuration).unwrap();
        let size = gui.get_size(&handle).unwrap();

        let (connection, screen) = x11rb::connect(None).unwrap();
        let screen = connection.setup().roots[screen].clone();
        let window = connection.generate_id().unwrap();
        let attributes = CreateWindowAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
        connection
            .create_window(
                screen.root_depth,
                window,
                screen.root,
                0,
                0,
                size.width as u16,
                size.height as u16,
                0,
                WindowClass::INPUT_OUTPUT,
                screen.root_visual,
                &attributes,
            )
            .unwrap();
        connection
            .change_property8(
                PropMode::REPLACE,
                window,
                AtomEnum::WM_NAME,
                AtomEnum::STRING,
                b"Mynah",
            )
            .unwrap();
        connection.map_window(window).unwrap();
        // The editor has a connection of its own: the window must exist before it is told of it.
        connection.sync().unwrap();

        let parent = Window::from_x11_handle(window.into());
        // SAFETY: the window lives until after the editor is destroyed.
        unsafe { gui.set_parent(&handle, parent) }.unwrap();
        gui.show(&handle).unwrap();
        Self {
            host,
            connection,
            root: screen.root,
            window,
            size: (size.width, size.height),
        }
    }

    /// Width and height at the opening, pixels.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// The instance behind the editor.
    pub fn host(&mut self) -> &mut ClapOf<KEYS> {
        &mut self.host
    }

    /// Does a host's part for so long: calls back, and passes a new size of the window on.
    pub fn run(&mut self, duration: Duration) {
        let started = Instant::now();
        while started.elapsed() < duration {
            self.step();
        }
    }

    /// Runs until `done` is true. Panics, naming `what`, when that does not happen.
    pub fn run_until(&mut self, what: &str, mut done: impl FnMut(&mut Self) -> bool) {
        let started = Instant::now();
        while !done(self) {
            assert!(started.elapsed() < GIVE_UP, "waited in vain for {what}");
            self.step();
        }
    }

    /// Runs until the editor has drawn itself.
    pub fn run_until_drawn(&mut self) {
        self.run_until("a picture", |window| {
            let mut colours: Vec<_> = window.picture().pixels().map(|pixel| pixel.0).collect();
            colours.sort_unstable();
            colours.dedup();
            colours.len() >= COLOURS_OF_A_PICTURE
        });
    }

    /// What the screen shows where the window is.
    pub fn picture(&self) -> RgbImage {
        let geometry = self.connection.get_geometry(self.window).unwrap();
        let geometry = geometry.reply().unwrap();
        let (width, height) = (geometry.width, geometry.height);
        let format = ImageFormat::Z_PIXMAP;
        // Of the screen, since the window of the host itself has nothing on it.
        let image = self
            .connection
            .get_image(format, self.root, 0, 0, width, height, u32::MAX);
        let pixels = image.unwrap().reply().unwrap().data;
        // 32 bits each, blue first, as all of today's servers have them.
        let (pixels, _) = pixels.as_chunks::<4>();
        let rgb = pixels
            .iter()
            .flat_map(|&[blue, green, red, _]| [red, green, blue]);
        RgbImage::from_raw(width.into(), height.into(), rgb.collect()).unwrap()
    }

    /// Closes the window and gives the instance back.
    pub fn close(mut self) -> ClapOf<KEYS> {
        self.gui().destroy(&self.host.instance().plugin_handle());
        self.connection.destroy_window(self.window).unwrap();
        self.connection.sync().unwrap();
        self.host
    }

    fn gui(&mut self) -> PluginGui {
        self.host
            .instance()
            .plugin_handle()
            .get_extension()
            .unwrap()
    }

    fn step(&mut self) {
        self.host.instance().call_on_main_thread_callback();
        while let Some(event) = self.connection.poll_for_event().unwrap() {
            if let Event::ConfigureNotify(ConfigureNotifyEvent { width, height, .. }) = event {
                let gui = self.gui();
                let size = GuiSize {
                    width: width.into(),
                    height: height.into(),
                };
                // A window manager may ask for a size that the editor does not take.
                let _ = gui.set_size(&self.host.instance().plugin_handle(), size);
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
