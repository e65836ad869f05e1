"""Tests of the continuation network: events, what is copied, what is learnt, what is written."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import mido
import numpy as np
import pytest
import torch

from mynah_training import continuation_train
from mynah_training.continuation_copy import LONGEST, Copy, fit, matches_of
from mynah_training.continuation_events import (
    CLASSES,
    INPUTS,
    SAME_LEVEL,
    SAME_PITCH,
    TIMES,
    Events,
    PlayedNote,
    beat_of,
    events_of,
    inputs_of,
    one_voice,
)
from mynah_training.continuation_export import continuation_bytes
from mynah_training.continuation_markov import Markov
from mynah_training.continuation_measure import key_notes, playing, with_copy
from mynah_training.continuation_network import DILATIONS, ContinuationNetwork
from mynah_training.continuation_sample import Constraint, play_on, says
from mynah_training.continuation_scores import Line, score_lines, score_side, variants
from mynah_training.continuation_train import Crops, loss_of, nats, probabilities
from mynah_training.data.library import Split
from mynah_training.safetensors_file import split

TUNE = ((60, 1.0), (62, 0.5), (64, 0.5), (65, 1.0), (64, 1.0), (62, 0.5), (60, 0.5), (67, 2.0))


def tune(beat_s: float = 0.5, up: int = 0, repeats: int = 3, share: float = 1.0) -> list[PlayedNote]:
    """A tune of eight notes, played again and again."""
    notes, now_s = [], 0.0
    for midi, beats in TUNE * repeats:
        notes.append(PlayedNote(now_s, share * beats * beat_s, midi + up, -20.0))
        now_s += beats * beat_s
    return notes


def test_a_tune_is_the_same_events_in_any_key_and_tempo() -> None:
    """Only relations count; what is played a little unevenly is what was meant."""
    events = events_of(tune())
    rng = np.random.default_rng(1)
    for beat_s, up in ((0.43, 7), (0.62, -5)):
        uneven = [replace(n, onset_s=n.onset_s + float(rng.normal(0.0, 0.01))) for n in tune(beat_s, up)]
        assert np.array_equal(events_of(uneven).classes, events.classes)
    assert [TIMES[c] for c in events.classes[1:5, 0]] == [12, 6, 6, 12]
    assert [c - SAME_PITCH for c in events.classes[1:5, 1]] == [2, 2, 1, -1]
    assert (events.classes[0, :2] == -1).all() and (events.classes[:, 3] == SAME_LEVEL).all()


def test_beats_levels_and_chords() -> None:
    """The beat is found, louder notes are so many steps louder, and of chords the highest note is heard."""
    assert beat_of([0.4, 0.2, 0.2, 0.8, 0.4]) == pytest.approx(0.4, rel=0.03)
    louder = [replace(n, level_db=-20.0 + 6.0 * (k == 10)) for k, n in enumerate(tune())]
    assert events_of(louder).classes[10, 3] == SAME_LEVEL + 2
    chord = [PlayedNote(0.0, 2.0, 60, 0.0), PlayedNote(0.01, 2.0, 67, 0.0), PlayedNote(1.0, 1.0, 65, 0.0)]
    assert [(n.midi, n.length_s) for n in one_voice(chord)] == [(67, pytest.approx(0.99)), (65, 1.0)]


def test_inputs_do_not_know_the_future_nor_the_key() -> None:
    """A longer row begins with the same inputs; so does one in another key."""
    whole, places = inputs_of(events_of(tune()))
    assert whole.shape == (24, INPUTS) and places.shape == (24, 16)
    part, _ = inputs_of(events_of(tune()).cut(0, 10))
    assert np.allclose(whole[:10], part)
    moved, _ = inputs_of(events_of(tune(up=5)))
    assert np.allclose(whole, moved, atol=1e-6)


def test_the_network_is_causal_and_each_head_knows_what_is_settled() -> None:
    """What changes later changes nothing before; what is settled changes the parts after it alone."""
    torch.manual_seed(1)
    network = ContinuationNetwork(channels=12, hidden=8).eval()
    events = events_of(tune())
    before = probabilities(network, events)
    changed = events.classes.copy()
    changed[15, 1] = 30
    after = probabilities(network, Events(changed, events.midi))
    for f in range(4):
        assert np.allclose(before[f][:14], after[f][:14], atol=1e-6)
    # Event 15 is the 14th of the answers: its time and pitch do not know the pitch, length and level do.
    assert all(np.allclose(before[f][14], after[f][14], atol=1e-6) for f in (0, 1))
    assert not any(np.allclose(before[f][14], after[f][14], atol=1e-6) for f in (2, 3))
    assert sum(2 * d for d in DILATIONS) == 62


def test_a_copy_finds_what_was_played_before() -> None:
    """In the second time round the candidate one round ago matches best, and the mixture says so."""
    events = events_of(tune())
    time, pitch, _, _ = matches_of(events)
    assert time[20, 12] == 2 * LONGEST + 1 and pitch[20, 12] == 2 * LONGEST + 1
    assert (time[20, 20:] == -1).all() and time[20, 0] == -1
    even = [np.full((len(events) - 1, n), 1.0 / n) for n in CLASSES]
    copy = fit([events] * 2, [even] * 2, steps=60)
    mixed = with_copy(copy, events, even)
    assert all(np.allclose(p.sum(axis=1), 1.0, atol=1e-4) for p in mixed)
    late = Events(events.classes, events.midi)
    own = [np.take_along_axis(mixed[f], late.classes[1:, f : f + 1], axis=1)[12:] for f in range(4)]
    assert all(p.mean() > 0.6 for p in own)


def test_markov_models_learn_what_follows_what() -> None:
    """Distributions are whole, and a model of order 2 knows a tune better than one of order 0."""
    rows = [events_of(tune(repeats=6))]
    figures = []
    for order in (0, 2):
        said = [Markov(rows, order).probabilities(events) for events in rows]
        assert all(np.allclose(p.sum(axis=1), 1.0) for p in said[0])
        figures.append(nats(rows, said)[:3].sum())
    assert figures[1] < 0.5 * figures[0]


def test_what_is_played_on_is_allowed() -> None:
    """Notes stay in the key and the range, and the same seed says the same."""
    torch.manual_seed(2)
    network, copy = ContinuationNetwork(channels=8, hidden=8).eval(), Copy()
    context = events_of(tune(repeats=2))
    notes = key_notes(context)
    assert notes == sum(1 << n for n in (0, 2, 4, 5, 7, 9, 11))
    limits = Constraint(notes, 55, 72)
    made = [
        play_on(context, 20, says(network, copy), np.random.default_rng(seed), limits) for seed in (3, 3, 4)
    ]
    own = made[0].midi[16:]
    assert (
        len(own) == 20 and all((notes >> (m % 12)) & 1 for m in own) and own.min() >= 55 and own.max() <= 72
    )
    assert np.array_equal(made[0].classes, made[1].classes) and not np.array_equal(made[0].midi, made[2].midi)


def test_repetition_is_counted() -> None:
    """Of a tune that goes round all four-grams are known, and all of it is in its key."""
    figures = playing([events_of(tune(repeats=8))])
    assert figures["repeated_4_grams"] == 1.0 and figures["in_key"] == 1.0
    assert figures["range_semitones"] == 7.0


def folder(at: Path) -> Path:
    """Scores of two titles on either side, a tune each."""
    sides: dict[Split, str] = {}
    for number in range(100):
        sides.setdefault(score_side(f"piece {number}"), f"piece {number}")
    scores = at / "scores"
    scores.mkdir()
    lines = ["path,kind,title"]
    for wanted in ("train", "judge", "validation"):
        name = f"{wanted}.mid"
        file, track = mido.MidiFile(ticks_per_beat=480), mido.MidiTrack()
        for midi, beats in TUNE * 6:
            track.append(mido.Message("note_on", note=midi, velocity=80, time=0))
            track.append(mido.Message("note_off", note=midi, time=int(480 * beats)))
        file.tracks.append(track)
        file.save(scores / name)
        lines.append(f"{name},phrase,{sides[wanted]}")
    (scores / "manifest.csv").write_text("\n".join(lines))
    return at


def test_scores_lie_whole_on_one_side() -> None:
    """What shares its themes is not divided."""
    assert score_side("Die Kunst der Fuge, Contrapunctus II") == score_side("die kunst der fuge, x")


def test_training_learns_a_tune_and_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some steps of training know a tune better than few; what is written can be read."""
    data = folder(tmp_path)
    (line,) = score_lines(data / "scores", "train")
    assert len(line.notes) == 48 and len(variants(line, np.random.default_rng(1))) > 1
    monkeypatch.setattr(continuation_train, "MEASURE_STEPS", 5)
    monkeypatch.setattr(continuation_train, "BATCH", 4)
    # A second passes whenever it is asked for, however busy the machine is.
    seconds = itertools.count()
    clock = SimpleNamespace(monotonic=lambda: float(next(seconds)))
    monkeypatch.setattr(continuation_train, "time", clock)
    path = continuation_train.train(data, tmp_path / "run", 0.5, 0, None, None)
    log = [json.loads(entry) for entry in (tmp_path / "run/log.jsonl").read_text().splitlines()]
    assert log[-1]["judge"] < log[0]["judge"]
    state = torch.load(path, weights_only=True)
    network, copy = ContinuationNetwork(), Copy()
    network.load_state_dict(state["network"])
    copy.load_state_dict(state["copy"])
    header, _ = split(continuation_bytes(network, copy))
    assert header["__metadata__"]["kind"] == "continuation"
    assert header["copy.gates"]["shape"] == [4, 14] and header["heads.1.output.weight"]["shape"] == [
        49,
        64,
        1,
    ]


def test_nothing_is_asked_beyond_the_end_of_a_row() -> None:
    """Crops that reach beyond a row have a loss that is a number."""
    crops = Crops([Line(tuple(tune(repeats=2)), "score")], 0)
    inputs, classes, places = crops.batch(0)
    assert (classes == -1).any() and inputs.shape[1] == INPUTS and places.shape[1] == 16
    assert torch.isfinite(loss_of(ContinuationNetwork(channels=4, hidden=4), (inputs, classes, places))).all()
