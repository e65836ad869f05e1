"""A safetensors file taken apart and put together again, and the checksum of `models/FORMAT.md`."""

import json

import blake3

LENGTH_BYTES = 8
ALIGNMENT_BYTES = 8
"""safetensors pads the header with spaces, so that the tensors begin at a multiple of this."""
CHECKSUM = "checksum"
BLANK = "0" * 64
"""What stands for the checksum while it is computed."""


def split(file: bytes) -> tuple[dict[str, object], bytes]:
    """The header and the tensors' bytes of a safetensors file."""
    length = int.from_bytes(file[:LENGTH_BYTES], "little")
    end = LENGTH_BYTES + length
    if len(file) < end:
        raise ValueError("the file ends within its header")
    return json.loads(file[LENGTH_BYTES:end]), file[end:]


def join(header: dict[str, object], tensors: bytes) -> bytes:
    """A safetensors file."""
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % ALIGNMENT_BYTES)
    return len(text).to_bytes(LENGTH_BYTES, "little") + text + tensors


def sealed(file: bytes) -> bytes:
    """The file with the checksum of what it holds; one that it had is replaced where it stood."""
    header, tensors = split(file)
    metadata = header.get("__metadata__")
    if not isinstance(metadata, dict):
        raise ValueError("the file has no metadata")
    metadata[CHECKSUM] = BLANK
    blank = join(header, tensors)
    # Within other texts quotation marks stand behind a backslash.
    key = f'"{CHECKSUM}":"'.encode()
    at = blank.index(key + BLANK.encode()) + len(key)
    digits = blake3.blake3(blank).hexdigest().encode()
    return blank[:at] + digits + blank[at + len(digits) :]
