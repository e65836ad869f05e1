"""How well notes' beginnings are found, on notes and phrases that were never trained on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from . import config as c
from .onsets_cache import LabelledClip
from .onsets_network import OnsetNetwork

THRESHOLD = 0.8
REARM = 0.5
"""A next onset is looked for once the probability has fallen to this share of the threshold."""
REST_FRAMES = 8
"""And not before this many frames (43 ms) have passed."""
EARLY_S, LATE_S = 0.03, 0.05
"""An onset is found from 30 ms before it to 50 ms after."""


def pick(probability: np.ndarray, threshold: float = THRESHOLD) -> list[int]:
    """Indices of the frames [F] at which a note is said to begin."""
    out: list[int] = []
    armed = True
    for k, p in enumerate(probability):
        armed = armed or bool(p < REARM * threshold)
        if armed and p > threshold and (not out or k - out[-1] >= REST_FRAMES):
            out.append(k)
            armed = False
    return out


@dataclass
class Score:
    """Counts of some clips."""

    hits: int = 0
    said: int = 0
    true: int = 0
    seconds: float = 0.0
    delays_s: list[float] = field(default_factory=list)

    def add(self, found: Sequence[int], onsets: Iterable[int], frames: int) -> None:
        """`found` frames of a clip with these `onsets` (samples); each onset is found once at most."""
        left = [onset / c.SAMPLE_RATE_HZ for onset in onsets]
        self.true += len(left)
        self.said += len(found)
        self.seconds += frames * c.FRAME_SAMPLES / c.SAMPLE_RATE_HZ
        for k in found:
            # A frame is there when its last sample is.
            at = (k + 1) * c.FRAME_SAMPLES / c.SAMPLE_RATE_HZ
            near = [t for t in left if -EARLY_S <= at - t <= LATE_S]
            if near:
                nearest = min(near, key=lambda t: abs(t - at))
                left.remove(nearest)
                self.hits += 1
                self.delays_s.append(at - nearest)

    @property
    def precision(self) -> float:
        """Share of what was said that is true."""
        return self.hits / max(self.said, 1)

    @property
    def recall(self) -> float:
        """Share of what is true that was said."""
        return self.hits / max(self.true, 1)

    @property
    def f(self) -> float:
        """Harmonic mean of both."""
        return 2.0 * self.hits / max(self.said + self.true, 1)

    @property
    def spurious_per_s(self) -> float:
        """Onsets a second where there are none."""
        return (self.said - self.hits) / max(self.seconds, 1e-9)

    @property
    def delay_ms(self) -> float:
        """Median of how late an onset was found."""
        return 1_000.0 * float(np.median(self.delays_s)) if self.delays_s else float("nan")


@torch.no_grad()
def probabilities(network: OnsetNetwork, clips: Sequence[LabelledClip]) -> list[np.ndarray]:
    """[F] of each clip."""
    return [torch.sigmoid(network(clip.inputs[None].float()))[0].numpy() for clip in clips]


def score(clips: Sequence[LabelledClip], heard: Sequence[np.ndarray], threshold: float = THRESHOLD) -> Score:
    """Of these clips together."""
    out = Score()
    for clip, p in zip(clips, heard, strict=True):
        out.add(pick(p, threshold), clip.onsets, len(p))
    return out


def summary(network: OnsetNetwork, clips: Sequence[LabelledClip]) -> tuple[float, float, float]:
    """F, precision and recall of all melodies and chords."""
    played = [clip for clip in clips if clip.kind in ("melody", "chords")]
    s = score(played, probabilities(network, played))
    return s.f, s.precision, s.recall


def _line(name: str, s: Score) -> str:
    figures = f"{s.f:6.3f} {s.precision:9.3f} {s.recall:6.3f} {s.delay_ms:8.1f} {s.spurious_per_s:10.3f}"
    return f"{name:34}{figures} {s.true:6d} {s.seconds:7.0f}"


def report(clips: Sequence[LabelledClip], network_path: Path) -> None:
    """Prints the table by group and source, of held notes and noise, and over thresholds."""
    network = OnsetNetwork()
    network.load_state_dict(torch.load(network_path, weights_only=True)["network"])
    heard = probabilities(network.eval(), clips)

    def of(keep: Sequence[bool], threshold: float = THRESHOLD) -> Score:
        pairs = [(clip, p) for clip, p, k in zip(clips, heard, keep, strict=True) if k]
        return score([clip for clip, _ in pairs], [p for _, p in pairs], threshold)

    print(f"{'':34}     F precision recall delay ms spurious/s  notes       s")
    for kind in ("melody", "chords", "held", "noise"):
        for group in ("struck", "blown", "sung", "none"):
            keep = [clip.kind == kind and clip.group == group for clip in clips]
            if any(keep):
                print(_line(f"{kind}, {group}", of(keep)))
    for source in sorted({clip.source for clip in clips if not clip.source.startswith("program-")}):
        print(_line(f"melody of {source}", of([x.source == source and x.kind == "melody" for x in clips])))
    soundfont = [x.source.startswith("program-") and x.kind == "melody" for x in clips]
    print(_line("melody of soundfonts", of(soundfont)))
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        melodies = of([x.kind == "melody" for x in clips], threshold)
        held = of([x.kind in ("held", "noise") for x in clips], threshold)
        print(f"{_line(f'melodies, threshold {threshold}', melodies)}  held {held.spurious_per_s:.3f}/s")
