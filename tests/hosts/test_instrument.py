"""The bundle's other plugin, played from keys in pedalboard: DawDreamer opens the first of a bundle only."""

from pathlib import Path

import numpy as np
import pedalboard
import pytest

from host import DEFAULTS
from sounds import Sound

RATE_HZ = 48_000

# A message, and when it is sent, seconds.
Event = tuple[bytes, float]

ONE_KEY: list[Event] = [(bytes([0x90, 69, 100]), 0.5), (bytes([0x80, 69, 0]), 1.5)]
CHORD: list[Event] = [
    (bytes([0x90, 60, 100]), 0.1),
    (bytes([0x90, 64, 60]), 0.15),
    (bytes([0x80, 60, 0]), 0.4),
    (bytes([0x90, 67, 127]), 0.5),
    (bytes([0x80, 64, 0]), 0.7),
    (bytes([0x80, 67, 0]), 0.8),
]

# How keys are played: the instrument's own parameters.
OF_KEYS = {"Voices": 1.0, "Modulation": 0.0, "Expression": 1.0, "Wheel": 0.5, "Sustain": 0.0}

# What needs an input, and would do nothing.
OF_AN_INPUT = {"Mix", "Input gain", "Bypass", "Mode", "Channels", "MIDI out", "Auto octave", "Floor"}


@pytest.fixture
def instrument(bundle: Path) -> pedalboard.VST3Plugin:
    """A new one."""
    return pedalboard.load_plugin(str(bundle), plugin_name="Mynah Instrument")


def play(
    instrument: pedalboard.VST3Plugin,
    events: list[Event],
    seconds: float = 1.2,
    block_samples: int = 512,
) -> Sound:
    """What is heard of these events."""
    return instrument(
        events,
        duration=seconds,
        sample_rate=RATE_HZ,
        num_channels=2,
        buffer_size=block_samples,
    )


def values(instrument: pedalboard.VST3Plugin) -> dict[str, float]:
    """All parameters by name."""
    return {parameter.name: parameter.raw_value for parameter in instrument.parameters.values()}


def pitch_hz(sound: Sound, near_hz: float) -> float:
    """Where the spectrum is highest, within two semitones of a pitch."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 8 * RATE_HZ))
    low, high = (int(8 * near_hz * factor) for factor in (0.89, 1.12))
    return (low + int(np.argmax(spectrum[low:high]))) / 8


def test_keys_are_heard_at_their_time(instrument: pedalboard.VST3Plugin) -> None:
    """A key sounds from the moment at which it is struck, at its pitch, and dies away when it is let go."""
    sound = play(instrument, ONE_KEY, seconds=3.0)
    level = np.abs(sound).max(axis=0)
    assert not level[: RATE_HZ // 2].any()
    assert level[int(0.55 * RATE_HZ) : int(1.4 * RATE_HZ)].max() > 0.01
    assert level[int(2.5 * RATE_HZ) :].max() < 1e-3
    middle = sound[0, int(0.7 * RATE_HZ) : int(1.3 * RATE_HZ)]
    assert abs(pitch_hz(middle, 440.0) - 440.0) < 8.0


def test_parameters_and_defaults(instrument: pedalboard.VST3Plugin) -> None:
    """Those of the effect that do something, at the effect's defaults, then its own."""
    found = values(instrument)
    assert list(found)[-len(OF_KEYS) :] == list(OF_KEYS)
    assert not OF_AN_INPUT & set(found)
    known = DEFAULTS | OF_KEYS
    assert found == pytest.approx({name: known[name] for name in found}, abs=1e-6)
    assert [name for name in DEFAULTS if name in found] == list(found)[: -len(OF_KEYS)]


def test_block_sizes_make_no_difference(instrument: pedalboard.VST3Plugin) -> None:
    """Any block size gives the same sound, to the bit, and so does another start."""
    usual = play(instrument, CHORD)
    assert np.abs(usual).max() > 0.01
    for block_samples in (64, 441, 512, 8_192):
        played = play(instrument, CHORD, block_samples=block_samples)
        np.testing.assert_array_equal(played, usual, err_msg=f"{block_samples}")


def test_wheel_and_pedals_arrive(instrument: pedalboard.VST3Plugin) -> None:
    """A host makes parameters of a keyboard's messages: the wheel bends, the pedals hold and swell."""
    plain = play(instrument, ONE_KEY, seconds=3.0)
    up = (bytes([0xE0, 0x7F, 0x7F]), 0.2)
    bent = play(instrument, [up, *ONE_KEY], seconds=3.0)
    middle = slice(int(0.8 * RATE_HZ), int(1.4 * RATE_HZ))
    assert abs(pitch_hz(bent[0, middle], 494.0) - 493.9) < 8.0
    rest = (bytes([0xE0, 0x00, 0x40]), 0.1)
    pedal = (bytes([0xB0, 64, 127]), 0.2)
    held = play(instrument, [rest, pedal, *ONE_KEY], seconds=3.0)
    after = slice(int(1.8 * RATE_HZ), int(2.4 * RATE_HZ))
    assert np.abs(held[:, after]).max() > 10.0 * np.abs(plain[:, after]).max()
    lifted = (bytes([0xB0, 64, 0]), 0.1)
    softer = (bytes([0xB0, 11, 40]), 0.2)
    soft = play(instrument, [lifted, softer, *ONE_KEY], seconds=3.0)
    assert np.abs(soft[:, middle]).max() < 0.3 * np.abs(plain[:, middle]).max()


def test_state_round_trip(bundle: Path, instrument: pedalboard.VST3Plugin) -> None:
    """Another instance with the saved state has the same parameters, sound and state."""
    named = {parameter.name: parameter for parameter in instrument.parameters.values()}
    for name, value in {"Target": 1 / 64, "Voices": 0.0, "Room": 0.0, "Octave": 0.75}.items():
        named[name].raw_value = value
    saved = play(instrument, CHORD)
    state = instrument.raw_state
    other = pedalboard.load_plugin(str(bundle), plugin_name="Mynah Instrument")
    assert not np.array_equal(play(other, CHORD), saved)
    other.raw_state = state
    np.testing.assert_array_equal(play(other, CHORD), saved)
    assert values(other) == pytest.approx(values(instrument), abs=1e-6)
    assert other.raw_state == state
