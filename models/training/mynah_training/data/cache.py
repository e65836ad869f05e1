"""Builds a cache of parallel renderings: the same phrase on several instruments.

``phrase_00000.npz`` (uncompressed) holds

- ``audio`` int16 [instruments, samples], 48 kHz, one common gain,
- ``instruments`` str [instruments],
- ``polyphonic`` bool,
- ``notes`` float32 [notes, 4]: onset_s, duration_s, midi, velocity,
- ``origin`` str: the score or the kind of random melody.

``phrase_00000.pitch.npz`` holds ``f0_hz`` and ``voicing``, float32 [instruments, frames]. It
is a file of its own so that it can be made anew when the tracker changes.
"""

from __future__ import annotations

import argparse
import importlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .library import DEFAULT_SPLIT_SEED, SAMPLE_RATE_HZ, Audio, InstrumentLibrary, Split
from .melodies import PHRASE_S, Phrase, PhraseSource
from .sequencer import (
    MAX_SHIFT_SEMITONES,
    RANGE_MARGIN_SEMITONES,
    SampledInstrument,
    SoundSource,
    render,
)
from .synthetic import SYNTH_NAMES, SyntheticSource

FRAME_SAMPLES = 256
PHRASE_SAMPLES = int(np.ceil((PHRASE_S + 0.5) * SAMPLE_RATE_HZ / FRAME_SAMPLES)) * FRAME_SAMPLES
MAX_PEAK = 0.9
MAX_INSTRUMENTS = 6
CHORD_SHARE = 0.2
SYNTH_SHARE = 0.3
VALIDATION_MAX_SHIFT_SEMITONES = 6
"""Held-out notes are few and far between: validation has to reach further for them."""

PitchTracker = Callable[[Audio], tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]


@dataclass(frozen=True, slots=True)
class Rendering:
    """One phrase on several sources; the fields of the cache file."""

    audio: npt.NDArray[np.int16]
    instruments: list[str]
    phrase: Phrase

    def save(self, path: Path) -> None:
        """Writes the file under a temporary name first: a half-written one is never seen."""
        notes = [(e.onset_s, e.duration_s, e.midi, e.velocity) for e in self.phrase.events]
        _save_atomically(
            path,
            audio=self.audio,
            instruments=np.array(self.instruments),
            polyphonic=np.array(self.phrase.polyphonic),
            notes=np.array(notes, dtype=np.float32),
            origin=np.array(self.phrase.origin),
        )


def _save_atomically(path: Path, **arrays: npt.NDArray[np.generic]) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with partial.open("wb") as handle:
        np.savez(handle, allow_pickle=False, **arrays)
    os.replace(partial, path)


class PhraseRenderer:
    """Draws phrases and renders each on every source chosen for it."""

    def __init__(self, data: Path, split: Split, seed: int, split_seed: int = DEFAULT_SPLIT_SEED) -> None:
        """``seed`` decides the phrases, ``split_seed`` which notes and scores are held out."""
        self._library = InstrumentLibrary(data, split_seed)
        self._phrases = PhraseSource(data / "scores", split, split_seed)
        self._seed = [seed, {"train": 0, "validation": 1, "all": 2}[split]]
        reach, margin = MAX_SHIFT_SEMITONES, RANGE_MARGIN_SEMITONES
        if split == "validation":
            reach = margin = VALIDATION_MAX_SHIFT_SEMITONES
        self.instruments = {
            name: SampledInstrument(self._library, name, split, reach, margin)
            for name in self._library.instruments()
        }
        self._synths = {name: SyntheticSource(name) for name in SYNTH_NAMES}

    def players(self, phrase: Phrase) -> list[str]:
        """The recorded instruments that can play every note of ``phrase``."""
        pitches = {event.midi for event in phrase.events}
        return [
            name for name, source in self.instruments.items() if all(source.covers(midi) for midi in pitches)
        ]

    def _place(self, phrase: Phrase, rng: np.random.Generator) -> Phrase | None:
        """Transposes the phrase into a range that a randomly chosen instrument can play.

        The instrument is drawn before the range, so that those with a small or remote
        range are heard as often as the others.
        """
        by_shift = {s: self.players(phrase.transposed(s)) for s in range(-36, 37)}
        anchors = list(self.instruments)
        anchor = anchors[int(rng.integers(len(anchors)))]
        fitting = [s for s, names in by_shift.items() if anchor in names and len(names) >= 2]
        if not fitting:
            return None
        return phrase.transposed(fitting[int(rng.integers(len(fitting)))])

    def draw(self, index: int) -> tuple[Phrase, list[str]]:
        """Phrase number ``index`` and the names of the sources that are to play it."""
        rng = np.random.default_rng([*self._seed, index])
        chords = bool(rng.random() < CHORD_SHARE)
        placed: Phrase | None = None
        for _ in range(200):
            placed = self._place(self._phrases.draw(rng, chords), rng)
            if placed is not None:
                break
        if placed is None:
            raise RuntimeError("no phrase can be played by two instruments")
        names = self.players(placed)
        if len(names) > MAX_INSTRUMENTS:
            names = sorted(str(n) for n in rng.choice(names, MAX_INSTRUMENTS, replace=False))
        if rng.random() < SYNTH_SHARE:
            pitches = [event.midi for event in placed.events]
            fit = [n for n, s in self._synths.items() if all(s.covers(m) for m in pitches)]
            count = min(len(fit), int(rng.integers(1, 3)))
            names += sorted(str(n) for n in rng.choice(fit, count, replace=False)) if count else []
        return placed, names

    def render(self, index: int) -> Rendering:
        """Renders phrase number ``index``; the same index always gives the same samples."""
        phrase, names = self.draw(index)
        tracks = []
        for number, name in enumerate(names):
            source: SoundSource = self._synths[name] if name in self._synths else self.instruments[name]
            tracks.append(render(phrase.events, source, PHRASE_SAMPLES, [*self._seed, index, number]))
        audio = np.stack(tracks)
        audio *= min(1.0, MAX_PEAK / max(float(np.abs(audio).max()), 1e-9))
        if not np.isfinite(audio).all():
            raise FloatingPointError(f"phrase {index} is not finite")
        return Rendering(np.round(audio * 32767.0).astype(np.int16), names, phrase)


def build(
    data: Path,
    out: Path,
    phrases: int,
    seed: int,
    split: Split,
    split_seed: int = DEFAULT_SPLIT_SEED,
) -> None:
    """Renders the phrases that are not in ``out`` yet."""
    out.mkdir(parents=True, exist_ok=True)
    renderer = PhraseRenderer(data, split, seed, split_seed)
    began = time.monotonic()
    made = 0
    for index in range(phrases):
        path = out / f"phrase_{index:05d}.npz"
        if path.exists():
            continue
        renderer.render(index).save(path)
        made += 1
        if made % 10 == 0 or index + 1 == phrases:
            each_s = (time.monotonic() - began) / made
            print(f"{index + 1}/{phrases} phrases, {each_s:.2f} s each", flush=True)


def add_pitch(out: Path, tracker: PitchTracker, redo: bool) -> None:
    """Writes the pitch tracks of every phrase in ``out`` that has none yet (or of all)."""
    began = time.monotonic()
    made = 0
    paths = [p for p in sorted(out.glob("phrase_*.npz")) if not p.name.endswith(".pitch.npz")]
    for number, path in enumerate(paths):
        target = path.with_suffix(".pitch.npz")
        if target.exists() and not redo:
            continue
        with np.load(path, allow_pickle=False) as stored:
            audio = stored["audio"].astype(np.float32) / 32767.0
        tracks = [tracker(row) for row in audio]
        _save_atomically(
            target,
            f0_hz=np.stack([f0_hz for f0_hz, _ in tracks]).astype(np.float32),
            voicing=np.stack([voicing for _, voicing in tracks]).astype(np.float32),
        )
        made += 1
        if made % 10 == 0 or number + 1 == len(paths):
            each_s = (time.monotonic() - began) / made
            print(f"{number + 1}/{len(paths)} pitch tracks, {each_s:.2f} s each", flush=True)


def _load_tracker() -> PitchTracker | None:
    # The audio can be rendered without the tracker, which needs heavier packages.
    try:
        module = importlib.import_module("mynah_training.pitch")
    except ModuleNotFoundError:
        return None
    tracker: PitchTracker = module.track
    return tracker


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: renders a cache, or only its pitch tracks."""
    parser = argparse.ArgumentParser(prog="mynah_training.data.cache", description=__doc__)
    parser.add_argument("--data", type=Path, help="instruments folder with manifest.csv")
    parser.add_argument("--out", type=Path, required=True, help="folder of the cache")
    parser.add_argument("--phrases", type=int, default=700)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split-seed", type=int, default=DEFAULT_SPLIT_SEED)
    parser.add_argument("--split", choices=["train", "validation"], default="train")
    parser.add_argument("--pitch-only", action="store_true", help="only add the pitch tracks")
    parser.add_argument("--no-pitch", action="store_true", help="only render the audio")
    parser.add_argument("--redo-pitch", action="store_true", help="replace the pitch tracks")
    options = parser.parse_args(arguments)
    if not options.pitch_only:
        if options.data is None:
            parser.error("--data is needed to render")
        build(
            options.data,
            options.out,
            options.phrases,
            options.seed,
            options.split,
            options.split_seed,
        )
    if options.no_pitch:
        return
    tracker = _load_tracker()
    if tracker is None:
        print("no pitch tracker yet: run again with --pitch-only when there is one")
        return
    add_pitch(options.out, tracker, options.redo_pitch)


if __name__ == "__main__":
    main()
