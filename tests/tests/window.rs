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
    let threads_before = threads();
    for (name, scenario) in scenarios {
        scenario();
        println!("test {name} ... ok");
    }
    // baseview takes a window down on a thread of its own that nobody waits for, and a process that ends
    // meanwhile takes the graphics driver away under it.
    let waiting = std::time::Instant::now();
    while threads() > threads_before {
        assert!(
            waiting.elapsed().as_secs() < 30,
            "a window's thread does not end"
        );
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

/// Threads of this process.
#[cfg(target_os = "linux")]
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

#[cfg(not(target_os = "linux"))]
fn main() {}
