"""Gives the true rendering the loudness contour of its source.

A player expects the output to follow their dynamics, and a struck string does not swell: so what
is wanted of a target is its own notes with the source's loudness. The evaluation in Rust makes
its true renderings by the same rule.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .library import SAMPLE_RATE_HZ, Audio
from .sequencer import a_weighting

HOP_SAMPLES = 256
WINDOW_SAMPLES = 1024
FLOOR_DB = -70.0
"""Of a full-scale sine at 1 kHz. Levels below count as this one: silence is not brought up."""
LOWEST_GAIN_DB, HIGHEST_GAIN_DB = -40.0, 20.0
SMOOTHING_FRAMES = 9

Levels = npt.NDArray[np.float32]


def window() -> npt.NDArray[np.float64]:
    """Periodic Hann [1024]; a sine of amplitude a gives a spectral peak of a."""
    shape = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(WINDOW_SAMPLES) / WINDOW_SAMPLES)
    return np.asarray(shape * (2.0 / shape.sum()))


def power_weights() -> npt.NDArray[np.float64]:
    """A-weighting of the power of each bin [513]; the weighted sum is a^2 for a 1 kHz sine of amplitude a."""
    hz = np.arange(WINDOW_SAMPLES // 2 + 1) * SAMPLE_RATE_HZ / WINDOW_SAMPLES
    # The sum over bins counts a sine once for every bin of the window's main lobe.
    bandwidth = WINDOW_SAMPLES * np.square(window()).sum() / window().sum() ** 2
    return np.asarray(np.square(a_weighting(hz)) / bandwidth)


def level_frames_db(audio: Audio) -> Levels:
    """A-weighted level [n // 256 + 1] of the 1,024 samples around every 256th; floored."""
    count = len(audio) // HOP_SAMPLES + 1
    padded = np.pad(audio.astype(np.float64), (WINDOW_SAMPLES // 2, WINDOW_SAMPLES))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW_SAMPLES)[::HOP_SAMPLES][:count]
    power = np.square(np.abs(np.fft.rfft(frames * window()))) @ power_weights()
    return np.maximum(10.0 * np.log10(power + 1e-20), FLOOR_DB).astype(np.float32)


def contour_gain(source_db: Levels, target_db: Levels, n_samples: int) -> Audio:
    """Linear gain [n_samples] that brings a target [n_samples] to the source's contour."""
    gain_db = np.clip(source_db - target_db, LOWEST_GAIN_DB, HIGHEST_GAIN_DB).astype(np.float64)
    weights = np.hanning(SMOOTHING_FRAMES + 2)[1:-1]
    edge = SMOOTHING_FRAMES // 2
    smooth_db = np.convolve(np.pad(gain_db, edge, mode="edge"), weights / weights.sum(), mode="valid")
    at = np.arange(n_samples) / HOP_SAMPLES
    return np.asarray(10.0 ** (np.interp(at, np.arange(len(smooth_db)), smooth_db) / 20.0), np.float32)
