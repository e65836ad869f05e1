"""Draws what comes after a row of events, from the network or from a Markov model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from .continuation_copy import Copy, matches_of
from .continuation_events import FACTORS, SAME_PITCH, TIMES, Events, Floats
from .continuation_network import ContinuationNetwork
from .continuation_train import probabilities

ALL_NOTES = (1 << 12) - 1

Says = Callable[[Events, int], Floats]
"""How likely each class of a part of the last event of a row is, which parts before it are settled."""


@dataclass(frozen=True)
class Constraint:
    """What may be drawn."""

    notes: int = ALL_NOTES
    """Bits of the twelve notes, C lowest."""
    low: int = 0
    high: int = 127


def says(network: ContinuationNetwork, copy: Copy | None) -> Says:
    """The network's answers, mixed with what the row repeats."""

    def answer(events: Events, factor: int) -> Floats:
        p = probabilities(network, events)[factor][-1:]
        if copy is None:
            return p[0]
        with torch.no_grad():
            mixed = copy.mixed(
                factor,
                torch.from_numpy(p.astype(np.float32)),
                torch.from_numpy(matches_of(events)[factor][-1:]),
                torch.from_numpy(events.classes[:, factor]),
                last=True,
            )
        return mixed[0].double().numpy()

    return answer


def play_on(
    context: Events,
    count: int,
    answer: Says,
    rng: np.random.Generator,
    constraint: Constraint | None = None,
    temperature: float = 1.0,
) -> Events:
    """The context and `count` events more."""
    limits = constraint or Constraint()
    events = context
    for _ in range(count):
        classes = np.concatenate([events.classes, np.zeros((1, len(FACTORS)), np.int64)])
        midi = int(events.midi[-1])
        for factor in range(len(FACTORS)):
            row = Events(classes, np.append(events.midi, midi))
            p = answer(row, factor)
            if FACTORS[factor] == "pitch":
                reached = midi + np.arange(len(p)) - SAME_PITCH
                allowed = (limits.notes >> (reached % 12)) & 1 == 1
                allowed &= (reached >= limits.low) & (reached <= limits.high)
                if (p * allowed).sum() > 0.0:
                    p = p * allowed
            p = (p / p.max()) ** (1.0 / temperature)
            classes[-1, factor] = int(rng.choice(len(p), p=p / p.sum()))
        midi += int(classes[-1, 1]) - SAME_PITCH
        events = Events(classes, np.append(events.midi, midi))
    return events


def beats(events: Events) -> float:
    """Beats from the first event to the last."""
    return float(np.array(TIMES)[events.classes[1:, 0]].sum()) / 12.0
