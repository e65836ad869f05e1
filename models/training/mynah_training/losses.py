"""Spectral losses, and the log-mel distance that the evaluation reports."""

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from . import config as c
from .data import contour
from .data.sequencer import a_weighting
from .features import hz_to_mel, mel_to_hz

STFT_SIZES = (512, 1024, 2048)
MEL_SIZE = 1024
MEL_WEIGHT = 2.0
"""Two of five parts of the loss are what is measured in the end."""
STFT_FLOOR = 3e-4
"""Of a signal levelled to -20 dBFS: a lower floor makes the loss care more for noise floors than tone."""
MEL_FLOOR = 1e-3
LEVEL = 0.1


@lru_cache
def _window(size: int, device: str) -> Tensor:
    window = torch.hann_window(size, device=device)
    return window * (2.0 / window.sum())


@lru_cache
def mel_filters(size: int, bands: int, device: str) -> Tensor:
    """Triangles over the amplitudes of a transform of `size` points: [size / 2 + 1, bands]."""
    hz = np.arange(size // 2 + 1) * c.SAMPLE_RATE_HZ / size
    edges = mel_to_hz(np.linspace(hz_to_mel(c.MEL_LOW_HZ), hz_to_mel(c.MEL_HIGH_HZ), bands + 2))
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    filters = np.clip(np.minimum((hz - left) / (centre - left), (right - hz) / (right - centre)), 0, None)
    return torch.tensor(filters.T, dtype=torch.float32, device=device)


def magnitude(audio: Tensor, size: int, padded: int | None = None, hop: int | None = None) -> Tensor:
    """[B, n] -> [B, frames, bins]; a sine of amplitude a peaks at a.

    The transform has `size` points, or `padded`, the rest of which are zero; the hop is a quarter of
    the window unless given.
    """
    frames = audio.unfold(-1, size, hop or size // 4) * _window(size, str(audio.device))
    spectrum = torch.fft.rfft(frames, n=padded)
    return torch.sqrt(spectrum.real**2 + spectrum.imag**2 + 1e-12)


def level_gain(by: Tensor) -> Tensor:
    """The gain [B, 1] that brings `by` [B, n] to -20 dBFS RMS, at most +40 dB."""
    rms = by.square().mean(-1, keepdim=True).sqrt()
    return LEVEL / rms.clamp_min(LEVEL / 100.0)


def level(*signals: Tensor, by: Tensor) -> list[Tensor]:
    """Scale all by the one gain per item that brings `by` [B, n] to -20 dBFS RMS (at most +40 dB)."""
    gain = level_gain(by)
    return [signal * gain for signal in signals]


def _log_mel_distance(a: Tensor, b: Tensor, size: int) -> Tensor:
    """Mean absolute difference of the log-mel of two magnitudes [B, frames, bins] -> [B]."""
    mel = mel_filters(size, c.MEL_BINS, str(a.device))
    logs = [torch.log((x @ mel).clamp_min(MEL_FLOOR)) for x in (a, b)]
    return (logs[0] - logs[1]).abs().mean((-1, -2))


def log_mel_l1(output: Tensor, target: Tensor) -> Tensor:
    """The distance that `mynah-lab eval` reports, per item [B]; both already levelled.

    Triangles over the amplitudes of a window of 1,024, zero-padded to 2,048; -60 dBFS is the floor.
    """
    padded = 2 * MEL_SIZE
    a, b = (magnitude(x, MEL_SIZE, padded) for x in (output, target))
    return _log_mel_distance(a, b, padded)


@lru_cache
def _level_weights(device: str) -> Tensor:
    return torch.tensor(contour.power_weights(), dtype=torch.float32, device=device)


LOUDNESS_RANGE_DB = 45.0


def loudness_loss(output: Tensor, level_db: Tensor) -> Tensor:
    """How far the output's loudness is from what the source's was, in nepers, per item [B].

    output [B, n]; level_db [B, (n - 1024) // 256 + 1], of the 1,024 samples from 0, 256, .. on. Only
    what lies within 45 dB of the loudest counts: nobody hears the level of silence.
    """
    size = contour.WINDOW_SAMPLES
    frames = output.unfold(-1, size, contour.HOP_SAMPLES) * _window(size, str(output.device))
    spectrum = torch.fft.rfft(frames)
    power = (spectrum.real**2 + spectrum.imag**2) @ _level_weights(str(output.device))
    nepers_per_db = math.log(10.0) / 20.0
    level = 0.5 * torch.log(power + 10.0 ** (contour.FLOOR_DB / 10.0))
    heard = (level_db > level_db.amax(-1, keepdim=True) - LOUDNESS_RANGE_DB).float()
    distance = (level - nepers_per_db * level_db).abs() * heard
    return distance.sum(-1) / heard.sum(-1).clamp_min(1.0)


SILENCE = 1e-3
"""RMS of a window of a clip levelled to -20 dBFS: where less is wanted, there is a rest."""
SILENCE_FLOOR = 3e-4
SILENCE_WINDOW_SAMPLES = 512


def silence_loss(output: Tensor, target: Tensor) -> Tensor:
    """How much louder than wanted the output is in rests, in nepers over the clip, per item [B]; levelled.

    Windows of 512 samples whose target is under -60 dBFS; what the output has under -70 dBFS is free.
    """
    rms = [
        x.unfold(-1, SILENCE_WINDOW_SAMPLES, SILENCE_WINDOW_SAMPLES // 2).square().mean(-1).add(1e-12).sqrt()
        for x in (output, target)
    ]
    excess = torch.log(rms[0].clamp_min(SILENCE_FLOOR) / rms[1].clamp_min(SILENCE_FLOOR)).clamp_min(0.0)
    return (excess * (rms[1] < SILENCE)).mean(-1)


def line_loss(added_bands: Tensor, target: Tensor) -> Tensor:
    """What stands still in sub-bands that are added [B, 16, steps], over the target's RMS, per item [B].

    A coefficient that stays is a tone at a multiple of the sub-bands' rate (3 kHz): a whistle on every
    note, too faint for spectral distances to mind (seen: 44 dB below the note).
    """
    rms = target.square().mean(-1).sqrt().clamp_min(1e-4)
    return added_bands.mean(-1).abs().sum(-1) / rms


MRSTFT_FLOOR = 1e-3


def stft_distance(output: Tensor, target: Tensor, size: int) -> Tensor:
    """Spectral convergence plus mean difference of log amplitudes at one window, per item [B]; levelled."""
    a, b = magnitude(output, size), magnitude(target, size)
    power = b.square().sum((-1, -2)) + 1e-12
    convergence = ((a - b).square().sum((-1, -2)) / power).sqrt()
    logs = (torch.log(a.clamp_min(MRSTFT_FLOOR)) - torch.log(b.clamp_min(MRSTFT_FLOOR))).abs()
    return convergence + logs.mean((-1, -2))


def mrstft(output: Tensor, target: Tensor) -> Tensor:
    """The multi-resolution STFT distance that `mynah-lab eval` reports, per item [B].

    A mean of `stft_distance` over three windows; each signal is brought to -20 dBFS by itself. The frames
    lie within the clip, those of the evaluation, which has whole phrases, also across its ends.
    """
    output, target = level(output, by=output)[0], level(target, by=target)[0]
    total = output.new_zeros(output.shape[0])
    for size in STFT_SIZES:
        total = total + stft_distance(output, target, size) / len(STFT_SIZES)
    return total


@lru_cache
def _amplitude_weights(size: int, device: str) -> Tensor:
    hz = np.arange(size // 2 + 1) * c.SAMPLE_RATE_HZ / size
    return torch.tensor(a_weighting(hz), dtype=torch.float32, device=device)


def spectral_loss(output: Tensor, target: Tensor, a_weighted: bool = False) -> Tensor:
    """Multi-resolution STFT loss (Yamamoto et al., 2020) plus log-mel L1, per item [B]; levelled input.

    `a_weighted`: the magnitudes of the STFT are A-weighted, so that less of what is hard to hear
    (rumble, the top octave) rises above the floor. The spectral convergence is divided by both sizes,
    not by the target's alone: over a rest it would grow without bound and one clip would throw the
    training off (seen: a loss of 800 in a batch).
    """
    total = output.new_zeros(output.shape[0])
    for size in STFT_SIZES:
        a, b = magnitude(output, size), magnitude(target, size)
        if a_weighted:
            a, b = (x * _amplitude_weights(size, str(x.device)) for x in (a, b))
        logs = (torch.log(a + STFT_FLOOR) - torch.log(b + STFT_FLOOR)).abs().mean((-1, -2))
        sizes = [x.square().sum((-1, -2)).sqrt() for x in (a.detach(), b)]
        # In a rest both can be the floor to the bit, and the root has no finite gradient at 0.
        distance = (a - b).square().sum((-1, -2)).add(1e-12).sqrt()
        convergence = distance / (sizes[0] + sizes[1] + 1e-3)
        total = total + (logs + 0.5 * convergence) / len(STFT_SIZES)
    return total + MEL_WEIGHT * log_mel_l1(output, target)
