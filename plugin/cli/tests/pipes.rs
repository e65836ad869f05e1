//! Sound through pipes, and being told to end.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::{Desk, mynah, names_in, succeed, write_tone};

impl Desk {
    /// With a tone on it.
    fn with_tone() -> Desk {
        let desk = Desk::new();
        write_tone(&desk.at("in.wav"), 44_100, 2, 0.2);
        desk
    }

    fn fifo(&self, name: &str) -> PathBuf {
        let path = self.at(name);
        assert!(
            Command::new("mkfifo")
                .arg(&path)
                .status()
                .unwrap()
                .success()
        );
        path
    }

    /// What a plain bounce of the tone is.
    fn plain(&self, name: &str) -> Vec<u8> {
        let out = self.at(name);
        let arguments = ["bounce", "--target", "cello"].map(Into::into);
        let files = [self.at("in.wav"), "-o".into(), out.clone()].map(PathBuf::into_os_string);
        succeed([&arguments[..], &files[..]].concat());
        std::fs::read(out).unwrap()
    }

    fn command(&self, input: &str, output: &str) -> Command {
        let mut command = mynah();
        command.current_dir(self.0.path());
        command.args(["bounce", "--target", "cello", input, "-o", output]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

/// Gives `sound` to the standard input of `command`.
fn fed(command: &mut Command, sound: &[u8]) -> Output {
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let sound = sound.to_vec();
    let feeder = std::thread::spawn(move || {
        // A pipe that nobody reads is no fault of the feeder's.
        let _ = stdin.write_all(&sound);
    });
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

#[test]
fn sound_comes_in_and_goes_out_through_pipes() {
    let desk = Desk::with_tone();
    let plain = desk.plain("plain.wav");
    let sound = std::fs::read(desk.at("in.wav")).unwrap();
    for (input, output) in [("-", "-"), ("/dev/stdin", "/dev/stdout")] {
        let done = fed(&mut desk.command(input, output), &sound);
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert!(done.status.success(), "{stderr}");
        assert_eq!(
            done.stdout, plain,
            "the standard output is not just the sound"
        );
        assert!(
            stderr.contains("standard input -> standard output"),
            "{stderr}"
        );
    }
    let done = fed(desk.command("-", "-").args(["--format", "flac"]), &sound);
    assert!(done.status.success() && done.stdout.starts_with(b"fLaC"));
    // From a file whose beginning has been read by another program, and into a folder.
    let mut command = mynah();
    command
        .current_dir(desk.0.path())
        .stdin(std::fs::File::open(desk.at("in.wav")).unwrap());
    command.args(["bounce", "--target", "cello", "-", "--out-dir", "."]);
    assert!(command.output().unwrap().status.success());
    assert_eq!(std::fs::read(desk.at("stdin-cello.wav")).unwrap(), plain);
}

#[test]
fn a_pipe_is_opened_once_and_nothing_of_it_stays() {
    let desk = Desk::with_tone();
    let plain = desk.plain("plain.wav");
    let sound = std::fs::read(desk.at("in.wav")).unwrap();
    let (pipe, temporary) = (desk.fifo("pipe.wav"), desk.at("temporary"));
    std::fs::create_dir(&temporary).unwrap();
    let mut command = desk.command("pipe.wav", "out.wav");
    // All that a bounce can hear of a file: its octave, two channels one by one, and the work itself.
    command
        .args(["--channels", "both"])
        .env("TMPDIR", &temporary);
    let child = command.stdin(Stdio::null()).spawn().unwrap();
    std::fs::File::options()
        .write(true)
        .open(&pipe)
        .unwrap()
        .write_all(&sound)
        .unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let mut both = mynah();
    both.current_dir(desk.0.path());
    both.args([
        "bounce",
        "--target",
        "cello",
        "in.wav",
        "-o",
        "both.wav",
        "--channels",
        "both",
    ]);
    assert!(both.output().unwrap().status.success());
    let read = |name: &str| std::fs::read(desk.at(name)).unwrap();
    assert_eq!(read("out.wav"), read("both.wav"));
    assert_ne!(read("out.wav"), plain);
    assert!(names_in(&temporary).is_empty());
    // As a shell's `<(...)` and `>(...)` name them.
    let (sink, mut heard) = (desk.fifo("sink"), Vec::new());
    let child = desk
        .command("/dev/stdin", "sink")
        .stdin(std::fs::File::open(desk.at("in.wav")).unwrap())
        .spawn();
    std::fs::File::open(sink)
        .unwrap()
        .read_to_end(&mut heard)
        .unwrap();
    assert!(child.unwrap().wait_with_output().unwrap().status.success());
    assert_eq!(heard, plain);
}

#[test]
fn what_pipes_cannot_do_is_said() {
    let desk = Desk::with_tone();
    let sound = std::fs::read(desk.at("in.wav")).unwrap();
    let refused = |command: &mut Command, sound: &[u8], clue: &str| {
        let done = fed(command, sound);
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.contains(clue) && stderr.lines().count() == 1,
            "{clue}: {stderr}"
        );
        assert!(done.stdout.is_empty());
    };
    refused(
        &mut desk.command("-", "-"),
        b"",
        "standard input': it is empty",
    );
    refused(
        &mut desk.command("-", "-"),
        b"words, only words",
        "'standard input' is not an audio file",
    );
    refused(desk.command("-", "-").arg("--json"), &sound, "--json");
    refused(
        desk.command("-", "out.wav").arg("in.wav"),
        &sound,
        "takes one input",
    );
    let mut twice = mynah();
    twice.current_dir(desk.0.path()).args([
        "bounce",
        "--target",
        "cello",
        "-",
        "-",
        "--out-dir",
        ".",
    ]);
    twice
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let done = fed(&mut twice, &sound);
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("only once"));
    assert!(desk.at("stdin-cello.wav").exists());
    assert!(!desk.at("out.wav").exists());
}

/// Sends the signal and says how the program ended, and that it did.
fn told_to_end(child: &mut Child, signal: &str) -> Option<i32> {
    let id = child.id().to_string();
    assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
    assert!(
        Command::new("kill")
            .args([signal, &id])
            .status()
            .unwrap()
            .success()
    );
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if begun.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("{signal} does not end it");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_pipe_that_sends_nothing_more_is_no_reason_to_stay() {
    let desk = Desk::with_tone();
    let pipe = desk.fifo("silent.wav");
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut child = desk.command("silent.wav", "out.wav").spawn().unwrap();
        // There is another end as soon as the program waits for sound.
        let end = std::fs::File::options().write(true).open(&pipe).unwrap();
        assert_eq!(told_to_end(&mut child, signal), Some(code));
        drop(end);

        let mut child = desk.command("-", "-").spawn().unwrap();
        let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        // More than a pipe holds: some of it has been read.
        stdin.write_all(&[0; 300_000]).unwrap();
        assert_eq!(told_to_end(&mut child, signal), Some(code));
        let mut sound = Vec::new();
        stdout.read_to_end(&mut sound).unwrap();
        assert!(sound.is_empty());
    }
    assert_eq!(names_in(desk.0.path()), ["in.wav", "silent.wav"]);
}

#[test]
fn an_end_in_the_middle_of_the_work_leaves_what_was_there() {
    let desk = Desk::with_tone();
    write_tone(&desk.at("long.wav"), 48_000, 1, 40.0);
    std::fs::write(desk.at("out.wav"), "old").unwrap();
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let mut child = desk
            .command("long.wav", "out.wav")
            .arg("-f")
            .spawn()
            .unwrap();
        while child.try_wait().unwrap().is_none() && names_in(desk.0.path()).len() < 4 {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(told_to_end(&mut child, signal), Some(code));
        assert_eq!(names_in(desk.0.path()), ["in.wav", "long.wav", "out.wav"]);
        assert_eq!(std::fs::read_to_string(desk.at("out.wav")).unwrap(), "old");
    }
}
