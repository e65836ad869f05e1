"""Training batches drawn at random from a cache of parallel renderings."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import config as c
from . import prior
from .data.augment import AugmentConfig, augment
from .data.synthetic import SYNTH_NAMES
from .model import Source

DOMAINS = (*c.INSTRUMENTS, *SYNTH_NAMES)
"""What the domain classifier tells apart."""

MICROPHONE = AugmentConfig(gain_probability=0.0)
"""The gain is drawn here, because the wanted rendering must have it too."""


@dataclass(frozen=True)
class Batch:
    """One training batch."""

    source: Source
    target: Tensor
    """[B] index of the target instrument"""
    domain: Tensor
    """[B] index of the source among `DOMAINS`"""
    wanted: Tensor
    """[B, 256 F]: the target's own rendering"""
    noise: Tensor
    """[B, 256 F]"""


def warp_locally(audio: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """UMTN's local pitch augmentation: a random 0.25-0.5 s stretch by up to half a semitone.

    Read at a speed of 1 + d in the first half of the stretch and 1 - d in the second, so that the rest
    stays in time.
    """
    n = len(audio)
    length = int(rng.uniform(0.25, 0.5) * c.SAMPLE_RATE_HZ)
    if n <= length:
        return audio
    start = int(rng.integers(0, n - length))
    depth = (2.0 ** (rng.uniform(-0.5, 0.5) / 12.0) - 1.0) * length / np.pi
    position = np.arange(length)
    position = start + position + depth * np.sin(np.pi * position / length) ** 2
    out = audio.copy()
    out[start : start + length] = np.interp(position, np.arange(n), audio)
    return out


class PhraseCache:
    """Phrases of a cache folder; files are mapped when first used and stay mapped."""

    def __init__(self, folder: Path) -> None:
        """Takes the phrases whose pitch tracks are there too."""
        self.folder = folder
        self._loaded: dict[Path, dict[str, np.ndarray]] = {}
        self.refresh()

    def refresh(self) -> None:
        """Looks for phrases written since."""
        self.paths = sorted(
            p
            for p in self.folder.glob("phrase_*.npz")
            if not p.name.endswith(".pitch.npz") and p.with_suffix("").with_suffix(".pitch.npz").exists()
        )
        if not self.paths:
            raise FileNotFoundError(f"no phrases with pitch tracks in {self.folder}")

    def phrase(self, index: int) -> dict[str, np.ndarray]:
        """audio, instruments, f0_hz, voicing of one phrase."""
        path = self.paths[index]
        if path not in self._loaded:
            with np.load(path) as data, np.load(path.with_suffix("").with_suffix(".pitch.npz")) as pitch:
                self._loaded[path] = {
                    "audio": data["audio"],
                    "instruments": data["instruments"],
                    "polyphonic": data["polyphonic"],
                    "f0_hz": pitch["f0_hz"],
                    "voicing": pitch["voicing"],
                }
        return self._loaded[path]


class BatchMaker:
    """Draws batches; the same seed and the same cache give the same batches."""

    def __init__(self, cache: PhraseCache, batch: int, frames: int, seed: int, augmented: bool) -> None:
        """`frames` of 256 samples an item; `augmented` puts sources before random microphones."""
        self.cache, self.batch, self.frames, self.augmented = cache, batch, frames, augmented
        self.rng = np.random.default_rng(seed)

    def _item(self, self_share: float, follow_share: float) -> tuple[np.ndarray, ...] | None:
        rng, n = self.rng, self.frames * c.FRAME_SAMPLES
        phrase = self.cache.phrase(int(rng.integers(len(self.cache.paths))))
        names = [str(name) for name in phrase["instruments"]]
        targets = [i for i, name in enumerate(names) if name in c.INSTRUMENTS]
        wanted_index = int(rng.choice(targets))
        others = [i for i in range(len(names)) if i != wanted_index]
        source_index = wanted_index if not others or rng.random() < self_share else int(rng.choice(others))
        total = phrase["audio"].shape[1]
        start = int(rng.integers(0, (total - n) // c.FRAME_SAMPLES + 1)) * c.FRAME_SAMPLES
        window = slice(start, start + n)
        audio = phrase["audio"][source_index, window].astype(np.float32) / 32768.0
        wanted = phrase["audio"][wanted_index, window].astype(np.float32) / 32768.0
        if float(np.abs(wanted).max()) < 1e-3:
            return None
        gain = 1.0
        if self.augmented:
            if rng.random() < 0.5:
                audio = warp_locally(audio, rng)
            gain = float(10.0 ** (rng.uniform(-26.0, 4.0) / 20.0))
            audio = augment(audio * np.float32(gain), rng, MICROPHONE)
        frames = slice(start // c.FRAME_SAMPLES, start // c.FRAME_SAMPLES + self.frames)
        follow = bool(phrase["polyphonic"]) or rng.random() < follow_share
        return (
            audio,
            wanted * np.float32(gain),
            phrase["f0_hz"][source_index, frames],
            phrase["voicing"][source_index, frames],
            np.float32(follow),
            np.int64(c.INSTRUMENTS.index(names[wanted_index])),
            np.int64(DOMAINS.index(names[source_index])),
        )

    def draw(self, device: torch.device, self_share: float = 0.15, follow_share: float = 0.35) -> Batch:
        """One batch on `device`."""
        items: list[tuple[np.ndarray, ...]] = []
        while len(items) < self.batch:
            item = self._item(self_share, follow_share)
            if item is not None:
                items.append(item)
        columns = [torch.from_numpy(np.stack(column)).to(device) for column in zip(*items, strict=True)]
        audio, wanted, f0_hz, voicing, follow, target, domain = columns
        count = self.frames * c.FRAME_SAMPLES
        noise = np.stack([prior.noise(int(self.rng.integers(2**31)), count) for _ in items])
        source = Source(audio, f0_hz, voicing, follow)
        return Batch(source, target, domain, wanted, torch.from_numpy(noise).to(device))
