//! Why nothing can be learnt.

use mynah_models::ModelFileError;

/// What is wrong with what was handed in.
#[derive(Debug, thiserror::Error, PartialEq)]
#[non_exhaustive]
pub enum AdaptError {
    /// A base or a target lacks a tensor, or has it in another shape.
    #[error(transparent)]
    Model(#[from] ModelFileError),
    /// Nothing to learn from, or nothing to judge by.
    #[error("there is no frame to {0}: the phrases are empty, or all of their weights are 0")]
    NoFrames(Use),
    /// No target to start from.
    #[error("there is no target to start from")]
    NoCandidates,
    /// A row of another width than the base's, rows of another number than the frames that are wanted, and the like.
    #[error("a phrase has {found} {what}; it needs {expected}")]
    WrongLength {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A value that is not finite, or a weight below 0.
    #[error("frame {frame} of a phrase has {value} among its {what}")]
    BadValue {
        /// Which values.
        what: &'static str,
        /// Counted from 0.
        frame: usize,
        /// The first such value.
        value: f32,
    },
    /// A tensor to start from has a value that is not finite.
    #[error("{value} stands among the parameters to start from")]
    BadStart {
        /// The first such value.
        value: f32,
    },
    /// A saved state that cannot be gone on from.
    #[error("this state cannot be gone on from: {reason}")]
    WrongState {
        /// What does not fit.
        reason: String,
    },
}

/// What phrases are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Learning from them.
    Learn,
    /// Judging what was learnt.
    Judge,
}

impl std::fmt::Display for Use {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Learn => "learn from",
            Self::Judge => "judge by",
        })
    }
}
