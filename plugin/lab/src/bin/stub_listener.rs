//! Stands in for Python in the tests: takes the script, the jobs and a file for the answers, and hears five windows of every
//! sound, all of them a violin but for one of synthesiser, and all notes but one.
//!
//! `MYNAH_STUB=fail` makes it fail with a sentence, `MYNAH_STUB=few` leaves an answer out.

use std::process::ExitCode;

use serde_json::{Value, json};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [script, jobs, answers] = arguments.as_slice() else {
        return ExitCode::SUCCESS;
    };
    let how = std::env::var("MYNAH_STUB").unwrap_or_default();
    if how == "fail" || !std::path::Path::new(script).is_file() {
        eprintln!("a first line\nthe stub was told to fail");
        return ExitCode::FAILURE;
    }
    let read = std::fs::read(jobs).ok();
    let Some(jobs) = read.and_then(|text| serde_json::from_slice::<Value>(&text).ok()) else {
        return ExitCode::FAILURE;
    };
    let answer = |job: &Value| {
        let sound = job["file"]
            .as_str()
            .is_some_and(|f| std::path::Path::new(f).is_file());
        let notes = job["notes"].as_array().map(|notes| {
            let wanted = notes.len();
            json!({"wanted": wanted, "played": wanted + 1, "matched": wanted - 1, "f_measure": 0.75, "aligned": 0.8, "late_ms": 30})
        });
        json!({"heard": if sound { json!({"violin": 4, "synth": 1}) } else { json!({}) }, "notes": notes})
    };
    let mut all: Vec<Value> = jobs["jobs"]
        .as_array()
        .into_iter()
        .flatten()
        .map(answer)
        .collect();
    if how == "few" {
        all.pop();
    }
    let written = std::fs::write(answers, json!({ "answers": all }).to_string());
    if written.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
