"""Networks that tell a translator's frames from measured ones; only trained, never shipped.

Bands by time at three window lengths, two kinds each: one is told which target plays which pitch how loud,
the other is not (GAN-TTS: Binkowski et al., 2019). Least squares and the distance of features (MelGAN:
Kumar et al., 2019).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .. import config as c
from ..discriminators import PITCH_BUMPS, condition_frames
from ..networks import leaky
from .batches import WARM_UP_FRAMES, FrameBatch

WINDOW_STRIDES = (1, 2, 4)
"""Frames a step: 5, 11 and 21 ms."""
TARGET_CHANNELS = 12
CONDITION_CHANNELS = PITCH_BUMPS + 5 + TARGET_CHANNELS
WIDTH = 24
CENTRE, SCALE = -4.0, 3.0
"""Of log envelopes, so that what the networks see is about of unit size."""


@dataclass(frozen=True)
class Told:
    """What conditional judges know."""

    frames: Tensor
    """[B, 21, F]"""
    target: Tensor
    """[B]"""


def told_of(batch: FrameBatch) -> Told:
    """What is known of a batch after its warm-up."""
    late = slice(WARM_UP_FRAMES, None)
    frames = condition_frames(
        batch.f0_hz[:, late], batch.voicing[:, late], batch.log_loudness[:, late], batch.follow
    )
    return Told(frames, batch.target)


class FrameJudge(nn.Module):
    """Convolutions over [2 envelopes, 64 points, time]; a score for every piece."""

    def __init__(self, stride: int, conditional: bool) -> None:
        """`stride` frames are averaged into one."""
        super().__init__()
        self.stride = stride
        self.first = nn.Conv2d(3, WIDTH, (5, 3), (2, 1), (2, 1))
        self.second = nn.Conv2d(WIDTH, 2 * WIDTH, (5, 3), (2, 2), (2, 1))
        self.third = nn.Conv2d(2 * WIDTH, 2 * WIDTH, (3, 3), (2, 2), 1)
        self.score = nn.Conv2d(2 * WIDTH, 1, 3, padding=1)
        self.target = nn.Embedding(len(c.INSTRUMENTS), TARGET_CHANNELS) if conditional else None
        self.condition = nn.Conv1d(CONDITION_CHANNELS, WIDTH, 1) if conditional else None

    def forward(self, values: Tensor, told: Told) -> tuple[Tensor, list[Tensor]]:
        """values [B, 128, F] -> scores and the features of the layers before."""
        if self.stride > 1:
            values = nn.functional.avg_pool1d(values, self.stride)
        image = (values.unflatten(1, (2, c.ENVELOPE_POINTS)) - CENTRE) / SCALE
        position = torch.linspace(-1.0, 1.0, c.ENVELOPE_POINTS, device=values.device)
        position = position.view(1, 1, -1, 1).expand(len(image), 1, -1, image.shape[-1])
        h = self.first(torch.cat([image, position], dim=1))
        if self.target is not None and self.condition is not None:
            whose = self.target(told.target).unsqueeze(-1).expand(-1, -1, told.frames.shape[-1])
            known = self.condition(torch.cat([told.frames, whose], dim=1))
            if self.stride > 1:
                known = nn.functional.avg_pool1d(known, self.stride)
            h = h + known.unsqueeze(2)
        first = leaky(h)
        second = leaky(self.second(first))
        third = leaky(self.third(second))
        return self.score(third), [first, second, third]


class FrameAdversary(nn.Module):
    """All judges."""

    def __init__(self, kinds: Sequence[bool] = (True, False)) -> None:
        """`kinds`: conditional ones, unconditional ones."""
        super().__init__()
        self.judges = nn.ModuleList(FrameJudge(s, told) for told in kinds for s in WINDOW_STRIDES)

    def forward(self, values: Tensor, told: Told) -> list[tuple[Tensor, list[Tensor]]]:
        """values [B, 128, F]."""
        return [judge(values, told) for judge in self.judges]

    def own_loss(self, true: Tensor, made: Tensor, told: Told) -> Tensor:
        """What the judges minimise."""
        total = true.new_zeros(())
        for (of_true, _), (of_made, _) in zip(self(true, told), self(made.detach(), told), strict=True):
            total = total + (of_true - 1.0).square().mean() + of_made.square().mean()
        return total / len(self.judges)

    def translator_losses(self, true: Tensor, made: Tensor, told: Told) -> tuple[Tensor, Tensor]:
        """How far the judges see through the frames, and how far their features are apart."""
        with torch.no_grad():
            judged_true = self(true, told)
        unlike, apart = true.new_zeros(()), true.new_zeros(())
        for (_, of_true), (score, of_made) in zip(judged_true, self(made, told), strict=True):
            unlike = unlike + (score - 1.0).square().mean()
            for a, b in zip(of_true, of_made, strict=True):
                apart = apart + (a - b).abs().mean() / len(of_true)
        return unlike / len(self.judges), apart / len(self.judges)
