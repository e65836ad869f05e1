"""Models from the files that are shipped, so that training can go on from them."""

import json
from pathlib import Path

import torch
from safetensors import safe_open

from . import config as c
from .model import Mynah


def load_shipped(assets: Path) -> Mynah:
    """Base and all targets of a folder of models, trainable, on the CPU.

    Raises:
        FileNotFoundError: where one of them is missing.
        ValueError: where they belong to different architectures.
    """
    with safe_open(assets / "base.mynah", "pt") as file:
        described = json.loads(file.metadata()["architecture"])
        state = {
            k: file.get_tensor(k)
            for k in file.keys()
            if k.startswith(("encoder.", "translator.", "generator."))
        }
    fields = c.Architecture.__dataclass_fields__
    sizes = {k: tuple(v) if isinstance(v, list) else v for k, v in described.items() if k in fields}
    model = Mynah(c.Architecture(**sizes))
    columns: dict[str, list[torch.Tensor]] = {"scale": [], "shift": [], "weight": [], "bias": []}
    for name in c.INSTRUMENTS:
        with safe_open(assets / "targets" / f"{name}.mynah", "pt") as file:
            if json.loads(file.metadata()["architecture"]) != described:
                raise ValueError(f"{name}.mynah was made for another base")
            for part, tensor in (
                ("scale", "film.scale"),
                ("shift", "film.shift"),
                ("weight", "head.weight"),
                ("bias", "head.bias"),
            ):
                columns[part].append(file.get_tensor(tensor))
    state |= {f"targets.{part}": torch.stack(tensors) for part, tensors in columns.items()}
    model.load_state_dict(state)
    return model
