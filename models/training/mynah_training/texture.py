"""What spectral distances blur: attacks, and noise that belongs to the note.

Two noises alike are as far apart in a spectrogram as two that are not, so a distance of spectra pays for
less noise and rounder attacks. These losses compare amounts instead, as `mynah eval` does: how much the
log spectrum rises within 50 ms, and the ratio of harmonics to what lies between them, per band.
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from . import config as c
from .losses import MRSTFT_FLOOR, magnitude, mel_filters

FLUX_WINDOW = 512
FLUX_HOP = 128
FLUX_BANDS = 24
ATTACK_STEPS = 19
"""Steps of 2.7 ms in 50 ms."""
ATTACK_FLUX = 0.5
"""Rise over 50 ms, in nepers and as a mean over the bands, from which on there is an attack."""

NOISE_WINDOW = 4096
"""85 ms: a Hann window parts harmonics 60 Hz from one another."""
LOWEST_HZ = 75.0
LOBE_BINS = 2.5
"""To either side of a harmonic, covered by its main lobe."""
BAND_EDGES_HZ = (300.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0)
HIGHEST_RATIO_DB = 40.0
QUIET_POWER = 1e-7
"""-70 dBFS of a signal at -20 dBFS: bands in which less is wanted are not compared."""
SEARCH_CENTS = 50.0
SEARCH_STEP_CENTS = 2.5
SEARCH_HZ = (300.0, 6000.0)
"""Where the harmonics must be hit when the pitch is refined."""


def rises(audio: Tensor) -> Tensor:
    """Rise of the log spectrum over each 50 ms, in nepers, mean over 24 bands: [B, n] -> [B, windows].

    Of a signal levelled to -20 dBFS; windows begin every 24 ms.
    """
    mel = mel_filters(FLUX_WINDOW, FLUX_BANDS, str(audio.device))
    logs = torch.log((magnitude(audio, FLUX_WINDOW, hop=FLUX_HOP) @ mel).clamp_min(MRSTFT_FLOOR))
    steps = (logs[:, 1:] - logs[:, :-1]).clamp_min(0.0).mean(-1)
    return steps.unfold(-1, ATTACK_STEPS, ATTACK_STEPS // 2).sum(-1)


def attack_distance(output: Tensor, target: Tensor) -> Tensor:
    """Mean difference of the `rises` where the target has attacks, in nepers; 0 where it has none: [B]."""
    return _attack_distance(rises(output), rises(target))


def _attack_distance(made: Tensor, wanted: Tensor) -> Tensor:
    attacks = (wanted > ATTACK_FLUX).float()
    return ((made - wanted).abs() * attacks).sum(-1) / attacks.sum(-1).clamp_min(1.0)


def flux_loss(output: Tensor, target: Tensor) -> Tensor:
    """`attack_distance` plus the mean difference of all rises: steady sounds have flux too. [B]."""
    made, wanted = rises(output), rises(target)
    return _attack_distance(made, wanted) + (made - wanted).abs().mean(-1)


@dataclass(frozen=True)
class Tone:
    """Harmonics against noise of a batch, averaged over the frames of each item."""

    ratio_db: Tensor
    """[B, bands]"""
    heard: Tensor
    """[B, bands]: whether any frame had a pitch and was not quiet"""


@lru_cache
def _bands(device: str) -> Tensor:
    """[bands, bins]: 1 within the band."""
    hz = torch.arange(NOISE_WINDOW // 2 + 1, device=device) * (c.SAMPLE_RATE_HZ / NOISE_WINDOW)
    edges = torch.tensor(BAND_EDGES_HZ, device=device)
    return ((hz >= edges[:-1, None]) & (hz < edges[1:, None])).float()


def _bins_off(f0_hz: Tensor, bins: Tensor) -> Tensor:
    """Distance of each bin to the nearest harmonic, in bins: f0_hz [..] -> [.., bins]."""
    f0_bins = (f0_hz * (NOISE_WINDOW / c.SAMPLE_RATE_HZ)).unsqueeze(-1)
    harmonics = bins / f0_bins
    return (harmonics - harmonics.round()).abs() * f0_bins


@torch.no_grad()
def _refined(power: Tensor, f0_hz: Tensor) -> Tensor:
    """f0_hz [B, N] moved by up to half a semitone to where most amplitude lies on the harmonics.

    Each signal needs its own: at the tenth harmonic a few cents are as wide as the lobe.
    """
    bin_hz = c.SAMPLE_RATE_HZ / NOISE_WINDOW
    first, last = (int(hz / bin_hz) for hz in SEARCH_HZ)
    bins = torch.arange(first, last, device=power.device)
    amplitude = power[..., first:last].sqrt()
    cents = torch.arange(-SEARCH_CENTS, SEARCH_CENTS + 1.0, SEARCH_STEP_CENTS, device=power.device)
    best, best_hz = torch.full_like(f0_hz, -1.0), f0_hz
    for cent in cents:
        hz = f0_hz * 2.0 ** (cent / 1200.0)
        hit = (_bins_off(hz, bins) <= 0.6 * LOBE_BINS).float()
        score = (hit * amplitude).sum(-1) / hit.sum(-1).clamp_min(1.0)
        best_hz = torch.where(score > best, hz, best_hz)
        best = torch.maximum(score, best)
    return best_hz


def harmonic_to_noise(power: Tensor, f0_hz: Tensor, sounds: Tensor, loud: Tensor) -> Tone:
    """Power on the harmonics over that between them, in dB per band and item.

    power [B, N, bins] of a levelled signal; f0_hz and sounds [B, F]: pitch in the middle of every block of
    256 samples and whether there is one. `loud` [B, N, bands] says which frames count in which band.
    """
    device = power.device
    starts = torch.arange(power.shape[1], device=device) * (NOISE_WINDOW // 4)
    middles = (starts + NOISE_WINDOW // 2) // c.FRAME_SAMPLES
    middles = middles.clamp_max(f0_hz.shape[1] - 1)
    f0_hz, sounds = f0_hz[:, middles], sounds[:, middles] & (f0_hz[:, middles] >= LOWEST_HZ)
    f0_hz = _refined(power.detach(), f0_hz.clamp_min(LOWEST_HZ))
    bins = torch.arange(power.shape[-1], device=device)
    between = (_bins_off(f0_hz, bins) > LOBE_BINS).float()
    bands = _bands(str(device)).T
    noise_bins, all_bins = between @ bands, bands.sum(0)
    noise = ((power * between) @ bands) * all_bins / noise_bins.clamp_min(1.0)
    harmonic = (power * (1.0 - between)) @ bands
    counts = (loud & sounds.unsqueeze(-1) & (noise_bins > 0.0)).float()
    ratio_db = 10.0 * torch.log10((harmonic + 1e-12) / (noise + 1e-12))
    ratio_db = ratio_db.clamp(-HIGHEST_RATIO_DB, HIGHEST_RATIO_DB)
    frames = counts.sum(1)
    return Tone((ratio_db * counts).sum(1) / frames.clamp_min(1.0), frames > 0.0)


def loud_bands(power: Tensor) -> Tensor:
    """Power [B, N, bins] -> [B, N, bands]: what lies over -70 dBFS."""
    return power @ _bands(str(power.device)).T > QUIET_POWER


def noise_distances_db(
    output: Tensor, target: Tensor, f0_hz: Tensor, sounds: Tensor
) -> tuple[Tensor, Tensor]:
    """Difference of harmonics to noise in dB, and whether the target has it: [B, bands] x 2.

    The target says which frames are compared: an output could else be quiet where it is wrong.
    """
    powers = [magnitude(audio, NOISE_WINDOW).square() for audio in (output, target)]
    loud = loud_bands(powers[1])
    made, wanted = (harmonic_to_noise(power, f0_hz, sounds, loud) for power in powers)
    return (made.ratio_db - wanted.ratio_db).abs(), wanted.heard


def noise_loss_db(output: Tensor, target: Tensor, f0_hz: Tensor, sounds: Tensor) -> Tensor:
    """Mean of `noise_distances_db` over all bands that have it, in dB: a scalar."""
    distances, heard = noise_distances_db(output, target, f0_hz, sounds)
    return (distances * heard).sum() / heard.sum().clamp_min(1)
