"""A sung or hummed line: one continuous voice through a whole phrase.

Unlike single notes put side by side, a voice glides from note to note, scoops, drifts, changes
its vowel on the way, breathes and begins some notes with a consonant. Only ever a source.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import signal

from .events import NoteEvent
from .library import SAMPLE_RATE_HZ, Audio
from .sequencer import target_level_db
from .synthetic import FORMANT_WIDTHS_HZ, VOWELS_HZ, Float, midi_to_hz

SUNG_NAMES = ("sung-vowels", "sung-hum", "sung-whistle")
_RANGE_MIDI = {"sung-vowels": (40, 81), "sung-hum": (40, 77), "sung-whistle": (62, 98)}

CONTROL_SAMPLES = 240
"""Pitch, level and formants move in steps of 5 ms, linearly in between."""
CONTROL_HZ = SAMPLE_RATE_HZ / CONTROL_SAMPLES
MAX_HARMONICS = 80


def _smooth(values: Float, seconds: float) -> Float:
    """A causal one-pole glide of the control signal."""
    pole = float(np.exp(-1.0 / (seconds * CONTROL_HZ)))
    start = np.array([pole * values[0]])
    return np.asarray(signal.lfilter([1.0 - pole], [1.0, -pole], values, zi=start)[0])


def _contours(
    events: Sequence[NoteEvent], steps: int, rng: np.random.Generator
) -> tuple[Float, Float, list[int]]:
    """MIDI pitch and level in dB per step, and the steps at which notes begin after a rest."""
    pitch = np.full(steps, float(events[0].midi))
    level_db = np.full(steps, -90.0)
    time_s = np.arange(steps) / CONTROL_HZ
    attacks: list[int] = []
    previous_end_s = -1.0
    for event in events:
        begin, end = int(event.onset_s * CONTROL_HZ), max(int(event.end_s * CONTROL_HZ), 1)
        scoop = float(rng.uniform(-2.0, 0.3)) if rng.random() < 0.3 else 0.0
        age_s = time_s[begin:] - event.onset_s
        vibrato = event.vibrato_cents / 100.0 * np.clip((age_s - 0.15) / 0.3, 0.0, 1.0)
        pitch[begin:] = event.midi + scoop * np.exp(-age_s / 0.05)
        pitch[begin:] += vibrato * np.sin(2.0 * np.pi * event.vibrato_hz * age_s)
        level_db[begin:end] = target_level_db(event.velocity)
        if event.onset_s - previous_end_s > 0.04:
            attacks.append(begin)
        previous_end_s = event.end_s
    drift = _smooth(rng.standard_normal(steps), 0.2) * 2.0
    pitch = _smooth(pitch, float(rng.uniform(0.012, 0.04))) + 0.08 * drift
    amplitude = _smooth(10.0 ** (level_db / 20.0), float(rng.uniform(0.01, 0.03)))
    return pitch, 20.0 * np.log10(np.maximum(amplitude, 1e-6)), attacks


def _upsample(control: Float, n_samples: int) -> Float:
    position = np.arange(n_samples) / CONTROL_SAMPLES
    return np.asarray(np.interp(position, np.arange(len(control)), control))


def _formants(events: Sequence[NoteEvent], steps: int, hum: bool, rng: np.random.Generator) -> Float:
    """Centre frequencies [4, steps] that move from vowel to vowel."""
    size = rng.uniform(0.9, 1.3)
    centres = np.zeros((4, steps))
    for event in events:
        vowel = str(rng.choice(sorted(VOWELS_HZ)))
        closed = (280.0, 1100.0, 2300.0, 3300.0)
        centres[:, int(event.onset_s * CONTROL_HZ) :] = np.array(closed if hum else VOWELS_HZ[vowel])[:, None]
    centres[centres == 0.0] = 500.0
    return np.stack([_smooth(row * size, 0.04) for row in centres])


def _voice(
    f0_hz: Float, formants: Float, hum: bool, n_samples: int, rng: np.random.Generator
) -> tuple[Float, Float]:
    """The voiced sound and its breath, float64 [n_samples], at an even level."""
    tilt = rng.uniform(1.0, 1.5) + (0.8 if hum else 0.0)
    cycles = np.cumsum(_upsample(f0_hz, n_samples)) / SAMPLE_RATE_HZ
    tone = np.zeros(n_samples)
    count = int(min(MAX_HARMONICS, 9_000.0 / f0_hz.min()))
    total = np.zeros(len(f0_hz))
    for k in range(1, count + 1):
        hz = k * f0_hz
        response = np.full(len(f0_hz), 0.01)
        for index in range(4):
            offset = (hz - formants[index]) / (0.8 * FORMANT_WIDTHS_HZ[index])
            response += 0.7**index / np.sqrt(1.0 + np.square(offset))
        response *= k**-tilt * (hz < 9_000.0)
        total += np.square(response)
        tone += _upsample(response, n_samples) * np.sin(2.0 * np.pi * (k * cycles % 1.0))
    tone /= np.sqrt(0.5 * _upsample(total, n_samples)) + 1e-9
    breath = signal.lfilter([1.0, -0.9], [1.0, -0.6], rng.standard_normal(n_samples))
    return tone, breath


def _consonants(attacks: Sequence[int], n_samples: int, rng: np.random.Generator) -> Float:
    """Bursts of coloured noise just before some of the notes that follow a rest."""
    out = np.zeros(n_samples)
    for step in attacks:
        if rng.random() < 0.5:
            continue
        length = int(rng.uniform(0.02, 0.09) * SAMPLE_RATE_HZ)
        low_hz = float(rng.uniform(1_000.0, 5_000.0))
        band = signal.butter(2, (low_hz, 2.5 * low_hz), "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
        burst = signal.sosfilt(band, rng.standard_normal(length)) * np.hanning(length)
        start = max(step * CONTROL_SAMPLES - length * 3 // 4, 0)
        stop = min(start + length, n_samples)
        out[start:stop] += burst[: stop - start] * rng.uniform(0.1, 0.6)
    return out


class SungLine:
    """A performer of whole monophonic phrases."""

    def __init__(self, name: str) -> None:
        """``name`` is one of :data:`SUNG_NAMES`."""
        if name not in SUNG_NAMES:
            raise ValueError(f"unknown voice {name!r}")
        self.name = name

    def covers(self, midi: int) -> bool:
        """Whether this voice reaches the pitch."""
        lowest, highest = _RANGE_MIDI[self.name]
        return lowest <= midi <= highest

    def perform(self, events: Sequence[NoteEvent], n_samples: int, rng: np.random.Generator) -> Audio:
        """The phrase, mono float32 [n_samples]; each note near the level of its velocity."""
        steps = n_samples // CONTROL_SAMPLES + 2
        ordered = sorted(events, key=lambda e: e.onset_s)
        pitch, level_db, attacks = _contours(ordered, steps, rng)
        f0_hz = np.array([midi_to_hz(float(p)) for p in pitch])
        gain = _upsample(10.0 ** (level_db / 20.0), n_samples)
        if self.name == "sung-whistle":
            cycles = np.cumsum(_upsample(f0_hz, n_samples)) / SAMPLE_RATE_HZ
            tone = np.sqrt(2.0) * np.sin(2.0 * np.pi * cycles)
            breath = signal.lfilter([0.3, 0.0, -0.3], [1.0, -1.2, 0.5], rng.standard_normal(n_samples))
        else:
            hum = self.name == "sung-hum"
            formants = _formants(ordered, steps, hum, rng)
            tone, breath = _voice(f0_hz, formants, hum, n_samples, rng)
            breath = breath + _consonants(attacks, n_samples, rng) * (0.0 if hum else 8.0)
        unsteady = 1.0 + 0.08 * _upsample(_smooth(rng.standard_normal(steps), 0.05) * 3.0, n_samples)
        out = gain * unsteady * (tone + rng.uniform(0.005, 0.03) * breath)
        # A breath leads into what follows a rest, however quiet the voice still is.
        loudest = float(gain.max(initial=0.0))
        return np.asarray(out + 0.004 * loudest * breath * (gain < 0.1 * loudest), dtype=np.float32)
