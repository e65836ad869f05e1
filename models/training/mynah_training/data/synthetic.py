"""Synthesised sources: sounds that no recorded instrument makes.

They are only ever heard by the encoder, never a target, and keep it from learning that
all input comes from the recorded instruments.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import signal

from .events import NoteEvent
from .library import SAMPLE_RATE_HZ, Audio

SYNTH_NAMES = (
    "synth-saw",
    "synth-sine",
    "synth-square",
    "synth-pluck",
    "synth-voice",
    "synth-whistle",
)

_TABLE_SAMPLES = 4096
_RANGE_MIDI = {"synth-voice": (40, 84), "synth-whistle": (60, 100), "synth-sine": (45, 98)}
_DEFAULT_RANGE_MIDI = (36, 98)

VOWELS_HZ = {
    "a": (730.0, 1090.0, 2440.0, 3400.0),
    "e": (530.0, 1840.0, 2480.0, 3500.0),
    "i": (300.0, 2250.0, 3000.0, 3600.0),
    "o": (500.0, 900.0, 2400.0, 3300.0),
    "u": (320.0, 800.0, 2240.0, 3200.0),
}
FORMANT_WIDTHS_HZ = (80.0, 100.0, 140.0, 200.0)

Float = npt.NDArray[np.float64]


def midi_to_hz(midi: float) -> float:
    """Frequency in Hz of a MIDI pitch, equal temperament, A4 = 440 Hz."""
    return float(440.0 * 2.0 ** ((midi - 69.0) / 12.0))


def _phase(f0_hz: float, n: int, vibrato_cents: float, rng: np.random.Generator) -> Float:
    """Phase in cycles [n] of a tone whose vibrato sets in after the attack."""
    t = np.arange(n) / SAMPLE_RATE_HZ
    depth = vibrato_cents * np.clip((t - 0.15) / 0.3, 0.0, 1.0)
    cents = depth * np.sin(2.0 * np.pi * (rng.uniform(4.5, 6.5) * t + rng.random()))
    cycles = np.cumsum(f0_hz / SAMPLE_RATE_HZ * 2.0 ** (cents / 1200.0))
    return np.asarray(cycles + rng.random(), dtype=np.float64)


def _table(amplitudes: Float) -> Float:
    """One period [table] of a sum of sines with the given amplitudes of harmonics 1, 2, ..."""
    spectrum = np.zeros(_TABLE_SAMPLES // 2 + 1, dtype=np.complex128)
    spectrum[1 : 1 + len(amplitudes)] = -0.5j * _TABLE_SAMPLES * amplitudes
    return np.asarray(np.fft.irfft(spectrum, _TABLE_SAMPLES), dtype=np.float64)


def _read_table(table: Float, cycles: Float) -> Float:
    position = (cycles % 1.0) * _TABLE_SAMPLES
    closed = np.append(table, table[0])
    return np.asarray(np.interp(position, np.arange(_TABLE_SAMPLES + 1), closed), dtype=np.float64)


def _harmonics(f0_hz: float) -> Float:
    """The numbers of the harmonics that stay below 20 kHz, vibrato included."""
    return np.arange(1.0, max(2.0, min(19_000.0 / f0_hz, _TABLE_SAMPLES / 4)))


def _saw(f0_hz: float, n: int, rng: np.random.Generator) -> Float:
    k = _harmonics(f0_hz)
    bright = rng.uniform(1.0, 1.5)
    return _read_table(_table(k**-bright), _phase(f0_hz, n, rng.uniform(0.0, 25.0), rng))


def _square(f0_hz: float, n: int, rng: np.random.Generator) -> Float:
    k = _harmonics(f0_hz)
    duty = rng.uniform(0.25, 0.5)
    amplitudes = np.sin(np.pi * k * duty) / k
    return _read_table(_table(amplitudes), _phase(f0_hz, n, rng.uniform(0.0, 15.0), rng))


def _sine(f0_hz: float, n: int, rng: np.random.Generator) -> Float:
    return np.sin(2.0 * np.pi * _phase(f0_hz, n, rng.uniform(0.0, 20.0), rng))


def _whistle(f0_hz: float, n: int, rng: np.random.Generator) -> Float:
    tone = np.sin(2.0 * np.pi * _phase(f0_hz, n, rng.uniform(10.0, 40.0), rng))
    edges_hz = (0.8 * f0_hz, min(2.5 * f0_hz, 20_000.0))
    breath = signal.sosfilt(
        signal.butter(1, edges_hz, "bandpass", fs=SAMPLE_RATE_HZ, output="sos"),
        rng.standard_normal(n),
    )
    tone *= np.clip(np.arange(n) / (0.04 * SAMPLE_RATE_HZ), 0.0, 1.0)
    return np.asarray(tone + rng.uniform(0.01, 0.06) * breath)


def _vowel_amplitudes(f0_hz: float, vowel: str, size: float) -> Float:
    """Harmonic amplitudes of a glottal pulse (-12 dB per octave) through a vocal tract."""
    k = _harmonics(f0_hz)
    freq_hz = k * f0_hz
    response = np.full(len(k), 0.01)
    for formant, (centre_hz, width_hz) in enumerate(zip(VOWELS_HZ[vowel], FORMANT_WIDTHS_HZ, strict=True)):
        offset = (freq_hz - centre_hz * size) / (0.7 * width_hz)
        response += 0.75**formant / np.sqrt(1.0 + np.square(offset))
    # Radiation at the lips lifts the glottal slope of -12 to about -6 dB per octave.
    return np.asarray(response / k)


def _voice(f0_hz: float, n: int, rng: np.random.Generator) -> Float:
    first, second = (str(v) for v in rng.choice(sorted(VOWELS_HZ), 2))
    size = rng.uniform(0.95, 1.25)
    cycles = _phase(f0_hz, n, rng.uniform(20.0, 60.0), rng)
    mix = np.linspace(0.0, 1.0, n)
    start = _read_table(_table(_vowel_amplitudes(f0_hz, first, size)), cycles)
    end = _read_table(_table(_vowel_amplitudes(f0_hz, second, size)), cycles)
    tone = (1.0 - mix) * start + mix * end
    breath = signal.lfilter([1.0, -1.0], [1.0, -0.7], rng.standard_normal(n))
    tone *= np.clip(np.arange(n) / (0.05 * SAMPLE_RATE_HZ), 0.0, 1.0)
    return np.asarray(tone + rng.uniform(0.002, 0.01) * breath)


def _pluck(f0_hz: float, n: int, rng: np.random.Generator) -> Float:
    """A Karplus-Strong string, computed a period at a time."""
    half_life_s = rng.uniform(0.4, 1.5)
    loss = 0.5 ** (1.0 / (f0_hz * half_life_s))
    # The averaging filter delays by half a sample; linear interpolation makes up the rest.
    period = SAMPLE_RATE_HZ / f0_hz - 0.5
    whole = int(period)
    part = period - whole
    taps = loss * np.convolve([1.0 - part, part], [0.5, 0.5])
    out = np.zeros(n + 2 * whole + 4)
    begin = whole + 2
    pick = rng.uniform(-1.0, 1.0, whole)
    softness = rng.uniform(0.2, 0.8)
    out[begin : begin + whole] = signal.lfilter([1.0 - softness], [1.0, -softness], pick)
    for at in range(begin + whole, begin + n, whole):
        stop = min(at + whole, begin + n)
        back = at - whole
        count = stop - at
        out[at:stop] = (
            taps[0] * out[back : back + count]
            + taps[1] * out[back - 1 : back - 1 + count]
            + taps[2] * out[back - 2 : back - 2 + count]
        )
    return out[begin : begin + n]


_SYNTHS: dict[str, Callable[[float, int, np.random.Generator], Float]] = {
    "synth-saw": _saw,
    "synth-sine": _sine,
    "synth-square": _square,
    "synth-pluck": _pluck,
    "synth-voice": _voice,
    "synth-whistle": _whistle,
}


class SyntheticSource:
    """One synthesiser as a :class:`~mynah_training.data.sequencer.SoundSource`."""

    def __init__(self, name: str) -> None:
        """``name`` is one of :data:`SYNTH_NAMES`."""
        if name not in _SYNTHS:
            raise ValueError(f"unknown synthetic source {name!r}")
        self.name = name
        self.decays = name == "synth-pluck"

    def covers(self, midi: int) -> bool:
        """Whether this sound makes sense at this pitch."""
        lowest, highest = _RANGE_MIDI.get(self.name, _DEFAULT_RANGE_MIDI)
        return lowest <= midi <= highest

    def note(self, event: NoteEvent, n_samples: int, slurred: bool, rng: np.random.Generator) -> Audio:
        """The synthesised note; the level is the sequencer's business."""
        audio = _SYNTHS[self.name](midi_to_hz(event.midi), n_samples, rng)
        return audio.astype(np.float32)
