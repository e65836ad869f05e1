"""The continuation network: what comes next after a row of notes.

Executable specification of `mynah_models::streaming::continuation`. Causal dilated convolutions over events,
as WaveNet's over samples, and a head for each part of the next event, which is told the parts settled before.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .continuation_events import CLASSES, INPUTS, PLACES, SHARES
from .networks import CausalConv1d, ResidualBlock, leaky

CHANNELS = 64
DILATIONS = (1, 2, 4, 8, 16)
"""Sees 62 events back."""
HIDDEN = 64
TOLD = (
    0,
    CLASSES[0] + PLACES + SHARES,
    CLASSES[0] + PLACES + CLASSES[1],
    CLASSES[0] + CLASSES[1] + CLASSES[2],
)
"""What each is told: nothing; time, place, what was heard; time, place, pitch; time, pitch, length."""


class Head(nn.Module):
    """Logits of one part: output(leaky(hidden([leaky(x), told])))."""

    def __init__(self, channels: int, told: int, hidden: int, classes: int) -> None:
        """`channels` of the trunk, `told` besides."""
        super().__init__()
        self.hidden = CausalConv1d(channels + told, hidden, 1)
        self.output = CausalConv1d(hidden, classes, 1)

    def forward(self, x: Tensor, drop: nn.Module) -> Tensor:
        """[B, channels + told, N] -> [B, classes, N]."""
        return self.output(drop(leaky(self.hidden(x))))


class ContinuationNetwork(nn.Module):
    """Inputs [B, 135, N] -> the trunk's output; `heads` make logits of it; 120 thousand parameters."""

    def __init__(
        self,
        channels: int = CHANNELS,
        hidden: int = HIDDEN,
        dilations: tuple[int, ...] = DILATIONS,
        dropout: float = 0.0,
    ) -> None:
        """Sizes; one dilation per block."""
        super().__init__()
        self.dilations = dilations
        self.input = CausalConv1d(INPUTS, channels, 1)
        self.blocks = nn.ModuleList(ResidualBlock(channels, d) for d in dilations)
        self.heads = nn.ModuleList(
            Head(channels, told, hidden, classes) for told, classes in zip(TOLD, CLASSES, strict=True)
        )
        # Whole channels of the inputs go at times, too: nothing is to be learnt by heart.
        self.drop = nn.Dropout(dropout)
        self.drop_inputs = nn.Dropout(0.5 * dropout)

    def trunk(self, inputs: Tensor) -> Tensor:
        """Causal: event k sees events up to k. [B, 135, N] -> [B, channels, N], activated."""
        x = self.input(self.drop_inputs(inputs))
        for block in self.blocks:
            x = self.drop(block(x))
        return leaky(x)

    def forward(self, inputs: Tensor, next_classes: Tensor, next_places: Tensor) -> list[Tensor]:
        """Logits of the four parts of each event's next one, [B, classes, N].

        `next_classes` [B, 4, N] and `next_places` [B, 16, N] are those of the next event.
        """
        x = self.trunk(inputs)
        time, pitch, length = (
            nn.functional.one_hot(next_classes[:, f].clamp_min(0), CLASSES[f]).transpose(1, 2).to(x.dtype)
            for f in range(3)
        )
        first_share = INPUTS - PLACES - SHARES
        shares = inputs[:, first_share : first_share + SHARES]
        told: tuple[list[Tensor], ...] = (
            [],
            [time, next_places, shares],
            [time, next_places, pitch],
            [time, pitch, length],
        )
        return [
            head(torch.cat([x, *parts], dim=1), self.drop)
            for head, parts in zip(self.heads, told, strict=True)
        ]
