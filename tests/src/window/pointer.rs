//! The mouse of a screen, moved as if by hand.

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, MOTION_NOTIFY_EVENT};
use x11rb::protocol::xtest::ConnectionExt;
use x11rb::rust_connection::RustConnection;

const LEFT_BUTTON: u8 = 1;

/// The mouse, through the server's own test extension: clients cannot tell it from a real one.
pub struct Pointer {
    connection: RustConnection,
    root: u32,
}

impl Pointer {
    /// Of the display that `DISPLAY` names.
    #[expect(clippy::new_without_default, reason = "it needs a display")]
    pub fn new() -> Self {
        let (connection, screen) = x11rb::connect(None).unwrap();
        let root = connection.setup().roots[screen].root;
        Self { connection, root }
    }

    /// Moves it to a place on the screen, pixels.
    pub fn move_to(&self, [x, y]: [f32; 2]) {
        self.fake(MOTION_NOTIFY_EVENT, 0, [x.round() as i16, y.round() as i16]);
    }

    /// Presses the left button.
    pub fn press(&self) {
        self.fake(BUTTON_PRESS_EVENT, LEFT_BUTTON, [0, 0]);
    }

    /// Lets it go.
    pub fn release(&self) {
        self.fake(BUTTON_RELEASE_EVENT, LEFT_BUTTON, [0, 0]);
    }

    fn fake(&self, kind: u8, detail: u8, [x, y]: [i16; 2]) {
        let sent =
            self.connection
                .xtest_fake_input(kind, detail, x11rb::CURRENT_TIME, self.root, x, y, 0);
        sent.unwrap().check().unwrap();
    }
}
