"""Trains the voices network on cached clips; one core is enough."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import voices_measure
from .onsets_train import _save
from .voices_cache import LabelledVoices, load_clips
from .voices_features import BINS_PER_SEMITONE, HOP_SAMPLES, LOWEST_MIDI, PITCHES, Spectra, network_inputs
from .voices_network import (
    CENTS_SCALE,
    DILATIONS,
    LATE_FRAMES,
    LEVEL_SCALE,
    VoicesNetwork,
)

BATCH = 4
CROP_FRAMES = 352
PAST_FRAMES = 2 * sum(DILATIONS)
"""The first frames of a crop do not have the past they were heard with: nothing is asked of them."""
LEARNING_RATE = 3e-3
LAST_LEARNING_RATE = 1e-5
WARM_UP_STEPS = 60
AVERAGE = 0.995
INPUT_NOISE = 0.02
MAX_SHIFT = 2
"""Semitones by which whole crops are moved along the pitches, some of them."""
SHIFT_SHARE = 0.25
ONSET_SHARE = 5.0
"""Onsets are rare: what their answers weigh beside those of sounding."""
POSITIVE_WEIGHT = 2.0
QUIET = -4.5
"""Nepers (39 dB) below the playing: what is softer may be heard or not."""
TAIL_FRAMES = 8
"""After a note's end either answer will do for this long."""
SAVE_STEPS = 100


class Labels:
    """What is wanted of every frame of a clip, and how much it counts."""

    def __init__(self, clip: LabelledVoices) -> None:
        """Arrays [4, F, 73]: sounding, onset, and both as they are asked for later."""
        frames = len(clip.level)
        wanted, weight = np.zeros((4, frames, PITCHES), bool), np.ones((4, frames, PITCHES), np.float16)
        level = clip.level.astype(np.float32)
        notes = [(o // HOP_SAMPLES, e // HOP_SAMPLES, m - LOWEST_MIDI) for o, e, m in clip.notes]
        notes = [n for n in notes if 0 <= n[2] < PITCHES and n[0] < frames]
        for first, last, p in notes:
            weight[0, last + 1 : last + 1 + TAIL_FRAMES, p] = 0.1
            weight[1, max(first - 1, 0) : first + 7, p] = 0.0
            weight[3, first + LATE_FRAMES - 1 : first + LATE_FRAMES + 4, p] = 0.0
        for first, last, p in notes:
            wanted[0, first : last + 1, p] = True
            weight[0, first : last + 1, p] = np.where(level[first : last + 1, p] > QUIET, 1.0, 0.0)
            weight[0, first : first + 2, p] = 0.2
            if level[first : first + 5, p].max() > QUIET:
                wanted[1, first : first + 4, p] = True
                weight[1, first : first + 4, p] = 1.0
                weight[1, first, p] = 0.3
                wanted[3, first + LATE_FRAMES : first + LATE_FRAMES + 3, p] = True
                weight[3, first + LATE_FRAMES : first + LATE_FRAMES + 3, p] = 1.0
        wanted[2, LATE_FRAMES:] = wanted[0, :-LATE_FRAMES]
        weight[2, LATE_FRAMES:] = weight[0, :-LATE_FRAMES]
        self.wanted, self.weight = wanted, weight
        self.level = np.where(wanted[0] & (level > -6.5), level, np.nan).astype(np.float16)
        self.cents = clip.cents


def _moved(x: Tensor, bins: int) -> Tensor:
    """[.., n] moved upwards by `bins`; zeros come in."""
    if bins == 0:
        return x
    out = torch.roll(x, bins, dims=-1)
    out[..., :bins] = 0.0
    if bins < 0:
        out[..., bins:] = 0.0
    else:
        out[..., :bins] = 0.0
    return out


class Crops:
    """Draws batches from clips that are all in memory."""

    def __init__(self, clips: Sequence[LabelledVoices], seed: int) -> None:
        """`seed` and the number of the batch determine what is drawn."""
        self._clips = clips
        self._labels = [Labels(clip) for clip in clips]
        self._seed = seed

    def batch(self, step: int) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Inputs [B, 44, F, 73], wanted and weight [B, 4, F, 73], level [B, F, 73], cents [B]."""
        rng = np.random.default_rng((self._seed, step))
        rows: list[tuple[Tensor, ...]] = []
        for index in rng.integers(0, len(self._clips), BATCH):
            clip, labels = self._clips[index].frames, self._labels[index]
            start = int(rng.integers(-PAST_FRAMES, clip.fine.shape[0] - CROP_FRAMES + 1))
            skipped = 0 if start <= 0 else PAST_FRAMES
            cut = slice(max(start, 0), max(start, 0) + CROP_FRAMES)
            shift = int(rng.integers(-MAX_SHIFT, MAX_SHIFT + 1)) if rng.random() < SHIFT_SHARE else 0
            weight = torch.from_numpy(labels.weight[:, cut]).float()
            weight[:, :skipped] = 0.0
            wanted = torch.from_numpy(labels.wanted[:, cut]).float()
            level = torch.from_numpy(labels.level[cut]).float()
            rows.append(
                (
                    _moved(clip.fine[cut].float(), BINS_PER_SEMITONE * shift),
                    _moved(clip.quick[cut].float(), shift),
                    *(_moved(rise[cut].float(), shift) for rise in clip.rises),
                    _moved(wanted, shift),
                    _moved(weight - 1.0, shift) + 1.0,
                    torch.nan_to_num(_moved(torch.nan_to_num(level, nan=99.0) - 99.0, shift) + 99.0),
                    torch.tensor(labels.cents),
                )
            )
            rows[-1][-3][:, :skipped] = 0.0
        fine, quick, first, second, wanted, weight, level, cents = (
            torch.stack(part) for part in zip(*rows, strict=True)
        )
        inputs = network_inputs(Spectra(fine, quick, (first, second), fine[..., 0]))
        noise = torch.from_numpy(rng.standard_normal(inputs.shape, dtype=np.float32))
        return inputs + INPUT_NOISE * noise, wanted, weight, level, cents


def loss_of(
    outputs: Tensor, wanted: Tensor, weight: Tensor, level: Tensor, cents: Tensor
) -> tuple[Tensor, Tensor]:
    """The loss and its four parts of answers; `level` 99 where no note sounds."""
    each = torch.nn.functional.binary_cross_entropy_with_logits(
        outputs[:, :4], wanted, reduction="none", pos_weight=torch.tensor(POSITIVE_WEIGHT)
    )
    parts = (each * weight).sum((0, 2, 3)) / weight.sum((0, 2, 3))
    sounds = (level < 50.0).float() * weight[:, 0]
    count = sounds.sum().clamp_min(1.0)
    apart = torch.nn.functional.smooth_l1_loss(LEVEL_SCALE * outputs[:, 4], level, reduction="none", beta=0.3)
    wanted_cents = (cents / CENTS_SCALE)[:, None, None].expand_as(level)
    off_pitch = torch.nn.functional.smooth_l1_loss(outputs[:, 5], wanted_cents, reduction="none", beta=0.1)
    values = ((apart.clamp_max(5.0) + off_pitch) * sounds).sum() / count
    share = torch.tensor([1.0, ONSET_SHARE, 1.0, ONSET_SHARE])
    return (parts * share).sum() + 0.03 * values, parts.detach()


def learning_rate(step: int, done: float) -> float:
    """Rises over the first steps, then falls along a cosine; `done` is the share of time that has passed."""
    fallen = 0.5 * (1.0 - math.cos(math.pi * min(done, 1.0)))
    rate = LEARNING_RATE + (LAST_LEARNING_RATE - LEARNING_RATE) * fallen
    return rate * min(1.0, (step + 1) / WARM_UP_STEPS)


def train(cache: Path, out: Path, minutes: float, seed: int, init: Path | None = None) -> Path:
    """Trains for so long, from `init` on if there is one; the averaged weights go to `out/voices.pt`."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    crops = Crops(load_clips(cache / "train"), seed)
    held_out = load_clips(cache / "judge")[:40]
    network, average = VoicesNetwork(), VoicesNetwork()
    if init is not None:
        network.load_state_dict(torch.load(init, weights_only=True)["network"], strict=False)
    average.load_state_dict(network.state_dict())
    optimizer = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=1e-3)
    step, spent_s = 0, 0.0
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent_s = state["step"], state["seconds"]
    losses: list[list[float]] = []
    begun = time.monotonic() - spent_s
    while (done := (time.monotonic() - begun) / (60.0 * minutes)) < 1.0 or losses:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, done)
        inputs, wanted, weight, level, cents = crops.batch(step)
        loss, parts = loss_of(network(inputs), wanted, weight, level, cents)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            for mean, now in zip(average.parameters(), network.parameters(), strict=True):
                mean.lerp_(now, 1.0 - min(AVERAGE, (step + 1) / (step + 10)))
        losses.append([loss.item(), *parts.tolist()])
        step += 1
        if step % SAVE_STEPS and done < 1.0:
            continue
        _save(
            checkpoint,
            network=network.state_dict(),
            average=average.state_dict(),
            optimizer=optimizer.state_dict(),
            step=step,
            seconds=time.monotonic() - begun,
        )
        _save(out / "voices.pt", network=average.state_dict(), step=step)
        names = ("loss", "sounding", "onset", "late_sounding", "late_onset")
        figures = dict(zip(names, np.mean(losses, axis=0).tolist(), strict=True))
        figures |= voices_measure.summary(average, held_out)
        figures["seconds"] = time.monotonic() - begun
        line = {"step": step} | {name: round(value, 4) for name, value in figures.items()}
        print(json.dumps(line), flush=True)
        with (out / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        losses = []
    return out / "voices.pt"
