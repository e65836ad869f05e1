"""Training in three stages, each of which starts from the averaged weights of the one before.

1. encoder, translator and targets through the differentiable prior, with domain confusion;
2. the generator on top of the frozen prior, from the identity: spectral loss, then adversarial too;
3. everything together: the loss of the prior's sound plus that of the generator's.

    python -m mynah_training.train --cache CACHE --out RUN --stage 1 --minutes 60

`CACHE` holds `train` and `validation` as `mynah_training.data.cache` writes them. Resumes from
`RUN/checkpoint.pt` when that exists; the same on CPU and CUDA.
"""

import json
import math
import time
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from . import config as c
from . import losses, texture
from .adversarial import Adversary, cut
from .batches import DOMAINS, Batch, BatchMaker, PhraseCache
from .checkpoint import start_from
from .clips import (
    CLIP_FRAMES,
    LEVEL_START_SAMPLES,
    WARM_UP_FRAMES,
    level_of_blocks,
    levelled,
    pitch_of_levelled,
    wanted_blocks,
)
from .front_end import MusicalFrontEnd
from .likeness import Likeness
from .model import Mynah
from .networks import DomainClassifier
from .settings import Settings, from_command_line
from .shipped import load_shipped
from .validation import Validation

AVERAGE_DECAY = 0.998
WEIGHT_DECAY = 1e-4
MOST_SKIPPED_STEPS = 100
LINE_WEIGHT = 5.0
"""Of lines at multiples of the sub-bands' rate: 0.003 (-50 dB to the note) is a hundredth of the loss."""
NOISE_WEIGHT = 0.1
"""Of a decibel of harmonics to noise beside a neper of flux."""
CONFUSION_RAMP_STEPS = 2000
"""Until the classifier knows something, its gradient would only shake the encoder."""


class Trainer:
    """Model, optimiser, moving average and batches of one run."""

    def __init__(self, settings: Settings) -> None:
        """Builds everything, or takes it from the checkpoint in the run's folder."""
        self.settings = settings
        torch.manual_seed(settings.seed)
        architecture = c.Architecture(generator_channels=settings.generator_channels)
        self.model = Mynah(architecture)
        if settings.musical:
            self.model.encoder.input = MusicalFrontEnd(architecture.encoder_channels)
        self.model.to(settings.device)
        self.classifier = DomainClassifier(architecture, len(DOMAINS), settings.confusion)
        self.classifier.to(settings.device)
        self.adversary: Adversary | None = None
        if settings.adversarial > 0.0:
            self.adversary = Adversary(
                settings.conditional,
                settings.discriminator_rate,
                settings.adversarial_from,
                settings.device,
            )
        self.likeness = Likeness(settings.device) if settings.likeness > 0.0 else None
        self.step = 0
        self.seconds = 0.0
        self.skipped = 0
        if settings.init is not None and settings.init.is_dir():
            start_from(self.model, load_shipped(settings.init).state_dict())
        elif settings.init is not None:
            state = torch.load(settings.init, map_location=settings.device, weights_only=True)
            start_from(self.model, state["average"])
            self._load_judges(state)
        if settings.only_target is not None:
            self._redraw_target(c.INSTRUMENTS.index(settings.only_target))
        self.average = deepcopy(self.model).requires_grad_(False).eval()
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
        self.cache = PhraseCache(settings.cache / "train")
        targets = (settings.only_target,) if settings.only_target else c.INSTRUMENTS
        self.batches = BatchMaker(
            self.cache, settings.batch, CLIP_FRAMES, seed, augmented=True, targets=targets
        )
        self.validation = Validation(settings)

    @property
    def _confuses(self) -> bool:
        return self.settings.stage != 2 and self.settings.only_target is None

    @torch.no_grad()
    def _redraw_target(self, index: int) -> None:
        """Makes one target new, as if it had never been trained."""
        fresh = Mynah(self.model.architecture).targets
        for mine, new in zip(self.model.targets.parameters(), fresh.parameters(), strict=True):
            mine[index] = new[index]

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, map_location=self.settings.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.classifier.load_state_dict(state["classifier"])
        self.optimiser.load_state_dict(state["optimiser"])
        self._load_judges(state)
        self.step, self.seconds = state["step"], state["seconds"]

    def _load_judges(self, state: dict[str, Any]) -> None:
        """Those of a checkpoint that this run has too."""
        for name, judge in (("adversary", self.adversary), ("likeness", self.likeness)):
            if judge is not None and name in state:
                judge.load_state_dict(state[name])

    def save(self) -> None:
        """Writes the checkpoint whole or not at all."""
        part = self.checkpoint.with_suffix(".part")
        state = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "classifier": self.classifier.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "stage": self.settings.stage,
            "seed": self.settings.seed,
        }
        for name, judge in (("adversary", self.adversary), ("likeness", self.likeness)):
            if judge is not None:
                state[name] = judge.state_dict()
        torch.save(state, part)
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
        if self.adversary is not None:
            for group in self.adversary.optimiser.param_groups:
                group["lr"] = self.settings.discriminator_rate * cosine

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, float], Tensor]:
        """Loss of the stage but for the adversarial one, its parts, and the output it is of [B, n].

        The output is that of the prior in stage 1, of the generator in the others.
        """
        stage = self.settings.stage
        with torch.set_grad_enabled(stage != 2):
            rendering = self.model.render(batch.source, batch.target, batch.noise, WARM_UP_FRAMES)
        output = rendering.tonal + rendering.noisy
        total = output.new_zeros(())
        parts: dict[str, float] = {}
        if stage != 2:
            prior_loss = self._spectral(output, wanted_blocks(batch, 0), a_weighted=False)
            loudness = losses.loudness_loss(output[:, LEVEL_START_SAMPLES:], level_of_blocks(batch)).mean()
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
            generator, streams = self.model.generator, (rendering.tonal, rendering.noisy)
            bands = generator.added_bands(*streams, rendering.hidden, rendering.log_loudness)
            output = generator.add(*streams, bands)
            wanted = wanted_blocks(batch, c.SUB_BANDS)
            lines = losses.line_loss(bands, wanted).mean()
            full_loss = self._spectral(output, wanted, self.settings.a_weighting)
            late = output[:, LEVEL_START_SAMPLES + c.SUB_BANDS :]
            loudness = losses.loudness_loss(late, level_of_blocks(batch)).mean()
            both = levelled(output, wanted)
            silence = losses.silence_loss(*both).mean()
            total = total + full_loss + self.settings.loudness * loudness + self.settings.silence * silence
            total = total + LINE_WEIGHT * lines
            parts["lines"] = float(lines.detach())
            if self.settings.texture > 0.0:
                flux = texture.flux_loss(*both).mean()
                noise = texture.noise_loss_db(*both, *pitch_of_levelled(batch))
                total = total + self.settings.texture * (flux + NOISE_WEIGHT * noise)
                parts["flux"] = float(flux.detach())
                parts["noise_db"] = float(noise.detach())
            if self.likeness is not None:
                parts |= self.likeness.train_step(both[1], batch.target)
                share = self.likeness.weight
                if share > 0.0:
                    unlike = self.likeness.loss(both[0], batch.target)
                    total = total + share * self.settings.likeness * unlike
                    parts["unlike"] = float(unlike.detach())
            parts["full"] = float(full_loss.detach())
            parts["full_loudness"] = float(loudness.detach())
            parts["silence"] = float(silence.detach())
        return total, parts, output

    @staticmethod
    def _spectral(output: Tensor, wanted: Tensor, a_weighted: bool) -> Tensor:
        """Spectral loss without the first blocks, both levelled by what is wanted."""
        return losses.spectral_loss(*levelled(output, wanted), a_weighted).mean()

    def validate(self) -> dict[str, float]:
        """Figures of the averaged model on the validation draws."""
        return self.validation.report(self.average)

    def train_step(self, spent: float = 0.0) -> dict[str, float]:
        """One batch, at the share `spent` of the run's time; the parts of its loss."""
        self._set_learning_rate(spent)
        batch = self.batches.draw(self.settings.device, self.settings.self_share)
        loss, parts, output = self.loss(batch)
        windows = None
        if self.adversary is not None and self.adversary.learns(self.step):
            windows = cut(batch, output, wanted_blocks(batch, c.SUB_BANDS))
            share = self.adversary.weight(self.step)
            if share > 0.0:
                adversarial, features = self.adversary.generator_losses(windows)
                settings = self.settings
                loss = loss + share * (
                    settings.adversarial * adversarial + settings.feature_matching * features
                )
                parts["adversarial"] = float(adversarial.detach())
                parts["features"] = float(features.detach())
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
        if self.adversary is not None and windows is not None:
            parts |= self.adversary.train_step(windows)
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
    settings = from_command_line(__doc__)
    torch.set_num_threads(settings.threads)
    settings.out.mkdir(parents=True, exist_ok=True)
    Trainer(settings).run()


if __name__ == "__main__":
    main()
