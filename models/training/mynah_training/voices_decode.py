"""What is played, of what the voices network says: while it is heard, and of a whole recording.

Executable specification of `mynah_models::voices::{Decoder, transcribe}`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .voices_features import HOP_SAMPLES, LOWEST_MIDI
from .voices_network import LATE_FRAMES

FRAME_S = HOP_SAMPLES / 48_000.0
VOICES = 6
Answers = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Thresholds:
    """Of the decoder that plays along."""

    onset: float = 0.6
    rearm: float = 0.5
    """Share of `onset` under which the next one may come"""
    sounding: float = 0.65
    """What a pitch must reach with its onset, or within `wait_frames` of it"""
    silent: float = 0.2
    """A voice ends that is below this for `gap_frames`"""
    sure: float = 0.95
    """A pitch that sounds so surely for `sure_frames` has begun, heard beginning or not"""
    wait_frames: int = 2
    gap_frames: int = 4
    sure_frames: int = 48
    rest_frames: int = 8
    """A voice is not struck again sooner"""


@dataclass(frozen=True)
class LateThresholds:
    """Of the decoder of whole recordings."""

    onset: float = 0.6
    sounding: float = 0.35
    """What the mean over `body_frames` from the onset on must reach"""
    silent: float = 0.25
    sure: float = 0.8
    body_frames: int = 4
    gap_frames: int = 6
    sure_frames: int = 24
    rest_frames: int = 6
    peak_frames: int = 2
    """An onset is the highest of so many frames to either side"""


@dataclass(frozen=True)
class DecodedNote:
    """A note that was heard."""

    onset_s: float
    end_s: float
    midi: int


def play_along(sounding: Answers, onset: Answers, t: Thresholds) -> list[DecodedNote]:
    """Answers [F, 73] of each frame when it comes -> notes; onsets are when they are said."""
    frames, pitches = sounding.shape
    begun = np.full(pitches, -1)
    armed = np.ones(pitches, bool)
    wait = np.zeros(pitches, int)
    quiet = np.zeros(pitches, int)
    sure = np.zeros(pitches, int)
    notes: list[DecodedNote] = []

    def end(p: int, k: int) -> None:
        notes.append(DecodedNote((begun[p] + 1) * FRAME_S, (k + 1) * FRAME_S, LOWEST_MIDI + p))
        begun[p] = -1

    for k in range(frames):
        armed |= onset[k] < t.rearm * t.onset
        fires = armed & (onset[k] > t.onset)
        wait = np.where(fires, t.wait_frames + 1, wait)
        armed &= ~fires
        sure = np.where(sounding[k] > t.sure, sure + 1, 0)
        quiet = np.where(sounding[k] < t.silent, quiet + 1, 0)
        for p in np.flatnonzero((begun >= 0) & (quiet >= t.gap_frames)):
            end(int(p), k)
        strikes = (wait > 0) & (sounding[k] > t.sounding)
        strikes &= (begun < 0) | (k - begun >= t.rest_frames)
        strikes |= (begun < 0) & (sure >= t.sure_frames)
        wait = np.maximum(wait - 1, 0)
        for p in np.flatnonzero(strikes):
            wait[p] = 0
            if begun[p] >= 0:
                end(int(p), k)
            begun[p] = k
            quiet[p] = 0
        sounding_now = np.flatnonzero(begun >= 0)
        if len(sounding_now) > VOICES:
            weakest = sounding_now[np.argsort(sounding[k][sounding_now], kind="stable")]
            for p in weakest[: len(sounding_now) - VOICES]:
                if begun[p] == k:
                    begun[p] = -1
                else:
                    end(int(p), k)
    for p in np.flatnonzero(begun >= 0):
        end(int(p), frames - 1)
    return sorted(notes, key=lambda n: (n.onset_s, n.midi))


def transcribe(late_sounding: Answers, late_onset: Answers, t: LateThresholds) -> list[DecodedNote]:
    """Late answers [F, 73] of a recording that was padded by `LATE_FRAMES` -> its notes."""
    sounding, onset = late_sounding[LATE_FRAMES:], late_onset[LATE_FRAMES:]
    frames, pitches = sounding.shape
    notes: list[DecodedNote] = []
    for p in range(pitches):
        s, o = sounding[:, p], onset[:, p]
        starts: list[int] = []
        for k in map(int, np.flatnonzero(o > t.onset)):
            near = o[max(k - t.peak_frames, 0) : k + t.peak_frames + 1]
            if o[k] < near.max() or s[k : k + t.body_frames].mean() < t.sounding:
                continue
            if not starts or k - starts[-1] >= t.rest_frames:
                starts.append(k)
        # Where it surely sounds and no beginning was heard.
        run, last_end = 0, -1
        found: list[tuple[int, int]] = []
        index = 0
        k = 0
        begun, quiet = -1, 0
        while k < frames:
            struck = index < len(starts) and starts[index] == k
            run = run + 1 if s[k] > t.sure else 0
            quiet = quiet + 1 if s[k] < t.silent else 0
            if begun >= 0 and (struck or quiet >= t.gap_frames):
                last_end = k if struck else k - t.gap_frames + 1
                found.append((begun, max(last_end, begun + 1)))
                begun = -1
            if struck:
                begun, quiet, index = k, 0, index + 1
            elif begun < 0 and run >= t.sure_frames:
                begun = k - t.sure_frames + 1
            k += 1
        if begun >= 0:
            found.append((begun, frames))
        # The frame in which an onset peaks is the second of three.
        notes += [DecodedNote((a - 0.5) * FRAME_S, b * FRAME_S, LOWEST_MIDI + p) for a, b in found]
    return sorted(notes, key=lambda n: (n.onset_s, n.midi))
