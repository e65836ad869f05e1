"""The command that writes home registers into files that are there already."""

import json
import sys
from pathlib import Path

import pytest

from mynah_training.annotate import annotated, main
from mynah_training.safetensors_file import join, split
from mynah_training.targets import HOME_REGISTERS_MIDI, PITCH_RANGES_MIDI

TENSORS = bytes(range(64))


def target(name: str = "violin", kind: str = "target") -> bytes:
    """A small file of a target, or of what calls itself something else."""
    header = {
        "__metadata__": {"kind": kind, "name": name, "credits": '["Jörg"]'},
        "head.bias": {"dtype": "F32", "shape": [16], "data_offsets": [0, 64]},
    }
    return join(header, TENSORS)


def test_only_the_register_is_new() -> None:
    """Metadata besides the register and all tensors stay as they were."""
    before, tensors_before = split(target())
    header, tensors = split(annotated(target()))
    metadata = header["__metadata__"]
    assert isinstance(metadata, dict)
    assert json.loads(metadata.pop("home_register_midi")) == [64, 78]
    assert len(metadata.pop("checksum")) == 64
    assert header == before
    assert tensors == tensors_before == TENSORS


def test_twice_is_once() -> None:
    """A file that has its register is the same to the bit."""
    once = annotated(target("cello"))
    assert annotated(once) == once


def test_safetensors_reads_it(tmp_path: Path) -> None:
    """Others read what was written."""
    safetensors = pytest.importorskip("safetensors")
    path = tmp_path / "violin.mynah"
    path.write_bytes(annotated(target()))
    with safetensors.safe_open(path, "np") as file:
        assert file.metadata()["home_register_midi"] == "[64, 78]"
        assert file.metadata()["credits"] == '["Jörg"]'
        assert file.get_tensor("head.bias").tobytes() == TENSORS


@pytest.mark.parametrize("file", [target("kazoo"), target(kind="base"), b"\xff" * 8 + b"{}"])
def test_other_files_are_refused(file: bytes) -> None:
    """Unknown names, bases and broken files raise an error."""
    with pytest.raises(ValueError):
        annotated(file)


def test_the_command_writes_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line replaces the file."""
    path = tmp_path / "flute.mynah"
    path.write_bytes(target("flute"))
    monkeypatch.setattr(sys, "argv", ["annotate", str(path)])
    main()
    assert path.read_bytes() == annotated(target("flute"))


def test_registers_are_an_octave_wide_and_can_be_played() -> None:
    """What Rust checks of a register, and that it lies within the playable range."""
    assert HOME_REGISTERS_MIDI.keys() == PITCH_RANGES_MIDI.keys()
    for name, (low, high) in HOME_REGISTERS_MIDI.items():
        lowest, highest = PITCH_RANGES_MIDI[name]
        assert high - low >= 12, name
        assert lowest <= low < high <= highest, name
