//! What the player changed, to be undone and redone: one step for each gesture, whatever it moved.
//!
//! A step holds only the parameters that it moved, so undoing it leaves alone what the host has automated since.

/// Steps that are kept.
const MAX_STEPS: usize = 200;
/// Clicks of one wheel that follow each other within this time are one step, seconds; so are the two of a double-click.
const MERGE_S: f64 = 0.5;

/// A parameter's value before and after a step; `place` is its place among all parameters.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Change {
    place: usize,
    before: f32,
    after: f32,
}

/// What one gesture changed.
#[derive(Clone, PartialEq, Debug)]
struct Step<L> {
    changes: Vec<Change>,
    /// The parameters that were held, whether they changed or not.
    touched: Vec<usize>,
    /// The label before and after, if the step changed it.
    label: Option<(L, L)>,
    ended_s: f64,
    /// Whether it may grow: a click of a wheel, not a drag.
    brief: bool,
}

/// A gesture that has not ended.
struct Open<L> {
    changes: Vec<Change>,
    label: Option<(L, L)>,
    begun_s: f64,
    /// Parameters that are held, and groups.
    depth: usize,
}

/// Parameters to set, each to its normalized value, and the label if that changes too.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Move<L> {
    pub(crate) values: Vec<(usize, f32)>,
    pub(crate) label: Option<L>,
}

/// The steps that were taken. `L` is a label that goes with the values, such as the name of a preset.
pub(crate) struct History<L> {
    steps: Vec<Step<L>>,
    /// How many of them are not undone.
    done: usize,
    open: Option<Open<L>>,
}

impl<L> Default for History<L> {
    fn default() -> Self {
        Self {
            steps: Vec::new(),
            done: 0,
            open: None,
        }
    }
}

impl<L: Clone + PartialEq> History<L> {
    /// The player takes hold of a parameter, which has this value.
    pub(crate) fn begin(&mut self, place: usize, value: f32, now_s: f64) {
        let open = self.open_at(now_s);
        open.depth += 1;
        if open.changes.iter().all(|change| change.place != place) {
            open.changes.push(Change {
                place,
                before: value,
                after: value,
            });
        }
    }

    /// Moves a parameter that is held. One that is not held is not the player's doing.
    pub(crate) fn set(&mut self, place: usize, value: f32) {
        let changes = self.open.iter_mut().flat_map(|open| &mut open.changes);
        for change in changes.filter(|change| change.place == place) {
            change.after = value;
        }
    }

    /// The player lets go of a parameter. With the last one the step is done.
    pub(crate) fn end(&mut self, now_s: f64) {
        let Some(open) = &mut self.open else {
            return;
        };
        open.depth = open.depth.saturating_sub(1);
        if open.depth == 0
            && let Some(open) = self.open.take()
        {
            self.finish(open, now_s);
        }
    }

    /// What is moved until [`end`](Self::end) is one step, which also changes the label if one is given.
    pub(crate) fn begin_group(&mut self, label: Option<(L, L)>, now_s: f64) {
        let open = self.open_at(now_s);
        open.depth += 1;
        open.label = label;
    }

    /// Takes a step that was made elsewhere.
    pub(crate) fn push(&mut self, moved: &[(usize, f32, f32)], label: (L, L), now_s: f64) {
        let changes = moved.iter().map(|(place, before, after)| Change {
            place: *place,
            before: *before,
            after: *after,
        });
        let open = Open {
            changes: changes.collect(),
            label: Some(label),
            begun_s: f64::NEG_INFINITY,
            depth: 0,
        };
        self.finish(open, now_s);
    }

    /// Whether a gesture is under way, during which nothing can be undone.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub(crate) fn can_undo(&self) -> bool {
        !self.is_open() && self.done > 0
    }

    pub(crate) fn can_redo(&self) -> bool {
        !self.is_open() && self.done < self.steps.len()
    }

    /// Takes back the last step: what to set.
    pub(crate) fn undo(&mut self) -> Option<Move<L>> {
        if !self.can_undo() {
            return None;
        }
        self.done -= 1;
        let step = &self.steps[self.done];
        Some(Move {
            values: step.changes.iter().map(|c| (c.place, c.before)).collect(),
            label: step.label.as_ref().map(|(before, _)| before.clone()),
        })
    }

    /// Takes the last undone step again: what to set.
    pub(crate) fn redo(&mut self) -> Option<Move<L>> {
        if !self.can_redo() {
            return None;
        }
        let step = &self.steps[self.done];
        self.done += 1;
        Some(Move {
            values: step.changes.iter().map(|c| (c.place, c.after)).collect(),
            label: step.label.as_ref().map(|(_, after)| after.clone()),
        })
    }

    fn open_at(&mut self, now_s: f64) -> &mut Open<L> {
        self.open.get_or_insert_with(|| Open {
            changes: Vec::new(),
            label: None,
            begun_s: now_s,
            depth: 0,
        })
    }

    fn finish(&mut self, open: Open<L>, now_s: f64) {
        let mut changes = open.changes;
        let touched = changes.iter().map(|change| change.place).collect();
        changes.retain(|change| change.before != change.after);
        let label = open.label.filter(|(before, after)| before != after);
        if changes.is_empty() && label.is_none() {
            return;
        }
        self.steps.truncate(self.done);
        let step = Step {
            changes,
            touched,
            label,
            ended_s: now_s,
            brief: now_s - open.begun_s < MERGE_S,
        };
        if !self.merge(&step) {
            self.steps.push(step);
            if self.steps.len() > MAX_STEPS {
                self.steps.remove(0);
            }
        }
        self.done = self.steps.len();
    }

    /// Makes a click of a wheel, or a second one on the same thing, part of the last one; whether it did.
    fn merge(&mut self, step: &Step<L>) -> bool {
        let Some(last) = self.steps.last_mut() else {
            return false;
        };
        let held_before = |place: &usize| last.touched.contains(place);
        let one_wheel = step.brief && last.brief && step.touched.iter().all(held_before);
        let unlabelled = step.label.is_none() && last.label.is_none();
        if !one_wheel || !unlabelled || step.ended_s - last.ended_s > MERGE_S {
            return false;
        }
        for new in &step.changes {
            match last.changes.iter_mut().find(|old| old.place == new.place) {
                Some(old) => old.after = new.after,
                None => last.changes.push(*new),
            }
        }
        last.changes.retain(|change| change.before != change.after);
        last.ended_s = step.ended_s;
        if last.changes.is_empty() {
            self.steps.pop();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parameters that a player turns, with a clock.
    #[derive(Default)]
    struct Desk {
        values: [f32; 4],
        label: &'static str,
        history: History<&'static str>,
        now_s: f64,
    }

    impl Desk {
        fn set(&mut self, place: usize, value: f32) {
            self.values[place] = value;
            self.history.set(place, value);
        }

        /// A drag of a second, over several values.
        fn drag(&mut self, place: usize, values: &[f32]) {
            self.history.begin(place, self.values[place], self.now_s);
            for value in values {
                self.set(place, *value);
            }
            self.now_s += 1.0;
            self.history.end(self.now_s);
            self.now_s += 1.0;
        }

        fn click(&mut self, place: usize, value: f32) {
            self.history.begin(place, self.values[place], self.now_s);
            self.set(place, value);
            self.history.end(self.now_s);
        }

        fn take(&mut self, taken: Option<Move<&'static str>>) -> bool {
            let Some(taken) = taken else {
                return false;
            };
            for (place, value) in taken.values {
                self.values[place] = value;
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
        for place in 0..4 {
            desk.click(place, 0.9);
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
            for place in 0..2 {
                desk.history.begin(place, desk.values[place], desk.now_s);
            }
            for (place, value) in values.into_iter().enumerate() {
                desk.set(place, value);
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
}
