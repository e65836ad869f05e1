"""Tests of what bends, sings, swells and comes from SoundFonts."""

from __future__ import annotations

import numpy as np
import pytest

from mynah_training import pitch
from mynah_training.batches import DOMAINS, UNKNOWN_DOMAIN, domain
from mynah_training.data import soundfont
from mynah_training.data.contour import contour_gain, level_frames_db
from mynah_training.data.events import NoteEvent
from mynah_training.data.library import SAMPLE_RATE_HZ, Audio
from mynah_training.data.melodies import random_melody, with_bends
from mynah_training.data.sequencer import bend
from mynah_training.data.sung import SUNG_NAMES, SungLine
from mynah_training.data.synthetic import midi_to_hz


def sine(hz: float, seconds: float, amplitude: float = 0.5) -> Audio:
    """A sine, float32."""
    t = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return np.asarray(amplitude * np.sin(2.0 * np.pi * hz * t), dtype=np.float32)


def test_level_of_a_sine_is_its_amplitude() -> None:
    """0 dB is a full-scale sine at 1 kHz; silence is the floor."""
    assert abs(level_frames_db(sine(1_000.0, 0.5, 1.0))[40]) < 0.05
    assert abs(level_frames_db(sine(1_000.0, 0.5, 0.1))[40] + 20.0) < 0.05
    assert level_frames_db(np.zeros(4_800, np.float32)).max() == -70.0


def test_the_contour_of_one_sound_is_given_to_another() -> None:
    """A steady tone takes on a swell; silence on either side stays silent."""
    seconds = 2.0
    swell = sine(500.0, seconds) * np.linspace(0.05, 1.0, int(seconds * SAMPLE_RATE_HZ), dtype=np.float32)
    swell[: SAMPLE_RATE_HZ // 2] = 0.0
    steady = sine(800.0, seconds, 0.2)
    gain = contour_gain(level_frames_db(swell), level_frames_db(steady), len(steady))
    got, wanted = level_frames_db(steady * gain), level_frames_db(swell)
    assert np.abs(got - wanted)[110:-10].max() < 0.7
    assert got[:80].max() < -50.0


def test_a_bent_note_has_the_pitch_of_its_glide_and_vibrato() -> None:
    """A glide from two semitones above arrives; a vibrato is as deep as asked."""
    event = NoteEvent(0.0, 1.5, 69, 0.7, glide_semitones=2.0, vibrato_cents=40.0, vibrato_hz=5.0)
    f0_hz, voicing = pitch.track(bend(sine(440.0, 1.5), event))
    cents = 1200.0 * np.log2(f0_hz / 440.0)
    assert (voicing[12:270] > 0.9).all()
    assert cents[3:8].max() > 60.0
    assert 34.0 < cents[100:250].max() < 44.0 and -44.0 < cents[100:250].min() < -34.0


def test_bends_come_with_slurs_and_long_notes_only() -> None:
    """No glide is wider than allowed, no short note has a vibrato."""
    rng = np.random.default_rng(3)
    glides = vibratos = 0
    for _ in range(40):
        for event in with_bends(random_melody(rng).events, rng):
            assert abs(event.glide_semitones) <= 3.0
            glides += event.glide_semitones != 0.0
            if event.vibrato_cents:
                vibratos += 1
                assert event.duration_s > 0.35
    assert glides > 20 and vibratos > 20


@pytest.mark.parametrize("name", SUNG_NAMES)
def test_a_sung_line_has_the_notes_it_was_given(name: str) -> None:
    """Half-way through every long note the pitch is the note's, whatever glides and drifts."""
    line = [NoteEvent(0.1 + 0.6 * i, 0.6, midi, 0.6) for i, midi in enumerate((64, 67, 71, 66))]
    audio = SungLine(name).perform(line, 3 * SAMPLE_RATE_HZ, np.random.default_rng(2))
    f0_hz, voicing = pitch.track(audio)
    for event in line:
        frame = int((event.onset_s + 0.45) * SAMPLE_RATE_HZ / 256)
        assert voicing[frame] > 0.5
        assert abs(12.0 * np.log2(f0_hz[frame] / midi_to_hz(event.midi))) < 0.6
    assert np.abs(audio).max() < 1.0


def test_soundfont_phrases_bend_only_in_single_lines() -> None:
    """Every note begins and ends; a chord gets no pitch wheel, which would bend all its notes."""
    line = [NoteEvent(0.0, 0.5, 60, 0.5, glide_semitones=1.0), NoteEvent(0.5, 0.5, 64, 1.0)]
    kinds = [m.type for _, m in soundfont._messages(line, 40)]
    assert kinds.count("note_on") == kinds.count("note_off") == 2 and "pitchwheel" in kinds
    chord = [NoteEvent(0.0, 0.5, 60, 0.5, glide_semitones=1.0), NoteEvent(0.0, 0.5, 64, 1.0)]
    assert "pitchwheel" not in [m.type for _, m in soundfont._messages(chord, 40)]


def test_every_source_has_a_domain_but_those_never_trained_on() -> None:
    """SoundFonts count by family."""
    programs = {domain(f"soundfont-fluid-{p}") for p in soundfont.MELODIC_PROGRAMS}
    assert len(programs) == len(soundfont.FAMILIES) and UNKNOWN_DOMAIN not in programs
    assert DOMAINS[domain("sung-hum")] == "sung-hum"
    assert domain("guitar-nylon") == UNKNOWN_DOMAIN
