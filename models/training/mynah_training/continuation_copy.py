"""Copying what was just played: a variable-order model of the row itself, mixed with the network's answers.

Executable specification of `mynah_models::continuation::copy`. Every earlier event is a candidate for the
next one; what it counts depends on for how many events before it the past is the same as now, and how much
all candidates count beside the network depends on the best of them. These numbers are learnt on scores that
the network has not seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from .continuation_events import CLASSES, FACTORS, Events, Floats, Ints

LONGEST = 6
"""Longer matches count as this."""
MATCHES = 2 * (LONGEST + 1)
"""A match's number: its length, and whether what is settled of the next event is the same, too."""
HISTORY = 256
"""So many of the latest events are candidates."""


def matches_of(events: Events) -> list[Ints]:
    """How well each event's candidates match: per factor [N, N], -1 where there is no candidate.

    Entry [k, j] is of the candidate j for event k: twice the number of events before j (6 at most) whose time
    and interval are those of the events before k, and one more where the parts settled before are the same.
    """
    c, n = events.classes, len(events)
    same = (c[:, None, 0] == c[None, :, 0]) & (c[:, None, 1] == c[None, :, 1])
    lengths = np.zeros((n, n), np.int64)
    going = np.ones((n, n), bool)
    for back in range(1, LONGEST + 1):
        moved = np.zeros((n, n), bool)
        moved[back:, back:] = same[: n - back, : n - back]
        # The first event has no time and no interval to be the same.
        moved[:back], moved[:, :back] = False, False
        moved[back, :] = moved[:, back] = False
        going &= moved
        lengths += going
    settled = [np.ones((n, n), bool), c[:, None, 0] == c[None, :, 0], same, c[:, None, 2] == c[None, :, 2]]
    age = np.arange(n)[:, None] - np.arange(n)[None, :]
    candidates = (age >= 1) & (age <= HISTORY) & (np.arange(n)[None, :] >= 1)
    return [np.where(candidates, 2 * lengths + own, -1) for own in settled]


class Copy(nn.Module):
    """What matches count, and how much the copy counts beside the network: [4, 14] each."""

    def __init__(self) -> None:
        """Longer matches count more from the start."""
        super().__init__()
        rising = torch.arange(MATCHES, dtype=torch.float32)
        self.weights = nn.Parameter((0.5 * rising).repeat(len(FACTORS), 1))
        self.gates = nn.Parameter((0.2 * rising - 3.0).repeat(len(FACTORS), 1))

    def mixed(self, factor: int, p: Tensor, matches: Tensor, values: Tensor, last: bool = False) -> Tensor:
        """The mixture for events 1 to N - 1: `p` [N - 1, classes], `matches` [N, N], `values` [N] -> as `p`.

        Of the last event alone: [1, classes], [1, N], [N].
        """
        matches = matches if last else matches[1:]
        there = matches >= 0
        counts = torch.where(there, self.weights[factor].exp()[matches.clamp_min(0)], torch.zeros(()))
        one_hot = nn.functional.one_hot(values.clamp_min(0), CLASSES[factor]).to(p.dtype)
        copied = counts @ one_hot
        total = copied.sum(1, keepdim=True)
        best = matches.max(dim=1).values.clamp_min(0)
        gate = torch.sigmoid(self.gates[factor][best])[:, None] * (total > 0.0)
        return (1.0 - gate) * p + gate * copied / total.clamp_min(1e-9)


def fit(rows: Sequence[Events], probabilities: Sequence[list[Floats]], steps: int = 300) -> Copy:
    """Learns the numbers for what a model says of `rows`: per row and factor [N - 1, classes]."""
    copy = Copy()
    prepared = [
        (
            [torch.from_numpy(m) for m in matches_of(events)],
            torch.from_numpy(events.classes),
            [torch.from_numpy(np.asarray(q, np.float32)) for q in p],
        )
        for events, p in zip(rows, probabilities, strict=True)
    ]
    optimizer = torch.optim.Adam(copy.parameters(), 0.05)
    for _ in range(steps):
        optimizer.zero_grad()
        for matches, classes, p in prepared:
            loss = torch.zeros(())
            for f in range(len(FACTORS)):
                q = copy.mixed(f, p[f], matches[f], classes[:, f])
                loss = loss - q.gather(1, classes[1:, f : f + 1]).clamp_min(1e-9).log().sum()
            # Numbers that nothing speaks for stay where they are.
            (loss / 100.0).backward()
        optimizer.step()
    return copy.eval()
