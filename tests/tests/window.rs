//! The editor in a real window of an X server of its own. Where Xvfb is not installed nothing is tested,
//! and `cargo xtask test` says so.
#![allow(unsafe_code)]

#[cfg(target_os = "linux")]
fn main() {
    use mynah_tests::scenarios;
    use mynah_tests::window::Display;

    let Some(display) = Display::start(1600, 1200) else {
        println!("left out: Xvfb is not installed");
        return;
    };
    // SAFETY: nothing has been started in this process yet.
    unsafe { display.adopt() };
    let scenarios: [(&str, fn()); 3] = [
        (
            "a_dragged_knob_is_heard",
            scenarios::a_dragged_knob_is_heard,
        ),
        (
            "automation_moves_the_knob",
            scenarios::automation_moves_the_knob,
        ),
        ("the_editor_opens_again", scenarios::the_editor_opens_again),
    ];
    for (name, scenario) in scenarios {
        scenario();
        println!("test {name} ... ok");
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {}
