"""What a host shows before anything is played."""

from pathlib import Path

import pedalboard
import pytest

from host import DEFAULTS, TARGETS, Host, Setup, target_value


def test_scan_finds_an_effect_and_an_instrument(bundle: Path) -> None:
    """A scan finds Mynah, an effect, and Mynah Instrument, and nothing else."""
    names = pedalboard.VST3Plugin.get_plugin_names_for_file(str(bundle))
    assert names == ["Mynah", "Mynah Instrument"]
    instrument = pedalboard.load_plugin(str(bundle), plugin_name="Mynah Instrument")
    assert instrument.is_instrument
    assert not instrument.is_effect
    plugin = pedalboard.load_plugin(str(bundle), plugin_name="Mynah")
    assert (plugin.name, plugin.manufacturer_name) == ("Mynah", "Mynah")
    assert plugin.category == "Fx|Pitch Shift"
    assert plugin.is_effect
    assert not plugin.is_instrument


def test_parameters_and_defaults(bundle: Path, host_type: type[Host]) -> None:
    """All parameters, in their published order, at their defaults."""
    found = host_type(bundle, Setup()).parameters()
    assert list(found) == list(DEFAULTS)
    assert found == pytest.approx(DEFAULTS, abs=1e-6)


def test_values_have_words(bundle: Path, host_type: type[Host]) -> None:
    """A host's own list of parameters can be read by a player."""
    host = host_type(bundle, Setup())
    for name in TARGETS:
        host.set("Target", target_value(name))
        assert host.text("Target") == name
    host.set("Mode", 1 / 3)
    assert host.text("Mode") == "Follow"
    host.set("Scale", 6 / 7)
    assert host.text("Scale") == "Custom"
    host.set("Octave", 0.25)
    assert host.text("Octave") == "-1"
    host.set("Input gain", 0.75)
    assert host.text("Input gain") == "+12.0"
    host.set("Mix", 0.3)
    assert host.text("Mix") == "30"
    host.set("Bypass", 1.0)
    assert host.text("Bypass") == "On"
    host.set("Quality", 0.0)
    assert host.text("Quality") == "Eco"
