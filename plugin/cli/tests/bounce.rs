//! `mynah bounce` on real files: formats, rates, lengths, alignment, many files at once.
#![allow(clippy::unwrap_used)]

mod common;

use std::ffi::OsString;

use common::{bounce, fixture, names_in, read_wav, rms, run, succeed, write_tone};

#[test]
fn length_rate_and_channels_stay_at_every_rate() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.wav"), folder.path().join("out.wav"));
    for rate_hz in [
        8_000, 11_025, 22_050, 44_100, 48_000, 88_200, 96_000, 192_000,
    ] {
        for channels in [1, 2] {
            let samples = write_tone(&input, rate_hz, channels, 0.37);
            bounce(&input, &output, &["--force", "--tail", "0"]);
            let (spec, translated) = read_wav(&output);
            assert_eq!(
                (spec.sample_rate, spec.channels, spec.bits_per_sample),
                (rate_hz, channels, 24)
            );
            assert_eq!(
                translated.len(),
                samples.len(),
                "{rate_hz} Hz, {channels} channels"
            );
            assert!(
                rms(&translated) > 1e-4,
                "{rate_hz} Hz, {channels} channels: silent"
            );
        }
    }
}

#[test]
fn the_latency_is_removed_exactly() {
    // At mix 0 the engine passes the input late by its latency, to the bit: so the file must come back as it was.
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.wav"), folder.path().join("out.wav"));
    for rate_hz in [22_050, 44_100, 48_000, 96_000] {
        for seconds in [0.001, 0.3] {
            let samples = write_tone(&input, rate_hz, 2, seconds);
            bounce(&input, &output, &["--force", "--float", "--mix", "0"]);
            let (spec, back) = read_wav(&output);
            assert_eq!(spec.sample_format, hound::SampleFormat::Float);
            assert_eq!(back, samples, "{rate_hz} Hz, {seconds} s");
        }
    }
}

#[test]
fn every_format_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.wav");
    let reference = {
        bounce(
            &fixture("tone.aiff"),
            &output,
            &["--force", "--float", "--mix", "0"],
        );
        read_wav(&output).1
    };
    assert_eq!(reference.len(), 11_025);
    bounce(
        &fixture("tone.aiff"),
        &folder.path().join("tone.flac"),
        &["--mix", "0"],
    );
    for (path, tolerance) in [
        (folder.path().join("tone.flac"), 1e-6),
        (fixture("tone.ogg"), 0.02),
        (fixture("tone.mp3"), 0.05),
    ] {
        bounce(&path, &output, &["--force", "--float", "--mix", "0"]);
        let (spec, samples) = read_wav(&output);
        assert_eq!(
            (spec.sample_rate, spec.channels),
            (22_050, 1),
            "{}",
            path.display()
        );
        // MP3 pads to whole frames where its header does not say how much is padding.
        assert!(
            samples.len() >= 11_025 && samples.len() < 11_025 + 2 * 1_152,
            "{}: {}",
            path.display(),
            samples.len()
        );
        let level = (rms(&samples[..11_025]) / rms(&reference) - 1.0).abs();
        assert!(
            level < tolerance,
            "{}: level off by {level}",
            path.display()
        );
    }
}

#[test]
fn flac_and_wav_hold_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_tone(&at("in.wav"), 44_100, 2, 0.5);
    bounce(&at("in.wav"), &at("a.wav"), &[]);
    bounce(&at("in.wav"), &at("a.flac"), &[]);
    bounce(&at("a.flac"), &at("b.wav"), &["--mix", "0"]);
    assert_eq!(
        std::fs::read(at("a.wav")).unwrap(),
        std::fs::read(at("b.wav")).unwrap()
    );
}

#[test]
fn the_same_input_gives_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_tone(&at("in.wav"), 44_100, 1, 0.5);
    for mode in ["track", "follow"] {
        bounce(
            &at("in.wav"),
            &at("a.wav"),
            &["--force", "--mode", mode, "--set", "drive=0.5"],
        );
        bounce(
            &at("in.wav"),
            &at("b.wav"),
            &["--force", "--mode", mode, "--set", "drive=0.5"],
        );
        assert_eq!(
            std::fs::read(at("a.wav")).unwrap(),
            std::fs::read(at("b.wav")).unwrap()
        );
    }
}

#[test]
fn controls_change_the_output() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_tone(&at("in.wav"), 48_000, 1, 0.5);
    let of = |extra: &[&str]| {
        let mut all = vec!["--force", "--float"];
        all.extend(extra);
        bounce(&at("in.wav"), &at("out.wav"), &all);
        read_wav(&at("out.wav")).1
    };
    let plain = of(&[]);
    for extra in [
        &["--mode", "follow"][..],
        &["--octave", "0"],
        &["--mix", "0.5"],
        &["--set", "output_gain=-6"],
    ] {
        assert_ne!(of(extra), plain, "{extra:?} changed nothing");
    }
    // The tone is an A3, and the cello is at home an octave lower.
    assert_eq!(
        of(&[
            "--set",
            "mode=track",
            "--set",
            "octave=-1",
            "--set",
            "mix=1"
        ]),
        plain
    );
}

#[test]
fn one_octave_brings_a_whole_file_home_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_tone(&at("in.wav"), 44_100, 2, 1.0);
    let with = |target: &str, extra: &[&str]| {
        let mut all = vec!["--force", "--set"];
        let target = format!("target={target}");
        all.push(&target);
        all.extend(extra);
        let printed = bounce(&at("in.wav"), &at("out.wav"), &all);
        (printed, std::fs::read(at("out.wav")).unwrap())
    };
    for (target, octave) in [
        ("cello", "-1"),
        ("sax-tenor", "+0"),
        ("flute", "+1"),
        ("violin", "+1"),
    ] {
        let (printed, file) = with(target, &[]);
        let named = format!("  octave {octave}");
        assert!(printed.contains(&named), "{target}: {printed}");
        assert_eq!(with(target, &["--octave", "auto"]).1, file);
        assert_eq!(with(target, &["--octave", octave]).1, file, "{target}");
        // A steady tone is where live playing agrees, but for its first frames.
        let (printed, _) = with(target, &["--set", "octave_auto=on"]);
        assert!(printed.contains("  octave chosen while playing"));
    }
    let (printed, plain) = with("violin", &["--set", "octave_auto=off"]);
    assert!(!printed.contains("octave"), "{printed}");
    assert_eq!(with("violin", &["--octave", "0"]).1, plain);
    let (printed, follow) = with("violin", &["--mode", "follow"]);
    assert!(printed.contains("  octave +0"), "{printed}");
    assert_eq!(
        with("violin", &["--mode", "follow", "--octave", "0"]).1,
        follow
    );
}

#[test]
fn force_replaces_and_its_absence_keeps() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_tone(&at("in.wav"), 48_000, 1, 0.2);
    std::fs::write(at("out.wav"), "old").unwrap();
    let output = run([
        "bounce".into(),
        at("in.wav").into_os_string(),
        "--target".into(),
        "cello".into(),
        "-o".into(),
        at("out.wav").into_os_string(),
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(at("out.wav")).unwrap(), "old");
    bounce(&at("in.wav"), &at("out.wav"), &["--force", "--tail", "0"]);
    assert_eq!(read_wav(&at("out.wav")).1.len(), 9_600);
    assert_eq!(names_in(folder.path()), ["in.wav", "out.wav"]);
}

#[test]
fn many_files_at_once_equal_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut arguments: Vec<OsString> = vec!["bounce".into()];
    for i in 0..5u32 {
        let input = at(&format!("{i}.wav"));
        write_tone(
            &input,
            44_100 + 100 * i,
            1 + (i % 2) as u16,
            0.2 + 0.1 * f64::from(i),
        );
        arguments.push(input.into());
    }
    arguments.extend(["--target", "Violin", "--jobs", "4", "--out-dir"].map(OsString::from));
    arguments.push(at("new/out").into());
    let printed = succeed(arguments);
    assert_eq!(printed.lines().count(), 5);
    for i in 0..5 {
        let together = at(&format!("new/out/{i}-violin.wav"));
        succeed([
            "bounce".into(),
            at(&format!("{i}.wav")).into_os_string(),
            "--target".into(),
            "violin".into(),
            "-fqo".into(),
            at("alone.wav").into_os_string(),
        ]);
        assert_eq!(
            std::fs::read(&together).unwrap(),
            std::fs::read(at("alone.wav")).unwrap()
        );
    }
    assert_eq!(names_in(&at("new/out")).len(), 5);
}

#[test]
fn non_finite_samples_count_as_silence() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(at("in.wav"), spec).unwrap();
    for i in 0..20_000 {
        let tone = (f64::from(i) * 0.03).sin() as f32 * 0.4;
        writer
            .write_sample(if i % 5_000 == 777 { f32::NAN } else { tone })
            .unwrap();
    }
    writer.finalize().unwrap();
    bounce(&at("in.wav"), &at("out.wav"), &["--float", "--tail", "0"]);
    let (_, samples) = read_wav(&at("out.wav"));
    assert_eq!(samples.len(), 20_000);
    assert!(samples.iter().all(|x| x.is_finite()));
}

#[cfg(unix)]
#[test]
fn an_interrupted_bounce_leaves_nothing() {
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_tone(&at("in.wav"), 48_000, 1, 300.0);
    let mut child = common::mynah()
        .args([
            "bounce".into(),
            at("in.wav").into_os_string(),
            "--target".into(),
            "cello".into(),
            "-o".into(),
        ])
        .arg(at("out.wav"))
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while child.try_wait().unwrap().is_none() && names_in(folder.path()).len() < 2 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(
        Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(names_in(folder.path()), ["in.wav"]);
}
