//! The map of timbres, its knobs, and instruments of chance.

use super::*;

#[test]
fn the_map_is_dragged_and_comes_back() {
    let mut bench = Bench::new();
    catalogue().prepare().unwrap();
    let moved = |bench: &Bench| {
        [Control::TimbreX, Control::TimbreY].map(|control| bench.param(control).number())
    };
    assert!(bench.harness.query_by_label("Timbre map").is_none());
    bench.click("Show Timbre");
    let map = bench.rect_of("Timbre map");
    // From wherever the target stands, right and up is brighter and noisier.
    bench.drag(
        map.center(),
        map.center() + egui::vec2(0.2 * map.width(), -0.2 * map.height()),
        Modifiers::NONE,
    );
    let [x, y] = moved(&bench);
    assert!(
        x != 0.0 && y != 0.0 && x.abs() <= 1.0 && y.abs() <= 1.0,
        "{x} {y}"
    );
    bench.harness.run();
    bench.harness.snapshot("timbre_moved");
    bench.double_click(map.center());
    assert_eq!(moved(&bench), [0.0, 0.0]);

    // To where another instrument stands, by the keyboard in small steps.
    bench.harness.get_by_label("Timbre map").focus();
    bench.harness.run_steps(2);
    for _ in 0..5 {
        bench.harness.key_press(egui::Key::ArrowRight);
        bench.harness.run_steps(2);
    }
    let [x, y] = moved(&bench);
    assert!((x - 0.1).abs() < 1e-3 && y == 0.0, "{x} {y}");
}

#[test]
fn the_knobs_of_the_timbre_stand_below_the_map_and_a_dot_says_that_it_is_moved() {
    let mut bench = Bench::new();
    bench.click("Show Timbre");
    for control in Control::of_group(ControlGroup::Timbre).skip(2) {
        let dial = bench.rect_of(control.info().name).center();
        bench.drag(dial, dial - egui::vec2(0.0, 45.0), Modifiers::NONE);
        let number = bench.param(control).number();
        assert!((number - 0.5).abs() < 0.1, "{control}: {number}");
    }
    bench.click("Show Morph");
    assert!(bench.harness.query_by_label("Timbre body").is_none());
    assert!(bench.harness.query_by_label("Morph").is_some());
}
