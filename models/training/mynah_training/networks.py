"""Universal encoder, instrument-translation decoder and the domain classifier that judges z.

Every convolution is causal: padded with zeros on the left, which is the streaming state at reset.
Frames run at 187.5 Hz. Tensors are [B, channels, F].
"""

import torch
from torch import Tensor, nn

from . import config as c

SLOPE = 0.2
"""Negative slope of every leaky ReLU."""


def leaky(x: Tensor) -> Tensor:
    """Leaky ReLU of the whole project."""
    return nn.functional.leaky_relu(x, SLOPE)


class CausalConv1d(nn.Conv1d):
    """Kernel over the present and the past: output t sees inputs t, t - d, .., t - (k - 1) d."""

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int = 1) -> None:
        """Shapes as `nn.Conv1d`; weight [outputs, inputs, kernel], newest sample last."""
        super().__init__(inputs, outputs, kernel, dilation=dilation)
        self.left = (kernel - 1) * dilation

    def forward(self, x: Tensor) -> Tensor:
        """[B, inputs, F] -> [B, outputs, F]."""
        return super().forward(nn.functional.pad(x, (self.left, 0)))


class ResidualBlock(nn.Module):
    """x + mix(leaky(conv(leaky(x)) + condition)): MelGAN's residual block, causal, kernel 3."""

    def __init__(self, channels: int, dilation: int) -> None:
        """`channels` in and out."""
        super().__init__()
        self.conv = CausalConv1d(channels, channels, 3, dilation)
        self.mix = CausalConv1d(channels, channels, 1)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """[B, channels, F] -> the same; `condition` is added before the second activation."""
        h = self.conv(leaky(x))
        if condition is not None:
            h = h + condition
        return x + self.mix(leaky(h))


class Encoder(nn.Module):
    """Level-normalised log-mel [B, 80, F] -> content z [B, latent, F], bounded by tanh."""

    def __init__(self, architecture: c.Architecture) -> None:
        """Sizes from the architecture."""
        super().__init__()
        self.input = CausalConv1d(c.MEL_BINS, architecture.encoder_channels, 3)
        self.blocks = nn.ModuleList(
            ResidualBlock(architecture.encoder_channels, d) for d in architecture.encoder_dilations
        )
        self.output = CausalConv1d(architecture.encoder_channels, architecture.latent_channels, 1)

    def forward(self, log_mel: Tensor, log_level: Tensor) -> Tensor:
        """log_mel [B, F, 80], log_level [B, F] -> z [B, latent, F]."""
        x = 0.5 * (log_mel - log_level.unsqueeze(-1) + 4.0)
        x = self.input(x.transpose(1, 2))
        for block in self.blocks:
            x = block(x)
        return torch.tanh(self.output(leaky(x)))


class GatedBlock(nn.Module):
    """WaveNet's gated residual block with FiLM (Perez et al., 2018) from the target's vectors."""

    def __init__(self, channels: int, dilation: int) -> None:
        """`channels` in and out; the convolution makes both halves of the gate."""
        super().__init__()
        self.conv = CausalConv1d(channels, 2 * channels, 3, dilation)
        self.mix = CausalConv1d(channels, channels, 1)

    def forward(self, x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        """x [B, channels, F], scale and shift [B, 2 channels] -> [B, channels, F]."""
        h = self.conv(x) * (1.0 + scale).unsqueeze(-1) + shift.unsqueeze(-1)
        left, right = h.chunk(2, dim=1)
        return x + self.mix(torch.tanh(left) * torch.sigmoid(right))


def translator_inputs(
    z: Tensor,
    f0_hz: Tensor,
    voicing: Tensor,
    log_loudness: Tensor,
    attack: Tensor,
    follow: Tensor,
    bumps: int,
) -> Tensor:
    """What the translator sees: z, bumps over log pitch, log pitch, voicing, loudness, attack, mode.

    z [B, latent, F]; f0_hz, voicing, log_loudness, attack [B, F]; follow [B] (0 track, 1 follow).
    """
    octaves = torch.log2(f0_hz.clamp(c.PITCH_LOW_HZ, c.PITCH_HIGH_HZ) / c.PITCH_LOW_HZ)
    position = octaves * ((bumps - 1) / 5.33)
    index = torch.arange(bumps, device=z.device, dtype=z.dtype).view(1, -1, 1)
    bump = (1.0 - (position.unsqueeze(1) - index).abs()).clamp_min(0.0) * voicing.unsqueeze(1)
    loudness = (log_loudness + 4.6) / 2.3
    scalars = torch.stack(
        [
            octaves / 2.0 - 1.5,
            voicing,
            loudness,
            attack,
            follow.unsqueeze(-1).expand_as(voicing),
        ],
        dim=1,
    )
    return torch.cat([z, bump, scalars], dim=1)


class Translator(nn.Module):
    """The part of the decoder that all targets share."""

    def __init__(self, architecture: c.Architecture) -> None:
        """Sizes from the architecture."""
        super().__init__()
        channels = architecture.translator_channels
        self.input = CausalConv1d(architecture.translator_inputs, channels, 3)
        self.blocks = nn.ModuleList(GatedBlock(channels, d) for d in architecture.translator_dilations)

    def forward(self, x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        """x [B, inputs, F], scale and shift [B, blocks, 2 channels] -> hidden [B, channels, F]."""
        x = self.input(x)
        for i, block in enumerate(self.blocks):
            x = block(x, scale[:, i], shift[:, i])
        return leaky(x)


class TargetBank(nn.Module):
    """The parameters of each target: FiLM vectors and an output head; one target is one model file."""

    def __init__(self, architecture: c.Architecture, targets: int) -> None:
        """Heads start at a quiet, falling spectrum, the noise part well below the harmonic one."""
        super().__init__()
        blocks, channels = len(architecture.translator_dilations), architecture.translator_channels
        self.scale = nn.Parameter(0.1 * torch.randn(targets, blocks, 2 * channels))
        self.shift = nn.Parameter(0.1 * torch.randn(targets, blocks, 2 * channels))
        self.weight = nn.Parameter(torch.randn(targets, 2 * c.ENVELOPE_POINTS, channels) * 0.02)
        slope = torch.linspace(1.0, -5.0, c.ENVELOPE_POINTS)
        self.bias = nn.Parameter(torch.cat([slope, slope - 4.0]).repeat(targets, 1))

    def film(self, target: Tensor) -> tuple[Tensor, Tensor]:
        """target [B] (index) -> scale and shift [B, blocks, 2 channels]."""
        return self.scale[target], self.shift[target]

    def envelopes(self, hidden: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """hidden [B, channels, F] -> log envelopes of the harmonic and the noise part [B, F, 64]."""
        out = torch.einsum("boc,bcf->bfo", self.weight[target], hidden) + self.bias[target].unsqueeze(1)
        out = out.clamp(c.ENVELOPE_MIN, c.ENVELOPE_MAX)
        return out[..., : c.ENVELOPE_POINTS], out[..., c.ENVELOPE_POINTS :]


class _Reverse(torch.autograd.Function):
    """Gradient reversal (Ganin et al., 2016)."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor, weight: float) -> Tensor:
        """Identity."""
        ctx.weight = weight  # type: ignore[attr-defined]
        return x.view_as(x)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, *grads: Tensor) -> tuple[Tensor, None]:
        """The gradient, reversed and scaled."""
        return -ctx.weight * grads[0], None  # type: ignore[attr-defined]


class DomainClassifier(nn.Module):
    """Says from z which instrument was played; only trained, never shipped (UMTN's confusion loss)."""

    def __init__(self, architecture: c.Architecture, domains: int, weight: float) -> None:
        """`weight` is UMTN's lambda: how much of its gradient, reversed, reaches the encoder."""
        super().__init__()
        self.weight = weight
        self.layers = nn.Sequential(
            nn.Conv1d(architecture.latent_channels, 64, 5, padding=2),
            nn.LeakyReLU(SLOPE),
            nn.Conv1d(64, 64, 5, padding=2),
            nn.LeakyReLU(SLOPE),
            nn.Conv1d(64, domains, 1),
        )

    def forward(self, z: Tensor) -> Tensor:
        """z [B, latent, F] -> logits [B, domains], averaged over time."""
        return self.layers(_Reverse.apply(z, self.weight)).mean(-1)
