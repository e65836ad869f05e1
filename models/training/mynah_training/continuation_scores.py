"""Rows of notes to learn from: the voices of scores, and what is heard in recorded phrases."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np

from .continuation_events import Events, PlayedNote, events_of, one_voice
from .data.library import Split, side

LEAST_NOTES = 8
LONGEST_REST_S = 4.0
"""What comes after a longer rest is another row."""
CHORD_S = 0.06
VELOCITY_DB = 0.25
"""What a step of velocity stands for, as in what `mynah transcribe` writes."""
TEMPI = (0.8, 1.0, 1.25)
MANNERS = (1.0, 1.0, 0.8, 0.5)
"""Shares of their written lengths that notes are played for; as written twice as often."""
VARIANTS = 6
SAME_SCORES = ("die kunst der fuge", "french suite no. 5", "menuet in g")
"""Pieces of one beginning of their titles share their themes, and lie on one side."""


@dataclass(frozen=True)
class Line:
    """One voice."""

    notes: tuple[PlayedNote, ...]
    origin: str
    """`score`, or `heard` in a recording."""


def score_side(title: str) -> Split:
    """The side on which a score lies, with all its excerpts and voices."""
    title = title.lower()
    same = [beginning for beginning in SAME_SCORES if title.startswith(beginning)]
    return side(f"continuation:{same[0] if same else title}")


def _tracks(path: Path) -> Iterator[list[PlayedNote]]:
    """The notes of each track of a MIDI file; its tempo is taken from the first that says one."""
    file = mido.MidiFile(str(path))
    tempi = [m.tempo for track in file.tracks for m in track if m.type == "set_tempo"]
    tick_s = (tempi[0] if tempi else 500_000) * 1e-6 / file.ticks_per_beat
    for track in file.tracks:
        now = 0
        sounding: dict[int, tuple[int, int]] = {}
        notes: list[PlayedNote] = []
        for message in track:
            now += message.time
            if message.type not in ("note_on", "note_off") or message.channel == 9:
                continue
            begun = sounding.pop(message.note, None)
            if begun is not None:
                onset, velocity = begun
                length_s = (now - onset) * tick_s
                notes.append(PlayedNote(onset * tick_s, length_s, message.note, VELOCITY_DB * velocity))
            if message.type == "note_on" and message.velocity > 0:
                sounding[message.note] = (now, message.velocity)
        yield sorted(notes, key=lambda n: n.onset_s)


def _is_chordal(notes: Sequence[PlayedNote]) -> bool:
    """Whether a fair part of the notes sounds together with others."""
    together = [a.onset_s + a.length_s - b.onset_s > CHORD_S for a, b in pairwise(notes)]
    return bool(together) and float(np.mean(together)) > 0.1


def _rows(notes: Sequence[PlayedNote], origin: str) -> list[Line]:
    """Cut at long rests."""
    rows: list[list[PlayedNote]] = [[]]
    for note in notes:
        if rows[-1] and note.onset_s - rows[-1][-1].onset_s > LONGEST_REST_S:
            rows.append([])
        rows[-1].append(note)
    return [Line(tuple(row), origin) for row in rows if len(row) >= LEAST_NOTES]


def score_lines(scores: Path, split: Split) -> list[Line]:
    """All voices of the scores on one side: of a track with chords its highest and its lowest line."""
    lines = []
    with (scores / "manifest.csv").open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if score_side(row["title"]) != split:
                continue
            for notes in _tracks(scores / row["path"]):
                if not notes:
                    continue
                lines += _rows(one_voice(notes), "score")
                if _is_chordal(notes):
                    lowest = one_voice([replace(n, midi=-n.midi) for n in notes])
                    lines += _rows([replace(n, midi=-n.midi) for n in lowest], "score")
    return lines


def heard_lines(folder: Path, manifest: Path, split: Split) -> list[Line]:
    """What `mynah transcribe --json` heard in recorded phrases of one side: `NAME.json` for `NAME.flac`."""
    lines = []
    with manifest.open(newline="", encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row["kind"] == "phrase" and row["poly"] == "0"]
    for row in rows:
        path = folder / f"{Path(row['path']).stem}.json"
        own: Split = "validation" if row["split"] == "valid" else "train"
        if own != split or not path.exists():
            continue
        notes = [
            PlayedNote(n["onset_s"], n["offset_s"] - n["onset_s"], n["midi"], VELOCITY_DB * n["velocity"])
            for n in json.loads(path.read_text(encoding="utf-8"))["notes"]
        ]
        lines += _rows(one_voice(notes), "heard")
    return lines


def with_dynamics(notes: Sequence[PlayedNote], rng: np.random.Generator) -> list[PlayedNote]:
    """Levels by rule, for scores that have none: swells over some notes, a little unevenness."""
    swell_db, notes_long, start = rng.uniform(0.0, 6.0), rng.uniform(6.0, 40.0), rng.random()
    uneven_db = rng.uniform(0.2, 1.5)
    k = np.arange(len(notes))
    levels = swell_db * np.sin(2.0 * math.pi * (k / notes_long + start)) + rng.normal(0.0, uneven_db, len(k))
    return [replace(n, level_db=n.level_db + float(d)) for n, d in zip(notes, levels, strict=True)]


def variants(line: Line, rng: np.random.Generator) -> list[Events]:
    """The line as it may be played: at several tempi and in several manners, with dynamics.

    Transposition needs no variants: events do not know the key.
    """
    if line.origin == "heard":
        return [events_of(line.notes)]
    made = []
    for _ in range(VARIANTS):
        tempo, share = float(rng.choice(TEMPI)), float(rng.choice(MANNERS))
        played = [
            replace(n, onset_s=n.onset_s / tempo, length_s=share * n.length_s / tempo) for n in line.notes
        ]
        made.append(events_of(with_dynamics(played, rng)))
    return made


def as_written(lines: Sequence[Line]) -> list[Events]:
    """Each line as it stands."""
    return [events_of(line.notes) for line in lines]
