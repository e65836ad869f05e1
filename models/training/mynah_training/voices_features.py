"""What the voices network sees of a recording: log-frequency spectra over windows that suit each octave.

Executable specification of `mynah_models::features::LogFrequency` and of
`mynah_models::streaming::voices::VoicesInput`. A frame every 512 samples (93.75 a second), from the past
only: frame k sees the input up to sample 512 (k + 1). *Fine* spectra have three bins a semitone, from windows
that tell neighbouring semitones apart (a constant-Q transform in four steps; Brown 1991); *quick* ones have a
bin a semitone, from windows half as long, which hear a stroke sooner. Both are relative to a reference level
that follows the playing, so the level of the recording does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from . import config as c
from .features import analysis_window

HOP_SAMPLES = 512
LOWEST_MIDI, PITCHES = 28, 73
"""E1 to E7."""
BINS_PER_SEMITONE = 3
SEMITONES = 100
"""From the lowest pitch up to 12.5 kHz: with harmonics."""
FINE_BINS = BINS_PER_SEMITONE * SEMITONES
WINDOWS = (8192, 4096, 2048, 1024, 512)
FINE_UP_TO_MIDI = (61, 73, 85, 128)
"""Below which note each of the first four windows is the fine one; the quick one is the next shorter."""
POWER_FLOOR = 1e-10
REFERENCE_LOW = -8.0
"""Nepers (-69 dB): what is quieter does not count as playing."""
REFERENCE_FALL = 0.04
"""Nepers a frame (33 dB a second): how fast a loud note is forgotten."""
DEPTH = 6.5
"""Nepers (56 dB): what is this far below the reference counts as silence."""
SCALE = 3.0
LAGS = (1, 3)
"""Frames over which rises of the quick spectrum are taken."""

FINE_HARMONICS = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
QUICK_HARMONICS = (1.0, 2.0, 3.0, 4.0, 5.0)
TREBLE_SEMITONE = 57
"""The quick spectrum from here on is the shortest window's: what a stroke does first is heard there."""
SCALARS = 5
INPUTS = BINS_PER_SEMITONE * len(FINE_HARMONICS) + len(QUICK_HARMONICS) * (1 + len(LAGS)) + SCALARS


@dataclass(frozen=True)
class Spectra:
    """Frames of one or several recordings, 0 for silence."""

    fine: Tensor
    """[.., F, 300]"""
    quick: Tensor
    """[.., F, 100]"""
    rises: tuple[Tensor, ...]
    """Of `quick` over each lag, 0 or more, [.., F, 100]"""
    reference: Tensor
    """Natural log of the amplitude to which the others are relative, [.., F]"""


def midi_to_hz(midi: np.ndarray) -> np.ndarray:
    """Equal temperament, 440 Hz for 69."""
    return 440.0 * 2.0 ** ((midi - 69.0) / 12.0)


def _triangles(midi: np.ndarray, half_semitones: float, size: int) -> np.ndarray:
    """Triangles of peak 1 over power bins, [len(midi), size / 2 + 1]; half a triangle is a bin at least."""
    spacing_hz = c.SAMPLE_RATE_HZ / size
    bins_hz = np.arange(size // 2 + 1) * spacing_hz
    centre = midi_to_hz(midi)[:, None]
    left = np.minimum(midi_to_hz(midi - half_semitones)[:, None], centre - spacing_hz)
    right = np.maximum(midi_to_hz(midi + half_semitones)[:, None], centre + spacing_hz)
    rising = (bins_hz - left) / (centre - left)
    falling = (right - bins_hz) / (right - centre)
    return np.clip(np.minimum(rising, falling), 0.0, None)


@lru_cache
def filters() -> tuple[tuple[Tensor, Tensor], ...]:
    """For each window: matrices to the fine [bins, size / 2 + 1] and quick bins that are read off it."""
    fine_midi = LOWEST_MIDI + (np.arange(FINE_BINS) - 1) / BINS_PER_SEMITONE
    quick_midi = LOWEST_MIDI + np.arange(SEMITONES, dtype=np.float64)
    edges = (-1000.0, *FINE_UP_TO_MIDI)
    out = []
    for k, size in enumerate(WINDOWS):
        none = np.zeros((0, size // 2 + 1))
        fine = quick = none
        if k + 1 < len(WINDOWS):
            here = fine_midi[(fine_midi >= edges[k] - 0.5) & (fine_midi < edges[k + 1] - 0.5)]
            fine = _triangles(here, 1.0 / BINS_PER_SEMITONE, size)
        if k > 0:
            here = quick_midi[(quick_midi >= edges[k - 1] - 0.5) & (quick_midi < edges[k] - 0.5)]
            quick = _triangles(here, 1.0, size)
        out.append(tuple(torch.tensor(x, dtype=torch.float32) for x in (fine, quick)))
    return tuple(out)  # type: ignore[arg-type]


def _power(audio: Tensor, size: int) -> Tensor:
    window = torch.tensor(analysis_window(size, size // 4), dtype=torch.float32)
    padded = torch.nn.functional.pad(audio, (size - HOP_SAMPLES, 0))
    spectrum = torch.fft.rfft(padded.unfold(-1, size, HOP_SAMPLES) * window)
    return spectrum.real**2 + spectrum.imag**2


def _log(power: Tensor) -> Tensor:
    return 0.5 * torch.log(power + POWER_FLOOR)


def _earlier(x: Tensor, frames: int) -> Tensor:
    """x [B, F, n], `frames` ago; silence ahead of the first frame."""
    silence = 0.5 * float(np.log(POWER_FLOOR))
    past = torch.full_like(x[:, :frames], silence)
    return torch.cat([past, x[:, : x.shape[1] - frames]], dim=1)[:, : x.shape[1]]


def spectra(audio: Tensor) -> Spectra:
    """[B, n] -> frames [B, n // 512, ..]."""
    fine_parts, quick_parts = [], []
    for size, (to_fine, to_quick) in zip(WINDOWS, filters(), strict=True):
        power = _power(audio, size)
        fine_parts.append(_log(power @ to_fine.T))
        quick_parts.append(_log(power @ to_quick.T))
    fine, quick = torch.cat(fine_parts, dim=-1), torch.cat(quick_parts, dim=-1)
    fallen = REFERENCE_FALL * torch.arange(fine.shape[1])
    highest = torch.cummax(fine.amax(-1) + fallen, dim=1).values - fallen
    reference = highest.clamp_min(REFERENCE_LOW)
    floor = (reference - DEPTH).unsqueeze(-1)

    def above(x: Tensor) -> Tensor:
        return torch.maximum(x, floor) - floor

    rises = tuple(0.5 * (above(quick) - above(_earlier(quick, lag))).clamp_min(0.0) for lag in LAGS)
    return Spectra(above(fine) / SCALE, above(quick) / SCALE, rises, reference)


def _shift(ratio: float, bins_per_octave: int) -> int:
    return round(bins_per_octave * float(np.log2(ratio)))


def _from(x: Tensor, first: int, step: int) -> Tensor:
    """x [B, F, n] at first, first + step, .. for each pitch; zeros beyond its ends. [B, F, 73]."""
    last = first + step * (PITCHES - 1)
    left, right = max(-first, 0), max(last + 1 - x.shape[-1], 0)
    padded = torch.nn.functional.pad(x, (left, right))
    return padded[..., first + left : last + left + 1 : step]


def network_inputs(s: Spectra) -> Tensor:
    """Stacked harmonics of every pitch (as Bittner et al. 2022 do): [B, 44, F, 73].

    In this order: three fine bins around each harmonic; the quick bin at each harmonic; its rise over each
    lag; the mean rises over each lag; the mean first rise in the treble; the pitch's place in the range, and
    its square.
    """
    parts = []
    for ratio in FINE_HARMONICS:
        shift = _shift(ratio, 12 * BINS_PER_SEMITONE)
        parts += [_from(s.fine, shift + j, BINS_PER_SEMITONE) for j in range(BINS_PER_SEMITONE)]
    for bands in (s.quick, *s.rises):
        parts += [_from(bands, _shift(ratio, 12), 1) for ratio in QUICK_HARMONICS]
    of_all = [rise.mean(-1) for rise in s.rises] + [s.rises[0][..., TREBLE_SEMITONE:].mean(-1)]
    parts += [mean.unsqueeze(-1).expand_as(parts[0]) for mean in of_all]
    place = torch.linspace(-1.0, 1.0, PITCHES)
    parts += [place.expand_as(parts[0]), (place**2).expand_as(parts[0])]
    return torch.stack(parts, dim=1)
