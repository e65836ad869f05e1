"""How well a discriminator trained afresh tells what the model makes from true renderings.

Fresh networks, that had no part in the training, learn on the training split and are judged on held-out
notes and phrases: one for the prior's sound, one for the generator's. 0.5 is chance, 1 is always right.

    python -m mynah_training.realness --cache CACHE --checkpoint RUN/checkpoint.pt

Both sides are the same 0.3 s of the same events, rounded to 16 bits, brought to -20 dBFS each by
itself, and carry the same faint noise. What may still give a side away though it is no fault of the
model's sound: the contour's gain, which lifts a recording's hiss where its own note has decayed
(up to 20 dB), and recordings that end below 24 kHz. The source is clean: no microphone, no room.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from . import config as c
from . import losses
from .batches import BatchMaker, PhraseCache
from .checkpoint import load_model
from .clips import CLIP_FRAMES, SKIP_SAMPLES, WARM_UP_FRAMES, wanted_blocks
from .discriminators import Discriminators
from .model import Mynah

WINDOW_SAMPLES = 56 * c.FRAME_SAMPLES
"""0.3 s."""
BATCH = 8
VALIDATION_BATCHES = 24
FOLLOW_SHARE = 0.35
HEARD_RMS = 3e-3
"""Windows of which less is wanted (a rest, -50 dBFS) are not judged: there is no sound to be real."""
FAINT_NOISE = 1e-4
LEARNING_RATE = 1e-3
LOOKS = 4
"""How often the judges are asked: a figure still rising at the end is of judges trained too little."""


@dataclass(frozen=True)
class Clips:
    """The same windows as they should sound and as they were made, ready to be judged."""

    true: Tensor
    """[B, n]"""
    made: dict[str, Tensor]
    """Of each kind: [B, n]"""
    follow: Tensor
    """[B]: 0 track, 1 follow"""


Draw = Callable[[], Clips]


class Judge(nn.Module):
    """The training's discriminators, fresh and told nothing, as one: the sum of their mean scores."""

    def __init__(self) -> None:
        """Fresh."""
        super().__init__()
        self.discriminators = Discriminators(conditional=False)

    def forward(self, audio: Tensor) -> Tensor:
        """[B, n] -> logit that the clip is true [B]."""
        audio = audio + FAINT_NOISE * torch.randn_like(audio)
        scores = [j.scores.flatten(1).mean(-1) for j in self.discriminators(audio)]
        return torch.stack(scores).sum(0)


def alike(audio: Tensor) -> Tensor:
    """[B, n] rounded to 16 bits, then each item to -20 dBFS."""
    audio = (audio * 32768.0).round().clamp(-32768.0, 32767.0) / 32768.0
    return losses.level(audio, by=audio)[0]


def draw_from(model: Mynah, folder: Path, seed: int) -> Draw:
    """Windows of the prior's and of the full output, from other instruments than the target.

    On the model's device; the same seed gives the same windows.
    """
    device = next(model.parameters()).device
    maker = BatchMaker(PhraseCache(folder), BATCH, CLIP_FRAMES, seed, augmented=False)
    starts = torch.Generator().manual_seed(seed)
    late = c.SUB_BANDS

    def window(signal: Tensor, start: Tensor) -> Tensor:
        return signal.gather(1, (start + torch.arange(WINDOW_SAMPLES)).to(device))

    def draw() -> Clips:
        while True:
            batch = maker.draw(device, self_share=0.0, follow_share=FOLLOW_SHARE)
            wanted = wanted_blocks(batch, late)
            last = wanted.shape[1] - WINDOW_SAMPLES
            start = torch.randint(SKIP_SAMPLES + late, last + 1, (BATCH, 1), generator=starts)
            true = window(wanted, start)
            heard = true.square().mean(-1).sqrt() > HEARD_RMS
            if not bool(heard.any()):
                continue
            with torch.no_grad():
                rendering = model.render(batch.source, batch.target, batch.noise, WARM_UP_FRAMES)
                full = model.generate(rendering)
            prior = rendering.tonal + rendering.noisy
            made = {"prior": window(prior, start - late), "full": window(full, start)}
            return Clips(
                alike(true[heard]),
                {kind: alike(signal[heard]) for kind, signal in made.items()},
                batch.source.follow[heard],
            )

    return draw


@torch.no_grad()
def accuracy(judge: Judge, kind: str, batches: list[Clips]) -> dict[str, float]:
    """Share of the clips that are told right: of both sides, of each, and by mode."""
    true = torch.cat([judge(clips.true) > 0.0 for clips in batches]).float()
    made = torch.cat([judge(clips.made[kind]) <= 0.0 for clips in batches]).float()
    follow = torch.cat([clips.follow for clips in batches]) > 0.5
    both = 0.5 * (true + made)
    figures = {"accuracy": both, "true": true, "made": made, "track": both[~follow], "follow": both[follow]}
    return {name: float(values.mean()) for name, values in figures.items() if values.numel()}


def train_judges(
    training: Draw, validation: list[Clips], steps: int, seed: int
) -> dict[str, list[dict[str, float]]]:
    """A fresh judge for each kind that is drawn, all on the same clips.

    -> their figures after each of `LOOKS` equal parts of the training; the learning rate falls to 5 %.
    """
    torch.manual_seed(seed)
    judges = {kind: Judge().to(validation[0].true.device) for kind in validation[0].made}
    figures: dict[str, list[dict[str, float]]] = {kind: [] for kind in judges}
    optimisers = {
        kind: torch.optim.Adam(judge.parameters(), LEARNING_RATE, betas=(0.9, 0.99))
        for kind, judge in judges.items()
    }
    looks = {steps * (look + 1) // LOOKS for look in range(LOOKS)}
    for step in range(steps):
        clips = training()
        for kind, judge in judges.items():
            for group in optimisers[kind].param_groups:
                group["lr"] = LEARNING_RATE * (1.0 - 0.95 * step / steps)
            logits = judge(torch.cat([clips.true, clips.made[kind]]))
            is_true = (torch.arange(len(logits), device=logits.device) < len(clips.true)).float()
            loss = nn.functional.binary_cross_entropy_with_logits(logits, is_true)
            optimisers[kind].zero_grad(set_to_none=True)
            loss.backward()
            optimisers[kind].step()
            if step + 1 in looks:
                figures[kind].append(accuracy(judge, kind, validation))
    return figures


def main() -> None:
    """Command line: prints JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    model = load_model(a.checkpoint).to(a.device)
    draw = draw_from(model, a.cache / "validation", seed=1)
    validation = [draw() for _ in range(VALIDATION_BATCHES)]
    figures = train_judges(draw_from(model, a.cache / "train", a.seed), validation, a.steps, a.seed)
    clips = sum(len(batch.true) for batch in validation)
    report: dict[str, object] = {"steps": a.steps, "validation_clips": clips}
    for kind, looks in figures.items():
        report[kind] = {name: round(value, 4) for name, value in looks[-1].items()}
        report[f"{kind}_accuracy_while_training"] = [round(look["accuracy"], 4) for look in looks]
    print(json.dumps(report))


if __name__ == "__main__":
    main()
