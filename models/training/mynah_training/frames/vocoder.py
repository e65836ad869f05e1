"""The generator as a vocoder: measured frames of a recording in, the recording out.

    python -m mynah_training.frames.vocoder prepare --instruments DIR --out STREAMS
    python -m mynah_training.frames.vocoder train --streams STREAMS --out RUN --minutes 25

It is asked whether a network can mend what the prior makes of true frames: how far it brings notes that were
held out nearer to their recordings than the prior, in the multi-resolution STFT distance of `mynah-lab eval`.

`STREAMS/SPLIT-00000.npz` holds of one note ``tonal``, ``noisy`` and ``recording``, float32 [256 F], in step
with each other, ``frames`` float32 [130, F] (both envelopes, octaves above 55 Hz, log loudness) and
``instrument``. The noise is another note's, flattened, as the performer plays it.
"""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from .. import config as c
from .. import losses, texture
from ..data.library import InstrumentLibrary, SampleInfo
from ..generator import Generator
from ..memory.analysis import (
    CENTRE_BEHIND_SAMPLES,
    NEPER_DB,
    NUMBERED_HARMONICS,
    UNIT_DENSITY_HZ,
    NoteFrames,
    analyse,
    envelope_points_hz,
    stretches,
)
from ..targets import STRETCHED, STRUCK

Floats = npt.NDArray[np.float64]

NOTES = {"train": 14, "validation": 4}
"""Of each instrument."""
LONGEST_S = 1.6
NOISE_WINDOW = 512
CLIP_FRAMES = 128
BEGINNINGS = 0.5
"""Share of the clips that begin where their note does."""
FLUX_WEIGHT = 0.5
FRAME_CHANNELS = 2 * c.ENVELOPE_POINTS + 2
HELD_OUT_FRAMES = 160


def signs(count: int) -> Floats:
    """Rudin and Shapiro's, as the live bank has them for held notes."""
    return np.asarray([-1.0 if (h & (h >> 1)).bit_count() % 2 else 1.0 for h in range(count)])


def tonal_stream(note: NoteFrames, logs: Floats, f0_hz: Floats, struck: bool) -> Floats:
    """The harmonic bank: frame k, counted from 1, is reached at sample 256 k."""
    frames, samples = len(f0_hz), len(f0_hz) * c.FRAME_SAMPLES
    at, ends = np.arange(samples) / c.FRAME_SAMPLES, np.arange(1, frames + 1)
    count = int(c.HARMONIC_FADE_LOW_HZ / f0_hz.max())
    ratios = stretches(note.stretch, count)
    turns = np.cumsum(np.interp(at, ends, f0_hz)) / c.SAMPLE_RATE_HZ
    sign = np.ones(count) if struck else signs(count)
    points = envelope_points_hz()
    out = np.zeros(samples)
    for h in range(count):
        if h < NUMBERED_HARMONICS:
            log = logs[:, h]
        else:
            envelope = logs[:, NUMBERED_HARMONICS : NUMBERED_HARMONICS + c.ENVELOPE_POINTS]
            log = np.asarray([np.interp(ratios[h] * f0_hz[k], points, envelope[k]) for k in range(frames)])
        amplitude = np.exp(log + 0.5 * np.log(f0_hz / UNIT_DENSITY_HZ))
        out += sign[h] * np.interp(at, ends, amplitude) * np.sin(2.0 * np.pi * ratios[h] * turns)
    return out


def noise_stream(logs: Floats, flat: Floats) -> Floats:
    """Flattened noise with the envelope of each frame."""
    samples = len(logs) * c.FRAME_SAMPLES
    flat = np.resize(flat, samples + 2 * NOISE_WINDOW)
    window = np.sqrt(np.hanning(NOISE_WINDOW + 1)[:NOISE_WINDOW])
    bins_hz = np.arange(NOISE_WINDOW // 2 + 1) * c.SAMPLE_RATE_HZ / NOISE_WINDOW
    points = envelope_points_hz()
    out = np.zeros(samples + NOISE_WINDOW)
    for start in range(0, samples - NOISE_WINDOW, NOISE_WINDOW // 4):
        frame = min((start + NOISE_WINDOW // 2) // c.FRAME_SAMPLES, len(logs) - 1)
        envelope = np.exp(np.interp(bins_hz, points, logs[frame, -c.ENVELOPE_POINTS :]))
        spectrum = np.fft.rfft(flat[start : start + NOISE_WINDOW] * window) * envelope
        out[start : start + NOISE_WINDOW] += 0.5 * np.fft.irfft(spectrum) * window
    return out[:samples]


def streams(
    audio: Floats, note: NoteFrames, flat: Floats, struck: bool
) -> dict[str, npt.NDArray[np.float32]]:
    """What the prior makes of a note's own frames, and the note in step with it."""
    loudness = (note.level_db + note.top_db) / NEPER_DB
    logs = note.values + loudness[:, None]
    f0_hz = 440.0 * 2.0 ** ((note.semitones + note.deviation_semitones - 69.0) / 12.0)
    samples = len(f0_hz) * c.FRAME_SAMPLES
    start = note.first_frame * c.FRAME_SAMPLES - CENTRE_BEHIND_SAMPLES
    padded = np.pad(audio, (CENTRE_BEHIND_SAMPLES, samples))
    recording = padded[start + CENTRE_BEHIND_SAMPLES :][:samples]
    octaves = np.log2(f0_hz / c.PITCH_LOW_HZ)
    described = [note.values[:, NUMBERED_HARMONICS:], octaves[:, None], loudness[:, None]]
    return {
        "tonal": tonal_stream(note, logs, f0_hz, struck).astype(np.float32),
        "noisy": noise_stream(logs, flat).astype(np.float32),
        "recording": recording.astype(np.float32),
        "frames": np.concatenate(described, axis=1).T.astype(np.float32),
    }


def prepare(instruments: Path, out: Path, seed: int) -> None:
    """Writes the streams of some notes of every target."""
    out.mkdir(parents=True, exist_ok=True)
    library = InstrumentLibrary(instruments)
    rng = np.random.default_rng(seed)
    for split, count in NOTES.items():
        number = 0
        for name in c.INSTRUMENTS:
            held_out = split == "validation"
            all_notes = [s for s in library.select(name) if s.kind == "sustained"]
            all_notes = [s for s in all_notes if (s.split == "validation") == held_out]
            chosen: list[SampleInfo] = [all_notes[i] for i in rng.permutation(len(all_notes))[:count]]
            measured = []
            for sample in chosen:
                audio = library.audio(sample)[: int(LONGEST_S * c.SAMPLE_RATE_HZ)].astype(np.float64)
                nominal = sample.midi + sample.deviation_cents / 100.0
                note = analyse(audio, nominal, stretched=name in STRETCHED, struck=name in STRUCK)
                if note is not None:
                    measured.append((audio, note))
            for index, (audio, note) in enumerate(measured):
                other = measured[(index + 1) % len(measured)][1]
                columns = streams(audio, note, other.texture, name in STRUCK)
                path = out / f"{split}-{number:05d}.npz"
                np.savez(path, allow_pickle=False, instrument=np.array(name), **columns)
                number += 1
            print(f"{name}, {split}: {len(measured)} notes", flush=True)


class Vocoder(nn.Module):
    """The generator, told measured frames in the place of the translator's hidden ones."""

    def __init__(self) -> None:
        """From the identity on the prior."""
        super().__init__()
        architecture = c.Architecture()
        self.told = nn.Conv1d(FRAME_CHANNELS, architecture.translator_channels, 1)
        self.generator = Generator(architecture)

    def forward(self, tonal: Tensor, noisy: Tensor, frames: Tensor) -> Tensor:
        """Streams [B, 256 (F - 1)], frames [B, 130, F] -> [B, 256 (F - 1)], 16 samples behind."""
        envelopes, octaves, loudness = frames.split((2 * c.ENVELOPE_POINTS, 1, 1), dim=1)
        scaled = torch.cat([0.25 * envelopes + 1.0, 0.5 * octaves - 1.5, 0.4 * loudness + 2.0], dim=1)
        return self.generator(tonal, noisy, self.told(scaled), frames[:, -1])


Note = dict[str, npt.NDArray[np.float32]]


def load(folder: Path, split: str) -> list[Note]:
    """All notes of a side that are long enough."""
    found = []
    for path in sorted(folder.glob(f"{split}-*.npz")):
        with np.load(path, allow_pickle=False) as data:
            note = {name: data[name] for name in data.files}
        if note["frames"].shape[1] > CLIP_FRAMES + 1:
            found.append(note)
    return found


def clip(note: Note, first: int, frames: int) -> tuple[Tensor, ...]:
    """Tonal, noisy, recording [1, 256 (frames - 1)], frames [1, 130, frames].

    Sample 0 is where frame `first` is.
    """
    begin, end = (first + 1) * c.FRAME_SAMPLES, (first + frames) * c.FRAME_SAMPLES
    sounds = [torch.from_numpy(note[name][begin:end])[None] for name in ("tonal", "noisy", "recording")]
    return (*sounds, torch.from_numpy(note["frames"][:, first : first + frames])[None])


def late(sound: Tensor) -> Tensor:
    """As many samples later as the generator is."""
    return nn.functional.pad(sound, (c.SUB_BANDS, 0))[:, : -c.SUB_BANDS]


@torch.no_grad()
def report(model: Vocoder, notes: list[Note]) -> dict[str, float]:
    """Distances of the prior and of the generator to the recordings, and by how much the latter is nearer."""
    by: dict[str, list[tuple[float, float, float, float]]] = {}
    for note in notes:
        frames = min(note["frames"].shape[1], HELD_OUT_FRAMES)
        tonal, noisy, recording, described = clip(note, 0, frames)
        prior, made, wanted = late(tonal + noisy), model(tonal, noisy, described), late(recording)
        row = [float(losses.mrstft(sound, wanted)) for sound in (prior, made)]
        levelled = losses.level(prior, made, wanted, by=wanted)
        row += [float(texture.attack_distance(sound, levelled[2])) for sound in levelled[:2]]
        by.setdefault(str(note["instrument"]), []).append(tuple(row))  # type: ignore[arg-type]
    means = {name: np.mean(rows, axis=0) for name, rows in by.items()}
    prior, made, flux, made_flux = np.mean(list(means.values()), axis=0)
    each = {f"gain_{name}": float(1.0 - row[1] / row[0]) for name, row in means.items()}
    return {
        "prior": float(prior),
        "made": float(made),
        "gain": float(1.0 - made / prior),
        "flux": float(flux),
        "made_flux": float(made_flux),
        **each,
    }


def train(folder: Path, out: Path, minutes: float, rate: float, seed: int) -> None:
    """Trains until the minutes are over; the log has the figures of held-out notes."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    notes, held_out = load(folder, "train"), load(folder, "validation")
    model = Vocoder()
    optimiser = torch.optim.AdamW(model.parameters(), rate, betas=(0.8, 0.99))
    began, step = time.monotonic(), 0
    with (out / "log.jsonl").open("a", buffering=1) as log:
        while (spent := (time.monotonic() - began) / (60.0 * minutes)) < 1.0:
            if step % 250 == 0:
                figures = {"step": step, **report(model, held_out)}
                print(json.dumps({k: round(v, 4) for k, v in figures.items()}), file=log)
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1.0, (step + 1) / 50) * (0.55 + 0.45 * math.cos(math.pi * spent))
            items = []
            for note in (notes[i] for i in rng.integers(len(notes), size=6)):
                most = note["frames"].shape[1] - CLIP_FRAMES
                first = 0 if rng.random() < BEGINNINGS else int(rng.integers(most))
                items.append(clip(note, first, CLIP_FRAMES))
            tonal, noisy, recording, frames = (torch.cat(column) for column in zip(*items, strict=True))
            made, wanted = losses.level(model(tonal, noisy, frames), late(recording), by=recording)
            loss = (
                losses.spectral_loss(made, wanted).mean()
                + FLUX_WEIGHT * texture.flux_loss(made, wanted).mean()
            )
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            step += 1
        print(json.dumps({"step": step, **report(model, held_out)}), file=log)
    torch.save(model.state_dict(), out / "vocoder.pt")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", choices=("prepare", "train"))
    parser.add_argument("--instruments", type=Path)
    parser.add_argument("--streams", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=25.0)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    if a.work == "prepare":
        prepare(a.instruments, a.out, a.seed)
    else:
        train(a.streams, a.out, a.minutes, a.learning_rate, a.seed)


if __name__ == "__main__":
    main()
