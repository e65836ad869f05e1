"""Writes the voices network as a `.mynah` file of its own kind (models/FORMAT.md)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch
from torch import Tensor

from .export import metadata
from .onsets_export import ModelFile
from .targets import SHIPPED
from .voices_features import HOP_SAMPLES
from .voices_network import VoicesNetwork


def tensors_of(network: VoicesNetwork) -> dict[str, Tensor]:
    """The weights by name; convolutions as the file has them: [outputs, inputs, kernel]."""
    out = {}
    for name, value in network.state_dict().items():
        values = value.detach().float()
        if not bool(torch.isfinite(values).all()):
            raise ValueError(f"{name} is not finite")
        out[name] = values.flatten(2).contiguous() if values.dim() == 4 else values.contiguous()
    return out


def architecture_of(network: VoicesNetwork) -> dict[str, object]:
    """Sizes as the file has them."""
    shapes = {name: list(values.shape) for name, values in network.state_dict().items()}
    return {
        "channels": network.input.out_channels,
        "squeezed": shapes.get("pitch.0.squeeze.weight", [1])[0],
        "dilations": list(network.dilations),
        "pitch_after": list(network.pitch_after),
    }


def voices_bytes(network: VoicesNetwork) -> bytes:
    """The whole file; the same weights give the same bytes."""
    everyone = [line for target in SHIPPED.targets for line in target.credits] + list(SHIPPED.scores)
    meta = metadata("voices", "mynah-voices", "Mynah voices", everyone, SHIPPED.licence)
    del meta["default_controls"]
    meta["frame_samples"] = str(HOP_SAMPLES)
    meta["architecture"] = json.dumps(architecture_of(network))
    tensors = {
        name: ("F32", list(values.shape), values.numpy().astype("<f4").tobytes())
        for name, values in tensors_of(network).items()
    }
    return ModelFile(meta, tensors).bytes()


def export(network_path: Path, out: Path) -> None:
    """Rewrites `out`."""
    network = VoicesNetwork()
    network.load_state_dict(torch.load(network_path, weights_only=True)["network"])
    data = voices_bytes(network)
    partial = out.with_name(f".{out.name}.partial")
    partial.write_bytes(data)
    os.replace(partial, out)
    print(f"{out}: {len(data)} bytes")
