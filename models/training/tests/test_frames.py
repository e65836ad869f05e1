"""Networks on measured frames."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from mynah_training import config as c
from mynah_training.batches import PhraseCache
from mynah_training.frames.adversary import CENTRE, FrameAdversary, Told
from mynah_training.frames.batches import CLIP_FRAMES, WARM_UP_FRAMES, FrameBatches
from mynah_training.frames.export import write
from mynah_training.frames.notes import FRAME_HZ, VALUES, NoteTable, phrase_frames
from mynah_training.frames.vocoder import Vocoder, late, streams
from mynah_training.losses import mrstft
from mynah_training.memory.analysis import analyse
from mynah_training.model import Mynah
from mynah_training.shipped import load_shipped

RATE_HZ = 48_000


def table(struck: bool) -> NoteTable:
    """Three notes of 50 frames at 60, 64 and 72; values say the note and the frame; the second is soft."""
    count = np.full(3, 50)
    values = np.repeat(np.arange(3), 50)[:, None] + 0.01 * np.tile(np.arange(50), 3)[:, None]
    return NoteTable(
        values=np.repeat(values, VALUES, axis=1).astype(np.float32),
        level_db=np.zeros(150, np.float32),
        first=np.cumsum(count) - count,
        count=count,
        semitones=np.asarray([60.0, 64.0, 72.0], np.float32),
        top_db=np.asarray([-10.0, -30.0, -10.0], np.float32),
        struck=struck,
    )


def test_a_phrase_has_the_frames_of_the_nearest_notes_and_none_where_there_are_none() -> None:
    """In time with its notes; what nobody recorded counts for nothing."""
    notes = np.asarray([[0.1, 0.1, 60.4, 0.9], [0.4, 0.1, 72.2, 0.9], [0.7, 0.1, 84.0, 0.9]], np.float32)
    values, counts = phrase_frames(table(True), notes, int(FRAME_HZ), np.random.default_rng(1))
    begin = int(np.ceil(0.1 * FRAME_HZ))
    assert counts[begin - 1] == 0.0 and counts[begin] == 1.0
    assert values[begin : begin + 10, 0] == pytest.approx(0.01 * np.arange(10), abs=1e-6)
    assert values[int(0.45 * FRAME_HZ), 0] == pytest.approx(2.0, abs=0.2)
    assert counts[int(0.25 * FRAME_HZ)] == 0.0
    assert counts[int(0.75 * FRAME_HZ)] == 0.0


def test_a_struck_note_is_walked_to_its_end_and_a_held_one_to_and_fro() -> None:
    """Beyond what was recorded."""
    struck, held = (table(each).rows(0, 400, slurred=False) for each in (True, False))
    assert struck[-300:].tolist() == [49] * 300
    assert set(held[-300:]) == set(range(15, 41))
    assert np.abs(np.diff(held)).max() == 1


def test_judges_learn_to_tell_frames_that_move_from_frames_that_stand_still() -> None:
    """And then tell the translator so, by both of its losses."""
    torch.manual_seed(1)
    judges = FrameAdversary()
    optimiser = torch.optim.Adam(judges.parameters(), 2e-3)
    told = Told(torch.zeros(4, 21, 32), torch.zeros(4, dtype=torch.long))
    moving = lambda: CENTRE + torch.randn(4, VALUES, 32)  # noqa: E731
    still = torch.full((4, VALUES, 32), CENTRE)
    before = float(judges.own_loss(moving(), still, told).detach())
    for _ in range(40):
        optimiser.zero_grad()
        judges.own_loss(moving(), still, told).backward()
        optimiser.step()
    assert float(judges.own_loss(moving(), still, told).detach()) < 0.3 * before
    unlike, apart = judges.translator_losses(moving(), still, told)
    like, near = judges.translator_losses(moving(), moving(), told)
    assert unlike > 4.0 * like
    assert apart > 1.5 * near


def test_batches_pair_what_is_heard_with_the_frames_of_the_same_notes(cache: Path) -> None:
    """Two tables: only the one whose notes reach the phrase's is drawn; frames are the chosen note's."""
    far = replace(table(False), semitones=np.asarray([20.0, 24.0, 28.0], np.float32))
    near = replace(table(False), semitones=np.asarray([57.0, 64.0, 90.0], np.float32))
    draws = FrameBatches(PhraseCache(cache / "train"), [far, near], 6, 5, augmented=True)
    batch = draws.draw()
    assert batch.target.tolist() == [1] * 6
    assert batch.log_mel.shape == (6, CLIP_FRAMES, c.MEL_BINS)
    assert batch.wanted.shape == (6, VALUES, CLIP_FRAMES - WARM_UP_FRAMES)
    pitches = 69.0 + 12.0 * torch.log2(batch.f0_hz.median(-1).values / 440.0)
    for item, midi in enumerate(pitches.tolist()):
        whole = batch.wanted[item, 0][batch.counts[item] > 0].mean().floor()
        assert int(whole) == (0 if abs(midi - 57.0) < 1.0 else 1)


def shipped(folder: Path) -> Mynah:
    """Files as they are shipped, with tensors that no trainer knows; the model whose they are."""
    torch.manual_seed(2)
    model = Mynah(c.Architecture())
    meta = {"architecture": json.dumps(model.architecture.to_dict() | {"onset_channels": 8})}
    networks = {k: v for k, v in model.state_dict().items() if not k.startswith("targets.")}
    save_file({**networks, "onsets.x": torch.ones(3)}, folder / "base.mynah", {**meta, "kind": "base"})
    (folder / "targets").mkdir()
    bank = model.targets
    for index, name in enumerate(c.INSTRUMENTS):
        tensors = {
            "film.scale": bank.scale[index],
            "film.shift": bank.shift[index],
            "head.weight": bank.weight[index],
            "head.bias": bank.bias[index],
            "memory.mean": torch.full((4,), float(index)),
        }
        tensors = {k: v.detach().clone() for k, v in tensors.items()}
        save_file(tensors, folder / "targets" / f"{name}.mynah", {**meta, "base_hash": "old"})
    return model


def test_what_is_shipped_is_trained_on_and_goes_back_without_losing_what_is_beside_it(tmp_path: Path) -> None:
    """Every network comes back to the bit; onsets, memories and metadata stay, the base's hash is renewed."""
    model = shipped(tmp_path)
    loaded = load_shipped(tmp_path)
    for name, tensor in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor), name
    changed = {name: tensor + 1.0 for name, tensor in model.state_dict().items()}
    out = tmp_path / "out"
    write(changed, tmp_path, out)
    again = load_shipped(out)
    assert torch.equal(again.targets.scale, changed["targets.scale"])
    assert torch.equal(again.state_dict()["encoder.input.weight"], changed["encoder.input.weight"])
    from safetensors import safe_open

    with safe_open(out / "base.mynah", "pt") as file:
        assert file.get_tensor("onsets.x").tolist() == [1.0, 1.0, 1.0]
    hashes = set()
    for index, name in enumerate(c.INSTRUMENTS):
        with safe_open(out / "targets" / f"{name}.mynah", "pt") as file:
            assert file.get_tensor("memory.mean").tolist() == [float(index)] * 4
            hashes.add(file.metadata()["base_hash"])
    assert len(hashes) == 1 and "old" not in hashes


def test_the_vocoder_begins_as_the_prior_and_the_prior_sounds_like_the_note() -> None:
    """Streams of a note's own frames are in step with it, and much nearer to it than silence or noise."""
    t = np.arange(RATE_HZ) / RATE_HZ
    rng = np.random.default_rng(3)
    tone = sum(0.1 / h * np.sin(2 * np.pi * 330.0 * h * t + h) for h in range(1, 12))
    audio = np.minimum(1.0, t / 0.02) * (tone + 0.002 * rng.standard_normal(len(t)))
    frames = len(audio) // c.FRAME_SAMPLES
    note = analyse(audio, 64.02, (np.full(frames, 330.0), np.ones(frames, bool)))
    assert note is not None
    made = streams(audio, note, note.texture, struck=False)
    sounds = {name: torch.from_numpy(made[name])[None] for name in ("tonal", "noisy", "recording")}
    prior, recording = sounds["tonal"] + sounds["noisy"], sounds["recording"]
    assert float(mrstft(prior, recording)) < 0.3 * float(mrstft(torch.randn_like(recording), recording))
    levels = [float(x[0, 9600:-9600].square().mean().sqrt()) for x in (prior, recording)]
    assert levels[0] == pytest.approx(levels[1], rel=0.06)
    # The recording rises where the prior does.
    rising = [int((x[0].abs() > 0.1).nonzero()[0]) for x in (prior, recording)]
    assert abs(rising[0] - rising[1]) < 400
    with torch.no_grad():
        described = torch.from_numpy(made["frames"])[None]
        first = c.FRAME_SAMPLES
        out = Vocoder()(sounds["tonal"][:, first:], sounds["noisy"][:, first:], described)
    assert torch.allclose(out, late(prior[:, first:]), atol=1e-6)
