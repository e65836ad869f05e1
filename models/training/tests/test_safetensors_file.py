"""The checksum of a model file."""

import json

import blake3
import pytest

from mynah_training.safetensors_file import BLANK, join, sealed, split

HEADER = {
    "__metadata__": {"name": "violin", "credits": '["checksum":"' + BLANK + '"]', "licence": "MIT"},
    "head.bias": {"dtype": "F32", "shape": [16], "data_offsets": [0, 64]},
}
FILE = join(HEADER, bytes(range(64)))


def test_the_checksum_is_that_of_everything_else() -> None:
    """With zeros in its place the file has the hash that it gives."""
    file = sealed(FILE)
    digits = split(file)[0]["__metadata__"]["checksum"]
    assert file.count(digits.encode()) == 1
    assert blake3.blake3(file.replace(digits.encode(), BLANK.encode())).hexdigest() == digits


def test_only_the_checksum_is_new() -> None:
    """Everything else stays; sealing again changes nothing."""
    header, tensors = split(sealed(FILE))
    header["__metadata__"].pop("checksum")
    assert json.dumps(header) == json.dumps(HEADER)
    assert tensors == split(FILE)[1]
    assert sealed(sealed(FILE)) == sealed(FILE)


def test_a_changed_file_is_sealed_anew_at_the_same_place() -> None:
    """The order of the metadata stays, so that the same content gives the same bytes."""
    metadata = HEADER["__metadata__"]
    sealed_first = sealed(join({"__metadata__": {"checksum": "f" * 64, **metadata}}, b""))
    assert list(split(sealed_first)[0]["__metadata__"]) == ["checksum", *metadata]


def test_a_file_without_metadata_is_refused() -> None:
    """There is nowhere to write it."""
    with pytest.raises(ValueError, match="metadata"):
        sealed(join({}, b""))
