"""The generator's adversary: least-squares losses, feature matching and the discriminators' own training.

Least squares (Mao et al., 2017; HiFi-GAN: Kong et al., 2020) rather than MelGAN's hinge: its gradient
is bounded however sure the discriminators are, and in the short runs of a CPU they soon are.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from . import config as c
from . import losses
from .batches import Batch
from .clips import LOSS_FRAMES, SKIP_SAMPLES, WARM_UP_FRAMES, loudness_of_blocks
from .discriminators import Condition, Discriminators, Judgement, condition_frames

WINDOW_FRAMES = 48
"""0.26 s: what the discriminators see of a clip, somewhere at random."""
WINDOW_SAMPLES = WINDOW_FRAMES * c.FRAME_SAMPLES
INSTANCE_NOISE = 1e-4
"""White noise on both sides, 60 dB below the clip: true clips come from 16 bits, and that they are
quantised or have a recording's hiss far below the note must not be what tells them apart."""
POOLED_FRAMES = 4
BETAS = (0.8, 0.99)
HEAD_START_STEPS = 100
"""The discriminators learn before the generator hears them: at first their gradient is noise."""
RAMP_STEPS = 200


@dataclass(frozen=True)
class Windows:
    """The same random windows of what is true and what was made, levelled alike."""

    true: Tensor
    """[B, 12288]"""
    made: Tensor
    """[B, 12288]"""
    condition: Condition

    def detached(self) -> "Windows":
        """Without the way back to the generator."""
        return Windows(self.true, self.made.detach(), self.condition)


def cut(batch: Batch, made: Tensor, wanted: Tensor) -> Windows:
    """Windows at random blocks of the generator's output and of what is wanted, both [B, n].

    They begin where a frame does: that is when an edge at the frame rate is easiest to see.
    """
    blocks = LOSS_FRAMES - 1
    first = SKIP_SAMPLES // c.FRAME_SAMPLES
    count = made.shape[0]
    starts = torch.randint(first, blocks - WINDOW_FRAMES + 1, (count, 1))
    samples = (starts * c.FRAME_SAMPLES + torch.arange(WINDOW_SAMPLES)).to(made.device)
    frames = (starts + torch.arange(WINDOW_FRAMES)).to(made.device)
    level = losses.level_gain(wanted)
    of_blocks = slice(WARM_UP_FRAMES, WARM_UP_FRAMES + blocks)
    condition = condition_frames(
        batch.source.f0_hz[:, of_blocks].gather(1, frames),
        batch.source.voicing[:, of_blocks].gather(1, frames),
        (loudness_of_blocks(batch) + torch.log(level)).gather(1, frames),
        batch.source.follow,
    )
    return Windows(
        (wanted * level).gather(1, samples),
        (made * level).gather(1, samples),
        Condition(condition, batch.target),
    )


def _mean(values: list[Tensor]) -> Tensor:
    return torch.stack(values).mean()


def score_mean(judgements: list[Judgement]) -> Tensor:
    """Mean over the discriminators of their mean score."""
    return _mean([j.scores.mean() for j in judgements])


def discriminator_loss(true: list[Judgement], made: list[Judgement]) -> Tensor:
    """Least squares: true clips to 1, made ones to 0; a mean over the discriminators (chance is 0.5)."""
    return _mean(
        [(t.scores - 1.0).square().mean() + m.scores.square().mean() for t, m in zip(true, made, strict=True)]
    )


def generator_loss(made: list[Judgement]) -> Tensor:
    """Least squares: what was made to 1; a mean over the discriminators."""
    return _mean([(m.scores - 1.0).square().mean() for m in made])


def feature_matching(true: list[Judgement], made: list[Judgement]) -> Tensor:
    """L1 of the features over the mean size of the true ones, a mean over all layers (MelGAN).

    Those of waveforms are averaged over 4 frames (21 ms) first: the phases of the prior are not the
    recording's, and matched sample by sample the best would be the blur of all phases.
    """
    distances = []
    for t, m in zip(true, made, strict=True):
        for a, b in zip(t.features, m.features, strict=True):
            if a.dim() == 3:
                a, b = (nn.functional.adaptive_avg_pool1d(x, WINDOW_FRAMES // POOLED_FRAMES) for x in (a, b))
            distances.append((a.detach() - b).abs().mean() / a.detach().abs().mean().clamp_min(1e-6))
    return _mean(distances)


class Adversary:
    """The discriminators and their optimiser."""

    def __init__(self, conditional: bool, learning_rate: float, begins: int, device: torch.device) -> None:
        """`begins`: the step of the run from which on the generator hears them."""
        self.conditional, self.begins = conditional, begins
        self.discriminators = Discriminators(conditional=conditional).to(device)
        self.optimiser = torch.optim.Adam(self.discriminators.parameters(), learning_rate, betas=BETAS)

    def learns(self, step: int) -> bool:
        """Whether the discriminators train at this step."""
        return step >= self.begins - HEAD_START_STEPS

    def weight(self, step: int) -> float:
        """Share, 0..1, of the adversarial losses in the generator's: a ramp of 200 steps."""
        return min(1.0, max(0.0, (step + 1 - self.begins) / RAMP_STEPS))

    def judge(self, audio: Tensor, condition: Condition) -> list[Judgement]:
        """The discriminators on windows with a little noise."""
        return list(self.discriminators(audio + INSTANCE_NOISE * torch.randn_like(audio), condition))

    def generator_losses(self, windows: Windows) -> tuple[Tensor, Tensor]:
        """Adversarial loss and feature matching; the gradient goes to the generator only."""
        self.discriminators.requires_grad_(False)
        with torch.no_grad():
            true = self.judge(windows.true, windows.condition)
        made = self.judge(windows.made, windows.condition)
        self.discriminators.requires_grad_(True)
        return generator_loss(made), feature_matching(true, made)

    def train_step(self, windows: Windows) -> dict[str, float]:
        """One step of the discriminators on windows of this batch; the parts of their loss."""
        windows = windows.detached()
        true = self.judge(windows.true, windows.condition)
        made = self.judge(windows.made, windows.condition)
        loss = discriminator_loss(true, made)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        return {
            "discriminator": float(loss.detach()),
            "score_true": float(score_mean(true).detach()),
            "score_made": float(score_mean(made).detach()),
        }

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {
            "conditional": self.conditional,
            "discriminators": self.discriminators.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """From a checkpoint of a run with the same kind of discriminators."""
        if state["conditional"] != self.conditional:
            raise ValueError("the checkpoint's discriminators differ in --conditional")
        self.discriminators.load_state_dict(state["discriminators"])
        self.optimiser.load_state_dict(state["optimiser"])
