//! Where there is no screen. A process of its own, since the environment says where there is one.
#![cfg(all(unix, not(target_os = "macos")))]
#![allow(unsafe_code, clippy::unwrap_used)]

use mynah_plugin::editor::check_screen;

#[test]
fn without_a_screen_there_is_a_sentence() {
    // SAFETY: the only test of this process.
    unsafe { std::env::set_var("DISPLAY", ":4000000") };
    let sentence = check_screen().unwrap_err().to_string();
    assert!(
        sentence.starts_with(
            "There is no screen on which Mynah could open its window: DISPLAY is ':4000000'"
        ),
        "{sentence}"
    );
}
