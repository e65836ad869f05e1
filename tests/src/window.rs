//! The editor in a real window: an X server of our own, the window, its mouse and its picture. Linux only.

mod display;
mod editor;
mod pointer;

pub use display::Display;
pub use editor::EditorWindow;
pub use pointer::Pointer;
