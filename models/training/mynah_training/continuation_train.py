"""Trains the continuation network; one core is enough."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import continuation_copy
from .continuation_events import FACTORS, INPUTS, PLACES, Events, Floats, inputs_of
from .continuation_network import ContinuationNetwork
from .continuation_scores import Line, as_written, heard_lines, score_lines, variants
from .data.library import Split
from .onsets_train import _save

BATCH = 24
CROP_EVENTS = 96
LEARNING_RATE = 2e-3
LAST_LEARNING_RATE = 2e-5
WARM_UP_STEPS = 100
WEIGHT_DECAY = 0.05
DROPOUT = 0.2
AVERAGE = 0.998
LEVEL_WEIGHT = 0.3
"""Levels are mostly made by rule."""
HEARD_SHARE = 0.1
"""Of the crops: what was heard in recordings, if there is any."""
MEASURE_STEPS = 250


class Crops:
    """Draws batches of stretches of rows."""

    def __init__(self, lines: Sequence[Line], seed: int) -> None:
        """`seed` and the number of the batch determine what is drawn."""
        rng = np.random.default_rng(seed)
        made = [(line.origin, variants(line, rng)) for line in lines]
        self._rows = {origin: [rows for of, rows in made if of == origin] for origin in ("score", "heard")}
        self._seed = seed

    def batch(self, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """Inputs [B, 134, N], the next events' classes [B, 4, N] (-1: none) and places [B, 16, N]."""
        rng = np.random.default_rng((self._seed, step))
        inputs = torch.zeros(BATCH, CROP_EVENTS, INPUTS)
        classes = torch.full((BATCH, CROP_EVENTS, len(FACTORS)), -1)
        places = torch.zeros(BATCH, CROP_EVENTS, PLACES)
        for b in range(BATCH):
            heard = bool(self._rows["heard"]) and rng.random() < HEARD_SHARE
            rows = self._rows["heard" if heard else "score"]
            sizes = np.array([len(row[0]) for row in rows], float)
            row = rows[int(rng.choice(len(rows), p=sizes / sizes.sum()))]
            events = row[int(rng.integers(len(row)))]
            start = int(rng.integers(-CROP_EVENTS // 2, max(len(events) - CROP_EVENTS // 2, 1)))
            events = events.cut(max(start, 0), max(start, 0) + CROP_EVENTS + 1)
            x, place = inputs_of(events)
            n = len(events) - 1
            inputs[b, :n] = torch.from_numpy(x[:-1])
            classes[b, :n] = torch.from_numpy(events.classes[1:])
            places[b, :n] = torch.from_numpy(place[1:])
        return inputs.transpose(1, 2), classes.transpose(1, 2), places.transpose(1, 2)


def loss_of(network: ContinuationNetwork, batch: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """Nats of the parts of an event, the mean over events, [4]."""
    inputs, classes, places = batch
    logits = network(inputs, classes, places)
    return torch.stack(
        [torch.nn.functional.cross_entropy(of, classes[:, f], ignore_index=-1) for f, of in enumerate(logits)]
    )


def probabilities(network: ContinuationNetwork, events: Events) -> list[Floats]:
    """What the network says of every event but the first: per factor [N - 1, classes]."""
    x, places = inputs_of(events)
    with torch.no_grad():
        logits = network(
            torch.from_numpy(x[:-1]).T[None],
            torch.from_numpy(events.classes[1:]).T[None],
            torch.from_numpy(places[1:]).T[None],
        )
    return [of[0].softmax(0).T.double().numpy() for of in logits]


def nats(rows: Sequence[Events], said: Sequence[list[Floats]]) -> Floats:
    """Mean nats of each part of an event, [4]."""
    total, count = np.zeros(len(FACTORS)), 0
    for events, p in zip(rows, said, strict=True):
        count += len(events) - 1
        for f in range(len(FACTORS)):
            own = np.take_along_axis(p[f], events.classes[1:, f : f + 1], axis=1)
            total[f] -= np.log(np.maximum(own, 1e-12)).sum()
    return total / max(count, 1)


def lines_of(data: Path, heard: Path | None, performances: Path | None, split: Split) -> list[Line]:
    """All rows of one side."""
    lines = score_lines(data / "scores", split)
    if heard is not None and performances is not None:
        lines += heard_lines(heard, performances / "manifest.csv", split)
    return lines


def learning_rate(step: int, done: float) -> float:
    """Rises over the first steps, then falls along a cosine; `done` is the share of time that has passed."""
    fallen = 0.5 * (1.0 - math.cos(math.pi * min(done, 1.0)))
    rate = LEARNING_RATE + (LAST_LEARNING_RATE - LEARNING_RATE) * fallen
    return rate * min(1.0, (step + 1) / WARM_UP_STEPS)


def train(
    data: Path, out: Path, minutes: float, seed: int, heard: Path | None, performances: Path | None
) -> Path:
    """Trains for so long; what does best on the judge's side goes to `out/continuation.pt`."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    crops = Crops(lines_of(data, heard, performances, "train"), seed)
    judged = as_written(score_lines(data / "scores", "judge"))
    network, average = ContinuationNetwork(dropout=DROPOUT), ContinuationNetwork().eval()
    average.load_state_dict(network.state_dict())
    optimizer = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    step, spent_s, best = 0, 0.0, math.inf
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent_s, best = state["step"], state["seconds"], state["best"]
    weights = torch.tensor([1.0, 1.0, 1.0, LEVEL_WEIGHT])
    begun = time.monotonic() - spent_s
    losses: list[list[float]] = []
    while (done := (time.monotonic() - begun) / (60.0 * minutes)) < 1.0:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, done)
        parts = loss_of(network, crops.batch(step))
        optimizer.zero_grad()
        (parts * weights).sum().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            for mean, now in zip(average.parameters(), network.parameters(), strict=True):
                mean.lerp_(now, 1.0 - min(AVERAGE, (step + 1) / (step + 10)))
        losses.append(parts.tolist())
        step += 1
        if step % MEASURE_STEPS:
            continue
        found = nats(judged, [probabilities(average, events) for events in judged])
        if (sum3 := float(found[:3].sum())) < best:
            best = sum3
            _save(out / "best.pt", network=average.state_dict(), step=step)
        _save(
            checkpoint,
            network=network.state_dict(),
            average=average.state_dict(),
            optimizer=optimizer.state_dict(),
            step=step,
            seconds=time.monotonic() - begun,
            best=best,
        )
        line: dict[str, float] = {"step": step, "seconds": round(time.monotonic() - begun)}
        for f, name in enumerate(FACTORS):
            line[name] = round(float(np.mean(losses, axis=0)[f]), 4)
            line[f"judge_{name}"] = round(float(found[f]), 4)
        line |= {"judge": round(sum3, 4)}
        print(json.dumps(line), flush=True)
        with (out / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        losses = []
    best_network = ContinuationNetwork().eval()
    best_network.load_state_dict(torch.load(out / "best.pt", weights_only=True)["network"])
    copy = continuation_copy.fit(judged, [probabilities(best_network, events) for events in judged])
    path = out / "continuation.pt"
    _save(path, network=best_network.state_dict(), copy=copy.state_dict())
    return path
