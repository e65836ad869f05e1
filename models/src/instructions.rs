//! Which of the processor's instructions the networks are computed with.

use pulp::Arch;

/// A choice of instructions: what is compiled with it runs with it.
#[derive(Clone, Copy, Debug)]
pub struct Instructions(Arch);

impl Instructions {
    /// The fastest that this processor has (cheap after the first time in a process).
    pub fn fastest() -> Self {
        Self(Arch::new())
    }

    /// Those that every processor of its kind has, a number at a time.
    pub fn portable() -> Self {
        Self(Arch::Scalar)
    }

    pub(crate) fn arch(self) -> Arch {
        self.0
    }
}
