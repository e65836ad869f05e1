"""The discriminators, the generator's adversarial training, and the judge of how real it sounds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from mynah_training import config as c
from mynah_training import losses, realness, validation
from mynah_training.adversarial import (
    WINDOW_FRAMES,
    WINDOW_SAMPLES,
    Adversary,
    Windows,
    cut,
    discriminator_loss,
    generator_loss,
)
from mynah_training.clips import wanted_blocks
from mynah_training.discriminators import (
    CONDITION_CHANNELS,
    Condition,
    Discriminators,
    Judgement,
    WaveDiscriminator,
    half_band_taps,
)
from mynah_training.settings import Settings, from_command_line
from mynah_training.train import Trainer

CPU = torch.device("cpu")


def settings(cache: Path, out: Path, *more: str) -> Settings:
    """A short adversarial run of stage 2 from the first step on."""
    out.mkdir(exist_ok=True)
    options = "--stage 2 --batch 2 --adversarial 0.2 --adversarial-from 0 --full-steps 100 --device cpu"
    return from_command_line(None, ["--cache", str(cache), "--out", str(out), *options.split(), *more])


def condition(batch: int, loudness: float = 0.0) -> Condition:
    """The same frame all through."""
    frames = torch.full((batch, CONDITION_CHANNELS, WINDOW_FRAMES), loudness)
    return Condition(frames, torch.zeros(batch, dtype=torch.long))


def weights(module: torch.nn.Module) -> dict[str, Tensor]:
    """A copy."""
    return {name: p.detach().clone() for name, p in module.named_parameters()}


def moved(module: torch.nn.Module, before: dict[str, Tensor]) -> set[str]:
    """Names of the parameters that are no longer as they were."""
    return {name for name, p in module.named_parameters() if not torch.equal(p, before[name])}


def test_every_discriminator_scores_pieces_of_the_clip() -> None:
    """Waveform discriminators one piece per 64 samples of their rate; all scores react to their input."""
    torch.manual_seed(1)
    discriminators = Discriminators()
    audio = 0.1 * torch.randn(2, WINDOW_SAMPLES)
    judgements = discriminators(audio, condition(2))
    assert [j.scores.shape[1] for j in judgements[:3]] == [WINDOW_SAMPLES // 64 // d for d in (1, 2, 4)]
    assert len(judgements) == 6
    for j, other in zip(judgements, discriminators(0.5 * audio, condition(2)), strict=True):
        assert j.scores.shape[0] == 2 and bool(torch.isfinite(j.scores).all())
        assert not torch.equal(j.scores, other.scores)
        assert len(j.features) >= 3


def test_only_conditional_discriminators_hear_of_the_target_and_the_frames() -> None:
    """The two lower waveform scales; none of them where the ablation says so."""
    torch.manual_seed(1)
    audio = 0.1 * torch.randn(1, WINDOW_SAMPLES)
    told, other_frames = condition(1), condition(1, loudness=1.0)
    other_target = replace(told, target=told.target + 1)
    for conditional, hears in ((True, [False, True, True, False, False, False]), (False, [False] * 6)):
        discriminators = Discriminators(conditional=conditional)
        plain = discriminators(audio, told)
        for other in (other_frames, other_target):
            changed = [
                not torch.equal(a.scores, b.scores)
                for a, b in zip(plain, discriminators(audio, other), strict=True)
            ]
            assert changed == hears


def test_the_lower_scales_do_not_hear_what_would_fold_back() -> None:
    """A tone at 17 kHz, that would be one at 7 kHz, is 50 dB down; one at 3 kHz stays."""
    n = torch.arange(4096) / c.SAMPLE_RATE_HZ
    taps = half_band_taps().view(1, 1, -1)
    for hz, low, high in ((3_000.0, 0.69, 0.72), (17_000.0, 0.0, 0.0022)):
        tone = torch.sin(2.0 * torch.pi * hz * n).view(1, 1, -1)
        half = torch.nn.functional.conv1d(tone, taps, stride=2)
        assert low < float(half.square().mean().sqrt()) < high


def test_a_score_depends_on_its_surroundings_only() -> None:
    """So that a click condemns a place, not a clip."""
    torch.manual_seed(1)
    discriminator = WaveDiscriminator(2, len(c.INSTRUMENTS), conditional=True)
    audio = 0.1 * torch.randn(1, WINDOW_SAMPLES)
    clicked = audio.clone()
    clicked[:, 6000] += 1.0
    a, b = (discriminator(x, condition(1)).scores[0] for x in (audio, clicked))
    near = 6000 // 128
    changed = torch.nonzero(a != b).flatten()
    assert near in changed.tolist() and int((changed - near).abs().max()) < 10


def test_the_losses_are_zero_where_each_side_has_what_it_wants() -> None:
    """Least squares: 1 for true, 0 for made; the generator wants 1."""
    one, nothing = [Judgement(torch.ones(2, 5), [])], [Judgement(torch.zeros(2, 5), [])]
    assert float(discriminator_loss(one, nothing)) == 0.0
    assert float(discriminator_loss(nothing, one)) == 2.0
    assert float(generator_loss(one)) == 0.0 and float(generator_loss(nothing)) == 1.0


def test_the_windows_are_of_one_place_on_both_sides(cache: Path, tmp_path: Path) -> None:
    """True and made alike but for the made one's error; frames belong to the same place."""
    trainer = Trainer(settings(cache, tmp_path))
    batch = trainer.batches.draw(CPU)
    wanted = wanted_blocks(batch, c.SUB_BANDS)
    windows = cut(batch, 0.5 * wanted, wanted)
    assert windows.true.shape == (2, WINDOW_SAMPLES)
    assert windows.condition.frames.shape == (2, CONDITION_CHANNELS, WINDOW_FRAMES)
    assert torch.allclose(windows.made, 0.5 * windows.true)
    assert torch.equal(windows.condition.target, batch.target)
    level = wanted.square().mean(-1).sqrt() / windows.true.square().mean(-1).sqrt()
    assert bool((level * losses.level_gain(wanted)[:, 0] - 1.0).abs().max() < 0.3)


def test_before_training_the_generator_is_the_delayed_prior(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the report says that it gains nothing."""
    monkeypatch.setattr(validation, "BATCH", 2)
    trainer = Trainer(settings(cache, tmp_path))
    batch = trainer.batches.draw(CPU)
    rendering = trainer.model.render(batch.source, batch.target, batch.noise)
    full, prior = trainer.model.generate(rendering), rendering.tonal + rendering.noisy
    assert torch.allclose(full[:, c.SUB_BANDS :], prior[:, : -c.SUB_BANDS], atol=1e-6)
    report = trainer.validate()
    assert abs(report["generator_gain"]) < 0.02
    assert report["track_ratio"] == pytest.approx(report["track_prior_ratio"], rel=0.05)


def test_stage_two_moves_generator_and_discriminators_only(cache: Path, tmp_path: Path) -> None:
    """The step of each leaves the other as it was."""
    trainer = Trainer(settings(cache, tmp_path))
    assert trainer.adversary is not None
    model, judges = weights(trainer.model), weights(trainer.adversary.discriminators)
    batch = trainer.batches.draw(CPU)
    _, _, output = trainer.loss(batch)
    windows = cut(batch, output, wanted_blocks(batch, c.SUB_BANDS))
    adversarial, features = trainer.adversary.generator_losses(windows)
    (adversarial + features).backward()
    last = trainer.model.generator.output.weight
    assert last.grad is not None and float(last.grad.abs().max()) > 0.0
    assert all(p.grad is None for p in trainer.adversary.discriminators.parameters())
    last.grad = None
    trainer.adversary.train_step(windows)
    assert moved(trainer.adversary.discriminators, judges) and not moved(trainer.model, model)
    assert last.grad is None
    for _ in range(2):
        parts = trainer.train_step()
    assert {"full", "adversarial", "features", "discriminator", "score_true", "score_made"} <= set(parts)
    changed = moved(trainer.model, model)
    assert changed and all(name.startswith("generator.") for name in changed)


def test_the_adversary_learns_first_and_is_heard_little_by_little() -> None:
    """A head start of 100 steps, a ramp of 200."""
    adversary = Adversary(conditional=False, learning_rate=1e-3, begins=500, device=CPU)
    assert not adversary.learns(399) and adversary.learns(400)
    assert adversary.weight(499) == 0.0 and adversary.weight(599) == 0.5 and adversary.weight(5000) == 1.0


def test_the_discriminators_learn_to_tell_noise_from_tone() -> None:
    """Their loss falls well below that of chance."""
    torch.manual_seed(1)
    adversary = Adversary(conditional=False, learning_rate=1e-3, begins=0, device=CPU)
    n = torch.arange(WINDOW_SAMPLES) / c.SAMPLE_RATE_HZ
    tone = (0.14 * torch.sin(2.0 * torch.pi * 440.0 * n)).expand(2, -1)
    for _ in range(12):
        windows = Windows(tone, 0.1 * torch.randn(2, WINDOW_SAMPLES), condition(2))
        parts = adversary.train_step(windows)
    assert parts["discriminator"] < 0.25 and parts["score_true"] > parts["score_made"] + 0.3


def test_a_run_resumes_with_its_discriminators(cache: Path, tmp_path: Path) -> None:
    """Weights and optimiser; and refuses those of another kind."""
    trainer = Trainer(settings(cache, tmp_path))
    trainer.train_step()
    trainer.save()
    again = Trainer(settings(cache, tmp_path))
    assert trainer.adversary is not None and again.adversary is not None
    assert again.step == 1
    assert not moved(again.adversary.discriminators, weights(trainer.adversary.discriminators))
    assert again.adversary.optimiser.state_dict()["state"][0]["step"] == 1
    with pytest.raises(ValueError, match="conditional"):
        Trainer(settings(cache, tmp_path, "--no-conditional"))
    # The next stage goes on with them, with a generator of another size too.
    after = Trainer(
        settings(
            cache, tmp_path / "after", "--init", str(tmp_path / "checkpoint.pt"), "--generator-channels", "24"
        )
    )
    assert after.adversary is not None
    assert not moved(after.adversary.discriminators, weights(trainer.adversary.discriminators))
    assert torch.equal(after.model.encoder.output.weight, trainer.average.encoder.output.weight)
    assert after.model.generator.input.out_channels == 24
    assert not bool(after.model.generator.output.weight.any())


def test_noise_in_a_rest_costs_and_silence_does_not() -> None:
    """Only where nothing is wanted."""
    wanted = torch.zeros(1, 8192)
    wanted[:, 4096:] = 0.1
    noisy_rest, noisy_note = wanted.clone(), wanted.clone()
    noisy_rest[:, :3000] += 0.01 * torch.randn(1, 3000)
    noisy_note[:, 5000:] += 0.01 * torch.randn(1, 3192)
    assert float(losses.silence_loss(wanted, wanted)) == 0.0
    assert float(losses.silence_loss(noisy_note, wanted)) == 0.0
    assert float(losses.silence_loss(noisy_rest, wanted)) > 1.0


def test_a_silent_input_leaves_nothing_for_the_generator_to_buzz_with(cache: Path, tmp_path: Path) -> None:
    """Whatever its weights are, the additive part stays below -90 dBFS."""
    torch.manual_seed(1)
    generator = Trainer(settings(cache, tmp_path)).model.generator
    torch.nn.init.normal_(generator.output.weight, std=3.0)
    silence = torch.zeros(1, 20 * c.FRAME_SAMPLES)
    hidden = torch.randn(1, c.Architecture().translator_channels, 21)
    loudness = torch.full((1, 21), 0.5 * float(torch.tensor(c.LOUDNESS_POWER_FLOOR).log()))
    with torch.no_grad():
        output = generator(silence, silence, hidden, loudness)
    assert float(output.square().mean().sqrt()) < 10.0 ** (-90.0 / 20.0)


def test_a_weighting_makes_the_loss_care_less_for_rumble() -> None:
    """The same error at 60 Hz and at 2 kHz."""
    n = torch.arange(16_384) / c.SAMPLE_RATE_HZ
    wanted = 0.1 * torch.sin(2.0 * torch.pi * 500.0 * n)[None]
    low, high = (wanted + 0.02 * torch.sin(2.0 * torch.pi * hz * n) for hz in (60.0, 2_000.0))
    plain, weighted = (
        [float(losses.spectral_loss(x, wanted, a_weighted)) for x in (low, high)]
        for a_weighted in (False, True)
    )
    assert weighted[0] < plain[0] and weighted[1] > 0.95 * plain[1]


def test_the_stft_distance_does_not_see_the_level() -> None:
    """As the evaluation's, and 0 for the same signal."""
    torch.manual_seed(1)
    a = 0.05 * torch.randn(2, 8192)
    assert float(losses.mrstft(3.0 * a, a).max()) < 1e-4
    assert float(losses.mrstft(0.05 * torch.randn(2, 8192), a).min()) > 0.5


def test_a_fresh_judge_is_right_where_the_sides_differ_and_guesses_where_they_do_not() -> None:
    """Noise from noise, and noise from a tone."""
    torch.manual_seed(2)
    n = torch.arange(6_144) / c.SAMPLE_RATE_HZ

    def draw() -> realness.Clips:
        tone = torch.sin(2.0 * torch.pi * 440.0 * n + torch.rand(4, 1))
        noise = [torch.randn(4, len(n)) for _ in range(2)]
        made = {"same": realness.alike(0.1 * noise[1]), "tone": realness.alike(0.3 * tone)}
        return realness.Clips(realness.alike(0.05 * noise[0]), made, torch.tensor([0.0, 0.0, 1.0, 1.0]))

    looks = realness.train_judges(draw, [draw() for _ in range(6)], steps=8, seed=1)
    assert len(looks["same"]) == realness.LOOKS
    figures = {kind: figures[-1] for kind, figures in looks.items()}
    assert figures["tone"]["accuracy"] == 1.0
    assert 0.3 < figures["same"]["accuracy"] < 0.7
    assert set(figures["same"]) == {"accuracy", "true", "made", "track", "follow"}


def test_the_judge_s_clips_are_of_one_place_and_level(cache: Path, tmp_path: Path) -> None:
    """An untrained generator's clips are the prior's, sample by sample."""
    model = Trainer(settings(cache, tmp_path)).model
    clips = realness.draw_from(model, cache / "train", seed=1)()
    assert clips.true.shape == clips.made["prior"].shape == (len(clips.follow), realness.WINDOW_SAMPLES)
    assert torch.allclose(clips.made["prior"], clips.made["full"], atol=1e-3)
    for signal in (clips.true, *clips.made.values()):
        assert torch.allclose(signal.square().mean(-1).sqrt(), torch.tensor(losses.LEVEL), rtol=1e-3)
