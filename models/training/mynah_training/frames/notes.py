"""Measured notes of the targets, and the frames that a phrase would have if they played it.

    python -m mynah_training.frames.notes --instruments DIR --out FRAMES

`FRAMES/NAME.SPLIT.npz` holds, row by row, what `memory.analysis` measures of a target's notes: ``values``
float16 [frames, 128] (64 points of the harmonics' envelope, 64 of the noise's, natural logs relative to the
frame's loudness), ``level_db`` float16 [frames] under the note's top, and of each note ``first``, ``count``,
``semitones``, ``top_db``.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .. import config as c
from ..data.library import InstrumentLibrary
from ..memory.analysis import NUMBERED_HARMONICS, analyse
from ..memory.choice import choose
from ..targets import HOME_REGISTERS_MIDI, STRETCHED, STRUCK

VALUES = 2 * c.ENVELOPE_POINTS
LONGEST_S = 2.2
LONGEST_STRUCK_S = 3.5
"""Of a note no more is measured, as in the memories."""
BUDGETS_S = {"train": 150.0, "validation": 60.0}
FRAME_HZ = c.SAMPLE_RATE_HZ / c.FRAME_SAMPLES
REACH_SEMITONES = 4.0
"""A note further from every recording than this has no frames."""
DB_PER_SEMITONE = 6.0
"""So much of another dynamic is as far as a semitone."""
CHANCE_SEMITONES = 1.0
HOLD = (0.3, 0.8)
LEGATO_GAP_S = 0.03
LEGATO_ENTRY_DB = -4.0
SOFTEST_DB = -40.0
"""Frames of a recording so much under its top count for nothing."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class NoteTable:
    """The notes of one target."""

    values: Floats
    level_db: Floats
    first: npt.NDArray[np.int64]
    count: npt.NDArray[np.int64]
    semitones: Floats
    top_db: Floats
    struck: bool

    @classmethod
    def load(cls, path: Path, struck: bool) -> "NoteTable":
        """Reads a file of `main`."""
        with np.load(path) as data:
            return cls(
                values=data["values"].astype(np.float32),
                level_db=data["level_db"].astype(np.float32),
                first=data["first"],
                count=data["count"],
                semitones=data["semitones"],
                top_db=data["top_db"],
                struck=struck,
            )

    def reaches(self, midi: float) -> bool:
        """Whether a recording is near enough to this pitch."""
        return bool(np.abs(self.semitones - midi).min() <= REACH_SEMITONES)

    def choose(self, midi: float, velocity: float, rng: np.random.Generator) -> int:
        """A recording near in pitch and dynamic, by chance among those that are alike."""
        wanted_db = float(np.quantile(self.top_db, np.clip(velocity, 0.05, 0.95)))
        distance = np.abs(self.semitones - midi) + np.abs(self.top_db - wanted_db) / DB_PER_SEMITONE
        distance = distance + CHANCE_SEMITONES * rng.random(len(distance))
        distance[np.abs(self.semitones - midi) > REACH_SEMITONES] += 100.0
        return int(np.argmin(distance))

    def rows(self, note: int, frames: int, slurred: bool) -> npt.NDArray[np.int64]:
        """Which rows a player walks through: a struck note to its end, a held one to and fro."""
        first, count = int(self.first[note]), int(self.count[note])
        entered = 0
        if slurred and not self.struck:
            loud = np.flatnonzero(self.level_db[first : first + count] > LEGATO_ENTRY_DB)
            entered = int(loud[0])
        walked = entered + np.arange(frames)
        if self.struck:
            return first + np.minimum(walked, count - 1)
        low, high = int(HOLD[0] * count), max(int(HOLD[1] * count), int(HOLD[0] * count) + 1)
        span = high - low
        beyond = np.maximum(walked - high, 0) % (2 * span)
        return first + np.where(walked <= high, walked, low + np.abs(span - beyond))


def phrase_frames(
    table: NoteTable, notes: npt.NDArray[np.float32], frames: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """[frames, 128] and how far each frame counts [frames].

    `notes` [n, 4] are onset and duration in seconds, pitch and velocity of the phrase's. Frame k of the
    result is frame k + 1 of the chain, which ends at sample 256 (k + 1). What sounds together
    is added in power.
    """
    power = np.zeros((frames, VALUES), np.float64)
    weight = np.zeros(frames, np.float64)
    ended_s = -1.0
    for onset_s, duration_s, midi, velocity in notes[np.argsort(notes[:, 0], kind="stable")]:
        begin = int(np.ceil(onset_s * FRAME_HZ))
        end = min(int((onset_s + duration_s) * FRAME_HZ), frames)
        slurred = 0.0 <= onset_s - ended_s < LEGATO_GAP_S
        ended_s = max(ended_s, onset_s + duration_s)
        if end <= begin or not table.reaches(midi):
            continue
        rows = table.rows(table.choose(midi, velocity, rng), end - begin, slurred)
        heard = 10.0 ** (np.maximum(table.level_db[rows], SOFTEST_DB) / 10.0)
        heard[table.level_db[rows] < SOFTEST_DB] = 0.0
        power[begin:end] += heard[:, None] * np.exp(2.0 * table.values[rows])
        weight[begin:end] += heard
    counts = weight > 0.0
    values = 0.5 * np.log(np.maximum(power, 1e-30) / np.maximum(weight, 1e-30)[:, None])
    values = np.clip(values, c.ENVELOPE_MIN, c.ENVELOPE_MAX)
    return np.where(counts[:, None], values, 0.0).astype(np.float32), counts.astype(np.float32)


def measure(library: InstrumentLibrary, name: str, split: str) -> dict[str, npt.NDArray[np.generic]]:
    """The notes of one side of the split, those that leave the smallest gaps."""
    longest_s = LONGEST_STRUCK_S if name in STRUCK else LONGEST_S
    held_out = split == "validation"
    samples = [s for s in library.select(name) if s.kind == "sustained"]
    samples = [s for s in samples if (s.split == "validation") == held_out]
    values, levels, semitones, top_db = [], [], [], []
    for chosen in choose(samples, HOME_REGISTERS_MIDI[name], BUDGETS_S[split], longest_s):
        audio = library.audio(chosen.sample)[: int(chosen.seconds * c.SAMPLE_RATE_HZ)].astype(np.float64)
        nominal = chosen.sample.midi + chosen.sample.deviation_cents / 100.0
        note = analyse(audio, nominal, stretched=name in STRETCHED, struck=name in STRUCK)
        if note is not None:
            values.append(note.values[:, NUMBERED_HARMONICS:])
            levels.append(note.level_db)
            semitones.append(note.semitones)
            top_db.append(note.top_db)
    counts = np.asarray([len(level) for level in levels], np.int64)
    return {
        "values": np.concatenate(values).astype(np.float16),
        "level_db": np.concatenate(levels).astype(np.float16),
        "first": np.cumsum(counts) - counts,
        "count": counts,
        "semitones": np.asarray(semitones, np.float32),
        "top_db": np.asarray(top_db, np.float32),
    }


def load_tables(folder: Path, split: str, targets: Sequence[str] = c.INSTRUMENTS) -> list[NoteTable]:
    """The notes of all targets, in their order."""
    return [NoteTable.load(folder / f"{name}.{split}.npz", name in STRUCK) for name in targets]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instruments", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    a = parser.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    library = InstrumentLibrary(a.instruments)
    for split in BUDGETS_S:
        for name in c.INSTRUMENTS:
            out = a.out / f"{name}.{split}.npz"
            if out.exists():
                continue
            columns = measure(library, name, split)
            with out.open("wb") as handle:
                np.savez(handle, allow_pickle=False, **columns)
            print(f"{name}, {split}: {len(columns['count'])} notes", flush=True)


if __name__ == "__main__":
    main()
