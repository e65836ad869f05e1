"""Writes onsets.safetensors beside itself: what a small random onset network makes of `dsp.safetensors`.

    cd models/training && PYTHONPATH=. python ../tests/golden/make_onsets.py
"""

from pathlib import Path

import torch
from mynah_training.goldens import synthetic_input
from mynah_training.onsets_cache import clip_inputs
from mynah_training.onsets_network import OnsetNetwork
from safetensors.torch import save_file

torch.manual_seed(30)
network = OnsetNetwork(channels=6, dilations=(1, 3)).eval()
torch.nn.init.normal_(network.output.weight, std=1.5)
inputs = clip_inputs(synthetic_input())
with torch.no_grad():
    # Both answers are to occur.
    network.output.bias -= network(inputs[None]).median()
    probability = torch.sigmoid(network(inputs[None]))[0]
tensors = {f"onsets.{name}": tensor.detach().contiguous() for name, tensor in network.state_dict().items()}
tensors |= {"inputs": inputs.T.contiguous(), "probability": probability}
save_file(tensors, Path(__file__).parent / "onsets.safetensors")
