"""The generator: a compact causal MelGAN-like network on 16 sub-bands of the prior at 3 kHz.

Sub-band step j sees samples [16 j - 16, 16 j + 16) of a stream through an MDCT (Princen and Bradley,
1986); overlap-add completes samples [16 j - 16, 16 j) of the output, so the whole chain is 16
samples late. Gains on the sub-bands of both streams and a small additive part are added to the
delayed prior; all are zero at the start, where the generator is the identity.
"""

import math

import torch
from torch import Tensor, nn

from . import config as c
from .networks import CausalConv1d, ResidualBlock, leaky

INPUT_SCALE = 30.0
STEPS_PER_FRAME = c.FRAME_SAMPLES // c.SUB_BANDS


def mdct_matrix() -> Tensor:
    """[16, 32]: sine window times the orthonormal MDCT; its transpose is the synthesis."""
    m = c.SUB_BANDS
    n = torch.arange(2 * m, dtype=torch.float64)
    k = torch.arange(m, dtype=torch.float64).unsqueeze(1)
    window = torch.sin(math.pi * (n + 0.5) / (2 * m))
    return (window * math.sqrt(2.0 / m) * torch.cos(math.pi / m * (n + 0.5 + m / 2) * (k + 0.5))).float()


def interpolate_frames(frames: Tensor) -> Tensor:
    """Frames 1..F [B, C, F] -> steps of blocks 1..F-1 [B, C, (F - 1) 16]; frame 0 is zero."""
    u = (torch.arange(STEPS_PER_FRAME, device=frames.device, dtype=frames.dtype) + 1.0) / STEPS_PER_FRAME
    before = nn.functional.pad(frames, (1, 0))[..., :-1]
    steps = before.unsqueeze(-1) * (1.0 - u) + frames.unsqueeze(-1) * u
    return steps[..., :-1, :].flatten(-2)


class Generator(nn.Module):
    """Residual stacks on sub-bands, conditioned on the translator's hidden frames."""

    def __init__(self, architecture: c.Architecture) -> None:
        """The last layer starts at zero: the identity on the prior."""
        super().__init__()
        channels = architecture.generator_channels
        dilations = architecture.generator_dilations
        self.channels = channels
        self.analysis = nn.Parameter(mdct_matrix(), requires_grad=False)
        self.synthesis = nn.Parameter(mdct_matrix(), requires_grad=False)
        self.condition = CausalConv1d(architecture.translator_channels, channels * len(dilations), 1)
        self.input = CausalConv1d(2 * c.SUB_BANDS, channels, 3)
        self.blocks = nn.ModuleList(ResidualBlock(channels, d) for d in dilations)
        self.output = CausalConv1d(channels, 3 * c.SUB_BANDS, 1)
        nn.init.zeros_(self.output.weight)
        assert self.output.bias is not None
        nn.init.zeros_(self.output.bias)

    def analyse(self, stream: Tensor) -> Tensor:
        """[B, n] -> sub-bands [B, 16, n / 16]."""
        padded = nn.functional.pad(stream, (c.SUB_BANDS, 0))
        return (padded.unfold(-1, 2 * c.SUB_BANDS, c.SUB_BANDS) @ self.analysis.T).transpose(1, 2)

    def synthesise(self, bands: Tensor) -> Tensor:
        """Sub-bands [B, 16, J] -> [B, 16 J], 16 samples late."""
        parts = bands.transpose(1, 2) @ self.synthesis
        first, second = parts[..., : c.SUB_BANDS], parts[..., c.SUB_BANDS :]
        late = nn.functional.pad(second, (0, 0, 1, 0))[:, :-1]
        return (first + late).flatten(1)

    def forward(
        self, tonal: Tensor, noisy: Tensor, hidden: Tensor, log_loudness: Tensor, lead_steps: int = 0
    ) -> Tensor:
        """Streams of blocks 1..F-1 [B, n], hidden [B, C, F], log_loudness [B, F] -> output [B, n].

        The output is 16 samples behind the streams. The streams may begin `lead_steps` steps before
        block 1, where frame 0 holds: the plugin's first hop is 8 such steps.
        """
        bands = self.added_bands(tonal, noisy, hidden, log_loudness, lead_steps)
        return self.add(tonal, noisy, bands)

    def add(self, tonal: Tensor, noisy: Tensor, bands: Tensor) -> Tensor:
        """Streams [B, n] and what is added to them in sub-bands [B, 16, n / 16] -> output [B, n]."""
        prior = nn.functional.pad(tonal + noisy, (c.SUB_BANDS, 0))[:, : -c.SUB_BANDS]
        return prior + self.synthesise(bands)

    def added_bands(
        self, tonal: Tensor, noisy: Tensor, hidden: Tensor, log_loudness: Tensor, lead_steps: int = 0
    ) -> Tensor:
        """What is added to the streams, as sub-bands [B, 16, n / 16]; arguments as of `forward`."""
        loudness = (
            nn.functional.pad(interpolate_frames(torch.exp(log_loudness).unsqueeze(1)), (lead_steps, 0))
            + 1e-5
        )
        tonal_bands, noise_bands = self.analyse(tonal), self.analyse(noisy)
        x = torch.asinh(INPUT_SCALE * torch.cat([tonal_bands, noise_bands], dim=1) / loudness)
        x = self.input(x)
        conditions = nn.functional.pad(interpolate_frames(self.condition(hidden)), (lead_steps, 0)).split(
            self.channels, dim=1
        )
        for block, condition in zip(self.blocks, conditions, strict=True):
            x = block(x, condition)
        gain_tonal, gain_noise, added = torch.tanh(self.output(leaky(x))).split(c.SUB_BANDS, dim=1)
        return 2.0 * (gain_tonal * tonal_bands + gain_noise * noise_bands) + loudness * added
