//! What controls belong to.

/// What a control belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ControlGroup {
    /// Which targets sound.
    Target,
    /// What its own player plays.
    Player,
    /// What is played.
    Pitch,
    /// How loud.
    Dynamics,
    /// In what colour.
    Tone,
    /// Where between all instruments.
    Timbre,
    /// What moves by itself.
    Variation,
    /// What goes on when the player stops.
    PlayOn,
    /// Where it sounds.
    Room,
    /// How it is made and mixed.
    Output,
    /// How keys are played.
    Keys,
}

impl ControlGroup {
    /// All, in the order in which to show them.
    pub const ALL: [ControlGroup; 11] = [
        Self::Target,
        Self::Player,
        Self::Pitch,
        Self::Dynamics,
        Self::Tone,
        Self::Timbre,
        Self::Variation,
        Self::PlayOn,
        Self::Room,
        Self::Output,
        Self::Keys,
    ];

    /// Name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Target => "Target",
            Self::Player => "Player",
            Self::Pitch => "Pitch",
            Self::Dynamics => "Dynamics",
            Self::Tone => "Tone",
            Self::Timbre => "Timbre",
            Self::Variation => "Variation",
            Self::PlayOn => "Play on",
            Self::Room => "Room",
            Self::Output => "Output",
            Self::Keys => "Keys",
        }
    }
}
