"""Causal pitch and voicing: normalised square difference function (McLeod and Wyvill, 2005).

One estimate every 256 samples; 55-2,200 Hz; not differentiable. The function is taken over the newest
2,048 samples first. Where it shows no clear period there (a note has just begun or changed, and the
window holds two), over the newest 1,024, then 512, as far as their lags reach: a new note above 220 Hz is
heard after some 6 ms instead of 20, and steady notes keep the certainty of the long window.
"""

import numpy as np

from . import config as c

LAG_MIN = 20
WINDOWS = ((c.PITCH_WINDOW_SAMPLES, 900), (1024, 440), (512, 220))
"""Window and longest lag, in samples, in the order in which they are asked."""
CLEAR = 0.97
"""A window this clear is believed, and no shorter one is asked."""
SHORTER_MARGIN = 0.02
"""Where none is that clear, a shorter window must be clearer than the longer ones by this much."""
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


def nsdf_frames(audio: np.ndarray, window: int, longest_lag: int) -> tuple[np.ndarray, np.ndarray]:
    """float32 [n] -> NSDF [F, longest_lag + 2] and mean power of the window [F]; F = n // 256."""
    lag_count = longest_lag + 2
    frames_count = len(audio) // c.FRAME_SAMPLES
    padded = np.concatenate([np.zeros(window - c.FRAME_SAMPLES), audio.astype(np.float64)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[:: c.FRAME_SAMPLES][:frames_count]
    out = np.empty((frames_count, lag_count), np.float32)
    power = np.empty(frames_count)
    for start in range(0, frames_count, 256):
        x = frames[start : start + 256]
        # A constant or a slow rumble would keep the function from ever falling below 0.
        x = x - x.mean(axis=1, keepdims=True)
        spectrum = np.fft.rfft(x, 2 * window)
        r = np.fft.irfft(spectrum.real**2 + spectrum.imag**2)[:, :lag_count]
        squares = np.concatenate([np.zeros((len(x), 1)), np.cumsum(x * x, axis=1)], axis=1)
        lags = np.arange(lag_count)
        total = squares[:, -1:]
        m = squares[:, window - lags] + total - squares[:, lags]
        out[start : start + 256] = 2.0 * r / (m + 1e-9)
        power[start : start + 256] = squares[:, -1] / window
    return out, power


def _pick(nsdf: np.ndarray, previous_lag: float) -> tuple[float, float] | None:
    """One frame's NSDF -> (interpolated lag, clarity), or None where there is no peak."""
    longest_lag = len(nsdf) - 2
    negative = np.flatnonzero(nsdf < 0.0)
    if len(negative) == 0:
        return None
    first = max(LAG_MIN, int(negative[0]) + 1)
    if first >= longest_lag:
        return None
    middle = nsdf[first : longest_lag + 1]
    peaks = first + np.flatnonzero(
        (middle > 0.0) & (middle >= nsdf[first - 1 : longest_lag]) & (middle > nsdf[first + 1 :])
    )
    if len(peaks) == 0:
        return None
    left, centre, right = (nsdf[peaks + k].astype(np.float64) for k in (-1, 0, 1))
    curvature = left - 2.0 * centre + right
    shift = np.where(curvature < -1e-9, 0.5 * (left - right) / np.minimum(curvature, -1e-9), 0.0)
    shift = np.clip(shift, -0.5, 0.5)
    # Between the samples: near 2 kHz a period of 29.5 would else look lower than its double of 59.
    clarity = centre - 0.25 * (left - right) * shift
    height = clarity
    if previous_lag > 0.0:
        near = (peaks < previous_lag * CONTINUITY_RATIO) & (peaks * CONTINUITY_RATIO > previous_lag)
        height = clarity + CONTINUITY_BONUS * near
    chosen = int(np.argmax(height >= KEY_THRESHOLD * height.max()))
    return float(peaks[chosen] + shift[chosen]), float(clarity[chosen])


def _level(power: float) -> float:
    """How far the window's mean power lies above silence, 0 to 1."""
    level_db = 10.0 * np.log10(power + 1e-12)
    return float(np.clip((level_db - POWER_LOW_DB) / (POWER_HIGH_DB - POWER_LOW_DB), 0.0, 1.0))


def track(audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32 [n] -> f0_hz [n // 256] and voicing 0..1 [n // 256].

    While unvoiced the last pitch is held (440 Hz before the first).
    """
    windows = [nsdf_frames(audio, window, longest_lag) for window, longest_lag in WINDOWS]
    count = len(audio) // c.FRAME_SAMPLES
    f0_hz = np.empty(count, np.float32)
    voicing = np.zeros(count, np.float32)
    held_hz = 440.0
    previous_lag = 0.0
    for k in range(count):
        lag, clarity, level = 0.0, 0.0, 0.0
        for nsdf, power in windows:
            level_here = _level(power[k])
            picked = _pick(nsdf[k], previous_lag) if level_here > 0.0 else None
            if picked is None or not c.PITCH_LOW_HZ <= c.SAMPLE_RATE_HZ / picked[0] <= c.PITCH_HIGH_HZ:
                continue
            clear = picked[1] >= CLEAR
            if clear or lag == 0.0 or picked[1] > clarity + SHORTER_MARGIN:
                lag, clarity, level = picked[0], picked[1], level_here
            if clear:
                break
        previous_lag = 0.0
        sure = level * float(np.clip((clarity - CLARITY_LOW) / (CLARITY_HIGH - CLARITY_LOW), 0.0, 1.0))
        if lag > 0.0 and sure > 0.0:
            held_hz, voicing[k], previous_lag = c.SAMPLE_RATE_HZ / lag, sure, lag
        f0_hz[k] = held_hz
    return f0_hz, voicing
