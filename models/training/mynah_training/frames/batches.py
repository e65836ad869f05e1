"""Batches of what is heard beside the measured frames that are wanted."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .. import config as c
from .. import features
from ..batches import PhraseCache, before_microphone
from .notes import FRAME_HZ, NoteTable, phrase_frames

CLIP_FRAMES = 256
"""1.37 s, of which the first are the networks' past."""
WARM_UP_FRAMES = 96
FOLLOW_SHARE = 0.35
SOFTEST_LOG = -7.0
"""What is heard softer than this (-60 dBFS) is a rest."""


@dataclass(frozen=True)
class FrameBatch:
    """Frames as the live chain has them, and what they are to become after the warm-up."""

    log_mel: Tensor
    """[B, F, 80]"""
    log_level: Tensor
    log_loudness: Tensor
    attack: Tensor
    f0_hz: Tensor
    voicing: Tensor
    """[B, F] each"""
    follow: Tensor
    """[B]: 0 track, 1 follow"""
    target: Tensor
    """[B] index of the target"""
    wanted: Tensor
    """[B, 128, F - warm-up]"""
    counts: Tensor
    """[B, F - warm-up]: 1 where there is something to be compared with, 0 elsewhere"""


class FrameBatches:
    """Draws batches; the same seed, cache and notes give the same ones."""

    def __init__(
        self, cache: PhraseCache, tables: list[NoteTable], batch: int, seed: int, augmented: bool
    ) -> None:
        """`augmented` puts sources before random microphones and at random levels."""
        self.cache, self.tables, self.batch, self.augmented = cache, tables, batch, augmented
        self.rng = np.random.default_rng(seed)

    def _item(self) -> tuple[np.ndarray, ...] | None:
        rng = self.rng
        phrase = self.cache.phrase(int(rng.integers(len(self.cache.paths))))
        notes = phrase["notes"]
        reaching = [
            index
            for index, table in enumerate(self.tables)
            if np.mean([table.reaches(midi) for midi in notes[:, 2]]) > 0.8
        ]
        if not reaching:
            return None
        target = int(rng.choice(reaching))
        source = int(rng.integers(len(phrase["instruments"])))
        total = phrase["audio"].shape[1] // c.FRAME_SAMPLES
        first = int(rng.integers(0, total - CLIP_FRAMES + 1))
        heard = slice(first * c.FRAME_SAMPLES, (first + CLIP_FRAMES) * c.FRAME_SAMPLES)
        audio = phrase["audio"][source, heard].astype(np.float32) / 32768.0
        shifted = notes.copy()
        shifted[:, 0] -= first / FRAME_HZ
        wanted, counts = self._wanted(self.tables[target], shifted)
        if counts[WARM_UP_FRAMES:].sum() < 20:
            return None
        if self.augmented:
            audio, _ = before_microphone(audio, rng)
        frames = slice(first, first + CLIP_FRAMES)
        follow = bool(phrase["polyphonic"]) or rng.random() < FOLLOW_SHARE
        return (
            audio,
            phrase["f0_hz"][source, frames],
            phrase["voicing"][source, frames],
            np.float32(follow),
            np.int64(target),
            wanted[WARM_UP_FRAMES:].T.copy(),
            counts[WARM_UP_FRAMES:],
        )

    def _wanted(self, table: NoteTable, notes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # Notes that began before the clip are walked from their own beginning.
        lead = max(0, int(np.ceil(-float(notes[:, 0].min()) * FRAME_HZ)))
        shifted = notes.copy()
        shifted[:, 0] += lead / FRAME_HZ
        values, counts = phrase_frames(table, shifted, lead + CLIP_FRAMES, self.rng)
        return values[lead:], counts[lead:]

    def draw(self) -> FrameBatch:
        """One batch, on the CPU."""
        items: list[tuple[np.ndarray, ...]] = []
        while len(items) < self.batch:
            item = self._item()
            if item is not None:
                items.append(item)
        columns = [torch.from_numpy(np.stack(column)) for column in zip(*items, strict=True)]
        audio, f0_hz, voicing, follow, target, wanted, counts = columns
        power = features.power_frames(audio)
        log_level = features.log_level(power)
        log_loudness = features.log_loudness(log_level)
        return FrameBatch(
            log_mel=features.log_mel(power),
            log_level=log_level,
            log_loudness=log_loudness,
            attack=features.attack(audio, log_loudness),
            f0_hz=f0_hz,
            voicing=voicing,
            follow=follow,
            target=target,
            wanted=wanted,
            counts=counts * (log_loudness[:, WARM_UP_FRAMES:] > SOFTEST_LOG),
        )
