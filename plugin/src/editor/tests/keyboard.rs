//! What the keyboard does.

use std::collections::HashSet;

use egui::Key;

use super::*;
use crate::targets::CORNERS;

impl Bench {
    fn focus(&mut self, label: &str) {
        self.harness.get_by_label(label).focus();
        self.harness.run_steps(2);
    }

    fn press(&mut self, key: Key, modifiers: Modifiers) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run_steps(2);
    }

    fn focused(&self) -> Option<egui::Id> {
        self.harness.ctx.memory(|memory| memory.focused())
    }
}

#[test]
fn tab_reaches_everything_and_comes_back() {
    let mut bench = Bench::new();
    let mut reached = HashSet::new();
    for _ in 0..200 {
        bench.press(Key::Tab, Modifiers::NONE);
        if let Some(id) = bench.focused()
            && !reached.insert(id)
        {
            break;
        }
    }
    // Each control but notes and those of the pad has a stop of its own; so have the choices'
    // buttons, cards, the tabs of pad and map and those of variation and what plays on, corners, pad, theme, size and both peaks;
    // and in the bar of presets the one before, the list, the next one, A and B, the copy of one to the other, both thumbs, dreams
    // and the models. Without anything to
    // save, undo or redo, those three have none.
    let cards = catalogue().entries().len();
    let serve = |control: &&Control| control.serves(Plays::Sound);
    let lone = Control::ALL.iter().filter(serve).count()
        - Control::of_group(ControlGroup::Timbre).count()
        - Control::of_group(ControlGroup::PlayOn).count()
        - "mode quality channels notes morph_x morph_y"
            .split(' ')
            .count();
    let expected = lone + 4 + 2 + 4 + cards + 2 + CORNERS + 1 + 2 + 2 + 9;
    assert_eq!(reached.len(), expected);
}

#[test]
fn arrows_turn_the_knob_that_has_the_focus() {
    let mut bench = Bench::new();
    bench.focus("Cents");
    let cents = |bench: &Bench| bench.param(Control::Cents).number();
    bench.press(Key::ArrowUp, Modifiers::NONE);
    assert!((cents(&bench) - 2.0).abs() < 1e-3, "{}", cents(&bench));
    bench.press(Key::ArrowLeft, Modifiers::NONE);
    assert!(cents(&bench).abs() < 1e-3);
    bench.press(Key::ArrowRight, Modifiers::SHIFT);
    assert!((cents(&bench) - 0.2).abs() < 1e-3);
    bench.press(Key::PageDown, Modifiers::NONE);
    assert!((cents(&bench) + 19.8).abs() < 1e-2);
    bench.press(Key::Home, Modifiers::NONE);
    assert_eq!(cents(&bench), 0.0);

    bench.focus("Semitones");
    bench.press(Key::ArrowDown, Modifiers::NONE);
    assert_eq!(bench.param(Control::Semitones).number(), -1.0);
}

#[test]
fn enter_opens_the_value_for_typing() {
    let mut bench = Bench::new();
    bench.focus("Glide");
    let knob = bench.focused();
    bench.press(Key::Enter, Modifiers::NONE);
    bench.harness.event(Event::Text("120".to_owned()));
    bench.harness.step();
    bench.press(Key::Enter, Modifiers::NONE);
    let glide_ms = bench.param(Control::Glide).number();
    assert!((glide_ms - 120.0).abs() < 0.01, "{glide_ms}");
    assert_eq!(bench.focused(), knob);
}

#[test]
fn cards_corners_and_switches_are_pressed_with_the_space_bar() {
    let mut bench = Bench::new();
    bench.focus("Trumpet");
    bench.press(Key::Space, Modifiers::NONE);
    let trumpet = catalogue().find_name("trumpet").unwrap();
    assert_eq!(bench.params.targets()[0].chosen_index(), trumpet);
    bench.focus("Slot C: Flute");
    bench.press(Key::Space, Modifiers::NONE);
    bench.focus("Trumpet");
    bench.press(Key::Enter, Modifiers::NONE);
    assert_eq!(bench.params.targets()[2].chosen_index(), trumpet);
    bench.focus("Freeze");
    bench.press(Key::Space, Modifiers::NONE);
    assert_eq!(bench.param(Control::Freeze).number(), 1.0);
}

#[test]
fn arrows_move_the_puck() {
    let mut bench = Bench::new();
    bench.focus("Morph");
    for _ in 0..3 {
        bench.press(Key::ArrowRight, Modifiers::NONE);
    }
    bench.press(Key::ArrowDown, Modifiers::NONE);
    bench.press(Key::ArrowDown, Modifiers::SHIFT);
    let place = [Control::MorphX, Control::MorphY].map(|control| bench.param(control).number());
    assert!((place[0] - 0.03).abs() < 1e-5 && (place[1] - 0.011).abs() < 1e-5);
    bench.press(Key::Home, Modifiers::NONE);
    assert_eq!(bench.param(Control::MorphX).number(), 0.0);
}

#[test]
fn assistive_technology_steps_values() {
    let mut bench = Bench::new();
    bench.harness.get_by_label("Octave").increment_accesskit();
    bench.harness.run_steps(2);
    assert_eq!(bench.param(Control::Octave).number(), 1.0);
    bench.harness.get_by_label("Octave").decrement_accesskit();
    bench.harness.run_steps(2);
    assert_eq!(bench.param(Control::Octave).number(), 0.0);
}
