"""Models from the checkpoints that training writes."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from . import config as c
from .front_end import MusicalFrontEnd
from .model import Mynah

GENERATOR = "generator."


def load_model(path: Path) -> Mynah:
    """The averaged model of a checkpoint, frozen, on the CPU; sizes as its weights have them."""
    state = torch.load(path, map_location="cpu", weights_only=True)["average"]
    architecture = c.Architecture(generator_channels=state["generator.input.weight"].shape[0])
    model = Mynah(architecture)
    if any(name.startswith("encoder.input.timbre") for name in state):
        model.encoder.input = MusicalFrontEnd(architecture.encoder_channels)
    model.load_state_dict(state)
    return model.requires_grad_(False).eval()


def start_from(model: Mynah, state: Mapping[str, Tensor]) -> None:
    """Loads `state`; a generator of another width is left as it is."""
    width = state["generator.input.weight"].shape[0]
    if width == model.architecture.generator_channels:
        model.load_state_dict(state)
        return
    model.load_state_dict(
        {k: v for k, v in state.items() if not k.startswith(GENERATOR)}
        | {k: v for k, v in model.state_dict().items() if k.startswith(GENERATOR)}
    )
