"""Writes chain_base.mynah, chain_target.mynah and chain_{track,follow}.f32 beside itself.

    cd models/training && PYTHONPATH=. python ../tests/golden/make_chain.py
"""

import json
from pathlib import Path

import blake3
import numpy as np
import torch
from mynah_training import config as c
from mynah_training import pitch, prior
from mynah_training.export import metadata
from mynah_training.model import Mynah, Source
from safetensors.torch import save

HERE = Path(__file__).parent
SAMPLES = 36 * c.FRAME_SAMPLES
ARCHITECTURE = c.Architecture(
    encoder_channels=12,
    encoder_dilations=(1, 3),
    latent_channels=5,
    translator_channels=14,
    translator_dilations=(1, 2),
    pitch_bumps=6,
    generator_channels=10,
    generator_dilations=(1, 3),
)


def signal() -> np.ndarray:
    """A saw at 220 Hz, at 330 Hz from sample 4,608 on, after 1,024 samples of silence."""
    n = np.arange(SAMPLES)
    hz = np.where(n < 4608, 220, 330)
    saw = 0.4 * ((n * hz % 48000) / 48000.0 - 0.5)
    return np.where(n < 1024, 0.0, saw).astype(np.float32)


def write(name: str, kind: str, tensors: dict[str, torch.Tensor], **more: str) -> bytes:
    meta = metadata(kind, f"golden-{kind}", "Golden", ["Nobody: random numbers"], "MIT OR Apache-2.0")
    meta |= {"architecture": json.dumps(ARCHITECTURE.to_dict()), "pitch_range_hz": "[55.0, 2200.0]", **more}
    data = save({k: v.detach().contiguous().clone() for k, v in tensors.items()}, metadata=meta)
    (HERE / name).write_bytes(data)
    return data


torch.manual_seed(20)
model = Mynah(ARCHITECTURE, targets=1).eval()
for tensor in (model.generator.output.weight, model.generator.output.bias):
    torch.nn.init.normal_(tensor, std=0.3)
base = write(
    "chain_base.mynah",
    "base",
    {k: v for k, v in model.state_dict().items() if not k.startswith("targets.")},
)
bank = model.targets
write(
    "chain_target.mynah",
    "target",
    {
        "film.scale": bank.scale[0],
        "film.shift": bank.shift[0],
        "head.weight": bank.weight[0],
        "head.bias": bank.bias[0],
    },
    base_hash=blake3.blake3(base).hexdigest(),
)
audio = signal()
f0_hz, voicing = pitch.track(audio)
for follow, name in enumerate(("track", "follow")):
    source = Source(
        torch.from_numpy(audio)[None],
        torch.from_numpy(f0_hz)[None],
        torch.from_numpy(voicing)[None],
        torch.tensor([float(follow)]),
    )
    noise = torch.from_numpy(prior.noise(0, SAMPLES))[None]
    output = model.chain(source, torch.tensor([0]), noise, drive=0.75)[0].numpy()
    output.astype("<f4").tofile(HERE / f"chain_{name}.f32")
