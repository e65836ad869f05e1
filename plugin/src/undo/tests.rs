use super::*;

/// Parameters that a player turns, with a clock.
#[derive(Default)]
struct Desk {
    values: [f32; 4],
    label: &'static str,
    history: UndoSteps<&'static str>,
    now_s: f64,
}

impl Desk {
    fn set(&mut self, position: usize, value: f32) {
        self.values[position] = value;
        self.history.set(position, value);
    }

    /// A drag of a second, over several values.
    fn drag(&mut self, position: usize, values: &[f32]) {
        self.history
            .begin(position, self.values[position], self.now_s);
        for value in values {
            self.set(position, *value);
        }
        self.now_s += 1.0;
        self.history.end(self.now_s);
        self.now_s += 1.0;
    }

    fn click(&mut self, position: usize, value: f32) {
        self.history
            .begin(position, self.values[position], self.now_s);
        self.set(position, value);
        self.history.end(self.now_s);
    }

    fn take(&mut self, taken: Option<Move<&'static str>>) -> bool {
        let Some(taken) = taken else {
            return false;
        };
        for (position, value) in taken.values {
            self.values[position] = value;
        }
        self.label = taken.label.unwrap_or(self.label);
        true
    }

    fn undo(&mut self) -> bool {
        let taken = self.history.undo();
        self.take(taken)
    }

    fn redo(&mut self) -> bool {
        let taken = self.history.redo();
        self.take(taken)
    }
}

#[test]
fn a_drag_is_one_step_back_and_forth() {
    let mut desk = Desk::default();
    desk.drag(0, &[0.1, 0.2, 0.3]);
    desk.drag(1, &[0.5]);
    assert!(desk.undo());
    assert_eq!(desk.values, [0.3, 0.0, 0.0, 0.0]);
    assert!(desk.undo() && !desk.undo());
    assert_eq!(desk.values, [0.0; 4]);
    assert!(desk.redo() && desk.redo() && !desk.redo());
    assert_eq!(desk.values, [0.3, 0.5, 0.0, 0.0]);
    // What is done after undoing takes the place of what was undone.
    assert!(desk.undo());
    desk.drag(2, &[0.7]);
    assert!(!desk.history.can_redo());
    assert!(desk.undo() && desk.undo());
    assert_eq!(desk.values, [0.0; 4]);
}

#[test]
fn more_than_fifty_steps_are_kept() {
    let mut desk = Desk::default();
    for step in 1..=MAX_STEPS + 30 {
        desk.drag(0, &[step as f32]);
    }
    for _ in 0..MAX_STEPS {
        assert!(desk.undo());
    }
    assert!(!desk.undo());
    assert_eq!(desk.values[0], 30.0);
    const { assert!(MAX_STEPS >= 50) };
}

#[test]
fn a_group_is_one_step_with_its_label() {
    let mut desk = Desk::default();
    desk.history.begin_group(Some(("", "Cello")), 0.0);
    for position in 0..4 {
        desk.click(position, 0.9);
    }
    assert!(!desk.history.can_undo());
    desk.history.end(0.0);
    desk.label = "Cello";
    assert!(desk.undo());
    assert_eq!((desk.values, desk.label), ([0.0; 4], ""));
    assert!(desk.redo() && !desk.redo());
    assert_eq!((desk.values, desk.label), ([0.9; 4], "Cello"));
}

#[test]
fn parameters_held_together_are_one_step() {
    let mut desk = Desk::default();
    desk.history.begin(0, 0.0, 0.0);
    desk.history.begin(1, 0.0, 0.0);
    desk.set(0, 0.5);
    desk.history.end(1.0);
    assert!(desk.history.is_open());
    desk.set(1, 0.6);
    desk.history.end(1.1);
    assert!(desk.undo() && !desk.undo());
    assert_eq!(desk.values, [0.0; 4]);
}

#[test]
fn what_changes_nothing_is_no_step_and_neither_is_automation() {
    let mut desk = Desk::default();
    desk.drag(0, &[0.4, 0.0]);
    assert!(!desk.history.can_undo());
    desk.drag(0, &[0.4]);
    // The host moves another parameter, and the same one.
    desk.set(1, 0.8);
    desk.set(0, 0.7);
    assert!(desk.undo() && !desk.undo());
    assert_eq!(desk.values, [0.0, 0.8, 0.0, 0.0]);
    desk.history.end(5.0);
    assert!(!desk.history.is_open());
}

#[test]
fn two_clicks_on_what_moves_two_parameters_are_one_step() {
    let mut desk = Desk::default();
    let mut click = |values: [f32; 2]| {
        for position in 0..2 {
            desk.history
                .begin(position, desk.values[position], desk.now_s);
        }
        for (position, value) in values.into_iter().enumerate() {
            desk.set(position, value);
            desk.history.end(desk.now_s);
        }
        desk.now_s += 0.2;
    };
    click([0.3, 0.4]);
    click([0.0, 0.5]);
    click([0.6, 0.5]);
    assert!(desk.undo() && !desk.undo());
    assert_eq!(desk.values, [0.0; 4]);
    assert!(desk.redo());
    assert_eq!(desk.values[..2], [0.6, 0.5]);
}

#[test]
fn a_turn_of_a_wheel_is_one_step() {
    let mut desk = Desk::default();
    for click in 1..=20 {
        desk.click(0, click as f32);
        desk.now_s += 0.05;
    }
    desk.click(1, 1.0);
    desk.now_s += 1.0;
    desk.click(1, 2.0);
    assert!(desk.undo());
    assert_eq!(desk.values[1], 1.0);
    assert!(desk.undo() && desk.undo() && !desk.undo());
    assert_eq!(desk.values, [0.0; 4]);
    // There and back is nothing.
    desk.now_s += 1.0;
    desk.click(2, 1.0);
    desk.click(2, 0.0);
    assert!(!desk.history.can_undo());
}
