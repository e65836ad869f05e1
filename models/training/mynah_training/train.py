"""Training in three stages, each of which starts from the averaged weights of the one before.

1. encoder, translator and targets through the differentiable prior, with domain confusion;
2. the generator on top of the frozen prior, from the identity;
3. everything together: the loss of the prior's sound plus that of the generator's.

    python -m mynah_training.train --cache CACHE --out RUN --stage 1 --minutes 60

`CACHE` holds `train` and `validation` as `mynah_training.data.cache` writes them. Resumes from
`RUN/checkpoint.pt` when that exists; the same on CPU and CUDA.
"""

import argparse
import json
import math
import time
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from . import config as c
from . import losses
from .batches import DOMAINS, UNKNOWN_DOMAIN, Batch, BatchMaker, PhraseCache, domain
from .data import contour
from .front_end import MusicalFrontEnd
from .model import Mynah
from .networks import DomainClassifier

WARM_UP_FRAMES = 64
LOSS_FRAMES = 112
VALIDATION_BATCH = 8
SKIP_SAMPLES = 2 * c.FRAME_SAMPLES
"""Blocks whose filters still see zeros from before the clip are left out of the loss."""
LEVEL_START_SAMPLES = SKIP_SAMPLES + c.HOP_SAMPLES
"""Where the windows of the level lie as those of the cache: around every 256th sample of the source."""
LOUDNESS_WEIGHT = 0.5
"""Of the distance of the output's level to the source's: 1.5 held the level best and cost likeness."""
AVERAGE_DECAY = 0.998
WEIGHT_DECAY = 1e-4
CONFUSION = 0.01
"""How much of the domain classifier's gradient, reversed, reaches the encoder (UMTN's lambda)."""
MOST_SKIPPED_STEPS = 100
CONFUSION_RAMP_STEPS = 2000
"""Until the classifier knows something, its gradient would only shake the encoder."""


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


def wanted_blocks(batch: Batch, delay_samples: int) -> Tensor:
    """The target's samples for the streams of `Mynah.render`, `delay_samples` late: [B, n]."""
    start = WARM_UP_FRAMES * c.FRAME_SAMPLES + c.HOP_SAMPLES - delay_samples
    count = (LOSS_FRAMES - 1) * c.FRAME_SAMPLES
    return batch.wanted[:, start : start + count]


def level_of_blocks(batch: Batch) -> Tensor:
    """The source's levels for the streams of `Mynah.render` from `LEVEL_START_SAMPLES` on: [B, frames]."""
    middle = (
        WARM_UP_FRAMES * c.FRAME_SAMPLES + c.HOP_SAMPLES + LEVEL_START_SAMPLES + contour.WINDOW_SAMPLES // 2
    )
    first = middle // c.FRAME_SAMPLES
    count = (
        (LOSS_FRAMES - 1) * c.FRAME_SAMPLES - LEVEL_START_SAMPLES - contour.WINDOW_SAMPLES
    ) // c.FRAME_SAMPLES
    return batch.level_db[:, first : first + count + 1]


class Trainer:
    """Model, optimiser, moving average and batches of one run."""

    def __init__(self, settings: Settings) -> None:
        """Builds everything, or takes it from the checkpoint in the run's folder."""
        self.settings = settings
        torch.manual_seed(settings.seed)
        self.model = Mynah(c.Architecture())
        if settings.musical:
            self.model.encoder.input = MusicalFrontEnd(c.Architecture().encoder_channels)
        self.model.to(settings.device)
        self.classifier = DomainClassifier(c.Architecture(), len(DOMAINS), settings.confusion)
        self.classifier.to(settings.device)
        self.step = 0
        self.seconds = 0.0
        self.skipped = 0
        if settings.init is not None:
            state = torch.load(settings.init, map_location=settings.device, weights_only=True)
            self.model.load_state_dict(state["average"])
        if settings.only_target is not None:
            self._redraw_target(c.INSTRUMENTS.index(settings.only_target))
        self.average = deepcopy(self.model).requires_grad_(False)
        trained: list[nn.Parameter] = []
        for name, parameter in self.model.named_parameters():
            stages = (2, 3) if name.startswith("generator.") else (1, 3)
            trains = settings.stage in stages
            if settings.only_target is not None:
                trains = name.startswith("targets.")
            parameter.requires_grad_(parameter.requires_grad and trains)
            if parameter.requires_grad:
                trained.append(parameter)
        if self._confuses:
            trained += list(self.classifier.parameters())
        # Decay would move the frozen targets, which share their tensors with the new one.
        decay = 0.0 if settings.only_target else WEIGHT_DECAY
        self.optimiser = torch.optim.AdamW(
            trained, settings.learning_rate, betas=(0.9, 0.99), weight_decay=decay
        )
        self.checkpoint = settings.out / "checkpoint.pt"
        if self.checkpoint.exists():
            self._resume()
        seed = settings.seed * 1_000_003 + self.step
        frames = WARM_UP_FRAMES + LOSS_FRAMES
        self.cache = PhraseCache(settings.cache / "train")
        targets = (settings.only_target,) if settings.only_target else c.INSTRUMENTS
        self.batches = BatchMaker(self.cache, settings.batch, frames, seed, augmented=True, targets=targets)
        validation_cache = PhraseCache(settings.cache / "validation")

        def draws(follow_share: float, count: int, unseen: bool) -> list[Batch]:
            maker = BatchMaker(
                validation_cache,
                VALIDATION_BATCH,
                frames,
                seed=1,
                augmented=False,
                plays=lambda source: (domain(source) == UNKNOWN_DOMAIN) == unseen,
                targets=targets,
            )
            return [maker.draw(settings.device, 0.0, follow_share) for _ in range(count)]

        self.validation = {
            "track": draws(0.0, 5, unseen=False),
            "follow": draws(1.0, 2, unseen=False),
            "unseen": draws(0.0, 3, unseen=True),
        }

    @property
    def _confuses(self) -> bool:
        return self.settings.stage != 2 and self.settings.only_target is None

    @torch.no_grad()
    def _redraw_target(self, index: int) -> None:
        """Makes one target new, as if it had never been trained."""
        fresh = Mynah(c.Architecture()).targets
        for mine, new in zip(self.model.targets.parameters(), fresh.parameters(), strict=True):
            mine[index] = new[index]

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, map_location=self.settings.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.classifier.load_state_dict(state["classifier"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds = state["step"], state["seconds"]

    def save(self) -> None:
        """Writes the checkpoint whole or not at all."""
        part = self.checkpoint.with_suffix(".part")
        torch.save(
            {
                "model": self.model.state_dict(),
                "average": self.average.state_dict(),
                "classifier": self.classifier.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "step": self.step,
                "seconds": self.seconds,
                "stage": self.settings.stage,
                "seed": self.settings.seed,
            },
            part,
        )
        part.replace(self.checkpoint)

    def _set_learning_rate(self, spent: float) -> None:
        """Warm-up over 100 steps, then down to a tenth along a half cosine.

        It is at its lowest at `full_steps`, or when the share `spent` of the run's time is 1.
        """
        warm = min(1.0, (self.step + 1) / 100.0)
        done = min(1.0, max(spent, self.step / self.settings.full_steps))
        cosine = 0.1 + 0.9 * (0.5 + 0.5 * math.cos(math.pi * done))
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings.learning_rate * warm * cosine

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        """Loss of the stage and its parts."""
        stage = self.settings.stage
        with torch.set_grad_enabled(stage != 2):
            rendering = self.model.render(batch.source, batch.target, batch.noise, WARM_UP_FRAMES)
        total = rendering.tonal.new_zeros(())
        parts: dict[str, float] = {}
        if stage != 2:
            plain = rendering.tonal + rendering.noisy
            prior_loss = self._spectral(plain, wanted_blocks(batch, 0))
            loudness = losses.loudness_loss(plain[:, LEVEL_START_SAMPLES:], level_of_blocks(batch)).mean()
            total = total + prior_loss + self.settings.loudness * loudness
            parts["prior"] = float(prior_loss.detach())
            parts["loudness"] = float(loudness.detach())
        if self._confuses:
            self.classifier.weight = self.settings.confusion * min(1.0, self.step / CONFUSION_RAMP_STEPS)
            logits = self.classifier(rendering.z[..., WARM_UP_FRAMES:])
            total = total + nn.functional.cross_entropy(logits, batch.domain)
            # A code that no longer moves says nothing: see REPORT.md on too much confusion.
            parts["z_deviation"] = float(rendering.z.detach().std(-1).mean())
            parts["domain_accuracy"] = float((logits.argmax(-1) == batch.domain).float().mean())
        if stage != 1:
            full_loss = self._spectral(self.model.generate(rendering), wanted_blocks(batch, c.SUB_BANDS))
            total = total + full_loss
            parts["full"] = float(full_loss.detach())
        return total, parts

    @staticmethod
    def _spectral(output: Tensor, wanted: Tensor) -> Tensor:
        """Spectral loss without the first blocks, both levelled by what is wanted."""
        output, wanted = losses.level(output[:, SKIP_SAMPLES:], wanted[:, SKIP_SAMPLES:], by=wanted)
        return losses.spectral_loss(output, wanted).mean()

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Log-mel L1 of the averaged model over that of the copied source.

        `track` and `follow` from sources like those of the training, `unseen` in track from recordings
        that were never trained on.
        """
        report: dict[str, float] = {}
        for name, batches in self.validation.items():
            sums = torch.zeros(2)
            for batch in batches:
                rendering = self.average.render(batch.source, batch.target, batch.noise, WARM_UP_FRAMES)
                wanted = wanted_blocks(batch, 0)
                start = WARM_UP_FRAMES * c.FRAME_SAMPLES + c.HOP_SAMPLES
                source = batch.source.audio[:, start : start + wanted.shape[1]]
                if self.settings.stage == 1:
                    output = rendering.tonal + rendering.noisy
                else:
                    output = self.average.generate(rendering)[:, c.SUB_BANDS :]
                for index, signal in enumerate((output, source)):
                    count = min(signal.shape[1], wanted.shape[1])
                    part = slice(SKIP_SAMPLES, count)
                    a, b = losses.level(signal[:, part], wanted[:, part], by=wanted[:, part])
                    sums[index] += losses.log_mel_l1(a, b).sum().cpu()
            report[f"{name}_ratio"] = float(sums[0] / sums[1].clamp_min(1e-9))
            report[f"{name}_l1"] = float(sums[0]) / (VALIDATION_BATCH * len(batches))
        return report

    def train_step(self, spent: float = 0.0) -> dict[str, float]:
        """One batch, at the share `spent` of the run's time; the parts of its loss."""
        self._set_learning_rate(spent)
        loss, parts = self.loss(self.batches.draw(self.settings.device))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        if not bool(torch.isfinite(norm)):
            # One bad batch in ten thousand must not cost the run.
            self.skipped += 1
            if self.skipped > MOST_SKIPPED_STEPS:
                raise FloatingPointError(f"{self.skipped} steps without a finite gradient")
            return {}
        self.optimiser.step()
        decay = min(AVERAGE_DECAY, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.model.parameters(), strict=True):
                mean.lerp_(now, 1.0 - decay)
        self.step += 1
        return parts

    def run(self) -> None:
        """Trains until the minutes are over or the steps done; checkpoints every two minutes."""
        began = last_save = time.monotonic()
        log = (self.settings.out / "log.jsonl").open("a", buffering=1)
        running: dict[str, float] = {}
        while (
            time.monotonic() - began < self.settings.minutes * 60.0 and self.step < self.settings.stop_steps
        ):
            before = time.monotonic()
            parts = self.train_step((before - began) / (self.settings.minutes * 60.0))
            self.seconds += time.monotonic() - before
            for name, value in parts.items():
                running[name] = value if name not in running else 0.98 * running[name] + 0.02 * value
            now = time.monotonic()
            if self.step % 250 == 0:
                report = {
                    "step": self.step,
                    "seconds": round(self.seconds),
                    "skipped": self.skipped,
                    **running,
                    **self.validate(),
                }
                print(json.dumps({k: round(v, 4) for k, v in report.items()}), file=log)
                self.cache.refresh()
            if now - last_save > 120.0:
                self.save()
                last_save = now
        self.save()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--stage", type=int, choices=(1, 2, 3), required=True)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument(
        "--full-steps", type=int, default=20_000, help="steps until the learning rate is lowest"
    )
    parser.add_argument("--stop-steps", type=int, default=10**9, help="stop here, time left or not")
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--confusion", type=float, default=CONFUSION, help="weight of the reversed gradient")
    parser.add_argument("--loudness", type=float, default=LOUDNESS_WEIGHT, help="weight of the level's loss")
    parser.add_argument("--musical", action="store_true", help="musically motivated front end (comparison)")
    parser.add_argument("--only-target", choices=c.INSTRUMENTS, help="one new target, all else frozen")
    parser.add_argument("--init", type=Path, help="checkpoint whose averaged weights to start from")
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    a.out.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        a.cache,
        a.out,
        a.stage,
        a.minutes,
        a.batch,
        a.learning_rate,
        a.seed,
        torch.device(a.device),
        a.init,
        a.full_steps,
        a.stop_steps,
        a.confusion,
        a.loudness,
        a.musical,
        a.only_target,
    )
    Trainer(settings).run()


if __name__ == "__main__":
    main()
