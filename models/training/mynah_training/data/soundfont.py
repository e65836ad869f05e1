"""General MIDI SoundFonts as sources: a hundred more instruments for the encoder to hear.

The phrases are played by fluidsynth (Debian: fluidsynth, fluid-soundfont-gm and
musescore-general-soundfont; both fonts under the MIT licence). Without it the cache is
built without these sources. They are never targets.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import mido
import numpy as np

from .events import NoteEvent, bend_cents, is_polyphonic
from .library import SAMPLE_RATE_HZ, Audio

SOUNDFONTS = {
    "fluid": Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    "musescore": Path("/usr/share/sounds/sf3/MuseScore_General_Full.sf3"),
}
FONT_SHARES = {"fluid": 0.85, "musescore": 0.15}
"""MuseScore's font is compressed and takes ten times as long to load."""

MELODIC_PROGRAMS = tuple(p for p in range(104) if p not in (47, 55, *range(96, 104)))
"""General MIDI programs, counted from 0, that play notes: no timpani, orchestra hit, effects."""
PROGRAMS_PER_FAMILY = 8
FAMILIES = tuple(f"soundfont-{first}" for first in range(0, 96, PROGRAMS_PER_FAMILY))
LOWEST_MIDI, HIGHEST_MIDI = 33, 96

TICKS_PER_BEAT = 960
TICKS_PER_S = 2 * TICKS_PER_BEAT
BEND_STEP_S = 0.01
BEND_RANGE_SEMITONES = 2.0


def family(name: str) -> str:
    """Domain of a source named ``soundfont-FONT-PROGRAM``: its group of eight programs."""
    program = int(name.rsplit("-", 1)[1])
    return FAMILIES[program // PROGRAMS_PER_FAMILY]


def available_fonts() -> list[str]:
    """The fonts that are installed, none without fluidsynth."""
    if shutil.which("fluidsynth") is None:
        return []
    return [name for name, path in SOUNDFONTS.items() if path.exists()]


def _messages(events: Sequence[NoteEvent], program: int) -> list[tuple[float, mido.Message]]:
    timed = [(0.0, mido.Message("program_change", program=program))]
    bends = not is_polyphonic(events)
    for event in events:
        velocity = int(np.clip(25.0 + 100.0 * event.velocity, 1.0, 127.0))
        timed.append((event.onset_s, mido.Message("note_on", note=event.midi, velocity=velocity)))
        timed.append((event.end_s, mido.Message("note_off", note=event.midi)))
        if bends:
            times_s = np.arange(0.0, event.duration_s, BEND_STEP_S)
            semitones = bend_cents(event, times_s) / 100.0
            wheel = np.clip(semitones / BEND_RANGE_SEMITONES * 8191.0, -8191, 8191).astype(int)
            # A wheel message right before its note: the pitch is there when the note begins.
            timed += [
                (event.onset_s + float(t) - 1e-4, mido.Message("pitchwheel", pitch=int(w)))
                for t, w in zip(times_s, wheel, strict=True)
            ]
    return sorted(timed, key=lambda pair: pair[0])


class SoundFontSource:
    """One program of a SoundFont; a performer of whole phrases."""

    def __init__(self, font: str, program: int) -> None:
        """``font`` is a key of :data:`SOUNDFONTS`."""
        self.name = f"soundfont-{font}-{program}"
        self._font, self._program = SOUNDFONTS[font], program

    def covers(self, midi: int) -> bool:
        """Whether this pitch makes sense."""
        return LOWEST_MIDI <= midi <= HIGHEST_MIDI

    def perform(self, events: Sequence[NoteEvent], n_samples: int, rng: np.random.Generator) -> Audio:
        """The phrase, mono float32 [n_samples], dry; the level is as the font has it."""
        track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000)])
        now = 0
        for at_s, message in _messages(events, self._program):
            tick = max(round(at_s * TICKS_PER_S), now)
            track.append(message.copy(time=tick - now))
            now = tick
        midi = mido.MidiFile(ticks_per_beat=TICKS_PER_BEAT, tracks=[track])
        with tempfile.TemporaryDirectory() as folder:
            score, raw = Path(folder, "phrase.mid"), Path(folder, "phrase.raw")
            midi.save(str(score))
            options = ["-R", "0", "-C", "0", "-g", "0.5", "-r", str(SAMPLE_RATE_HZ)]
            options += ["-o", "synth.dynamic-sample-loading=1", "-T", "raw", "-O", "float"]
            command = ["fluidsynth", "-niq", *options, "-F", str(raw), str(self._font), str(score)]
            subprocess.run(command, check=True, capture_output=True, timeout=120)
            stereo = np.fromfile(raw, dtype="<f4").reshape(-1, 2)
        side = stereo.mean(axis=1) if rng.random() < 0.5 else stereo[:, int(rng.integers(2))]
        out = np.zeros(n_samples, np.float32)
        out[: min(n_samples, len(side))] = side[:n_samples]
        return out
