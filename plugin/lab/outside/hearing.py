"""Which instrument does YAMNet, trained by others on AudioSet, hear in each second of a sound?"""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE_HZ = 48_000
"""Rate of all sounds here."""
JUDGE_RATE_HZ = 16_000
"""Rate of what YAMNet hears."""
WINDOW_SAMPLES = 15_600
"""YAMNet's window at 16 kHz: 0.975 s."""
LEVEL = 0.1
"""RMS of every window when it is judged: -20 dBFS."""
SILENCE = 1e-3
"""Windows of a lower RMS are left out: -60 dBFS."""

GROUPS: dict[str, list[str]] = {
    "violin": ["Violin, fiddle"],
    "cello": ["Cello"],
    "flute": ["Flute"],
    "clarinet": ["Clarinet"],
    "trumpet": ["Trumpet"],
    "sax": ["Saxophone"],
    "piano": ["Piano", "Electric piano", "Keyboard (musical)"],
    "guitar": [
        "Guitar",
        "Acoustic guitar",
        "Electric guitar",
        "Plucked string instrument",
        "Steel guitar, slide guitar",
    ],
    "voice": [
        "Singing",
        "Speech",
        "Choir",
        "Female singing",
        "Male singing",
        "Vocal music",
        "A capella",
        "Humming",
        "Chant",
        "Mantra",
        "Opera",
    ],
    "synth": [
        "Synthesizer",
        "Sampler",
        "Theremin",
        "Sine wave",
        "Harmonica",
        "Accordion",
        "Organ",
        "Electronic organ",
        "Hammond organ",
        "Bagpipes",
        "Didgeridoo",
    ],
}
"""AudioSet's labels that count for each answer."""

NAMES = list(GROUPS)

Network = Callable[[np.ndarray], np.ndarray]
"""A window of `WINDOW_SAMPLES` at 16 kHz to AudioSet's 521 scores."""


def load(path: Path) -> np.ndarray:
    """Read a sound file as mono at 48 kHz."""
    sound, rate_hz = soundfile.read(path, dtype="float64", always_2d=True)
    mono: np.ndarray = sound.mean(1)
    return mono if rate_hz == RATE_HZ else np.asarray(soxr.resample(mono, rate_hz, RATE_HZ))


def windows(sound: np.ndarray) -> list[np.ndarray]:
    """Cut mono sound at 48 kHz into windows at 16 kHz, half overlapping, at one level; none is silent."""
    heard = soxr.resample(sound, RATE_HZ, JUDGE_RATE_HZ)
    heard = np.pad(heard, (0, max(0, WINDOW_SAMPLES - len(heard))))
    found = []
    for start in range(0, len(heard) - WINDOW_SAMPLES + 1, WINDOW_SAMPLES // 2):
        window = heard[start : start + WINDOW_SAMPLES]
        rms = np.sqrt((window**2).mean())
        if rms >= SILENCE:
            found.append((window * (LEVEL / rms)).clip(-1, 1).astype(np.float32))
    return found


class Judge:
    """The answer of a network to each window: the group with the highest score."""

    def __init__(self, network: Network, labels: list[str]) -> None:
        """Listen with `network`, whose scores are those of `labels`."""
        self._network = network
        self._places = [[labels.index(label) for label in of if label in labels] for of in GROUPS.values()]

    @classmethod
    def from_file(cls, path: Path) -> "Judge":
        """Listen with YAMNet from a TensorFlow Lite file with the labels zipped into it."""
        from ai_edge_litert.interpreter import Interpreter

        labels = zipfile.ZipFile(path).read("yamnet_label_list.txt").decode().split("\n")
        interpreter = Interpreter(str(path), num_threads=1)
        interpreter.allocate_tensors()
        source, sink = interpreter.get_input_details()[0], interpreter.get_output_details()[0]

        def network(window: np.ndarray) -> np.ndarray:
            interpreter.set_tensor(source["index"], window.reshape(source["shape"]))
            interpreter.invoke()
            return np.array(interpreter.get_tensor(sink["index"])).reshape(-1)

        return cls(network, labels)

    def verdicts(self, sound: np.ndarray) -> dict[str, int]:
        """Count, of mono sound at 48 kHz, how many windows are heard as what."""
        counts: dict[str, int] = {}
        for window in windows(sound):
            scores = self._network(window)
            best = NAMES[int(np.argmax([scores[place].max() for place in self._places]))]
            counts[best] = counts.get(best, 0) + 1
        return counts
