"""Which samples and frames of a drawn batch belong to the streams that `Mynah.render` returns."""

import math

from torch import Tensor

from . import config as c
from . import losses
from .batches import Batch
from .data import contour

WARM_UP_FRAMES = 64
LOSS_FRAMES = 112
CLIP_FRAMES = WARM_UP_FRAMES + LOSS_FRAMES
"""Of a drawn item; the streams are its last `LOSS_FRAMES` - 1 blocks."""
SKIP_SAMPLES = 2 * c.FRAME_SAMPLES
"""Blocks whose filters still see zeros from before the clip are left out of the loss."""
LEVEL_START_SAMPLES = SKIP_SAMPLES + c.HOP_SAMPLES
"""Where the windows of the level lie as those of the cache: around every 256th sample of the source."""
PITCH_LATE_FRAMES = 3
"""The tracker's frames are about 16 ms behind."""


def wanted_blocks(batch: Batch, delay_samples: int) -> Tensor:
    """The target's samples for the streams of `Mynah.render`, `delay_samples` late: [B, n]."""
    start = WARM_UP_FRAMES * c.FRAME_SAMPLES + c.HOP_SAMPLES - delay_samples
    count = (LOSS_FRAMES - 1) * c.FRAME_SAMPLES
    return batch.wanted[:, start : start + count]


def level_of_blocks(batch: Batch) -> Tensor:
    """The source's levels for the streams of `Mynah.render` from `LEVEL_START_SAMPLES` on: [B, frames]."""
    middle = (
        WARM_UP_FRAMES * c.FRAME_SAMPLES + c.HOP_SAMPLES + LEVEL_START_SAMPLES + contour.WINDOW_SAMPLES // 2
    )
    first = middle // c.FRAME_SAMPLES
    count = (
        (LOSS_FRAMES - 1) * c.FRAME_SAMPLES - LEVEL_START_SAMPLES - contour.WINDOW_SAMPLES
    ) // c.FRAME_SAMPLES
    return batch.level_db[:, first : first + count + 1]


def loudness_of_blocks(batch: Batch) -> Tensor:
    """The source's log loudness (nepers) in the middle of each block of the streams: [B, LOSS_FRAMES - 1].

    From before the microphone, whose noise only one of the two sides of a discriminator would have.
    """
    first = WARM_UP_FRAMES + 1
    return batch.level_db[:, first : first + LOSS_FRAMES - 1] * (math.log(10.0) / 20.0)


def levelled(output: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Both without the first blocks, by the gain that brings what is wanted to -20 dBFS."""
    output, wanted = losses.level(output[:, SKIP_SAMPLES:], wanted[:, SKIP_SAMPLES:], by=wanted)
    return output, wanted


def pitch_of_levelled(batch: Batch) -> tuple[Tensor, Tensor]:
    """Pitch in Hz in the middle of each block of what `levelled` gives, and whether the output has it.

    [B, F] x 2. In *follow* the output has what the input has, which may be several notes: never.
    """
    first = WARM_UP_FRAMES + SKIP_SAMPLES // c.FRAME_SAMPLES + PITCH_LATE_FRAMES
    sounds = (batch.source.voicing > 0.5) & (batch.source.follow < 0.5).unsqueeze(-1)
    return batch.source.f0_hz[:, first:], sounds[:, first:]
