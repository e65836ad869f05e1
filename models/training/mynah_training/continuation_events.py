"""Notes as the continuation network knows them: pulses, classes, and what it is told of every event.

Executable specification of `mynah_models::continuation`. An event is a note: the time since the note before
began, the interval from it, its length and its level, each as one of a few classes. Times are in twelfths of
a beat that is found in the playing itself, pitches and levels are relative to what came before: a tune in
another key, tempo or loudness is the same row of events.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

TIMES = (1, 2, 3, 4, 6, 8, 9, 12, 15, 16, 18, 24, 30, 36, 48, 72, 96)
"""Twelfths of a beat: what times and lengths are rounded to."""
TIME_SHARES = (
    0.005, 0.012, 0.13, 0.05, 0.28, 0.03, 0.025, 0.26, 0.003,
    0.006, 0.045, 0.085, 0.004, 0.03, 0.02, 0.007, 0.008,
)  # fmt: skip
"""How often each is expected, where the beat is looked for."""
DEVIATION = 0.1
"""Octaves: how far a played time is from the written one."""
BEAT_S = (0.28, 1.15)
"""Shortest and longest beat."""
BEAT_STEPS = 24
"""Candidates in an octave."""
USUAL_BEAT_S = 0.55
USUAL_OCTAVES = 0.45
"""Beats far from the usual one are less likely: by a normal distribution of this deviation."""
TELLING_TIMES = 16.0
"""More times than this tell no more about the beat."""
HEARD_TIMES = 64
"""So many of the latest are asked."""
LEAST_SHARE = 1e-4
"""A time that fits no class is as likely as this."""

TOGETHER_S = 0.03
"""Notes that begin within this are one stroke."""

INTERVALS = 49
"""From two octaves down to two up."""
SAME_PITCH = 24
LEVELS = 9
SAME_LEVEL = 4
LEVEL_STEP_DB = 3.0
LEVEL_NOTES = 32
"""The mean level is that of about so many notes."""

BAR = 48
"""Twelfths: the place within four beats is told."""
PLACES = 12 + 4
"""One of the twelfths of a beat, and one of four beats."""
CHROMA_KEPT = (0.85, 0.97)
"""What is left after each event of how long each of the twelve notes was heard."""
LONGEST_HEARD = 24
"""Twelfths: longer notes count as this."""
MEAN_KEPT = (0.8, 0.97)
"""The same of the mean pitches."""
SHARES = 12 * len(CHROMA_KEPT) + len(MEAN_KEPT)
INPUTS = len(TIMES) + INTERVALS + len(TIMES) + LEVELS + SHARES + PLACES
FACTORS = ("time", "pitch", "length", "level")
"""In this order an event is said, each part knowing those before it."""
CLASSES = (len(TIMES), INTERVALS, len(TIMES), LEVELS)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PlayedNote:
    """A note of one voice."""

    onset_s: float
    length_s: float
    midi: int
    level_db: float


@dataclass(frozen=True)
class Events:
    """A row of events. The first has neither time nor interval."""

    classes: Ints
    """[N, 4], in the order of `FACTORS`; -1 for time and pitch of the first."""
    midi: Ints
    """[N]"""

    def __len__(self) -> int:
        """How many notes."""
        return len(self.midi)

    def cut(self, start: int, end: int) -> Events:
        """Those from `start` to `end`, the first of them as a first one."""
        classes = self.classes[start:end].copy()
        classes[0, :2] = -1
        return Events(classes, self.midi[start:end])


def likelihood_of(times_s: Floats, beat_s: Floats) -> Floats:
    """How likely each time [N] is with each beat [M]: the mean over times, natural logs, [M]."""
    octaves = np.log2(12.0 * times_s[None, :, None] / (beat_s[:, None, None] * np.array(TIMES)))
    bells = np.exp(-0.5 * np.square(octaves / DEVIATION)) * np.array(TIME_SHARES)
    return np.log(bells.sum(axis=2) + LEAST_SHARE).mean(axis=1)


def beat_of(times_s: Sequence[float]) -> float:
    """The beat that makes these times between notes likeliest, seconds; the usual one without any."""
    latest = np.array([t for t in times_s if t > 0.0][-HEARD_TIMES:])
    if len(latest) == 0:
        return USUAL_BEAT_S
    steps = int(math.log2(BEAT_S[1] / BEAT_S[0]) * BEAT_STEPS) + 1
    candidates = BEAT_S[0] * 2.0 ** (np.arange(steps) / BEAT_STEPS)
    usual = np.log2(candidates / USUAL_BEAT_S) / USUAL_OCTAVES
    told = min(float(len(latest)), TELLING_TIMES)
    score = told * likelihood_of(latest, candidates) - 0.5 * np.square(usual)
    beat_s = float(candidates[int(np.argmax(score))])
    # The candidates are 3 % apart: the times that fit say how it is exactly.
    written = np.array([TIMES[time_class(t, beat_s)] for t in latest])
    off = np.log2(12.0 * latest / (beat_s * written))
    fitting = off[np.abs(off) < 2.0 * DEVIATION]
    return beat_s * 2.0 ** float(fitting.mean()) if len(fitting) else beat_s


def time_class(seconds: float, beat_s: float) -> int:
    """The class of a time or length."""
    octaves = np.log2(12.0 * max(seconds, 1e-3) / (beat_s * np.array(TIMES)))
    return int(np.argmax(np.log(TIME_SHARES) - 0.5 * np.square(octaves / DEVIATION)))


def one_voice(notes: Sequence[PlayedNote]) -> list[PlayedNote]:
    """The highest of what begins together, each note over where the next begins."""
    kept: list[PlayedNote] = []
    for note in sorted(notes, key=lambda n: n.onset_s):
        if not kept or note.onset_s - kept[-1].onset_s > TOGETHER_S:
            kept.append(note)
        elif note.midi > kept[-1].midi:
            kept[-1] = note
    ends = [n.onset_s for n in kept[1:]] + [math.inf]
    return [
        PlayedNote(n.onset_s, min(n.length_s, end - n.onset_s), n.midi, n.level_db)
        for n, end in zip(kept, ends, strict=True)
    ]


def events_of(notes: Sequence[PlayedNote]) -> Events:
    """Notes of one voice, in the order of time, as events."""
    times_s = [b.onset_s - a.onset_s for a, b in pairwise(notes)]
    beat_s = beat_of(times_s)
    classes = np.full((len(notes), len(FACTORS)), -1, np.int64)
    mean_db = notes[0].level_db
    for k, note in enumerate(notes):
        if k > 0:
            classes[k, 0] = time_class(times_s[k - 1], beat_s)
            interval = int(np.clip(note.midi - notes[k - 1].midi, -SAME_PITCH, SAME_PITCH))
            classes[k, 1] = SAME_PITCH + interval
        classes[k, 2] = time_class(note.length_s, beat_s)
        step = math.floor((note.level_db - mean_db) / LEVEL_STEP_DB + 0.5)
        classes[k, 3] = min(max(SAME_LEVEL + step, 0), LEVELS - 1)
        mean_db += (note.level_db - mean_db) / min(k + 1, LEVEL_NOTES)
    return Events(classes, np.array([n.midi for n in notes], np.int64))


def _one_hot(classes: Ints, count: int) -> Floats:
    """[N] -> [N, count]; -1 is none of them."""
    return (classes[:, None] == np.arange(count)).astype(np.float64)


def places_of(events: Events) -> Floats:
    """Where in the beat and in four beats each event begins, counted from the first, [N, 16]."""
    steps = np.where(events.classes[:, 0] < 0, 0, np.array(TIMES)[events.classes[:, 0]])
    at = np.cumsum(steps) % BAR
    return np.concatenate([_one_hot(at % 12, 12), _one_hot(at // 12, 4)], axis=1)


def shares_of(events: Events) -> Floats:
    """What was heard up to each event, seen from its pitch: twelve notes and mean pitches, [N, 26]."""
    length = np.minimum(np.array(TIMES)[events.classes[:, 2]], LONGEST_HEARD) / 12.0
    heard = _one_hot(events.midi % 12, 12) * length[:, None]
    turned = (events.midi[:, None] + np.arange(12)) % 12
    parts = []
    for kept in CHROMA_KEPT:
        sums = lfilter([1.0], [1.0, -kept], heard, axis=0)
        shares = sums / sums.sum(axis=1, keepdims=True)
        parts.append(np.take_along_axis(shares, turned, axis=1))
    midi = events.midi.astype(np.float64)
    for kept in MEAN_KEPT:
        mean = lfilter([1.0 - kept], [1.0, -kept], midi, zi=[kept * midi[0]])[0]
        parts.append(((midi - mean) / 12.0)[:, None])
    return np.concatenate(parts, axis=1)


def inputs_of(events: Events) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """What the network is told of each event, [N, 135], and of the place of each alone, [N, 16]."""
    c, places = events.classes, places_of(events)
    parts = [_one_hot(c[:, f], CLASSES[f]) for f in range(len(FACTORS))]
    whole = np.concatenate([*parts, shares_of(events), places], axis=1)
    return whole.astype(np.float32), places.astype(np.float32)
