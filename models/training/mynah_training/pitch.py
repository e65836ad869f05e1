"""Causal pitch and voicing: normalised square difference function (McLeod and Wyvill, 2005).

One estimate every 256 samples; 30-4,400 Hz; not differentiable. The function is taken over the newest 512
and 1,024 samples, as far as their lags reach (from 218 and 109 Hz on): where both are clear and agree, the
longer is the surer; where they do not, a note has just begun or changed, and the shorter knows the newer
one. Where neither is clear (a low or noisy note) it is taken over the newest 2,048, and where that is not
clear either over 4,096, of which every fourth sample is enough for the lowest notes. A note is so heard 11 ms
late from 109 Hz on, a lower one 21 ms, one below 53 Hz 43 ms, a leap down to a divisor of the pitch before
21 ms later than that.
"""

import numpy as np

from . import config as c

LOW_HZ = 30.0
HIGH_HZ = 4400.0
"""What is reported; what the networks know is less (`config`)."""
LAG_MIN = 2
WINDOWS = ((512, 220), (1024, 440), (c.PITCH_WINDOW_SAMPLES, 900))
"""Window and longest lag, in samples, from the shortest to the longest."""
DECIMATION = 4
LOW_WINDOW = (1024, 404)
"""Window and longest lag of the lowest notes, in samples of 12 kHz."""
LOW_TAPS = 32
LOW_CUTOFF_HZ = 3000.0
LOW_HIGHEST_HZ = 75.0
"""What that window is asked for; the others know better what is above."""
LONG_LOWEST_HZ = 55.0
"""And what they are asked for."""
HARMONIC_SHARE = 0.003
"""Of its power, below which (-25 dB) a harmonic is not there."""
HOLLOW_CLARITY = 0.93
"""What has nothing at its fundamental is a note only if it is this clear."""
FINE_LAG = 64
FINE_STEPS = 4
FINE_REACH = 8
"""Below this lag the function is interpolated in so many steps a sample by the sinc over so many samples to
either side: a short period's peak is too narrow for a parabola."""
CLEAR = 0.96
"""A window this clear can be believed without the longest."""
AGREEMENT_RATIO = 1.05
"""Two periods agree within this ratio, less than a semitone."""
SHORTER_ALLOWANCE = 0.03
"""Where none is clear, a shorter window is believed that is less clear by no more than this."""
KEY_THRESHOLD = 0.93
"""The shortest lag whose peak reaches this share of the best is the period."""
HILL_RATIO = 1.09
"""What reaches so much farther belongs to the same hill, of which the highest peak counts: noise on a low
note makes many of one."""
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


def _newest(audio: np.ndarray, window: int, apart: int) -> np.ndarray:
    """[n] -> float64 [n // apart, window]: at each frame's end, the newest samples."""
    padded = np.concatenate([np.zeros(window - apart), audio.astype(np.float64)])
    return np.lib.stride_tricks.sliding_window_view(padded, window)[::apart][: len(audio) // apart]


def nsdf_frames(
    audio: np.ndarray, window: int, longest_lag: int, apart: int = c.FRAME_SAMPLES
) -> tuple[np.ndarray, np.ndarray]:
    """float32 [n] -> NSDF [F, longest_lag + 2] and mean power of the window [F]; F = n // apart."""
    lag_count = longest_lag + 2
    frames = _newest(audio, window, apart)
    frames_count = len(frames)
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


def low_band(audio: np.ndarray) -> np.ndarray:
    """float32 [n] -> every fourth sample of what is below the cutoff, float32 [n // 4]; causal."""
    taps = _low_taps()
    padded = np.concatenate([np.zeros(LOW_TAPS - DECIMATION), audio.astype(np.float64)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, LOW_TAPS)[::DECIMATION]
    return (windows[: len(audio) // DECIMATION] @ taps).astype(np.float32)


def _low_taps() -> np.ndarray:
    """A sinc under a Hann window, of gain 1."""
    n = np.arange(LOW_TAPS) - (LOW_TAPS - 1) / 2
    taps = np.sinc(2.0 * LOW_CUTOFF_HZ / c.SAMPLE_RATE_HZ * n) * _hann(LOW_TAPS)
    return taps / taps.sum()


def _hann(count: int) -> np.ndarray:
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * (np.arange(count) + 0.5) / count)


def _is_one_note(low: np.ndarray, hz: float, clarity: float) -> bool:
    """Whether a window of the low band holds a note of this period.

    A chord is about as periodic as a note that none of its voices plays: it has nothing at that note's
    fundamental, and of the lower harmonics only those that its own pitches are.
    """
    x = low.astype(np.float64) - low.mean(dtype=np.float64)
    window = _hann(len(x))
    least = HARMONIC_SHARE * (np.mean(x * x) + 1e-12)
    angle = 2.0 * np.pi * hz * DECIMATION / c.SAMPLE_RATE_HZ * np.arange(len(x))

    def is_there(number: int) -> bool:
        amplitude = 2.0 * np.abs(np.sum(window * x * np.exp(-1j * number * angle))) / window.sum()
        return bool(0.5 * amplitude**2 >= least)

    if is_there(1) or clarity < HOLLOW_CLARITY:
        return is_there(1)
    return is_there(2) and is_there(3) and (is_there(5) or is_there(7))


def _fine_table() -> np.ndarray:
    """Weights of the lags around one, for each step from a sample below it to a sample above."""
    steps = np.arange(-FINE_STEPS, FINE_STEPS + 1) / FINE_STEPS
    away = steps[:, None] - np.arange(-FINE_REACH, FINE_REACH + 1)[None, :]
    return np.sinc(away) * np.cos(0.5 * np.pi * np.clip(away / (FINE_REACH + 1), -1.0, 1.0)) ** 2


_FINE_TABLE = _fine_table()


def _finely(nsdf: np.ndarray, lag: int) -> tuple[float, float]:
    """The top near an integer lag: how far from it, and the function there."""
    around = np.abs(np.arange(lag - FINE_REACH, lag + FINE_REACH + 1))
    values = _FINE_TABLE @ nsdf[around].astype(np.float64)
    top = 1 + int(np.argmax(values[1:-1]))
    left, centre, right = values[top - 1 : top + 2]
    curvature = left - 2.0 * centre + right
    shift = float(np.clip(0.5 * (left - right) / curvature, -0.5, 0.5)) if curvature < -1e-9 else 0.0
    return (top - FINE_STEPS + shift) / FINE_STEPS, float(centre - 0.25 * (left - right) * shift)


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
    for index in np.flatnonzero(peaks < min(FINE_LAG, longest_lag - FINE_REACH)):
        shift[index], clarity[index] = _finely(nsdf, int(peaks[index]))
    height = clarity
    if previous_lag > 0.0:
        near = (peaks < previous_lag * CONTINUITY_RATIO) & (peaks * CONTINUITY_RATIO > previous_lag)
        height = clarity + CONTINUITY_BONUS * near
    first = int(np.argmax(height >= KEY_THRESHOLD * height.max()))
    hill = height[first : int(np.searchsorted(peaks, peaks[first] * HILL_RATIO, "right"))]
    chosen = first + int(np.argmax(hill))
    return float(peaks[chosen] + shift[chosen]), float(clarity[chosen])


def _share(value: float, low: float, high: float) -> float:
    """How far the value has come from low to high, 0 to 1."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _believed(
    asked: list[tuple[float, float, float] | None], previous_lag: float
) -> tuple[float, float, float] | None:
    """Lag, clarity and power in dB, from those of each window; None where nothing is found."""
    *shorter, long, lowest = asked
    is_new = bool(shorter[0] and shorter[0][1] >= CLEAR)
    was_lowest = previous_lag > WINDOWS[2][1]
    if was_lowest and not is_new and lowest and lowest[1] >= CLEAR:
        return lowest
    was_low = previous_lag > WINDOWS[1][1]
    if was_low and not is_new and long and long[1] >= CLEAR:
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
    if lowest and (best is None or (best[1] < CLEAR and best[1] + SHORTER_ALLOWANCE < lowest[1])):
        return lowest
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
    low = low_band(audio)
    low_apart = c.FRAME_SAMPLES // DECIMATION
    low_frames = _newest(low, LOW_WINDOW[0], low_apart)
    low_nsdf, low_power = nsdf_frames(low, *LOW_WINDOW, apart=low_apart)
    count = len(audio) // c.FRAME_SAMPLES
    f0_hz = np.empty(count, np.float32)
    voicing = np.zeros(count, np.float32)
    memory = _Memory()

    def lowest(k: int) -> tuple[float, float, float] | None:
        power_db = float(10.0 * np.log10(low_power[k] + 1e-12))
        if power_db <= POWER_LOW_DB:
            return None
        picked = _pick(low_nsdf[k], memory.previous_lag / DECIMATION)
        if picked is None:
            return None
        lag = picked[0] * DECIMATION
        hz = c.SAMPLE_RATE_HZ / lag
        if not LOW_HZ <= hz <= LOW_HIGHEST_HZ:
            return None
        return (lag, picked[1], power_db) if _is_one_note(low_frames[k], hz, picked[1]) else None

    for k in range(count):
        asked: list[tuple[float, float, float] | None] = []
        for nsdf, power_db in windows:
            picked = _pick(nsdf[k], memory.previous_lag) if power_db[k] > POWER_LOW_DB else None
            if picked is None or not LONG_LOWEST_HZ <= c.SAMPLE_RATE_HZ / picked[0] <= HIGH_HZ:
                asked.append(None)
            else:
                asked.append((*picked, float(power_db[k])))
        asked.append(lowest(k))
        voicing[k] = memory.step(_believed(asked, memory.previous_lag), float(windows[0][1][k]))
        f0_hz[k] = memory.held_hz
    return f0_hz, voicing
