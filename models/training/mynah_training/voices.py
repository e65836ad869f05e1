"""Command line of the voices network: data, training, measures, and its model file.

python -m mynah_training.voices cache --data INSTRUMENTS --out CACHE
python -m mynah_training.voices train --cache CACHE --out RUN --minutes 120
python -m mynah_training.voices measure --cache CACHE --network RUN/voices.pt
python -m mynah_training.voices export --network RUN/voices.pt --out ../../assets/voices.mynah
"""

import argparse
from pathlib import Path

import torch

from .data.library import Split


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    cache = commands.add_parser("cache", help="make labelled clips")
    cache.add_argument("--data", type=Path, required=True)
    cache.add_argument("--out", type=Path, required=True)
    cache.add_argument("--clips", type=int, default=3200)
    cache.add_argument("--held-out-clips", type=int, default=240)
    cache.add_argument("--processes", type=int, default=1)
    train = commands.add_parser("train", help="train; goes on where a run was interrupted")
    train.add_argument("--cache", type=Path, required=True)
    train.add_argument("--out", type=Path, required=True)
    train.add_argument("--minutes", type=float, default=120.0)
    train.add_argument("--init", type=Path, help="begin with these weights")
    train.add_argument("--seed", type=int, default=0)
    measure = commands.add_parser("measure", help="figures on held-out notes and scores")
    measure.add_argument("--cache", type=Path, required=True)
    measure.add_argument("--network", type=Path, required=True)
    measure.add_argument("--side", choices=("validation", "judge"), default="validation")
    export = commands.add_parser("export", help="write the model file")
    export.add_argument("--network", type=Path, required=True)
    export.add_argument("--out", type=Path, required=True)
    return parser


def main() -> None:
    """Command line."""
    a = _parser().parse_args()
    torch.set_num_threads(1)
    if a.command == "cache":
        from . import voices_cache

        sides: dict[Split, int] = {
            "judge": a.held_out_clips,
            "train": a.clips,
            "validation": a.held_out_clips,
        }
        for split, clips in sides.items():
            voices_cache.build(a.data, split, a.out / split, clips, a.processes)
    elif a.command == "train":
        from . import voices_train

        voices_train.train(a.cache, a.out, a.minutes, a.seed, a.init)
    elif a.command == "measure":
        from . import voices_measure

        voices_measure.report(a.cache / a.side, a.network)
    else:
        from . import voices_export

        voices_export.export(a.network, a.out)


if __name__ == "__main__":
    main()
