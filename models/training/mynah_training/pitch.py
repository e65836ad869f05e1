"""Causal pitch and voicing: normalised square difference function (McLeod and Wyvill, 2005).

One estimate every 256 samples from the newest 2,048; 55-2,200 Hz. Not differentiable.
"""

import numpy as np

from . import config as c

LAG_MIN = 20
LAG_MAX = 900
KEY_THRESHOLD = 0.93
"""The shortest lag whose peak reaches this share of the best is the period."""
CONTINUITY_BONUS = 0.05
CONTINUITY_RATIO = 1.06
"""A peak within a semitone of the previous period gains the bonus: it keeps a strong second
harmonic from stealing the octave, and is too small to hold the pitch at a real octave leap."""
CLARITY_LOW = 0.6
CLARITY_HIGH = 0.9
POWER_LOW_DB = -75.0
POWER_HIGH_DB = -65.0


def nsdf_frames(audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32 [n] -> NSDF [F, LAG_MAX + 2] and mean power of the window [F]; F = n // 256."""
    window = c.PITCH_WINDOW_SAMPLES
    frames_count = len(audio) // c.FRAME_SAMPLES
    padded = np.concatenate([np.zeros(window - c.FRAME_SAMPLES), audio.astype(np.float64)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[:: c.FRAME_SAMPLES][:frames_count]
    out = np.empty((frames_count, LAG_MAX + 2), np.float32)
    power = np.empty(frames_count)
    for start in range(0, frames_count, 256):
        x = frames[start : start + 256]
        spectrum = np.fft.rfft(x, 2 * window)
        r = np.fft.irfft(spectrum.real**2 + spectrum.imag**2)[:, : LAG_MAX + 2]
        squares = np.concatenate([np.zeros((len(x), 1)), np.cumsum(x * x, axis=1)], axis=1)
        lags = np.arange(LAG_MAX + 2)
        total = squares[:, -1:]
        m = squares[:, window - lags] + total - squares[:, lags]
        out[start : start + 256] = 2.0 * r / (m + 1e-9)
        power[start : start + 256] = squares[:, -1] / window
    return out, power


def _pick(nsdf: np.ndarray, previous_lag: float) -> tuple[float, float] | None:
    """One frame's NSDF -> (interpolated lag, clarity), or None where there is no peak."""
    negative = np.flatnonzero(nsdf < 0.0)
    if len(negative) == 0:
        return None
    first = max(LAG_MIN, int(negative[0]) + 1)
    if first >= LAG_MAX:
        return None
    middle = nsdf[first : LAG_MAX + 1]
    peaks = first + np.flatnonzero(
        (middle > 0.0) & (middle >= nsdf[first - 1 : LAG_MAX]) & (middle > nsdf[first + 1 : LAG_MAX + 2])
    )
    if len(peaks) == 0:
        return None
    height = nsdf[peaks].astype(np.float64)
    if previous_lag > 0.0:
        near = (peaks < previous_lag * CONTINUITY_RATIO) & (peaks * CONTINUITY_RATIO > previous_lag)
        height = height + CONTINUITY_BONUS * near
    chosen = int(peaks[np.argmax(height >= KEY_THRESHOLD * height.max())])
    left, centre, right = (float(v) for v in nsdf[chosen - 1 : chosen + 2])
    curvature = left - 2.0 * centre + right
    shift = 0.5 * (left - right) / curvature if curvature < -1e-9 else 0.0
    shift = min(max(shift, -0.5), 0.5)
    return chosen + shift, centre - 0.25 * (left - right) * shift


def track(audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32 [n] -> f0_hz [n // 256] and voicing 0..1 [n // 256].

    While unvoiced the last pitch is held (440 Hz before the first).
    """
    nsdf, power = nsdf_frames(audio)
    f0_hz = np.empty(len(nsdf), np.float32)
    voicing = np.zeros(len(nsdf), np.float32)
    held_hz = 440.0
    previous_lag = 0.0
    for k in range(len(nsdf)):
        level = np.clip(
            (10.0 * np.log10(power[k] + 1e-12) - POWER_LOW_DB) / (POWER_HIGH_DB - POWER_LOW_DB), 0.0, 1.0
        )
        picked = _pick(nsdf[k], previous_lag) if level > 0.0 else None
        previous_lag = 0.0
        if picked is not None:
            lag, clarity = picked
            hz = c.SAMPLE_RATE_HZ / lag
            v = level * np.clip((clarity - CLARITY_LOW) / (CLARITY_HIGH - CLARITY_LOW), 0.0, 1.0)
            if v > 0.0 and c.PITCH_LOW_HZ <= hz <= c.PITCH_HIGH_HZ:
                held_hz, voicing[k], previous_lag = hz, v, lag
        f0_hz[k] = held_hz
    return f0_hz, voicing
