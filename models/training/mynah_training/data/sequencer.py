"""Plays note events on a sound source: recorded notes or a synthesiser.

Every note is brought to a loudness that depends on its velocity alone, so that one list
of events gives level-matched renderings on all instruments.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import signal

from .events import NoteEvent, bend_cents, is_polyphonic
from .library import (
    ONSET_WINDOW_SAMPLES,
    SAMPLE_RATE_HZ,
    Audio,
    InstrumentLibrary,
    SampleInfo,
    Split,
)

MAX_SHIFT_SEMITONES = 4
RANGE_MARGIN_SEMITONES = 2
"""How far beyond its outermost recorded notes an instrument may be played."""

LOUDEST_DB = -14.0
VELOCITY_RANGE_DB = 30.0
LEVEL_WINDOW_S = 0.3
MAX_A_WEIGHTING_LOSS_DB = 10.0

LEGATO_GAP_S = 0.03
LEGATO_CROSSFADE_S = 0.03
LEGATO_SKIP_S = 0.04
ATTACK_FADE_S = 0.003
SHORT_NOTE_S = 0.22
LOOP_CROSSFADE_S = 0.06

AUDIBLE_DB = -20.0
"""A note is heard to begin where its short-time level passes this, relative to its peak in its first
:data:`ONSET_PEAK_S`."""
ONSET_PEAK_S = 0.5

DYNAMIC_VELOCITY = {"pp": 0.1, "p": 0.25, "mp": 0.45, "mf": 0.6, "f": 0.8, "ff": 0.95}
"""The velocity at which each recorded dynamic layer is the natural choice."""


class SoundSource(Protocol):
    """Something that can sound single notes."""

    name: str
    decays: bool

    def covers(self, midi: int) -> bool:
        """Whether the source can play this pitch."""
        ...

    def note(self, event: NoteEvent, n_samples: int, slurred: bool, rng: np.random.Generator) -> Audio:
        """The raw note [n_samples]: any level, no release; silent once it has died away."""
        ...


def a_weighting(freq_hz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The A-weighting curve (IEC 61672) as a linear gain, 1 at 1 kHz."""
    f2 = np.square(freq_hz)
    gain = (12194.0**2 * f2**2) / (
        (f2 + 20.6**2) * np.sqrt((f2 + 107.7**2) * (f2 + 737.9**2)) * (f2 + 12194.0**2)
    )
    return np.asarray(gain * 10.0 ** (2.0 / 20.0))


@lru_cache(maxsize=256)
def _weights(n_samples: int) -> npt.NDArray[np.float64]:
    freq_hz = np.fft.rfftfreq(n_samples, 1.0 / SAMPLE_RATE_HZ).astype(np.float64)
    return np.square(a_weighting(freq_hz))


def level_db(audio: Audio) -> float:
    """A-weighted RMS level of ``audio`` [n] in dBFS (an RMS of 1 at 1 kHz is 0 dB).

    The weighting may lower the level by a bounded amount only: a deep pure tone would
    otherwise be boosted out of all proportion to be 'as loud' as the others.
    """
    if len(audio) == 0:
        return -200.0
    power = np.square(np.abs(np.fft.rfft(audio.astype(np.float64)))) * (2.0 / len(audio) ** 2)
    weighted = float(power @ _weights(len(audio)))
    plain = float(power.sum())
    floor = plain * 10.0 ** (-MAX_A_WEIGHTING_LOSS_DB / 10.0)
    return 10.0 * float(np.log10(max(weighted, floor, 1e-20)))


def target_level_db(velocity: float) -> float:
    """The level, in dBFS, of the first 300 ms of a note of this velocity."""
    return LOUDEST_DB - VELOCITY_RANGE_DB * (1.0 - min(max(velocity, 0.0), 1.0))


def shift_pitch(audio: Audio, semitones: float) -> Audio:
    """Resamples ``audio`` [n] so that it sounds ``semitones`` higher (and shorter)."""
    if abs(semitones) < 0.005:
        return audio
    step = Fraction(2.0 ** (-semitones / 12.0)).limit_denominator(300)
    shifted = signal.resample_poly(audio, step.numerator, step.denominator)
    return np.asarray(shifted, dtype=np.float32)


def bend(audio: Audio, event: NoteEvent) -> Audio:
    """Plays a note [n] with the event's glide and vibrato by reading it at a varying speed.

    Cubic (Catmull-Rom) interpolation: linear would dull the treble.
    """
    if event.glide_semitones == 0.0 and event.vibrato_cents == 0.0:
        return audio
    n = len(audio)
    speed = 2.0 ** (bend_cents(event, np.arange(n) / SAMPLE_RATE_HZ) / 1200.0)
    position = np.minimum(np.cumsum(speed) - speed[0], n - 1.0)
    index = position.astype(np.int64)
    u = (position - index).astype(np.float32)
    padded = np.pad(audio, (1, 3))
    a, b, c, d = (padded[index + k] for k in range(4))
    curve = b + 0.5 * u * (c - a + u * (2.0 * a - 5.0 * b + 4.0 * c - d + u * (3.0 * (b - c) + d - a)))
    return np.asarray(curve, dtype=np.float32)


def extend_by_loop(audio: Audio, n_samples: int) -> Audio:
    """Lengthens a sustained note [n] to ``n_samples`` by repeating its steady middle.

    The joint is placed where the waveform best matches the loop's start, so that the
    crossfade neither clicks nor cancels.
    """
    fade = int(LOOP_CROSSFADE_S * SAMPLE_RATE_HZ)
    start, end = int(0.3 * len(audio)), int(0.72 * len(audio))
    if len(audio) >= n_samples or end - start < 3 * fade:
        return audio
    head = audio[start : start + fade].astype(np.float64)
    search = audio[end - 2 * fade : end + fade].astype(np.float64)
    match = signal.fftconvolve(search, head[::-1], mode="valid")
    energy = signal.fftconvolve(np.square(search), np.ones(fade), mode="valid")
    joint = end - 2 * fade + int(np.argmax(match / np.sqrt(np.maximum(energy, 1e-12))))
    rise = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    body = audio[start + fade : joint]
    blend = audio[joint : joint + fade] * (1.0 - rise) + audio[start : start + fade] * rise
    pieces: list[Audio] = [audio[:joint]]
    length = joint
    while length < n_samples:
        pieces += [blend, body]
        length += len(blend) + len(body)
    return np.concatenate(pieces)[:n_samples]


def audible_from(note: Audio) -> int:
    """The sample at which a note [n] passes -20 dB of its early peak: where it is heard to begin."""
    frames = len(note[: int(ONSET_PEAK_S * SAMPLE_RATE_HZ)]) // ONSET_WINDOW_SAMPLES
    if frames == 0:
        return 0
    cut = note[: frames * ONSET_WINDOW_SAMPLES].reshape(frames, ONSET_WINDOW_SAMPLES)
    energy = np.mean(np.square(cut), axis=1)
    threshold = float(energy.max()) * 10.0 ** (AUDIBLE_DB / 10.0)
    return int(np.argmax(energy >= threshold)) * ONSET_WINDOW_SAMPLES


class SampledInstrument:
    """An instrument of the library, played from one side of the split only."""

    def __init__(
        self,
        library: InstrumentLibrary,
        instrument: str,
        split: Split = "train",
        max_shift_semitones: int = MAX_SHIFT_SEMITONES,
        margin_semitones: int = RANGE_MARGIN_SEMITONES,
        loose: bool = False,
    ) -> None:
        """Recordings are shifted by at most ``max_shift_semitones`` to reach a pitch.

        A ``loose`` instrument takes any recording within that reach, not the nearest.
        """
        self.name = instrument
        self._nearness, self._chance = (0.25, 2.0) if loose else (1.0, 0.8)
        self.samples = library.select(instrument, split)
        self.decays = all(sample.decays for sample in self.samples)
        self.variant = ""
        self._library = library
        self._max_shift = max_shift_semitones
        self._last_path = ""
        steady = {sample.midi for sample in self.samples if sample.kind == "sustained"}
        lowest = min(steady, default=0) - margin_semitones
        highest = max(steady, default=-1) + margin_semitones
        self._playable = {
            midi
            for midi in range(lowest, highest + 1)
            if any(abs(midi - other) <= max_shift_semitones for other in steady)
        }

    def covers(self, midi: int) -> bool:
        """Whether a recorded note lies near enough to this pitch."""
        return midi in self._playable

    def choose_variant(self, rng: np.random.Generator) -> None:
        """Settles on one of several recorded instruments or techniques for a phrase."""
        steady = {sample.articulation for sample in self.samples if sample.kind == "sustained"}
        names = sorted(steady)
        self.variant = names[int(rng.integers(len(names)))] if names else ""

    def choose(self, event: NoteEvent, rng: np.random.Generator) -> SampleInfo:
        """The recording that suits the event best; chance decides between equals."""
        wanted: str = event.articulation
        if wanted == "sustained" and event.duration_s < SHORT_NOTE_S:
            wanted = "staccato"
        near = [s for s in self.samples if abs(s.midi - event.midi) <= self._max_shift]
        pool = [s for s in near if s.kind == wanted] or [s for s in near if s.kind == "sustained"]
        if not pool:
            raise ValueError(f"{self.name} has no note near MIDI {event.midi}")
        chance = rng.random(len(pool))

        def cost(index: int) -> float:
            sample = pool[index]
            layer = abs(DYNAMIC_VELOCITY.get(sample.dynamic, 0.7) - event.velocity)
            variant = bool(self.variant) and sample.articulation != self.variant
            # A bow changes direction, and no player repeats a note exactly.
            repeated = str(sample.path) == self._last_path
            return float(
                self._nearness * abs(sample.midi - event.midi)
                + 5.0 * layer
                + 1.2 * variant
                + 1.0 * repeated
                + self._chance * chance[index]
            )

        best = pool[min(range(len(pool)), key=cost)]
        self._last_path = str(best.path)
        return best

    def note(self, event: NoteEvent, n_samples: int, slurred: bool, rng: np.random.Generator) -> Audio:
        """The recorded note at the event's pitch, in tune; see :class:`SoundSource`."""
        sample = self.choose(event, rng)
        semitones = event.midi - sample.midi - sample.deviation_cents / 100.0
        # Under a slur the bow or breath does not stop: the new note has less of an attack.
        skip = int(LEGATO_SKIP_S * SAMPLE_RATE_HZ) if slurred and not sample.decays else 0
        needed = int(np.ceil((n_samples + skip) * 2.0 ** (semitones / 12.0))) + 64
        audio = self._library.audio(sample)
        if sample.kind == "sustained" and not sample.decays:
            audio = extend_by_loop(audio, needed)
        audio = audio[:needed].copy()
        tail = min(len(audio), int(0.02 * SAMPLE_RATE_HZ))
        audio[-tail:] *= np.linspace(1.0, 0.0, tail, dtype=np.float32)
        shifted = bend(shift_pitch(audio, semitones)[skip : skip + n_samples], event)
        return np.pad(shifted, (0, n_samples - len(shifted)))


def _release_s(source: SoundSource, rng: np.random.Generator) -> float:
    return float(rng.uniform(0.08, 0.15) if source.decays else rng.uniform(0.06, 0.12))


def render(
    events: Sequence[NoteEvent],
    source: SoundSource,
    n_samples: int,
    seed: int | Sequence[int],
    onsets: list[int] | None = None,
) -> Audio:
    """Plays ``events`` on ``source``: mono float32 [n_samples] at 48 kHz, not normalised.

    Of a monophonic line each note ends where the next begins (with a short crossfade); in
    polyphonic ones every note sounds for its own duration. The sample at which each note can
    first be heard (:func:`audible_from`) is appended to ``onsets``.
    """
    rng = np.random.default_rng(seed)
    out = np.zeros(n_samples, dtype=np.float32)
    ordered = sorted(events, key=lambda e: (e.onset_s, e.midi))
    single = not is_polyphonic(ordered)
    if isinstance(source, SampledInstrument):
        source.choose_variant(rng)
    for index, event in enumerate(ordered):
        fade_s = _release_s(source, rng)
        end_s = event.end_s
        slurred = False
        if single:
            if index > 0:
                slurred = event.onset_s - ordered[index - 1].end_s < LEGATO_GAP_S
            if index + 1 < len(ordered):
                next_s = ordered[index + 1].onset_s
                if next_s - end_s < LEGATO_GAP_S:
                    end_s, fade_s = next_s, LEGATO_CROSSFADE_S
                fade_s = max(min(fade_s, next_s + LEGATO_CROSSFADE_S - end_s), 0.02)
        start = round(event.onset_s * SAMPLE_RATE_HZ)
        held = max(round((end_s - event.onset_s) * SAMPLE_RATE_HZ), 1)
        fade = round(fade_s * SAMPLE_RATE_HZ)
        raw = source.note(event, held + fade, slurred, rng).astype(np.float32, copy=True)
        window = min(held, int(LEVEL_WINDOW_S * SAMPLE_RATE_HZ))
        gain_db = target_level_db(event.velocity) - level_db(raw[:window])
        attack_s = LEGATO_CROSSFADE_S if slurred else ATTACK_FADE_S
        attack = min(int(attack_s * SAMPLE_RATE_HZ), held)
        raw *= 10.0 ** (gain_db / 20.0)
        raw[:attack] *= np.sin(np.linspace(0.0, np.pi / 2.0, attack, dtype=np.float32))
        raw[held:] *= np.cos(np.linspace(0.0, np.pi / 2.0, fade, dtype=np.float32))
        stop = min(start + len(raw), n_samples)
        if stop > start:
            out[start:stop] += raw[: stop - start]
            if onsets is not None:
                onsets.append(start + audible_from(raw))
    return out
