"""The bundle's other plugin, played from keys."""

from pathlib import Path

import numpy as np
import pedalboard

RATE_HZ = 48_000


def test_keys_are_heard_at_their_time(bundle: Path) -> None:
    """A key sounds from the moment at which it is struck, at its pitch, and dies away when it is let go."""
    instrument = pedalboard.load_plugin(str(bundle), plugin_name="Mynah Instrument")
    events = [(bytes([0x90, 69, 100]), 0.5), (bytes([0x80, 69, 0]), 1.5)]
    sound = instrument(events, duration=3.0, sample_rate=RATE_HZ, num_channels=2)
    level = np.abs(sound).max(axis=0)
    assert not level[: RATE_HZ // 2].any()
    assert level[int(0.55 * RATE_HZ) : int(1.4 * RATE_HZ)].max() > 0.01
    assert level[int(2.5 * RATE_HZ) :].max() < 1e-3
    middle = sound[0, int(0.7 * RATE_HZ) : int(1.3 * RATE_HZ)]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 8 * RATE_HZ))
    near = slice(8 * 400, 8 * 480)
    assert abs(np.argmax(spectrum[near]) / 8 + 400 - 440) < 8
