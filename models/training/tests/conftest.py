"""A cache of two tiny made-up phrases for the tests of the training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mynah_training import config as c
from mynah_training import pitch
from mynah_training.clips import CLIP_FRAMES
from mynah_training.data.contour import level_frames_db
from mynah_training.frames.batches import CLIP_FRAMES as FRAME_CLIP_FRAMES

FRAMES = max(CLIP_FRAMES, FRAME_CLIP_FRAMES) + 40

# The networks are tiny: threads that wait for each other cost more than they bring.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two phrases of two instruments; in validation a third plays, that is never trained on."""
    root = tmp_path_factory.mktemp("cache")
    time_s = np.arange(FRAMES * c.FRAME_SAMPLES) / c.SAMPLE_RATE_HZ
    for folder in ("train", "validation"):
        (root / folder).mkdir()
        for index, hz in enumerate((220.0, 330.0)):
            rows = []
            names = ["violin", "flute", "guitar-nylon"][: 2 if folder == "train" else 3]
            for brightness in (0.3, 0.6, 0.8)[: len(names)]:
                wave = sum(brightness**k * np.sin(2 * np.pi * k * hz * time_s) for k in range(1, 12))
                rows.append(np.round(8_000 * wave * (1 + 0.5 * np.sin(9 * time_s))).astype(np.int16))
            audio = np.stack(rows)
            np.savez(
                root / folder / f"phrase_{index:05d}.npz",
                audio=audio,
                instruments=np.array(names),
                targets=np.array([name in c.INSTRUMENTS for name in names]),
                polyphonic=np.array(False),
                notes=np.array([[0.0, FRAMES / 187.5, 57.0 + 7.0 * index, 0.7]], np.float32),
            )
            floats = audio.astype(np.float32) / 32768.0
            tracks = [pitch.track(row) for row in floats]
            np.savez(
                root / folder / f"phrase_{index:05d}.pitch.npz",
                f0_hz=np.stack([t[0] for t in tracks]),
                voicing=np.stack([t[1] for t in tracks]),
                level_db=np.stack([level_frames_db(row) for row in floats]),
            )
    return root
