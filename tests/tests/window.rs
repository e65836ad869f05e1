//! The editor in a real window of an X server of its own. Where Xvfb is not installed nothing is tested,
//! and `cargo xtask test` says so.
#![allow(unsafe_code, clippy::unwrap_used)]

#[cfg(target_os = "linux")]
fn main() {
    use mynah_tests::scenarios;

    // For the instance that is loaded from a file, and has the player's own folder.
    let home = tempfile::tempdir().unwrap();
    // SAFETY: nothing has been started in this process yet.
    unsafe { std::env::set_var("XDG_DATA_HOME", home.path()) };
    // Beside the tests, as cargo builds it with them.
    let library = std::env::current_exe().unwrap();
    let library = library.with_file_name("libmynah_plugin.so");
    run_on(1366, 768, 96, &|| {
        test(
            "a_new_editor_fits_a_small_screen",
            scenarios::a_new_editor_fits_a_small_screen,
        );
    });
    run_on(3840, 2160, 192, &|| {
        test(
            "an_editor_is_as_large_on_a_fine_screen",
            scenarios::an_editor_is_as_large_on_a_fine_screen,
        );
    });
    run_on(1600, 1200, 96, &|| {
        test(
            "a_dragged_knob_is_heard",
            scenarios::a_dragged_knob_is_heard,
        );
        test(
            "automation_moves_the_knob",
            scenarios::automation_moves_the_knob,
        );
        test("a_pressed_key_is_heard", scenarios::a_pressed_key_is_heard);
        test("the_editor_opens_again", scenarios::the_editor_opens_again);
        test("the_library_stays_after_an_editor", || {
            scenarios::the_library_stays_after_an_editor(&library);
        });
    });
}

#[cfg(target_os = "linux")]
fn test(name: &str, scenario: impl Fn()) {
    scenario();
    println!("test {name} ... ok");
}

/// Runs tests on a screen of this size, with so many dots on an inch.
#[cfg(target_os = "linux")]
fn run_on(width: u32, height: u32, dpi: u32, tests: &dyn Fn()) {
    let Some(display) = mynah_tests::window::Display::start(width, height) else {
        println!("left out: Xvfb is not installed");
        return;
    };
    let threads_before = threads();
    display.set_dpi(dpi);
    // SAFETY: nothing has been started in this process yet, or all of it has ended.
    unsafe { display.adopt() };
    tests();
    wait_for_windows(threads_before);
}

/// baseview takes a window down on a thread of its own that nobody waits for, and a process that ends
/// meanwhile takes the graphics driver away under it.
#[cfg(target_os = "linux")]
fn wait_for_windows(threads_before: usize) {
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
