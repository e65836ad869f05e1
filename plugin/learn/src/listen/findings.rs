//! What was found in the recordings, as numbers; see [`super::sentences`] for the words.

/// What became of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its notes are used.
    Used,
    /// Nothing sounds in it.
    Silent,
    /// Several notes sound at once in much of it.
    Several,
    /// Its pitch glides and never rests: speech.
    Speech,
    /// Most of what sounds in it has no pitch: drums, noise.
    Pitchless,
}

/// What was found in a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingFindings {
    /// Its file.
    pub name: String,
    /// Whether it is used.
    pub verdict: Verdict,
    /// How long it is.
    pub seconds: f32,
    /// For how long something sounds in it.
    pub sounding_s: f32,
    /// Of the time in which something with a pitch sounds, the share with several notes at once.
    pub several_share: f32,
    /// Notes in it of 0.2 s or more.
    pub notes: usize,
    /// How often it is at full scale.
    pub clips: usize,
    /// The mains whose hum was taken out, Hz.
    pub hum_hz: Option<u32>,
    /// How loud that was, dBFS.
    pub hum_db: Option<f32>,
    /// Level of what lies between the notes, dB; `None` where nothing does.
    pub noise_db: Option<f32>,
    /// The middle one of its notes' loudest moments, dB; `None` without notes.
    pub level_db: Option<f32>,
    /// Reverberation time (60 dB), s; `None` where no ends of notes show it.
    pub room_s: Option<f32>,
    /// Nothing is heard above this, Hz; `None` where the spectrum has no end.
    pub bandwidth_hz: Option<f32>,
}

impl RecordingFindings {
    /// How far the noise is under the notes, dB.
    pub fn noise_under_notes_db(&self) -> Option<f32> {
        Some(self.level_db? - self.noise_db?)
    }
}

/// What was found in all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// One for every recording, in their order.
    pub recordings: Vec<RecordingFindings>,
    /// For how long something sounds in those that are used, s.
    pub sounding_s: f32,
    /// Notes in them that are good enough, kept or not.
    pub notes: usize,
    /// Of these, those that are kept.
    pub kept: usize,
    /// Seconds of sound that are kept.
    pub kept_s: f32,
    /// Notes left out because they are clipped.
    pub clipped: usize,
    /// .. because other notes are heard in them, their pitch will not rest, or noise covers them.
    pub unclear: usize,
    /// Every MIDI note that was found, from low to high, and how often.
    pub heard: Vec<(i32, usize)>,
    /// The instrument dies away by itself, so that its notes' ends say nothing of the room.
    pub struck: bool,
}
