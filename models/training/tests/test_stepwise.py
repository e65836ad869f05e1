"""The networks a frame at a time."""

from __future__ import annotations

import torch

from mynah_training import config as c
from mynah_training.model import Mynah
from mynah_training.stepwise import FrameStep, HopStep, steps, tails


def test_step_by_step_is_the_same_as_all_at_once() -> None:
    """The past that a step gives is what the next one needs."""
    torch.manual_seed(1)
    model = Mynah(c.Architecture()).requires_grad_(False).eval()
    torch.nn.init.normal_(model.generator.output.weight, std=0.1)
    (_, frame), (_, hop) = steps(model)
    count = 7
    for module, first, second, results in (
        (FrameStep(model, 2), frame[0], frame[1], 3),
        (HopStep(model), hop[0], hop[1], 1),
    ):
        parts = [torch.randn(1, x.shape[1], count * x.shape[2]) for x in (first, second)]
        past = frame[2:] if results == 3 else hop[2:]
        whole = module(*parts, *past)[:results]
        pieces = []
        for piece in zip(*(part.split(first.shape[2], dim=2) for part in parts), strict=True):
            out = module(*piece, *past)
            pieces.append(out[:results])
            past = out[results:]
        for i in range(results):
            assert torch.allclose(torch.cat([p[i] for p in pieces], dim=2), whole[i], atol=1e-5)


def test_it_is_the_network_that_is_trained() -> None:
    """z from the encoder itself."""
    torch.manual_seed(2)
    model = Mynah(c.Architecture()).requires_grad_(False).eval()
    log_mel = torch.randn(1, 9, c.MEL_BINS)
    level = torch.zeros(1, 9)
    others = torch.zeros(1, model.architecture.translator_inputs - model.architecture.latent_channels, 9)
    normalised = 0.5 * (log_mel + 4.0).transpose(1, 2)
    z = FrameStep(model, 0)(normalised, others, *tails(model.encoder, model.translator))[0]
    assert torch.allclose(z, model.encoder(log_mel, level), atol=1e-5)
