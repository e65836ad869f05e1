"""Where each shipped target is at home, and what it can play."""

HOME_REGISTERS_MIDI = {
    "violin": (64, 78),
    "cello": (36, 49),
    "flute": (69, 83),
    "clarinet": (56, 70),
    "trumpet": (60, 74),
    "sax-alto": (54, 68),
    "sax-tenor": (47, 61),
    "piano": (64, 78),
    "guitar": (50, 64),
}
"""Where the middle of a phrase lies, as the instrument is known: MIDI notes, at least an octave from low to
high, so that any phrase can be brought there by octaves."""

PITCH_RANGES_MIDI = {
    "violin": (55, 100),
    "cello": (36, 84),
    "flute": (59, 97),
    "clarinet": (50, 95),
    "trumpet": (52, 86),
    "sax-alto": (49, 81),
    "sax-tenor": (44, 76),
    "piano": (21, 105),
    "guitar": (37, 84),
}
"""Lowest and highest recorded note of each shipped target: its playable range."""
