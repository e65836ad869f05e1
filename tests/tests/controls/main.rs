//! Every control has the effect that its tooltip promises, measured in the sound that the shipped models
//! make, and none of them clicks when it is automated.
#![allow(clippy::unwrap_used)]

mod measure;

use measure::*;
use mynah_engine::{Control, Controls};

#[test]
fn explore() {
    let input = steady(2.0);
    let plain = flute(&Controls::default(), &input);
    let pf = frames(&plain);
    let p = between(&pf, 0.7, 1.9);
    eprintln!(
        "plain pitch {} loud {} tilt",
        median(pitches(p)),
        loudness_db(p)
    );
    for (c, v) in [
        (Control::Octave, 1.0),
        (Control::Octave, -1.0),
        (Control::Semitones, 7.0),
        (Control::Cents, 50.0),
        (Control::Bend, -2.0),
        (Control::Sensitivity, 24.0),
        (Control::Sensitivity, -24.0),
        (Control::Curve, 0.0),
        (Control::Curve, 2.0),
        (Control::Brightness, 6.0),
        (Control::Brightness, -6.0),
        (Control::Formant, 12.0),
        (Control::Formant, -12.0),
        (Control::Breath, 24.0),
        (Control::Breath, -24.0),
        (Control::Air, 12.0),
        (Control::Air, -12.0),
        (Control::Drive, 0.0),
        (Control::Variation, 1.0),
        (Control::Freeze, 1.0),
        (Control::Mode, 1.0),
        (Control::Mode, 2.0),
    ] {
        let out = flute(&with(c, v), &input);
        let f = frames(&out);
        let q = between(&f, 0.7, 1.9);
        let (a, b) = (spectrum_db(p), spectrum_db(q));
        let l = |s: &[f32]| {
            [
                level_db(s, 100.0, 400.0),
                level_db(s, 400.0, 1500.0),
                level_db(s, 1500.0, 5000.0),
                level_db(s, 5000.0, 15000.0),
            ]
        };
        let (la, lb) = (l(&a), l(&b));
        let d: Vec<f32> = la.iter().zip(&lb).map(|(a, b)| b - a).collect();
        eprintln!(
            "{c} {v}: pitch {:?} loud {:.1} dist {:.2} bands {d:.1?}",
            pitches(q).len().checked_sub(1).map(|_| median(pitches(q))),
            loudness_db(q),
            distance_db(&a, &b)
        );
    }
    // Vibrato
    let vib = tone(
        3.0,
        |t| 57.0 + 0.4 * (std::f32::consts::TAU * 5.5 * t).sin(),
        |_| -12.0,
    );
    for v in [0.0, 0.5, 1.0, 2.0] {
        let f = frames(&flute(&with(Control::Vibrato, v), &vib));
        eprintln!(
            "vibrato {v}: {}",
            deviation(&pitches(between(&f, 1.0, 2.9)))
        );
    }
    // chord
    let chord: Vec<f32> = tone(2.0, |_| 57.0, |_| -18.0)
        .iter()
        .zip(tone(2.0, |_| 61.0, |_| -18.0))
        .zip(tone(2.0, |_| 64.0, |_| -18.0))
        .map(|((a, b), c)| a + b + c)
        .collect();
    let cf = frames(&chord);
    let v: Vec<f32> = between(&cf, 0.5, 1.9)
        .iter()
        .map(|f| f.pitch.voicing)
        .collect();
    eprintln!(
        "chord voicing median {} min {:?}",
        median(v.clone()),
        v.iter().fold(1f32, |a, b| a.min(*b))
    );
    let hz: Vec<f32> = between(&cf, 0.5, 1.9)
        .iter()
        .map(|f| f.pitch.f0_hz)
        .collect();
    eprintln!("chord f0 {}", median(hz));
    // variation over time, by target
    for name in ["flute", "cello", "sax-alto", "piano", "trumpet"] {
        let sl = || slots([name, "", "", ""]);
        let std = |c: Controls| {
            let f = frames(&render(sl(), &steady(4.0), |_| c));
            let f = between(&f, 0.7, 3.9);
            let n = f[0].log_mel.len();
            (0..n)
                .map(|b| deviation(&f.iter().map(|x| 8.686 * x.log_mel[b]).collect::<Vec<_>>()))
                .sum::<f32>()
                / n as f32
        };
        let lb = |c: Controls| {
            let f = frames(&render(sl(), &steady(2.0), |_| c));
            let s = spectrum_db(between(&f, 0.7, 1.9));
            (
                loudness_db(between(&f, 0.7, 1.9)),
                level_db(&s, 400.0, 1500.0) - level_db(&s, 1500.0, 6000.0),
            )
        };
        eprintln!(
            "{name}: std {:.2} with variation .3 {:.2} 1 {:.2}; sens -24 {:?} 0 {:?} 24 {:?}",
            std(Controls::default()),
            std(with(Control::Variation, 0.3)),
            std(with(Control::Variation, 1.0)),
            lb(with(Control::Sensitivity, -24.0)),
            lb(Controls::default()),
            lb(with(Control::Sensitivity, 24.0))
        );
    }
}
#[test]
fn explore_auto() {
    let dyad = |notes: &[f32]| -> Vec<f32> {
        let mut sum = vec![0.0; 48_000];
        for n in notes {
            for (s, x) in sum.iter_mut().zip(tone(1.0, |_| *n, |_| -20.0)) {
                *s += x;
            }
        }
        sum
    };
    for notes in [
        &[57.0f32][..],
        &[45.0],
        &[33.0],
        &[40.0],
        &[57.0, 64.0],
        &[57.0, 61.0],
        &[57.0, 61.0, 64.0],
        &[57.0, 60.0, 64.0],
        &[48.0, 52.0, 55.0],
        &[69.0, 73.0, 76.0],
        &[52.0, 57.0, 61.0],
        &[57.0, 69.0],
        &[62.0, 65.0, 69.0, 72.0],
    ] {
        let f = frames(&dyad(notes));
        let f = between(&f, 0.3, 0.9);
        let gap: Vec<f32> = f
            .iter()
            .map(|f| {
                let top = f.log_mel.iter().copied().fold(f32::MIN, f32::max);
                8.686 * (top - f.log_mel[mynah_models::features::mel_band(f.pitch.f0_hz)])
            })
            .collect();
        eprintln!(
            "{notes:?}: f0 {:.1} voicing {:.2} gap {:.1}",
            median(f.iter().map(|f| f.pitch.f0_hz).collect()),
            median(f.iter().map(|f| f.pitch.voicing).collect()),
            median(gap)
        );
    }
}
