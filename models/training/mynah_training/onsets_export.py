"""Puts the onset network into a base file, and the base's new hash into its targets.

Every other tensor stays as it is, to the bit, and so does every other key of the metadata, known or not. The
same network and files give the same bytes, and running it again on what it wrote changes nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import blake3
import numpy as np
import torch

from .export import FORMAT_VERSION
from .onsets_network import INPUTS
from .safetensors_file import BLANK, CHECKSUM, join, sealed, split

PREFIX = "onsets."


@dataclass(frozen=True)
class ModelFile:
    """A safetensors file, taken apart but not understood."""

    metadata: dict[str, str]
    tensors: dict[str, tuple[str, list[int], bytes]]
    """Type, shape and bytes by name."""

    @staticmethod
    def read(data: bytes) -> ModelFile:
        """Takes the bytes of a file apart."""
        header, body = split(data)
        metadata = header.pop("__metadata__", {})
        tensors = {
            name: (entry["dtype"], entry["shape"], body[slice(*entry["data_offsets"])])
            for name, entry in header.items()
        }
        return ModelFile(metadata, tensors)

    def bytes(self) -> bytes:
        """The file, everything in the order of its name."""
        metadata = self.metadata | {CHECKSUM: BLANK}
        header: dict[str, object] = {"__metadata__": dict(sorted(metadata.items()))}
        body = b""
        for name, (dtype, shape, data) in sorted(self.tensors.items()):
            header[name] = {
                "dtype": dtype,
                "shape": shape,
                "data_offsets": [len(body), len(body) + len(data)],
            }
            body += data
        return sealed(join(header, body))


Tensors = dict[str, tuple[str, list[int], bytes]]


def network_of(path: Path) -> tuple[dict[str, object], Tensors]:
    """Architecture fields and tensors of a network that was trained, or of one that a base has."""
    if path.suffix == ".mynah":
        file = ModelFile.read(path.read_bytes())
        architecture = json.loads(file.metadata["architecture"])
        if "onset_channels" not in architecture:
            raise ValueError(f"{path} has no onset network")
        fields = {key: architecture[key] for key in ("onset_channels", "onset_dilations")}
        return fields, {k: v for k, v in file.tensors.items() if k.startswith(PREFIX)}
    saved = torch.load(path, map_location="cpu", weights_only=True)
    state: Mapping[str, torch.Tensor] = saved["network"]
    channels, inputs, _ = state["input.weight"].shape
    if inputs != INPUTS:
        raise ValueError(f"{path}: the network has {inputs} inputs, not {INPUTS}")
    tensors = {}
    for name, tensor in state.items():
        values = tensor.detach().numpy().astype("<f4")
        if not np.isfinite(values).all():
            raise ValueError(f"{path}: {name} is not finite")
        tensors[PREFIX + name] = ("F32", list(values.shape), values.tobytes())
    return {"onset_channels": channels, "onset_dilations": [int(d) for d in saved["dilations"]]}, tensors


def with_network(base: ModelFile, fields: Mapping[str, object], tensors: Tensors) -> ModelFile:
    """The base with this onset network instead of the one it may have."""
    kept = {k: v for k, v in base.tensors.items() if not k.startswith(PREFIX)}
    return ModelFile(_renewed(base.metadata, fields), kept | tensors)


def _renewed(metadata: Mapping[str, str], fields: Mapping[str, object]) -> dict[str, str]:
    architecture = json.loads(metadata["architecture"]) | dict(fields)
    return dict(metadata) | {
        "architecture": json.dumps(architecture),
        "mynah_format_version": str(FORMAT_VERSION),
    }


def export(network: Path, base: Path, targets: Sequence[Path]) -> None:
    """Rewrites `base` and those files that work with it."""
    fields, tensors = network_of(network)
    old = base.read_bytes()
    file = ModelFile.read(old)
    if file.metadata.get("kind") != "base":
        raise ValueError(f"{base} is no base file")
    old_hash = blake3.blake3(old).hexdigest()
    new = with_network(file, fields, tensors).bytes()
    new_hash = blake3.blake3(new).hexdigest()
    written: list[tuple[Path, bytes]] = []
    for path in targets:
        target = ModelFile.read(path.read_bytes())
        if target.metadata.get("base_hash") not in (old_hash, new_hash):
            raise ValueError(f"{path} was not made for {base}")
        metadata = _renewed(target.metadata, fields) | {"base_hash": new_hash}
        written.append((path, ModelFile(metadata, target.tensors).bytes()))
    for path, data in [*written, (base, new)]:
        partial = path.with_name(f".{path.name}.partial")
        partial.write_bytes(data)
        os.replace(partial, path)
        print(f"{path}: {len(data)} bytes")
