"""Writes pitch.safetensors beside itself: what the Rust pitch tracker is held against.

    cd models/training && PYTHONPATH=. python ../tests/golden/make_pitch.py

Onsets, legato changes, dips, divisors, low and high notes, noise and level, so that each of the tracker's
windows, its hold and its doubt have the last word somewhere. The input is kept in 16 bits: the fraction of
full scale that Rust reads is exact.
"""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from mynah_training import config as c
from mynah_training import pitch

NOTES = [
    # Samples, pitch in Hz (0: none), harmonics, amplitude, amplitude of the noise. No length is whole
    # frames: the changes fall anywhere in one.
    (1100, 0.0, 0, 0.0, 0.0),
    (5000, 60.0, 30, 0.2, 0.0),
    (3300, 92.5, 30, 0.2, 0.0),
    (2900, 140.0, 6, 0.2, 0.0),
    (2700, 220.0, 20, 0.2, 0.0),
    (2500, 330.0, 20, 0.2, 0.0),
    (2300, 660.0, 1, 0.3, 0.0),
    (2600, 440.0, 5, 0.2, 0.0),
    (1500, 0.0, 0, 0.0, 0.0),
    (2100, 1500.0, 8, 0.2, 0.0),
    (2200, 1000.0, 3, 0.2, 0.0),
    (2300, 0.0, 0, 0.0, 0.1),
    (2700, 247.0, 10, 0.2, 0.06),
    (2300, 0.0, 0, 0.0, 0.0),
    (2400, 185.0, 4, 0.0007, 0.0),
    # A dip: noise as loud as the notes around it.
    (3000, 294.0, 12, 0.2, 0.0),
    (1400, 0.0, 0, 0.0, 0.2),
    (3000, 294.0, 12, 0.2, 0.0),
    # An octave down, and the divisor of two notes that cross.
    (3000, 147.0, 12, 0.2, 0.0),
    (3000, 660.0, 12, 0.2, 0.0),
    (1300, 330.0, 12, 0.2, 0.0),
    (3000, 990.0, 12, 0.2, 0.0),
    # The lowest and the highest notes, one with nothing at its fundamental, one that is too high.
    (9000, 41.2, 40, 0.2, 0.0),
    (7000, 33.3, 12, 0.2, 0.02),
    (2500, 4186.0, 4, 0.2, 0.0),
    (2500, 2637.0, 1, 0.3, 0.0),
    (2500, 7000.0, 1, 0.3, 0.0),
]


def signal() -> np.ndarray:
    """The notes in one go, the phase running on: int16 [whole frames]."""
    random = np.random.default_rng(5)
    parts, turns = [], 0.0
    for samples, hz, harmonics, amplitude, noise in NOTES:
        phase = turns + hz / c.SAMPLE_RATE_HZ * np.arange(1, samples + 1)
        turns = phase[-1] % 1.0
        part = noise * random.standard_normal(samples)
        for number in range(1, harmonics + 1):
            part += amplitude * np.sin(2.0 * np.pi * number * phase) / number
        parts.append(part)
    audio = np.concatenate(parts)
    whole = audio[: len(audio) // c.FRAME_SAMPLES * c.FRAME_SAMPLES]
    return np.round(whole * 32768.0).clip(-32768, 32767).astype(np.int16)


samples = signal()
audio = samples.astype(np.float32) / 32768.0
f0_hz, voicing = pitch.track(audio)


def without(**changes: object) -> int:
    """Frames that differ if the tracker's constants are these."""
    before = {name: getattr(pitch, name) for name in changes}
    for name, value in changes.items():
        setattr(pitch, name, value)
    other_hz, other_voicing = pitch.track(audio)
    for name, value in before.items():
        setattr(pitch, name, value)
    return int(np.sum((other_hz != f0_hz) | (other_voicing != voicing)))


short, middle, long = pitch.WINDOWS
never = (long[0], 1)
low = pitch.LOW_WINDOW
assert without(LOW_WINDOW=(low[0], 1)) >= 20, "the lowest window has hardly a say"
assert without(FINE_LAG=0) >= 1, "no short period is looked at finely"
for windows in ((never, middle, long), (short, never, long), (short, middle, never)):
    assert without(WINDOWS=windows) >= 5, "a window has hardly a say"
assert without(HOLD_FRAMES=0) >= 5, "no dip is held over"
assert without(DOUBT_FRAMES=0) >= 2, "no divisor is doubted"
save_file({"input": samples, "f0_hz": f0_hz, "voicing": voicing}, Path(__file__).parent / "pitch.safetensors")
