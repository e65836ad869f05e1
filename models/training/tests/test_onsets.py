"""Tests of the onset network: what it is told, what it learns from, how it is measured."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from test_data import data, tone  # noqa: F401 (a fixture)

from mynah_training import onsets_cache, onsets_measure, onsets_train
from mynah_training.data.events import NoteEvent
from mynah_training.data.library import SAMPLE_RATE_HZ, Audio
from mynah_training.data.sequencer import audible_from, render
from mynah_training.data.sung import SUNG_NAMES
from mynah_training.data.synthetic import SyntheticSource
from mynah_training.onsets_cache import LabelledClip, clip_inputs, load_clips, save_clip
from mynah_training.onsets_clips import CLIP_SAMPLES, Clip, ClipMaker, merged, with_repeats
from mynah_training.onsets_measure import Score, pick
from mynah_training.onsets_network import INPUTS, OnsetNetwork
from mynah_training.onsets_train import Crops, labels, loss_of


def plucks(gain: float = 1.0) -> tuple[Audio, list[int]]:
    """Four notes a quarter of a second apart, and where they begin."""
    audio, onsets = np.zeros(72_192, np.float32), [12_000, 24_000, 36_000, 48_000]
    for onset, midi in zip(onsets, (60, 64, 64, 55), strict=True):
        note = tone(midi, 0.24, 0.15, 1.5)
        audio[onset : onset + len(note)] += note
    return gain * audio, onsets


def test_a_note_is_audible_where_it_passes_a_tenth_of_its_peak() -> None:
    """However long silence and a slow rise come before."""
    rise = np.concatenate([np.zeros(4_800), np.linspace(0.0, 1.0, 9_600), np.ones(20_000)])
    note = (rise * np.sin(np.arange(len(rise)) * 0.1)).astype(np.float32)
    assert abs(audible_from(note) - (4_800 + 960)) < 200
    assert audible_from(np.zeros(10, np.float32)) == 0


def test_the_sequencer_says_where_its_notes_begin() -> None:
    """One onset an event, late by the source's own attack at most."""
    events = [NoteEvent(0.3 * k, 0.25, 60 + k, 0.7) for k in range(6)]
    onsets: list[int] = []
    audio = render(events, SyntheticSource("synth-pluck"), 2 * SAMPLE_RATE_HZ, 1, onsets)
    late = np.array(onsets) - [round(e.onset_s * SAMPLE_RATE_HZ) for e in events]
    assert len(onsets) == 6 and (late >= 0).all() and (late < 960).all()
    assert np.array_equal(audio, render(events, SyntheticSource("synth-pluck"), 2 * SAMPLE_RATE_HZ, 1))


def test_the_level_of_the_recording_is_not_told() -> None:
    """A take 20 dB softer gives the same inputs."""
    loud, quiet = (clip_inputs(plucks(gain)[0]) for gain in (1.0, 0.1))
    assert loud.shape == (INPUTS, 282)
    assert float(loud.abs().max()) < 4.0
    # What is quieter than the tracker listens to has no pitch.
    assert float((loud - quiet)[: INPUTS - 10, 60:190].abs().max()) < 0.05


def test_the_network_is_causal_and_of_the_size_promised() -> None:
    """What comes later changes nothing earlier; 20 to 40 thousand parameters."""
    torch.manual_seed(0)
    network = OnsetNetwork()
    assert 20_000 < sum(p.numel() for p in network.parameters()) < 40_000
    x = torch.randn(1, INPUTS, 100)
    other = x.clone()
    other[..., 60:] = 0.0
    a, b = network(x), network(other)
    assert torch.equal(a[:, :60], b[:, :60]) and not torch.equal(a, b)


def test_labels_say_yes_for_four_frames_with_soft_edges() -> None:
    """Around an onset either answer will do; elsewhere a no counts in full."""
    wanted, weight = labels([2_600], 40)
    assert wanted.nonzero().flatten().tolist() == [10, 11, 12, 13]
    assert weight[10:14].tolist() == [0.5, 1.0, 1.0, 1.0]
    assert (weight[7:10] < 0.5).all() and (weight[14:18] < 0.5).all()
    assert (weight[:7] == 1.0).all() and (weight[18:] == 1.0).all()
    assert not labels([], 40)[0].any()
    # A fast second note is wanted although it lies in the edge of the first.
    assert labels([2_600, 3_900], 40)[0].nonzero().flatten().tolist() == [*range(10, 14), *range(15, 19)]


def test_an_onset_is_picked_once_and_scored_within_its_window() -> None:
    """Early, late, doubled and missed ones."""
    p = np.zeros(200)
    p[[20, 21, 22, 60, 61, 120]] = 0.9
    p[61] = 0.4
    assert pick(p) == [20, 60, 120]
    p[23:60] = 0.4
    assert pick(p) == [20, 120], "it did not fall far enough to be a new one"
    s = Score()
    #  Frame 20 is there at sample 5,376: 7 ms after 5,040; 60 is 60 ms late, 120 belongs to nothing.
    s.add([20, 60, 120], [5_040, 61 * 256 - 2_880, 45_000], 200)
    assert (s.hits, s.said, s.true) == (1, 3, 3)
    assert s.delay_ms == pytest.approx(7.0)
    assert s.f == pytest.approx(1 / 3)
    assert s.spurious_per_s == pytest.approx(2 / (200 * 256 / 48_000))


def test_repeats_and_chords() -> None:
    """A voice stops before it repeats a note; notes of a chord begin together."""
    events = [NoteEvent(0.3 * k, 0.3, 60 + k % 5, 0.7) for k in range(200)]
    played = with_repeats(events, np.random.default_rng(1), gap=True)
    gaps = [b.onset_s - a.end_s for a, b in pairwise(played) if a.midi == b.midi]
    assert 15 < len(gaps) < 60 and min(gaps) > 0.04
    assert merged([100, 900, 4_000, 50]) == [50, 4_000]


@pytest.mark.parametrize("source", ["cello", "synth-pluck", SUNG_NAMES[0]])
@pytest.mark.parametrize("kind", ["melody", "held"])
def test_clips_are_loud_after_their_onsets(data: Path, source: str, kind: str) -> None:  # noqa: F811
    """Every clip has notes in order within it, and the same seed and index give the same clip."""
    maker = ClipMaker(data, "train", seed=3)
    clip = maker.clip(5, kind, source)
    again = ClipMaker(data, "train", seed=3).clip(5, kind, source)
    assert np.array_equal(clip.audio, again.audio) and clip.onsets == again.onsets
    assert len(clip.audio) == CLIP_SAMPLES and clip.source == source
    assert clip.onsets == sorted(clip.onsets) and 0 < len(clip.onsets) < 40
    assert clip.onsets[-1] < CLIP_SAMPLES
    level = np.sqrt(np.mean(clip.audio**2))
    first = clip.onsets[0]
    assert np.sqrt(np.mean(clip.audio[first : first + 9_600] ** 2)) > 0.1 * level


def test_noise_has_no_onsets(data: Path) -> None:  # noqa: F811
    """And a group of its own."""
    clip = ClipMaker(data, "train", seed=3).clip(1, "noise")
    assert clip.onsets == [] and clip.group == "none" and np.abs(clip.audio).max() > 0.0


def test_training_learns_goes_on_and_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On four plucked notes; a second run goes on where the first ended, as if there had been one."""
    monkeypatch.setattr(onsets_train, "BATCH", 2)
    monkeypatch.setattr(onsets_train, "SAVE_STEPS", 20)
    monkeypatch.setattr(onsets_train, "AVERAGE", 0.9)
    monkeypatch.setattr(onsets_train, "learning_rate", lambda step, steps: 3e-3)
    torch.set_num_threads(1)
    audio, onsets = plucks()
    for split in ("train", "validation"):
        (tmp_path / split).mkdir()
        save_clip(tmp_path / split / "clip_00000.npz", Clip(audio, onsets, "guitar", "struck", "melody"))
    clips = load_clips(tmp_path / "train")
    assert clips[0].source == "guitar" and clips[0].onsets.tolist() == onsets
    onsets_train.train(tmp_path, tmp_path / "two", steps=40, seed=1)
    two = onsets_train.train(tmp_path, tmp_path / "two", steps=80, seed=1)
    one = onsets_train.train(tmp_path, tmp_path / "one", steps=80, seed=1)
    states = [torch.load(path, weights_only=True) for path in (one, two)]
    assert states[0]["step"] == states[1]["step"] == 80
    for name, value in states[0]["network"].items():
        assert torch.equal(value, states[1]["network"][name])
    assert json.loads((tmp_path / "two" / "log.jsonl").read_text().splitlines()[-1])["step"] == 80
    network = OnsetNetwork()
    network.load_state_dict(states[0]["network"])
    assert onsets_measure.summary(network, clips)[0] > 0.8
    onsets_measure.report(clips, one)
    assert "melody, struck" in capsys.readouterr().out


def test_batches_are_repeatable_and_ask_nothing_where_the_past_is_cut_off() -> None:
    """The seed and the step decide; only a crop from the clip's beginning counts from its first frame."""
    long = LabelledClip(torch.zeros(INPUTS, 900).half(), np.array([20_000]), "", "", "")
    crops = Crops([long], seed=1)
    first, second = crops.batch(7), crops.batch(7)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert not torch.equal(first[0], crops.batch(8)[0])
    weight = first[2]
    cut_off = weight[:, 0] == 0.0
    assert cut_off.any() and not cut_off.all()
    assert (weight[cut_off, :64] == 0.0).all() and (weight[cut_off, 64:] > 0.0).all()


def test_the_learning_rate_rises_and_falls() -> None:
    """Slow at both ends."""
    rates = [onsets_train.learning_rate(step, 1_000) for step in range(1_000)]
    assert rates[0] < 1e-4 and 2e-3 < max(rates) <= 3e-3 and rates[-1] < 2e-5
    assert np.argmax(rates) < 120


def test_a_certain_answer_costs_little() -> None:
    """The loss falls where the answer is right, and does not ask about frames of no weight."""
    wanted, weight = labels([2_600], 40)
    right, wrong = 8.0 * (2.0 * wanted - 1.0), -8.0 * (2.0 * wanted - 1.0)
    assert loss_of(right, wanted, weight) < 0.01 < loss_of(wrong, wanted, weight)
    ignored = weight.clone()
    ignored[20:] = 0.0
    changed = right.clone()
    changed[20:] = 8.0
    assert loss_of(changed, wanted, ignored) == loss_of(right, wanted, ignored)


def test_a_cache_is_made_once(data: Path, tmp_path: Path) -> None:  # noqa: F811
    """A second call makes what is missing only."""
    folder = tmp_path / "train"
    onsets_cache.build(data, "train", folder, 2, 1)
    before = {path: path.stat().st_mtime_ns for path in folder.glob("clip_*.npz")}
    onsets_cache.build(data, "train", folder, 3, 1)
    after = {path: path.stat().st_mtime_ns for path in folder.glob("clip_*.npz")}
    assert len(before) == 2 and len(after) == 3 and before.items() <= after.items()
    assert load_clips(folder)[0].inputs.shape == (INPUTS, CLIP_SAMPLES // 256)
