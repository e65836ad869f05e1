"""Measures the memories of the shipped targets and writes them into their model files.

    python -m mynah_training.memory --instruments DIR --targets assets/targets --lists assets/memories

`NAME.csv` among the lists says which recordings became a target's memory. Notes held out for validation
are left out.
Needs requirements-memory.txt, too.
"""

import argparse
import csv
import json
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

from ..data.library import InstrumentLibrary
from ..registers import HOME_REGISTERS_MIDI
from ..safetensors_file import BLANK, CHECKSUM, join, sealed, split
from .analysis import NoteFrames, analyse
from .choice import Chosen, choose
from .coding import code

FORMAT_VERSION = 3
BUDGET_S = 150.0
LONGEST_S = 2.2
LONGEST_STRUCK_S = 3.5
STRUCK = frozenset({"piano", "guitar"})
SEMITONES_ONLY = frozenset({"piano"})
STRETCHED = frozenset({"piano"})
"""Strings stiff enough to be heard as such; a guitar's are measured more surely as harmonics."""


def measure(library: InstrumentLibrary, name: str) -> tuple[list[NoteFrames], list[Chosen]]:
    """The notes of one instrument."""
    # A short note cannot be held: its colour is that of a beginning and an end.
    samples = [s for s in library.select(name) if s.split != "validation" and s.kind == "sustained"]
    longest_s = LONGEST_STRUCK_S if name in STRUCK else LONGEST_S
    notes, kept = [], []
    for chosen in choose(samples, HOME_REGISTERS_MIDI[name], BUDGET_S, longest_s):
        audio = library.audio(chosen.sample)[: int(chosen.seconds * 48_000)].astype(np.float64)
        nominal = chosen.sample.midi + chosen.sample.deviation_cents / 100.0
        note = analyse(audio, nominal, stretched=name in STRETCHED, struck=name in STRUCK)
        if note is not None:
            notes.append(note)
            kept.append(chosen)
    return notes, kept


def rewrite(source: Path, out: Path, notes: list[NoteFrames], kept: list[Chosen], name: str) -> None:
    """Writes a target's file with this memory in place of the one it may have had; all else stays."""
    memory = code(notes, [chosen.group for chosen in kept], name in STRUCK)
    with safe_open(source, "numpy") as file:
        metadata = dict(file.metadata())
        tensors = {k: file.get_tensor(k) for k in file.keys() if not k.startswith("memory.")}
    metadata["mynah_format_version"] = str(FORMAT_VERSION)
    sizes = {**memory.sizes, "struck": name in STRUCK, "semitones_only": name in SEMITONES_ONLY}
    metadata["memory"] = json.dumps(sizes)
    header, data = split(save({**tensors, **memory.tensors}, metadata=metadata))
    # safetensors leaves the order of the metadata to chance; the same memory is to give the same bytes.
    metadata[CHECKSUM] = BLANK
    out.write_bytes(sealed(join({**header, "__metadata__": dict(sorted(metadata.items()))}, data)))


def write_list(out: Path, kept: list[Chosen]) -> None:
    """Writes which recordings were chosen, in their order."""
    with out.open("w", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["recording", "midi", "articulation", "dynamic", "seconds"])
        for chosen in kept:
            s = chosen.sample
            writer.writerow([s.path.name, s.midi, s.articulation, s.dynamic, f"{chosen.seconds:.2f}"])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instruments", type=Path, required=True)
    parser.add_argument("--targets", type=Path, required=True)
    parser.add_argument("--lists", type=Path, required=True, help="folder for the lists of recordings")
    parser.add_argument("--only", action="append", help="only this target")
    a = parser.parse_args()
    library = InstrumentLibrary(a.instruments)
    for name in a.only or sorted(HOME_REGISTERS_MIDI):
        notes, kept = measure(library, name)
        out = a.targets / f"{name}.mynah"
        rewrite(out, out, notes, kept, name)
        a.lists.mkdir(parents=True, exist_ok=True)
        write_list(a.lists / f"{name}.csv", kept)
        print(f"{name}: {len(notes)} notes, {out.stat().st_size / 2**20:.2f} MiB", flush=True)


if __name__ == "__main__":
    main()
