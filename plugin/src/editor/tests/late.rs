//! A host that applies what is set with its next block only, or much later: nothing that the player does is lost.

use egui::{Key, vec2};

use super::*;

/// An editor in such a host.
fn late() -> Bench {
    let bench = Bench::new();
    bench.host.be_late();
    bench
}

impl Bench {
    fn turn_wheel(&mut self, label: &str, clicks: usize) {
        let at = self.rect_of(label).center();
        self.harness.event(Event::PointerMoved(at));
        for _ in 0..clicks {
            self.harness.event(Event::MouseWheel {
                unit: egui::MouseWheelUnit::Point,
                delta: vec2(0.0, 40.0),
                modifiers: Modifiers::NONE,
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Unknown,
            });
            self.harness.run_steps(8);
        }
    }

    /// What the host has, whatever is shown.
    fn host_number(&self, control: Control) -> f32 {
        self.param(control).number()
    }

    fn press_on(&mut self, label: &str, keys: &[Key]) {
        self.harness.get_by_label(label).focus();
        self.harness.run_steps(2);
        for key in keys {
            self.harness.key_press(*key);
            self.harness.run_steps(2);
        }
    }

    fn shown(&self, label: &str) -> String {
        use egui_kittest::kittest::NodeT as _;
        let node = self.harness.get_by_label(label);
        node.accesskit_node().value().unwrap_or_default()
    }
}

#[test]
fn no_step_of_the_wheel_is_lost() {
    let (mut late, mut prompt) = (late(), Bench::new());
    for (label, control) in [("Bend", Control::Bend), ("Semitones", Control::Semitones)] {
        late.turn_wheel(label, 4);
        prompt.turn_wheel(label, 4);
        assert_eq!(late.host_number(control), 0.0);
        late.host.take_over(usize::MAX);
        let (late, prompt) = (late.host_number(control), prompt.host_number(control));
        assert!(
            late >= 1.0 && (late - prompt).abs() < 1e-4,
            "{label}: {late} {prompt}"
        );
    }
}

#[test]
fn no_press_of_a_key_is_lost() {
    let mut bench = late();
    bench.press_on("Cents", &[Key::ArrowUp; 5]);
    bench.press_on("Morph", &[Key::ArrowRight, Key::ArrowDown, Key::ArrowRight]);
    assert_eq!(bench.shown("Cents"), "+10.0 ct");
    // Some of them arrive; the others are still on their way.
    bench.host.take_over(2);
    bench.harness.step();
    assert_eq!(bench.shown("Cents"), "+10.0 ct");
    bench.press_on("Cents", &[Key::ArrowUp]);
    bench.host.take_over(usize::MAX);
    bench.harness.step();
    assert!((bench.host_number(Control::Cents) - 12.0).abs() < 1e-3);
    assert!((bench.host_number(Control::MorphX) - 0.02).abs() < 1e-5);
    assert!((bench.host_number(Control::MorphY) - 0.01).abs() < 1e-5);
    assert_eq!(bench.shown("Cents"), "+12.0 ct");
}

#[test]
fn two_clicks_are_two_clicks() {
    let mut bench = late();
    for _ in 0..2 {
        bench.press_on("Freeze", &[Key::Space]);
    }
    bench.press_on("Mode Follow", &[Key::Space]);
    bench.host.take_over(usize::MAX);
    assert_eq!(bench.host_number(Control::Freeze), 0.0);
    assert_eq!(bench.host_number(Control::Mode), 1.0);
    bench.set(Control::Scale, 6.0);
    bench.host.take_over(usize::MAX);
    bench.press_on("Note C", &[Key::Space]);
    bench.press_on("Note D", &[Key::Space]);
    bench.host.take_over(usize::MAX);
    assert_eq!(bench.host_number(Control::Notes), 4095.0 - 1.0 - 4.0);
    bench.press_on("Trumpet", &[Key::Space]);
    let trumpet = catalogue().find_name("trumpet").unwrap();
    assert_eq!(bench.params.targets()[0].chosen_index(), trumpet);
    assert_ne!(bench.params.targets()[0].index(), trumpet);
    bench.host.take_over(usize::MAX);
    assert_eq!(bench.params.targets()[0].index(), trumpet);
}

#[test]
fn undoing_goes_by_what_was_set() {
    let mut bench = late();
    bench.press_on("Cents", &[Key::ArrowUp; 3]);
    bench
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::Z);
    bench.harness.run_steps(2);
    assert_eq!(bench.shown("Cents"), "0.0 ct");
    bench.host.take_over(usize::MAX);
    assert_eq!(bench.host_number(Control::Cents), 0.0);
}

#[test]
fn what_the_host_does_not_take_over_is_not_shown_for_ever() {
    let mut bench = late();
    bench.press_on("Cents", &[Key::ArrowUp]);
    assert_eq!(bench.shown("Cents"), "+2.0 ct");
    bench.harness.run_steps(60);
    assert_eq!(bench.shown("Cents"), "0.0 ct");
}
