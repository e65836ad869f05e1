"""Causal pitch and voicing: normalised square difference function (McLeod and Wyvill, 2005).

One estimate every 256 samples; 55-2,200 Hz; not differentiable. The function is taken over the newest 512
and 1,024 samples, as far as their lags reach (from 218 and 109 Hz on): where both are clear and agree, the
longer is the surer; where they do not, a note has just begun or changed, and the shorter knows the newer
one. Where neither is clear (a low or noisy note) it is taken over the newest 2,048. A note is so heard 11 ms
late from 109 Hz on, a lower one 21 ms, a leap down to a divisor of the pitch before 21 ms later than that.
"""

import numpy as np

from . import config as c

LAG_MIN = 20
WINDOWS = ((512, 220), (1024, 440), (c.PITCH_WINDOW_SAMPLES, 900))
"""Window and longest lag, in samples, from the shortest to the longest."""
CLEAR = 0.96
"""A window this clear can be believed without the longest."""
AGREEMENT_RATIO = 1.05
"""Two periods agree within this ratio, less than a semitone."""
SHORTER_ALLOWANCE = 0.03
"""Where none is clear, a shorter window is believed that is less clear by no more than this."""
KEY_THRESHOLD = 0.93
"""The shortest lag whose peak reaches this share of the best is the period."""
CONTINUITY_BONUS = 0.03
CONTINUITY_RATIO = 1.06
"""A peak within a semitone of the previous period gains the bonus: it keeps a strong second
harmonic from stealing the octave, and is too small to hold the pitch at a real octave leap."""
CLARITY_LOW = 0.6
CLARITY_HIGH = 0.9
POWER_LOW_DB = -75.0
POWER_HIGH_DB = -65.0
INITIAL_HZ = 440.0
DIP_VOICING = 0.5
"""A frame less voiced than this is a dip: a change of note or a new attack is unclear for a moment."""
HOLD_FRAMES = 7
HOLD_FALL_DB = 12.0
"""A dip this long is held over, unless the level falls by this: then it is the end of the note."""
DOUBT_FRAMES = 4
DIVISOR_MAX = 8
DIVISOR_TOLERANCE = 0.03
"""Two notes that cross are together as periodic as a common divisor of their pitches: a leap down to a
divisor is doubted for this long."""


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


def _share(value: float, low: float, high: float) -> float:
    """How far the value has come from low to high, 0 to 1."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _believed(
    asked: list[tuple[float, float, float] | None], previous_lag: float
) -> tuple[float, float, float] | None:
    """Lag, clarity and power in dB, from those of each window; None where nothing is found."""
    *shorter, long = asked
    was_low = previous_lag > WINDOWS[1][1]
    if was_low and not (shorter[0] and shorter[0][1] >= CLEAR) and long and long[1] >= CLEAR:
        # A low note that goes on: only the longest window reaches it.
        return long
    clear = [found for found in shorter if found is not None and found[1] >= CLEAR]
    if len(clear) == 2:
        ratio = clear[1][0] / clear[0][0]
        agree = ratio < AGREEMENT_RATIO and ratio * AGREEMENT_RATIO > 1.0
        return clear[1] if agree else clear[0]
    if clear:
        return clear[0]
    best = long
    for found in reversed(shorter):
        if found is None:
            continue
        if best is None or not (best[1] >= CLEAR or found[1] + SHORTER_ALLOWANCE <= best[1]):
            best = found
    return best


class _Memory:
    """What is remembered from frame to frame, and where that is preferred to what is heard."""

    def __init__(self) -> None:
        self.held_hz = INITIAL_HZ
        self.previous_lag = 0.0
        """Period of the frame before, 0 if that was unvoiced."""
        self.doubted_frames = 0
        self.hold_frames = 0
        self.sure_voicing = 0.0
        self.sure_level_db = 0.0

    def step(self, found: tuple[float, float, float] | None, newest_db: float) -> float:
        """Takes what the windows say and the level of the newest samples; the frame's voicing."""
        lag, clarity, power_db = found or (0.0, 0.0, -np.inf)
        voicing = _share(power_db, POWER_LOW_DB, POWER_HIGH_DB) * _share(clarity, CLARITY_LOW, CLARITY_HIGH)
        if voicing > 0.0 and self._is_doubtful(lag):
            self.doubted_frames += 1
            return voicing
        self.doubted_frames = 0
        stays = newest_db > self.sure_level_db - HOLD_FALL_DB
        if voicing < DIP_VOICING and self.hold_frames > 0 and stays:
            self.hold_frames -= 1
            return max(voicing, self.sure_voicing * _share(newest_db, POWER_LOW_DB, POWER_HIGH_DB))
        self.previous_lag = 0.0
        if voicing > 0.0:
            self.held_hz, self.previous_lag = c.SAMPLE_RATE_HZ / lag, lag
        else:
            self.hold_frames = 0
        if voicing >= DIP_VOICING:
            self.hold_frames, self.sure_voicing, self.sure_level_db = HOLD_FRAMES, voicing, newest_db
        return voicing

    def _is_doubtful(self, lag: float) -> bool:
        if self.previous_lag <= 0.0:
            return False
        ratio = lag / self.previous_lag
        divisor = np.floor(ratio + 0.5)
        return bool(
            2 <= divisor <= DIVISOR_MAX
            and abs(ratio / divisor - 1.0) < DIVISOR_TOLERANCE
            and self.doubted_frames < DOUBT_FRAMES
        )


def track(audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32 [n] -> f0_hz [n // 256] and voicing 0..1 [n // 256].

    While unvoiced the last pitch is held (440 Hz before the first).
    """
    windows = [nsdf_frames(audio, window, longest_lag) for window, longest_lag in WINDOWS]
    windows = [(nsdf, 10.0 * np.log10(power + 1e-12)) for nsdf, power in windows]
    count = len(audio) // c.FRAME_SAMPLES
    f0_hz = np.empty(count, np.float32)
    voicing = np.zeros(count, np.float32)
    memory = _Memory()
    for k in range(count):
        asked: list[tuple[float, float, float] | None] = []
        for nsdf, power_db in windows:
            picked = _pick(nsdf[k], memory.previous_lag) if power_db[k] > POWER_LOW_DB else None
            if picked is None or not c.PITCH_LOW_HZ <= c.SAMPLE_RATE_HZ / picked[0] <= c.PITCH_HIGH_HZ:
                asked.append(None)
            else:
                asked.append((*picked, float(power_db[k])))
        voicing[k] = memory.step(_believed(asked, memory.previous_lag), float(windows[0][1][k]))
        f0_hz[k] = memory.held_hz
    return f0_hz, voicing
