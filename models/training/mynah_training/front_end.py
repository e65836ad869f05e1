"""An encoder front end of musically motivated filters, for comparison; the shipped encoder has none.

Pons et al. (2016, 2018): filters of m bins by 1 frame see timbre, wherever on the frequency axis
it lies; filters of 1 bin by n frames see onsets and decays.
"""

import torch
from torch import Tensor, nn

from . import config as c
from .networks import CausalConv1d, leaky

TIMBRE_BINS = (12, 32)
TIMBRE_FILTERS = 4
ZONES = 4
"""A timbre filter reports its largest response in each quarter of the frequency axis."""
TEMPORAL_FRAMES = (5, 17)
TEMPORAL_FILTERS = 2
TEMPORAL_CHANNELS = 16


class MusicalFrontEnd(nn.Module):
    """Takes the place of the encoder's first convolution: [B, 80, F] -> [B, channels, F]."""

    def __init__(self, channels: int) -> None:
        """Timbre and temporal filters; a plain convolution has the channels that are left."""
        super().__init__()
        self.timbre = nn.ModuleList(nn.Conv2d(1, TIMBRE_FILTERS, (m, 1)) for m in TIMBRE_BINS)
        self.temporal = nn.ModuleList(nn.Conv2d(1, TEMPORAL_FILTERS, (1, n)) for n in TEMPORAL_FRAMES)
        temporal_inputs = c.MEL_BINS * TEMPORAL_FILTERS * len(TEMPORAL_FRAMES)
        self.join = nn.Conv1d(temporal_inputs, TEMPORAL_CHANNELS, 1)
        timbre_channels = TIMBRE_FILTERS * ZONES * len(TIMBRE_BINS)
        self.plain = CausalConv1d(c.MEL_BINS, channels - timbre_channels - TEMPORAL_CHANNELS, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Log-mel frames [B, 80, F]; causal."""
        image = x.unsqueeze(1)
        timbre = [
            nn.functional.adaptive_max_pool2d(filters(image), (ZONES, x.shape[-1])).flatten(1, 2)
            for filters in self.timbre
        ]
        temporal = [
            leaky(filters(nn.functional.pad(image, (frames - 1, 0)))).flatten(1, 2)
            for filters, frames in zip(self.temporal, TEMPORAL_FRAMES, strict=True)
        ]
        joined = self.join(torch.cat(temporal, dim=1))
        return torch.cat([*timbre, joined, self.plain(x)], dim=1)
