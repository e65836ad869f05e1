"""Writes continuation.safetensors beside itself: a row of notes as events, what the network is told of them, and
what a small random one answers, with and without what is copied.

    cd models/training && PYTHONPATH=. python ../tests/golden/make_continuation.py
"""

from pathlib import Path

import numpy as np
import torch
from mynah_training.continuation_copy import Copy
from mynah_training.continuation_events import FACTORS, PlayedNote, beat_of, events_of, inputs_of
from mynah_training.continuation_export import tensors_of
from mynah_training.continuation_measure import with_copy
from mynah_training.continuation_network import ContinuationNetwork
from mynah_training.continuation_train import probabilities
from safetensors.torch import save_file

NOTES = 60


def played() -> list[PlayedNote]:
    """A tune that comes back, unevenly played, with leaps, rests and accents."""
    rng = np.random.default_rng(12)
    steps, beats = rng.integers(-4, 5, 14), rng.choice([0.5, 0.5, 1.0, 1.0, 1.5, 2.0, 1 / 3], 14)
    notes, now_s, midi = [], 0.3, 62
    for k in range(NOTES):
        midi = int(np.clip(midi + steps[k % 14] + (12 if rng.random() < 0.05 else 0), 40, 90))
        length_s = 0.47 * beats[k % 14] * rng.uniform(0.95, 1.05)
        level_db = -25.0 + rng.normal(0.0, 3.0)
        numbers = (now_s, length_s * rng.choice([1.0, 0.9, 0.5]), level_db)
        # As the file has them.
        onset_s, sounds_s, level_db = (float(np.float32(number)) for number in numbers)
        notes.append(PlayedNote(onset_s, sounds_s, midi, level_db))
        now_s += length_s + (1.4 if rng.random() < 0.05 else 0.0)
    return notes


torch.manual_seed(32)
notes = played()
events = events_of(notes)
inputs, places = inputs_of(events)
network, copy = ContinuationNetwork(channels=10, hidden=7, dilations=(1, 3)).eval(), Copy()
with torch.no_grad():
    copy.weights += 0.3 * torch.randn_like(copy.weights)
    copy.gates += 1.5 + torch.randn_like(copy.gates)
alone = probabilities(network, events)
mixed = with_copy(copy, events, alone)
tensors = dict(tensors_of(network, copy))
tensors |= {
    "notes": torch.tensor([[n.onset_s, n.length_s, n.midi, n.level_db] for n in notes], dtype=torch.float32),
    "beat_s": torch.tensor(
        [beat_of([b.onset_s - a.onset_s for a, b in zip(notes, notes[1:], strict=False)])]
    ),
    "classes": torch.from_numpy(events.classes.astype(np.float32)),
    "inputs": torch.from_numpy(inputs),
}
for f, name in enumerate(FACTORS):
    tensors[f"said.{name}"] = torch.from_numpy(mixed[f].astype(np.float32)).contiguous()
save_file(tensors, Path(__file__).parent / "continuation.safetensors")
print(float(tensors["beat_s"]), [float(np.abs(a - b).max()) for a, b in zip(alone, mixed, strict=True)])
