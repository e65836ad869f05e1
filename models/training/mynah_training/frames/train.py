"""Trains translator and targets on measured frames, with and without judges that tell them from true ones.

    python -m mynah_training.frames.train --cache CACHE --frames FRAMES --assets ../../assets --out RUN

Starts from the shipped models, or from nothing with `--fresh`. Encoder and generator stay as they are.
Resumes from `RUN/checkpoint.pt`, which `mynah_training.frames.export` takes.
"""

import argparse
import json
import math
import time
from copy import deepcopy
from pathlib import Path

import torch
from torch import Tensor, nn

from .. import config as c
from ..batches import PhraseCache
from ..model import Z_NOISE, Mynah
from ..networks import translator_inputs
from ..shipped import load_shipped
from .adversary import FrameAdversary, told_of
from .batches import WARM_UP_FRAMES, FrameBatch, FrameBatches
from .notes import load_tables

AVERAGE_DECAY = 0.998
FEATURES_WEIGHT = 2.0
VALIDATION_BATCHES = 12
REPORT_STEPS = 250
SAVE_S = 120.0


def translated(model: Mynah, batch: FrameBatch, z_share: float = 1.0) -> Tensor:
    """Both envelopes of the frames after the warm-up: [B, 128, F - warm-up]."""
    with torch.no_grad():
        z = z_share * model.encoder(batch.log_mel, batch.log_level)
    if model.training:
        z = z + Z_NOISE * torch.randn_like(z)
    inputs = translator_inputs(
        z,
        batch.f0_hz,
        batch.voicing,
        batch.log_loudness,
        batch.attack,
        batch.follow,
        model.architecture.pitch_bumps,
    )
    hidden = model.translator(inputs, *model.targets.film(batch.target))[..., WARM_UP_FRAMES:]
    return torch.cat(model.targets.envelopes(hidden, batch.target), dim=-1).transpose(1, 2)


def distance(made: Tensor, batch: FrameBatch) -> Tensor:
    """Mean distance of the frames that count, nepers [B]."""
    apart = (made - batch.wanted).abs().mean(1) * batch.counts
    return apart.sum(-1) / batch.counts.sum(-1).clamp_min(1.0)


def liveliness(values: Tensor, counts: Tensor) -> Tensor:
    """How much frames move from one to the next, nepers [B]."""
    both = counts[:, 1:] * counts[:, :-1]
    moved = (values[..., 1:] - values[..., :-1]).abs().mean(1) * both
    return moved.sum(-1) / both.sum(-1).clamp_min(1.0)


class FrameTrainer:
    """Model, judges, optimisers and batches of one run."""

    def __init__(self, a: argparse.Namespace) -> None:
        """Builds everything, or takes it from the checkpoint in the run's folder."""
        self.a = a
        torch.manual_seed(a.seed)
        shipped = load_shipped(a.assets)
        self.model = shipped
        if a.fresh:
            self.model = Mynah(shipped.architecture)
            self.model.encoder.load_state_dict(shipped.encoder.state_dict())
            self.model.generator.load_state_dict(shipped.generator.state_dict())
        for part in (self.model.encoder, self.model.generator):
            part.requires_grad_(False)
        self.model.train()
        self.average = deepcopy(self.model).requires_grad_(False).eval()
        self.judges = FrameAdversary()
        trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW(trained, a.learning_rate, betas=(0.8, 0.99), weight_decay=1e-4)
        self.judging = torch.optim.AdamW(self.judges.parameters(), 5e-4, betas=(0.5, 0.99))
        self.step, self.seconds = 0, 0.0
        self.checkpoint = a.out / "checkpoint.pt"
        if self.checkpoint.exists():
            self._resume()
        self.cache = PhraseCache(a.cache / "train")
        seed = a.seed * 1_000_003 + self.step
        self.batches = FrameBatches(self.cache, load_tables(a.frames, "train"), a.batch, seed, augmented=True)
        held_out = load_tables(a.frames, "validation")
        draws = FrameBatches(PhraseCache(a.cache / "validation"), held_out, a.batch, 7, augmented=False)
        self.validation = [draws.draw() for _ in range(VALIDATION_BATCHES)]

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.judges.load_state_dict(state["judges"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.judging.load_state_dict(state["judging"])
        self.step, self.seconds = state["step"], state["seconds"]

    def save(self) -> None:
        """Writes the checkpoint whole or not at all."""
        part = self.checkpoint.with_suffix(".part")
        torch.save(
            {
                "model": self.model.state_dict(),
                "average": self.average.state_dict(),
                "judges": self.judges.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "judging": self.judging.state_dict(),
                "step": self.step,
                "seconds": self.seconds,
                "seed": self.a.seed,
            },
            part,
        )
        part.replace(self.checkpoint)

    @property
    def _judged(self) -> bool:
        return bool(self.a.adversarial > 0.0 and self.step >= self.a.adversarial_from)

    def train_step(self, spent: float) -> dict[str, float]:
        """One batch, at the share `spent` of the run's time."""
        warm = min(1.0, (self.step + 1) / 100.0)
        rate = self.a.learning_rate * warm * (0.1 + 0.9 * (0.5 + 0.5 * math.cos(math.pi * min(1.0, spent))))
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        batch = self.batches.draw()
        made = translated(self.model, batch)
        near = distance(made, batch).mean()
        parts = {"distance": float(near.detach())}
        loss = self.a.distance * near
        counts = batch.counts.unsqueeze(1)
        # Where there is nothing to be compared with, true and made are alike.
        seen = counts * made + (1.0 - counts) * batch.wanted
        told = told_of(batch)
        if self._judged:
            unlike, apart = self.judges.translator_losses(batch.wanted, seen, told)
            loss = loss + self.a.adversarial * (unlike + FEATURES_WEIGHT * apart)
            parts |= {"unlike": float(unlike.detach()), "apart": float(apart.detach())}
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        if not bool(torch.isfinite(norm)):
            raise FloatingPointError(f"no finite gradient in step {self.step}")
        self.optimiser.step()
        if self.a.adversarial > 0.0:
            own = self.judges.own_loss(batch.wanted, seen, told)
            self.judging.zero_grad(set_to_none=True)
            own.backward()
            nn.utils.clip_grad_norm_(self.judges.parameters(), 5.0)
            self.judging.step()
            parts["judges"] = float(own.detach())
        decay = min(AVERAGE_DECAY, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.model.parameters(), strict=True):
                mean.lerp_(now, 1.0 - decay)
        self.step += 1
        return parts

    @torch.no_grad()
    def report(self) -> dict[str, float]:
        """Of held-out notes and phrases: distance, without the code, and movement over the true one's."""
        apart, blind, moves, true_moves = [], [], [], []
        by_target: dict[int, list[float]] = {}
        for batch in self.validation:
            made = translated(self.average, batch)
            each = distance(made, batch)
            apart.append(each.mean())
            blind.append(distance(translated(self.average, batch, 0.0), batch).mean())
            moves.append(liveliness(made, batch.counts).mean())
            true_moves.append(liveliness(batch.wanted, batch.counts).mean())
            for target, value in zip(batch.target.tolist(), each.tolist(), strict=True):
                by_target.setdefault(target, []).append(value)
        mean = {
            f"held_out_{c.INSTRUMENTS[target]}": sum(values) / len(values)
            for target, values in sorted(by_target.items())
        }
        return {
            "held_out": float(torch.stack(apart).mean()),
            "held_out_without_z": float(torch.stack(blind).mean()),
            "movement": float(torch.stack(moves).mean() / torch.stack(true_moves).mean()),
            **mean,
        }

    def run(self) -> None:
        """Trains until the minutes are over; checkpoints every two."""
        began = last_save = time.monotonic()
        log = (self.a.out / "log.jsonl").open("a", buffering=1)
        running: dict[str, float] = {}
        while (spent := (time.monotonic() - began) / (60.0 * self.a.minutes)) < 1.0:
            before = time.monotonic()
            if self.step % REPORT_STEPS == 0:
                report = {"step": self.step, "seconds": round(self.seconds), **running, **self.report()}
                print(json.dumps({k: round(v, 4) for k, v in report.items()}), file=log)
                self.cache.refresh()
            for name, value in self.train_step(spent).items():
                running[name] = value if name not in running else 0.98 * running[name] + 0.02 * value
            now = time.monotonic()
            self.seconds += now - before
            if now - last_save > SAVE_S:
                self.save()
                last_save = now
        print(json.dumps({"step": self.step, **running, **self.report()}), file=log)
        self.save()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--cache", type=Path, required=True)
    add("--frames", type=Path, required=True, help="folder of `mynah_training.frames.notes`")
    add("--assets", type=Path, required=True)
    add("--out", type=Path, required=True)
    add("--minutes", type=float, default=60.0)
    add("--batch", type=int, default=12)
    add("--learning-rate", type=float, default=6e-4)
    add("--distance", type=float, default=1.0, help="weight of the distance to the measured frames")
    add("--adversarial", type=float, default=0.0, help="weight of the judges; 0 builds none")
    add("--adversarial-from", type=int, default=1000)
    add("--fresh", action="store_true", help="translator and targets from nothing")
    add("--seed", type=int, default=1)
    add("--threads", type=int, default=1)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    a.out.mkdir(parents=True, exist_ok=True)
    FrameTrainer(a).run()


if __name__ == "__main__":
    main()
