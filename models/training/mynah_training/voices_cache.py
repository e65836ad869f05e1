"""Frames of labelled clips on disk: what costs time is done once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from .data.library import Split
from .voices_clips import VoicesClip, VoicesClipMaker
from .voices_features import Spectra, spectra
from .voices_music import Scores

SEEDS = {"train": 1, "judge": 2, "validation": 3}
"""`judge` is the side on which thresholds are chosen, `validation` what is reported."""


@dataclass(frozen=True)
class LabelledVoices:
    """One clip as the network sees it."""

    frames: Spectra
    """[F, ..], half precision"""
    notes: npt.NDArray[np.int64]
    """[N, 3]: onset and end (samples), MIDI note"""
    level: npt.NDArray[np.float16]
    """[F, 73]"""
    cents: float
    kind: str
    sources: str


def save_clip(path: Path, clip: VoicesClip) -> None:
    """Writes the file under a temporary name first: a half-written one is never seen."""
    s = spectra(torch.from_numpy(clip.audio)[None])
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("wb") as handle:
        np.savez(
            handle,
            allow_pickle=False,
            fine=s.fine[0].half().numpy(),
            quick=s.quick[0].half().numpy(),
            rises=torch.stack(s.rises, dim=1)[0].half().numpy(),
            reference=s.reference[0].numpy(),
            notes=np.array([(n.onset, n.end, n.midi) for n in clip.notes], np.int64).reshape(-1, 3),
            level=clip.level.astype(np.float16),
            cents=np.float64(clip.cents),
            labels=np.array([clip.kind, clip.sources]),
        )
    os.replace(partial, path)


def load_clip(path: Path) -> LabelledVoices:
    """One clip."""
    with np.load(path) as data:
        parts: list[Tensor] = [torch.from_numpy(data[n]) for n in ("fine", "quick", "rises", "reference")]
        frames = Spectra(parts[0], parts[1], tuple(parts[2].unbind(0)), parts[3])
        kind, sources = (str(x) for x in data["labels"])
        return LabelledVoices(frames, data["notes"], data["level"], float(data["cents"]), kind, sources)


def load_clips(folder: Path) -> list[LabelledVoices]:
    """All clips of a folder, in order."""
    out = [load_clip(path) for path in sorted(folder.glob("clip_*.npz"))]
    if not out:
        raise FileNotFoundError(f"no clips in {folder}")
    return out


_maker: VoicesClipMaker | None = None


def _start(data: Path, split: Split) -> None:
    global _maker
    torch.set_num_threads(1)
    _maker = VoicesClipMaker(data, split != "train", Scores(data / "scores", split), SEEDS[split])


def _make(job: tuple[Path, int]) -> None:
    path, index = job
    assert _maker is not None
    save_clip(path, _maker.clip(index))


def build(data: Path, split: Split, folder: Path, clips: int, processes: int) -> None:
    """Makes clips 0.. of one side of the split, those that are there already left out."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs: Sequence[tuple[Path, int]] = [(folder / f"clip_{k:05d}.npz", k) for k in range(clips)]
    jobs = [job for job in jobs if not job[0].exists()]
    with Pool(processes, _start, (data, split)) as pool:
        for done, _ in enumerate(pool.imap_unordered(_make, jobs, chunksize=4), 1):
            if done % 50 == 0:
                print(f"{done} of {len(jobs)} clips", flush=True)
