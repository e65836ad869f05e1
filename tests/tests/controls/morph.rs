//! Several targets at once.

use mynah_engine::{Control, Controls};

use crate::measure::*;

fn spectrum(names: [&str; 4], controls: &Controls) -> Vec<f32> {
    let output = frames(&render(corners(names), &steady(1.5), |_| *controls));
    spectrum_db(between(&output, 0.6, 1.4))
}

/// The blend at the middle is nearer to either end than these are to each other, and no band lies far outside.
fn assert_between(names: [&str; 4], control: Control) {
    let [from, middle, to] = [0.0, 0.5, 1.0].map(|place| spectrum(names, &with(control, place)));
    let apart = distance_db(&from, &to);
    assert!(apart > 4.0, "the ends are too alike: {apart}");
    let (near, far) = (distance_db(&from, &middle), distance_db(&middle, &to));
    assert!(
        near < 0.8 * apart && far < 0.8 * apart,
        "{near}, {far} of {apart}"
    );
    let outside = from
        .iter()
        .zip(&to)
        .zip(&middle)
        .filter(|((from, to), middle)| {
            let (low, high) = (from.min(**to), from.max(**to));
            **middle < low - 3.0 || **middle > high + 3.0
        });
    let outside = outside.count();
    assert!(outside <= from.len() / 20, "{outside} bands lie outside");
}

pub(crate) fn half_way_across_lies_between_both() {
    assert_between(["flute", "cello", "", ""], Control::MorphX);
}

pub(crate) fn half_way_down_lies_between_both() {
    assert_between(["trumpet", "", "violin", ""], Control::MorphY);
}

#[test]
fn a_corner_is_its_target_alone() {
    let names = ["flute", "cello", "trumpet", "violin"];
    for (x, y, alone) in [(0.0, 0.0, 0), (1.0, 0.0, 1), (0.0, 1.0, 2), (1.0, 1.0, 3)] {
        let controls = with(Control::MorphX, x).with(Control::MorphY, y);
        let input = steady(0.5);
        let corner = render(corners(names), &input, |_| controls);
        let target = render(corners([names[alone], "", "", ""]), &input, |_| {
            Controls::neutral()
        });
        assert_eq!(corner, target, "{}", names[alone]);
    }
}

#[test]
fn where_a_target_is_missing_its_share_is_dry() {
    let input = steady(1.0);
    let names = ["flute", "", "", ""];
    let dry = render(corners(names), &input, |_| with(Control::MorphX, 1.0));
    assert_eq!(dry, input);
    let half = render(corners(names), &input, |_| with(Control::MorphX, 0.5));
    let wet = render(corners(names), &input, |_| Controls::neutral());
    for ((half, wet), dry) in half.iter().zip(&wet).zip(&input) {
        assert!((half - 0.5 * (wet + dry)).abs() < 1e-5);
    }
}
