"""Melodies whose notes' beginnings are known: what the onset network learns from and is measured by.

Four kinds of clip: *melody* (phrases of scores and random ones), *chords*, *held* (long notes with vibrato,
slides and swells, which begin once and then must not be heard to begin again) and *noise* (breaths, bursts
and hiss without a note). Notes and phrases are those of one side of the project's split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import signal

from .data import augment as aug
from .data.events import NoteEvent
from .data.library import NEVER_TRAINED, SAMPLE_RATE_HZ, Audio, InstrumentLibrary, Split
from .data.melodies import PHRASE_S, PhraseSource
from .data.sequencer import SampledInstrument, SoundSource, audible_from, render
from .data.soundfont import available_fonts
from .data.sung import SUNG_NAMES, SungLine
from .data.synthetic import SYNTH_NAMES, SyntheticSource
from .onsets_soundfont import PROGRAMS, ProgramNotes

CLIP_SAMPLES = 256 * int(PHRASE_S * SAMPLE_RATE_HZ / 256)
KIND_SHARES = {"melody": 0.70, "chords": 0.07, "held": 0.17, "noise": 0.06}
FAMILY_SHARES = {"recorded": 0.50, "sung": 0.22, "soundfont": 0.20, "synth": 0.08}
REPEAT_SHARE = 0.15
"""Notes that repeat the one before."""
SUNG_REPEAT_GAP_S = (0.05, 0.12)
"""A voice that repeats a note on the same breath stops it for a moment."""
SUNG_SLUR_S = 0.012
"""A voice glides: a slurred note begins where its pitch is half-way."""
MERGED_S = 0.04
"""Notes that begin within this are one chord."""
BURST_SHARE = 0.4
FLOOR_DB = (-65.0, -28.0)
"""Noise floor below the clip's own level."""
MICROPHONE = aug.AugmentConfig(room_wet_db=(-30.0, -8.0), noise_probability=0.0, gain_db=(-28.0, 4.0))

STRUCK = frozenset({"piano", "guitar", "guitar-nylon", "synth-pluck"})


@dataclass(frozen=True)
class Clip:
    """Five seconds of sound and where notes begin in it."""

    audio: Audio
    onsets: list[int]
    """Samples, ascending."""
    source: str
    group: str
    """`struck` (and plucked), `blown` (and bowed, and steady synthesisers), `sung`, or `none`."""
    kind: str


def merged(onsets: Sequence[int]) -> list[int]:
    """In order, without those that belong to the chord of the one before."""
    kept: list[int] = []
    for onset in sorted(onsets):
        if not kept or onset - kept[-1] > MERGED_S * SAMPLE_RATE_HZ:
            kept.append(onset)
    return kept


def with_repeats(events: Sequence[NoteEvent], rng: np.random.Generator, gap: bool) -> list[NoteEvent]:
    """Some notes at the pitch of the one before; with a `gap`, that one ends a little earlier."""
    played: list[NoteEvent] = []
    for event in events:
        if played and rng.random() < REPEAT_SHARE:
            event = replace(event, midi=played[-1].midi, glide_semitones=0.0)
        if gap and played and played[-1].midi == event.midi:
            latest = event.onset_s - float(rng.uniform(*SUNG_REPEAT_GAP_S))
            before = played[-1]
            duration_s = min(before.duration_s, latest - before.onset_s)
            played[-1] = replace(before, duration_s=max(duration_s, 0.04))
        played.append(event)
    return played


def burst(rng: np.random.Generator) -> Audio:
    """A consonant, a breath or a knock: band-limited noise of 10 to 700 ms."""
    length = int(np.exp(rng.uniform(np.log(0.01), np.log(0.7))) * SAMPLE_RATE_HZ)
    low_hz = float(np.exp(rng.uniform(np.log(150.0), np.log(6_000.0))))
    high_hz = min(low_hz * float(rng.uniform(1.5, 8.0)), 20_000.0)
    band = signal.butter(2, (low_hz, high_hz), "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
    noise = signal.sosfilt(band, rng.standard_normal(length))
    rise = max(1, int(length * rng.uniform(0.02, 0.6)))
    shape = np.concatenate([np.linspace(0.0, 1.0, rise), np.linspace(1.0, 0.0, length - rise) ** 2])
    return np.asarray(noise / (np.sqrt(np.mean(noise**2)) + 1e-9) * shape, np.float32)


def add_bursts(audio: Audio, level: float, rng: np.random.Generator) -> Audio:
    """One to four bursts at random places, 6 to 36 dB below `level` (linear RMS)."""
    out = audio.copy()
    for _ in range(int(rng.integers(1, 5))):
        piece = burst(rng) * level * 10.0 ** (-float(rng.uniform(6.0, 36.0)) / 20.0)
        start = int(rng.integers(0, max(len(out) - len(piece), 1)))
        out[start : start + len(piece)] += piece[: len(out) - start]
    return out


def warped(audio: Audio, rng: np.random.Generator) -> Audio:
    """Half of a steady sound [n], with a vibrato of up to 1.2 semitones and up to two slides of up to 7."""
    t = np.arange(len(audio) // 2) / SAMPLE_RATE_HZ
    cents = rng.uniform(0.0, 120.0) * np.sin(2.0 * np.pi * (rng.uniform(4.0, 7.5) * t + rng.random()))
    cents *= np.clip((t - rng.uniform(0.05, 0.5)) / 0.3, 0.0, 1.0)
    for _ in range(int(rng.integers(0, 3))):
        begin, length = rng.uniform(0.25, max(t[-1] - 0.4, 0.3)), rng.uniform(0.12, 0.8)
        cents += 100.0 * rng.uniform(-7.0, 7.0) * np.clip((t - begin) / length, 0.0, 1.0)
    position = np.cumsum(2.0 ** (np.clip(cents, -1200.0, 1200.0) / 1200.0))
    moved = np.interp(position, np.arange(len(audio)), audio)
    swell_db = rng.uniform(0.0, 8.0) * np.sin(2.0 * np.pi * (rng.uniform(0.2, 1.5) * t + rng.random()))
    depth_db, hz = rng.uniform(0.0, 3.0) * (rng.random() < 0.4), rng.uniform(4.0, 7.0)
    tremolo_db = depth_db * np.sin(2.0 * np.pi * hz * t)
    return np.asarray(moved * 10.0 ** ((swell_db + tremolo_db) / 20.0), np.float32)


class ClipMaker:
    """Draws clips of one side of the split; the seed and the index determine each."""

    def __init__(self, data: Path, split: Split, seed: int) -> None:
        """`data` is the folder of recorded notes with its scores."""
        self._library = InstrumentLibrary(data)
        self._phrases = PhraseSource(data / "scores", split)
        self._split, self._seed = split, seed
        names = self._library.instruments(split)
        self._recorded = [n for n in names if split != "train" or n not in NEVER_TRAINED.values()]
        self._programs: dict[int, ProgramNotes] = {}
        self._fonts = available_fonts()

    def clip(self, index: int, kind: str | None = None, source: str | None = None) -> Clip:
        """Clip `index`, of a random kind and source unless they are given."""
        rng = np.random.default_rng((self._seed, index))
        kind = kind or str(rng.choice(list(KIND_SHARES), p=list(KIND_SHARES.values())))
        if kind == "noise":
            return self._noise(rng)
        for _ in range(50):
            name = source or self._draw_source(rng)
            made = self._sung(name, kind, rng) if name in SUNG_NAMES else self._played(name, kind, rng)
            if made is not None:
                return self._recorded_by_a_microphone(made, rng)
        raise RuntimeError(f"{source}: no usable phrase in fifty draws")

    def _draw_source(self, rng: np.random.Generator) -> str:
        family = str(rng.choice(list(FAMILY_SHARES), p=list(FAMILY_SHARES.values())))
        if family == "soundfont" and not self._fonts:
            family = "synth"
        if family == "soundfont":
            return f"program-{PROGRAMS[int(rng.integers(len(PROGRAMS)))]}"
        names: Sequence[str] = {"recorded": self._recorded, "sung": SUNG_NAMES, "synth": SYNTH_NAMES}[family]
        return names[int(rng.integers(len(names)))]

    def _source(self, name: str) -> SoundSource:
        if name in SYNTH_NAMES:
            return SyntheticSource(name)
        if name.startswith("program-"):
            program = int(name.removeprefix("program-"))
            if program not in self._programs:
                self._programs[program] = ProgramNotes(program)
            return self._programs[program]
        shift = 4 if self._split == "train" else 6
        return SampledInstrument(self._library, name, self._split, max_shift_semitones=shift, loose=True)

    def _events(
        self, source: SoundSource | SungLine, kind: str, rng: np.random.Generator
    ) -> list[NoteEvent] | None:
        """A phrase where the source can play it; None if it can play too little of it."""
        phrase = self._phrases.draw(rng, chords=kind == "chords")
        lows = [m for m in range(24, 105) if source.covers(m)]
        if not lows:
            return None
        middle = int(np.median([e.midi for e in phrase.events]))
        spot = int(rng.integers(lows[0] + 3, max(lows[-1] - 2, lows[0] + 4)))
        events = [e for e in phrase.transposed(spot - middle).events if source.covers(e.midi)]
        return events if len(events) >= min(4, 0.7 * len(phrase.events)) else None

    def _played(self, name: str, kind: str, rng: np.random.Generator) -> Clip | None:
        source = self._source(name)
        group = "struck" if source.decays else "blown"
        if kind == "held":
            return self._held(source, name, group, rng)
        events = self._events(source, kind, rng)
        if events is None:
            return None
        if kind == "melody":
            events = with_repeats(events, rng, gap=False)
        if name == "cello" and all(e.articulation == "pizz" for e in events):
            group = "struck"
        onsets: list[int] = []
        seed = int(rng.integers(1 << 31))
        audio = render(events, source, CLIP_SAMPLES, seed, onsets)
        return Clip(audio, merged(onsets), name, group, kind)

    def _held(self, source: SoundSource, name: str, group: str, rng: np.random.Generator) -> Clip | None:
        covered = [m for m in range(24, 105) if source.covers(m)]
        if not covered:
            return None
        audio, onsets, now_s = np.zeros(CLIP_SAMPLES, np.float32), [], float(rng.uniform(0.05, 0.5))
        while now_s < PHRASE_S - 1.0:
            midi = covered[int(rng.integers(len(covered)))]
            length_s = min(float(rng.uniform(1.2, 3.5)), PHRASE_S - now_s)
            event = NoteEvent(0.0, length_s, midi, float(rng.uniform(0.3, 0.95)))
            samples = int(length_s * SAMPLE_RATE_HZ)
            # A slide upwards uses more of the recording than the note is long.
            raw = source.note(event, 2 * samples, False, rng)
            note = warped(raw, rng)
            note *= 0.1 * 10.0 ** (rng.uniform(-8.0, 4.0) / 20.0) / (np.sqrt(np.mean(note**2)) + 1e-6)
            fade = int(rng.uniform(0.03, 0.12) * SAMPLE_RATE_HZ)
            note[-fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
            start = int(now_s * SAMPLE_RATE_HZ)
            audio[start : start + len(note)] += note[: len(audio) - start]
            onsets.append(start + audible_from(note))
            now_s += length_s + float(rng.uniform(0.05, 0.5))
        return Clip(audio, onsets, name, group, "held")

    def _sung(self, name: str, kind: str, rng: np.random.Generator) -> Clip | None:
        line = SungLine(name)
        if kind == "held":
            events, now_s = [], float(rng.uniform(0.05, 0.4))
            covered = [m for m in range(24, 105) if line.covers(m)]
            while now_s < PHRASE_S - 1.0:
                length_s = min(float(rng.uniform(1.0, 3.0)), PHRASE_S - now_s)
                depth, rate = float(rng.uniform(0.0, 110.0)), float(rng.uniform(4.5, 7.0))
                midi = covered[int(rng.integers(len(covered)))]
                events.append(NoteEvent(now_s, length_s, midi, 0.7, "sustained", 0.0, depth, rate))
                now_s += length_s + float(rng.uniform(0.1, 0.5))
        else:
            found = self._events(line, "melody", rng)
            if found is None:
                return None
            events = with_repeats(found, rng, gap=True)
        onsets, end_s = [], -1.0
        for event in events:
            slurred = event.onset_s - end_s < 0.04
            onsets.append(int((event.onset_s + SUNG_SLUR_S * slurred) * SAMPLE_RATE_HZ))
            end_s = event.end_s
        return Clip(line.perform(events, CLIP_SAMPLES, rng), merged(onsets), name, "sung", kind)

    def _noise(self, rng: np.random.Generator) -> Clip:
        level = 10.0 ** (rng.uniform(-50.0, -14.0) / 20.0)
        audio = add_bursts(np.zeros(CLIP_SAMPLES, np.float32), level * 4.0, rng)
        if rng.random() < 0.7:
            hiss_db = float(20.0 * np.log10(level) - rng.uniform(10.0, 45.0))
            audio = audio + aug.noise(len(audio), hiss_db, bool(rng.random() < 0.5), rng)
        return Clip(aug.augment(audio, rng, MICROPHONE), [], "noise", "none", "noise")

    def _recorded_by_a_microphone(self, clip: Clip, rng: np.random.Generator) -> Clip:
        level = float(np.sqrt(np.mean(clip.audio**2)))
        audio = clip.audio
        if rng.random() < BURST_SHARE:
            audio = add_bursts(audio, level, rng)
        if rng.random() < 0.7:
            floor_db = 20.0 * float(np.log10(level + 1e-6)) + float(rng.uniform(*FLOOR_DB))
            audio = audio + aug.noise(len(audio), floor_db, bool(rng.random() < 0.5), rng)
        return replace(clip, audio=aug.augment(audio, rng, MICROPHONE))
