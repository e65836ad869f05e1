//! What plays on, in the place of variation and room.

use super::*;

#[test]
fn what_plays_on_is_set_and_seen() {
    let mut bench = Bench::new();
    assert!(bench.harness.query_by_label("Play on seed").is_none());
    bench.click("Show Play on");
    assert!(bench.harness.query_by_label("Room").is_none());
    bench.click("Play on");
    assert_eq!(bench.param(Control::PlayOn).number(), 1.0);
    bench.shared.set_editor_open(true);
    bench.shared.publish(&Reading {
        beat_s: 0.52,
        ..Reading::default()
    });
    bench.harness.run();
    // The models' hashes change with every training.
    bench.harness.mask(bench.layout().status);
    bench.harness.snapshot("play_on");
    bench.click("Show Variation");
    assert!(bench.harness.query_by_label("Room").is_some());
    assert!(bench.harness.query_by_label("Play on seed").is_none());
}
