"""Command line of the continuation network: training, measures, and its model file.

python -m mynah_training.continuation train --data INSTRUMENTS --out RUN --minutes 30
python -m mynah_training.continuation measure --data INSTRUMENTS --network RUN/continuation.pt
python -m mynah_training.continuation export --network RUN/continuation.pt --out continuation.mynah
"""

import argparse
from pathlib import Path

import torch


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train; goes on where a run was interrupted")
    train.add_argument("--out", type=Path, required=True)
    train.add_argument("--minutes", type=float, default=30.0)
    train.add_argument("--seed", type=int, default=0)
    measure = commands.add_parser("measure", help="figures on held-out scores")
    measure.add_argument("--network", type=Path, required=True)
    for command in (train, measure):
        command.add_argument("--data", type=Path, required=True, help="the folder with scores/")
        command.add_argument(
            "--heard", type=Path, help="what `mynah transcribe --json` heard in performances"
        )
        command.add_argument("--performances", type=Path, help="the folder of these, with manifest.csv")
    export = commands.add_parser("export", help="write the model file")
    export.add_argument("--network", type=Path, required=True)
    export.add_argument("--out", type=Path, required=True)
    return parser


def main() -> None:
    """Command line."""
    a = _parser().parse_args()
    torch.set_num_threads(1)
    if a.command == "train":
        from . import continuation_train

        continuation_train.train(a.data, a.out, a.minutes, a.seed, a.heard, a.performances)
    elif a.command == "measure":
        from . import continuation_measure

        continuation_measure.report(a.data, a.network, a.heard, a.performances)
    else:
        from . import continuation_export

        continuation_export.export(a.network, a.out)


if __name__ == "__main__":
    main()
