"""How notes follow one another in phrases: what the performer is to do where a note begins out of another.

    python -m mynah_training.memory.transitions --performances DIR [--instrument NAME]

Prints, for every instrument with phrases of one voice, how the level goes through a change of pitch, relative
to what it is afterwards: slurred (it falls by less than 6 dB) and articulated. Nothing is written: the
figures stand in REPORT.md and, as what a note is at least, in `models/src/performer/player.rs`.
"""

import argparse
import csv
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from .analysis import NEPER_DB, Floats, loudness, phrase_pitch_hz

ARTICULATED_DB = -6.0
"""A level that falls by more than this where the pitch changes is a new stroke of a bow or a tongue."""
STEADY_FRAMES = 14
"""A note is as long as this, 75 ms, at least .."""
STEADY_SEMITONES = 0.6
LEAP_SEMITONES = 0.3
""".. and its pitch stays so near to its middle, and moves by less than the second from frame to frame."""
LONGEST_CHANGE_FRAMES = 18
INTERVAL_SEMITONES = (0.7, 12.5)
SHOWN_FRAMES = range(-8, 25, 4)
"""Around the change: -43 to 128 ms."""
FRAME_MS = 256 / 48.0


@dataclass(frozen=True)
class Transition:
    """One note gives way to another."""

    interval_semitones: float
    fall_db: float
    """How far the level falls under the softer of the two notes."""
    level_db: Floats
    """At `SHOWN_FRAMES`, relative to the second note."""

    @property
    def articulated(self) -> bool:
        """Whether the second note is struck, bowed or tongued anew."""
        return self.fall_db <= ARTICULATED_DB


def steady_notes(semitones: Floats) -> list[tuple[int, int, float]]:
    """First frame, frame after the last, middle of every stretch of one pitch; NaN is no pitch."""
    found = []
    begin = 0
    while begin < len(semitones):
        end, middle = begin + 1, semitones[begin]
        while (
            end < len(semitones)
            and abs(semitones[end] - middle) < STEADY_SEMITONES
            and abs(semitones[end] - semitones[end - 1]) < LEAP_SEMITONES
        ):
            end += 1
            middle = float(np.median(semitones[begin:end]))
        if end - begin >= STEADY_FRAMES:
            found.append((begin, end, float(middle)))
        begin = end
    return found


def transitions(semitones: Floats, level_db: Floats) -> list[Transition]:
    """All of a phrase, whose pitch (NaN: none) and level are given frame by frame."""
    notes = steady_notes(semitones)
    found = []
    low, high = INTERVAL_SEMITONES
    for (begin, left, before), (reached, end, after) in pairwise(notes):
        interval = after - before
        if reached - left > LONGEST_CHANGE_FRAMES or not low < abs(interval) < high:
            continue
        between = np.arange(max(left - 3, 0), min(reached + 4, len(semitones)))
        off = np.abs(semitones[between] - 0.5 * (before + after))
        change = int(between[int(np.nanargmin(off))])
        first_db = float(np.median(level_db[max(left - 12, begin) : left - 2]))
        settled = level_db[min(reached + 10, end - 1) : min(end, reached + 40)]
        second_db = float(np.median(settled))
        lowest_db = float(level_db[max(change - 8, 0) : change + 10].min())
        shown = np.clip([change + frame for frame in SHOWN_FRAMES], 0, len(level_db) - 1)
        fall_db = lowest_db - min(first_db, second_db)
        found.append(Transition(interval, fall_db, level_db[shown] - second_db))
    return found


def transitions_of(audio: Floats) -> list[Transition]:
    """All of a recorded phrase of one voice, 48 kHz."""
    level_db = loudness(audio) * NEPER_DB
    hz = phrase_pitch_hz(audio, len(level_db))
    semitones = np.where(hz > 0.0, 69.0 + 12.0 * np.log2(np.maximum(hz, 1.0) / 440.0), np.nan)
    return transitions(semitones, level_db)


def phrases(folder: Path) -> dict[str, list[Path]]:
    """The phrases of one voice that are not held out, by instrument."""
    found: dict[str, list[Path]] = {}
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if row["kind"] == "phrase" and row["poly"] == "0" and row["split"] == "train":
                found.setdefault(row["instrument"], []).append(folder / row["path"])
    return found


def median_line(some: list[Transition]) -> str:
    """Their number, and the median level at every frame that is shown."""
    if not some:
        return "none"
    levels: npt.NDArray[np.float64] = np.median([one.level_db for one in some], axis=0)
    shown = zip(SHOWN_FRAMES, levels, strict=True)
    return f"{len(some)}: " + ", ".join(f"{frame * FRAME_MS:.0f} ms {db:.1f}" for frame, db in shown)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--performances", type=Path, required=True)
    parser.add_argument("--instrument", help="only this one")
    a = parser.parse_args()
    for instrument, paths in sorted(phrases(a.performances).items()):
        if a.instrument not in (None, instrument):
            continue
        found = []
        for path in paths:
            audio, _ = soundfile.read(path, dtype="float64", always_2d=True)
            found += transitions_of(audio[:, 0])
        print(f"{instrument}, {len(paths)} phrases; level relative to the second note, dB")
        print(f"  slurred {median_line([t for t in found if not t.articulated])}")
        print(f"  articulated {median_line([t for t in found if t.articulated])}", flush=True)


if __name__ == "__main__":
    main()
