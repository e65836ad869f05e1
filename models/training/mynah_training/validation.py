"""What the training log says of the averaged model on the validation split."""

import torch
from torch import Tensor

from . import config as c
from . import losses, texture
from .batches import UNKNOWN_DOMAIN, Batch, BatchMaker, PhraseCache, domain
from .clips import (
    CLIP_FRAMES,
    LEVEL_START_SAMPLES,
    WARM_UP_FRAMES,
    levelled,
    pitch_of_levelled,
    wanted_blocks,
)
from .model import Mynah
from .settings import Settings

BATCH = 8
HEARD_RMS = 1e-3
"""Clips of which less is wanted are left out of the STFT distance, whose convergence they would rule."""


class Validation:
    """The same draws all through a run."""

    def __init__(self, settings: Settings) -> None:
        """Draws from `validation` of the cache: *track*, *follow*, and *unseen* sources in track."""
        self.has_generator = settings.stage != 1
        cache = PhraseCache(settings.cache / "validation")
        targets = (settings.only_target,) if settings.only_target else c.INSTRUMENTS

        def draws(follow_share: float, count: int, unseen: bool) -> list[Batch]:
            maker = BatchMaker(
                cache,
                BATCH,
                CLIP_FRAMES,
                seed=1,
                augmented=False,
                plays=lambda source: (domain(source) == UNKNOWN_DOMAIN) == unseen,
                targets=targets,
            )
            return [maker.draw(settings.device, 0.0, follow_share) for _ in range(count)]

        self.batches = {
            "track": draws(0.0, 5, unseen=False),
            "follow": draws(1.0, 2, unseen=False),
            "unseen": draws(0.0, 3, unseen=True),
        }

    @torch.no_grad()
    def report(self, model: Mynah) -> dict[str, float]:
        """Log-mel L1 of the model over that of the copied source, per kind of draw.

        With a generator also that of the prior alone (`.._prior_ratio`) and `generator_gain`: by what
        share of the prior's multi-resolution STFT distance the generator lowers it, over all draws; and of
        both how far the attacks' flux (nepers) and the harmonics over noise (dB) are from the true ones.
        """
        report: dict[str, float] = {}
        distances = torch.zeros(2)
        textures = {"": _Texture(), "prior_": _Texture()}
        for name, batches in self.batches.items():
            sums = torch.zeros(3)
            for batch in batches:
                rendering = model.render(batch.source, batch.target, batch.noise, WARM_UP_FRAMES)
                wanted = wanted_blocks(batch, 0)
                prior = rendering.tonal + rendering.noisy
                start = CLIP_FRAMES * c.FRAME_SAMPLES - c.HOP_SAMPLES - wanted.shape[1]
                source = batch.source.audio[:, start : start + wanted.shape[1]]
                sums[1] += _log_mel_l1(source, wanted)
                sums[2] += _log_mel_l1(prior, wanted)
                if not self.has_generator:
                    sums[0] = sums[2]
                    continue
                late = wanted_blocks(batch, c.SUB_BANDS)
                full = model.generate(rendering)
                sums[0] += _log_mel_l1(full, late)
                distances[0] += _mrstft(full, late)
                distances[1] += _mrstft(prior, wanted)
                textures[""].add(full, late, batch)
                textures["prior_"].add(prior, wanted, batch)
            report[f"{name}_ratio"] = float(sums[0] / sums[1].clamp_min(1e-9))
            report[f"{name}_l1"] = float(sums[0]) / (BATCH * len(batches))
            if self.has_generator:
                report[f"{name}_prior_ratio"] = float(sums[2] / sums[1].clamp_min(1e-9))
        if self.has_generator:
            report["generator_gain"] = float(1.0 - distances[0] / distances[1].clamp_min(1e-9))
            for whose, figures in textures.items():
                report[f"{whose}flux_error"] = figures.flux()
                report[f"{whose}noise_error_db"] = figures.noise_db()
        return report


class _Texture:
    """Sums over batches: distance of the attacks, and of the harmonics over noise."""

    def __init__(self) -> None:
        self.sums = torch.zeros(4)

    def add(self, output: Tensor, wanted: Tensor, batch: Batch) -> None:
        both = levelled(output, wanted)
        attacks = texture.attack_distance(*both)
        distances, heard = texture.noise_distances_db(*both, *pitch_of_levelled(batch))
        parts = (attacks.sum(), (attacks > 0.0).sum(), (distances * heard).sum(), heard.sum())
        self.sums += torch.stack([part.float().cpu() for part in parts])

    def flux(self) -> float:
        return float(self.sums[0] / self.sums[1].clamp_min(1.0))

    def noise_db(self) -> float:
        return float(self.sums[2] / self.sums[3].clamp_min(1.0))


def _log_mel_l1(output: Tensor, wanted: Tensor) -> Tensor:
    return losses.log_mel_l1(*levelled(output, wanted)).sum().cpu()


def _mrstft(output: Tensor, wanted: Tensor) -> Tensor:
    output, wanted = output[:, LEVEL_START_SAMPLES:], wanted[:, LEVEL_START_SAMPLES:]
    heard = wanted.square().mean(-1).sqrt() > HEARD_RMS
    return (losses.mrstft(output, wanted) * heard).sum().cpu()
