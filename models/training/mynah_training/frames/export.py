"""Puts a run's networks into the shipped files; onset network, memories and all metadata stay.

    python -m mynah_training.frames.export --checkpoint RUN/checkpoint.pt --assets ../../assets --out DIR

`DIR` may be the assets themselves.
"""

import argparse
import os
from pathlib import Path

import blake3
import torch

from .. import config as c
from ..onsets_export import ModelFile, Tensors

NETWORKS = ("encoder.", "translator.", "generator.")


def packed(tensor: torch.Tensor) -> tuple[str, list[int], bytes]:
    """A tensor as a file holds it."""
    values = tensor.detach().contiguous().numpy().astype("<f4")
    return "F32", list(values.shape), values.tobytes()


def replaced(file: ModelFile, tensors: Tensors) -> ModelFile:
    """The file with these tensors in place of its own of the same names.

    Raises:
        ValueError: where the file has none of that name, or one of another shape.
    """
    for name, (_, shape, _) in tensors.items():
        if name not in file.tensors or file.tensors[name][1] != shape:
            raise ValueError(f"the file has no {name} of the shape {shape}")
    return ModelFile(file.metadata, file.tensors | tensors)


def write(state: dict[str, torch.Tensor], assets: Path, out: Path) -> None:
    """Writes base and targets with the weights of `state` into `out`."""
    networks = {name: packed(tensor) for name, tensor in state.items() if name.startswith(NETWORKS)}
    base = replaced(ModelFile.read((assets / "base.mynah").read_bytes()), networks).bytes()
    base_hash = blake3.blake3(base).hexdigest()
    written = [(out / "base.mynah", base)]
    for index, name in enumerate(c.INSTRUMENTS):
        path = Path("targets", f"{name}.mynah")
        parts = {
            "film.scale": packed(state["targets.scale"][index]),
            "film.shift": packed(state["targets.shift"][index]),
            "head.weight": packed(state["targets.weight"][index]),
            "head.bias": packed(state["targets.bias"][index]),
        }
        target = replaced(ModelFile.read((assets / path).read_bytes()), parts)
        metadata = target.metadata | {"base_hash": base_hash}
        written.append((out / path, ModelFile(metadata, target.tensors).bytes()))
    (out / "targets").mkdir(parents=True, exist_ok=True)
    for path, data in written:
        partial = path.with_name(f".{path.name}.partial")
        partial.write_bytes(data)
        os.replace(partial, path)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--assets", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    a = parser.parse_args()
    write(torch.load(a.checkpoint, map_location="cpu", weights_only=True)["average"], a.assets, a.out)


if __name__ == "__main__":
    main()
