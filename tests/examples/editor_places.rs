//! Prints where everything with a name stands in a new editor, a line each: what it is, its middle in pixels,
//! its name. For tests that use the mouse and are not written in Rust. With the argument `instrument` that of the
//! instrument.

use mynah_engine::Plays;
use mynah_plugin::EditorSize;
use mynah_plugin::editor::{Place, places};

fn main() {
    let plays = match std::env::args().nth(1).as_deref() {
        Some("instrument") => Plays::Keys,
        _ => Plays::Sound,
    };
    for Place {
        name,
        role,
        centre: [x, y],
    } in places(plays, EditorSize::DEFAULT)
    {
        println!("{role} {x} {y} {name}");
    }
}
