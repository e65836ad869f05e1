"""Writes a run's averaged weights as `.mynah` files and checks them against the Rust chain.

    python -m mynah_training.export --checkpoint RUN/checkpoint.pt --out assets

Writes `base.mynah` and `targets/NAME.mynah`. Before anything is replaced, the Rust chain (the
`chain_raw` example of mynah-models, built by cargo) must render a test signal as PyTorch does,
within 1e-4, for every target in both modes.
"""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import blake3
import numpy as np
import torch
from safetensors.torch import save

from . import config as c
from . import pitch, prior
from .checkpoint import load_model
from .model import Mynah, Source
from .safetensors_file import sealed
from .targets import SHIPPED

FORMAT_VERSION = 3
TOLERANCE = 1e-4


def midi_to_hz(midi: float) -> float:
    """Equal temperament, A4 = 440 Hz."""
    return 440.0 * 2.0 ** ((midi - 69.0) / 12.0)


def metadata(kind: str, name: str, display_name: str, credits: Sequence[str], licence: str) -> dict[str, str]:
    """The keys that every model file has (models/FORMAT.md)."""
    return {
        "mynah_format_version": str(FORMAT_VERSION),
        "kind": kind,
        "name": name,
        "display_name": display_name,
        "sample_rate_hz": str(c.SAMPLE_RATE_HZ),
        "hop_samples": str(c.HOP_SAMPLES),
        "frame_samples": str(c.FRAME_SAMPLES),
        # Nothing reads it any more, but earlier builds refuse a file without it.
        "default_controls": "{}",
        "credits": json.dumps(list(credits)),
        "licence": licence,
    }


def base_bytes(model: Mynah) -> bytes:
    """Encoder, shared translator and generator."""
    names = ("encoder.", "translator.", "generator.")
    tensors = {k: v.contiguous() for k, v in model.state_dict().items() if k.startswith(names)}
    everyone = [line for target in SHIPPED.targets for line in target.credits] + list(SHIPPED.scores)
    meta = metadata("base", "mynah-base", "Mynah base", everyone, SHIPPED.licence)
    meta["architecture"] = json.dumps(model.architecture.to_dict())
    meta["pitch_range_hz"] = json.dumps([c.PITCH_LOW_HZ, c.PITCH_HIGH_HZ])
    return sealed(save(tensors, metadata=meta))


def target_bytes(model: Mynah, index: int, base_hash: str) -> bytes:
    """One target's FiLM vectors and output head."""
    about = SHIPPED.targets[index]
    bank = model.targets
    tensors = {
        "film.scale": bank.scale[index].detach().clone(),
        "film.shift": bank.shift[index].detach().clone(),
        "head.weight": bank.weight[index].detach().clone(),
        "head.bias": bank.bias[index].detach().clone(),
    }
    meta = metadata("target", about.name, about.display_name, about.credits, SHIPPED.licence)
    meta["architecture"] = json.dumps(model.architecture.to_dict())
    meta["base_hash"] = base_hash
    low, high = about.pitch_range_midi
    meta["pitch_range_hz"] = json.dumps([round(midi_to_hz(low), 2), round(midi_to_hz(high), 2)])
    meta["home_register_midi"] = json.dumps(list(about.home_register_midi))
    return sealed(save(tensors, metadata=meta))


def test_signal() -> np.ndarray:
    """1.2 s with what can go wrong: an attack, a glide, a leap, a breathy part, silence; float32."""
    n = 225 * c.FRAME_SAMPLES
    t = np.arange(n) / c.SAMPLE_RATE_HZ
    f0_hz = np.where(t < 0.5, 196.0 * 2.0 ** (t / 2.4), 523.25)
    phase = 2.0 * np.pi * np.cumsum(f0_hz) / c.SAMPLE_RATE_HZ
    tone = sum(np.sin(h * phase) / h for h in range(1, 20))
    gate = ((t > 0.05) & (t < 0.95)) * np.minimum(1.0, (t - 0.05).clip(0) / 0.01)
    return (0.2 * gate * tone + 0.003 * (t < 1.0) * prior.noise(7, n)).astype(np.float32)


def reference(model: Mynah, audio: np.ndarray, target: int, follow: bool) -> np.ndarray:
    """PyTorch's output for the whole signal from a reset on."""
    f0_hz, voicing = pitch.track(audio)
    source = Source(
        torch.from_numpy(audio)[None],
        torch.from_numpy(f0_hz)[None],
        torch.from_numpy(voicing)[None],
        torch.tensor([float(follow)]),
    )
    noise = torch.from_numpy(prior.noise(0, len(audio)))[None]
    return model.chain(source, torch.tensor([target]), noise)[0].numpy()


CARGO_RUN = "cargo run -q --release -p mynah-models --example chain_raw --".split()


def check_parity(model: Mynah, folder: Path, workspace: Path, command: list[str]) -> float:
    """Largest difference between the Rust chain and PyTorch over all targets and both modes."""
    audio = test_signal()
    worst = 0.0
    with tempfile.TemporaryDirectory() as scratch:
        played, heard = Path(scratch, "in.f32"), Path(scratch, "out.f32")
        audio.tofile(played)
        for index, name in enumerate(c.INSTRUMENTS):
            for mode in ("track", "follow"):
                files = [folder / "base.mynah", folder / "targets" / f"{name}.mynah", played, heard]
                subprocess.run([*command, *map(str, files), mode], cwd=workspace, check=True)
                expected = reference(model, audio, index, mode == "follow")
                got = np.fromfile(heard, np.float32)[: len(expected)]
                difference = float(np.abs(got - expected).max())
                print(f"{name} {mode}: largest difference {difference:.2e}")
                worst = max(worst, difference)
    return worst


def write(model: Mynah, folder: Path) -> None:
    """Writes base and targets into `folder`."""
    (folder / "targets").mkdir(parents=True, exist_ok=True)
    base = base_bytes(model)
    (folder / "base.mynah").write_bytes(base)
    base_hash = blake3.blake3(base).hexdigest()
    for index, name in enumerate(c.INSTRUMENTS):
        (folder / "targets" / f"{name}.mynah").write_bytes(target_bytes(model, index, base_hash))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workspace", type=Path, default=Path(__file__).parents[3])
    parser.add_argument("--chain", type=Path, help="the example chain_raw, if it is built already")
    parser.add_argument("--unchecked", action="store_true", help="do not compare with the Rust chain")
    a = parser.parse_args()
    model = load_model(a.checkpoint)
    with tempfile.TemporaryDirectory() as scratch:
        write(model, Path(scratch))
        if not a.unchecked:
            command = CARGO_RUN if a.chain is None else [str(a.chain)]
            worst = check_parity(model, Path(scratch), a.workspace, command)
            if worst > TOLERANCE:
                raise SystemExit(
                    f"the Rust chain is {worst:.2e} away from PyTorch (allowed: {TOLERANCE:.0e})"
                )
    write(model, a.out)


if __name__ == "__main__":
    main()
