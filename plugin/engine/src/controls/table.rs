//! The table of all controls.

/// What values a control takes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ControlKind {
    /// Any number in the range.
    Continuous,
    /// Whole numbers in the range.
    Whole,
    /// Off (0) or on (1).
    Switch,
    /// One of these, counted from 0.
    Choice(&'static [&'static str]),
}

/// One row of [`CONTROLS`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ControlInfo {
    /// Stable name in files and on the command line.
    pub id: &'static str,
    /// Name on screen.
    pub name: &'static str,
    /// What values it takes.
    pub kind: ControlKind,
    /// Lowest value.
    pub min: f32,
    /// Highest value.
    pub max: f32,
    /// Value at the start.
    pub default: f32,
    /// Unit, or empty.
    pub unit: &'static str,
    /// One sentence for the player.
    pub tooltip: &'static str,
}

/// Names of the modes, in the order of their numbers.
const MODES: &[&str] = &["track", "follow"];
/// Names of the qualities, likewise.
const QUALITIES: &[&str] = &["eco", "full"];

/// Every control of the engine, in the order in which to show them.
pub const CONTROLS: [ControlInfo; 8] = [
    ControlInfo {
        id: "mode",
        name: "Mode",
        kind: ControlKind::Choice(MODES),
        min: 0.0,
        max: 1.0,
        default: 0.0,
        unit: "",
        tooltip: "Track follows one voice by its pitch; Follow keeps chords and noises.",
    },
    ControlInfo {
        id: "octave",
        name: "Octave",
        kind: ControlKind::Whole,
        min: -2.0,
        max: 2.0,
        default: 0.0,
        unit: "oct",
        tooltip: "Plays octaves lower or higher than the input. Works in mode Track.",
    },
    ControlInfo {
        id: "mix",
        name: "Mix",
        kind: ControlKind::Continuous,
        min: 0.0,
        max: 1.0,
        default: 1.0,
        unit: "",
        tooltip: "0 is the input alone, 1 the translation alone. Both are in time with each other.",
    },
    ControlInfo {
        id: "input_gain",
        name: "Input",
        kind: ControlKind::Continuous,
        min: -24.0,
        max: 24.0,
        default: 0.0,
        unit: "dB",
        tooltip: "How loud the translation hears the input. The dry signal keeps its level.",
    },
    ControlInfo {
        id: "output_gain",
        name: "Output",
        kind: ControlKind::Continuous,
        min: -24.0,
        max: 24.0,
        default: 0.0,
        unit: "dB",
        tooltip: "Level of all that comes out.",
    },
    ControlInfo {
        id: "bypass",
        name: "Bypass",
        kind: ControlKind::Switch,
        min: 0.0,
        max: 1.0,
        default: 0.0,
        unit: "",
        tooltip: "Passes the input unchanged, with the same latency.",
    },
    ControlInfo {
        id: "drive",
        name: "Drive",
        kind: ControlKind::Continuous,
        min: 0.0,
        max: 1.0,
        default: 1.0,
        unit: "",
        tooltip: "How much detail the generator adds. 0 is the plain source-filter sound.",
    },
    ControlInfo {
        id: "quality",
        name: "Quality",
        kind: ControlKind::Choice(QUALITIES),
        min: 0.0,
        max: 1.0,
        default: 1.0,
        unit: "",
        tooltip: "Full runs all networks; Eco leaves the generator out and costs less.",
    },
];

/// The row of a control, if there is one of that id.
pub fn control(id: &str) -> Option<&'static ControlInfo> {
    CONTROLS.iter().find(|control| control.id == id)
}
