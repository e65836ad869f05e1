"""Markov models of the same events, to compare the network with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from .continuation_events import CLASSES, FACTORS, Events, Floats

Context = tuple[int, ...]


class Markov:
    """Order-n model of each part of an event, smoothed after Witten and Bell down to order 0 and evenness.

    Time is predicted from the last n lengths and times, the interval from the last n times and intervals and
    the time that is settled, the length from both and the last n times and lengths, the level from the last n
    levels.
    """

    def __init__(self, rows: Sequence[Events], order: int) -> None:
        """Counts over `rows`."""
        self.order = order
        self._counts: list[list[dict[Context, Counter[int]]]] = [
            [defaultdict(Counter) for _ in range(order + 1)] for _ in FACTORS
        ]
        for events in rows:
            for k in range(1, len(events)):
                for f in range(len(FACTORS)):
                    for n, context in enumerate(self._contexts(events, k, f)):
                        self._counts[f][n][context][int(events.classes[k, f])] += 1

    def _contexts(self, events: Events, k: int, factor: int) -> list[Context]:
        """Of orders 0 to n, each one event longer than the one before."""
        c = events.classes
        settled: Context = tuple(c[k, :factor].tolist()) if factor in (1, 2) else ()
        contexts: list[Context] = [()]
        kept = {0: (2, 0), 1: (0, 1), 2: (0, 2), 3: (3,)}[factor]
        for n in range(1, self.order + 1):
            past: list[int] = []
            for back in range(1, n + 1):
                past += [int(c[k - back, f]) if k - back >= 0 else -2 for f in kept]
            contexts.append((*settled, *past))
        return contexts

    def distribution(self, events: Events, k: int, factor: int) -> Floats:
        """Of one part of event k, given those before."""
        p = np.full(CLASSES[factor], 1.0 / CLASSES[factor])
        for counts, context in zip(self._counts[factor], self._contexts(events, k, factor), strict=True):
            seen = counts.get(context)
            if not seen:
                continue
            total, kinds = sum(seen.values()), len(seen)
            own = np.zeros(CLASSES[factor])
            for value, count in seen.items():
                own[value] = count
            p = (own + kinds * p) / (total + kinds)
        return p

    def probabilities(self, events: Events) -> list[Floats]:
        """Of every part of every event but the first: per factor [N - 1, classes]."""
        return [
            np.stack([self.distribution(events, k, f) for k in range(1, len(events))])
            for f in range(len(FACTORS))
        ]
