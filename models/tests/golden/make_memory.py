"""Writes memory.safetensors: what measuring and choosing recorded notes in Rust is held against.

    cd models/training && PYTHONPATH=. python ../tests/golden/make_memory.py

Three made-up notes (bowed with vibrato, struck and stiff, struck and low), what `memory.analysis` measures of
them with a given pitch, and which of many notes `memory.choice` takes. The notes are kept in 16 bits: the
fractions of full scale that Rust reads are exact.
"""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from mynah_training.data.library import SampleInfo
from mynah_training.memory.analysis import analyse, stretches
from mynah_training.memory.choice import choose

FILE = Path(__file__).resolve().parents[3] / "plugin" / "learn" / "tests" / "golden" / "memory.safetensors"

SAMPLE_RATE_HZ = 48_000
FRAME_SAMPLES = 256
SECONDS = 0.7
EVERY = 3
"""Of the frames one in so many is kept."""
TEXTURE_EVERY = 7
HOME = (50.0, 64.0)
BUDGET_S = 30.0
LONGEST_S = 2.2


def note(kind: str, hz: float, stretch: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A note's samples, int16, and its pitch at every frame, Hz."""
    rng = np.random.default_rng(seed)
    samples = int(SECONDS * SAMPLE_RATE_HZ)
    t = np.arange(samples) / SAMPLE_RATE_HZ
    if kind == "bowed":
        pitch = hz * 2.0 ** (0.3 / 12.0 * np.sin(2.0 * np.pi * 5.5 * t))
        level = np.minimum(1.0, t / 0.06) * np.minimum(1.0, (SECONDS - t) / 0.05)
        noise = 0.01 * level * rng.standard_normal(samples)
    else:
        pitch = np.full(samples, hz)
        level = (t > 0.004) * np.exp(-4.0 * t)
        noise = 0.2 * (t > 0.004) * np.exp(-60.0 * t) * rng.standard_normal(samples)
    phase = 2.0 * np.pi * np.cumsum(pitch) / SAMPLE_RATE_HZ
    tone = np.zeros(samples)
    for number, ratio in enumerate(stretches(stretch, int(9_000 / hz)), 1):
        tone += np.sin(ratio * phase + number) / number * np.exp(-0.3 * number * t)
    audio = np.round(32767.0 * np.clip(0.2 * level * tone + 0.2 * noise, -1.0, 1.0)).astype(np.int16)
    frames = samples // FRAME_SAMPLES
    at = np.minimum(np.arange(1, frames + 1) * FRAME_SAMPLES, samples - 1)
    return audio, pitch[at]


NOTES = (
    # Kind, Hz, stretch of its partials, struck.
    ("bowed", 196.0, 0.0, False),
    ("struck", 523.25, 8e-4, True),
    ("struck", 110.0, 0.0, True),
)


def candidates() -> list[SampleInfo]:
    """Notes of two kinds, some pitches twice, some missing."""
    found = []
    for midi in range(40, 84):
        for articulation in ("down", "up"):
            if (midi * (3 if articulation == "up" else 5)) % 7 > 2:
                path = Path(f"{midi:03}-{articulation}")
                seconds = 0.5 + (midi * 37 % 11) / 4.0
                found.append(SampleInfo(path, "any", midi, "f", articulation, seconds, 0.0, "train"))
    return found


def main() -> None:
    """Writes the file."""
    out: dict[str, np.ndarray] = {}
    for index, (kind, hz, stretch, struck) in enumerate(NOTES):
        samples, pitch_hz = note(kind, hz, stretch, index)
        voiced = np.ones(len(pitch_hz), bool)
        voiced[:4] = False
        midi = 69.0 + 12.0 * np.log2(hz / 440.0)
        audio = samples / 32768.0
        found = analyse(audio, midi, (pitch_hz, voiced), stretched=stretch > 0.0, struck=struck)
        assert found is not None
        out |= {
            f"{index}.audio": samples,
            f"{index}.pitch_hz": pitch_hz,
            f"{index}.values": found.values[::EVERY].astype(np.float32),
            f"{index}.level_db": found.level_db,
            f"{index}.deviation": found.deviation_semitones,
            f"{index}.texture": found.texture[::TEXTURE_EVERY].astype(np.float32),
            f"{index}.numbers": np.asarray(
                [found.semitones, found.top_db, found.stretch, found.first_frame, len(found.values)]
            ),
        }
    offered = candidates()
    chosen = choose(offered, HOME, BUDGET_S, LONGEST_S)
    groups = {"down": 0, "up": 1}
    out["choice.offered"] = np.asarray(
        [[s.midi, groups[s.articulation], min(s.duration_s, LONGEST_S)] for s in offered]
    )
    places = {s.path: place for place, s in enumerate(offered)}
    out["choice.chosen"] = np.asarray([places[one.sample.path] for one in chosen], np.int64)
    FILE.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: np.ascontiguousarray(values) for name, values in out.items()}, FILE)


if __name__ == "__main__":
    main()
