"""Writes the continuation network as a `.mynah` file of its own kind (models/FORMAT.md)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch
from torch import Tensor

from .continuation_copy import Copy
from .continuation_measure import load
from .continuation_network import ContinuationNetwork
from .export import metadata
from .onsets_export import ModelFile
from .targets import SHIPPED

CREDITS = (
    "Scores: Mutopia Project typesetters (public domain, CC BY 2.5, CC BY 3.0 and CC BY 4.0, per file); Bach "
    "Violin Dataset (public domain)",
    "Recorded phrases, as notes: Medley-solos-DB by V. Lostanlen, C.-E. Cella, R. Bittner and S. Essid "
    "(CC BY 4.0); GuitarSet by Q. Xi, R. Bittner, J. Pauwels, X. Ye and J. P. Bello (CC BY 4.0); scales by "
    "MTG, Universitat Pompeu Fabra (CC BY 3.0)",
)


def tensors_of(network: ContinuationNetwork, copy: Copy) -> dict[str, Tensor]:
    """The weights by name."""
    state = network.state_dict() | {f"copy.{name}": value for name, value in copy.state_dict().items()}
    out = {name: value.detach().float().contiguous() for name, value in state.items()}
    for name, values in out.items():
        if not bool(torch.isfinite(values).all()):
            raise ValueError(f"{name} is not finite")
    return out


def architecture_of(network: ContinuationNetwork) -> dict[str, object]:
    """Sizes as the file has them."""
    return {
        "channels": network.input.out_channels,
        "hidden": network.state_dict()["heads.0.hidden.weight"].shape[0],
        "dilations": list(network.dilations),
    }


def continuation_bytes(network: ContinuationNetwork, copy: Copy) -> bytes:
    """The whole file; the same weights give the same bytes."""
    meta = metadata("continuation", "mynah-continuation", "Mynah continuation", CREDITS, SHIPPED.licence)
    del meta["default_controls"]
    meta["architecture"] = json.dumps(architecture_of(network))
    tensors = {
        name: ("F32", list(values.shape), values.numpy().astype("<f4").tobytes())
        for name, values in tensors_of(network, copy).items()
    }
    return ModelFile(meta, tensors).bytes()


def export(network_path: Path, out: Path) -> None:
    """Rewrites `out`."""
    data = continuation_bytes(*load(network_path))
    partial = out.with_name(f".{out.name}.partial")
    partial.write_bytes(data)
    os.replace(partial, out)
    print(f"{out}: {len(data)} bytes")
