"""Writes voices.safetensors beside itself: spectra of `dsp.safetensors`, what a small random voices network
makes of them, and what the decoders make of random answers.

    cd models/training && PYTHONPATH=. python ../tests/golden/make_voices.py
"""

from pathlib import Path

import numpy as np
import torch
from mynah_training.goldens import synthetic_input
from mynah_training.voices_decode import FRAME_S, LateThresholds, Thresholds, play_along, transcribe
from mynah_training.voices_export import tensors_of
from mynah_training.voices_features import LOWEST_MIDI, PITCHES, network_inputs, spectra
from mynah_training.voices_network import LATE_FRAMES, VoicesNetwork
from safetensors.torch import save_file

ANSWERED_FRAMES = 120


def answers() -> tuple[np.ndarray, np.ndarray]:
    """Notes that come, waver and go on ten pitches, with onsets that are mostly heard: [F, 73] each."""
    rng = np.random.default_rng(8)
    sounding = rng.uniform(0.0, 0.15, (ANSWERED_FRAMES, PITCHES))
    onset = rng.uniform(0.0, 0.15, (ANSWERED_FRAMES, PITCHES))
    for pitch in rng.choice(PITCHES, 10, replace=False):
        at = int(rng.integers(0, 12))
        while at < ANSWERED_FRAMES - 4:
            length = int(rng.integers(3, 45))
            sounding[at : at + length, pitch] = rng.uniform(0.3, 1.0, len(sounding[at : at + length]))
            sounding[at : at + length, pitch] **= 0.15
            if rng.random() < 0.8:
                onset[at : at + 4, pitch] = rng.uniform(0.2, 1.0, len(onset[at : at + 4]))
            at += length + int(rng.integers(0, 12))
    return sounding.astype(np.float32), onset.astype(np.float32)


torch.manual_seed(31)
network = VoicesNetwork(channels=6, squeezed=3, dilations=(1, 3), pitch_after=(0,)).eval()
heard = spectra(torch.from_numpy(synthetic_input())[None])
with torch.no_grad():
    inputs = network_inputs(heard)
    torch.nn.init.normal_(network.output.weight, std=1.0)
    torch.nn.init.normal_(network.place, std=0.3)
    network.output.bias.zero_()
    # Both answers are to occur.
    network.output.bias -= network(inputs).median(dim=3).values.median(dim=2).values[0]
    outputs = network(inputs)[0]
    outputs[:4] = torch.sigmoid(outputs[:4])
sounding, onset = answers()
live = [
    (round(n.onset_s / FRAME_S) - 1, n.midi - LOWEST_MIDI) for n in play_along(sounding, onset, Thresholds())
]
silence = np.zeros((LATE_FRAMES, PITCHES), np.float32)
late = transcribe(np.concatenate([silence, sounding]), np.concatenate([silence, onset]), LateThresholds())
spans = [(n.onset_s / FRAME_S + 0.5, n.end_s / FRAME_S, n.midi - LOWEST_MIDI) for n in late]
tensors = dict(tensors_of(network))
tensors |= {
    "fine": heard.fine[0].contiguous(),
    "quick": heard.quick[0].contiguous(),
    "reference": heard.reference[0].contiguous(),
    "outputs": outputs.permute(1, 2, 0).contiguous(),
    "sounding": torch.from_numpy(sounding),
    "onset": torch.from_numpy(onset),
    "live": torch.tensor(live, dtype=torch.float32),
    "late": torch.tensor(spans, dtype=torch.float32),
}
save_file(tensors, Path(__file__).parent / "voices.safetensors")
print(len(live), len(spans))
