//! Two settings to compare, A and B, each with its own history and the preset that it began with.

use std::sync::Arc;

use mynah_engine::{Preset, PresetSource};

use crate::params::{PARAMS, Values};
use crate::undo::{Move, UndoSteps};

/// A preset, and where it is; one of chance is nowhere.
#[derive(PartialEq, Debug)]
pub(crate) struct Loaded {
    pub(crate) preset: Preset,
    pub(crate) source: Option<PresetSource>,
}

impl Loaded {
    /// Whether it is the very one, be it with another content: not only of its name.
    pub(crate) fn is(&self, other: &Loaded) -> bool {
        match &self.source {
            None => false,
            Some(PresetSource::File(_)) => self.source == other.source,
            Some(PresetSource::Factory) => {
                self.source == other.source && self.preset.name == other.preset.name
            }
        }
    }
}

/// The preset that a setting began with, if it began with one.
pub(crate) type Label = Option<Arc<Loaded>>;

/// One of the two settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Side {
    #[default]
    A,
    B,
}

impl Side {
    pub(crate) fn other(self) -> Side {
        match self {
            Side::A => Side::B,
            Side::B => Side::A,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Side::A => "A",
            Side::B => "B",
        }
    }
}

#[derive(Default)]
struct Setting {
    history: UndoSteps<Label>,
    label: Label,
    /// Its values when it was last heard; none if it never was.
    values: Option<Values>,
}

/// Both settings of an instance. Kept as long as the instance, whether an editor is open or not; main thread and
/// window's.
#[derive(Default)]
pub(crate) struct Comparison {
    settings: [Setting; 2],
    side: Side,
    /// Whether what is set at present is no step of the player's: an undoing, or a change of the side.
    applying: bool,
}

impl Comparison {
    /// Which one is heard.
    pub(crate) fn side(&self) -> Side {
        self.side
    }

    /// The preset that what is heard began with.
    pub(crate) fn label(&self) -> &Label {
        &self.heard().label
    }

    pub(crate) fn can_undo(&self) -> bool {
        self.heard().history.can_undo()
    }

    pub(crate) fn can_redo(&self) -> bool {
        self.heard().history.can_redo()
    }

    /// The history to tell of what the player does; none while something is undone or exchanged.
    pub(crate) fn listening(&mut self) -> Option<&mut UndoSteps<Label>> {
        let applying = self.applying;
        (!applying).then(|| &mut self.heard_mut().history)
    }

    /// Until [`done`](Self::done), what is set is one step that loads `preset`.
    pub(crate) fn begin_preset(&mut self, preset: Label, now_s: f64) {
        let heard = self.heard_mut();
        let before = std::mem::replace(&mut heard.label, preset.clone());
        heard.history.begin_group(Some((before, preset)), now_s);
    }

    /// What [`begin_preset`](Self::begin_preset) began has been set.
    pub(crate) fn end_preset(&mut self, now_s: f64) {
        self.heard_mut().history.end(now_s);
    }

    /// What is heard is a preset now, without any change to it: it was saved.
    pub(crate) fn name(&mut self, preset: Label) {
        self.heard_mut().label = preset;
    }

    /// Takes back the last step, or takes it again: what to set, until [`done`](Self::done).
    pub(crate) fn undo(&mut self, redo: bool) -> Option<Vec<(usize, f32)>> {
        let heard = self.heard_mut();
        let Move { values, label } = if redo {
            heard.history.redo()?
        } else {
            heard.history.undo()?
        };
        if let Some(label) = label {
            heard.label = label;
        }
        self.applying = true;
        Some(values)
    }

    /// Changes to the other side, `now` being the present values: what to set, until [`done`](Self::done).
    /// A side that was never heard begins as a copy. None while a gesture is under way.
    pub(crate) fn switch(&mut self, now: &Values) -> Option<Vec<(usize, f32)>> {
        if self.heard().history.is_open() {
            return None;
        }
        let label = self.heard().label.clone();
        self.heard_mut().values = Some(*now);
        self.side = self.side.other();
        let heard = self.heard_mut();
        let values = match heard.values {
            Some(values) => values,
            None => {
                heard.label = label;
                *now
            }
        };
        self.applying = true;
        Some(values.into_iter().enumerate().collect())
    }

    /// Everything has been set; the player's gestures are steps again.
    pub(crate) fn done(&mut self) {
        self.applying = false;
    }

    /// Makes the side that is not heard equal to the one that is, `now` being its values. There it can be undone.
    pub(crate) fn copy(&mut self, now: &Values, now_s: f64) {
        let label = self.heard().label.clone();
        let other = &mut self.settings[self.side.other() as usize];
        let before = other.values.replace(*now);
        let label_before = std::mem::replace(&mut other.label, label.clone());
        if let Some(before) = before {
            let moved: Vec<(usize, f32, f32)> = (0..PARAMS)
                .map(|position| (position, before[position], now[position]))
                .collect();
            other.history.push(&moved, (label_before, label), now_s);
        }
    }

    fn heard(&self) -> &Setting {
        &self.settings[self.side as usize]
    }

    fn heard_mut(&mut self) -> &mut Setting {
        &mut self.settings[self.side as usize]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// All parameters, and a player who turns them.
    struct Desk {
        values: Values,
        comparison: Comparison,
        now_s: f64,
    }

    impl Desk {
        fn new() -> Self {
            Self {
                values: [0.0; PARAMS],
                comparison: Comparison::default(),
                now_s: 0.0,
            }
        }

        fn drag(&mut self, position: usize, value: f32) {
            self.now_s += 5.0;
            let before = self.values[position];
            let history = self.comparison.listening().unwrap();
            history.begin(position, before, self.now_s);
            history.set(position, value);
            history.end(self.now_s + 1.0);
            self.values[position] = value;
        }

        fn apply(&mut self, values: Option<Vec<(usize, f32)>>) -> bool {
            let Some(values) = values else {
                return false;
            };
            assert!(self.comparison.listening().is_none());
            for (position, value) in values {
                self.values[position] = value;
            }
            self.comparison.done();
            true
        }

        fn undo(&mut self) -> bool {
            let values = self.comparison.undo(false);
            self.apply(values)
        }

        fn switch(&mut self) {
            let values = self.comparison.switch(&self.values);
            assert!(self.apply(values));
        }
    }

    #[test]
    fn each_side_keeps_its_values_and_its_history() {
        let mut desk = Desk::new();
        desk.drag(0, 0.3);
        desk.switch();
        assert_eq!((desk.comparison.side(), desk.values[0]), (Side::B, 0.3));
        assert!(!desk.comparison.can_undo());
        desk.drag(0, 0.8);
        desk.drag(1, 0.5);
        desk.switch();
        assert_eq!((desk.values[0], desk.values[1]), (0.3, 0.0));
        assert!(desk.undo() && !desk.undo());
        assert_eq!(desk.values, [0.0; PARAMS]);
        desk.switch();
        assert_eq!((desk.values[0], desk.values[1]), (0.8, 0.5));
        assert!(desk.undo() && desk.undo() && !desk.undo());
        assert_eq!(desk.values[0], 0.3);
    }

    #[test]
    fn a_copy_makes_both_equal_and_can_be_undone_there() {
        let mut desk = Desk::new();
        desk.switch();
        desk.drag(2, 0.6);
        desk.switch();
        desk.drag(2, 0.1);
        let now = desk.values;
        desk.comparison.copy(&now, 100.0);
        assert_eq!(desk.comparison.side(), Side::A);
        desk.switch();
        assert_eq!(desk.values, now);
        assert!(desk.undo());
        assert_eq!(desk.values[2], 0.6);
    }

    #[test]
    fn no_change_of_sides_during_a_gesture() {
        let mut desk = Desk::new();
        desk.comparison.listening().unwrap().begin(0, 0.0, 0.0);
        assert!(desk.comparison.switch(&desk.values).is_none());
        assert_eq!(desk.comparison.side(), Side::A);
    }
}
