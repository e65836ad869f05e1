//! Runs that do not come to their end by themselves.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::common::{json, names_in};
use super::{learn, record};

/// Nothing here takes longer.
const LONGEST: Duration = Duration::from_secs(120);

/// Learns for hours, and tells how far it is.
fn begin(folder: &Path) -> Child {
    learn(folder)
        .args(["--minutes", "600", "--status", "status.json"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// All stages until `wanted`.
fn await_stage(child: &mut Child, folder: &Path, wanted: &str) -> Vec<String> {
    let begun = Instant::now();
    let mut stages: Vec<String> = Vec::new();
    loop {
        assert!(begun.elapsed() < LONGEST, "only {stages:?}");
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none(), "ended after {stages:?}: {ended:?}");
        // It is not there at first, and always whole.
        if let Ok(bytes) = std::fs::read(folder.join("status.json")) {
            let status: Value = serde_json::from_slice(&bytes).unwrap();
            let stage = status["stage"].as_str().unwrap().to_owned();
            if stages.last() != Some(&stage) {
                stages.push(stage.clone());
            }
            if stage == wanted {
                return stages;
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn code_of(mut child: Child) -> Option<i32> {
    let begun = Instant::now();
    while begun.elapsed() < LONGEST {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    panic!("it does not end");
}

fn is_whole(target: &Path) -> bool {
    let shown: Value = json(&["targets", "show", target.to_str().unwrap(), "--json"]);
    shown["plays"] == true
}

/// Goes on for so many minutes; what is told of the training.
fn go_on(folder: &Path, minutes: &str) -> Value {
    let run = learn(folder)
        .args(["--resume", "--minutes", minutes, "--json"])
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    let told: Value = serde_json::from_slice(&run.stdout).unwrap();
    told["training"].clone()
}

#[test]
fn ctrl_c_leaves_a_whole_target_and_the_way_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    record(folder.path());
    let mut child = begin(folder.path());
    let stages = await_stage(&mut child, folder.path(), "learning");
    // Those between may be over before they are seen.
    let order = ["listening", "remembering", "playable", "learning"];
    let mut left = order.iter();
    assert!(
        stages.iter().all(|stage| left.any(|next| next == stage)),
        "{stages:?}"
    );
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(code_of(child), Some(0));
    let status = std::fs::read(folder.path().join("status.json")).unwrap();
    let status: Value = serde_json::from_slice(&status).unwrap();
    assert_eq!(status["stage"], "done");
    let target = folder.path().join("own.mynah");
    assert!(is_whole(&target));
    assert_eq!(
        names_in(folder.path()),
        ["notes", "own.mynah", "own.mynah.learning", "status.json"]
    );

    // Without time for a single step it is what it was.
    let bytes = std::fs::read(&target).unwrap();
    let stayed = go_on(folder.path(), "0");
    let steps = stayed["steps"].as_u64().unwrap();
    assert!(steps >= 50, "{stayed}");
    assert!(
        std::fs::read(&target).unwrap() == bytes,
        "what was learnt is lost"
    );
    let further = go_on(folder.path(), "0.02");
    assert!(further["steps"].as_u64().unwrap() > steps, "{further}");
    let apart = |training: &Value| training["held_out_last"].as_f64().unwrap();
    assert!(apart(&further) <= apart(&stayed));
    assert!(apart(&stayed) <= stayed["held_out_first"].as_f64().unwrap());
    assert!(is_whole(&target));
}

#[test]
fn whoever_removes_the_status_file_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    record(folder.path());
    let mut child = begin(folder.path());
    await_stage(&mut child, folder.path(), "learning");
    std::fs::remove_file(folder.path().join("status.json")).unwrap();
    assert_eq!(code_of(child), Some(0));
    assert!(is_whole(&folder.path().join("own.mynah")));
    // It does not come back.
    assert_eq!(
        names_in(folder.path()),
        ["notes", "own.mynah", "own.mynah.learning"]
    );
}
