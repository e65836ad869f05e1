"""Tests of how the onset network comes into the model files."""

from __future__ import annotations

import json
from pathlib import Path

import blake3
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save

from mynah_training.onsets_export import ModelFile, export
from mynah_training.onsets_network import DILATIONS, OnsetNetwork


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """A network as training saves it."""
    torch.manual_seed(1)
    path = tmp_path / "onsets.pt"
    torch.save({"network": OnsetNetwork().state_dict(), "dilations": list(DILATIONS), "step": 1}, path)
    return path


@pytest.fixture
def models(tmp_path: Path) -> tuple[Path, Path]:
    """A base and a target of version 2 whose metadata has keys that this code does not know."""
    architecture = json.dumps({"encoder_channels": 4})
    common = {"mynah_format_version": "2", "architecture": architecture}
    base = save(
        {"encoder.output.bias": torch.arange(3.0), "generator.input.weight": torch.ones(2, 3, 3)},
        metadata={"kind": "base", "credits": '["ä"]', **common},
    )
    target = save(
        {"film.scale": torch.ones(2, 5), "head.bias": torch.tensor([0.1, -0.0])},
        metadata={
            "kind": "target",
            **common,
            "base_hash": blake3.blake3(base).hexdigest(),
            "default_controls": json.dumps({"octave": 0, "room": 0.25}),
            "home_register_midi": "[36, 49]",
        },
    )
    paths = tmp_path / "base.mynah", tmp_path / "cello.mynah"
    for path, content in zip(paths, (base, target), strict=True):
        path.write_bytes(content)
    return paths


def test_the_network_is_added_and_nothing_else_changes(network: Path, models: tuple[Path, Path]) -> None:
    """Tensors to the bit, metadata to the letter, but for version, architecture and hash."""
    before = [ModelFile.read(path.read_bytes()) for path in models]
    export(network, models[0], [models[1]])
    after = [ModelFile.read(path.read_bytes()) for path in models]
    for old, new in zip(before, after, strict=True):
        kept = {name: value for name, value in new.tensors.items() if not name.startswith("onsets.")}
        assert kept == old.tensors
        changed = {key for key in new.metadata if new.metadata[key] != old.metadata.get(key)}
        renewed = {"mynah_format_version", "architecture", "checksum"}
        assert changed == renewed | ({"base_hash"} & set(old.metadata))
        assert new.metadata["mynah_format_version"] == "3"
        architecture = json.loads(new.metadata["architecture"])
        assert architecture == {
            "encoder_channels": 4,
            "onset_channels": 32,
            "onset_dilations": list(DILATIONS),
        }
    assert after[1].metadata["base_hash"] == blake3.blake3(models[0].read_bytes()).hexdigest()
    assert after[1].metadata["home_register_midi"] == "[36, 49]"
    assert not any(name.startswith("onsets.") for name in after[1].tensors)
    with safe_open(models[0], "pt") as file:
        assert file.get_tensor("onsets.input.weight").shape == (32, 330, 1)
        expected = torch.load(network, weights_only=True)["network"]
        assert all(torch.equal(file.get_tensor(f"onsets.{k}"), v) for k, v in expected.items())


def test_a_second_export_changes_nothing(network: Path, models: tuple[Path, Path]) -> None:
    """Nor does one from the base itself; a new network changes base and hash."""
    export(network, models[0], [models[1]])
    once = [path.read_bytes() for path in models]
    export(network, models[0], [models[1]])
    export(models[0], models[0], [models[1]])
    assert [path.read_bytes() for path in models] == once
    torch.save({"network": OnsetNetwork().state_dict(), "dilations": list(DILATIONS), "step": 2}, network)
    export(network, models[0], [models[1]])
    assert models[0].read_bytes() != once[0]
    target = ModelFile.read(models[1].read_bytes())
    assert target.metadata["base_hash"] == blake3.blake3(models[0].read_bytes()).hexdigest()


def test_what_does_not_belong_together_is_refused(network: Path, models: tuple[Path, Path]) -> None:
    """A target of another base, a target as a base, a base without a network: nothing is written."""
    base, target = models
    file = ModelFile.read(target.read_bytes())
    target.write_bytes(ModelFile(file.metadata | {"base_hash": "0" * 64}, file.tensors).bytes())
    before = [path.read_bytes() for path in models]
    with pytest.raises(ValueError, match="was not made for"):
        export(network, base, [target])
    with pytest.raises(ValueError, match="is no base"):
        export(network, target, [])
    with pytest.raises(ValueError, match="no onset network"):
        export(base, base, [])
    assert [path.read_bytes() for path in models] == before
