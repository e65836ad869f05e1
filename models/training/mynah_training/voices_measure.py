"""How well notes are heard, on notes and scores that were never trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from .voices_cache import LabelledVoices, load_clips
from .voices_decode import DecodedNote, LateThresholds, Thresholds, play_along, transcribe
from .voices_features import HOP_SAMPLES, LOWEST_MIDI, PITCHES, Spectra, network_inputs
from .voices_network import LATE_FRAMES, VoicesNetwork

ONSET_TOLERANCE_S = 0.05
QUIET = -4.5
"""Nepers (39 dB) below the playing: what never gets louder is not asked for."""
GROUPS: dict[str, tuple[str, ...]] = {
    "one voice": ("single",),
    "guitar, chords": ("guitar-chords",),
    "guitar, scores": ("guitar-score",),
    "piano, chords": ("piano-chords",),
    "piano, scores": ("piano-score",),
    "other, chords": ("other-chords",),
    "ensembles": ("mixed-score", "mixed-lines"),
}


@dataclass
class NoteScore:
    """Notes of some clips: onset within 50 ms, the same semitone; ends are not looked at (as mir_eval)."""

    hits: int = 0
    said: int = 0
    true: int = 0
    delays_s: list[float] = field(default_factory=list)

    def add(self, notes: Sequence[DecodedNote], truth: Sequence[tuple[float, int]]) -> None:
        """Each note is found once at most; a largest matching, pitch by pitch."""
        self.said += len(notes)
        self.true += len(truth)
        for midi in {m for _, m in truth}:
            said = sorted(n.onset_s for n in notes if n.midi == midi)
            for at in sorted(t for t, m in truth if m == midi):
                # Windows of one width, in order: the earliest that fits is never wrong.
                while said and said[0] < at - ONSET_TOLERANCE_S:
                    said.pop(0)
                if said and said[0] <= at + ONSET_TOLERANCE_S:
                    self.hits += 1
                    self.delays_s.append(said.pop(0) - at)

    @property
    def f(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2.0 * self.hits / max(self.said + self.true, 1)

    @property
    def precision(self) -> float:
        """Share of what was said that is true."""
        return self.hits / max(self.said, 1)

    @property
    def recall(self) -> float:
        """Share of what is true that was said."""
        return self.hits / max(self.true, 1)

    @property
    def delay_ms(self) -> float:
        """Median of how late onsets are."""
        return 1_000.0 * float(np.median(self.delays_s)) if self.delays_s else float("nan")


def truth_of(clip: LabelledVoices) -> list[tuple[float, int]]:
    """Onset and pitch of what can be heard."""
    out = []
    for onset, _, midi in clip.notes:
        first, p = onset // HOP_SAMPLES, midi - LOWEST_MIDI
        if 0 <= p < PITCHES and clip.level[first : first + 5, p].max(initial=-20.0) > QUIET:
            out.append((onset / 48_000.0, int(midi)))
    return out


@torch.no_grad()
def answers(network: VoicesNetwork, clip: LabelledVoices) -> npt.NDArray[np.float32]:
    """[6, F + 10, 73]: probabilities and values, silence after the end."""
    frames = clip.frames

    def padded(x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.pad(x[None].float(), (0, 0, 0, LATE_FRAMES))

    rises = tuple(padded(r) for r in frames.rises)
    inputs = network_inputs(Spectra(padded(frames.fine), padded(frames.quick), rises, frames.reference))
    out = network(inputs)[0]
    out[:4] = torch.sigmoid(out[:4])
    return out.numpy()


def frame_counts(clip: LabelledVoices, sounding: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Hits, said, true: frames of pitches."""
    truth = np.zeros(clip.level.shape, bool)
    for onset, end, midi in clip.notes:
        if 0 <= midi - LOWEST_MIDI < PITCHES:
            truth[onset // HOP_SAMPLES : end // HOP_SAMPLES + 1, midi - LOWEST_MIDI] = True
    truth &= clip.level > QUIET
    said = sounding[: len(truth)] > 0.5
    return np.array([(said & truth).sum(), said.sum(), truth.sum()])


Decode = Callable[[npt.NDArray[np.float32]], list[DecodedNote]]


def live(said: npt.NDArray[np.float32], t: Thresholds | None = None) -> list[DecodedNote]:
    """Of `answers`, the decoder that plays along."""
    return play_along(said[0], said[1], t or Thresholds())


def offline(said: npt.NDArray[np.float32], t: LateThresholds | None = None) -> list[DecodedNote]:
    """Of `answers`, the decoder of whole recordings."""
    return transcribe(said[2], said[3], t or LateThresholds())


def score(
    clips: Sequence[LabelledVoices], heard: Sequence[npt.NDArray[np.float32]], decode: Decode
) -> NoteScore:
    """Of these clips together."""
    out = NoteScore()
    for clip, said in zip(clips, heard, strict=True):
        out.add(decode(said), truth_of(clip))
    return out


def summary(network: VoicesNetwork, clips: Sequence[LabelledVoices]) -> dict[str, float]:
    """Frame F, note F live and offline."""
    heard = [answers(network, clip) for clip in clips]
    hits, said, true = np.sum([frame_counts(c, h[0]) for c, h in zip(clips, heard, strict=True)], axis=0)
    return {
        "frame_f": 2.0 * float(hits) / max(float(said + true), 1.0),
        "live_f": score(clips, heard, live).f,
        "offline_f": score(clips, heard, offline).f,
    }


def report(folder: Path, network_path: Path) -> None:
    """Prints the table by group."""
    network = VoicesNetwork()
    network.load_state_dict(torch.load(network_path, weights_only=True)["network"])
    clips = load_clips(folder)
    heard = [answers(network.eval(), clip) for clip in clips]
    print(f"{'':18} frame F | live F  prec   rec  delay ms | offline F  prec   rec  delay ms |  notes")
    everything = tuple(kind for kinds in GROUPS.values() for kind in kinds)
    for name, kinds in {**GROUPS, "all": everything}.items():
        keep = [k for k, clip in enumerate(clips) if clip.kind in kinds]
        if not keep:
            continue
        some, said = [clips[k] for k in keep], [heard[k] for k in keep]
        hits, positive, true = np.sum(
            [frame_counts(c, h[0]) for c, h in zip(some, said, strict=True)], axis=0
        )
        frame_f = 2.0 * hits / max(positive + true, 1)
        line = f"{name:18} {frame_f:7.3f} |"
        for decode in (live, offline):
            s = score(some, said, decode)
            line += f" {s.f:6.3f} {s.precision:5.3f} {s.recall:5.3f} {s.delay_ms:9.1f} |"
        print(f"{line} {s.true:6d}")
    quiet = [k for k, clip in enumerate(clips) if clip.kind == "noise"]
    for decode in (live, offline):
        said_notes = sum(len(decode(heard[k])) for k in quiet)
        print(f"noise: {said_notes} notes in {len(quiet)} clips ({decode.__name__})")
