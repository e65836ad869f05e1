"""Writes matching.json: how many notes mir_eval matches. `python make_matching.py`, with ../../outside/requirements.txt."""

import json
from pathlib import Path

import mir_eval
import numpy as np

CASES = 60
TOLERANCE_S = 0.05
TOLERANCE_CENTS = 50.0


def hz(midi: np.ndarray) -> np.ndarray:
    """Return the frequencies of MIDI numbers."""
    return 440.0 * 2.0 ** ((midi - 69.0) / 12.0)


def case(rng: np.random.Generator) -> dict[str, object]:
    """Return crowded notes, found ones near to some of them, and how many match."""
    played = np.sort(rng.uniform(0.0, 2.0, rng.integers(1, 30)).round(3))
    played_midi = rng.integers(60, 64, played.size).astype(float)
    near = rng.integers(0, played.size, rng.integers(1, 35))
    # To the millisecond, so that distances of exactly the tolerance are among them.
    found = (played[near] + rng.uniform(-0.07, 0.07, near.size)).round(3).clip(0.0)
    # Never exactly half a semitone off, where the last bit of a logarithm decides.
    found_midi = (played_midi[near] + rng.normal(0.0, 0.4, near.size)).round(2) + 0.003
    pairs = mir_eval.transcription.match_notes(
        np.stack([played, played + 0.1], axis=1),
        hz(played_midi),
        np.stack([found, found + 0.1], axis=1),
        hz(found_midi),
        onset_tolerance=TOLERANCE_S,
        pitch_tolerance=TOLERANCE_CENTS,
        offset_ratio=None,
    )
    return {
        "played": np.stack([played, played_midi], axis=1).tolist(),
        "found": np.stack([found, found_midi], axis=1).tolist(),
        "matched": len(pairs),
    }


def main() -> None:
    """Write the cases beside this file."""
    rng = np.random.default_rng(1)
    cases = [case(rng) for _ in range(CASES)]
    path = Path(__file__).with_name("matching.json")
    path.write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
