"""Random microphones and rooms for the encoder's input: numpy functions on float32 [n].

Every function returns a new array of the same length and takes the generator that
decides, so that a seed determines the result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft, signal

from .library import SAMPLE_RATE_HZ, Audio

Float = npt.NDArray[np.float64]

MAX_PEAK = 0.99


@dataclass(frozen=True, slots=True)
class AugmentConfig:
    """How likely and how strong each change is."""

    eq_probability: float = 0.6
    eq_max_db: float = 6.0
    room_probability: float = 0.35
    room_decay_s: tuple[float, float] = (0.05, 0.4)
    room_wet_db: tuple[float, float] = (-30.0, -10.0)
    noise_probability: float = 0.6
    noise_dbfs: tuple[float, float] = (-90.0, -55.0)
    gain_probability: float = 0.9
    gain_db: tuple[float, float] = (-30.0, 6.0)


def _shelf(freq_hz: float, gain_db: float, high: bool) -> tuple[Float, Float]:
    """Biquad (b, a) of a low or high shelf with slope 1 (Audio EQ Cookbook)."""
    amp = 10.0 ** (gain_db / 40.0)
    omega = 2.0 * np.pi * freq_hz / SAMPLE_RATE_HZ
    cosine = np.cos(omega) * (-1.0 if high else 1.0)
    slope = np.sqrt(2.0 * amp) * np.sin(omega)
    b0 = amp * ((amp + 1.0) - (amp - 1.0) * cosine + slope)
    b1 = 2.0 * amp * ((amp - 1.0) - (amp + 1.0) * cosine)
    b2 = amp * ((amp + 1.0) - (amp - 1.0) * cosine - slope)
    a0 = (amp + 1.0) + (amp - 1.0) * cosine + slope
    a1 = -2.0 * ((amp - 1.0) + (amp + 1.0) * cosine)
    a2 = (amp + 1.0) + (amp - 1.0) * cosine - slope
    # A high shelf is a low shelf with z replaced by -z.
    sign = -1.0 if high else 1.0
    return np.array([b0, sign * b1, b2]) / a0, np.array([a0, sign * a1, a2]) / a0


def _peak(freq_hz: float, gain_db: float, quality: float) -> tuple[Float, Float]:
    """Biquad (b, a) of a peaking filter (Audio EQ Cookbook)."""
    amp = 10.0 ** (gain_db / 40.0)
    omega = 2.0 * np.pi * freq_hz / SAMPLE_RATE_HZ
    alpha = np.sin(omega) / (2.0 * quality)
    cosine = -2.0 * np.cos(omega)
    b = np.array([1.0 + alpha * amp, cosine, 1.0 - alpha * amp])
    a = np.array([1.0 + alpha / amp, cosine, 1.0 - alpha / amp])
    return b / a[0], a / a[0]


def random_eq(audio: Audio, rng: np.random.Generator, max_db: float = 6.0) -> Audio:
    """A gentle microphone: two shelves and a peak, each within ``max_db``."""
    low_hz = float(np.exp(rng.uniform(np.log(80.0), np.log(400.0))))
    mid_hz = float(np.exp(rng.uniform(np.log(300.0), np.log(5_000.0))))
    high_hz = float(np.exp(rng.uniform(np.log(2_500.0), np.log(10_000.0))))
    low_db, mid_db, high_db = (float(g) for g in rng.uniform(-max_db, max_db, 3))
    bands = (
        _shelf(low_hz, low_db, high=False),
        _peak(mid_hz, mid_db, float(rng.uniform(0.4, 1.5))),
        _shelf(high_hz, high_db, high=True),
    )
    sections = np.array([np.concatenate(band) for band in bands])
    # Float32 filtering is quick, but poles this near 1 need the precision of float64.
    return np.asarray(signal.sosfilt(sections, audio.astype(np.float64)), dtype=np.float32)


def _convolve(audio: Audio, kernel: Audio) -> Audio:
    size = fft.next_fast_len(len(audio) + len(kernel) - 1, real=True)
    product = fft.rfft(audio, size) * fft.rfft(kernel, size)
    return np.asarray(fft.irfft(product, size)[: len(audio)], dtype=np.float32)


def random_room(
    audio: Audio,
    rng: np.random.Generator,
    decay_s: tuple[float, float] = (0.05, 0.4),
    wet_db: tuple[float, float] = (-30.0, -10.0),
) -> Audio:
    """Adds a small room: noise that decays by 60 dB in ``decay_s``, ``wet_db`` below the dry."""
    rt60_s = float(rng.uniform(*decay_s))
    n = int(rt60_s * SAMPLE_RATE_HZ)
    t = np.arange(n, dtype=np.float32) / SAMPLE_RATE_HZ
    response = rng.standard_normal(n, dtype=np.float32) * np.exp(-6.9078 / rt60_s * t)
    # Walls swallow the treble first, and the first reflection takes a while to arrive.
    pole = float(rng.uniform(0.2, 0.8))
    response = signal.lfilter(
        np.array([1.0 - pole], np.float32), np.array([1.0, -pole], np.float32), response
    )
    response[: min(int(rng.uniform(0.001, 0.008) * SAMPLE_RATE_HZ), n // 2)] = 0.0
    norm = 10.0 ** (float(rng.uniform(*wet_db)) / 20.0) / float(np.sqrt(np.sum(response**2)))
    return audio + _convolve(audio, (response * norm).astype(np.float32))


def noise(n_samples: int, rms_dbfs: float, pink: bool, rng: np.random.Generator) -> Audio:
    """White or pink noise [n_samples] of the given level."""
    white = rng.standard_normal(n_samples, dtype=np.float32)
    if pink:
        # Two poles approximate -3 dB per octave from about 40 Hz to 10 kHz.
        b = np.array([0.04992, -0.09599, 0.05061, -0.00441], np.float32)
        a = np.array([1.0, -2.49496, 2.01727, -0.52219], np.float32)
        white = signal.lfilter(b, a, white)
    rms = float(np.sqrt(np.mean(np.square(white)))) if n_samples else 1.0
    return np.asarray(white * (10.0 ** (rms_dbfs / 20.0) / max(rms, 1e-9)), dtype=np.float32)


def random_gain(audio: Audio, rng: np.random.Generator, gain_db: tuple[float, float] = (-30.0, 6.0)) -> Audio:
    """A random gain, lowered where it would clip: never limited, never distorted."""
    gain = 10.0 ** (float(rng.uniform(*gain_db)) / 20.0)
    peak = float(np.abs(audio).max(initial=1e-9))
    return audio * np.float32(min(gain, MAX_PEAK / peak))


def augment(audio: Audio, rng: np.random.Generator, config: AugmentConfig | None = None) -> Audio:
    """A random chain of EQ, room, gain and noise floor on ``audio`` float32 [n].

    The noise comes after the gain: a quiet player does not make a quiet room. The result
    never exceeds full scale.
    """
    config = config or AugmentConfig()
    out = audio
    if rng.random() < config.eq_probability:
        out = random_eq(out, rng, config.eq_max_db)
    if rng.random() < config.room_probability:
        out = random_room(out, rng, config.room_decay_s, config.room_wet_db)
    gain_db = config.gain_db if rng.random() < config.gain_probability else (0.0, 0.0)
    out = random_gain(out, rng, gain_db)
    if rng.random() < config.noise_probability:
        floor_dbfs = float(rng.uniform(*config.noise_dbfs))
        out = out + noise(len(out), floor_dbfs, bool(rng.random() < 0.5), rng)
    return np.clip(out, -1.0, 1.0).astype(np.float32)
