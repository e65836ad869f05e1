"""Single notes to mix chords of: recorded, of SoundFonts and synthesised, all at one level."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .data.events import NoteEvent
from .data.library import NEVER_TRAINED, SAMPLE_RATE_HZ, Audio, InstrumentLibrary, SampleInfo, Split
from .data.sequencer import LEVEL_WINDOW_S, SampledInstrument, SoundSource, audible_from, level_db
from .data.soundfont import available_fonts
from .data.synthetic import SyntheticSource
from .onsets_soundfont import ProgramNotes

NOTE_S = 4.0
VARIANTS = 3
"""Renderings of a note that are kept, each of another velocity."""
LAYERS = 3
HELD_OUT_SHIFT_SEMITONES = 7
"""Held-out notes are few and far between."""

PIANOS = ("piano", "piano", "piano", *(f"program-{p}" for p in (0, 1, 2, 4, 5)))
GUITARS = ("guitar", "guitar", "guitar", *(f"program-{p}" for p in (24, 25, 26, 27, 28)), "synth-pluck")
OTHER_PROGRAMS = tuple(f"program-{p}" for p in (6, 11, 12, 16, 19, 21, 32, 40, 42, 46, 56, 60, 65, 71, 73))
OTHER_SYNTHS = ("synth-saw", "synth-square")
OTHER_RECORDED = ("cello", "clarinet", "flute", "sax-alto", "sax-tenor", "trumpet", "violin")


class HeldOutLibrary(InstrumentLibrary):
    """What is never trained on, all of it: the validation notes and the judge's."""

    def select(self, instrument: str, split: Split = "all") -> list[SampleInfo]:
        """The notes of `instrument` on either held-out side."""
        return [s for s in self.samples if s.instrument == instrument and s.split != "train"]


@dataclass(frozen=True)
class Note:
    """A note without a release."""

    audio: npt.NDArray[np.float16]
    """[192,000], at an A-weighted level of 0 dB over its first 0.3 s"""
    audible: int
    """The sample at which it is heard to begin"""


class NoteBank:
    """Renders notes of named sources when they are first needed."""

    def __init__(self, data: Path, held_out: bool) -> None:
        """`data` is the folder of recorded notes."""
        self._held_out = held_out
        self._library = HeldOutLibrary(data) if held_out else InstrumentLibrary(data)
        self._sources: dict[str, SoundSource] = {}
        self._notes: dict[tuple[str, int, int, int], Note] = {}
        unseen = tuple(NEVER_TRAINED.values())
        self.recorded = OTHER_RECORDED + (unseen if held_out else ())
        self.fonts = bool(available_fonts())

    def source(self, name: str) -> SoundSource:
        """The source of this name."""
        if name not in self._sources:
            if name.startswith("synth-"):
                made: SoundSource = SyntheticSource(name)
            elif name.startswith("program-"):
                made = ProgramNotes(int(name.removeprefix("program-")))
            else:
                side: Split = "validation" if self._held_out else "train"
                reach = HELD_OUT_SHIFT_SEMITONES if self._held_out else 4
                made = SampledInstrument(self._library, name, side, reach, 3, loose=not self._held_out)
            self._sources[name] = made
        return self._sources[name]

    def note(self, name: str, midi: int, velocity: float, rng: np.random.Generator) -> Note:
        """A rendering of this pitch, about as hard as `velocity`."""
        layer = min(int(velocity * LAYERS), LAYERS - 1)
        key = (name, midi, layer, int(rng.integers(VARIANTS)))
        if key not in self._notes:
            event = NoteEvent(0.0, NOTE_S, midi, (layer + 0.5) / LAYERS)
            raw = self.source(name).note(event, int(NOTE_S * SAMPLE_RATE_HZ), False, rng)
            raw = raw.astype(np.float32)
            # Half precision reaches from 6e-8 to 65,504: some headroom above, 80 dB of decay below.
            scaled = raw * 10.0 ** (-(level_db(raw[: int(LEVEL_WINDOW_S * SAMPLE_RATE_HZ)])) / 20.0)
            self._notes[key] = Note(np.clip(scaled, -1000, 1000).astype(np.float16), audible_from(raw))
        return self._notes[key]


def power_blocks(audio: Audio, size: int) -> npt.NDArray[np.float64]:
    """Mean square of every whole block of `size` samples."""
    count = len(audio) // size
    return np.mean(np.square(audio[: count * size].reshape(count, size).astype(np.float64)), axis=1)
