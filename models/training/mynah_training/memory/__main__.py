"""Measures the memories of the shipped targets and writes them into their model files.

    python -m mynah_training.memory --instruments DIR --targets assets/targets [--only cello] [--out DIR]

Beside each file, `NAME.memory.csv` says which recordings became its memory. Notes held out for validation are left out.
"""

import argparse
import csv
import json
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

from ..data.library import InstrumentLibrary
from .analysis import NoteFrames, analyse
from .choice import Chosen, choose
from .coding import code

FORMAT_VERSION = 3
BUDGET_S = 150.0
LONGEST_S = 2.2
LONGEST_STRUCK_S = 3.5
STRUCK = frozenset({"piano", "guitar"})
SEMITONES_ONLY = frozenset({"piano"})
HOME_REGISTERS = {
    "cello": (36.0, 49.0),
    "violin": (64.0, 78.0),
    "flute": (69.0, 83.0),
    "clarinet": (56.0, 70.0),
    "trumpet": (60.0, 74.0),
    "sax-alto": (54.0, 68.0),
    "sax-tenor": (47.0, 61.0),
    "guitar": (50.0, 64.0),
    "piano": (64.0, 78.0),
}


def measure(library: InstrumentLibrary, name: str) -> tuple[list[NoteFrames], list[Chosen]]:
    """The notes of one instrument."""
    samples = [s for s in library.select(name) if s.split != "validation" and s.kind != "pizz"]
    longest_s = LONGEST_STRUCK_S if name in STRUCK else LONGEST_S
    notes, kept = [], []
    for chosen in choose(samples, HOME_REGISTERS[name], BUDGET_S, longest_s):
        audio = library.audio(chosen.sample)[: int(chosen.seconds * 48_000)].astype(np.float64)
        nominal = chosen.sample.midi + chosen.sample.deviation_cents / 100.0
        note = analyse(audio, nominal)
        if note is not None:
            notes.append(note)
            kept.append(chosen)
    return notes, kept


def rewrite(source: Path, out: Path, notes: list[NoteFrames], kept: list[Chosen], name: str) -> None:
    """A target's file with this memory in place of the one it may have had."""
    memory = code(notes, [chosen.group for chosen in kept])
    with safe_open(source, "numpy") as file:
        metadata = dict(file.metadata())
        tensors = {k: file.get_tensor(k) for k in file.keys() if not k.startswith("memory.")}  # noqa: SIM118
    metadata["mynah_format_version"] = str(FORMAT_VERSION)
    sizes = {**memory.sizes, "struck": name in STRUCK, "semitones_only": name in SEMITONES_ONLY}
    metadata["memory"] = json.dumps(sizes)
    out.write_bytes(save({**tensors, **memory.tensors}, metadata=metadata))
    with out.with_suffix(".memory.csv").open("w", newline="") as handle:
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
    parser.add_argument("--out", type=Path, help="folder for the files [default: in place]")
    parser.add_argument("--only", action="append", help="only this target")
    a = parser.parse_args()
    library = InstrumentLibrary(a.instruments)
    for name in a.only or sorted(HOME_REGISTERS):
        notes, kept = measure(library, name)
        out = (a.out or a.targets) / f"{name}.mynah"
        rewrite(a.targets / f"{name}.mynah", out, notes, kept, name)
        print(f"{name}: {len(notes)} notes, {out.stat().st_size / 2**20:.2f} MiB", flush=True)


if __name__ == "__main__":
    main()
