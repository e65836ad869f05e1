"""Which recordings become a target's memory: those that leave the smallest gaps."""

from dataclasses import dataclass

from ..data.library import SampleInfo

OTHER_GROUP_SEMITONES = 3.0
"""Two notes of one pitch that are played otherwise are as far apart as so many semitones."""
HOME_WEIGHT = 2.0
"""Where the instrument is at home, gaps count so many times."""
HOME_MARGIN_SEMITONES = 5


@dataclass(frozen=True)
class Chosen:
    """A recording, how much of it is kept, and which others sound like it."""

    sample: SampleInfo
    seconds: float
    group: int


def choose(
    samples: list[SampleInfo], home: tuple[float, float], budget_s: float, longest_s: float
) -> list[Chosen]:
    """The recordings in the order in which they were chosen: each the one furthest from all before it."""
    groups = sorted({(s.articulation, s.dynamic) for s in samples})
    order = sorted(samples, key=lambda s: (s.midi, groups.index((s.articulation, s.dynamic)), s.path.name))
    low, high = home[0] - HOME_MARGIN_SEMITONES, home[1] + HOME_MARGIN_SEMITONES
    gap = {s.path: 100.0 for s in order}
    middle = 0.5 * (low + high)
    chosen: list[Chosen] = []
    left_s = budget_s
    while order and left_s > 0.0:
        best = max(
            order,
            key=lambda s: (
                gap[s.path] * (HOME_WEIGHT if low <= s.midi <= high else 1.0),
                -abs(s.midi - middle),
            ),
        )
        order.remove(best)
        seconds = min(best.duration_s, longest_s)
        left_s -= seconds
        group = groups.index((best.articulation, best.dynamic))
        chosen.append(Chosen(best, seconds, group))
        for s in order:
            other = (s.articulation, s.dynamic) != groups[group]
            distance = abs(s.midi - best.midi) + (OTHER_GROUP_SEMITONES if other else 0.0)
            gap[s.path] = min(gap[s.path], distance)
    return chosen
