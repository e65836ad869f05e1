//! The targets that can sound together.

use std::sync::Arc;

use mynah_models::{CORNERS, Target, Targets};

/// The targets A to D of the morph pad. Where there is none, its share of the sound is dry.
#[derive(Clone, Default)]
pub struct Corners(pub [Option<Arc<Target>>; CORNERS]);

impl Corners {
    /// Borrowed, as the chain takes them.
    pub(crate) fn targets(&self) -> Targets<'_> {
        self.0.each_ref().map(|target| target.as_deref())
    }

    /// Whether there is any target.
    pub fn any(&self) -> bool {
        self.0.iter().any(Option::is_some)
    }

    /// What share of these weights belongs to targets that there are: exactly 1 or 0 where it is all or nothing.
    pub(crate) fn presence(&self, weights: &[f32; CORNERS]) -> f32 {
        let all: f32 = weights.iter().sum();
        let places = self.0.iter().zip(weights);
        let missing: f32 = places
            .filter(|(target, _)| target.is_none())
            .map(|(_, weight)| weight)
            .sum();
        if all > 0.0 { 1.0 - missing / all } else { 0.0 }
    }
}

impl From<Option<Arc<Target>>> for Corners {
    /// One target alone, in A.
    fn from(target: Option<Arc<Target>>) -> Self {
        Self([target, None, None, None])
    }
}

impl From<Arc<Target>> for Corners {
    fn from(target: Arc<Target>) -> Self {
        Some(target).into()
    }
}

impl From<[Option<Arc<Target>>; CORNERS]> for Corners {
    fn from(targets: [Option<Arc<Target>>; CORNERS]) -> Self {
        Self(targets)
    }
}

/// What a place for a target is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CornerInfo {
    /// Stable name in sessions, in hosts and on the command line.
    pub id: &'static str,
    /// Name on screen.
    pub name: &'static str,
    /// A sentence for the player.
    pub tooltip: &'static str,
}

/// The places A to D.
pub static CORNER_INFOS: [CornerInfo; CORNERS] = [
    CornerInfo {
        id: "target",
        name: "Target",
        tooltip: "The instrument at the top left of the morph pad: the one that sounds alone at first.",
    },
    CornerInfo {
        id: "target_b",
        name: "Target B",
        tooltip: "The instrument at the top right of the morph pad.",
    },
    CornerInfo {
        id: "target_c",
        name: "Target C",
        tooltip: "The instrument at the bottom left of the morph pad.",
    },
    CornerInfo {
        id: "target_d",
        name: "Target D",
        tooltip: "The instrument at the bottom right of the morph pad.",
    },
];
