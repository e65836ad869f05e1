"""Sessions and presets: what is saved comes back, in sound and in parameters."""

from pathlib import Path

import numpy as np
import pytest

from dawdreamer_host import DawDreamerHost
from host import DEFAULTS, Host, Setup, target_value
from pedalboard_host import PedalboardHost
from sounds import melody

SETTINGS = DEFAULTS | {
    "Target": target_value("Tenor Sax"),
    "Target B": target_value("Piano"),
    "Morph X": 0.3,
    "Brightness": 0.7,
    "Mode": 1 / 3,
    "Octave": 0.75,
    "Input gain": 0.4,
    "Drive": 0.3,
    "Mix": 0.7,
    "Output gain": 0.6,
    "Bypass": 0.0,
    "Quality": 0.0,
}


def set_up(host: Host) -> Host:
    """Away from the defaults."""
    for name, value in SETTINGS.items():
        host.set(name, value)
    return host


def test_state_round_trip(bundle: Path, host_type: type[Host]) -> None:
    """Another instance with the saved state has the same parameters, sound and state."""
    sound = melody(48_000)
    saved = set_up(host_type(bundle, Setup()))
    state = saved.save()
    restored = host_type(bundle, Setup())
    assert not np.array_equal(restored.render(sound), saved.render(sound))
    restored.load(state)
    assert restored.parameters() == pytest.approx(SETTINGS, abs=1e-6)
    assert restored.text("Target") == "Tenor Sax"
    np.testing.assert_array_equal(restored.render(sound), saved.render(sound))
    assert restored.save() == state


def test_state_loads_while_playing(bundle: Path) -> None:
    """Loading while sound runs needs no new start: the end is what the loaded state sounds like."""
    sound = melody(48_000)
    saved = set_up(PedalboardHost(bundle, Setup()))
    saved.set("Mix", 0.0)
    saved.set("Output gain", 0.5)
    state = saved.save()
    host = PedalboardHost(bundle, Setup())
    host.plugin.reset()
    before = host.plugin.process(sound[:, :24_000], 48_000, 512, reset=False)
    host.load(state)
    after = host.plugin.process(sound[:, 24_000:], 48_000, 512, reset=False)
    played = np.concatenate([before, after], axis=1)
    assert not np.array_equal(played[:, :20_000], sound[:, :20_000])
    np.testing.assert_array_equal(played[:, 28_800:], sound[:, 28_800 : played.shape[1]])


def test_preset_file_moves_between_hosts(bundle: Path, tmp_path: Path) -> None:
    """A `.vstpreset` from one host sounds the same in another, and in a new instance of its own."""
    sound = melody(48_000)
    saved = set_up(PedalboardHost(bundle, Setup()))
    preset = tmp_path / "tenor.vstpreset"
    preset.write_bytes(saved.preset())
    expected = saved.render(sound)
    same = PedalboardHost(bundle, Setup())
    same.plugin.load_preset(str(preset))
    np.testing.assert_array_equal(same.render(sound), expected)
    other = DawDreamerHost(bundle, Setup())
    assert other.plugin.load_vst3_preset(str(preset))
    np.testing.assert_array_equal(other.render(sound), expected)
