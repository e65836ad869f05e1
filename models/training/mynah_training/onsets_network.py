"""The onset network: a causal network on frames that says where notes begin.

Executable specification of `mynah_models::streaming::onsets`. Its input is what the chain knows at every
frame anyway; nothing of it depends on the level at which the source was recorded, down to -69 dB.
"""

import torch
from torch import Tensor, nn

from . import config as c
from .networks import CausalConv1d, ResidualBlock, leaky

CHANNELS = 32
DILATIONS = (1, 2, 4, 8, 16, 1)
"""Sees 65 frames (347 ms) back, none ahead."""

LAGS = (1, 3, 6)
"""Frames over which rises are taken."""
REFERENCE_LOW = -8.0
"""In nepers, -69 dB: what is quieter does not count as playing."""
REFERENCE_FALL = 0.02
"""In nepers a frame (33 dB a second): how fast the reference forgets a loud note."""
DEPTH = 5.5
"""In nepers (48 dB): what is this far below the reference counts as silence."""
MAX_CHANGE = 3.0
"""In nepers: larger changes of level or attacks say nothing more."""
MAX_STEP_SEMITONES = 3.0
"""Larger changes of pitch say nothing more."""
SCALARS = 4 + 2 * len(LAGS)
INPUTS = c.MEL_BINS * (1 + len(LAGS)) + SCALARS


def _earlier(x: Tensor, frames: int, before: float) -> Tensor:
    """x [B, F, ..], `frames` ago; `before` ahead of the first frame."""
    past = torch.full_like(x[:, :frames], before)
    return torch.cat([past, x[:, : x.shape[1] - frames]], dim=1)[:, : x.shape[1]]


def reference_level(log_loudness: Tensor) -> Tensor:
    """How loud the playing is: follows the loudness upwards at once, downwards slowly. [B, F] -> [B, F]."""
    fallen = REFERENCE_FALL * torch.arange(log_loudness.shape[1], device=log_loudness.device)
    highest = torch.cummax(log_loudness + fallen, dim=1).values - fallen
    return highest.clamp_min(REFERENCE_LOW)


def onset_inputs(
    log_mel: Tensor, log_level: Tensor, log_loudness: Tensor, attack: Tensor, f0_hz: Tensor, voicing: Tensor
) -> Tensor:
    """What the network sees: log_mel [B, F, 80], the others [B, F] -> [B, 330, F].

    In this order: the mel bands below the reference level; their rises over each lag; voicing, pitch,
    attack and loudness; changes of the level over each lag; changes of the pitch over each lag.
    """
    silence = 0.5 * float(torch.tensor(c.MEL_POWER_FLOOR).log())
    reference = reference_level(log_loudness)
    floor = reference - DEPTH
    bands = torch.maximum(log_mel, floor.unsqueeze(-1))
    level = torch.maximum(log_level, floor)
    octaves = torch.log2(f0_hz.clamp(c.PITCH_LOW_HZ, c.PITCH_HIGH_HZ) / c.PITCH_LOW_HZ)
    parts = [(bands - reference.unsqueeze(-1)) / 3.0 + 0.6]
    for lag in LAGS:
        before = torch.maximum(_earlier(log_mel, lag, silence), floor.unsqueeze(-1))
        parts.append(0.5 * (bands - before).clamp_min(0.0))
    scalars = [
        voicing,
        (octaves / 2.0 - 1.5) * voicing,
        attack.clamp_max(MAX_CHANGE),
        (torch.maximum(log_loudness, floor) - reference) / 3.0 + 0.6,
    ]
    for lag in LAGS:
        before = torch.maximum(_earlier(log_level, lag, silence), floor)
        scalars.append((level - before).clamp(-MAX_CHANGE, MAX_CHANGE) / 2.0)
    # Before the first frame no pitch is known: the tracker holds 440 Hz there.
    initial = float(torch.tensor(440.0 / c.PITCH_LOW_HZ).log2())
    for lag in LAGS:
        step = 12.0 * (octaves - _earlier(octaves, lag, initial)).abs()
        scalars.append(step.clamp_max(MAX_STEP_SEMITONES) / 2.0 * voicing)
    parts.append(torch.stack(scalars, dim=-1))
    return torch.cat(parts, dim=-1).transpose(1, 2)


class OnsetNetwork(nn.Module):
    """Inputs [B, 330, F] -> logit of "a note begins here" [B, F]; 35 thousand parameters."""

    def __init__(self, channels: int = CHANNELS, dilations: tuple[int, ...] = DILATIONS) -> None:
        """`channels` of every block, one dilation per block."""
        super().__init__()
        self.dilations = dilations
        self.input = CausalConv1d(INPUTS, channels, 1)
        self.blocks = nn.ModuleList(ResidualBlock(channels, d) for d in dilations)
        self.output = CausalConv1d(channels, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Causal: frame k sees frames up to k."""
        x = self.input(x)
        for block in self.blocks:
            x = block(x)
        return self.output(leaky(x))[:, 0]
