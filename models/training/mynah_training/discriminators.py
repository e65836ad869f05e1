"""Networks that tell the generator's clips from true ones; only trained, never shipped.

Waveform discriminators at three sampling rates (MelGAN: Kumar et al., 2019), which see short random
windows, the lower two also told which target plays what (GAN-TTS: Binkowski et al., 2019), and
spectral ones at three resolutions (UnivNet: Jang et al., 2021). All are convolutional: they give one
score for every piece of the clip. Sized for a CPU: strides come first and channels are few.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from . import config as c
from .losses import LEVEL, STFT_FLOOR, STFT_SIZES, magnitude
from .networks import SLOPE, leaky, translator_inputs

DECIMATIONS = (1, 2, 4)
"""48, 24 and 12 kHz."""
CONDITIONAL_DECIMATIONS = (2, 4)
"""The first hears everything up to 24 kHz and judges texture; the others judge the note."""
WAVE_STRIDE = 64
"""Samples of a waveform discriminator's rate per score."""
PITCH_BUMPS = 16
CONDITION_CHANNELS = PITCH_BUMPS + 5
TARGET_CHANNELS = 16
LOG_FLOOR = float(np.log(STFT_FLOOR))


@dataclass(frozen=True)
class Condition:
    """What is known of a clip whether it is true or generated."""

    frames: Tensor
    """[B, 21, F] at 187.5 Hz: see `condition_frames`"""
    target: Tensor
    """[B] index of the target"""


@dataclass(frozen=True)
class Judgement:
    """What one discriminator makes of a clip."""

    scores: Tensor
    """[B, ..]: wanted 1 for a true clip, 0 for a generated one"""
    features: list[Tensor]
    """Activations of the layers before the score: [B, channels, time] or [B, channels, time, frequency]"""


def condition_frames(f0_hz: Tensor, voicing: Tensor, log_loudness: Tensor, follow: Tensor) -> Tensor:
    """[B, F] x 3 and follow [B] -> [B, 21, F].

    What the translator is told, but for its code and its attack: those come from one side only.
    """
    nothing = f0_hz.new_zeros(f0_hz.shape[0], 0, f0_hz.shape[1])
    return translator_inputs(
        nothing, f0_hz, voicing, log_loudness, torch.zeros_like(log_loudness), follow, PITCH_BUMPS
    )


def half_band_taps(taps: int = 33) -> Tensor:
    """Low-pass for halving the sampling rate, [taps]: windowed sinc, 6 dB down at a quarter of the rate.

    MelGAN's average pooling lets 12-24 kHz fold back at -13 dB, where the tone of a low note is louder.
    """
    n = np.arange(taps) - taps // 2
    kernel = 0.5 * np.sinc(0.5 * n) * np.kaiser(taps, 6.0)
    return torch.tensor(kernel / kernel.sum(), dtype=torch.float32)


def _normed(layer: nn.Module) -> nn.Module:
    """Weight norm on weights that keep the size of what passes: a short run has no steps to grow them."""
    assert isinstance(layer, nn.Conv1d | nn.Conv2d) and layer.bias is not None
    nn.init.kaiming_normal_(layer.weight, SLOPE)
    nn.init.zeros_(layer.bias)
    return weight_norm(layer)


class WaveDiscriminator(nn.Module):
    """Strided convolutions on the waveform at 48 kHz / `decimation`; one score per 64 samples of that."""

    taps: Tensor

    def __init__(self, decimation: int, targets: int, conditional: bool) -> None:
        """`decimation` is a power of two; `conditional`: told the target, pitch, voicing and loudness."""
        super().__init__()
        self.halvings = decimation.bit_length() - 1
        self.register_buffer("taps", half_band_taps(), persistent=False)
        self.first = _normed(nn.Conv1d(1, 24, 15, stride=4, padding=7))
        self.second = _normed(nn.Conv1d(24, 48, 11, stride=4, padding=5))
        self.third = _normed(nn.Conv1d(48, 96, 11, stride=4, padding=5))
        self.fourth = _normed(nn.Conv1d(96, 96, 5, padding=2))
        self.score = _normed(nn.Conv1d(96, 1, 3, padding=1))
        self.target = nn.Embedding(targets, TARGET_CHANNELS) if conditional else None
        self.condition = nn.Conv1d(CONDITION_CHANNELS + TARGET_CHANNELS, 96, 1) if conditional else None

    def forward(self, audio: Tensor, condition: Condition | None) -> Judgement:
        """audio [B, 256 F], frames of the condition [B, 21, F] -> scores [B, 4 F / decimation]."""
        x = audio.unsqueeze(1) / LEVEL
        for _ in range(self.halvings):
            x = nn.functional.conv1d(x, self.taps.view(1, 1, -1), stride=2, padding=len(self.taps) // 2)
        first = leaky(self.first(x))
        second = leaky(self.second(first))
        h = self.third(second)
        if self.target is not None and self.condition is not None:
            assert condition is not None, "a conditional discriminator must be told"
            told = self.target(condition.target).unsqueeze(-1).expand(-1, -1, condition.frames.shape[-1])
            told = self.condition(torch.cat([condition.frames, told], dim=1))
            h = h + told.repeat_interleave(h.shape[-1] // told.shape[-1], dim=-1)
        third = leaky(h)
        fourth = leaky(self.fourth(third))
        return Judgement(self.score(fourth).squeeze(1), [first, second, third, fourth])


class SpectralDiscriminator(nn.Module):
    """Strided convolutions over the log magnitudes of one STFT, which are floored as in the loss."""

    def __init__(self, size: int) -> None:
        """`size` of the window in samples; the hop is a quarter."""
        super().__init__()
        self.size = size
        self.layers = nn.ModuleList(
            _normed(nn.Conv2d(inputs, outputs, (3, 5), stride, padding=(1, 2)))
            for inputs, outputs, stride in ((2, 8, (2, 2)), (8, 32, (2, 2)), (32, 32, (1, 2)))
        )
        self.score = _normed(nn.Conv2d(32, 1, 3, padding=1))

    def forward(self, audio: Tensor, condition: Condition | None) -> Judgement:
        """audio [B, n] -> scores [B, time, frequency]; the condition is not used."""
        logs = torch.log(magnitude(audio, self.size) + STFT_FLOOR)
        # Without the position a convolution could not tell a missing top octave from a rest.
        position = torch.linspace(-1.0, 1.0, logs.shape[-1], device=logs.device).expand_as(logs)
        x = torch.stack([(logs - LOG_FLOOR) / 3.0 - 1.0, position], dim=1)
        features = []
        for layer in self.layers:
            x = leaky(layer(x))
            features.append(x)
        return Judgement(self.score(x).squeeze(1), features)


class Discriminators(nn.Module):
    """Three of waveforms and three of spectra."""

    def __init__(self, targets: int = len(c.INSTRUMENTS), conditional: bool = True) -> None:
        """Without `conditional` the same networks are told nothing: the ablation."""
        super().__init__()
        self.waves = nn.ModuleList(
            WaveDiscriminator(d, targets, conditional and d in CONDITIONAL_DECIMATIONS) for d in DECIMATIONS
        )
        self.spectra = nn.ModuleList(SpectralDiscriminator(size) for size in STFT_SIZES)

    def forward(self, audio: Tensor, condition: Condition | None = None) -> list[Judgement]:
        """audio [B, 256 F], levelled to about -20 dBFS -> a judgement of each discriminator.

        The condition may be left out of discriminators that are told nothing.
        """
        return [judge(audio, condition) for judge in (*self.waves, *self.spectra)]
