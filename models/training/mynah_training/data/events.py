"""The note event every renderer understands, and small facts about lists of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Articulation = Literal["sustained", "staccato", "pizz"]

POLYPHONIC_OVERLAP_S = 0.06
"""Notes that sound together for longer than this are a chord, not a legato slur."""


@dataclass(frozen=True, slots=True)
class NoteEvent:
    """One note: when, how long, which pitch, how loud, and how it is played."""

    onset_s: float
    duration_s: float
    midi: int
    velocity: float
    """0 (softest) to 1 (loudest)."""
    articulation: Articulation = "sustained"

    @property
    def end_s(self) -> float:
        """Time at which the key is let go, in seconds."""
        return self.onset_s + self.duration_s


def is_polyphonic(events: Sequence[NoteEvent]) -> bool:
    """Whether any two notes sound together for longer than a slur does."""
    latest_end_s = float("-inf")
    for event in sorted(events, key=lambda e: e.onset_s):
        if latest_end_s - event.onset_s > POLYPHONIC_OVERLAP_S:
            return True
        latest_end_s = max(latest_end_s, event.end_s)
    return False
