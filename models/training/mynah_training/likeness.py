"""A classifier of the targets' timbre, trained on their true renderings, that the generator must convince.

AC-GAN's auxiliary classifier (Odena et al., 2017), but taught by true clips only. It has no part in the
judge of `mynah eval`, which is another network and learns from notes that are never trained on.
"""

from typing import Any

import torch
from torch import Tensor, nn

from . import config as c
from .losses import magnitude, mel_filters
from .networks import SLOPE

SHORT_WINDOW, LONG_WINDOW = 1024, 4096
"""The one sees how the tone moves, the other its harmonics and what lies between them."""
LONG_BANDS = 192
CHANNELS = 64
FLOOR = 5.6e-3
"""Of a frame's own level, as an amplitude (-45 dB): what lies below is hiss, not timbre."""
SOUNDING = 1e-3
"""Level of a frame, as an amplitude of a signal at -20 dBFS, below which it does not count."""
COLOUR_DB = 4.0
COMB_SAMPLES = 8
NOISE = (1e-5, 1e-3)
BETAS = (0.9, 0.99)
LEARNING_RATE = 1e-3
DROPOUT = 0.2
RAMP_STEPS = 200
HEAD_START_STEPS = 300


def coloured(audio: Tensor) -> Tensor:
    """Each item [B, n] mildly coloured, with faint noise: timbre is not one microphone.

    A comb of random depth: the spectrum rises and falls by at most 2 dB, every 6 kHz.
    """
    count = audio.shape[0]
    colour = COLOUR_DB * (2.0 * torch.rand(count, 1, device=audio.device) - 1.0)
    even_gain, odd_gain = (10.0 ** (sign * colour / 40.0) for sign in (1.0, -1.0))
    before = nn.functional.pad(audio, (COMB_SAMPLES, 0))[:, :-COMB_SAMPLES]
    even, odd = 0.5 * (audio + before), 0.5 * (audio - before)
    exponent = torch.rand(count, 1, device=audio.device)
    noise = NOISE[0] * (NOISE[1] / NOISE[0]) ** exponent
    return even_gain * even + odd_gain * odd + noise * torch.randn_like(audio)


class Listener(nn.Module):
    """Convolutions over level-normalised log-mel of two windows; one vote per frame that sounds."""

    def __init__(self, targets: int = len(c.INSTRUMENTS)) -> None:
        """`targets` to tell apart."""
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(c.MEL_BINS + LONG_BANDS, CHANNELS, 3, padding=1),
            nn.LeakyReLU(SLOPE),
            nn.Dropout(DROPOUT),
            nn.Conv1d(CHANNELS, CHANNELS, 3, padding=1),
            nn.LeakyReLU(SLOPE),
            nn.Dropout(DROPOUT),
            nn.Conv1d(CHANNELS, CHANNELS, 3, padding=2, dilation=2),
            nn.LeakyReLU(SLOPE),
            nn.Conv1d(CHANNELS, targets, 1),
        )

    @staticmethod
    def hear(audio: Tensor) -> tuple[Tensor, Tensor]:
        """[B, n], levelled -> shapes [B, bands, frames] and which frames sound [B, frames]; hop 512."""
        hop = SHORT_WINDOW // 2
        off = (LONG_WINDOW - SHORT_WINDOW) // 2
        device = str(audio.device)
        shapes, level = [], None
        for window, bands, start in ((SHORT_WINDOW, c.MEL_BINS, off), (LONG_WINDOW, LONG_BANDS, 0)):
            spectrum = magnitude(audio[:, start : audio.shape[1] - start], window, hop=hop)
            own = spectrum.square().sum(-1, keepdim=True).sqrt()
            level = own if level is None else level
            mel = (spectrum / (own + 1e-5)) @ mel_filters(window, bands, device)
            shapes.append(torch.log(mel + FLOOR) - torch.log(torch.tensor(10.0 * FLOOR)))
        assert level is not None
        return torch.cat(shapes, dim=-1).transpose(1, 2), level[..., 0] > SOUNDING

    def forward(self, audio: Tensor) -> Tensor:
        """[B, n], levelled -> logits [B, targets], the mean over the frames that sound."""
        shapes, sounds = self.hear(audio)
        votes = self.layers(shapes)
        weights = sounds.float().unsqueeze(1)
        return (votes * weights).sum(-1) / weights.sum(-1).clamp_min(1.0)


class Likeness:
    """The listener, its optimiser, and the loss of what does not convince it."""

    def __init__(self, device: torch.device) -> None:
        """Fresh."""
        self.listener = Listener().to(device)
        self.optimiser = torch.optim.AdamW(
            self.listener.parameters(), LEARNING_RATE, betas=BETAS, weight_decay=1e-2
        )
        self.steps = 0

    @property
    def weight(self) -> float:
        """Share, 0..1, of the loss: none until the listener knows something, then a ramp."""
        return min(1.0, max(0.0, (self.steps - HEAD_START_STEPS) / RAMP_STEPS))

    def loss(self, made: Tensor, target: Tensor) -> Tensor:
        """How surely the listener takes what was made [B, n] for another than its target [B]: nats."""
        self.listener.requires_grad_(False).eval()
        loss = nn.functional.cross_entropy(self.listener(coloured(made)), target)
        self.listener.requires_grad_(True).train()
        return loss

    def train_step(self, true: Tensor, target: Tensor) -> dict[str, float]:
        """One step of the listener on true clips [B, n]; how often it was right."""
        logits = self.listener(coloured(true))
        loss = nn.functional.cross_entropy(logits, target)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        self.steps += 1
        return {"listener_accuracy": float((logits.argmax(-1) == target).float().mean())}

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {
            "listener": self.listener.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "steps": self.steps,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """From a checkpoint."""
        self.listener.load_state_dict(state["listener"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.steps = state["steps"]
