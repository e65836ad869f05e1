"""Command line of the onset network: data, training, measures, and its place in the model files.

    python -m mynah_training.onsets cache --data INSTRUMENTS --out CACHE
    python -m mynah_training.onsets train --cache CACHE --out RUN --steps 7200
    python -m mynah_training.onsets measure --cache CACHE --network RUN/onsets.pt
    python -m mynah_training.onsets export --network RUN/onsets.pt --base ../../assets/base.mynah \
        --targets ../../assets/targets/*.mynah

`export` also takes another base file as the network: its tensors are copied.
"""

import argparse
from pathlib import Path

import torch

from . import onsets_cache, onsets_export, onsets_measure, onsets_train
from .data.library import Split


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    cache = commands.add_parser("cache", help="make labelled clips")
    cache.add_argument("--data", type=Path, required=True)
    cache.add_argument("--out", type=Path, required=True)
    cache.add_argument("--clips", type=int, default=1450)
    cache.add_argument("--validation-clips", type=int, default=320)
    cache.add_argument("--processes", type=int, default=1)
    cache.add_argument("--frames", type=Path, help="the example frames_raw, if it is built: ten times faster")
    train = commands.add_parser("train", help="train; goes on where a run was interrupted")
    train.add_argument("--cache", type=Path, required=True)
    train.add_argument("--out", type=Path, required=True)
    train.add_argument("--steps", type=int, default=7200)
    train.add_argument("--seed", type=int, default=0)
    measure = commands.add_parser("measure", help="figures on held-out notes and phrases")
    measure.add_argument("--cache", type=Path, required=True)
    measure.add_argument("--network", type=Path, required=True)
    export = commands.add_parser("export", help="put the network into a base and rename it in its targets")
    export.add_argument("--network", type=Path, required=True)
    export.add_argument("--base", type=Path, required=True)
    export.add_argument("--targets", type=Path, nargs="*", default=[])
    return parser


def main() -> None:
    """Command line."""
    a = _parser().parse_args()
    torch.set_num_threads(1)
    if a.command == "cache":
        sides: dict[Split, int] = {"train": a.clips, "validation": a.validation_clips}
        for split, clips in sides.items():
            onsets_cache.build(a.data, split, a.out / split, clips, a.processes, a.frames)
    elif a.command == "train":
        onsets_train.train(a.cache, a.out, a.steps, a.seed)
    elif a.command == "measure":
        onsets_measure.report(onsets_cache.load_clips(a.cache / "validation"), a.network)
    else:
        onsets_export.export(a.network, a.base, a.targets)


if __name__ == "__main__":
    main()
