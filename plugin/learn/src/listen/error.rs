//! Why nothing can be learned from recordings.

/// Recordings of which no target can be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// There are none.
    #[error("there are no recordings")]
    Nothing,
    /// Nothing sounds in any of them.
    #[error("the recordings are silent: their loudest sample is at {peak_db:.0} dB")]
    Silence {
        /// The loudest sample, dBFS.
        peak_db: f32,
    },
    /// Most of them have several notes at once.
    #[error(
        "several notes sound at once in most of the recordings ({share_percent:.0} % of the time): a target is learned \
         from one note after another"
    )]
    Polyphonic {
        /// Of the time, where it is so.
        share_percent: f32,
    },
    /// Most of them have no steady notes.
    #[error(
        "no steady notes are heard, only a gliding voice: a target is learned from an instrument, not from speech"
    )]
    Speech,
    /// Most of them have no pitch.
    #[error(
        "nothing is heard that has a pitch, as with drums or noise: a target is learned from notes"
    )]
    Pitchless,
    /// There is too little.
    #[error(
        "only {sounding_s:.0} s of sound were found; at least {least_s:.0} s are needed, a few minutes are good"
    )]
    TooShort {
        /// For how long something sounds.
        sounding_s: f32,
        /// For how long it must.
        least_s: f32,
    },
    /// There are too few notes of use.
    #[error(
        "only {notes} clear single notes were found in {sounding_s:.0} s of sound; at least {least} are needed (notes \
         of 0.3 s or more, one at a time)"
    )]
    TooFewNotes {
        /// Notes that are good enough.
        notes: usize,
        /// How many there must be.
        least: usize,
        /// For how long something sounds.
        sounding_s: f32,
    },
}
