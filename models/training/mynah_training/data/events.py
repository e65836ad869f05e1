"""The note event every renderer understands, and small facts about lists of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

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
    glide_semitones: float = 0.0
    """Where the pitch comes from, relative to `midi`; it arrives within some 60 ms."""
    vibrato_cents: float = 0.0
    """Depth of a vibrato that sets in after the attack."""
    vibrato_hz: float = 5.5

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


GLIDE_TIME_S = 0.025
VIBRATO_DELAY_S = 0.15
VIBRATO_RISE_S = 0.25


def bend_cents(event: NoteEvent, time_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How far the pitch is from the note's own, `time_s` after its onset: glide, then vibrato.

    All instruments that play the event bend alike, so that their renderings stay parallel.
    """
    glide = 100.0 * event.glide_semitones * np.exp(-time_s / GLIDE_TIME_S)
    depth = event.vibrato_cents * np.clip((time_s - VIBRATO_DELAY_S) / VIBRATO_RISE_S, 0.0, 1.0)
    return np.asarray(glide + depth * np.sin(2.0 * np.pi * event.vibrato_hz * time_s))
