"""The voices network: a causal network that hears up to six pitches at once.

Executable specification of `mynah_models::streaming::voices`. All weights but a bias are shared over the 73
pitches: each sees its own harmonics, then its own past (dilated convolutions over time), and twice what other
pitches at musical and harmonic intervals make of theirs (as Wei et al. 2022 do with whole spectra), so that a
note's overtones are not taken for notes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .networks import leaky
from .voices_features import INPUTS, PITCHES

CHANNELS = 24
SQUEEZED = 8
DILATIONS = (1, 2, 4, 8, 16)
"""Of the blocks over time: they see 62 frames (661 ms) back, none ahead."""
PITCH_AFTER = (0, 1)
"""Blocks over pitch follow these blocks over time."""
INTERVALS = (-28, -24, -19, -12, -7, -2, -1, 0, 1, 2, 7, 12, 19, 24)
"""Semitones at which a pitch hears the others: harmonics and subharmonics, fifths, neighbours."""
LATE_FRAMES = 10
"""107 ms: how long the late answers have waited."""
OUTPUTS = ("sounding", "onset", "late_sounding", "late_onset", "level", "cents")
LEVEL_SCALE = 3.0
"""Nepers: a note's level below the reference is this times the output."""
CENTS_SCALE = 50.0


class TimeBlock(nn.Module):
    """x + mix(leaky(conv(leaky(x)))), kernel 3 over time, causal; every pitch by itself."""

    def __init__(self, channels: int, dilation: int) -> None:
        """`channels` in and out."""
        super().__init__()
        self.left = 2 * dilation
        self.conv = nn.Conv2d(channels, channels, (3, 1), dilation=(dilation, 1))
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[B, channels, F, pitches] -> the same."""
        h = self.conv(nn.functional.pad(leaky(x), (0, 0, self.left, 0)))
        return x + self.mix(leaky(h))


class PitchBlock(nn.Module):
    """x + spread(leaky(squeeze(leaky(x))) of the pitches at `INTERVALS`), zeros beyond the range."""

    def __init__(self, channels: int, squeezed: int) -> None:
        """`channels` in and out; `squeezed` are heard by other pitches."""
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.spread = nn.Conv2d(squeezed * len(INTERVALS), channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[B, channels, F, pitches] -> the same."""
        h = leaky(self.squeeze(leaky(x)))
        low, high = -min(INTERVALS), max(INTERVALS)
        padded = nn.functional.pad(h, (low, high))
        pitches = x.shape[-1]
        # All channels of the first interval, then those of the second.
        stacked = torch.cat([padded[..., low + i : low + i + pitches] for i in INTERVALS], dim=1)
        return x + self.spread(stacked)


class VoicesNetwork(nn.Module):
    """Inputs [B, 44, F, 73] -> outputs [B, 6, F, 73]: logits of the first four of `OUTPUTS`, two values."""

    def __init__(
        self,
        channels: int = CHANNELS,
        squeezed: int = SQUEEZED,
        dilations: tuple[int, ...] = DILATIONS,
        pitch_after: tuple[int, ...] = PITCH_AFTER,
    ) -> None:
        """Sizes; one dilation per block over time, and after which of them is one over pitch."""
        super().__init__()
        self.dilations, self.pitch_after = dilations, pitch_after
        self.input = nn.Conv2d(INPUTS, channels, 1)
        # Windows, and so how soon and how sharply harmonics are seen, change with the register.
        self.place = nn.Parameter(torch.zeros(PITCHES, channels))
        self.time = nn.ModuleList(TimeBlock(channels, d) for d in dilations)
        self.pitch = nn.ModuleList(PitchBlock(channels, squeezed) for _ in pitch_after)
        self.output = nn.Conv2d(channels, len(OUTPUTS), 1)
        with torch.no_grad():
            # Most pitches are silent most of the time.
            assert self.output.bias is not None
            self.output.bias[:4] = torch.tensor([-3.0, -5.0, -3.0, -5.0])

    def forward(self, x: Tensor) -> Tensor:
        """Causal: frame k sees frames up to k."""
        x = self.input(x) + self.place.T.unsqueeze(1)
        over_pitch = iter(self.pitch)
        for k, block in enumerate(self.time):
            x = block(x)
            if k in self.pitch_after:
                x = next(over_pitch)(x)
        return self.output(leaky(x))
