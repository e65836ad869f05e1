"""Reads a folder of recorded instrument notes and splits it into training and validation.

The split is by note, not by file: every recording of one pitch of one instrument is on
the same side. It has three sides: training, validation, and the notes from which the
evaluation's judge of target likeness learns what the instruments sound like. The rule is
plain enough to be implemented again elsewhere (see :func:`fnv1a_64` and :func:`side`), so
that an evaluation written in another language holds out the very same notes and phrases.

A target must be one coherent instrument: of an instrument recorded twice (two players, two
microphones) one recording is the target, and the other is never trained on at all
(:data:`NEVER_TRAINED`): it is what the evaluation plays as a source nobody has heard.
"""

from __future__ import annotations

import csv
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import soundfile as sf

Audio = npt.NDArray[np.float32]
Split = Literal["train", "validation", "judge", "all"]

SAMPLE_RATE_HZ = 48_000
DEFAULT_SPLIT_SEED = 43
"""Of the seeds below 3,000 one of the best in how much of each instrument's range lies within
four semitones of a note of each side."""
SPLIT_MODULUS = 6

NEVER_TRAINED = {
    ("guitar", "nylon"): "guitar-nylon",
    ("sax-alto", "sus-mtg"): "sax-alto-mtg",
    ("flute", "vib"): "flute-vib",
    ("flute", "sus-flute2"): "flute-flute2",
}
"""(instrument, articulation) of the recordings that are only ever sources in evaluation, and the
name they go by there."""

ONSET_THRESHOLD_DB = -30.0
"""A note begins where its short-time level first comes this close to its early peak."""
ONSET_WINDOW_SAMPLES = 96
ONSET_PREROLL_SAMPLES = 192
ONSET_SEARCH_S = 1.0

DECAYING_INSTRUMENTS = frozenset({"piano", "guitar"})
"""Instruments whose sound cannot be sustained: they are never looped."""

_FNV_OFFSET = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3


def fnv1a_64(data: bytes) -> int:
    """The 64-bit FNV-1a hash of ``data``."""
    value = _FNV_OFFSET
    for byte in data:
        value = ((value ^ byte) * _FNV_PRIME) & 0xFFFFFFFFFFFFFFFF
    return value


def side(key: str, seed: int = DEFAULT_SPLIT_SEED) -> Split:
    """The side of the split on which the thing named ``key`` lies under ``seed``."""
    remainder = fnv1a_64(f"{seed}:{key}".encode()) % SPLIT_MODULUS
    return "validation" if remainder == 0 else "judge" if remainder == 1 else "train"


def note_side(instrument: str, midi: int, seed: int = DEFAULT_SPLIT_SEED) -> Split:
    """The side of one pitch of one instrument (its name in the manifest)."""
    return side(f"{instrument}:{midi}", seed)


def phrase_side(file_name: str, seed: int = DEFAULT_SPLIT_SEED) -> Split:
    """The side of a score file (its name without a folder)."""
    return side(file_name, seed)


@dataclass(frozen=True, slots=True)
class SampleInfo:
    """One recorded note, as the manifest describes it."""

    path: Path
    instrument: str
    midi: int
    dynamic: str
    articulation: str
    duration_s: float
    deviation_cents: float
    """How sharp (positive) or flat the recording sounds against its nominal pitch."""
    split: Split
    """``validation`` for everything that is never trained on."""

    @property
    def decays(self) -> bool:
        """Whether the sound dies away by itself and so cannot be looped."""
        return self.instrument.split("-")[0] in DECAYING_INSTRUMENTS or self.articulation == "pizz"

    @property
    def kind(self) -> str:
        """The playing technique: ``sustained``, ``staccato`` or ``pizz``."""
        return self.articulation if self.articulation in ("staccato", "pizz") else "sustained"


def find_onset(audio: Audio) -> int:
    """Index of the first sample of the note in ``audio`` [n], a few milliseconds early."""
    window = ONSET_WINDOW_SAMPLES
    early = audio[: int(ONSET_SEARCH_S * SAMPLE_RATE_HZ)]
    n_frames = len(early) // window
    if n_frames == 0:
        return 0
    energy = np.mean(np.square(early[: n_frames * window].reshape(n_frames, window)), axis=1)
    threshold = float(energy.max()) * 10.0 ** (ONSET_THRESHOLD_DB / 10.0)
    first = int(np.argmax(energy >= threshold))
    return max(0, first * window - ONSET_PREROLL_SAMPLES)


class InstrumentLibrary:
    """The recorded notes of a folder with a ``manifest.csv``, decoded when first needed."""

    def __init__(self, root: Path, seed: int = DEFAULT_SPLIT_SEED, max_decoded_notes: int = 320) -> None:
        """Reads the manifest in ``root``; at most ``max_decoded_notes`` stay in memory."""
        self.root = root
        self.seed = seed
        self._max_decoded = max_decoded_notes
        self._decoded: OrderedDict[Path, Audio] = OrderedDict()
        self.samples: list[SampleInfo] = list(self._read_manifest())

    def _read_manifest(self) -> Iterator[SampleInfo]:
        with (self.root / "manifest.csv").open(newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                # Performances are whole phrases: they have no pitch to be rendered at.
                if row["articulation"] == "performance" or not row["midi"]:
                    continue
                midi = int(row["midi"])
                instrument = row["instrument"]
                unseen = NEVER_TRAINED.get((instrument, row["articulation"]))
                yield SampleInfo(
                    path=self.root / row["path"],
                    instrument=unseen or instrument,
                    midi=midi,
                    dynamic=row["dynamic"],
                    articulation=row["articulation"],
                    duration_s=float(row["seconds"]),
                    deviation_cents=float(row["pitch_cents_dev"] or 0.0),
                    split="validation" if unseen else note_side(instrument, midi, self.seed),
                )

    def instruments(self, split: Split = "all") -> list[str]:
        """The names of all instruments with notes in ``split``, sorted."""
        return sorted({s.instrument for s in self.samples if split in ("all", s.split)})

    def select(self, instrument: str, split: Split = "all") -> list[SampleInfo]:
        """The notes of ``instrument`` that ``split`` is allowed to use."""
        return [
            sample
            for sample in self.samples
            if sample.instrument == instrument and split in ("all", sample.split)
        ]

    def audio(self, sample: SampleInfo) -> Audio:
        """The recording, mono float32 [n] at 48 kHz, trimmed to the note's onset."""
        cached = self._decoded.get(sample.path)
        if cached is not None:
            self._decoded.move_to_end(sample.path)
            return cached
        data, rate_hz = sf.read(sample.path, dtype="float32", always_2d=True)
        if rate_hz != SAMPLE_RATE_HZ:
            raise ValueError(f"{sample.path}: {rate_hz} Hz, expected {SAMPLE_RATE_HZ} Hz")
        mono: Audio = data[:, 0] if data.shape[1] == 1 else data.mean(axis=1)
        trimmed = np.ascontiguousarray(mono[find_onset(mono) :], dtype=np.float32)
        self._decoded[sample.path] = trimmed
        while len(self._decoded) > self._max_decoded:
            self._decoded.popitem(last=False)
        return trimmed
