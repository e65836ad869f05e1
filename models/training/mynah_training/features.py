"""Causal features, one frame every 256 samples, from the past only.

Frame k (k = 1, 2, ..) sees the input up to sample 256 k, exclusive; arrays hold frame k at
index k - 1. Samples before the start of the input are zero.
"""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from . import config as c


def hz_to_mel(hz: np.ndarray | float) -> np.ndarray:
    """HTK mel scale."""
    return 2595.0 * np.log10(1.0 + np.asarray(hz, np.float64) / 700.0)


def mel_to_hz(mel: np.ndarray | float) -> np.ndarray:
    """Inverse of `hz_to_mel`."""
    return 700.0 * (10.0 ** (np.asarray(mel, np.float64) / 2595.0) - 1.0)


@lru_cache
def analysis_window(size: int = c.WINDOW_SAMPLES, fall: int = c.WINDOW_FALL_SAMPLES) -> np.ndarray:
    """Asymmetric window, float64 [size]; a sine of amplitude a gives a spectral peak of a."""
    rise = size - fall
    up = 0.5 - 0.5 * np.cos(np.pi * (np.arange(rise) + 0.5) / rise)
    down = 0.5 + 0.5 * np.cos(np.pi * (np.arange(fall) + 0.5) / fall)
    window = np.concatenate([up, down])
    return window * (2.0 / window.sum())


@lru_cache
def mel_filters() -> np.ndarray:
    """Triangles of peak 1 over power bins, float64 [80, 513].

    At the low end a triangle would fall between two bins; each reaches at least one bin spacing
    to either side.
    """
    bins_hz = np.arange(c.WINDOW_SAMPLES // 2 + 1) * c.SAMPLE_RATE_HZ / c.WINDOW_SAMPLES
    spacing_hz = c.SAMPLE_RATE_HZ / c.WINDOW_SAMPLES
    edges = mel_to_hz(np.linspace(hz_to_mel(c.MEL_LOW_HZ), hz_to_mel(c.MEL_HIGH_HZ), c.MEL_BINS + 2))
    centre = edges[1:-1, None]
    left = np.minimum(edges[:-2, None], centre - spacing_hz)
    right = np.maximum(edges[2:, None], centre + spacing_hz)
    rising = (bins_hz - left) / (centre - left)
    falling = (right - bins_hz) / (right - centre)
    return np.clip(np.minimum(rising, falling), 0.0, None)


@lru_cache
def attack_window() -> np.ndarray:
    """As `analysis_window`, half as long, float64 [512]."""
    return analysis_window(c.ATTACK_WINDOW_SAMPLES, c.ATTACK_WINDOW_FALL_SAMPLES)


def a_weighting_power(window: np.ndarray) -> np.ndarray:
    """Squared A-weighting (IEC 61672) per bin, 1 at 1 kHz, divided by the window's noise bandwidth.

    float64 [size / 2 + 1]; the sum over bins of power times this is a^2 for a 1 kHz sine of amplitude a.
    """
    size = len(window)
    f2 = (np.arange(size // 2 + 1) * c.SAMPLE_RATE_HZ / size) ** 2
    weight = (12194.0**2 * f2**2) / (
        (f2 + 20.6**2) * np.sqrt((f2 + 107.7**2) * (f2 + 737.9**2)) * (f2 + 12194.0**2)
    )
    gain = 10.0 ** (2.0 / 20.0)
    noise_bandwidth_bins = size * (window**2).sum() / window.sum() ** 2
    return (gain * weight) ** 2 / noise_bandwidth_bins


_TABLES: dict[str, Callable[[], np.ndarray]] = {
    "window": analysis_window,
    "attack window": attack_window,
    "mel": mel_filters,
    "a": lambda: a_weighting_power(analysis_window()),
    "attack a": lambda: a_weighting_power(attack_window()),
}


@lru_cache
def _torch_table(name: str, device: str) -> Tensor:
    return torch.tensor(_TABLES[name](), dtype=torch.float32, device=device)


def _windowed_power(audio: Tensor, window: Tensor) -> Tensor:
    size = len(window)
    padded = torch.nn.functional.pad(audio, (size - c.FRAME_SAMPLES, 0))
    spectrum = torch.fft.rfft(padded.unfold(-1, size, c.FRAME_SAMPLES) * window)
    return spectrum.real**2 + spectrum.imag**2


def power_frames(audio: Tensor) -> Tensor:
    """[B, n] -> power spectra [B, n // 256, 513] of the windows that end at 256, 512, .."""
    return _windowed_power(audio, _torch_table("window", str(audio.device)))


def log_mel(power: Tensor) -> Tensor:
    """Natural log of mel amplitude: [B, F, 513] -> [B, F, 80]."""
    mel = power @ _torch_table("mel", str(power.device)).T
    return 0.5 * torch.log(mel + c.MEL_POWER_FLOOR)


def log_level(power: Tensor) -> Tensor:
    """Natural log of the A-weighted amplitude: [B, F, 513] -> [B, F]; floor ln(1e-5) = -100 dB."""
    return 0.5 * torch.log(power @ _torch_table("a", str(power.device)) + c.LOUDNESS_POWER_FLOOR)


def log_loudness(level: Tensor) -> Tensor:
    """`log_level` without the ripple of a low note's periods: [B, F] -> [B, F], from silence on.

    Sampled at the frame rate that ripple is a tremolo of up to 3 dB at any rate. Each frame goes
    d^2 / (d^2 + r^2) of the way d to the level: hardly where d is ripple, at once where it is played.
    """
    loudness = torch.full_like(level[:, 0], 0.5 * math.log(c.LOUDNESS_POWER_FLOOR))
    out = []
    for frame in level.unbind(1):
        way = frame - loudness
        square = way * way
        loudness = loudness + way * square / (square + c.STEADY_RANGE**2)
        out.append(loudness)
    return torch.stack(out, dim=1)


def attack(audio: Tensor, loudness: Tensor) -> Tensor:
    """How far the short window is above the loudness, beyond what a steady note's can be, in nepers.

    audio [B, n], `log_loudness` of it [B, n // 256] -> [B, n // 256], 0 or more.
    """
    device = str(audio.device)
    power = _windowed_power(audio, _torch_table("attack window", device))
    level = 0.5 * torch.log(power @ _torch_table("attack a", device) + c.LOUDNESS_POWER_FLOOR)
    return (level - loudness - c.ATTACK_THRESHOLD).clamp_min(0.0)


def whitening(power: Tensor) -> tuple[Tensor, Tensor]:
    """LPC from the power spectrum, in double precision.

    power [B, F, 513] -> prediction-error filters a [B, F, 33] (a[0] = 1) and the natural log of the
    residual's amplitude [B, F]. The autocorrelation is the circular one of the windowed frame, which
    stays positive definite; white-noise correction 1e-4.
    """
    autocorrelation = torch.fft.irfft(power.double())[..., : c.LPC_ORDER + 1]
    energy = float((analysis_window() ** 2).sum())
    r = autocorrelation / energy
    r0 = r[..., 0] * (1.0 + 1e-4) + 1e-12
    a = torch.zeros_like(r)
    a[..., 0] = 1.0
    error = r0
    for order in range(1, c.LPC_ORDER + 1):
        # Levinson-Durbin (Makhoul 1975)
        acc = r[..., order] + (a[..., 1:order] * r[..., 1:order].flip(-1)).sum(-1)
        k = -acc / error
        a = a.clone()
        update = k.unsqueeze(-1) * a[..., 1:order].flip(-1)
        a[..., 1:order] += update
        a[..., order] = k
        error = error * (1.0 - k**2)
    log_amplitude = 0.5 * torch.log(error.clamp_min(0.0) + 1e-8)
    return a.float(), log_amplitude.float()
