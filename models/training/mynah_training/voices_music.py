"""What is played in the voices network's clips: chords, strums, arpeggios, scores, several lines, one line.

All times in seconds from the clip's beginning. Of each clip the seed decides everything.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .data.events import NoteEvent, is_polyphonic
from .data.library import Split, phrase_side
from .data.melodies import PhraseSource, cut_piece, random_melody, read_midi, with_dynamics

MUSIC_S = 5.6
MAX_STRUM_S = 0.06
QUALITIES = (
    (0, 4, 7),
    (0, 3, 7),
    (0, 4, 7, 11),
    (0, 4, 7, 10),
    (0, 3, 7, 10),
    (0, 5, 7),
    (0, 2, 7),
    (0, 3, 6, 9),
    (0, 4, 8),
    (0, 7),
    (0, 4, 7, 14),
    (0, 3, 6, 10),
)
OPEN_STRINGS = (40, 45, 50, 55, 59, 64)
Covers = Callable[[int], bool]


@dataclass(frozen=True)
class Part:
    """Notes of one source."""

    source: str
    events: tuple[NoteEvent, ...]


def _chord_tones(rng: np.random.Generator) -> tuple[int, set[int]]:
    root = int(rng.integers(12))
    quality = QUALITIES[int(rng.integers(len(QUALITIES)))]
    return root, {(root + step) % 12 for step in quality}


def guitar_voicing(rng: np.random.Generator) -> list[int]:
    """Three to six strings of a chord within four frets of a position, lowest first."""
    _, tones = _chord_tones(rng)
    position = int(rng.integers(0, 10))
    pitches = []
    for string in OPEN_STRINGS[int(rng.integers(0, 3)) :]:
        frets = [f for f in range(position, position + 5) if (string + f) % 12 in tones]
        if position and rng.random() < 0.1 and string % 12 in tones:
            frets = [0]
        if frets and rng.random() < 0.92:
            pitches.append(string + frets[int(rng.integers(len(frets)))])
    return sorted(set(pitches))


def keyboard_voicing(rng: np.random.Generator, low: int, high: int) -> list[int]:
    """Two hands: one or two notes below, one to four above, of one chord; or any notes at all."""
    if rng.random() < 0.2:
        count = int(rng.integers(2, 7))
        span = int(rng.integers(10, 40))
        base = int(rng.integers(low, max(high - span, low + 1)))
        return sorted({int(m) for m in rng.integers(base, min(base + span, high) + 1, count)})
    root, tones = _chord_tones(rng)
    middle = int(rng.integers(50, 66))
    left = [m for m in range(max(low, middle - 26), middle) if m % 12 == root or rng.random() < 0.15]
    right = [m for m in range(middle, min(middle + 24, high)) if m % 12 in tones]
    hand_low = right[int(rng.integers(0, max(len(right) - 3, 1))) :] if right else []
    lower: Sequence[int] = []
    if left:
        lower = rng.choice(left, min(len(left), int(rng.integers(0, 3))), replace=False).tolist()
    upper = hand_low[: int(rng.integers(1, 5))]
    if len(upper) > 2 and rng.random() < 0.3:
        upper = upper[::2]
    return sorted({int(m) for m in [*lower, *upper]})


def _fitting(pitches: Sequence[int], covers: Covers) -> list[int]:
    """Each where the source can play it, by octaves if need be."""
    out = set()
    for midi in pitches:
        for moved in (midi, midi + 12, midi - 12, midi + 24, midi - 24):
            if covers(moved):
                out.add(moved)
                break
    return sorted(out)[:6]


def chords(
    covers: Covers, voicing: Callable[[np.random.Generator], list[int]], rng: np.random.Generator
) -> list[NoteEvent]:
    """Chords in a rhythm: struck together or strummed, broken, let ring or damped, repeated or moving."""
    events: list[NoteEvent] = []
    now_s = float(rng.uniform(0.05, 0.5))
    beat_s = float(rng.uniform(0.25, 0.9))
    strum_s = float(rng.choice([0.0, 0.008, 0.02, MAX_STRUM_S]))
    broken, ring = rng.random() < 0.3, rng.random() < 0.5
    level = float(rng.uniform(0.35, 0.9))
    pitches = _fitting(voicing(rng), covers)
    while now_s < MUSIC_S - 0.3:
        if rng.random() < 0.6:
            pitches = _fitting(voicing(rng), covers)
        length_s = beat_s * float(rng.choice([0.5, 1.0, 1.0, 2.0, 3.0]))
        order = list(pitches) if rng.random() < 0.75 else list(pitches)[::-1]
        if broken:
            order = [order[int(k)] for k in rng.permutation(len(order))] if rng.random() < 0.4 else order
            step_s = max(length_s * 0.5, 0.09)
            length_s = step_s * max(len(order), 1)
        elif len(order) > 1:
            step_s = strum_s * float(rng.uniform(0.5, 1.0)) / (len(order) - 1)
        else:
            step_s = 0.0
        held = length_s * (float(rng.uniform(1.0, 2.5)) if ring and broken else float(rng.uniform(0.5, 1.05)))
        for k, midi in enumerate(order):
            onset_s = now_s + k * step_s + float(rng.uniform(0.0, 0.008))
            velocity = float(np.clip(level + rng.normal(0.0, 0.11), 0.08, 1.0))
            if onset_s < MUSIC_S - 0.1:
                events.append(NoteEvent(onset_s, max(held, 0.08), midi, velocity))
        now_s += length_s
        if rng.random() < 0.15:
            now_s += beat_s
        level = float(np.clip(level + rng.normal(0.0, 0.08), 0.2, 0.95))
    return events


class Scores:
    """Pieces of one side of the split."""

    def __init__(self, folder: Path, split: Split) -> None:
        """Lists those with chords, by kind, and the source of phrases of one line."""
        self.by_kind: dict[str, list[Path]] = {}
        self.lines = PhraseSource(folder, split)
        self._read: dict[Path, list[NoteEvent]] = {}
        with (folder / "manifest.csv").open(newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                if row["kind"] != "phrase" and phrase_side(Path(row["path"]).name) == split:
                    self.by_kind.setdefault(row["kind"], []).append(folder / row["path"])

    def cut(self, kind: str | None, rng: np.random.Generator) -> list[NoteEvent] | None:
        """Some five seconds of a piece of that kind, or of any; no unisons."""
        paths = self.by_kind.get(kind, []) if kind else [p for ps in self.by_kind.values() for p in ps]
        if not paths:
            return None
        path = paths[int(rng.integers(len(paths)))]
        if path not in self._read:
            self._read[path] = read_midi(path)
        events = cut_piece(self._read[path], rng)
        if len(events) < 4 or not is_polyphonic(events):
            return None
        kept: dict[tuple[int, int], NoteEvent] = {}
        for event in events:
            kept.setdefault((round(event.onset_s * 50), event.midi), event)
        return sorted(with_dynamics(list(kept.values()), rng), key=lambda e: (e.onset_s, e.midi))


def transposed_into(
    events: Sequence[NoteEvent], covers: Covers, rng: np.random.Generator
) -> list[NoteEvent] | None:
    """Moved by a random interval at which the source can play (nearly) all; None if there is none."""
    best = [
        s
        for s in range(-14, 15)
        if sum(covers(e.midi + s) for e in events) >= (0.97 if abs(s) < 13 else 1.0) * len(events)
    ]
    if not best:
        return None
    near = [s for s in best if abs(s) <= 5] or best
    shift = near[int(rng.integers(len(near)))]
    return [replace(e, midi=e.midi + shift) for e in events if covers(e.midi + shift)]


def by_voice(events: Sequence[NoteEvent], voices: int) -> list[list[NoteEvent]]:
    """Shares the notes out among players, the lowest to the first, so that each has a register."""
    order = sorted(events, key=lambda e: e.midi)
    cuts = np.array_split(np.arange(len(order)), voices)
    return [sorted((order[int(i)] for i in cut), key=lambda e: e.onset_s) for cut in cuts]


def several_lines(covers: Sequence[Covers], rng: np.random.Generator) -> list[list[NoteEvent]]:
    """Random melodies side by side, one for each source, in different registers."""
    out = []
    for k, cover in enumerate(covers):
        spot = 48 + 10 * k + int(rng.integers(-5, 6))
        events = list(random_melody(rng).events)
        middle = int(np.median([e.midi for e in events]))
        moved = [replace(e, midi=e.midi - middle + spot) for e in events]
        out.append(
            [replace(e, articulation="sustained") for e in moved if cover(e.midi) and e.onset_s < MUSIC_S]
        )
    return out
