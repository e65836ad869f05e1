"""Trains the onset network on cached clips; one core is enough."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import config as c
from . import onsets_measure
from .onsets_cache import LabelledClip, load_clips
from .onsets_network import DILATIONS, OnsetNetwork

BATCH = 24
CROP_FRAMES = 448
PAST_FRAMES = 2 * sum(DILATIONS)
"""The first frames of a crop do not have the past they were heard with: nothing is asked of them."""
LEARNING_RATE = 3e-3
LAST_LEARNING_RATE = 1e-5
WARM_UP_STEPS = 100
POSITIVE_WEIGHT = 3.0
AVERAGE = 0.998
INPUT_NOISE = 0.02
YES_FRAMES = 4
"""A note begins for this long, from the first frame on that ends after its onset."""
EARLY_FRAMES, LATE_FRAMES, EDGE_WEIGHT = 3, 4, 0.2
"""Just before and just after either answer will do: labels are no surer than that."""
SAVE_STEPS = 500


def labels(onsets: Sequence[int] | np.ndarray, frames: int) -> tuple[Tensor, Tensor]:
    """What is wanted of each frame, and how much it counts: [F] and [F]."""
    wanted, weight = torch.zeros(frames), torch.ones(frames)
    first = [int(onset) // c.FRAME_SAMPLES for onset in onsets]
    for k in first:
        weight[max(k - EARLY_FRAMES, 0) : k + YES_FRAMES + LATE_FRAMES] = EDGE_WEIGHT
    for k in first:
        wanted[k : k + YES_FRAMES] = 1.0
        # The first of them may hold a sample of the note only.
        weight[k : k + 1] = 0.5
        weight[k + 1 : k + YES_FRAMES] = 1.0
    return wanted, weight


class Crops:
    """Draws batches from clips that are all in memory."""

    def __init__(self, clips: Sequence[LabelledClip], seed: int) -> None:
        """`seed` and the number of the batch determine what is drawn."""
        self._inputs = [clip.inputs for clip in clips]
        self._labels = [labels(clip.onsets, clip.inputs.shape[1]) for clip in clips]
        self._seed = seed

    def batch(self, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """Inputs [B, 330, F], wanted [B, F], weight [B, F] of one training step."""
        rng = np.random.default_rng((self._seed, step))
        drawn = []
        for index in rng.integers(0, len(self._inputs), BATCH):
            inputs, (wanted, weight) = self._inputs[index], self._labels[index]
            start = int(rng.integers(-PAST_FRAMES, max(inputs.shape[1] - CROP_FRAMES, 1)))
            skipped = 0 if start <= 0 else PAST_FRAMES
            cut = slice(max(start, 0), max(start, 0) + CROP_FRAMES)
            counted = weight[cut].clone()
            counted[:skipped] = 0.0
            drawn.append((inputs[:, cut].float(), wanted[cut], counted))
        inputs, wanted, weight = (torch.stack(part) for part in zip(*drawn, strict=True))
        noise = torch.from_numpy(rng.standard_normal(inputs.shape, dtype=np.float32))
        return inputs + INPUT_NOISE * noise, wanted, weight


def loss_of(logits: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Weighted cross-entropy, the rare yes counting more."""
    each = torch.nn.functional.binary_cross_entropy_with_logits(
        logits, wanted, reduction="none", pos_weight=torch.tensor(POSITIVE_WEIGHT)
    )
    return (each * weight).sum() / weight.sum()


def _save(path: Path, **state: object) -> None:
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, path)


def learning_rate(step: int, steps: int) -> float:
    """Rises over the first hundred steps, then falls along a cosine."""
    fallen = 0.5 * (1.0 - math.cos(math.pi * step / steps))
    rate = LEARNING_RATE + (LAST_LEARNING_RATE - LEARNING_RATE) * fallen
    return rate * min(1.0, (step + 1) / WARM_UP_STEPS)


def train(cache: Path, out: Path, steps: int, seed: int) -> Path:
    """Trains up to `steps` steps; the averaged weights go to `out/onsets.pt`."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    crops = Crops(load_clips(cache / "train"), seed)
    held_out = load_clips(cache / "validation")
    network, average = OnsetNetwork(), OnsetNetwork()
    average.load_state_dict(network.state_dict())
    optimizer = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=1e-3)
    first = 0
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        first = state["step"]
    losses = []
    for step in range(first, steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps)
        inputs, wanted, weight = crops.batch(step)
        loss = loss_of(network(inputs), wanted, weight)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            for mean, now in zip(average.parameters(), network.parameters(), strict=True):
                mean.lerp_(now, 1.0 - min(AVERAGE, (step + 1) / (step + 10)))
        losses.append(loss.item())
        if (step + 1) % SAVE_STEPS and step + 1 < steps:
            continue
        _save(
            checkpoint,
            network=network.state_dict(),
            average=average.state_dict(),
            optimizer=optimizer.state_dict(),
            step=step + 1,
        )
        f, precision, recall = onsets_measure.summary(average, held_out)
        figures = {"loss": float(np.mean(losses)), "f": f, "precision": precision, "recall": recall}
        line = {"step": step + 1} | {name: round(value, 4) for name, value in figures.items()}
        print(json.dumps(line), flush=True)
        with (out / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        losses = []
    dilations = list(DILATIONS)
    _save(out / "onsets.pt", network=average.state_dict(), dilations=dilations, step=max(first, steps))
    return out / "onsets.pt"
