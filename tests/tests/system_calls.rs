//! The audio path makes no system call: no lock that waits, no allocation that grows, no I/O. (Reading the
//! clock for a display is none where the kernel shares its clock with programs.)
#![cfg(target_os = "linux")]

use std::process::Command;

/// What the program prints when the kernel lets it.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_process_without_system_calls"))
        .args(arguments)
        .output()
        .expect("the program starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn processing_needs_no_system_call() {
    assert_eq!(printed(&[]), "processed\n");
}

/// The test above would notice.
#[test]
fn a_system_call_is_noticed() {
    assert_eq!(printed(&["allocate"]), "");
}
