"""Single notes of General MIDI programs, so that it is known where each of them begins.

A whole phrase from fluidsynth does not say that: programs differ by up to a second in how long a note
takes to be heard. Here each note is cut out by itself, and the sequencer plays it like a recorded one.
"""

from __future__ import annotations

import numpy as np

from .data.events import NoteEvent
from .data.library import SAMPLE_RATE_HZ, Audio
from .data.sequencer import LEGATO_SKIP_S, audible_from, bend, extend_by_loop, shift_pitch
from .data.soundfont import HIGHEST_MIDI, LOWEST_MIDI, SoundFontSource

PROGRAMS = (
    *range(0, 17, 2),
    *range(19, 23),
    *range(24, 29),
    *range(32, 38),
    *(40, 41, 42, 45, 46, 52, 53),
    *range(56, 62),
    *range(64, 82),
    *(84, 104, 105, 107, 110),
)
"""Those that a player might use as a source; no slow pads, no effects."""

NOTE_S = 2.4
SPACING_S = 3.2
STEP_SEMITONES = 5
MAX_SHIFT_SEMITONES = 3
DECAY_DB = -12.0
"""A note that has lost this much after a second is struck or plucked."""


class ProgramNotes:
    """One program as a :class:`~mynah_training.data.sequencer.SoundSource`."""

    def __init__(self, program: int, font: str = "fluid") -> None:
        """Plays every fourth of the range once, softly or loudly. Needs fluidsynth."""
        self.name = f"program-{program}"
        rng = np.random.default_rng(program)
        pitches = range(LOWEST_MIDI + 2, HIGHEST_MIDI + 1, STEP_SEMITONES)
        events = [
            NoteEvent(0.1 + SPACING_S * k, NOTE_S, midi, float(rng.uniform(0.3, 0.95)))
            for k, midi in enumerate(pitches)
        ]
        total = int(SPACING_S * len(events) * SAMPLE_RATE_HZ)
        audio = SoundFontSource(font, program).perform(events, total, rng)
        self._notes: dict[int, Audio] = {}
        kept = []
        for event in events:
            start = int(event.onset_s * SAMPLE_RATE_HZ)
            note = audio[start : start + int(NOTE_S * SAMPLE_RATE_HZ)]
            if np.abs(note).max() > 1e-4:
                self._notes[event.midi] = note[max(audible_from(note) - 480, 0) :]
                kept.append(_lost_db(self._notes[event.midi]))
        self.decays = bool(kept) and float(np.median(kept)) < DECAY_DB

    def covers(self, midi: int) -> bool:
        """Whether one of the notes is near enough."""
        return any(abs(midi - other) <= MAX_SHIFT_SEMITONES for other in self._notes)

    def note(self, event: NoteEvent, n_samples: int, slurred: bool, rng: np.random.Generator) -> Audio:
        """The nearest note at the event's pitch."""
        nearest = min(self._notes, key=lambda midi: abs(midi - event.midi))
        audio, semitones = self._notes[nearest], float(event.midi - nearest)
        skip = int(LEGATO_SKIP_S * SAMPLE_RATE_HZ) if slurred and not self.decays else 0
        needed = int((n_samples + skip) * 2.0 ** (semitones / 12.0)) + 64
        if not self.decays:
            audio = extend_by_loop(audio, needed)
        audio = audio[:needed].copy()
        tail = min(len(audio), 960)
        audio[-tail:] *= np.linspace(1.0, 0.0, tail, dtype=np.float32)
        shifted = bend(shift_pitch(audio, semitones)[skip : skip + n_samples], event)
        return np.pad(shifted, (0, n_samples - len(shifted)))


def _lost_db(note: Audio) -> float:
    """Level around one second after the loudest tenth of a second, relative to that."""
    window = SAMPLE_RATE_HZ // 10
    power = np.mean(np.square(note[: len(note) // window * window].reshape(-1, window)), axis=1)
    peak = int(np.argmax(power))
    later = power[min(peak + 10, len(power) - 2)]
    return 10.0 * float(np.log10((later + 1e-12) / (power[peak] + 1e-12)))
