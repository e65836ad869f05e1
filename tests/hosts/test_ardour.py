"""Ardour: scanned, put on a bus, set and exported."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ardour_host import Ardour
from host import LATENCY_SAMPLES, TARGETS, Setup, target_value
from pedalboard_host import PedalboardHost
from sounds import Sound, ardour_tone, loudness


@pytest.fixture
def ardour(bundle: Path, tmp_path: Path) -> Ardour:
    """An Ardour that has scanned the bundle."""
    ardour = Ardour(bundle, tmp_path)
    ardour.scan()
    return ardour


def test_scan(bundle: Path, tmp_path: Path) -> None:
    """Ardour's scanner finds a stereo effect and an instrument."""
    found = Ardour(bundle, tmp_path).scan().findall("VST3Info")
    plugin, instrument = found
    assert (instrument.get("name"), instrument.get("n_inputs")) == ("Mynah Instrument", "0")
    assert (plugin.get("name"), plugin.get("vendor")) == ("Mynah", "Mynah")
    assert plugin.get("category") == "Fx|Pitch Shift"
    assert (plugin.get("n_inputs"), plugin.get("n_outputs")) == ("2", "2")
    # Held notes come in, and the notes that are played go out.
    assert (plugin.get("n_midi_inputs"), plugin.get("n_midi_outputs")) == ("1", "1")


@pytest.mark.parametrize(("rate_hz", "block_samples"), [(44_100, 1_024), (48_000, 256), (96_000, 512)])
def test_the_bus_is_aligned_to_the_sample(ardour: Ardour, rate_hz: int, block_samples: int) -> None:
    """The dry sound through Mynah is in the mix just as late as Mynah says, to the sample.

    It is compared with the tone's formula, not with the bus past Mynah, which Ardour 7.3 delays by another
    number of samples now and then: by three at 44.1 kHz in blocks of 1,024.
    """
    for parameters in ({"Bypass": 1.0}, {"Mix": 0.0}):
        mix = ardour.mix(rate_hz, block_samples, **parameters)
        assert mix.latency_samples == LATENCY_SAMPLES[rate_hz]
        assert loudness(mix.through) > 0.05
        expected = ardour_tone(rate_hz, len(mix.through), mix.latency_samples)
        # Far below what one sample more or less would make: 32-bit floats, made by another sine.
        np.testing.assert_allclose(mix.through, expected, rtol=0.0, atol=1e-6)


def test_export_sounds_as_the_chosen_target(bundle: Path, ardour: Ardour) -> None:
    """An export with a target chosen sounds as that target does in another host, and as no other."""
    mix = ardour.mix(48_000, 512, Target=float(TARGETS.index("Cello")))
    played = picture(mix.through)
    tone = ardour_tone(48_000, len(mix.through), mix.latency_samples)
    sound = np.stack([tone, tone])
    distances = {}
    for name in TARGETS:
        host = PedalboardHost(bundle, Setup())
        host.set("Target", target_value(name))
        # Not to the bit: how much silence Mynah has heard before an export starts differs, and with it the
        # phases and the noise. That alone makes up to 0.17.
        distances[name] = float(np.mean(np.abs(picture(host.render(sound)[0]) - played)))
    nearest, next_nearest = sorted(distances, key=distances.__getitem__)[:2]
    assert nearest == "Cello", distances
    assert distances[nearest] < 0.2, distances
    assert distances[next_nearest] > 2.0 * distances[nearest], distances


def picture(channel: Sound) -> NDArray[np.float64]:
    """Levels of 50 bands up to 23 kHz over time, powers of ten of magnitude."""
    windows = np.lib.stride_tricks.sliding_window_view(channel, 2_048)[::512] * np.hanning(2_048)
    magnitudes = np.abs(np.fft.rfft(windows))[:, :1_000]
    return np.log10(magnitudes.reshape(len(windows), 50, 20).sum(axis=2) + 1e-3)
