"""Settings of a training run and the command line that gives them."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from . import config as c

LOUDNESS_WEIGHT = 0.5
"""Of the distance of the output's level to the source's: 1.5 held the level best and cost likeness."""
CONFUSION = 0.01
"""How much of the domain classifier's gradient, reversed, reaches the encoder (UMTN's lambda)."""
SELF_SHARE = 0.15


@dataclass
class Settings:
    """One run."""

    cache: Path
    out: Path
    stage: int
    minutes: float
    batch: int
    learning_rate: float
    seed: int
    device: torch.device
    init: Path | None
    full_steps: int
    stop_steps: int
    confusion: float
    loudness: float
    musical: bool
    only_target: str | None
    self_share: float = SELF_SHARE
    """Share of the draws in which the target plays itself: a resynthesis"""
    generator_channels: int = c.Architecture().generator_channels
    a_weighting: bool = False
    silence: float = 0.5
    adversarial: float = 0.0
    """Weight of the adversarial loss; 0 builds no discriminators"""
    feature_matching: float = 1.0
    adversarial_from: int = 1000
    discriminator_rate: float = 1e-3
    conditional: bool = True
    texture: float = 0.0
    """Weight of the losses of attacks and of noise in the note"""
    likeness: float = 0.0
    """Weight of the listener's doubt; 0 builds no listener"""
    threads: int = 1


def parser(description: str | None) -> argparse.ArgumentParser:
    """Every option of `mynah_training.train`."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--cache", type=Path, required=True)
    add("--out", type=Path, required=True)
    add("--stage", type=int, choices=(1, 2, 3), required=True)
    add("--minutes", type=float, default=60.0)
    add("--full-steps", type=int, default=20_000, help="steps until the learning rate is lowest")
    add("--stop-steps", type=int, default=10**9, help="stop here, time left or not")
    add("--batch", type=int, default=6)
    add("--learning-rate", type=float, default=1e-3)
    add("--seed", type=int, default=1)
    add("--threads", type=int, default=Settings.threads)
    add("--device", type=torch.device, default="cuda" if torch.cuda.is_available() else "cpu")
    add("--confusion", type=float, default=CONFUSION, help="weight of the reversed gradient")
    add("--loudness", type=float, default=LOUDNESS_WEIGHT, help="weight of the level's loss")
    add("--musical", action="store_true", help="musically motivated front end (comparison)")
    add("--only-target", choices=c.INSTRUMENTS, help="one new target, all else frozen")
    add(
        "--init",
        type=Path,
        help="where to start from: a checkpoint, by its averaged weights, or a folder of .mynah files",
    )
    add("--self-share", type=float, default=SELF_SHARE, help="share of the draws that are resyntheses")
    generator = parser.add_argument_group("generator (stages 2 and 3)")
    add = generator.add_argument
    add("--generator-channels", type=int, default=Settings.generator_channels)
    add("--a-weighting", action="store_true", help="A-weight the magnitudes of the generator's loss")
    add("--silence", type=float, default=Settings.silence, help="weight of what is heard in rests")
    add("--adversarial", type=float, default=Settings.adversarial, help="weight of the loss; 0: without")
    add(
        "--feature-matching",
        type=float,
        default=Settings.feature_matching,
        help="weight of feature matching, where there are discriminators",
    )
    add(
        "--adversarial-from",
        type=int,
        default=Settings.adversarial_from,
        help="steps of spectral loss alone before",
    )
    add("--discriminator-rate", type=float, default=Settings.discriminator_rate, help="their learning rate")
    add("--texture", type=float, default=Settings.texture, help="weight of attacks and noise in the note")
    add("--likeness", type=float, default=Settings.likeness, help="weight of a classifier's doubt")
    add(
        "--conditional",
        action=argparse.BooleanOptionalAction,
        default=Settings.conditional,
        help="whether discriminators are told target, pitch and loudness",
    )
    return parser


def from_command_line(description: str | None, arguments: Sequence[str] | None = None) -> Settings:
    """Settings from the process's arguments, or from `arguments`."""
    options = parser(description)
    settings = Settings(**vars(options.parse_args(arguments)))
    if settings.adversarial > 0.0 and settings.stage == 1:
        options.error("--adversarial needs a generator: stage 2 or 3")
    return settings
