"""The plugin in DawDreamer."""

import tempfile
from pathlib import Path

import dawdreamer
import numpy as np

from host import Change, Setup
from sounds import Sound


class DawDreamerHost:
    """DawDreamer tells the latency and leaves compensating it to whoever uses it: here."""

    def __init__(self, bundle: Path, setup: Setup) -> None:
        """Loads the plugin."""
        self.setup = setup
        self.engine = dawdreamer.RenderEngine(setup.rate_hz, setup.block_samples)
        self.plugin = self.engine.make_plugin_processor("mynah", str(bundle))
        if setup.channels != 2:
            self.plugin.set_bus(setup.channels, setup.channels)
        count = self.plugin.get_plugin_parameter_size()
        self._index = {self.plugin.get_parameter_name(index): index for index in range(count)}

    def parameters(self) -> dict[str, float]:
        """All parameters by name, in the plugin's order."""
        return {name: self.plugin.get_parameter(index) for name, index in self._index.items()}

    def text(self, name: str) -> str:
        """What the plugin calls the present value."""
        return self.plugin.get_parameter_text(self._index[name])

    def set(self, name: str, value: float) -> None:
        """Sets a parameter."""
        self.plugin.set_parameter(self._index[name], value)

    def latency_samples(self) -> int:
        """The latency that the plugin reported."""
        return self.plugin.get_latency_samples()

    def render(self, sound: Sound, changes: tuple[Change, ...] = ()) -> Sound:
        """What comes out, as long as the input and in time with it."""
        latency = self.latency_samples()
        samples = sound.shape[1] + latency
        for name in {change.name for change in changes}:
            curve = np.full(samples + self.setup.block_samples, self.parameters()[name], np.float32)
            for change in changes:
                if change.name == name:
                    curve[change.at_sample :] = change.value
            self.plugin.set_automation(self._index[name], curve)
        padded = np.pad(sound, ((0, 0), (0, latency)))
        source = self.engine.make_playback_processor("input", padded)
        self.engine.load_graph([(source, []), (self.plugin, ["input"])])
        # Half a sample more, so that no rounding takes the last one away.
        self.engine.render((samples + 0.5) / self.setup.rate_hz)
        return self.engine.get_audio()[:, latency:samples].copy()

    def save(self) -> bytes:
        """The plugin's state as this host writes it into a session."""
        # A running VST3 plugin learns of a host's changes with the next block.
        self.render(np.zeros((self.setup.channels, 1), np.float32))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "state"
            self.plugin.save_state(str(path))
            return path.read_bytes()

    def load(self, state: bytes) -> None:
        """Loads a state that [`save`] wrote."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "state"
            path.write_bytes(state)
            self.plugin.load_state(str(path))
