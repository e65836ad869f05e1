"""Sound through every host, rate, block size and channel count."""

from pathlib import Path

import numpy as np
import pytest

from dawdreamer_host import DawDreamerHost
from host import LATENCY_SAMPLES, TARGETS, Host, Setup, target_value
from pedalboard_host import PedalboardHost
from sounds import loudness, melody, silence

RATES_HZ = sorted(LATENCY_SAMPLES)
CHANNELS = [1, 2]


@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("block_samples", [64, 441, 2_048])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_dry_sound_is_in_time_to_the_sample(
    bundle: Path, host_type: type[Host], rate_hz: int, block_samples: int, channels: int
) -> None:
    """After the host's compensation the dry sound is the input, to the bit."""
    sound = melody(rate_hz, channels, 0.5)
    for parameter, value in (("Bypass", 1.0), ("Mix", 0.0)):
        host = host_type(bundle, Setup(rate_hz, block_samples, channels))
        host.set(parameter, value)
        assert host.latency_samples() == LATENCY_SAMPLES[rate_hz]
        np.testing.assert_array_equal(host.render(sound), sound, err_msg=parameter)


@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_translated_sound(bundle: Path, host_type: type[Host], rate_hz: int, channels: int) -> None:
    """What comes out is another sound than the input, about as loud, and only numbers."""
    sound = melody(rate_hz, channels)
    played = host_type(bundle, Setup(rate_hz, channels=channels)).render(sound)
    assert played.shape == sound.shape
    assert np.isfinite(played).all()
    assert 0.1 < loudness(played) / loudness(sound) < 10.0
    assert loudness(played - sound) > 0.3 * loudness(sound)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_block_sizes_make_no_difference(bundle: Path, host_type: type[Host], rate_hz: int) -> None:
    """Any block size gives the same sound, to the bit."""
    sound = melody(rate_hz)
    usual = host_type(bundle, Setup(rate_hz)).render(sound)
    for block_samples in (1, 37, 128, 1_000, 16_384):
        played = host_type(bundle, Setup(rate_hz, block_samples)).render(sound)
        np.testing.assert_array_equal(played, usual, err_msg=f"{block_samples}")


@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_hosts_agree(bundle: Path, rate_hz: int, channels: int) -> None:
    """The same sound comes out of both hosts, to the bit."""
    sound = melody(rate_hz, channels)
    setup = Setup(rate_hz, channels=channels)
    hosts = [PedalboardHost(bundle, setup), DawDreamerHost(bundle, setup)]
    first, second = (host.render(sound) for host in hosts)
    np.testing.assert_array_equal(first, second)


def test_every_target_sounds_and_differs(bundle: Path, host_type: type[Host]) -> None:
    """Each target is audible and none sounds as another."""
    host = host_type(bundle, Setup())
    sound = melody(48_000)
    played = []
    for name in TARGETS:
        host.set("Target", target_value(name))
        played.append(host.render(sound))
        assert loudness(played[-1]) > 0.1 * loudness(sound), name
    for index, one in enumerate(played):
        for other in played[:index]:
            assert loudness(one - other) > 0.01 * loudness(one)


def test_another_start_gives_the_same(bundle: Path, host_type: type[Host]) -> None:
    """Nothing of what was played before is left after a reset."""
    host = host_type(bundle, Setup())
    sound = melody(48_000)
    first = host.render(sound)
    host.render(sound[:, ::-1].copy())
    np.testing.assert_array_equal(host.render(sound), first)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_silence_stays_silence(bundle: Path, host_type: type[Host], rate_hz: int) -> None:
    """Silence in, silence out: nothing audible at first, zeros after a second."""
    host = host_type(bundle, Setup(rate_hz))
    played = host.render(silence(rate_hz, seconds=2.0))
    assert np.abs(played).max() < 1e-6
    assert not played[:, rate_hz:].any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_bad_samples_stay_inside(bundle: Path, host_type: type[Host], bad: float) -> None:
    """What is not a number counts as silence: all that comes out is numbers, as without it."""
    sound = melody(48_000)
    without = sound.copy()
    sound[:, 10_000:10_010] = bad
    without[:, 10_000:10_010] = 0.0
    expected = host_type(bundle, Setup()).render(without)
    np.testing.assert_array_equal(host_type(bundle, Setup()).render(sound), expected)
