"""Where phrases come from: random melodies, and pieces cut out of MIDI scores."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import mido
import numpy as np

from .events import Articulation, NoteEvent, is_polyphonic
from .library import DEFAULT_SPLIT_SEED, Split, phrase_side

PHRASE_S = 5.0
MIN_NOTE_S = 0.07
SLUR_GAP_S = 0.03
MAX_GLIDE_SEMITONES = 3.0
MIN_VIBRATO_S = 0.35
MAX_SPAN_SEMITONES = 24
"""Wider phrases are folded by octaves: few instruments could play them as they are."""

_SCALES = (
    (0, 2, 4, 5, 7, 9, 11),
    (0, 2, 3, 5, 7, 8, 10),
    (0, 2, 3, 5, 7, 8, 11),
    (0, 2, 4, 7, 9),
    tuple(range(12)),
)
_CHORDS = ((0, 4), (0, 7), (0, 3, 7), (0, 4, 7), (0, 5, 9), (0, 4, 7, 10), (0, 12))


@dataclass(frozen=True, slots=True)
class Phrase:
    """A few seconds of music and where they came from."""

    events: tuple[NoteEvent, ...]
    origin: str

    @property
    def polyphonic(self) -> bool:
        """Whether notes sound together."""
        return is_polyphonic(self.events)

    def transposed(self, semitones: int) -> Phrase:
        """The same phrase, ``semitones`` higher."""
        moved = tuple(replace(e, midi=e.midi + semitones) for e in self.events)
        return Phrase(moved, self.origin)


def with_dynamics(events: Sequence[NoteEvent], rng: np.random.Generator) -> list[NoteEvent]:
    """Replaces the velocities by a random level, a swell and a little unevenness."""
    if rng.random() < 0.25:
        ends = rng.permutation([rng.uniform(0.05, 0.35), rng.uniform(0.75, 1.0)])
    else:
        ends = rng.uniform(0.3, 0.95) + rng.uniform(-0.15, 0.15, 2)
    swell, cycles, start = rng.uniform(0.0, 0.15), rng.uniform(0.5, 2.0), rng.random()
    louder = []
    for event in events:
        at = event.onset_s / PHRASE_S
        velocity = ends[0] + (ends[1] - ends[0]) * at
        velocity += swell * np.sin(2.0 * np.pi * (cycles * at + start)) + rng.normal(0.0, 0.04)
        louder.append(replace(event, velocity=float(np.clip(velocity, 0.02, 1.0))))
    return louder


def with_bends(events: Sequence[NoteEvent], rng: np.random.Generator) -> list[NoteEvent]:
    """Adds glides into slurred notes and vibrato on long ones, as one player's habit for the phrase."""
    glide_share = float(rng.choice([0.0, 0.0, 0.3, 0.7]))
    vibrato_share = float(rng.choice([0.0, 0.3, 0.9]))
    depth_cents, rate_hz = rng.uniform(8.0, 45.0), rng.uniform(4.5, 6.5)
    played: list[NoteEvent] = []
    for event in events:
        if played and rng.random() < glide_share:
            before = played[-1]
            if event.onset_s - before.end_s < SLUR_GAP_S:
                interval = float(np.clip(before.midi - event.midi, -MAX_GLIDE_SEMITONES, MAX_GLIDE_SEMITONES))
                event = replace(event, glide_semitones=interval)
        elif rng.random() < 0.3 * glide_share:
            event = replace(event, glide_semitones=float(rng.uniform(-1.0, 0.3)))
        if event.duration_s > MIN_VIBRATO_S and rng.random() < vibrato_share:
            vibrato_cents = depth_cents * rng.uniform(0.6, 1.2)
            event = replace(event, vibrato_cents=vibrato_cents, vibrato_hz=rate_hz * rng.uniform(0.9, 1.1))
        played.append(event)
    return played


def random_melody(rng: np.random.Generator, chords: bool = False) -> Phrase:
    """A melody of five seconds around middle C, made of stretches of different characters."""
    scale = _SCALES[int(rng.integers(len(_SCALES)))]
    root = 60 + int(rng.integers(-5, 6))
    ladder = [root + 12 * octave + step for octave in (-1, 0, 1) for step in scale]
    reach = int(rng.integers(5, 8 if chords else 12))
    ladder = sorted(m for m in ladder if root - reach <= m <= root + reach)
    place = int(rng.integers(len(ladder)))
    beat_s = float(rng.uniform(0.22, 0.7))
    events: list[NoteEvent] = []
    now_s = float(rng.uniform(0.0, 0.2))
    while now_s < PHRASE_S - 0.15:
        style = str(rng.choice(["walk", "leaps", "repeat", "long", "fast"]))
        legato = bool(rng.random() < 0.55)
        staccato = not legato and bool(rng.random() < 0.4)
        articulation: Articulation = "staccato" if staccato else "sustained"
        if rng.random() < 0.05:
            articulation = "pizz"
        direction = int(rng.choice([-1, 1]))
        for _ in range(2 if style == "long" else int(rng.integers(3, 9))):
            if style in ("walk", "fast"):
                if rng.random() < 0.15:
                    direction = -direction
                place += direction
            elif style != "repeat":
                place += int(rng.integers(-6, 7))
            if not 0 <= place < len(ladder):
                place = int(np.clip(place, 1, len(ladder) - 2))
                direction = -direction
            unit = {"long": rng.uniform(2.0, 5.0), "fast": 0.35}.get(
                style, float(rng.choice([0.5, 1.0, 1.0, 1.5, 2.0]))
            )
            step_s = max(beat_s * unit, 0.1)
            share = 1.0 if legato else rng.uniform(0.3, 0.55) if staccato else 0.85
            duration_s = min(max(step_s * share, MIN_NOTE_S), PHRASE_S - now_s)
            pitches = [ladder[place]]
            if chords and rng.random() < 0.7:
                shape = _CHORDS[int(rng.integers(len(_CHORDS)))]
                pitches = [ladder[place] - 5 + interval for interval in shape]
            for midi in pitches:
                strum_s = float(rng.uniform(0.0, 0.02)) if len(pitches) > 1 else 0.0
                events.append(NoteEvent(now_s + strum_s, duration_s, midi, 0.7, articulation))
            now_s += step_s
            if now_s >= PHRASE_S - 0.15:
                break
        if rng.random() < 0.3:
            now_s += beat_s * float(rng.uniform(0.5, 1.5))
    return Phrase(tuple(with_dynamics(events, rng)), "random-chords" if chords else "random")


def read_midi(path: Path) -> list[NoteEvent]:
    """All notes of a MIDI file with their times in seconds, drums left out."""
    sounding: dict[tuple[int, int], tuple[float, int]] = {}
    events: list[NoteEvent] = []
    now_s = 0.0
    for message in mido.MidiFile(str(path)):
        now_s += message.time
        if message.type not in ("note_on", "note_off") or message.channel == 9:
            continue
        key = (message.channel, message.note)
        begun = sounding.pop(key, None)
        if begun is not None and now_s - begun[0] >= 0.03:
            onset_s, velocity = begun
            events.append(NoteEvent(onset_s, now_s - onset_s, key[1], velocity / 127.0))
        if message.type == "note_on" and message.velocity > 0:
            sounding[key] = (now_s, message.velocity)
    return sorted(events, key=lambda e: (e.onset_s, e.midi))


def fold_octaves(events: Sequence[NoteEvent]) -> list[NoteEvent]:
    """Brings notes far from the phrase's middle nearer by octaves; no unison doublings."""
    middle = float(np.median([e.midi for e in events]))
    half = MAX_SPAN_SEMITONES / 2
    kept: dict[tuple[int, int], NoteEvent] = {}
    for event in events:
        midi = event.midi
        while midi > middle + half:
            midi -= 12
        while midi < middle - half:
            midi += 12
        kept.setdefault((round(event.onset_s * 50), midi), replace(event, midi=midi))
    return sorted(kept.values(), key=lambda e: (e.onset_s, e.midi))


def cut_piece(notes: Sequence[NoteEvent], rng: np.random.Generator) -> list[NoteEvent]:
    """About five seconds from a random place of a score, at a slightly different tempo."""
    tempo = float(rng.uniform(0.8, 1.25))
    last_s = max(notes[-1].onset_s - PHRASE_S / tempo, 0.0)
    starts = [n.onset_s for n in notes if n.onset_s <= last_s] or [notes[0].onset_s]
    start_s = float(rng.choice(starts))
    lead_s = float(rng.uniform(0.0, 0.15))
    piece = []
    for note in notes:
        onset_s = (note.onset_s - start_s) / tempo + lead_s
        if onset_s < lead_s or onset_s > PHRASE_S - 0.15:
            continue
        duration_s = min(max(note.duration_s / tempo, MIN_NOTE_S), PHRASE_S - onset_s)
        piece.append(replace(note, onset_s=onset_s, duration_s=duration_s))
    return piece


def phrased(events: Sequence[NoteEvent], rng: np.random.Generator) -> list[NoteEvent]:
    """Plays a monophonic score as a person might: slurred, detached or as written."""
    manner = rng.random()
    played = []
    for index, event in enumerate(events):
        room_s = event.duration_s
        if index + 1 < len(events):
            room_s = events[index + 1].onset_s - event.onset_s
        duration_s = min(event.duration_s, room_s)
        articulation: Articulation = "sustained"
        if manner < 0.4:
            if room_s - duration_s < 0.12:
                duration_s = room_s
        elif manner < 0.55:
            duration_s = max(0.5 * duration_s, MIN_NOTE_S)
            articulation = "staccato"
        elif manner < 0.6:
            articulation = "pizz"
        played.append(replace(event, duration_s=duration_s, articulation=articulation))
    return [event for event in played if event.duration_s > 0.0]


class PhraseSource:
    """Random melodies and score pieces of one side of the split."""

    def __init__(self, scores: Path | None, split: Split, seed: int = DEFAULT_SPLIT_SEED) -> None:
        """Lists the scores of ``split``; without a folder all phrases are random."""
        self._score_share = 0.75 if split == "validation" else 0.5
        self._single: list[Path] = []
        self._chordal: list[Path] = []
        self._notes: dict[Path, list[NoteEvent]] = {}
        if scores is None or not (scores / "manifest.csv").exists():
            return
        with (scores / "manifest.csv").open(newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                if split not in ("all", phrase_side(Path(row["path"]).name, seed)):
                    continue
                paths = self._single if row["kind"] == "phrase" else self._chordal
                paths.append(scores / row["path"])

    def draw(self, rng: np.random.Generator, chords: bool) -> Phrase:
        """A phrase that is polyphonic exactly if ``chords`` says so."""
        paths = self._chordal if chords else self._single
        for _ in range(20):
            if paths and rng.random() < self._score_share:
                phrase = self._from_score(paths[int(rng.integers(len(paths)))], rng, chords)
            else:
                phrase = random_melody(rng, chords)
            if phrase is not None and phrase.polyphonic == chords:
                return phrase if chords else replace(phrase, events=tuple(with_bends(phrase.events, rng)))
        raise RuntimeError("no usable phrase in twenty draws")

    def _from_score(self, path: Path, rng: np.random.Generator, chords: bool) -> Phrase | None:
        if path not in self._notes:
            self._notes[path] = read_midi(path)
        if not self._notes[path]:
            return None
        events = cut_piece(self._notes[path], rng)
        if len(events) < 4 or events[-1].end_s < 0.5 * PHRASE_S:
            return None
        events = fold_octaves(events)
        if not chords:
            events = phrased(events, rng)
        return Phrase(tuple(with_dynamics(events, rng)), path.name)
