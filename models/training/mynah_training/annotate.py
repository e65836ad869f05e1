"""Writes the home registers into `.mynah` files of targets that are there already, without touching a tensor.

    python -m mynah_training.annotate ../../assets/targets/*.mynah

Only the header's metadata changes, and with it the file's hash and checksum. A file that says the same
already is left alone.
"""

import argparse
import json
from pathlib import Path

from .safetensors_file import join, sealed, split
from .targets import HOME_REGISTERS_MIDI


def annotated(file: bytes) -> bytes:
    """The file of a shipped target with its home register; the same bytes if it has that already."""
    header, tensors = split(file)
    metadata = header.get("__metadata__")
    if not isinstance(metadata, dict) or metadata.get("kind") != "target":
        raise ValueError("the file is no target")
    name = metadata["name"]
    if name not in HOME_REGISTERS_MIDI:
        raise ValueError(f"no home register is known for '{name}'")
    register = json.dumps(list(HOME_REGISTERS_MIDI[name]))
    if metadata.get("home_register_midi") == register:
        return file
    metadata["home_register_midi"] = register
    return sealed(join(header, tensors))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="+")
    files: list[Path] = parser.parse_args().files
    for path in files:
        before = path.read_bytes()
        try:
            after = annotated(before)
        except (ValueError, KeyError) as error:
            raise SystemExit(f"{path}: {error}") from error
        if after != before:
            path.write_bytes(after)
        print(f"{path}: {'written' if after != before else 'nothing to change'}")


if __name__ == "__main__":
    main()
