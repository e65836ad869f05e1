//! What the player changed, to be undone and redone: one step for each gesture, whatever it moved.
//!
//! A step holds only the parameters that it moved, so undoing it leaves alone what the host has automated since.

/// Steps that are kept.
const MAX_STEPS: usize = 200;
/// Clicks of one wheel that follow each other within this time are one step, seconds; so are the two of a double-click.
const MERGE_S: f64 = 0.5;

/// A parameter's value before and after a step; `position` is the one among all parameters.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Change {
    position: usize,
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
pub(crate) struct UndoSteps<L> {
    steps: Vec<Step<L>>,
    /// How many of them are not undone.
    done: usize,
    open: Option<Open<L>>,
}

impl<L> Default for UndoSteps<L> {
    fn default() -> Self {
        Self {
            steps: Vec::new(),
            done: 0,
            open: None,
        }
    }
}

impl<L: Clone + PartialEq> UndoSteps<L> {
    /// The player takes hold of a parameter, which has this value.
    pub(crate) fn begin(&mut self, position: usize, value: f32, now_s: f64) {
        let open = self.open_at(now_s);
        open.depth += 1;
        if open
            .changes
            .iter()
            .all(|change| change.position != position)
        {
            open.changes.push(Change {
                position,
                before: value,
                after: value,
            });
        }
    }

    /// Moves a parameter that is held. One that is not held is not the player's doing.
    pub(crate) fn set(&mut self, position: usize, value: f32) {
        let changes = self.open.iter_mut().flat_map(|open| &mut open.changes);
        for change in changes.filter(|change| change.position == position) {
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
        let changes = moved.iter().map(|(position, before, after)| Change {
            position: *position,
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
            values: step
                .changes
                .iter()
                .map(|c| (c.position, c.before))
                .collect(),
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
            values: step.changes.iter().map(|c| (c.position, c.after)).collect(),
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
        let touched = changes.iter().map(|change| change.position).collect();
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
        let held_before = |position: &usize| last.touched.contains(position);
        let one_wheel = step.brief && last.brief && step.touched.iter().all(held_before);
        let unlabelled = step.label.is_none() && last.label.is_none();
        if !one_wheel || !unlabelled || step.ended_s - last.ended_s > MERGE_S {
            return false;
        }
        for new in &step.changes {
            match last
                .changes
                .iter_mut()
                .find(|old| old.position == new.position)
            {
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
mod tests;
