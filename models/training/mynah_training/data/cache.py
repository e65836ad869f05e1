"""Builds a cache of parallel renderings: the same phrase on several instruments.

``phrase_00000.npz`` (uncompressed) holds

- ``audio`` int16 [instruments, samples], 48 kHz, each lowered only if it would clip,
- ``instruments`` str [instruments]: whoever plays the phrase,
- ``targets`` bool [instruments]: whose rendering is what translation is to give,
- ``polyphonic`` bool,
- ``notes`` float32 [notes, 4]: onset_s, duration_s, midi, velocity,
- ``origin`` str: the score or the kind of random melody.

``phrase_00000.pitch.npz`` holds ``f0_hz`` and ``voicing``, float32 [instruments, frames], and the
levels of :mod:`.contour`, float32 [instruments, frames + 1]. It is a file of its own so that it
can be made anew when the tracker changes.

``phrase_00000.takes.npz`` (training only) holds further renderings of the targets, with ``rows``
int64 [takes] (whose they are), ``audio`` int16 [takes, samples] and their ``level_db``. Each note of
them is any recording within reach, not the nearest: a translator that always saw the same recording
of a note would learn it by heart, and know nothing of the notes that it never saw.
"""

from __future__ import annotations

import argparse
import importlib
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from .contour import level_frames_db
from .events import NoteEvent
from .library import DEFAULT_SPLIT_SEED, NEVER_TRAINED, SAMPLE_RATE_HZ, Audio, InstrumentLibrary, Split
from .melodies import PHRASE_S, Phrase, PhraseSource
from .sequencer import (
    MAX_SHIFT_SEMITONES,
    RANGE_MARGIN_SEMITONES,
    SampledInstrument,
    SoundSource,
    render,
)
from .soundfont import FONT_SHARES, MELODIC_PROGRAMS, SoundFontSource, available_fonts
from .sung import SUNG_NAMES, SungLine
from .synthetic import SYNTH_NAMES, SyntheticSource

FRAME_SAMPLES = 256
PHRASE_SAMPLES = int(np.ceil((PHRASE_S + 0.5) * SAMPLE_RATE_HZ / FRAME_SAMPLES)) * FRAME_SAMPLES
MAX_PEAK = 0.9
MAX_INSTRUMENTS = 6
CHORD_SHARE = 0.2
SYNTH_SHARE = 0.25
SUNG_SHARE = 0.3
SOUNDFONT_SHARE = 0.6
PERFORMANCE_DB = -20.0
"""RMS that a whole performance is brought to: SoundFonts differ by tens of dB."""
VALIDATION_MAX_SHIFT_SEMITONES = 6
"""Held-out notes are few and far between: validation has to reach further for them."""

TAKE_SEED = 77

_Job = TypeVar("_Job")

PitchTracker = Callable[[Audio], tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]


class Performer(Protocol):
    """A source that plays phrases as a whole, not note by note."""

    name: str

    def covers(self, midi: int) -> bool:
        """Whether the source can play this pitch."""
        ...

    def perform(self, events: Sequence[NoteEvent], n_samples: int, rng: np.random.Generator) -> Audio:
        """The phrase, float32 [n_samples]."""
        ...


@dataclass(frozen=True, slots=True)
class Rendering:
    """One phrase on several sources; the fields of the cache file."""

    audio: npt.NDArray[np.int16]
    instruments: list[str]
    targets: list[bool]
    phrase: Phrase

    def save(self, path: Path) -> None:
        """Writes the file under a temporary name first: a half-written one is never seen."""
        notes = [(e.onset_s, e.duration_s, e.midi, e.velocity) for e in self.phrase.events]
        _save_atomically(
            path,
            audio=self.audio,
            instruments=np.array(self.instruments),
            targets=np.array(self.targets),
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
            for name in self._library.instruments(split)
        }
        self._loose = {
            name: SampledInstrument(self._library, name, split, reach, margin, loose=True)
            for name in self.instruments
        }
        self._synths = {name: SyntheticSource(name) for name in SYNTH_NAMES}
        self._voices = {name: SungLine(name) for name in SUNG_NAMES}
        self._fonts = available_fonts()

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
        unseen = NEVER_TRAINED.values()
        anchors = [name for name in self.instruments if name not in unseen]
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
        pitches = [event.midi for event in placed.events]
        if rng.random() < SYNTH_SHARE:
            names += self._draw_fitting(self._synths, pitches, rng)
        if not chords and rng.random() < SUNG_SHARE:
            names += self._draw_fitting(self._voices, pitches, rng)
        if self._fonts and rng.random() < SOUNDFONT_SHARE:
            for program in rng.choice(MELODIC_PROGRAMS, 2, replace=False):
                shares = np.array([FONT_SHARES[font] for font in self._fonts])
                font = str(rng.choice(self._fonts, p=shares / shares.sum()))
                if all(SoundFontSource(font, int(program)).covers(midi) for midi in pitches):
                    names.append(f"soundfont-{font}-{program}")
        return placed, names

    @staticmethod
    def _draw_fitting(
        sources: Mapping[str, SoundSource | Performer],
        pitches: Sequence[int],
        rng: np.random.Generator,
    ) -> list[str]:
        """One of the sources that can play all of ``pitches``, if any can."""
        fit = [name for name, source in sources.items() if all(source.covers(m) for m in pitches)]
        return [str(name) for name in rng.choice(fit, 1, replace=False)] if fit else []

    def _play(self, name: str, phrase: Phrase, seed: Sequence[int]) -> Audio:
        if name in self.instruments:
            return render(phrase.events, self.instruments[name], PHRASE_SAMPLES, seed)
        if name in self._synths:
            return render(phrase.events, self._synths[name], PHRASE_SAMPLES, seed)
        performer: Performer
        if name in self._voices:
            performer = self._voices[name]
        else:
            _, font, program = name.split("-")
            performer = SoundFontSource(font, int(program))
        audio = performer.perform(phrase.events, PHRASE_SAMPLES, np.random.default_rng(seed))
        rms = float(np.sqrt(np.mean(np.square(audio))))
        return audio * np.float32(10.0 ** (PERFORMANCE_DB / 20.0) / max(rms, 1e-5))

    def render(self, index: int) -> Rendering:
        """Renders phrase number ``index``; the same index always gives the same samples."""
        phrase, names = self.draw(index)
        audio = np.stack([self._play(name, phrase, [*self._seed, index, i]) for i, name in enumerate(names)])
        audio *= np.minimum(1.0, MAX_PEAK / np.maximum(np.abs(audio).max(axis=1, keepdims=True), 1e-9))
        if not np.isfinite(audio).all():
            raise FloatingPointError(f"phrase {index} is not finite")
        # What a bow does to a string when plucked cannot be told from a source that blows.
        plucked = any(event.articulation == "pizz" for event in phrase.events)
        targets = [
            name in self.instruments
            and name not in NEVER_TRAINED.values()
            and not (plucked and name == "cello")
            for name in names
        ]
        return Rendering(np.round(audio * 32767.0).astype(np.int16), names, targets, phrase)

    def render_takes(self, index: int, rows: Sequence[int], names: Sequence[str]) -> npt.NDArray[np.int16]:
        """Another take of phrase ``index`` by each of the sources in ``rows``: [rows, samples]."""
        phrase, _ = self.draw(index)
        seeds = [[*self._seed, index, row, TAKE_SEED] for row in rows]
        takes = [
            render(phrase.events, self._loose[names[row]], PHRASE_SAMPLES, seed)
            for row, seed in zip(rows, seeds, strict=True)
        ]
        audio = np.stack(takes)
        audio *= np.minimum(1.0, MAX_PEAK / np.maximum(np.abs(audio).max(axis=1, keepdims=True), 1e-9))
        return np.asarray(np.round(audio * 32767.0), dtype=np.int16)


_renderer: PhraseRenderer | None = None
"""Of a worker process."""


def _start_worker(data: Path, split: Split, seed: int, split_seed: int) -> None:
    global _renderer
    _renderer = PhraseRenderer(data, split, seed, split_seed)


def _render_to(job: tuple[int, Path]) -> None:
    assert _renderer is not None
    _renderer.render(job[0]).save(job[1])


def build(
    data: Path,
    out: Path,
    phrases: int,
    seed: int,
    split: Split,
    split_seed: int = DEFAULT_SPLIT_SEED,
    processes: int = 1,
) -> None:
    """Renders the phrases that are not in ``out`` yet."""
    out.mkdir(parents=True, exist_ok=True)
    jobs = [(i, out / f"phrase_{i:05d}.npz") for i in range(phrases)]
    jobs = [job for job in jobs if not job[1].exists()]
    _run("phrases", _render_to, jobs, processes, _start_worker, (data, split, seed, split_seed))


def _phrases(out: Path) -> list[Path]:
    """The phrase files of a cache without their companions."""
    return sorted(p for p in out.glob("phrase_*.npz") if p.name.count(".") == 1)


def _run(
    what: str,
    work: Callable[[_Job], None],
    jobs: Sequence[_Job],
    processes: int,
    start: Callable[..., None] | None = None,
    arguments: tuple[object, ...] = (),
) -> None:
    """Does all jobs, in this process or in several; reports every ten."""
    if processes == 1:
        if start is not None:
            start(*arguments)
        _report(what, len(jobs), map(work, jobs))
        return
    with Pool(processes, start, arguments) as pool:
        _report(what, len(jobs), pool.imap_unordered(work, jobs))


def _takes_to(path: Path) -> None:
    assert _renderer is not None
    with np.load(path, allow_pickle=False) as stored:
        names = [str(name) for name in stored["instruments"]]
        rows = np.flatnonzero(stored["targets"])
    audio = _renderer.render_takes(int(path.stem.removeprefix("phrase_")), rows.tolist(), names)
    levels = np.stack([level_frames_db(take.astype(np.float32) / 32767.0) for take in audio])
    _save_atomically(path.with_suffix(".takes.npz"), rows=rows, audio=audio, level_db=levels)


def add_takes(
    data: Path, out: Path, seed: int, split: Split, split_seed: int = DEFAULT_SPLIT_SEED, processes: int = 1
) -> None:
    """Writes another take of the targets of every phrase in ``out`` that has none yet."""
    jobs = [p for p in _phrases(out) if not p.with_suffix(".takes.npz").exists()]
    _run("takes", _takes_to, jobs, processes, _start_worker, (data, split, seed, split_seed))


def _track_to(job: tuple[Path, PitchTracker]) -> None:
    path, tracker = job
    with np.load(path, allow_pickle=False) as stored:
        audio = stored["audio"].astype(np.float32) / 32767.0
    tracks = [tracker(row) for row in audio]
    _save_atomically(
        path.with_suffix(".pitch.npz"),
        f0_hz=np.stack([f0_hz for f0_hz, _ in tracks]).astype(np.float32),
        voicing=np.stack([voicing for _, voicing in tracks]).astype(np.float32),
        level_db=np.stack([level_frames_db(row) for row in audio]),
    )


def add_pitch(out: Path, tracker: PitchTracker, redo: bool, processes: int = 1) -> None:
    """Writes the pitch tracks of every phrase in ``out`` that has none yet (or of all)."""
    jobs = [(p, tracker) for p in _phrases(out) if redo or not p.with_suffix(".pitch.npz").exists()]
    _run("pitch tracks", _track_to, jobs, processes)


def _report(what: str, total: int, done: Iterable[None]) -> None:
    """Prints progress every ten items."""
    began = time.monotonic()
    for made, _ in enumerate(done, start=1):
        if made % 10 == 0 or made == total:
            print(f"{made}/{total} {what}, {(time.monotonic() - began) / made:.2f} s each", flush=True)


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
    parser.add_argument("--processes", type=int, default=1)
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
            options.processes,
        )
        if options.split == "train":
            add_takes(
                options.data,
                options.out,
                options.seed,
                options.split,
                options.split_seed,
                options.processes,
            )
    if options.no_pitch:
        return
    tracker = _load_tracker()
    if tracker is None:
        print("no pitch tracker yet: run again with --pitch-only when there is one")
        return
    add_pitch(options.out, tracker, options.redo_pitch, options.processes)


if __name__ == "__main__":
    main()
