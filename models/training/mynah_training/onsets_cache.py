"""Frames of labelled clips on disk: what costs time is done once."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import config as c
from . import features, pitch
from .data.library import Audio, Split
from .onsets_clips import Clip, ClipMaker
from .onsets_network import onset_inputs

SEEDS = {"train": 1, "validation": 2}


@dataclass(frozen=True)
class LabelledClip:
    """One clip as the network sees it."""

    inputs: Tensor
    """[330, F], half precision"""
    onsets: np.ndarray
    """Samples, ascending"""
    source: str
    group: str
    kind: str


def clip_inputs(audio: Audio, tool: Path | None = None) -> Tensor:
    """float32 [n] -> the network's inputs [330, n // 256].

    `tool` is the Rust example `frames_raw`, which computes the same features ten times faster.
    """
    if tool is not None:
        return onset_inputs(*_frames_by_rust(audio, tool))[0]
    f0_hz, voicing = pitch.track(audio)
    sound = torch.from_numpy(audio)[None]
    power = features.power_frames(sound)
    level = features.log_level(power)
    loudness = features.log_loudness(level)
    attack = features.attack(sound, loudness)
    heard = (torch.from_numpy(x)[None] for x in (f0_hz, voicing))
    return onset_inputs(features.log_mel(power), level, loudness, attack, *heard)[0]


def _frames_by_rust(audio: Audio, tool: Path) -> list[Tensor]:
    with tempfile.TemporaryDirectory() as scratch:
        played, heard = Path(scratch, "in.f32"), Path(scratch, "frames.f32")
        audio.astype("<f4").tofile(played)
        subprocess.run([str(tool), str(played), str(heard)], check=True)
        rows = torch.from_numpy(np.fromfile(heard, "<f4").reshape(1, -1, c.MEL_BINS + 5))
    return [rows[..., : c.MEL_BINS], *rows[..., c.MEL_BINS :].unbind(-1)]


def save_clip(path: Path, clip: Clip, tool: Path | None = None) -> None:
    """Writes the file under a temporary name first: a half-written one is never seen."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("wb") as handle:
        np.savez(
            handle,
            allow_pickle=False,
            inputs=clip_inputs(clip.audio, tool).half().numpy(),
            onsets=np.array(clip.onsets, np.int64),
            labels=np.array([clip.source, clip.group, clip.kind]),
        )
    os.replace(partial, path)


def load_clips(folder: Path) -> list[LabelledClip]:
    """All clips of a folder, in order."""
    out = []
    for path in sorted(folder.glob("clip_*.npz")):
        with np.load(path) as data:
            source, group, kind = (str(x) for x in data["labels"])
            out.append(LabelledClip(torch.from_numpy(data["inputs"]), data["onsets"], source, group, kind))
    if not out:
        raise FileNotFoundError(f"no clips in {folder}")
    return out


_maker: ClipMaker | None = None
_tool: Path | None = None


def _start(data: Path, split: Split, tool: Path | None) -> None:
    global _maker, _tool
    torch.set_num_threads(1)
    _maker, _tool = ClipMaker(data, split, SEEDS[split]), tool


def _make(job: tuple[Path, int]) -> None:
    path, index = job
    assert _maker is not None
    save_clip(path, _maker.clip(index), _tool)


def build(
    data: Path, split: Split, folder: Path, clips: int, processes: int, tool: Path | None = None
) -> None:
    """Makes clips 0.. of one side of the split, those that are there already left out."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs: Sequence[tuple[Path, int]] = [(folder / f"clip_{k:05d}.npz", k) for k in range(clips)]
    jobs = [job for job in jobs if not job[0].exists()]
    with Pool(processes, _start, (data, split, tool)) as pool:
        for done, _ in enumerate(pool.imap_unordered(_make, jobs, chunksize=4), 1):
            if done % 50 == 0:
                print(f"{done} of {len(jobs)} clips", flush=True)
