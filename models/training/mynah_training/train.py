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
import time
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from . import config as c
from . import losses
from .batches import DOMAINS, Batch, BatchMaker, PhraseCache
from .model import Mynah
from .networks import DomainClassifier

WARM_UP_FRAMES = 64
LOSS_FRAMES = 112
SKIP_SAMPLES = 2 * c.FRAME_SAMPLES
"""Blocks whose filters still see zeros from before the clip are left out of the loss."""
AVERAGE_DECAY = 0.998


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


def wanted_blocks(batch: Batch, delay_samples: int) -> Tensor:
    """The target's samples for the streams of `Mynah.render`, `delay_samples` late: [B, n]."""
    start = WARM_UP_FRAMES * c.FRAME_SAMPLES + c.HOP_SAMPLES - delay_samples
    count = (LOSS_FRAMES - 1) * c.FRAME_SAMPLES
    return batch.wanted[:, start : start + count]


class Trainer:
    """Model, optimiser, moving average and batches of one run."""

    def __init__(self, settings: Settings) -> None:
        """Builds everything, or takes it from the checkpoint in the run's folder."""
        self.settings = settings
        torch.manual_seed(settings.seed)
        self.model = Mynah(c.Architecture()).to(settings.device)
        self.classifier = DomainClassifier(c.Architecture(), len(DOMAINS)).to(settings.device)
        self.step = 0
        self.seconds = 0.0
        if settings.init is not None:
            state = torch.load(settings.init, map_location=settings.device, weights_only=True)
            self.model.load_state_dict(state["average"])
        self.average = deepcopy(self.model).requires_grad_(False)
        trained: list[nn.Parameter] = []
        for name, parameter in self.model.named_parameters():
            stages = (2, 3) if name.startswith("generator.") else (1, 3)
            parameter.requires_grad_(parameter.requires_grad and settings.stage in stages)
            if parameter.requires_grad:
                trained.append(parameter)
        if settings.stage != 2:
            trained += list(self.classifier.parameters())
        self.optimiser = torch.optim.AdamW(
            trained, settings.learning_rate, betas=(0.9, 0.99), weight_decay=1e-4
        )
        self.checkpoint = settings.out / "checkpoint.pt"
        if self.checkpoint.exists():
            self._resume()
        seed = settings.seed * 1_000_003 + self.step
        frames = WARM_UP_FRAMES + LOSS_FRAMES
        self.cache = PhraseCache(settings.cache / "train")
        self.batches = BatchMaker(self.cache, settings.batch, frames, seed, augmented=True)
        validation = BatchMaker(PhraseCache(settings.cache / "validation"), 8, frames, 1, augmented=False)
        self.validation = [
            validation.draw(settings.device, self_share=0.0, follow_share=share)
            for share in (0.0, 0.0, 0.0, 1.0)
        ]

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

    def _set_learning_rate(self) -> None:
        """Warm-up over 100 steps, then down to a tenth along a half cosine until `full_steps`."""
        warm = min(1.0, (self.step + 1) / 100.0)
        done = torch.tensor(min(1.0, self.step / self.settings.full_steps))
        cosine = 0.1 + 0.9 * (0.5 + 0.5 * torch.cos(torch.pi * done))
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings.learning_rate * warm * float(cosine)

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        """Loss of the stage and its parts."""
        stage = self.settings.stage
        with torch.set_grad_enabled(stage != 2):
            rendering = self.model.render(batch.source, batch.target, batch.noise, WARM_UP_FRAMES)
        total = rendering.tonal.new_zeros(())
        parts: dict[str, float] = {}
        if stage != 2:
            prior_loss = self._spectral(rendering.tonal + rendering.noisy, wanted_blocks(batch, 0))
            logits = self.classifier(rendering.z[..., WARM_UP_FRAMES:])
            total = total + prior_loss + nn.functional.cross_entropy(logits, batch.domain)
            parts["prior"] = float(prior_loss.detach())
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
        """Log-mel L1 of the averaged model over that of the copied source, track and follow."""
        sums = {"track": [0.0, 0.0], "follow": [0.0, 0.0]}
        prior_l1, full_l1 = 0.0, 0.0
        for batch in self.validation:
            rendering = self.average.render(batch.source, batch.target, batch.noise, WARM_UP_FRAMES)
            wanted = wanted_blocks(batch, 0)
            start = WARM_UP_FRAMES * c.FRAME_SAMPLES + c.HOP_SAMPLES
            source = batch.source.audio[:, start : start + wanted.shape[1]]
            plain = rendering.tonal + rendering.noisy
            outputs = (
                [plain, self.average.generate(rendering)[:, c.SUB_BANDS :]]
                if self.settings.stage != 1
                else [plain]
            )
            distances = []
            for output in [*outputs, source]:
                count = min(output.shape[1], wanted.shape[1])
                a, b = losses.level(
                    output[:, SKIP_SAMPLES:count],
                    wanted[:, SKIP_SAMPLES:count],
                    by=wanted[:, SKIP_SAMPLES:count],
                )
                distances.append(losses.log_mel_l1(a, b))
            prior_l1 += float(distances[0].mean()) / len(self.validation)
            full_l1 += float(distances[-2].mean()) / len(self.validation)
            for name, chosen in (("track", batch.source.follow < 0.5), ("follow", batch.source.follow > 0.5)):
                sums[name][0] += float(distances[-2][chosen].sum())
                sums[name][1] += float(distances[-1][chosen].sum())
        report = {f"{name}_ratio": a / max(b, 1e-9) for name, (a, b) in sums.items()}
        return {**report, "l1_prior": prior_l1, "l1": full_l1}

    def run(self) -> None:
        """Trains until the minutes are over; checkpoints every two minutes."""
        began = last_save = time.monotonic()
        log = (self.settings.out / "log.jsonl").open("a", buffering=1)
        running: dict[str, float] = {}
        while time.monotonic() - began < self.settings.minutes * 60.0:
            self._set_learning_rate()
            before = time.monotonic()
            loss, parts = self.loss(self.batches.draw(self.settings.device))
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
            self.optimiser.step()
            decay = min(AVERAGE_DECAY, (self.step + 1) / (self.step + 10))
            with torch.no_grad():
                for mean, now in zip(self.average.parameters(), self.model.parameters(), strict=True):
                    mean.lerp_(now, 1.0 - decay)
            self.step += 1
            self.seconds += time.monotonic() - before
            for name, value in parts.items():
                running[name] = value if name not in running else 0.98 * running[name] + 0.02 * value
            now = time.monotonic()
            if self.step % 250 == 0:
                report = {"step": self.step, "seconds": round(self.seconds), **running, **self.validate()}
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
        "--full-steps", type=int, default=10_000, help="steps until the learning rate is lowest"
    )
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
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
    )
    Trainer(settings).run()


if __name__ == "__main__":
    main()
