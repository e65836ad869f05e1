"""Training batches drawn at random from a cache of parallel renderings."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import config as c
from . import prior
from .data.augment import AugmentConfig, augment
from .data.contour import contour_gain
from .data.soundfont import FAMILIES, family
from .data.sung import SUNG_NAMES
from .data.synthetic import SYNTH_NAMES
from .model import Source

DOMAINS = (*c.INSTRUMENTS, *SYNTH_NAMES, *SUNG_NAMES, *FAMILIES)
"""What the domain classifier tells apart."""
UNKNOWN_DOMAIN = -1
"""Of sources that are never trained on."""

MICROPHONE = AugmentConfig(gain_probability=0.0)
"""The gain is drawn here, because the wanted rendering must have it too."""
GAIN_DB = (-36.0, 4.0)
GAIN_MEAN_DB, GAIN_DEVIATION_DB = -3.0, 7.0
TAKE_SHARE = 0.75
"""How often the wanted rendering is another take (see :mod:`.data.cache`)."""
ANY_GAIN_SHARE = 0.15
"""Mostly the gain is near the nominal one, so that loudness still says how hard a note was played
and the target's timbre answers to it; now and then it is anything within 40 dB."""


def domain(source: str) -> int:
    """Index among :data:`DOMAINS` of a source of the cache."""
    name = family(source) if source.startswith("soundfont-") else source
    return DOMAINS.index(name) if name in DOMAINS else UNKNOWN_DOMAIN


@dataclass(frozen=True)
class Batch:
    """One training batch."""

    source: Source
    target: Tensor
    """[B] index of the target instrument"""
    domain: Tensor
    """[B] index of the source among `DOMAINS`"""
    wanted: Tensor
    """[B, 256 F]: the target's own rendering with the source's loudness contour"""
    noise: Tensor
    """[B, 256 F]"""
    level_db: Tensor
    """[B, F + 1]: level of the source before the microphone, of the 1,024 samples around every 256th"""


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


def before_microphone(audio: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """A source as some player's interface hears it, and the gain that it has there."""
    if rng.random() < 0.5:
        audio = warp_locally(audio, rng)
    gain_db = rng.normal(GAIN_MEAN_DB, GAIN_DEVIATION_DB)
    if rng.random() < ANY_GAIN_SHARE:
        gain_db = rng.uniform(*GAIN_DB)
    gain = float(10.0 ** (np.clip(gain_db, *GAIN_DB) / 20.0))
    return augment(audio * np.float32(gain), rng, MICROPHONE), gain


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
            if p.name.count(".") == 1 and p.with_suffix(".pitch.npz").exists()
        )
        if not self.paths:
            raise FileNotFoundError(f"no phrases with pitch tracks in {self.folder}")

    def phrase(self, index: int) -> dict[str, np.ndarray]:
        """audio, instruments, f0_hz, voicing of one phrase."""
        path = self.paths[index]
        if path not in self._loaded:
            with np.load(path) as data, np.load(path.with_suffix(".pitch.npz")) as pitch:
                self._loaded[path] = {
                    "audio": data["audio"],
                    "instruments": data["instruments"],
                    "targets": data["targets"],
                    "polyphonic": data["polyphonic"],
                    "notes": data["notes"],
                    "f0_hz": pitch["f0_hz"],
                    "voicing": pitch["voicing"],
                    "level_db": pitch["level_db"],
                }
            takes = path.with_suffix(".takes.npz")
            if takes.exists():
                with np.load(takes) as data:
                    self._loaded[path] |= {
                        "take_rows": data["rows"],
                        "take_audio": data["audio"],
                        "take_level_db": data["level_db"],
                    }
        return self._loaded[path]


class BatchMaker:
    """Draws batches; the same seed and the same cache give the same batches."""

    def __init__(
        self,
        cache: PhraseCache,
        batch: int,
        frames: int,
        seed: int,
        augmented: bool,
        plays: Callable[[str], bool] = lambda source: True,
        targets: tuple[str, ...] = c.INSTRUMENTS,
    ) -> None:
        """`frames` of 256 samples an item; `augmented` puts sources before random microphones.

        `plays` says which sources may be drawn, `targets` which targets.
        """
        self.cache, self.batch, self.frames, self.augmented = cache, batch, frames, augmented
        self.plays, self.targets = plays, targets
        self.rng = np.random.default_rng(seed)

    def _item(self, self_share: float, follow_share: float) -> tuple[np.ndarray, ...] | None:
        rng, n = self.rng, self.frames * c.FRAME_SAMPLES
        phrase = self.cache.phrase(int(rng.integers(len(self.cache.paths))))
        names = [str(name) for name in phrase["instruments"]]
        targets = [i for i in np.flatnonzero(phrase["targets"]) if names[i] in self.targets]
        if not targets:
            return None
        wanted_index = int(rng.choice(targets))
        others = [i for i in range(len(names)) if i != wanted_index and self.plays(names[i])]
        if not others and self_share == 0.0:
            return None
        source_index = wanted_index if not others or rng.random() < self_share else int(rng.choice(others))
        total = phrase["audio"].shape[1]
        start = int(rng.integers(0, (total - n) // c.FRAME_SAMPLES + 1)) * c.FRAME_SAMPLES
        window = slice(start, start + n)
        audio = phrase["audio"][source_index, window].astype(np.float32) / 32768.0
        first = start // c.FRAME_SAMPLES
        frames = slice(first, first + self.frames)
        edges = slice(first, first + self.frames + 1)
        wanted, wanted_level_db = phrase["audio"][wanted_index], phrase["level_db"][wanted_index]
        if self.augmented and "take_rows" in phrase and rng.random() < TAKE_SHARE:
            take = int(np.flatnonzero(phrase["take_rows"] == wanted_index)[0])
            wanted, wanted_level_db = phrase["take_audio"][take], phrase["take_level_db"][take]
        wanted = wanted[window].astype(np.float32) / 32768.0
        wanted *= contour_gain(phrase["level_db"][source_index, edges], wanted_level_db[edges], n)
        if float(np.abs(wanted).max()) < 1e-3:
            return None
        gain = 1.0
        if self.augmented:
            audio, gain = before_microphone(audio, rng)
        follow = bool(phrase["polyphonic"]) or rng.random() < follow_share
        return (
            audio,
            wanted * np.float32(gain),
            phrase["f0_hz"][source_index, frames],
            phrase["voicing"][source_index, frames],
            np.float32(follow),
            np.int64(c.INSTRUMENTS.index(names[wanted_index])),
            np.int64(domain(names[source_index])),
            phrase["level_db"][source_index, edges] + np.float32(20.0 * np.log10(gain)),
        )

    def draw(self, device: torch.device, self_share: float = 0.15, follow_share: float = 0.35) -> Batch:
        """One batch on `device`."""
        items: list[tuple[np.ndarray, ...]] = []
        while len(items) < self.batch:
            item = self._item(self_share, follow_share)
            if item is not None:
                items.append(item)
        columns = [torch.from_numpy(np.stack(column)).to(device) for column in zip(*items, strict=True)]
        audio, wanted, f0_hz, voicing, follow, target, domain, level_db = columns
        count = self.frames * c.FRAME_SAMPLES
        noise = np.stack([prior.noise(int(self.rng.integers(2**31)), count) for _ in items])
        source = Source(audio, f0_hz, voicing, follow)
        return Batch(source, target, domain, wanted, torch.from_numpy(noise).to(device), level_db)
