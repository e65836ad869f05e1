"""Sounds to test with, made from fixed seeds: channels by samples, 32-bit float."""

import math

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

NOTES_HZ = (220.0, 277.2, 329.6, 440.0, 392.0)


def melody(rate_hz: int, channels: int = 2, seconds: float = 1.0) -> Sound:
    """Decaying, slightly noisy tones of a quarter of a second, others in every channel."""
    random = np.random.default_rng(7)
    time_s = np.arange(int(rate_hz * seconds)) / rate_hz
    note = (time_s / 0.25).astype(int)
    within_s = time_s - note * 0.25
    sound = []
    for channel in range(channels):
        pitch_hz = np.array(NOTES_HZ)[(note + channel) % len(NOTES_HZ)]
        tone = sum(np.sin(2.0 * np.pi * n * pitch_hz * within_s) / n for n in range(1, 7))
        noise = 0.002 * random.uniform(-1.0, 1.0, time_s.size)
        sound.append(0.3 * np.exp(-6.0 * within_s) * tone + noise)
    return np.array(sound, dtype=np.float32)


def ardour_tone(rate_hz: int, samples: int, late_samples: int) -> Sound:
    """What `ardour/test_tone.lua` plays from the start of the transport on, by its formula, so much later."""
    tone = np.zeros(samples, dtype=np.float32)
    for sample in range(samples - late_samples):
        time_s = sample / rate_hz
        within_s = time_s % 0.25
        pitch_hz = 220.0 * 2.0 ** (math.floor(time_s / 0.25) % 5 / 5)
        phase = 2.0 * math.pi * pitch_hz * within_s
        level = 0.3 * math.exp(-4.0 * within_s)
        tone[late_samples + sample] = level * (
            math.sin(phase) + math.sin(2.0 * phase) / 2.0 + math.sin(3.0 * phase) / 3.0
        )
    return tone


def silence(rate_hz: int, channels: int = 2, seconds: float = 1.0) -> Sound:
    """Zeros."""
    return np.zeros((channels, int(rate_hz * seconds)), dtype=np.float32)


def loudness(sound: Sound) -> float:
    """Root mean square over all channels."""
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
