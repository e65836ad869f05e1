"""The source-filter prior in its live form: differentiable, causal, no latency.

Blocks: frame k is known when the input up to sample 256 k is there, half-way through block k,
which is samples [256 k - 128, 256 k + 128). Inside the block every parameter goes linearly from
frame k - 1 to frame k with u_i = (i + 1) / 256. Frame 0 is silence (zero amplitudes, zero taps).
Arrays of frames hold frames 1..F; the functions return the samples of blocks 1..F - 1, that is
samples [128, 256 F - 128).
"""

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

from . import config as c
from .features import hz_to_mel


@lru_cache
def _ramp(device: str) -> Tensor:
    """u_i, [256]."""
    return (torch.arange(c.FRAME_SAMPLES, device=device, dtype=torch.float32) + 1.0) / c.FRAME_SAMPLES


def _previous(frames: Tensor) -> Tensor:
    """[B, F, ..] -> the frame before each, zero before the first."""
    return torch.nn.functional.pad(frames, (0, 0) * (frames.dim() - 2) + (1, 0))[:, : frames.shape[1]]


def envelope_position(hz: Tensor) -> Tensor:
    """Frequency -> position on the 64-point mel-spaced grid, clamped to [0, 63]."""
    low, high = float(hz_to_mel(c.ENVELOPE_LOW_HZ)), float(hz_to_mel(c.ENVELOPE_HIGH_HZ))
    mel = 2595.0 * torch.log10(1.0 + hz / 700.0)
    return ((mel - low) * ((c.ENVELOPE_POINTS - 1) / (high - low))).clamp(0.0, c.ENVELOPE_POINTS - 1.0)


def envelope_at(envelope: Tensor, hz: Tensor) -> Tensor:
    """Log envelope [B, F, 64] read linearly at hz [B, F, H] -> [B, F, H]."""
    position = envelope_position(hz)
    low = position.floor().clamp_max(c.ENVELOPE_POINTS - 2.0)
    fraction = position - low
    index = low.long()
    return (
        torch.gather(envelope, -1, index) * (1.0 - fraction)
        + torch.gather(envelope, -1, index + 1) * fraction
    )


def harmonic_amplitudes(
    envelope: Tensor, f0_hz: Tensor, voicing: Tensor, log_loudness: Tensor, harmonics: int
) -> Tensor:
    """Amplitudes of harmonics 1..H: [B, F, 64], [B, F] x 3 -> [B, F, H].

    The factor sqrt(f0 / 12 kHz) gives a comb the spectral density of unit white noise, so that one
    envelope means the same for harmonics, whitened input and noise.
    """
    number = torch.arange(1, harmonics + 1, device=f0_hz.device, dtype=torch.float32)
    hz = f0_hz.unsqueeze(-1) * number
    fade = ((c.HARMONIC_FADE_HIGH_HZ - hz) / (c.HARMONIC_FADE_HIGH_HZ - c.HARMONIC_FADE_LOW_HZ)).clamp(0, 1)
    level = voicing * torch.sqrt(f0_hz / 12_000.0)
    return torch.exp(envelope_at(envelope, hz) + log_loudness.unsqueeze(-1)) * level.unsqueeze(-1) * fade


def harmonic_phase(f0_hz: Tensor, voicing: Tensor) -> Tensor:
    """Phase of the fundamental in turns, [0, 1), float32 [B, F, 256] (accumulated in double).

    In a block f0 goes linearly from the frame before, if that was voiced, and is constant otherwise.
    The phase starts at 0 and is advanced before each sample.
    """
    f0 = f0_hz.double()
    before = torch.cat([f0[:, :1], f0[:, :-1]], dim=1)
    voiced_before = torch.cat([torch.zeros_like(voicing[:, :1]), voicing[:, :-1]], dim=1) > 0.0
    start = torch.where(voiced_before, before, f0)
    u = _ramp(str(f0.device)).double()
    hz = start.unsqueeze(-1) + (f0 - start).unsqueeze(-1) * u
    turns = torch.cumsum(hz.flatten(1) / c.SAMPLE_RATE_HZ, dim=1)
    return (turns - turns.floor()).float().view(hz.shape)


def harmonic_bank(amplitudes: Tensor, phase: Tensor) -> Tensor:
    """sum_h A_h sin(2 pi h phase), A going linearly inside the block.

    amplitudes [B, F, H], phase [B, F, 256] -> [B, (F - 1) 256]: blocks 1..F-1.
    """
    number = torch.arange(1, amplitudes.shape[-1] + 1, device=phase.device, dtype=torch.float32)
    turns = phase.unsqueeze(-1) * number
    sines = torch.sin((2.0 * math.pi) * (turns - turns.floor()))
    ends = torch.stack([_previous(amplitudes), amplitudes], dim=-1)
    parts = sines @ ends
    u = _ramp(str(phase.device))
    out = parts[..., 0] * (1.0 - u) + parts[..., 1] * u
    return out[:, :-1].flatten(1)


TABLE_SAMPLES = 2048


def harmonic_bank_fast(amplitudes: Tensor, phase: Tensor) -> Tensor:
    """`harmonic_bank` for training: one period of each frame by inverse FFT, read linearly.

    About ten times quicker on a CPU; the reading error is 40 dB below the harmonic it belongs to at
    harmonic 100 and falls by 12 dB an octave below. Export and goldens use the exact bank.
    """
    batch, frames, harmonics = amplitudes.shape
    imaginary = torch.nn.functional.pad(amplitudes, (1, TABLE_SAMPLES // 2 - harmonics))
    spectrum = torch.complex(torch.zeros_like(imaginary), imaginary * (-0.5 * TABLE_SAMPLES))
    table = torch.fft.irfft(spectrum, n=TABLE_SAMPLES)
    position = phase * TABLE_SAMPLES
    low = position.floor()
    fraction = position - low
    index = low.long() % TABLE_SAMPLES
    after = (index + 1) % TABLE_SAMPLES

    def read(tables: Tensor) -> Tensor:
        return torch.gather(tables, -1, index) * (1.0 - fraction) + torch.gather(tables, -1, after) * fraction

    u = _ramp(str(phase.device))
    out = read(_previous(table)) * (1.0 - u) + read(table) * u
    return out[:, :-1].reshape(batch, (frames - 1) * c.FRAME_SAMPLES)


@lru_cache
def _grid_weights(device: str) -> tuple[Tensor, Tensor]:
    """Index and fraction that read a 64-point envelope on the 257 bins of the filters' FFT."""
    hz = torch.arange(c.FILTER_FFT // 2 + 1, dtype=torch.float32) * (c.SAMPLE_RATE_HZ / c.FILTER_FFT)
    position = envelope_position(hz)
    low = position.floor().clamp_max(c.ENVELOPE_POINTS - 2.0)
    return low.long().to(device), (position - low).to(device)


@lru_cache
def _tap_fade(device: str) -> Tensor:
    """1, then half a Hann over the last 64 of the 256 taps."""
    fade = torch.ones(c.FILTER_TAPS)
    n = c.FILTER_FADE_TAPS
    fade[-n:] = 0.5 + 0.5 * torch.cos(torch.pi * (torch.arange(n) + 0.5) / n)
    return fade.to(device)


def minimum_phase_taps(envelope: Tensor, log_gain: Tensor) -> Tensor:
    """Log envelope [B, F, 64] + log gain [B, F] -> minimum-phase FIR [B, F, 256] (real cepstrum)."""
    index, fraction = _grid_weights(str(envelope.device))
    grid = envelope[..., index] * (1.0 - fraction) + envelope[..., index + 1] * fraction
    grid = (grid + log_gain.unsqueeze(-1)).clamp_min(c.FILTER_LOG_FLOOR)
    cepstrum = torch.fft.irfft(grid, n=c.FILTER_FFT)
    half = c.FILTER_FFT // 2
    folded = torch.cat(
        [cepstrum[..., :1], 2.0 * cepstrum[..., 1:half], cepstrum[..., half : half + 1]], dim=-1
    )
    spectrum = torch.exp(torch.fft.rfft(folded, n=c.FILTER_FFT))
    return torch.fft.irfft(spectrum, n=c.FILTER_FFT)[..., : c.FILTER_TAPS] * _tap_fade(str(envelope.device))


def _blocks(signal: Tensor, history: int, frames: int) -> Tensor:
    """Samples of blocks 1..F-1 with `history` samples before each: [B, F - 1, history + 256]."""
    padded = torch.nn.functional.pad(signal, (history, 0))
    start = c.HOP_SAMPLES
    return padded[:, start:].unfold(-1, history + c.FRAME_SAMPLES, c.FRAME_SAMPLES)[:, : frames - 1]


def filter_frames(signal: Tensor, taps: Tensor) -> Tensor:
    """FIR whose taps go linearly from frame to frame: [B, n], [B, F, 256] -> [B, (F - 1) 256]."""
    history = c.FILTER_TAPS
    blocks = _blocks(signal, history, taps.shape[1])
    spectrum = torch.fft.rfft(blocks, n=c.FILTER_FFT)
    responses = torch.fft.rfft(taps, n=c.FILTER_FFT)
    new = torch.fft.irfft(spectrum * responses[:, : blocks.shape[1]], n=c.FILTER_FFT)[..., history:]
    old = torch.fft.irfft(spectrum * _previous(responses)[:, : blocks.shape[1]], n=c.FILTER_FFT)[
        ..., history:
    ]
    u = _ramp(str(signal.device))
    return (old * (1.0 - u) + new * u).flatten(1)


MOST_OVER_EXPECTED = (1.41, 2.8)
"""Over 512 samples and over a hop; as in `models/src/prior/excess.rs`."""
HELD_HOPS = 4
HELD_FALL_SAMPLES = 16


def hold_back(sound: Tensor, taps: Tensor, log_predicted: Tensor) -> Tensor:
    """What filters made of an excitation, held back where it is louder than expected: [B, n] -> [B, n].

    taps [B, F, 256] as of `filter_frames`, log_predicted [B, F]: natural log of the amplitude of the noise
    that is expected before them. Hop by hop, as the live chain does it.
    """
    expected = torch.exp(log_predicted) * taps.square().sum(-1).sqrt()
    before = nn.functional.pad(expected, (1, 0))[:, :-1]
    middles = [before + way * (expected - before) for way in (0.25, 0.75)]
    hops = sound.unfold(-1, c.HOP_SAMPLES, c.HOP_SAMPLES)
    allowed = torch.stack(middles, dim=-1).flatten(1)[:, : hops.shape[1]]
    power = hops.square().mean(-1)
    mean = nn.functional.pad(power, (HELD_HOPS - 1, 0)).unfold(-1, HELD_HOPS, 1).mean(-1)
    gains = [
        (most * allowed / loud.sqrt().clamp_min(1e-30)).clamp_max(1.0)
        for most, loud in zip(MOST_OVER_EXPECTED, (mean, power), strict=True)
    ]
    wanted = torch.where(power + mean > 0.0, torch.minimum(*gains), torch.ones_like(power))
    last = nn.functional.pad(wanted, (1, 0), value=1.0)[:, :-1]
    n = torch.arange(1, c.HOP_SAMPLES + 1, device=sound.device)
    falls = (n / HELD_FALL_SAMPLES).clamp_max(1.0)
    way = torch.where((wanted < last).unsqueeze(-1), falls, n / c.HOP_SAMPLES)
    return (hops * (last.unsqueeze(-1) + way * (wanted - last).unsqueeze(-1))).flatten(1)


def whiten(signal: Tensor, coefficients: Tensor) -> Tensor:
    """LPC residual of the input, the excitation of *follow*: [B, n], [B, F, 33] -> [B, n].

    Coefficients go linearly inside a block; before block 1 and after block F - 1 the residual is 0.
    Frame 0 is the identity filter.
    """
    frames = coefficients.shape[1]
    blocks = _blocks(signal, c.LPC_ORDER, frames)
    windows = blocks.unfold(-1, c.LPC_ORDER + 1, 1).flip(-1)
    before = _previous(coefficients)
    identity = torch.zeros_like(coefficients[:, :1])
    identity[..., 0] = 1.0
    before = torch.cat([identity, before[:, 1:]], dim=1)
    ends = torch.stack([before, coefficients], dim=-1)[:, : frames - 1]
    parts = windows @ ends
    u = _ramp(str(signal.device))
    residual = (parts[..., 0] * (1.0 - u) + parts[..., 1] * u).flatten(1)
    return torch.nn.functional.pad(
        residual, (c.HOP_SAMPLES, signal.shape[-1] - c.HOP_SAMPLES - residual.shape[-1])
    )


def noise(start: int, count: int, seed: int = 0) -> np.ndarray:
    """White noise of unit variance from a counter hash, float32 [count]; sample n depends on n only.

    lowbias32 (Wellons, 2018) of the sample's number plus the seed, as a uniform value.
    """
    x = (np.arange(start, start + count, dtype=np.uint64) + np.uint64(seed)).astype(np.uint32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    x ^= x >> np.uint32(16)
    return ((x.astype(np.float32) / np.float32(2.0**31)) - np.float32(1.0)) * np.float32(math.sqrt(3.0))
