"""Writes what the Rust tests of the features and the prior are held against.

    cd models/training && python -m mynah_training.goldens ../tests/golden/dsp.safetensors

One short synthetic input goes through `features`, `pitch` and `prior`; smooth random envelopes take
the networks' place. Seeded: the same file every time.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from . import config as c
from . import features, pitch, prior

FRAMES = 48


def synthetic_input() -> np.ndarray:
    """A saw with vibrato, silence, noise, a chord in noise, a rising sine: float32 [48 frames]."""
    count = FRAMES * c.FRAME_SAMPLES
    random = np.random.default_rng(1)
    seconds = np.arange(count) / c.SAMPLE_RATE_HZ
    turns = 196.0 * seconds + 0.3 * np.sin(2.0 * np.pi * 6.0 * seconds)
    saw = sum((np.sin(2.0 * np.pi * h * turns) / h for h in range(1, 60)), np.zeros(count)) * 0.2
    hiss = random.standard_normal(count) * 0.05
    notes_hz = (261.6, 329.6, 392.0, 1046.5)
    chord = sum((0.1 * np.sin(2.0 * np.pi * hz * seconds) for hz in notes_hz), np.zeros(count))
    sweep = 0.3 * np.sin(2.0 * np.pi * (500.0 * seconds + 2000.0 * seconds**2))
    parts = [saw, np.zeros(count), hiss, chord + 0.1 * hiss, sweep]
    lengths = [14, 6, 6, 10, 12]
    starts = np.cumsum([0, *lengths]) * c.FRAME_SAMPLES
    pieces = [part[a:b] for part, a, b in zip(parts, starts[:-1], starts[1:], strict=True)]
    return np.concatenate(pieces).astype(np.float32)


def envelopes(seed: int, level: float) -> torch.Tensor:
    """Smooth random log envelopes, float32 [1, F, 64]."""
    random = np.random.default_rng(seed)
    rough = random.standard_normal((FRAMES, c.ENVELOPE_POINTS + 8)) * 4.0
    smooth = np.stack([np.convolve(row, np.hanning(9) / 4.0, "valid") for row in rough])
    slope = np.linspace(1.0, -5.0, c.ENVELOPE_POINTS)
    bounded = np.clip(smooth + slope + level, c.ENVELOPE_MIN, c.ENVELOPE_MAX)
    return torch.tensor(bounded[None], dtype=torch.float32)


def goldens() -> dict[str, np.ndarray]:
    """Every golden by name."""
    audio = synthetic_input()
    batch = torch.tensor(audio[None])
    power = features.power_frames(batch)
    log_level = features.log_level(power)
    log_loudness = features.log_loudness(log_level)
    error_filter, log_residual = features.whitening(power)
    f0, voicing = pitch.track(audio)
    f0_hz, voiced = torch.tensor(f0[None]), torch.tensor(voicing[None])
    harmonic, noisy = envelopes(2, 0.0), envelopes(3, -3.0)
    amplitudes = prior.harmonic_amplitudes(harmonic, f0_hz, voiced, log_loudness, c.MAX_HARMONICS)
    residual = prior.whiten(batch, error_filter)
    follow_taps = prior.minimum_phase_taps(harmonic, log_level - log_residual)
    followed = prior.filter_frames(residual, follow_taps)
    noise_taps = prior.minimum_phase_taps(noisy, log_loudness)
    noise = prior.noise(0, len(audio))
    tensors = {
        "input": batch,
        "log_mel": features.log_mel(power),
        "log_loudness": log_loudness,
        "log_level": log_level,
        "attack": features.attack(batch, log_loudness),
        "error_filter": error_filter,
        "log_residual": log_residual,
        "f0_hz": f0_hz,
        "voicing": voiced,
        "harmonic_envelope": harmonic,
        "noise_envelope": noisy,
        "residual": residual,
        "noise_taps": noise_taps[:, ::8],
        "noise_head": torch.tensor(noise[None, :512]),
        "tonal_track": prior.harmonic_bank(amplitudes, prior.harmonic_phase(f0_hz, voiced)),
        "tonal_follow": prior.hold_back(followed, follow_taps, log_residual),
        "noisy": prior.filter_frames(torch.tensor(noise[None]), noise_taps),
    }
    return {
        name: np.ascontiguousarray(tensor[0].numpy().astype(np.float32)) for name, tensor in tensors.items()
    }


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file(goldens(), out)
    print(f"{out}: {out.stat().st_size} bytes")
