"""The plugin in Spotify's pedalboard."""

from pathlib import Path

import numpy as np
import pedalboard

from host import Change, Setup
from sounds import Sound


class PedalboardHost:
    """pedalboard compensates the latency itself."""

    def __init__(self, bundle: Path, setup: Setup) -> None:
        """Loads the plugin."""
        self.setup = setup
        self.plugin = pedalboard.load_plugin(str(bundle), plugin_name="Mynah")
        self._named = {parameter.name: parameter for parameter in self.plugin.parameters.values()}

    def parameters(self) -> dict[str, float]:
        """All parameters by name, in the plugin's order."""
        return {name: parameter.raw_value for name, parameter in self._named.items()}

    def text(self, name: str) -> str:
        """What the plugin calls the present value."""
        return self._named[name].string_value

    def set(self, name: str, value: float) -> None:
        """Sets a parameter."""
        self._named[name].raw_value = value

    def latency_samples(self) -> int:
        """The latency that the plugin reported at the rate it last ran at."""
        self._process(np.zeros((self.setup.channels, 1), np.float32))
        return self.plugin.reported_latency_samples

    def render(self, sound: Sound, changes: tuple[Change, ...] = ()) -> Sound:
        """What comes out, as long as the input and in time with it."""
        if not changes:
            return self._process(sound)
        cuts = [change.at_sample for change in changes]
        pieces = np.split(sound, cuts, axis=1)
        self.plugin.reset()
        played = [self._process(pieces[0], reset=False)]
        for change, piece in zip(changes, pieces[1:], strict=True):
            self.set(change.name, change.value)
            played.append(self._process(piece, reset=False))
        return self._completed(played, sound)

    def stream(self, sound: Sound, sizes: list[int]) -> Sound:
        """The same as [`render`], given in calls of these sizes, as a live input would be."""
        self.plugin.reset()
        pieces = np.split(sound, np.cumsum(sizes), axis=1)
        played = [self._process(piece, reset=False) for piece in pieces if piece.shape[1] > 0]
        return self._completed(played, sound)

    def save(self) -> bytes:
        """The plugin's state as this host writes it into a session."""
        self._pass_changes_on()
        return self.plugin.raw_state

    def load(self, state: bytes) -> None:
        """Loads a state that [`save`] wrote."""
        self.plugin.raw_state = state

    def preset(self) -> bytes:
        """The state as a `.vstpreset` file, which any VST3 host reads."""
        self._pass_changes_on()
        return self.plugin.preset_data

    def _pass_changes_on(self) -> None:
        """A running VST3 plugin learns of a host's changes with the next block."""
        self._process(np.zeros((self.setup.channels, 1), np.float32))

    def _process(self, sound: Sound, reset: bool = True) -> Sound:
        return self.plugin.process(sound, self.setup.rate_hz, self.setup.block_samples, reset)

    def _completed(self, played: list[Sound], sound: Sound) -> Sound:
        """What was played, with the end that the latency holds back."""
        missing = sound.shape[1] - sum(piece.shape[1] for piece in played)
        end = np.zeros((sound.shape[0], missing), np.float32)
        return np.concatenate([*played, self._process(end, reset=False)], axis=1)
