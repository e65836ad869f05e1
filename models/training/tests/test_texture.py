"""Losses of attacks and of noise in the note, and the listener that must be convinced."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mynah_training import config as c
from mynah_training import losses, texture
from mynah_training.likeness import HEAD_START_STEPS, RAMP_STEPS, Likeness, coloured
from mynah_training.settings import from_command_line
from mynah_training.train import Trainer

SAMPLES = 111 * c.FRAME_SAMPLES
FRAMES = 112


def tone(hz: float, noise: float, rise_ms: float = 5.0, starts_s: float = -1.0, seed: int = 1) -> Tensor:
    """[1, n] at -20 dBFS: harmonics up to 18 kHz with white noise, from `starts_s` on."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(SAMPLES) / c.SAMPLE_RATE_HZ - starts_s
    wave = sum(np.sin(2 * np.pi * k * hz * time_s) / k for k in range(1, int(18_000 / hz)))
    wave = (0.2 * wave + noise * rng.standard_normal(SAMPLES)) * np.clip(time_s * 1000 / rise_ms, 0, 1)
    audio = torch.tensor(wave, dtype=torch.float32).unsqueeze(0)
    return losses.level(audio, by=audio)[0]


def pitch(hz: float) -> tuple[Tensor, Tensor]:
    """A track of that pitch all through."""
    return torch.full((1, FRAMES), hz), torch.ones(1, FRAMES, dtype=torch.bool)


def test_noise_is_told_in_decibels_whatever_the_tuning() -> None:
    """Ten times the noise is 20 dB; 30 cents beside the track is no noise."""
    clean, noisy = tone(220.0, 0.01), tone(220.0, 0.1)
    distances, heard = texture.noise_distances_db(noisy, clean, *pitch(220.0))
    assert bool(heard.all())
    # In the outer bands half of the noise lies under the few harmonics, or the tone has none.
    middle = distances[:, 1:4]
    assert torch.allclose(middle, torch.full_like(middle, 20.0), atol=3.0), distances
    detuned = tone(220.0 * 2 ** (30 / 1200), 0.01)
    assert float(texture.noise_loss_db(detuned, clean, *pitch(220.0))) < 2.0


def test_noise_is_not_compared_without_a_pitch() -> None:
    """As in *follow*, where several notes may sound."""
    f0_hz, _ = pitch(220.0)
    silent = torch.zeros(1, FRAMES, dtype=torch.bool)
    assert float(texture.noise_loss_db(tone(220.0, 0.03), tone(220.0, 0.003), f0_hz, silent)) == 0.0


def test_the_gradient_of_noise_asks_for_what_is_missing() -> None:
    """Less noise than wanted: more gain on the noise."""
    parts = tone(220.0, 0.0), 0.001 * torch.randn(1, SAMPLES)
    gain = torch.ones(1, requires_grad=True)
    loss = texture.noise_loss_db(parts[0] + gain * parts[1], tone(220.0, 0.03), *pitch(220.0))
    loss.backward()
    assert gain.grad is not None and float(gain.grad) < 0.0


def test_a_slow_attack_is_far_from_a_quick_one() -> None:
    """And other noise of the same amount is not."""
    quick = tone(220.0, 0.01, starts_s=0.1)
    slow = texture.attack_distance(tone(220.0, 0.01, rise_ms=200.0, starts_s=0.1), quick)
    other = texture.attack_distance(tone(220.0, 0.01, starts_s=0.1, seed=2), quick)
    assert float(slow) > 0.3
    assert float(other) < 0.1
    assert float(texture.flux_loss(quick, quick)) == 0.0


def test_the_listener_learns_timbre_and_passes_its_gradient_on() -> None:
    """Two targets told apart by their brightness, also in another colour and at another level."""
    torch.manual_seed(1)
    likeness = Likeness(torch.device("cpu"))
    dull = tone(220.0, 0.0001)
    bright = dull - 0.9 * torch.nn.functional.pad(dull, (1, 0))[:, :-1]
    clips, targets = torch.cat([dull, losses.level(bright, by=bright)[0]]), torch.tensor([0, 1])
    for _ in range(60):
        likeness.train_step(clips, targets)
    assert float(likeness.loss(clips, targets)) < 0.3
    assert float(likeness.loss(clips, targets.flip(0))) > 1.0
    made = clips.clone().requires_grad_()
    likeness.loss(made, targets.flip(0)).backward()
    assert made.grad is not None and float(made.grad.abs().sum()) > 0.0
    assert all(p.grad is None or p.requires_grad for p in likeness.listener.parameters())


def test_colour_is_mild() -> None:
    """Within its depth, and the noise is faint."""
    torch.manual_seed(1)
    clip = tone(220.0, 0.0).expand(8, -1)
    change_db = 10 * (coloured(clip).square().mean(-1) / clip.square().mean(-1)).log10()
    assert float(change_db.abs().max()) < 4.0


def test_the_listener_is_heard_after_its_head_start() -> None:
    """Nothing, then a ramp, then all; one that is loaded goes on."""
    likeness = Likeness(torch.device("cpu"))
    assert likeness.weight == 0.0
    likeness.steps = HEAD_START_STEPS + RAMP_STEPS // 2
    assert 0.0 < likeness.weight < 1.0
    likeness.steps = HEAD_START_STEPS + RAMP_STEPS
    assert likeness.weight == 1.0
    again = Likeness(torch.device("cpu"))
    again.load_state_dict(likeness.state_dict())
    assert again.weight == 1.0


def test_a_run_with_texture_and_likeness_resumes_with_its_listener(cache: Path, tmp_path: Path) -> None:
    """The parts are in the log, the figures in the report, the listener in the checkpoint."""
    options = [
        "--cache",
        str(cache),
        "--out",
        str(tmp_path),
        "--stage",
        "2",
        "--batch",
        "2",
        "--device",
        "cpu",
    ]
    run = from_command_line(None, [*options, "--texture", "1", "--likeness", "0.1"])
    trainer = Trainer(run)
    parts = trainer.train_step()
    assert set(parts) >= {"flux", "noise_db", "listener_accuracy"}
    report = trainer.validate()
    assert all(math.isfinite(report[name]) for name in ("flux_error", "prior_noise_error_db"))
    trainer.save()
    again = Trainer(run)
    assert trainer.likeness is not None and again.likeness is not None
    pairs = zip(trainer.likeness.listener.parameters(), again.likeness.listener.parameters(), strict=True)
    assert all(torch.equal(mine, theirs) for mine, theirs in pairs)
