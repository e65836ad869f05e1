//! Which channels are translated, and whether together or each by itself.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Desk, channel, mynah, read_wav, rms, tone, write_planes};

impl Desk {
    /// The channels of the bounce of these, and what is told on stderr.
    fn bounce(&self, planes: &[Vec<f32>], extra: &[&str]) -> (Vec<Vec<f32>>, String) {
        write_planes(&self.at("in.wav"), 48_000, planes);
        let out = self.at("out.wav");
        let mut command = mynah();
        command
            .current_dir(self.0.path())
            .args(["bounce", "in.wav", "-f", "--float", "-t", "cello", "-o"]);
        let output = command.arg(&out).args(extra).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{extra:?}: {stderr}");
        let (spec, samples) = read_wav(&out);
        let channels = usize::from(spec.channels);
        let planes = (0..channels).map(|n| channel(&samples, channels, n));
        (planes.collect(), stderr)
    }
}

fn minus(plane: &[f32], gain: f32) -> Vec<f32> {
    plane.iter().map(|x| -gain * x).collect()
}

#[test]
fn sides_that_cancel_are_told_and_can_be_translated_by_themselves() {
    let desk = Desk::new();
    let left = tone(48_000, 220.0, 0.4);
    let planes = [left.clone(), minus(&left, 1.0)];
    let (mix, stderr) = desk.bounce(&planes, &[]);
    assert!(mix.iter().all(|plane| rms(plane) < 1e-3));
    let told = "the two sides of 'in.wav' cancel in the mix: try --channels left or both";
    assert!(
        stderr.contains(told) && stderr.lines().count() == 1,
        "{stderr}"
    );
    assert!(
        desk.bounce(&[left.clone(), minus(&left, 0.7)], &[])
            .1
            .contains("cancel")
    );
    assert!(
        desk.bounce(&[left.clone(), minus(&left, 0.5)], &[])
            .1
            .is_empty()
    );
    assert!(
        desk.bounce(&[left.clone(), vec![0.0; left.len()]], &[])
            .1
            .is_empty()
    );
    let (mono, _) = desk.bounce(std::slice::from_ref(&left), &[]);
    for which in ["left", "right", "both"] {
        let (planes, stderr) = desk.bounce(&planes, &["--channels", which]);
        assert!(stderr.is_empty(), "{stderr}");
        assert_eq!(planes.len(), if which == "both" { 2 } else { 1 });
        assert!(
            planes.iter().all(|plane| rms(plane) > 0.3 * rms(&mono[0])),
            "{which}"
        );
    }
}

#[test]
fn each_side_keeps_its_place() {
    let desk = Desk::new();
    let (low, high) = (tone(48_000, 147.0, 0.5), tone(48_000, 196.0, 0.5));
    let nothing = vec![0.0; low.len()];
    let planes = [low.clone(), high.clone()];
    let alone = |plane: &Vec<f32>| {
        desk.bounce(std::slice::from_ref(plane), &["--octave", "0"])
            .0
            .remove(0)
    };
    let (low_alone, high_alone) = (alone(&low), alone(&high));
    let with = |which: &str| {
        desk.bounce(&planes, &["--octave", "0", "--channels", which])
            .0
    };
    assert_eq!(with("left"), std::slice::from_ref(&low_alone));
    assert_eq!(with("right"), std::slice::from_ref(&high_alone));
    // Of both, the tail is as long as the longer one.
    let both = with("both");
    assert_eq!(both.len(), 2);
    for (plane, alone) in both.iter().zip([&low_alone, &high_alone]) {
        assert_eq!(plane[..low.len()], alone[..low.len()]);
    }
    let (panned, _) = desk.bounce(&[low.clone(), nothing], &["--channels", "both"]);
    assert!(rms(&panned[0]) > 0.01 && panned[1].iter().all(|x| x.abs() < 2e-5));
    // The same on both sides is the same on both sides: nothing random differs.
    let (same, _) = desk.bounce(
        &[low.clone(), low],
        &["--channels", "both", "--set", "drive=0.5"],
    );
    assert_eq!(same[0], same[1]);
}

#[test]
fn what_the_plugin_plays_in_stereo_is_both_sides_by_themselves() {
    let desk = Desk::new();
    let (low, high) = (tone(48_000, 110.0, 0.6), tone(48_000, 440.0, 0.6));
    let opposite = minus(&low, 1.0);
    let set = |setting| ["--set", setting, "--set", "room=0"];
    for planes in [[low.clone(), high], [low, opposite]] {
        let (stereo, stderr) = desk.bounce(&planes, &set("channels=stereo"));
        assert!(stderr.is_empty(), "{stderr}");
        let mut apart = set("channels=mono").to_vec();
        apart.extend(["--channels", "both"]);
        let (apart, _) = desk.bounce(&planes, &apart);
        assert!(stereo == apart);
    }
}

#[test]
fn both_sides_move_by_the_same_octave() {
    let desk = Desk::new();
    // By themselves they would go to different octaves on the way to the flute.
    let (low, high) = (tone(48_000, 110.0, 0.6), tone(48_000, 440.0, 1.2));
    let low = [low, vec![0.0; 28_800]].concat();
    let moved = |planes: &[Vec<f32>], which: &str, octave: &str| {
        write_planes(&desk.at("in.wav"), 48_000, planes);
        let mut command = mynah();
        command
            .current_dir(desk.0.path())
            .args(["bounce", "in.wav", "-o", "out.wav", "-f", "-t", "flute"]);
        let output = command
            .args(["--channels", which, "--octave", octave])
            .output()
            .unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        let (_, octave) = told.rsplit_once("octave ").unwrap();
        (
            octave.trim().to_owned(),
            std::fs::read(desk.at("out.wav")).unwrap(),
        )
    };
    let planes = [low, high];
    let (left, right) = (
        moved(&planes, "left", "auto").0,
        moved(&planes, "right", "auto").0,
    );
    assert_ne!(left, right);
    let (octave, both) = moved(&planes, "both", "auto");
    // One for both, which neither side alone decides, and whichever comes first.
    assert_eq!(moved(&planes, "both", &octave).1, both);
    let swapped = [planes[1].clone(), planes[0].clone()];
    assert_eq!(moved(&swapped, "both", "auto").0, octave);
}

#[test]
fn channels_of_larger_files_are_named_by_numbers() {
    let desk = Desk::new();
    let planes: Vec<Vec<f32>> = [147.0, 165.0, 196.0, 220.0]
        .map(|hz| tone(48_000, hz, 0.3))
        .to_vec();
    let frames = planes[0].len();
    let zero = ["--octave", "0"];
    let alone: Vec<Vec<f32>> = planes
        .iter()
        .map(|plane| desk.bounce(std::slice::from_ref(plane), &zero).0.remove(0))
        .collect();
    for (which, expected) in [
        ("3", &[2][..]),
        ("3,4", &[2, 3]),
        ("4,1", &[3, 0]),
        ("all", &[0, 1, 2, 3]),
    ] {
        let (heard, _) = desk.bounce(&planes, &["--octave", "0", "--channels", which]);
        assert_eq!(heard.len(), expected.len(), "{which}");
        for (heard, channel) in heard.iter().zip(expected) {
            assert_eq!(heard[..frames], alone[*channel][..frames], "{which}");
        }
    }
    // Together they are the mean of all, on both sides.
    let mean: Vec<f32> = (0..frames)
        .map(|n| planes.iter().map(|plane| plane[n]).sum::<f32>() / 4.0)
        .collect();
    let (mix, _) = desk.bounce(&planes, &zero);
    let (expected, _) = desk.bounce(&[mean.clone(), mean], &zero);
    assert_eq!(mix.len(), 2);
    for (a, b) in mix.iter().flatten().zip(expected.iter().flatten()) {
        assert!((a - b).abs() < 1e-4, "{a} {b}");
    }
    // A mono file in a batch of others has its only channel on either side.
    for which in ["left", "right", "both", "1", "all"] {
        let (heard, _) = desk.bounce(&planes[..1], &["--octave", "0", "--channels", which]);
        assert_eq!(heard, [alone[0].clone()], "{which}");
    }
}
