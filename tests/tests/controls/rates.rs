//! A control does the same at every host rate.

use mynah_engine::{Control, Controls};

use crate::measure::*;

#[test]
fn every_control_does_the_same_at_twice_the_rate() {
    for control in Control::ALL {
        let info = control.info();
        let base = match control {
            Control::Glide | Control::Key | Control::Scale => with(Control::Snap, 1.0),
            Control::RoomSize => with(Control::Room, 1.0),
            Control::VariationRate | Control::Seed => with(Control::Variation, 1.0),
            _ => Controls::neutral(),
        };
        let controls = base.with(*control, info.min + 0.7 * (info.max - info.min));
        let of = |times: usize| {
            let all = frames(&cello_at(&controls, 1.2, times));
            let part = between(&all, 0.4, 1.1).to_vec();
            (loudness_db(&part), spectrum_db(&part))
        };
        let ((single_db, single), (double_db, double)) = (of(1), of(2));
        let apart = distance_db(&single, &double);
        assert!(
            (single_db - double_db).abs() < 0.5,
            "{control}: {single_db} {double_db}"
        );
        assert!(apart < 1.5, "{control}: the spectra are {apart} dB apart");
    }
}
