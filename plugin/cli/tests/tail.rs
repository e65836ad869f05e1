//! What `mynah bounce` writes after the input's end.
#![allow(clippy::unwrap_used)]

mod common;

use common::{bounce, channel, read_wav, tone, write_planes, write_tone};

/// Level of the last `count` samples beside the loudest sample, dB.
fn end_db(samples: &[f32], count: usize) -> f32 {
    let peak = |part: &[f32]| part.iter().fold(1e-9f32, |peak, x| x.abs().max(peak));
    20.0 * (peak(&samples[samples.len() - count..]) / peak(samples)).log10()
}

#[test]
fn a_room_rings_out_after_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for channels in [1, 2] {
        let frames = write_tone(&at("in.wav"), 44_100, channels, 0.5).len() / usize::from(channels);
        let of = |extra: &[&str]| {
            let mut all = vec!["--force", "--set", "room_size=0.5"];
            all.extend(extra);
            let line = bounce(&at("in.wav"), &at("out.wav"), &all);
            let (spec, samples) = read_wav(&at("out.wav"));
            assert_eq!(spec.channels, channels);
            (line, samples)
        };
        let count = |seconds: f64| (seconds * 44_100.0) as usize * usize::from(channels);
        let (line, rung) = of(&["--set", "room=0.5"]);
        assert!(line.contains("0.5 s + "), "{line}");
        // 60 dB at 0.85 s, of which the direct sound is a part.
        let tail = rung.len() - count(0.5);
        assert!((count(0.3)..count(1.3)).contains(&tail), "{tail}");
        assert!(end_db(&rung, usize::from(channels)) < -60.0);
        assert!(end_db(&rung, count(0.2)) > -60.0, "cut off");

        let (line, cut) = of(&["--set", "room=0.5", "--tail", "0"]);
        assert_eq!(cut.len(), frames * usize::from(channels));
        // What would sound on is faded in its last 5 ms.
        let kept = cut.len() - count(0.0051);
        assert!(!line.contains("tail") && rung[..kept] == cut[..kept]);
        assert_ne!(rung[..cut.len()], cut);
        let (_, longer) = of(&["--set", "room=0.5", "--tail", "1.5"]);
        assert_eq!(longer.len(), count(0.5) + count(1.5));
        let (_, released) = of(&["--set", "room=0", "--set", "release=800", "--tail", "auto"]);
        assert!(released.len() > count(0.9), "{}", released.len());
    }
}

#[test]
fn what_has_rung_out_before_the_end_gets_no_tail() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut samples = write_tone(&at("in.wav"), 48_000, 1, 0.3);
    samples.resize(5 * 48_000, 0.0);
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(at("in.wav"), spec).unwrap();
    samples
        .iter()
        .for_each(|x| writer.write_sample(*x).unwrap());
    writer.finalize().unwrap();
    bounce(&at("in.wav"), &at("out.wav"), &["--set", "room=0.5"]);
    assert_eq!(read_wav(&at("out.wav")).1.len(), samples.len());
}

#[test]
fn no_end_is_a_click() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (rate_hz, channels) in [(44_100, 2), (48_000, 1)] {
        // A note that is faded to zero over its last 10 ms.
        let mut note = tone(rate_hz, 220.0, 0.4);
        let (length, fade) = (note.len(), rate_hz as usize / 100);
        for n in 0..fade {
            note[length - fade + n] *= 1.0 - (n + 1) as f32 / fade as f32;
        }
        write_planes(&at("in.wav"), rate_hz, &vec![note; channels]);
        for extra in [
            &[][..],
            &["--tail", "0"],
            &["--tail", "0.001"],
            &["--tail", "0.3"],
            &["--tail", "auto", "--set", "room=0.5"],
            &["--tail", "0", "--set", "release=500"],
            &["--mode", "follow"],
            &["--mode", "follow", "--tail", "0"],
        ] {
            let bits = [&["--force", "--float"], extra].concat();
            let line = bounce(&at("in.wav"), &at("out.wav"), &bits);
            let samples = read_wav(&at("out.wav")).1;
            let last = &samples[samples.len() - channels..];
            assert!(last.iter().all(|x| x.abs() < 1e-3), "{extra:?}: {last:?}");
            let more = samples.len() / channels - length;
            match extra {
                ["--tail", "0", ..] => assert_eq!(more, 0),
                [] => assert!(more > 0 && line.contains("of tail"), "{line}"),
                _ => {}
            }
            // The end is no step either: it is as smooth as the note.
            let left = channel(&samples, channels, 0);
            let steps = left.windows(2).map(|pair| (pair[1] - pair[0]).abs());
            let largest = |steps: &mut dyn Iterator<Item = f32>| steps.fold(0.0f32, f32::max);
            let all = largest(&mut steps.clone());
            let end = largest(&mut steps.skip(left.len() - 1 - rate_hz as usize / 1_000));
            assert!(end < 0.25 * all, "{extra:?}: {end} of {all}");
        }
    }
}

#[test]
fn nothing_is_faded_where_nothing_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let samples = write_tone(&at("in.wav"), 44_100, 2, 0.1);
    for tail in ["0", "auto"] {
        bounce(
            &at("in.wav"),
            &at("out.wav"),
            &["-f", "--float", "--mix", "0", "--tail", tail],
        );
        assert_eq!(read_wav(&at("out.wav")).1, samples);
    }
}
