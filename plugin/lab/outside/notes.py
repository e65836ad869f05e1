"""Which notes are played: Basic Pitch (Spotify), trained by others, against the notes of a score."""

import contextlib
import io
import logging
from pathlib import Path

import mir_eval
import numpy as np

Note = tuple[float, float, float]
"""Start and end in seconds, and MIDI number."""

ONSET_S = 0.05
"""How far an onset may lie from the score's."""
PITCH_CENTS = 50.0
"""How far a pitch may lie from the score's."""
SHORTEST_MS = 60.0
"""Shorter notes are not reported: scores have none."""
DELAYS_MS = range(0, 160, 10)
"""Delays of whole phrases that are tried."""


class Tracker:
    """Basic Pitch with its published weights."""

    def __init__(self) -> None:
        """Load the weights that come with the package."""
        # It warns of every runtime that is not installed.
        logging.disable(logging.WARNING)
        from basic_pitch import ICASSP_2022_MODEL_PATH, inference

        self._inference = inference
        self._model = inference.Model(ICASSP_2022_MODEL_PATH)

    def notes(self, path: Path) -> list[Note]:
        """Return the notes of a sound file, by start."""
        with contextlib.redirect_stdout(io.StringIO()):
            _, _, events = self._inference.predict(str(path), self._model, minimum_note_length=SHORTEST_MS)
        return one_voice([(float(e[0]), float(e[1]), float(e[2]), float(e[3])) for e in events])


def one_voice(events: list[tuple[float, float, float, float]]) -> list[Note]:
    """Return the notes (start, end, pitch and confidence of each are given) that no surer one covers by half.

    Phrases here have one voice, in which the tracker likes to hear overtones as further notes.
    """
    kept: list[Note] = []
    for start, end, midi, _ in sorted(events, key=lambda event: -event[3]):
        covered = (min(end, e) - max(start, s) for s, e, _ in kept)
        if all(overlap < 0.5 * (end - start) for overlap in covered):
            kept.append((start, end, midi))
    return sorted(kept)


def score(played: list[Note], wanted: list[Note]) -> dict[str, float | int]:
    """Compare notes played with those of a score: onset and pitch, ends do not count.

    Instruments that speak slowly are late throughout: `aligned` is the F-measure at the one delay, `late_ms`,
    at which most notes are right. All else is without a delay.
    """
    matched = _matched(played, wanted, 0.0)
    late = {delay_ms: _matched(played, wanted, delay_ms * 1e-3) for delay_ms in DELAYS_MS}
    best_ms = max(late, key=lambda delay_ms: (late[delay_ms], -delay_ms))
    total = len(played) + len(wanted)
    return {
        "wanted": len(wanted),
        "played": len(played),
        "matched": matched,
        "f_measure": 2 * matched / total if total else 0.0,
        "aligned": 2 * late[best_ms] / total if total else 0.0,
        "late_ms": best_ms,
    }


def _matched(played: list[Note], wanted: list[Note], delay_s: float) -> int:
    if not played or not wanted:
        return 0
    pairs = mir_eval.transcription.match_notes(
        *_arrays([(start + delay_s, end + delay_s, midi) for start, end, midi in wanted]),
        *_arrays(played),
        onset_tolerance=ONSET_S,
        pitch_tolerance=PITCH_CENTS,
        offset_ratio=None,
    )
    return len(pairs)


def _arrays(notes: list[Note]) -> tuple[np.ndarray, np.ndarray]:
    spans = np.array([[start, max(end, start + 1e-3)] for start, end, _ in notes])
    pitches_hz = np.array([440.0 * 2.0 ** ((midi - 69.0) / 12.0) for _, _, midi in notes])
    return spans, pitches_hz
