"""Recorded notes become a memory."""

from pathlib import Path

import numpy as np
import pytest

from mynah_training.data.library import SampleInfo
from mynah_training.memory.analysis import (
    UNIT_DENSITY_HZ,
    NoteFrames,
    analyse,
    harmonic_amplitudes,
    stretch_of,
    stretches,
    stroke_sample,
)
from mynah_training.memory.choice import choose
from mynah_training.memory.transitions import transitions

RATE_HZ = 48_000


def tone(hz: float, amplitudes: list[float], noise: float, seconds: float = 1.0) -> np.ndarray:
    """Harmonics that rise within 10 ms, and white noise."""
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    harmonics = sum(a * np.sin(2 * np.pi * hz * h * t + h) for h, a in enumerate(amplitudes, 1))
    rng = np.random.default_rng(3)
    return np.minimum(1.0, t / 0.01) * (harmonics + noise * rng.standard_normal(len(t)))


def note(hz: float = 220.0, noise: float = 0.01) -> NoteFrames:
    """Analysed, its pitch given."""
    audio = tone(hz, [0.2, 0.02, 0.1, 0.05], noise)
    frames = len(audio) // 256
    pitch = (np.full(frames, hz), np.ones(frames, bool))
    analysed = analyse(audio, 69 + 12 * np.log2(hz / 440), pitch)
    assert analysed is not None
    return analysed


def test_harmonics_and_noise_are_found_as_loud_as_they_are() -> None:
    """By number, relative to the loudness; the noise between and under them."""
    found = note()
    row = found.values[len(found.values) // 2]
    logs = row[:4] + 0.5 * np.log(220.0 / UNIT_DENSITY_HZ)
    assert logs - logs[0] == pytest.approx(np.log([1.0, 0.1, 0.5, 0.25]), abs=0.1)
    assert found.semitones == pytest.approx(57.0, abs=0.01)
    # White noise a tenth of that in amplitude lies 2.3 nepers under the other.
    louder = note(noise=0.03).values[100, -40:].mean() - note(noise=0.003).values[100, -40:].mean()
    assert louder == pytest.approx(np.log(10.0), abs=0.3)
    assert np.std(found.texture[4800:-4800]) == pytest.approx(1.0, abs=0.2)
    # What the harmonics leave behind is small.
    spectrum = np.abs(np.fft.rfft(found.texture[4800:28_800] * np.hanning(24_000)))
    assert spectrum[108:113].max() < 5 * np.median(spectrum)


def test_too_short_a_note_is_none() -> None:
    """Less than 0.2 s."""
    assert (
        analyse(tone(220.0, [0.2], 0.0, seconds=0.1), 57.0, (np.full(18, 220.0), np.ones(18, bool))) is None
    )


def sample(midi: int, dynamic: str) -> SampleInfo:
    """Of two seconds."""
    return SampleInfo(Path(f"{midi}{dynamic}"), "cello", midi, dynamic, "sus", 2.0, 0.0, "train")


def test_the_choice_leaves_no_gap_at_home() -> None:
    """Few recordings of many: spread over pitch and dynamics, denser at home."""
    samples = [sample(midi, dynamic) for midi in range(36, 84) for dynamic in ("f", "p")]
    chosen = choose(samples, (48.0, 60.0), budget_s=40.0, longest_s=1.0)
    assert len(chosen) == 40
    home = [c.sample.midi for c in chosen if 48 <= c.sample.midi <= 60]
    assert max(np.diff(sorted(set(home)))) <= 2
    assert {c.group for c in chosen} == {0, 1}
    assert len(home) / 13 > (len(chosen) - len(home)) / 35
    assert choose(samples, (48.0, 60.0), 40.0, 1.0) == chosen


def stiff(hz: float, stretch: float, seconds: float = 1.0) -> np.ndarray:
    """Twenty partials of a string that decays."""
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    partials = stretches(stretch, 20) * hz
    return np.exp(-2 * t) * sum(
        0.1 / h * np.sin(2 * np.pi * f * t + h) for h, f in enumerate(partials, 1) if f < 20_000
    )


@pytest.mark.parametrize("stretch", [0.0, 2e-4, 1e-3])
def test_the_stretch_of_a_string_is_found(stretch: float) -> None:
    """Within the step of the search, and its partials are taken where they are: little is left of them."""
    audio = stiff(220.0, stretch)
    assert stretch_of(audio, 220.0) == pytest.approx(stretch, rel=0.12, abs=2e-5)
    frames = len(audio) // 256
    pitch = (np.full(frames, 220.0), np.ones(frames, bool))
    found = analyse(audio, 57.0, pitch, stretched=True)
    assert found is not None
    logs = found.values[60, :12] + 0.5 * np.log(220.0 / UNIT_DENSITY_HZ)
    assert logs - logs[0] == pytest.approx(-np.log(np.arange(1, 13)), abs=0.15)


def struck_note(hz: float, beats: float, noise: float) -> np.ndarray:
    """4 ms of silence, then ten partials that are there at once, each with a second `beats` Hz above it."""
    t = np.arange(RATE_HZ) / RATE_HZ
    rng = np.random.default_rng(5)
    sound = noise * rng.standard_normal(len(t))
    for h in range(1, 11):
        each = np.sin(2 * np.pi * hz * h * t) + 0.5 * np.sin(2 * np.pi * (hz * h + beats) * t)
        sound += np.exp(-2.0 * t) * 0.1 / h * each
    return np.concatenate([1e-5 * rng.standard_normal(192), sound])


def test_a_struck_partial_is_there_at_once() -> None:
    """Not before the stroke, and not as slowly as the window is long."""
    audio = struck_note(220.0, 0.0, 1e-4)
    assert stroke_sample(audio) == pytest.approx(192, abs=48)
    f0_hz = np.full(len(audio) // 256, 220.0)
    sharp = np.abs([row[0] for row in harmonic_amplitudes(audio, f0_hz, begin=192)[:12]])
    smeared = np.abs([row[0] for row in harmonic_amplitudes(audio, f0_hz)[:12]])
    # The first window that hears any of the note: what there is of it is as loud as the rest.
    heard = np.flatnonzero(sharp > 0.0)[0]
    # Both strings in step: 1.5 times one.
    assert sharp[heard:] == pytest.approx(0.15, rel=0.15)
    assert smeared[heard] < 0.09


def test_what_partials_leave_between_them_is_noise_and_what_is_left_of_them_is_not() -> None:
    """Two strings that beat: the second is no noise, as loud as it is, and no tone in the texture."""
    pitch = (np.full((RATE_HZ + 192) // 256, 660.0), np.ones((RATE_HZ + 192) // 256, bool))
    clean, beating = (
        analyse(struck_note(660.0, beats, 1e-3), 76.04, pitch, struck=True) for beats in (0.0, 25.0)
    )
    plain = analyse(struck_note(660.0, 25.0, 1e-3), 76.04, pitch)
    assert clean is not None and beating is not None and plain is not None
    noise = [
        (found.values[60:120, -64:] + found.level_db[60:120, None] / 8.686).mean(0)[30:50]
        for found in (clean, beating, plain)
    ]
    left, before = (noise[1] - noise[0]).mean(), (noise[2] - noise[0]).mean()
    assert before > 0.7
    assert left < 0.4 * before
    peaks = []
    for found in (beating, plain):
        spectrum = np.abs(np.fft.rfft(found.texture[14_400:38_400] * np.hanning(24_000)))[300:4000]
        peaks.append(spectrum.max() / np.median(spectrum))
    assert peaks[0] < 0.75 * peaks[1]


def test_slurred_and_articulated_notes_are_told_apart() -> None:
    """By how far the level falls where the pitch changes; a vibrato changes nothing."""
    frames = np.arange(300)
    semitones = np.where(frames < 100, 60.0, np.where(frames < 200, 64.0, 62.0))
    semitones = semitones + 0.2 * np.sin(2 * np.pi * frames / 34)
    fall = 12.0 * np.exp(-(((frames - 200) / 6.0) ** 2)) + 2.0 * np.exp(-(((frames - 100) / 6.0) ** 2))
    slurred, articulated = transitions(semitones, -20.0 - fall)
    assert not slurred.articulated and articulated.articulated
    assert slurred.interval_semitones == pytest.approx(4.0, abs=0.3)
    assert articulated.interval_semitones == pytest.approx(-2.0, abs=0.3)
    assert articulated.level_db.min() == pytest.approx(-12.0, abs=1.0)
    assert articulated.level_db[-1] == pytest.approx(0.0, abs=0.5)
