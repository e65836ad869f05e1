"""Figures of the continuation network on scores it has never seen, beside Markov models of the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from . import continuation_copy
from .continuation_copy import Copy, matches_of
from .continuation_events import FACTORS, TIMES, Events, Floats
from .continuation_markov import Markov
from .continuation_network import ContinuationNetwork
from .continuation_sample import Constraint, Says, play_on, says
from .continuation_scores import as_written, heard_lines, score_lines
from .continuation_train import nats, probabilities

ORDERS = (0, 1, 2, 3)
CONTEXT = 32
"""Events that are heard before it is played on .."""
PLAYED_ON = 64
""".. and so many that are played on."""
ROWS = 40
GRAM = 4
MAJOR = (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400)
MINOR = (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330)
"""Temperley's profiles, as in `mynah_models::conditioning::keys`."""
STEPS = {False: (0, 2, 4, 5, 7, 9, 11), True: (0, 2, 3, 5, 7, 8, 10, 11)}


def load(path: Path) -> tuple[ContinuationNetwork, Copy]:
    """What was trained."""
    state = torch.load(path, weights_only=True)
    network, copy = ContinuationNetwork().eval(), Copy().eval()
    network.load_state_dict(state["network"])
    copy.load_state_dict(state["copy"])
    return network, copy


def with_copy(copy: Copy, events: Events, said: list[Floats]) -> list[Floats]:
    """The mixture for every event of a row but the first."""
    with torch.no_grad():
        return [
            copy.mixed(
                f,
                torch.from_numpy(said[f].astype(np.float32)),
                torch.from_numpy(matches_of(events)[f]),
                torch.from_numpy(events.classes[:, f]),
            )
            .double()
            .numpy()
            for f in range(len(FACTORS))
        ]


def key_notes(events: Events) -> int:
    """The notes of the key that fits a row best, as bits."""
    heard = np.zeros(12)
    np.add.at(heard, events.midi % 12, np.array(TIMES)[events.classes[:, 2]])
    fits = {
        (tonic, minor): np.corrcoef(heard, np.roll(MINOR if minor else MAJOR, tonic))[0, 1]
        for tonic in range(12)
        for minor in (False, True)
    }
    tonic, minor = max(fits, key=lambda key: fits[key])
    return sum(1 << ((tonic + step) % 12) for step in STEPS[minor])


def playing(rows: Sequence[Events]) -> dict[str, float]:
    """Of rows whose first `CONTEXT` events are what was played: range, repetition, key."""
    spans, repeated, in_key = [], [], []
    for events in rows:
        notes = key_notes(events.cut(0, CONTEXT))
        own = events.midi[CONTEXT:]
        spans.append(float(own.max() - own.min()))
        in_key.append(float(np.mean([(notes >> (m % 12)) & 1 for m in own])))
        grams = [tuple(events.classes[k : k + GRAM, :2].ravel()) for k in range(1, len(events) - GRAM + 1)]
        known = set(grams[: CONTEXT - GRAM])
        again = 0
        for gram in grams[CONTEXT - GRAM :]:
            again += gram in known
            known.add(gram)
        repeated.append(again / max(len(grams) - (CONTEXT - GRAM), 1))
    return {
        "range_semitones": float(np.mean(spans)),
        "repeated_4_grams": float(np.mean(repeated)),
        "in_key": float(np.mean(in_key)),
    }


def played_on(
    rows: Sequence[Events], answer: Says, seed: int, keep_key: bool = False, temperature: float = 1.0
) -> list[Events]:
    """What is played on after the beginning of each row."""
    made = []
    for index, events in enumerate(rows):
        context = events.cut(0, CONTEXT)
        low, high = int(context.midi.min()) - 5, int(context.midi.max()) + 5
        limits = Constraint(key_notes(context), low, high) if keep_key else Constraint(low=low, high=high)
        rng = np.random.default_rng((seed, index))
        made.append(play_on(context, PLAYED_ON, answer, rng, limits, temperature))
    return made


def report(data: Path, network_path: Path, heard: Path | None, performances: Path | None) -> None:
    """Prints everything as JSON."""
    network, copy = load(network_path)
    trained, judged, held_out = (
        score_lines(data / "scores", side) for side in ("train", "judge", "validation")
    )
    # Variants would count each line several times over: the Markov models do better without.
    rows, judge, test = as_written(trained), as_written(judged), as_written(held_out)
    likelihoods: dict[str, dict[str, float]] = {}

    def add(name: str, said: Sequence[list[Floats]], of: Sequence[Events] = test) -> None:
        found = nats(of, said)
        likelihoods[name] = {"note": float(found[:3].sum())} | dict(zip(FACTORS, found.tolist(), strict=True))
        print(name, {k: round(v, 3) for k, v in likelihoods[name].items()}, flush=True)

    models = {order: Markov(rows, order) for order in ORDERS}
    for order, model in models.items():
        add(f"markov {order}", [model.probabilities(events) for events in test])
    best = min(ORDERS, key=lambda order: likelihoods[f"markov {order}"]["note"])
    markov = models[best]
    own_copy = continuation_copy.fit(judge, [markov.probabilities(events) for events in judge])
    add(f"markov {best}, copy", [with_copy(own_copy, e, markov.probabilities(e)) for e in test])
    add("network", [probabilities(network, events) for events in test])
    add("network, copy", [with_copy(copy, e, probabilities(network, e)) for e in test])
    if heard is not None and performances is not None:
        phrases = as_written(heard_lines(heard, performances / "manifest.csv", "validation"))
        add("heard: markov", [markov.probabilities(e) for e in phrases], phrases)
        said = [with_copy(copy, e, probabilities(network, e)) for e in phrases]
        add("heard: network, copy", said, phrases)
    long = [e.cut(0, CONTEXT + PLAYED_ON) for e in test if len(e) >= CONTEXT + PLAYED_ON // 2][:ROWS]
    figures = {
        "the scores themselves": playing(long),
        f"markov {best}": playing(
            played_on(long, lambda events, f: markov.distribution(events, len(events) - 1, f), 1)
        ),
        "network": playing(played_on(long, says(network, None), 1)),
        "network, copy": playing(played_on(long, says(network, copy), 1)),
        "network, copy, key": playing(played_on(long, says(network, copy), 1, keep_key=True)),
        "network, copy, key, 0.8": playing(played_on(long, says(network, copy), 1, True, 0.8)),
    }
    print(json.dumps({"rows": len(long), "nats": likelihoods, "played_on": figures}, indent=1))
