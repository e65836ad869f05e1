"""Notes as the numbers of a model file: principal components of 8 bits, and textures."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .. import config as c
from .analysis import NEPER_DB, NUMBERED_HARMONICS, SILENT_LOG, NoteFrames

Floats = npt.NDArray[np.float64]
Components = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.int8]]

ROW_FRAMES = 2
COMPONENTS = (54, 26)
"""Of the harmonics and of the noise."""
HARMONIC_VALUES = NUMBERED_HARMONICS + c.ENVELOPE_POINTS
ATTACK_ROWS = 6
"""These are as they were measured."""
SMOOTHED_ROWS = 6
"""To either side, of a string that is left to itself."""
TEXTURES = 20
TEXTURE_SAMPLES = 36_864
TEXTURE_DEVIATION = 32.0
HOLD = (0.3, 0.8)
"""A held note goes to and fro between these shares of its recording."""
OTHER_GROUP_SEMITONES = 6.0
CODE_LIMIT = 127
QUIET_DB = 60.0
"""So much under its top a row counts for nothing in the choice of components."""


@dataclass
class CodedMemory:
    """The tensors `memory.*` and the sizes beside them (models/FORMAT.md)."""

    tensors: dict[str, npt.NDArray[np.generic]]
    sizes: dict[str, int | bool]


@dataclass
class Rows:
    """A note, one row for two frames."""

    values: Floats
    level_db: Floats
    deviation_semitones: Floats


def note_rows(note: NoteFrames, struck: bool) -> Rows:
    """The rows of a note.

    A partial of a struck string moves slowly, but for its attack; what its amplitude seems to do from row
    to row is noise of the measurement, and would be heard as noise around it. From the attack on it is the
    mean of more and more rows. A bow or a breath does move it: smoothed, saxophones are known less often
    (REPORT.md). Noise is taken as a mean of power: one that rises would lose some decibels as a mean of logs.
    """
    level = rows_of(note.level_db) / NEPER_DB
    absolute = note.values + note.level_db[:, None] / NEPER_DB
    harmonics = rows_of(absolute[:, :HARMONIC_VALUES])
    noise = 0.5 * np.log(rows_of(np.exp(2.0 * absolute[:, HARMONIC_VALUES:])))
    if struck:
        widths = np.clip((np.arange(len(level)) - ATTACK_ROWS) // 2, 0, SMOOTHED_ROWS)
        level, harmonics = smoothed(level, widths), smoothed(harmonics, widths)
    values = np.maximum(np.concatenate([harmonics, noise], axis=1) - level[:, None], SILENT_LOG)
    return Rows(values, level * NEPER_DB, rows_of(note.deviation_semitones))


def smoothed(values: Floats, widths: npt.NDArray[np.int_]) -> Floats:
    """[n, ...]: each the mean of as many rows to either side as `widths` says and there are."""
    sums = np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)])
    at = np.arange(len(values))
    widths = np.minimum(widths, np.minimum(at, len(values) - 1 - at))
    counts = (2 * widths + 1).reshape(-1, *[1] * (values.ndim - 1))
    mean: Floats = (sums[at + widths + 1] - sums[at - widths]) / counts
    return mean


def rows_of(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """[frames, ...] -> [frames // 2, ...], the mean of each pair."""
    count = len(values) // ROW_FRAMES
    pairs = values[: count * ROW_FRAMES].reshape(count, ROW_FRAMES, *values.shape[1:])
    mean: npt.NDArray[np.float64] = pairs.mean(axis=1)
    return mean


def parted(rows: Floats, weights: Floats, counts: tuple[int, int]) -> Components:
    """The components of the harmonics, then those of the noise, which is not to be heard in the harmonics."""
    halves = np.split(rows, [HARMONIC_VALUES], axis=1)
    found = [components(half, weights, n) for half, n in zip(halves, counts, strict=True)]
    mean = np.concatenate([mean for mean, _, _ in found])
    basis = np.zeros((sum(counts), rows.shape[1]), np.float32)
    basis[: counts[0], :HARMONIC_VALUES] = found[0][1]
    basis[counts[0] :, HARMONIC_VALUES:] = found[1][1]
    return mean, basis, np.concatenate([codes for _, _, codes in found], axis=1)


def components(
    rows: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], count: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.int8]]:
    """[n, d], [n] -> mean [d], basis [count, d] with the code's step in it, codes [n, count]."""
    mean = np.average(rows, axis=0, weights=weights)
    centred = rows - mean
    covariance = (centred * weights[:, None]).T @ centred / weights.sum()
    _, vectors = np.linalg.eigh(covariance)
    basis = vectors[:, ::-1][:, :count].T
    scores = centred @ basis.T
    step = np.maximum(np.quantile(np.abs(scores), 0.9995, axis=0), 1e-6) / CODE_LIMIT
    codes = np.clip(np.round(scores / step), -CODE_LIMIT, CODE_LIMIT)
    return mean.astype(np.float32), (basis * step[:, None]).astype(np.float32), codes.astype(np.int8)


Place = tuple[float, int]
"""Pitch in semitones, and group."""


def apart(a: Place, b: Place) -> float:
    """How unlike the noise of two notes is, in semitones."""
    return abs(a[0] - b[0]) + (OTHER_GROUP_SEMITONES if a[1] != b[1] else 0.0)


def spread_choice(places: list[Place], count: int) -> list[int]:
    """Indices of `count` (pitch, group) places as far from each other as can be, the middle first."""
    middle = float(np.median([place[0] for place in places]))
    chosen = [min(range(len(places)), key=lambda i: abs(places[i][0] - middle))]
    while len(chosen) < min(count, len(places)):
        gap = [min(apart(place, places[i]) for i in chosen) for place in places]
        chosen.append(int(np.argmax(gap)))
    return chosen


def code(
    notes: list[NoteFrames],
    groups: list[int],
    struck: bool = False,
    component_counts: tuple[int, int] = COMPONENTS,
) -> CodedMemory:
    """All notes of a target."""
    rows = [note_rows(note, struck) for note in notes]
    row_values = [one.values for one in rows]
    level = [one.level_db for one in rows]
    deviation = [one.deviation_semitones for one in rows]
    weights = np.concatenate([np.clip(1.0 + one / QUIET_DB, 0.02, 1.0) for one in level])
    mean, basis, codes = parted(np.concatenate(row_values), weights, component_counts)
    places = [(note.semitones, group) for note, group in zip(notes, groups, strict=True)]
    long_enough = [i for i, note in enumerate(notes) if len(note.texture) >= TEXTURE_SAMPLES // 2]
    textured = [long_enough[i] for i in spread_choice([places[i] for i in long_enough], TEXTURES)]
    samples = [notes[i].texture[:TEXTURE_SAMPLES] for i in textured]
    firsts = np.concatenate([[0], np.cumsum([len(s) for s in samples])])
    table = []
    first_row = 0
    for i, note in enumerate(notes):
        count = len(row_values[i])
        distances = [apart(places[i], places[t]) for t in textured]
        hold = (int(count * HOLD[0]), max(int(count * HOLD[1]), int(count * HOLD[0]) + 1))
        top_db = float(np.clip(note.top_db, -99.0, 19.0))
        table.append(
            [
                first_row,
                count,
                note.semitones,
                top_db,
                hold[0],
                min(hold[1], count - 1),
                groups[i],
                int(np.argmin(distances)),
            ]
        )
        first_row += count
    noise = np.concatenate(samples) * TEXTURE_DEVIATION
    tensors: dict[str, npt.NDArray[np.generic]] = {
        "memory.notes": np.asarray(table, np.float32),
        "memory.codes": codes,
        "memory.mean": mean,
        "memory.basis": basis,
        "memory.level": np.clip(np.round(-2.0 * np.concatenate(level)), 0, 255).astype(np.uint8),
        "memory.deviation": np.clip(np.round(100.0 * np.concatenate(deviation)), -127, 127).astype(np.int8),
        "memory.textures": np.asarray(
            [[f, len(s)] for f, s in zip(firsts, samples, strict=False)], np.float32
        ),
        "memory.samples": np.clip(np.round(noise), -127, 127).astype(np.int8),
    }
    if any(note.stretch > 0.0 for note in notes):
        tensors["memory.stretch"] = np.asarray([note.stretch for note in notes], np.float32)
    sizes = {
        "components": sum(component_counts),
        "rows": first_row,
        "notes": len(notes),
        "textures": len(textured),
        "texture_samples": int(firsts[-1]),
        "stretched": "memory.stretch" in tensors,
    }
    # The file's writer takes memory as it lies.
    return CodedMemory({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, sizes)
