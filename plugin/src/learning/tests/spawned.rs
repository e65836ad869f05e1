//! Programs that are really started: scripts in the place of `mynah`.

use std::os::unix::fs::PermissionsExt;
use std::thread::sleep;

use super::*;

/// A program that is a script.
fn script(text: &str) -> (tempfile::TempDir, Program) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mynah");
    fs::write(&path, format!("#!/bin/sh\n{text}")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    (folder, Program::at(vec![path]))
}

/// Looks again and again: it comes, or the test never ends.
fn wait_until(is_so: impl Fn() -> bool) {
    while !is_so() {
        sleep(Duration::from_millis(10));
    }
}

/// Does as `mynah learn` does with its status: says that it learns, and ends when that is removed.
const LEARNS: &str = r#"
    for argument; do case $argument in --status=*) status=${argument#--status=};; esac; done
    for argument; do last=$argument; done
    printf '{"format_version":1,"process":%s,"stage":"learning","output":"","name":"%s","files":1,"files_heard":1,"findings":[],"learnt":null,"error":null}' $$ "$(nice)" > "$status.part"
    mv "$status.part" "$status"
    while [ -e "$status" ]; do sleep 0.02; done
    echo "$last" > "$status.ended"
"#;

#[test]
fn it_works_at_low_priority_outlives_the_editor_and_is_reaped() {
    let alone = lock(&SPAWNING);
    let (_folder, program) = script(LEARNS);
    let mut home = Home::with(Box::new(program), Fake::default());
    home.start("Old Cello").unwrap();
    drop(alone);
    let status = home.path("learning/old-cello.json");
    let told = || Status::read(&status).map(|(status, _)| status);
    wait_until(|| told().is_some_and(|told| told.stage == Stage::Learning));
    let Status { process, name, .. } = told().unwrap();
    if Path::new("/usr/bin/nice").exists() {
        assert_eq!(name, "19");
    }
    // The editor goes, and the plugin with it.
    home.learning = Learning::new(None, Box::new(Fake::default()));
    assert_eq!(status::is_running(process), Some(true));
    assert!(!home.path("learning/old-cello.json.ended").exists());
    fs::remove_file(&status).unwrap();
    // A zombie would still have its number.
    wait_until(|| status::is_running(process) == Some(false));
    let ended = fs::read_to_string(home.path("learning/old-cello.json.ended")).unwrap();
    assert_eq!(Path::new(ended.trim()), home.path("Old Cello"));
}

#[test]
fn a_program_that_ends_without_a_word_is_told() {
    let alone = lock(&SPAWNING);
    let (_folder, program) = script("exit 2");
    let home = Home::with(Box::new(program), Fake::default());
    home.start("Old Cello").unwrap();
    drop(alone);
    wait_until(|| {
        home.learning.look(&home.catalogue);
        home.learning.told()[0].status.stage == Stage::Failed
    });
    let error = home.learning.told()[0].status.error.clone().unwrap();
    assert!(
        error.contains("mynah has ended at once (exit status: 2)"),
        "{error}"
    );
}
