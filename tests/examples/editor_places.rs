//! Prints where everything with a name stands in a new editor, a line each: what it is, its middle in pixels,
//! its name. For tests that use the mouse and are not written in Rust.

use mynah_plugin::EditorSize;
use mynah_plugin::editor::{Place, places};

fn main() {
    for Place {
        name,
        role,
        centre: [x, y],
    } in places(EditorSize::DEFAULT)
    {
        println!("{role} {x} {y} {name}");
    }
}
