"""The shipped targets, as `targets.json` lists them, in the order of the target bank.

Whoever trains others changes that file; everything here and in `mynah-lab memories` follows it.
"""

import json
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).parent.parent / "targets.json"


@dataclass(frozen=True)
class TargetInfo:
    """One target."""

    name: str
    display_name: str
    pitch_range_midi: tuple[int, int]
    """Lowest and highest recorded note: what it can play."""
    home_register_midi: tuple[int, int]
    """Where the middle of a phrase lies, as the instrument is known: at least an octave from low to high, so
    that any phrase can be brought there by octaves."""
    struck: bool
    """Its notes decay; otherwise they are held."""
    semitones_only: bool
    """Only the twelve notes can be played."""
    stretched: bool
    """Its strings are stiff enough to be heard as such; a guitar's are measured more surely as harmonics."""
    credits: tuple[str, ...]
    """Who made the recordings, and their licences."""


@dataclass(frozen=True)
class TargetList:
    """All of them, and what stands in every model file."""

    licence: str
    scores: tuple[str, ...]
    """Who made the scores and other sources of the training."""
    targets: tuple[TargetInfo, ...]


def read(path: Path) -> TargetList:
    """Reads a list.

    Raises:
        KeyError, TypeError, ValueError: where it is none.
    """
    described = json.loads(path.read_text(encoding="utf-8"))
    targets = [
        TargetInfo(**{key: tuple(value) if isinstance(value, list) else value for key, value in one.items()})
        for one in described["targets"]
    ]
    if len({target.name for target in targets}) < len(targets):
        raise ValueError(f"{path}: two targets have one name")
    return TargetList(described["licence"], tuple(described["scores"]), tuple(targets))


SHIPPED = read(LIST)
STRUCK = frozenset(target.name for target in SHIPPED.targets if target.struck)
STRETCHED = frozenset(target.name for target in SHIPPED.targets if target.stretched)
HOME_REGISTERS_MIDI = {target.name: target.home_register_midi for target in SHIPPED.targets}
PITCH_RANGES_MIDI = {target.name: target.pitch_range_midi for target in SHIPPED.targets}
