"""What the tests ask of a host, whichever it is."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sounds import Sound

# What the plugin reports at a host rate in Hz, samples: the table in plugin/engine.
LATENCY_SAMPLES = {44_100: 197, 48_000: 144, 96_000: 416}

# In the order of the target parameter's values, as players read them.
TARGETS = ("Violin", "Cello", "Flute", "Clarinet", "Alto Sax", "Tenor Sax", "Trumpet", "Piano", "Guitar")

# The target parameter counts to this: 64 slots, and one for a model that is missing.
LARGEST_SLOT = 64

# Where the parameters stand as they were published: one row each, of id, number, name, default and steps.
PUBLISHED = Path(__file__).parents[1] / "src" / "scenarios" / "published.rs"
ROW = re.compile(r'row\("(\w+)", [\d_]+, "([^"]+)", ([\d.]+), \d+\)')

# The names of all parameters, in order, with their defaults, 0 to 1.
DEFAULTS = {name: float(default) for _, name, default in ROW.findall(PUBLISHED.read_text())}


def target_value(name: str) -> float:
    """The normalized value of the target parameter for a target."""
    return TARGETS.index(name) / LARGEST_SLOT


@dataclass(frozen=True)
class Setup:
    """How a host runs the plugin."""

    rate_hz: int = 48_000
    block_samples: int = 512
    channels: int = 2


@dataclass(frozen=True)
class Change:
    """A parameter's new value while sound runs, from a sample on; hosts keep to block borders."""

    at_sample: int
    name: str
    value: float


class Host(Protocol):
    """One instance of the plugin in a host. Parameter values are normalized to 0..=1."""

    setup: Setup

    def __init__(self, bundle: Path, setup: Setup) -> None:
        """Loads the plugin."""

    def parameters(self) -> dict[str, float]:
        """All parameters by name, in the plugin's order."""

    def text(self, name: str) -> str:
        """What the plugin calls the present value."""

    def set(self, name: str, value: float) -> None:
        """Sets a parameter."""

    def latency_samples(self) -> int:
        """The latency that the plugin reported."""

    def render(self, sound: Sound, changes: tuple[Change, ...] = ()) -> Sound:
        """What comes out, from a fresh start, as long as the input and in time with it."""

    def save(self) -> bytes:
        """The plugin's state as this host writes it into a session."""

    def load(self, state: bytes) -> None:
        """Loads a state that [`save`] wrote."""
