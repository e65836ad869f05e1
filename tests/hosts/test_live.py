"""Sound that arrives piece by piece, as it does from a sound card, and parameters that move meanwhile."""

from pathlib import Path

import numpy as np
import pytest

from dawdreamer_host import DawDreamerHost
from host import LATENCY_SAMPLES, Change, Host, Setup, target_value
from pedalboard_host import PedalboardHost
from sounds import melody

# A border of blocks of 512 samples, where hosts put changes.
CHANGE_AT = 40 * 512


@pytest.mark.parametrize("rate_hz", sorted(LATENCY_SAMPLES))
def test_live_equals_offline(bundle: Path, rate_hz: int) -> None:
    """Calls of any size give what one call for the whole sound gives, to the bit."""
    sound = melody(rate_hz)
    random = np.random.default_rng(3)
    sizes = random.integers(1, 3_000, 2 * sound.shape[1] // 3_000).tolist()
    host = PedalboardHost(bundle, Setup(rate_hz))
    np.testing.assert_array_equal(host.stream(sound, sizes), host.render(sound))


def test_mix_moves_while_playing(bundle: Path, host_type: type[Host]) -> None:
    """Translated before the change, dry soon after it, and a slope without a jump between."""
    sound = melody(48_000)
    translated = host_type(bundle, Setup()).render(sound)
    played = host_type(bundle, Setup()).render(sound, (Change(CHANGE_AT, "Mix", 0.0),))
    # What the latency holds back when the change comes is changed with it.
    before = CHANGE_AT - LATENCY_SAMPLES[48_000]
    after = CHANGE_AT + 2_400
    np.testing.assert_array_equal(played[:, :before], translated[:, :before])
    np.testing.assert_array_equal(played[:, after:], sound[:, after:])
    slope = slice(before, after)
    wet_share = (
        np.abs(played[:, slope] - sound[:, slope]) <= np.abs(translated[:, slope] - sound[:, slope]) + 1e-6
    )
    assert wet_share.all(), "between dry and translated"


def test_target_moves_while_playing(bundle: Path, host_type: type[Host]) -> None:
    """The first target before the change; after a crossfade exactly the second.

    Without what remembers the first: its room, its octave, and which of its recordings were played.
    """
    sound = melody(48_000)

    def host() -> Host:
        made = host_type(bundle, Setup())
        for name in ("Performance", "Room", "Auto octave"):
            made.set(name, 0.0)
        return made

    first = host().render(sound)
    second_host = host()
    second_host.set("Target", target_value("Cello"))
    second = second_host.render(sound)
    change = Change(CHANGE_AT, "Target", target_value("Cello"))
    played = host().render(sound, (change,))
    before = CHANGE_AT - LATENCY_SAMPLES[48_000]
    np.testing.assert_array_equal(played[:, :before], first[:, :before])
    np.testing.assert_array_equal(played[:, -4_800:], second[:, -4_800:])
    assert np.abs(first[:, -4_800:] - second[:, -4_800:]).max() > 0.01


def test_hosts_agree_on_automation(bundle: Path) -> None:
    """Every parameter moved while playing comes out the same in both hosts, to the bit."""
    sound = melody(48_000)
    values = {
        "Target": target_value("Flute"),
        "Mode": 1 / 3,
        "Octave": 0.75,
        "Input gain": 0.6,
        "Drive": 0.25,
        "Mix": 0.5,
        "Output gain": 0.4,
        "Bypass": 1.0,
        "Quality": 0.0,
    }
    changes = tuple(
        Change(512 * (10 + 9 * place), name, value) for place, (name, value) in enumerate(values.items())
    )
    first = PedalboardHost(bundle, Setup()).render(sound, changes)
    second = DawDreamerHost(bundle, Setup()).render(sound, changes)
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, PedalboardHost(bundle, Setup()).render(sound))
