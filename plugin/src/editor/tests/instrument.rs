//! The instrument's editor.

use super::*;
use crate::shared::PressedKey;

#[test]
fn keys_that_are_held_are_seen_and_what_needs_an_input_is_not_there() {
    let mut bench = Bench::of_keys();
    bench.play();
    for control in Control::ALL
        .iter()
        .filter(|control| !control.serves(Plays::Keys))
    {
        let name = control.info().name;
        assert!(bench.harness.query_by_label(name).is_none(), "{name}");
    }
    bench.harness.snapshot("instrument_playing");
}

#[test]
fn a_key_below_the_pointer_is_pressed_until_it_is_let_go() {
    let mut bench = Bench::of_keys();
    let piano = bench.rect_of("Keyboard");
    // Middle C is the third of five octaves.
    let at = |octaves: f32| {
        let x = piano.left() + piano.width() * (7.0 * octaves + 0.5) / 36.0;
        Pos2::new(x, piano.bottom() - 4.0)
    };
    bench.button(at(2.0), true, Modifiers::NONE);
    let pressed = bench.shared.pressed_key();
    assert!(matches!(pressed, Some(PressedKey { key: 60, velocity }) if velocity > 100));
    bench.harness.event(Event::PointerMoved(at(3.0)));
    bench.harness.step();
    assert_eq!(
        bench.shared.pressed_key().map(|pressed| pressed.key),
        Some(72)
    );
    bench.button(at(3.0), false, Modifiers::NONE);
    assert_eq!(bench.shared.pressed_key(), None);
}
