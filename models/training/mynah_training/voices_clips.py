"""Clips of which is known what sounds in them: mixed of single notes, under rooms, noise and levels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .data import augment as aug
from .data.events import NoteEvent
from .data.library import SAMPLE_RATE_HZ, Audio
from .data.sequencer import target_level_db
from .onsets_clips import MICROPHONE, add_bursts
from .voices_features import HOP_SAMPLES, LOWEST_MIDI, PITCHES, REFERENCE_FALL
from .voices_music import (
    Covers,
    Part,
    Scores,
    by_voice,
    chords,
    guitar_voicing,
    keyboard_voicing,
    several_lines,
    transposed_into,
)
from .voices_notes import GUITARS, OTHER_PROGRAMS, OTHER_SYNTHS, PIANOS, NoteBank, power_blocks

FRAMES = 560
CLIP_SAMPLES = FRAMES * HOP_SAMPLES
KIND_SHARES = {
    "piano-chords": 0.15,
    "piano-score": 0.17,
    "guitar-chords": 0.17,
    "guitar-score": 0.12,
    "other-chords": 0.06,
    "mixed-score": 0.12,
    "mixed-lines": 0.07,
    "single": 0.12,
    "noise": 0.02,
}
TUNING_CENTS = 30.0
RINGS_SHARE = 0.4
"""Of struck and plucked clips: strings ring on when they are let go, until they are played again."""
RING_S = (0.1, 1.2)
RELEASE_S = (0.04, 0.15)
ATTACK_S = 0.002
DEAD_DB = -38.0
"""A note has died away when it is this far below its own peak."""
LOUDER_NOISE_SHARE = 0.5
FLOOR_DB = (-65.0, -30.0)
LOWEST_LEVEL = -6.0


@dataclass(frozen=True)
class SoundingNote:
    """One note as it can be heard."""

    onset: int
    """Sample"""
    end: int
    """Sample at which it is let go or has died away"""
    midi: int


@dataclass(frozen=True)
class VoicesClip:
    """Six seconds of sound."""

    audio: Audio
    notes: list[SoundingNote]
    level: npt.NDArray[np.float32]
    """[F, 73]: of each note below what is played at all, natural log of amplitude, from -6 on; -20 without"""
    cents: float
    kind: str
    sources: str


class Mixer:
    """Adds notes up and writes down what they are."""

    def __init__(self, bank: NoteBank) -> None:
        """`bank` has the notes."""
        self._bank = bank

    def mix(self, parts: Sequence[Part], rings: bool, rng: np.random.Generator) -> tuple[Audio, list, list]:
        """The sum [n], its notes, and each one's powers in blocks of a frame."""
        out = np.zeros(CLIP_SAMPLES, np.float32)
        notes: list[SoundingNote] = []
        powers: list[npt.NDArray[np.float64]] = []
        for part in parts:
            again: dict[int, list[float]] = defaultdict(list)
            for event in part.events:
                again[event.midi].append(event.onset_s)
            decays = self._bank.source(part.source).decays
            for event in part.events:
                later = [t for t in again[event.midi] if t > event.onset_s + 1e-3]
                played = self._play(event, part.source, min(later, default=99.0), rings and decays, rng)
                if played is None:
                    continue
                start, audio, note = played
                out[start : start + len(audio)] += audio
                notes.append(note)
                whole = np.zeros(CLIP_SAMPLES, np.float32)
                whole[start : start + len(audio)] = audio
                powers.append(power_blocks(whole, HOP_SAMPLES))
        return out, notes, powers

    def _play(
        self, event: NoteEvent, source: str, next_s: float, rings: bool, rng: np.random.Generator
    ) -> tuple[int, Audio, SoundingNote] | None:
        note = self._bank.note(source, event.midi, event.velocity, rng)
        start = int(event.onset_s * SAMPLE_RATE_HZ)
        end_s = min(event.end_s + (float(rng.uniform(*RING_S)) if rings else 0.0), next_s)
        release = int(rng.uniform(*RELEASE_S) * SAMPLE_RATE_HZ)
        held = max(int((end_s - event.onset_s) * SAMPLE_RATE_HZ), 1500)
        whole = len(note.audio)
        length = min(held + release, whole, CLIP_SAMPLES - start)
        if length < 3000:
            return None
        audio = note.audio[:length].astype(np.float32)
        audio *= np.float32(10.0 ** (target_level_db(event.velocity) / 20.0))
        attack = int(ATTACK_S * SAMPLE_RATE_HZ)
        audio[:attack] *= np.linspace(0.0, 1.0, attack, dtype=np.float32)
        fade = min(release, length)
        if held + release <= length or length == whole:
            audio[-fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32) ** 2
        power = power_blocks(audio[: min(held, length)], 256)
        alive = np.flatnonzero(power > power.max() * 10.0 ** (DEAD_DB / 10.0))
        end = start + min(held, (int(alive[-1]) + 1) * 256)
        onset = start + min(note.audible, length // 2)
        return start, audio, SoundingNote(onset, max(end, onset + 1000), event.midi)


def levels_of(
    notes: Sequence[SoundingNote], powers: Sequence[npt.NDArray[np.float64]]
) -> npt.NDArray[np.float32]:
    """[F, 73]: see :class:`VoicesClip`."""
    out = np.full((FRAMES, PITCHES), -20.0, np.float32)
    if not notes:
        return out
    total = 0.5 * np.log(np.sum(powers, axis=0) + 1e-10)
    fallen = REFERENCE_FALL * np.arange(FRAMES)
    reference = np.maximum.accumulate(total + fallen) - fallen
    for note, power in zip(notes, powers, strict=True):
        pitch = note.midi - LOWEST_MIDI
        if 0 <= pitch < PITCHES:
            own = np.maximum(0.5 * np.log(power + 1e-10) - reference, LOWEST_LEVEL)
            frames = slice(note.onset // HOP_SAMPLES, note.end // HOP_SAMPLES + 1)
            out[frames, pitch] = np.maximum(out[frames, pitch], own[frames])
    return out


def tuned(audio: Audio, cents: float) -> Audio:
    """The whole clip a little sharper: its length stays, its end is silence or lost. Catmull-Rom."""
    position = np.arange(len(audio)) * 2.0 ** (cents / 1200.0)
    index = position.astype(np.int64)
    u = (position - index).astype(np.float32)
    padded = np.pad(audio, (1, 3 + max(int(index[-1]) + 1 - len(audio), 0)))
    a, b, c, d = (padded[index + k] for k in range(4))
    curve = b + 0.5 * u * (c - a + u * (2.0 * a - 5.0 * b + 4.0 * c - d + u * (3.0 * (b - c) + d - a)))
    return np.asarray(curve, np.float32)


class VoicesClipMaker:
    """Draws clips of one side of the split; the seed and the index determine each."""

    def __init__(self, data: Path, held_out: bool, scores: Scores, seed: int) -> None:
        """`data` is the folder of recorded notes, `held_out` whether those that are never trained on play."""
        self._bank = NoteBank(data, held_out)
        self._mixer = Mixer(self._bank)
        self._scores, self._held_out, self._seed = scores, held_out, seed

    def clip(self, index: int, kind: str | None = None) -> VoicesClip:
        """Clip `index`, of a random kind unless it is given."""
        rng = np.random.default_rng((self._seed, index))
        kind = kind or str(rng.choice(list(KIND_SHARES), p=list(KIND_SHARES.values())))
        if kind == "noise":
            return self._noise(rng)
        for _ in range(100):
            parts = self._parts(kind, rng)
            if parts and sum(len(part.events) for part in parts) >= 4:
                return self._recorded(kind, parts, rng)
        raise RuntimeError(f"nothing for {kind} in a hundred draws")

    def _name(self, family: str, rng: np.random.Generator) -> str:
        names = {"piano": PIANOS, "guitar": GUITARS}.get(family)
        if names is None:
            extra = () if self._held_out else (OTHER_PROGRAMS if self._bank.fonts else OTHER_SYNTHS)
            names = self._bank.recorded + extra
        if self._held_out:
            names = {"piano": ("piano",), "guitar": ("guitar", "guitar-nylon")}.get(family, names)
        if not self._bank.fonts:
            names = tuple(n for n in names if not n.startswith("program-"))
        return names[int(rng.integers(len(names)))]

    def _parts(self, kind: str, rng: np.random.Generator) -> list[Part] | None:
        family, _, manner = kind.partition("-")
        if kind == "single":
            family = str(rng.choice(["piano", "guitar", "other"]))
            name = self._name(family, rng)
            events = list(self._scores.lines.draw(rng, chords=False).events)
            return self._one(name, transposed_into(events, self._covers(name), rng))
        if kind == "mixed-lines":
            names = [
                self._name(str(rng.choice(["piano", "guitar", "other", "other"])), rng)
                for _ in range(int(rng.integers(2, 5)))
            ]
            lines = several_lines([self._covers(n) for n in names], rng)
            return [Part(n, tuple(line)) for n, line in zip(names, lines, strict=True) if line]
        if kind == "mixed-score":
            cut = self._scores.cut(None, rng)
            if cut is None:
                return None
            names = [
                self._name(str(rng.choice(["piano", "guitar", "other", "other"])), rng)
                for _ in range(int(rng.integers(2, 4)))
            ]
            shift = int(rng.integers(-4, 5))
            parts = []
            for name, notes in zip(names, by_voice(cut, len(names)), strict=True):
                moved = self._one(
                    name, transposed_into([_moved(e, shift) for e in notes], self._covers(name), rng)
                )
                parts += moved or []
            return parts
        name = self._name(family, rng)
        covers = self._covers(name)
        if manner == "score":
            wanted = f"piece-{family}" if rng.random() < 0.6 else None
            piece = self._scores.cut(wanted, rng)
            return self._one(name, transposed_into(piece, covers, rng) if piece else None)
        low = min((m for m in range(LOWEST_MIDI, 101) if covers(m)), default=LOWEST_MIDI)
        high = max((m for m in range(LOWEST_MIDI, 101) if covers(m)), default=100)
        if family == "guitar":
            return self._one(name, chords(covers, guitar_voicing, rng))
        return self._one(name, chords(covers, lambda r: keyboard_voicing(r, low, high), rng))

    def _covers(self, name: str) -> Covers:
        source = self._bank.source(name)
        return lambda midi: LOWEST_MIDI <= midi < LOWEST_MIDI + PITCHES and source.covers(midi)

    @staticmethod
    def _one(name: str, events: Sequence[NoteEvent] | None) -> list[Part] | None:
        return [Part(name, tuple(events))] if events else None

    def _recorded(self, kind: str, parts: Sequence[Part], rng: np.random.Generator) -> VoicesClip:
        audio, notes, powers = self._mixer.mix(parts, bool(rng.random() < RINGS_SHARE), rng)
        level = levels_of(notes, powers)
        cents = float(rng.uniform(-TUNING_CENTS, TUNING_CENTS)) if rng.random() < 0.7 else 0.0
        # Where a note is moves by less than a frame in a second: labels move along.
        audio = tuned(audio, cents)
        speed = 2.0 ** (-cents / 1200.0)
        notes = [SoundingNote(int(n.onset * speed), int(n.end * speed), n.midi) for n in notes]
        notes = [n for n in notes if n.onset < CLIP_SAMPLES - HOP_SAMPLES]
        rms = float(np.sqrt(np.mean(audio**2)))
        if rng.random() < 0.15:
            audio = add_bursts(audio, 0.5 * rms, rng)
        if rng.random() < LOUDER_NOISE_SHARE:
            floor_db = 20.0 * float(np.log10(rms + 1e-6)) + float(rng.uniform(*FLOOR_DB))
            audio = audio + aug.noise(len(audio), floor_db, bool(rng.random() < 0.5), rng)
        heard = aug.augment(audio, rng, MICROPHONE)
        return VoicesClip(heard, notes, level, cents, kind, "+".join(sorted({p.source for p in parts})))

    def _noise(self, rng: np.random.Generator) -> VoicesClip:
        level = 10.0 ** (rng.uniform(-50.0, -14.0) / 20.0)
        audio = add_bursts(np.zeros(CLIP_SAMPLES, np.float32), level * 4.0, rng)
        hiss_db = float(20.0 * np.log10(level) - rng.uniform(0.0, 45.0))
        audio = audio + aug.noise(len(audio), hiss_db, bool(rng.random() < 0.5), rng)
        return VoicesClip(aug.augment(audio, rng, MICROPHONE), [], levels_of([], []), 0.0, "noise", "noise")


def _moved(event: NoteEvent, semitones: int) -> NoteEvent:
    return NoteEvent(event.onset_s, event.duration_s, event.midi + semitones, event.velocity)
