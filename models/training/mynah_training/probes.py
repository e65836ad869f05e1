"""What can be read from z: the source (it should not be), pitch and articulation (they should).

Fresh networks, that had no part in the training, learn to read the frozen encoder's z from the
training cache and are judged on the validation cache. The same networks on the encoder's own input
(the loudness-normalised log-mel) say what there was to read.

    python -m mynah_training.probes --cache CACHE --checkpoint RUN/checkpoint.pt
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from . import config as c
from . import features
from .batches import Batch, BatchMaker, PhraseCache
from .checkpoint import load_model
from .model import Mynah

FRAMES = 128
BATCH = 16
VALIDATION_BATCHES = 12
SLOPE_FRAMES = 4
RISE, FALL = 0.7, -0.35
"""Nepers over `SLOPE_FRAMES` (21 ms): 6 dB up is an attack, 3 dB down a release."""
ARTICULATIONS = 3
SEMITONES = 64
"""Classes of the pitch readout, from 55 Hz up."""

Reader = Callable[[Batch], Tensor]


@dataclass(frozen=True)
class Labels:
    """What is to be read, per frame but for the source."""

    source: Tensor
    """[B]"""
    semitone: Tensor
    """[B, F], above 55 Hz"""
    voicing: Tensor
    """[B, F]"""
    loudness: Tensor
    """[B, F], nepers"""
    articulation: Tensor
    """[B, F]: 0 attack, 1 held, 2 release"""


class Probe(nn.Module):
    """Convolutions over what is read: the source of the clip, and four things of every frame."""

    def __init__(self, inputs: int) -> None:
        """`inputs` channels."""
        super().__init__()

        def stack(outputs: int) -> nn.Sequential:
            return nn.Sequential(
                nn.Conv1d(inputs, 96, 5, padding=2),
                nn.ReLU(),
                nn.Conv1d(96, 96, 5, padding=2),
                nn.ReLU(),
                nn.Conv1d(96, outputs, 1),
            )

        self.source = stack(len(c.INSTRUMENTS))
        self.frames = stack(2 + ARTICULATIONS)
        self.pitch = stack(SEMITONES)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """[B, inputs, F] -> logits of the source [B, 9], of the pitch [B, 64, F], readings [B, 5, F]."""
        return self.source(x).mean(-1), self.pitch(x), self.frames(x)


def labels(batch: Batch) -> Labels:
    """From the features of the batch's sources."""
    loudness = features.log_level(features.power_frames(batch.source.audio))
    before = nn.functional.pad(loudness, (SLOPE_FRAMES, 0), mode="replicate")[:, : loudness.shape[1]]
    slope = loudness - before
    articulation = torch.ones_like(slope, dtype=torch.long)
    articulation[slope > RISE] = 0
    articulation[slope < FALL] = 2
    semitone = (12.0 * torch.log2(batch.source.f0_hz / c.PITCH_LOW_HZ)).round().long()
    semitone = semitone.clamp(0, SEMITONES - 1)
    return Labels(batch.domain, semitone, batch.source.voicing, loudness, articulation)


def read_z(model: Mynah) -> Reader:
    """Reads the encoder's output."""

    def read(batch: Batch) -> Tensor:
        power = features.power_frames(batch.source.audio)
        z: Tensor = model.encoder(features.log_mel(power), features.log_level(power))
        return z

    return read


def read_mel(batch: Batch) -> Tensor:
    """Reads the encoder's input."""
    power = features.power_frames(batch.source.audio)
    log_mel = features.log_mel(power) - features.log_level(power).unsqueeze(-1)
    return (0.5 * (log_mel + 4.0)).transpose(1, 2)


def _loss(probe: Probe, x: Tensor, wanted: Labels) -> Tensor:
    source, pitch, frames = probe(x)
    voiced = wanted.voicing > 0.5
    pitch_loss = nn.functional.cross_entropy(pitch, wanted.semitone, reduction="none")
    shares = torch.bincount(wanted.articulation.flatten(), minlength=ARTICULATIONS).float()
    # Most frames are held: without weights the probe would say so of all.
    weights = shares.sum() / shares.clamp_min(1.0) / ARTICULATIONS
    return (
        nn.functional.cross_entropy(source, wanted.source)
        + (pitch_loss * voiced).sum() / voiced.sum().clamp_min(1)
        + nn.functional.binary_cross_entropy_with_logits(frames[:, 0], voiced.float())
        + 0.1 * (frames[:, 1] - wanted.loudness - 4.0).square().mean()
        + nn.functional.cross_entropy(frames[:, 2:], wanted.articulation, weight=weights)
    )


def _explained(read: Tensor, wanted: Tensor) -> float:
    """Share of the variance that the reading explains (1 is all, 0 none)."""
    return float(1.0 - (read - wanted).square().mean() / wanted.var().clamp_min(1e-9))


@torch.no_grad()
def judge(probe: Probe, reader: Reader, batches: list[Batch]) -> dict[str, float]:
    """Figures on the validation draws; accuracies are means over the classes."""
    sources, pitches, frames, wanted = [], [], [], []
    for batch in batches:
        source, pitch, reading = probe(reader(batch))
        sources.append(source.argmax(-1))
        pitches.append(pitch.argmax(1))
        frames.append(reading)
        wanted.append(labels(batch))
    guess, true = torch.cat(sources), torch.cat([w.source for w in wanted])
    reading = torch.cat(frames)
    semitone, voicing, loudness, articulation = (
        torch.cat([getattr(w, name) for w in wanted])
        for name in ("semitone", "voicing", "loudness", "articulation")
    )
    voiced = voicing > 0.5

    def balanced(guess: Tensor, true: Tensor, classes: int) -> float:
        shares = [(guess[true == k] == k).float().mean() for k in range(classes) if bool((true == k).any())]
        return float(torch.stack(shares).mean())

    return {
        "source_accuracy": balanced(guess, true, len(c.INSTRUMENTS)),
        "pitch_within_a_semitone": float(((torch.cat(pitches) - semitone).abs()[voiced] <= 1).float().mean()),
        "voicing_accuracy": balanced((reading[:, 0] > 0.0).long(), voiced.long(), 2),
        "loudness_explained": _explained(reading[:, 1] - 4.0, loudness),
        "articulation_accuracy": balanced(reading[:, 2:].argmax(1), articulation, ARTICULATIONS),
    }


def train_probe(reader: Reader, inputs: int, cache: Path, steps: int, seed: int) -> dict[str, float]:
    """A fresh probe on what `reader` gives, after some steps of training."""
    torch.manual_seed(seed)

    def recorded(source: str) -> bool:
        return source in c.INSTRUMENTS

    def maker(folder: str, seed: int, augmented: bool) -> BatchMaker:
        return BatchMaker(PhraseCache(cache / folder), BATCH, FRAMES, seed, augmented, recorded)

    device = torch.device("cpu")
    training = maker("train", seed, True)
    validation = maker("validation", 1, False)
    batches = [validation.draw(device, self_share=0.0) for _ in range(VALIDATION_BATCHES)]
    probe = Probe(inputs)
    optimiser = torch.optim.Adam(probe.parameters(), 2e-3)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * (1.0 - 0.95 * step / steps)
        batch = training.draw(device, self_share=0.0)
        with torch.no_grad():
            x = reader(batch)
        loss = _loss(probe, x, labels(batch))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return judge(probe, reader, batches)


def main() -> None:
    """Command line: prints JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, help="without one, the encoder's input is read")
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    reader: Reader = read_mel
    inputs = c.MEL_BINS
    if a.checkpoint is not None:
        model = load_model(a.checkpoint)
        reader, inputs = read_z(model), model.architecture.latent_channels
    figures = train_probe(reader, inputs, a.cache, a.steps, a.seed)
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
