"""Writes evaluation.safetensors and evaluation.json: what the evaluation in Rust is held against.

    cd models/training && PYTHONPATH=. python ../tests/golden/make_evaluation.py

What training and evaluation each have in their own language: who may use which note and score, the
loudness contour, levels, spectra, log-mel, the multi-resolution STFT distance, and the reading of scores.
The signals are kept in 16 bits: the fractions of full scale that Rust reads are exact.
"""

import csv
import io
import json
import tempfile
from pathlib import Path

import mido
import numpy as np
import torch
from safetensors.numpy import save_file

from mynah_training import config as c
from mynah_training import losses, texture
from mynah_training.data import contour
from mynah_training.data.library import SAMPLE_RATE_HZ, InstrumentLibrary, note_side, phrase_side
from mynah_training.data.melodies import read_midi
from mynah_training.data.sequencer import MAX_SHIFT_SEMITONES
from mynah_training.targets import PITCH_RANGES_MIDI

FOLDER = Path(__file__).resolve().parents[3] / "plugin" / "lab" / "tests" / "golden"

SAMPLES = 62 * contour.HOP_SAMPLES + 100
SPECTRUM_WINDOW, SPECTRUM_HOP, SPECTRUM_FRAMES = 512, 128, 12
EVERY = 8
"""Of the signal with the source's contour, one sample in so many is kept."""

ARTICULATIONS = (
    ("violin", "arco-vib-sulG"),
    ("cello", "sus-upbow"),
    ("flute", "sus"),
    ("flute", "vib"),
    ("flute", "sus-flute2"),
    ("clarinet", "sus"),
    ("trumpet", "sus"),
    ("trumpet", "vib"),
    ("sax-alto", "sus"),
    ("sax-alto", "sus-mtg"),
    ("sax-tenor", "sus-mtg"),
    ("guitar", "archtop-mic"),
    ("guitar", "nylon"),
    ("piano", "norm"),
    ("violin", "performance"),
)
ARTICULATION_MIDIS = range(60, 70)
NOTE_MIDIS = range(36, 96, 2)
ODD_NAMES = ("", "Ondes Martenot", "flûte à bec", "sax:alto", "琵琶")
SCORES = 100


def signals() -> dict[str, np.ndarray]:
    """A source and a rendering of the same length, int16 [62 hops and a bit].

    The source swells, rests, and ends softly; the rendering decays, is nearly silent where the source is
    loud, and loud where it rests: every limit of the contour is met.
    """
    random = np.random.default_rng(18)
    seconds = np.arange(SAMPLES) / SAMPLE_RATE_HZ
    progress = np.arange(SAMPLES) / SAMPLES
    turns = 220.0 * seconds + 0.2 * np.sin(2.0 * np.pi * 6.0 * seconds)
    voice = sum((np.sin(2.0 * np.pi * h * turns) / h for h in range(1, 40)), np.zeros(SAMPLES))
    swell = 0.3 * np.sin(np.pi * progress) ** 2 + 0.002
    rest = (progress > 0.55) & (progress < 0.75)
    string = sum((np.sin(2.0 * np.pi * 329.6 * h * seconds) / h for h in range(1, 20)), np.zeros(SAMPLES))
    decay = 0.4 * np.exp(-6.0 * (progress % 0.5))
    decay[(progress > 0.3) & (progress < 0.4)] *= 1e-3
    parts = {
        "source": np.where(rest, 0.0, swell * (voice + 0.05 * random.standard_normal(SAMPLES))),
        "rendering": decay * (string + 0.02 * random.standard_normal(SAMPLES)),
    }
    return {
        name: np.round(part * 32_768.0).clip(-32_768, 32_767).astype(np.int16) for name, part in parts.items()
    }


def score_file() -> bytes:
    """A standard MIDI file: two tracks, three tempos, a chord, drums, notes struck again, running status."""
    conductor = mido.MidiTrack(
        [
            mido.MetaMessage("set_tempo", tempo=500_000, time=0),
            mido.MetaMessage("set_tempo", tempo=333_333, time=700),
            mido.MetaMessage("set_tempo", tempo=800_000, time=500),
        ]
    )
    melody = mido.MidiTrack()

    def event(kind: str, note: int, velocity: int, ticks: int, channel: int = 0) -> None:
        melody.append(mido.Message(kind, note=note, velocity=velocity, time=ticks, channel=channel))

    event("note_on", 60, 100, 0)
    event("note_on", 36, 127, 0, channel=9)
    event("note_off", 36, 0, 120, channel=9)
    event("note_on", 60, 0, 360)
    event("note_on", 60, 64, 0)
    event("note_on", 60, 90, 240)
    event("note_on", 72, 80, 0, channel=1)
    event("note_on", 67, 70, 0)
    event("note_off", 60, 0, 400)
    event("note_off", 67, 0, 1)
    event("note_off", 72, 0, 239, channel=1)
    event("note_on", 55, 1, 100)
    event("note_off", 55, 64, 960)
    event("note_on", 50, 99, 0)
    file = mido.MidiFile(type=1, ticks_per_beat=480, tracks=[conductor, melody])
    written = io.BytesIO()
    file.save(file=written)
    return written.getvalue()


def padded(audio: torch.Tensor, window: int) -> torch.Tensor:
    """Half a window of silence on both sides: the evaluation's frames are centred, the first on sample 0."""
    return torch.nn.functional.pad(audio, (window // 2, window // 2))


def tensors() -> dict[str, np.ndarray]:
    """Signals and what is computed from them, by name."""
    raw = signals()
    floats = {name: samples.astype(np.float32) / 32_768.0 for name, samples in raw.items()}
    levels_db = {name: contour.level_frames_db(audio) for name, audio in floats.items()}
    gain = contour.contour_gain(levels_db["source"], levels_db["rendering"], SAMPLES)
    batches = {name: torch.from_numpy(audio)[None] for name, audio in floats.items()}
    source, rendering = (losses.level(batch, by=batch)[0] for batch in batches.values())
    spectra = losses.magnitude(padded(batches["source"], SPECTRUM_WINDOW), SPECTRUM_WINDOW, hop=SPECTRUM_HOP)
    mel_source, mel_rendering = (padded(x, losses.MEL_SIZE) for x in (source, rendering))
    transform = 2 * losses.MEL_SIZE
    mel = losses.magnitude(mel_source, losses.MEL_SIZE, transform) @ losses.mel_filters(
        transform, c.MEL_BINS, "cpu"
    )
    distances = [
        losses.stft_distance(padded(rendering, size), padded(source, size), size)
        for size in losses.STFT_SIZES
    ]
    return {
        **raw,
        "source_level_db": levels_db["source"],
        "rendering_level_db": levels_db["rendering"],
        "matched": np.ascontiguousarray((floats["rendering"] * gain)[::EVERY]),
        "magnitudes": spectra[0, :SPECTRUM_FRAMES].numpy(),
        "log_mel": torch.log(mel.clamp_min(losses.MEL_FLOOR))[0].numpy(),
        "log_mel_l1": losses.log_mel_l1(mel_rendering, mel_source).numpy(),
        "mrstft": torch.stack(distances).mean(0).numpy(),
        "score": np.frombuffer(score_file(), np.uint8),
    }


def recordings() -> list[dict[str, object]]:
    """What the library makes of each note of a manifest, in its order; performances are not notes."""
    with tempfile.TemporaryDirectory() as folder:
        with (Path(folder) / "manifest.csv").open("w", newline="", encoding="utf-8") as handle:
            rows = csv.writer(handle)
            rows.writerow(
                ["path", "instrument", "midi", "dynamic", "articulation", "seconds", "pitch_cents_dev"]
            )
            for instrument, articulation in ARTICULATIONS:
                for midi in ARTICULATION_MIDIS:
                    number = "" if articulation == "performance" else midi
                    path = f"{instrument}/{articulation}/{midi}.flac"
                    rows.writerow([path, instrument, number, "mf", articulation, 2.0, 0.0])
        return [
            {
                "instrument": sample.path.parts[-3],
                "articulation": sample.articulation,
                "midi": sample.midi,
                "name": sample.instrument,
                "side": sample.split,
                "decays": sample.decays,
            }
            for sample in InstrumentLibrary(Path(folder)).samples
        ]


def score_notes() -> list[list[float]]:
    """Onset and duration in seconds, MIDI number and velocity (0 to 1) of the notes of `score_file`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "score.mid"
        path.write_bytes(score_file())
        return [[note.onset_s, note.duration_s, note.midi, note.velocity] for note in read_midi(path)]


def facts() -> dict[str, object]:
    """What is compared exactly, and what has no tensors."""
    names = [*PITCH_RANGES_MIDI, *ODD_NAMES]
    scores = [
        f"{kind}_{number:02}-étude.mid" for number in range(SCORES // 2) for kind in ("phrase", "piece")
    ]
    return {
        "note_sides": {name: {str(midi): note_side(name, midi) for midi in NOTE_MIDIS} for name in names},
        "score_sides": {name: phrase_side(name) for name in scores},
        "recordings": recordings(),
        "score_notes": score_notes(),
        "reach_semitones": MAX_SHIFT_SEMITONES,
        "texture": {
            "flux_window": texture.FLUX_WINDOW,
            "flux_hop": texture.FLUX_HOP,
            "flux_bands": texture.FLUX_BANDS,
            "noise_window": texture.NOISE_WINDOW,
            "lowest_hz": texture.LOWEST_HZ,
            "lobe_bins": texture.LOBE_BINS,
            "band_edges_hz": texture.BAND_EDGES_HZ,
            "highest_ratio_db": texture.HIGHEST_RATIO_DB,
            "quiet_power": texture.QUIET_POWER,
        },
    }


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    save_file(tensors(), FOLDER / "evaluation.safetensors")
    text = json.dumps(facts(), ensure_ascii=False, indent=1)
    (FOLDER / "evaluation.json").write_text(text + "\n", encoding="utf-8")
