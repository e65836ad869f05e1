"""Tests of the trainer on a cache of two tiny made-up phrases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mynah_training import config as c
from mynah_training import losses, probes
from mynah_training.batches import BatchMaker, PhraseCache
from mynah_training.clips import LEVEL_START_SAMPLES, LOSS_FRAMES, WARM_UP_FRAMES, level_of_blocks
from mynah_training.data.contour import level_frames_db
from mynah_training.export import write
from mynah_training.front_end import MusicalFrontEnd
from mynah_training.model import Mynah
from mynah_training.networks import DomainClassifier
from mynah_training.settings import Settings
from mynah_training.train import Trainer

FRAMES = WARM_UP_FRAMES + LOSS_FRAMES + 40


def settings(cache: Path, out: Path, **changes: object) -> Settings:
    """A run of no time."""
    out.mkdir(exist_ok=True)
    plain: dict[str, object] = dict(
        cache=cache,
        out=out,
        stage=1,
        minutes=0.0,
        batch=2,
        learning_rate=1e-3,
        seed=1,
        device=torch.device("cpu"),
        init=None,
        full_steps=100,
        stop_steps=100,
        confusion=0.3,
        loudness=0.5,
        musical=False,
        only_target=None,
    )
    return Settings(**{**plain, **changes})  # type: ignore[arg-type]


def test_the_wanted_rendering_has_the_contour_of_the_source(cache: Path) -> None:
    """Whatever the target's own loudness does."""
    maker = BatchMaker(PhraseCache(cache / "train"), 2, FRAMES, 1, augmented=False)
    batch = maker.draw(torch.device("cpu"), self_share=0.0)
    for source, wanted in zip(batch.source.audio.numpy(), batch.wanted.numpy(), strict=True):
        assert np.abs(level_frames_db(source) - level_frames_db(wanted))[20:-20].max() < 1.0


def test_training_lowers_the_loss_and_resumes_where_it_was(cache: Path, tmp_path: Path) -> None:
    """A checkpoint restores step, weights and average."""
    trainer = Trainer(settings(cache, tmp_path, learning_rate=5e-3))
    trainer.train_step()
    batch = trainer.batches.draw(torch.device("cpu"))
    before = trainer.loss(batch)[1]["prior"]
    for _ in range(25):
        trainer.train_step()
    parts = trainer.loss(batch)[1]
    assert parts["prior"] < 0.95 * before
    assert parts["z_deviation"] > 0.0
    torch.nn.init.zeros_(trainer.model.encoder.output.weight)
    assert trainer.loss(batch)[1]["z_deviation"] == 0.0
    trainer.save()
    again = Trainer(settings(cache, tmp_path))
    assert again.step == trainer.step == 26
    for mine, theirs in zip(trainer.average.parameters(), again.average.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    assert set(trainer.validate()) >= {"track_ratio", "follow_ratio", "unseen_ratio"}


def test_training_goes_on_from_model_files(cache: Path, tmp_path: Path) -> None:
    """Base and targets as they ship, as well as from a checkpoint."""
    torch.manual_seed(5)
    model = Mynah(c.Architecture())
    write(model, tmp_path / "models")
    trainer = Trainer(settings(cache, tmp_path, init=tmp_path / "models"))
    for name, tensor in model.state_dict().items():
        assert torch.equal(trainer.model.state_dict()[name], tensor), name
    trainer.train_step()
    assert trainer.step == 1


def test_a_new_target_leaves_everything_else_as_it_was(cache: Path, tmp_path: Path) -> None:
    """Only the row of that target moves."""
    trainer = Trainer(settings(cache, tmp_path, only_target="flute"))
    before = {name: p.detach().clone() for name, p in trainer.model.named_parameters()}
    for _ in range(3):
        trainer.train_step()
    flute = c.INSTRUMENTS.index("flute")
    for name, parameter in trainer.model.named_parameters():
        changed = (parameter != before[name]).reshape(parameter.shape[0], -1).any(dim=1)
        if name.startswith("targets."):
            assert changed[flute] and int(changed.sum()) == 1, name
        else:
            assert not changed.any(), name


def test_confusion_turns_the_classifier_s_gradient_round() -> None:
    """The encoder is pushed away from what the classifier is pulled to, scaled by the weight."""
    torch.manual_seed(1)
    classifier = DomainClassifier(c.Architecture(), 3, weight=0.5)
    z = torch.randn(2, c.Architecture().latent_channels, 20, requires_grad=True)
    wanted = torch.tensor([0, 2])
    torch.nn.functional.cross_entropy(classifier(z), wanted).backward()
    plain = z.detach().clone().requires_grad_()
    torch.nn.functional.cross_entropy(classifier.layers(plain).mean(-1), wanted).backward()
    assert z.grad is not None and plain.grad is not None
    assert torch.allclose(z.grad, -0.5 * plain.grad)


def test_the_musical_front_end_is_causal_and_fits() -> None:
    """Frame k does not see frame k + 1; the channels are the encoder's."""
    torch.manual_seed(1)
    front = MusicalFrontEnd(64)
    x = torch.randn(1, c.MEL_BINS, 40)
    later = x.clone()
    later[..., 30:] += 1.0
    a, b = front(x), front(later)
    assert a.shape == (1, 64, 40)
    assert torch.equal(a[..., :30], b[..., :30]) and not torch.equal(a[..., 30], b[..., 30])


def test_a_probe_reads_what_is_there_and_nothing_that_is_not(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two pitches can be told apart in the log-mel; where there is nothing, nothing can."""
    monkeypatch.setattr(probes, "BATCH", 4)
    monkeypatch.setattr(probes, "VALIDATION_BATCHES", 3)
    from_mel = probes.train_probe(probes.read_mel, c.MEL_BINS, cache, 60, seed=1)
    assert from_mel["pitch_within_a_semitone"] > 0.9
    silence = probes.train_probe(
        lambda batch: torch.zeros(batch.source.audio.shape[0], 4, probes.FRAMES), 4, cache, 10, seed=1
    )
    assert silence["pitch_within_a_semitone"] < 0.9


def test_the_loudness_loss_is_the_distance_to_the_source_s_level(cache: Path) -> None:
    """Nothing for the source itself, 6 dB for half of it; the windows are those of the cache."""
    maker = BatchMaker(PhraseCache(cache / "train"), 2, WARM_UP_FRAMES + LOSS_FRAMES, 1, augmented=False)
    batch = maker.draw(torch.device("cpu"))
    start = WARM_UP_FRAMES * c.FRAME_SAMPLES + c.HOP_SAMPLES
    count = (LOSS_FRAMES - 1) * c.FRAME_SAMPLES
    blocks = batch.source.audio[:, start : start + count][:, LEVEL_START_SAMPLES:]
    levels = level_of_blocks(batch)
    assert float(losses.loudness_loss(blocks, levels).max()) < 0.005
    assert torch.allclose(
        losses.loudness_loss(0.5 * blocks, levels), torch.tensor(np.log(2.0), dtype=torch.float32), atol=0.01
    )


def test_loss_of_silence_has_a_finite_gradient() -> None:
    """One step in some hundreds had none: a clip whose output and target are both a rest."""
    output = torch.full((1, 8192), 1e-12, requires_grad=True)
    losses.spectral_loss(output, torch.zeros(1, 8192)).sum().backward()
    assert output.grad is not None
    assert bool(torch.isfinite(output.grad).all())
