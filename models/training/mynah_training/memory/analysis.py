"""A recorded note as frames: harmonics by number, their envelope, the noise's envelope and texture.

Frames are those of the live chain (`features.py`): frame k ends at sample 256 k. Its loudness is about 7 ms
behind, so the amplitudes are measured 340 samples before the frame's end, where that loudness is centred.

Recordings come without what lies below 20 Hz (`plugin/learn/src/low_cut.rs`), as the live chain hears what
is played.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from .. import config as c
from .. import features

Floats = npt.NDArray[np.float64]

NUMBERED_HARMONICS = 60
CENTRE_BEHIND_SAMPLES = 340
PERIODS = 5
"""Of the pitch in the window that takes harmonics apart; fewer run into each other, more smear attacks."""
WINDOW_LIMITS = (1200, 4096)
HIGHEST_HARMONIC_HZ = 20_000.0
NOISE_WINDOW = 1024
SILENT_LOG = -16.0
UNIT_DENSITY_HZ = 12_000.0
"""As in `models/src/prior/harmonics.rs`: an envelope means the same for harmonics and for noise."""
NEPER_DB = 20.0 / np.log(10.0)
STRETCHES = (1e-5, 3e-3, 60)
"""From that of a nylon string to that of a piano's highest, in steps of a tenth."""
STRETCH_PARTIALS = 24
STRETCH_HIGHEST_HZ = 8_000.0
STRETCH_RANGE_DB = 60.0
STROKE_SAMPLES = 48
STROKE_SEARCH_SAMPLES = 4800
STROKE_DB = -20.0
STROKE_FRAMES = 8
"""43 ms in which a stroke is heard in all of the spectrum."""
LEAST_HEARD = 0.1
"""A window that hears less of the note than this share measures nothing."""
LOBE_HZ = 110.0
"""How far from a partial it is still heard in the noise's window."""
LEAST_APART_HZ = 300.0
MOST_OVER_NOISE = 2.0
LEAST_FRAMES = 40
"""A note of less than 0.2 s is not worth keeping."""
BEGINS_DB = -30.0
ENDS_DB = -45.0
"""A note is kept from where it comes within the first of its top to where it falls below the second."""


@dataclass
class NoteFrames:
    """A note, one row a frame; logs are natural and relative to the frame's loudness."""

    semitones: float
    top_db: float
    level_db: Floats
    deviation_semitones: Floats
    values: Floats
    """[frames, 188]: 60 harmonics by number, 64 points of their envelope, 64 of the noise's."""
    texture: Floats
    """The noise, flattened by its envelope: unit variance, from the first frame's beginning on."""
    stretch: float = 0.0
    """Of its partials; see `stretches`."""
    first_frame: int = 0
    """Where in the recording the first row is."""


def envelope_points_hz() -> Floats:
    """Where envelopes are read (`models/src/prior/envelope.rs`)."""
    low, high = features.hz_to_mel(c.ENVELOPE_LOW_HZ), features.hz_to_mel(c.ENVELOPE_HIGH_HZ)
    return np.asarray(features.mel_to_hz(np.linspace(low, high, c.ENVELOPE_POINTS)))


def loudness(audio: Floats) -> Floats:
    """Natural log of the loudness as the live chain hears it, [n // 256]."""
    signal = torch.from_numpy(audio.astype(np.float32))[None]
    return features.log_loudness(features.log_level(features.power_frames(signal)))[0].double().numpy()


def pitch_track(audio: Floats, midi: float, frames: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Pitch in Hz of every frame, filled where there is none, and where there is one.

    It looks ahead; what is further than a tone from the note's nominal pitch
    is an error.
    """
    fine = phrase_pitch_hz(audio, frames)
    nominal_hz = 440.0 * 2.0 ** ((midi - 69.0) / 12.0)
    voiced = (fine > 0) & (np.abs(12.0 * np.log2(np.maximum(fine, 1.0) / nominal_hz)) < 1.2)
    places = np.flatnonzero(voiced)
    if len(places) < 5:
        return np.full(frames, nominal_hz), np.zeros(frames, bool)
    return np.interp(np.arange(frames), places, fine[places]), voiced


def phrase_pitch_hz(audio: Floats, frames: int) -> Floats:
    """Pitch of every frame of a phrase of one voice, 0 where there is none; by DIO and StoneMask (Morise)."""
    # Here alone, and built from source where it is installed: requirements-memory.txt.
    import pyworld

    period_ms = 1000.0 * c.FRAME_SAMPLES / c.SAMPLE_RATE_HZ
    rough, times = pyworld.dio(audio, c.SAMPLE_RATE_HZ, f0_floor=50.0, f0_ceil=2200.0, frame_period=period_ms)
    fine = pyworld.stonemask(audio, rough, times, c.SAMPLE_RATE_HZ)[1 : frames + 1]
    padded: Floats = np.pad(fine, (0, frames - len(fine)))
    return padded


def stretches(stretch: float, count: int) -> Floats:
    """What the first partials of a stiff string are multiples of, [count].

    f_h = h f_1 sqrt((1 + B h^2) / (1 + B)) with the stretch B (Fletcher, "Normal vibration frequencies of a
    stiff piano string", 1964).
    """
    h = np.arange(1, count + 1)
    return np.asarray(h * np.sqrt((1.0 + stretch * h**2) / (1.0 + stretch)))


def stretch_of(audio: Floats, hz: float) -> float:
    """The stretch with which most of the partials' power is where they should be; 0 if harmonics fit best.

    `hz` is where the first partials are; it is sought within 10 cents.
    """
    begin, size = 2400, 1 << 15
    part = audio[begin : begin + size]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 4 * size))
    decibels = 20.0 * np.log10(spectrum + 1e-9)
    decibels = np.maximum(decibels, decibels.max() - STRETCH_RANGE_DB)
    spacing = c.SAMPLE_RATE_HZ / (4 * size)
    count = int(np.clip(STRETCH_HIGHEST_HZ / hz, 4, STRETCH_PARTIALS))
    best, found = -np.inf, 0.0
    for stretch in np.concatenate([[0.0], np.geomspace(*STRETCHES)]):
        for cents in np.linspace(-10.0, 10.0, 21):
            places = stretches(stretch, count) * hz * 2.0 ** (cents / 1200.0) / spacing
            inside = places[places < len(decibels) - 2].astype(int)
            score = float(np.maximum(decibels[inside], decibels[inside + 1]).sum()) / count
            if score > best:
                best, found = score, float(stretch)
    return found


def stroke_sample(audio: Floats) -> int:
    """Where a string is struck: the first millisecond within 20 dB of the loudest of the first 100 ms."""
    early = audio[: STROKE_SEARCH_SAMPLES // STROKE_SAMPLES * STROKE_SAMPLES].reshape(-1, STROKE_SAMPLES)
    level = np.sqrt(np.square(early).mean(1))
    return int(np.argmax(level > level.max() * 10.0 ** (STROKE_DB / 20.0))) * STROKE_SAMPLES


def harmonic_amplitudes(
    audio: Floats, f0_hz: Floats, stretch: float = 0.0, begin: int = 0
) -> list[npt.NDArray[np.complex128]]:
    """Complex amplitude of every partial of each frame, by demodulation.

    What lies before the sample `begin` is no part of the note: windows that reach over it measure the rest,
    so that a struck partial is there at once instead of rising with the window.
    """
    size = int(np.clip(PERIODS * c.SAMPLE_RATE_HZ / np.median(f0_hz), *WINDOW_LIMITS)) // 2 * 2 + 1
    window = np.hanning(size + 2)[1:-1]
    window /= window.sum()
    at = np.arange(size) - size // 2
    padded = np.pad(audio, (size, size + 4 * c.FRAME_SAMPLES))
    padded[: size + begin] = 0.0
    out = []
    for k, hz in enumerate(f0_hz):
        centre = (k + 1) * c.FRAME_SAMPLES - CENTRE_BEHIND_SAMPLES + size
        turning = padded[centre - size // 2 : centre + size // 2 + 1] * window + 0j
        heard = float(window[max(0, size + begin - (centre - size // 2)) :].sum())
        turning *= 0.0 if heard < LEAST_HEARD else 1.0 / heard
        if stretch > 0.0:
            ratios = stretches(stretch, int(HIGHEST_HARMONIC_HZ // hz))
            ratios = ratios[ratios * hz < HIGHEST_HARMONIC_HZ]
            turns = np.outer(ratios, at) * (hz / c.SAMPLE_RATE_HZ)
            out.append(2.0 * np.exp(-2j * np.pi * turns) @ turning)
            continue
        turn = np.exp(-2j * np.pi * hz / c.SAMPLE_RATE_HZ * at)
        row = np.empty(int(HIGHEST_HARMONIC_HZ // hz), np.complex128)
        for h in range(len(row)):
            turning = turning * turn
            row[h] = 2.0 * turning.sum()
        out.append(row)
    return out


def resynthesised(
    f0_hz: Floats, amplitudes: list[npt.NDArray[np.complex128]], stretch: float = 0.0, begin: int = 0
) -> Floats:
    """The harmonics as sound, overlapped and added: what is left of the note without them is its noise."""
    frames, span, lead = len(f0_hz), 2 * c.FRAME_SAMPLES, 2048
    out, weight = np.zeros(frames * c.FRAME_SAMPLES + 8192), np.zeros(frames * c.FRAME_SAMPLES + 8192)
    window, at = np.hanning(span + 1)[:span], np.arange(span) - c.FRAME_SAMPLES
    for k, row in enumerate(amplitudes):
        start = k * c.FRAME_SAMPLES - CENTRE_BEHIND_SAMPLES + lead
        turns = np.outer(stretches(stretch, len(row)), at) * (f0_hz[k] / c.SAMPLE_RATE_HZ)
        weight[start : start + span] += window
        out[start : start + span] += window * (row[:, None] * np.exp(2j * np.pi * turns)).real.sum(0)
    sound = (out / np.maximum(weight, 1e-3))[lead : lead + frames * c.FRAME_SAMPLES]
    sound[:begin] = 0.0
    return sound


def _bands() -> Floats:
    bins_hz = np.arange(NOISE_WINDOW // 2 + 1) * c.SAMPLE_RATE_HZ / NOISE_WINDOW
    edges = np.concatenate([[0.0], envelope_points_hz(), [24_000.0]])
    spacing = c.SAMPLE_RATE_HZ / NOISE_WINDOW
    rows = []
    for low, centre, high in zip(edges, edges[1:], edges[2:], strict=False):
        rising = (bins_hz - low) / max(centre - low, spacing)
        falling = (high - bins_hz) / max(high - centre, spacing)
        rows.append(np.clip(np.minimum(rising, falling), 0.0, None) + 1e-9)
    bands = np.stack(rows)
    return bands / bands.sum(1, keepdims=True)


def between_partials(f0_hz: float, stretch: float) -> npt.NDArray[np.bool_]:
    """Which bins of the noise's window no partial reaches; all, where partials are too close to tell."""
    bins_hz = np.arange(NOISE_WINDOW // 2 + 1) * c.SAMPLE_RATE_HZ / NOISE_WINDOW
    if f0_hz < LEAST_APART_HZ:
        return np.ones(len(bins_hz), bool)
    places = stretches(stretch, int(HIGHEST_HARMONIC_HZ // f0_hz)) * f0_hz
    apart = np.abs(bins_hz[:, None] - places).min(1) > LOBE_HZ
    return np.asarray(apart)


def noise_frames(
    residual: Floats, frames: int, heard: npt.NDArray[np.bool_] | None = None
) -> tuple[Floats, Floats]:
    """Log envelope of the noise [frames, 64] and the noise flattened by it, [256 frames].

    With `heard` bins [513] alone the envelope is measured; what is left of partials in the others is cut down
    to noise. Not in the first frames, where a stroke is in all of them.
    """
    window = np.hanning(NOISE_WINDOW + 1)[:NOISE_WINDOW]
    lead = NOISE_WINDOW
    padded = np.pad(residual, (lead, 2 * NOISE_WINDOW))
    bins_hz = np.arange(NOISE_WINDOW // 2 + 1) * c.SAMPLE_RATE_HZ / NOISE_WINDOW
    bands, points = _bands(), envelope_points_hz()
    envelopes = np.empty((frames, c.ENVELOPE_POINTS))
    flat, weight = np.zeros(len(padded)), np.zeros(len(padded))
    for k in range(frames):
        start = (k + 1) * c.FRAME_SAMPLES - CENTRE_BEHIND_SAMPLES + lead - NOISE_WINDOW // 2
        spectrum = np.fft.rfft(padded[start : start + NOISE_WINDOW] * window)
        density = np.abs(spectrum) ** 2 / (window**2).sum()
        masked = heard is not None and k >= STROKE_FRAMES
        if masked:
            density = np.interp(bins_hz, bins_hz[heard], density[heard])
        envelopes[k] = 0.5 * np.log(bands @ density + 1e-12)
        flattened = spectrum / np.exp(np.interp(bins_hz, points, envelopes[k]))
        if masked:
            most = MOST_OVER_NOISE * np.sqrt((window**2).sum())
            flattened *= np.minimum(1.0, most / np.maximum(np.abs(flattened), 1e-9))
        even = np.fft.irfft(flattened)
        flat[start : start + NOISE_WINDOW] += even * window
        weight[start : start + NOISE_WINDOW] += window**2
    flat /= np.maximum(weight, 0.05)
    return envelopes, flat[lead : lead + frames * c.FRAME_SAMPLES]


Pitch = tuple[Floats, npt.NDArray[np.bool_]]


def analyse(
    audio: Floats, midi: float, pitch: Pitch | None = None, stretched: bool = False, struck: bool = False
) -> NoteFrames | None:
    """A note that begins at the start of `audio` [n]; `None` if there is too little of it.

    `pitch` is as of `pitch_track`, which finds it otherwise. Partials that may be `stretched` are taken
    where they are. A `struck` one has one pitch, and is there at once.
    """
    log_loudness = loudness(audio)
    frames = len(log_loudness)
    if frames < LEAST_FRAMES:
        return None
    f0_hz, voiced = pitch or pitch_track(audio, midi, frames)
    begin, heard = 0, None
    if struck:
        f0_hz = np.full_like(f0_hz, np.median(f0_hz[voiced] if voiced.any() else f0_hz))
        begin = stroke_sample(audio)
    stretch = stretch_of(audio, float(np.median(f0_hz))) if stretched else 0.0
    if struck:
        heard = between_partials(float(f0_hz[0]), stretch)
    amplitudes = harmonic_amplitudes(audio, f0_hz, stretch, begin)
    residual = audio[: frames * c.FRAME_SAMPLES] - resynthesised(f0_hz, amplitudes, stretch, begin)
    noise, texture = noise_frames(residual, frames, heard)
    numbered = np.full((frames, NUMBERED_HARMONICS), SILENT_LOG)
    harmonic = np.full((frames, c.ENVELOPE_POINTS), SILENT_LOG)
    points = envelope_points_hz()
    for k, row in enumerate(amplitudes):
        logs = np.log(np.abs(row) + 1e-8) - 0.5 * np.log(f0_hz[k] / UNIT_DENSITY_HZ)
        count = min(NUMBERED_HARMONICS, len(logs))
        numbered[k, :count] = logs[:count]
        harmonic[k] = np.interp(points, stretches(stretch, len(logs)) * f0_hz[k], logs)
    top = log_loudness.max()
    level_db = (log_loudness - top) * NEPER_DB
    first = max(0, int(np.flatnonzero(level_db > BEGINS_DB)[0]) - 1)
    last = int(np.flatnonzero(level_db > ENDS_DB)[-1]) + 1
    if last - first < LEAST_FRAMES:
        return None
    kept = slice(first, last)
    middle_hz = float(np.median(f0_hz[kept][voiced[kept]] if voiced[kept].any() else f0_hz[kept]))
    deviation = np.where(voiced, 12.0 * np.log2(f0_hz / middle_hz), 0.0)
    values = np.concatenate([numbered, harmonic, noise], axis=1) - log_loudness[:, None]
    return NoteFrames(
        semitones=69.0 + 12.0 * np.log2(middle_hz / 440.0),
        top_db=float(top * NEPER_DB),
        level_db=level_db[kept],
        deviation_semitones=np.clip(deviation[kept], -1.2, 1.2),
        values=np.maximum(values[kept], SILENT_LOG),
        texture=texture[first * c.FRAME_SAMPLES : last * c.FRAME_SAMPLES],
        stretch=stretch,
        first_frame=first,
    )
