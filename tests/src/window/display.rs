//! A screen that nobody looks at.

#![allow(unsafe_code)]

use std::io::{BufRead, BufReader, ErrorKind};
use std::process::{Command, Stdio};

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, PropMode};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// An Xvfb of our own. It ends by itself when its last client has gone, so never before a window that is
/// still closing: a client that loses its server ends the process.
pub struct Display {
    name: String,
    /// Keeps the server while no window is open.
    _client: RustConnection,
}

impl Display {
    /// Starts one with a free number; `None` where Xvfb is not installed.
    pub fn start(width: u32, height: u32) -> Option<Self> {
        let mut command = Command::new("Xvfb");
        command
            .args([
                "-displayfd",
                "1",
                "-nolisten",
                "tcp",
                "-terminate",
                "-screen",
                "0",
            ])
            .arg(format!("{width}x{height}x24"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = match command.spawn() {
            Ok(server) => server,
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(error) => panic!("Xvfb does not start: {error}"),
        };
        // It writes its number when it is ready for clients.
        let mut number = String::new();
        let output = server.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut number).unwrap();
        let number = number.trim();
        assert!(!number.is_empty(), "Xvfb ended before it was ready");
        let name = format!(":{number}");
        let (_client, _screen) = x11rb::connect(Some(&name)).unwrap();
        Some(Self { name, _client })
    }

    /// Tells its clients how many dots it has on an inch: at 96 a logical pixel is a pixel.
    pub fn set_dpi(&self, dpi: u32) {
        let (connection, screen) = x11rb::connect(Some(&self.name)).unwrap();
        let root = connection.setup().roots[screen].root;
        let (mode, property) = (PropMode::REPLACE, AtomEnum::RESOURCE_MANAGER);
        let resources = format!("Xft.dpi:\t{dpi}\n");
        connection
            .change_property8(mode, root, property, AtomEnum::STRING, resources.as_bytes())
            .unwrap();
        connection.sync().unwrap();
    }

    /// Makes it the display on which this process opens its windows.
    ///
    /// # Safety
    /// No other thread may run: the environment is changed.
    pub unsafe fn adopt(&self) {
        // SAFETY: the caller's promise.
        unsafe { std::env::set_var("DISPLAY", &self.name) };
    }
}
