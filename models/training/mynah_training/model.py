"""The whole chain as one module: what was played and on which target -> streams and output."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from . import config as c
from . import features, prior
from .generator import Generator
from .networks import Encoder, TargetBank, Translator, translator_inputs

Z_NOISE = 0.25
"""Deviation of the noise on z while it is trained. z lies within -1..1, so this bounds what the translator
can rely on: without it the source's own timbre came along (REPORT.md)."""


@dataclass(frozen=True)
class Source:
    """What the networks are told of the input. Frames 1..F of `features` and `pitch`."""

    audio: Tensor
    """[B, 256 F]"""
    f0_hz: Tensor
    """[B, F]"""
    voicing: Tensor
    """[B, F], 0..1"""
    follow: Tensor
    """[B]: 0 track, 1 follow"""


@dataclass(frozen=True)
class Rendering:
    """Streams of the blocks after the warm-up frames."""

    z: Tensor
    """[B, latent, F], without the noise of training"""
    tonal: Tensor
    """[B, n]: the harmonic bank (track) or the filtered residual (follow)"""
    noisy: Tensor
    """[B, n]: the filtered noise"""
    hidden: Tensor
    """[B, channels, F - warm-up]"""
    log_loudness: Tensor
    """[B, F - warm-up]"""


class Mynah(nn.Module):
    """Encoder, translator, target bank and generator."""

    def __init__(self, architecture: c.Architecture, targets: int = len(c.INSTRUMENTS)) -> None:
        """Sizes from the architecture."""
        super().__init__()
        self.architecture = architecture
        self.encoder = Encoder(architecture)
        self.translator = Translator(architecture)
        self.targets = TargetBank(architecture, targets)
        self.generator = Generator(architecture)

    def render(
        self, source: Source, target: Tensor, noise: Tensor, warm_up_frames: int = 0, exact: bool = False
    ) -> Rendering:
        """Streams of blocks 1.. after `warm_up_frames` frames that only fill the networks' past.

        target [B] (index), noise [B, 256 F]. `exact` sums sines one by one instead of reading tables.
        """
        with torch.no_grad():
            power = features.power_frames(source.audio)
            log_mel = features.log_mel(power)
            log_level = features.log_level(power)
            log_loudness = features.log_loudness(log_level)
            attack = features.attack(source.audio, log_loudness)
        z = self.encoder(log_mel, log_level)
        heard = z + Z_NOISE * torch.randn_like(z) if self.training else z
        inputs = translator_inputs(
            heard,
            source.f0_hz,
            source.voicing,
            log_loudness,
            attack,
            source.follow,
            self.architecture.pitch_bumps,
        )
        hidden = self.translator(inputs, *self.targets.film(target))[..., warm_up_frames:]
        harmonic, noisy = self.targets.envelopes(hidden, target)
        log_level, log_loudness = log_level[:, warm_up_frames:], log_loudness[:, warm_up_frames:]
        power = power[:, warm_up_frames:]
        tonal = self._tonal(source, harmonic, power, log_level, log_loudness, warm_up_frames, exact)
        start = warm_up_frames * c.FRAME_SAMPLES
        noise_stream = prior.filter_frames(noise[:, start:], prior.minimum_phase_taps(noisy, log_loudness))
        return Rendering(z, tonal, noise_stream, hidden, log_loudness)

    def _tonal(
        self,
        source: Source,
        envelope: Tensor,
        power: Tensor,
        log_level: Tensor,
        log_loudness: Tensor,
        warm_up_frames: int,
        exact: bool,
    ) -> Tensor:
        """Each item of the batch by its own mode; only the modes that occur are computed."""
        follow = source.follow > 0.5
        out = power.new_zeros(power.shape[0], (envelope.shape[1] - 1) * c.FRAME_SAMPLES)
        f0_hz, voicing = source.f0_hz[:, warm_up_frames:], source.voicing[:, warm_up_frames:]
        if bool(follow.any()):
            with torch.no_grad():
                coefficients, log_residual = features.whitening(power[follow])
                start = warm_up_frames * c.FRAME_SAMPLES
                residual = prior.whiten(source.audio[follow, start:], coefficients)
            # Both have the same ripple, and the residual has it as sound already.
            taps = prior.minimum_phase_taps(envelope[follow], log_level[follow] - log_residual)
            followed = prior.filter_frames(residual, taps)
            # Clips of training have a past; what begins out of silence is the live chain's business.
            out[follow] = prior.hold_back(followed, taps, log_residual) if exact else followed
        track = ~follow
        if bool(track.any()):
            voiced = f0_hz[track][voicing[track] > 0.0]
            lowest_hz = float(voiced.min()) if voiced.numel() else 440.0
            harmonics = min(c.MAX_HARMONICS, int(c.HARMONIC_FADE_HIGH_HZ / lowest_hz) + 1)
            amplitudes = prior.harmonic_amplitudes(
                envelope[track], f0_hz[track], voicing[track], log_loudness[track], harmonics
            )
            phase = prior.harmonic_phase(f0_hz[track], voicing[track])
            bank = prior.harmonic_bank if exact else prior.harmonic_bank_fast
            out[track] = bank(amplitudes, phase)
        return out

    def generate(self, rendering: Rendering) -> Tensor:
        """Output of the generator for the streams, 16 samples behind them: [B, n]."""
        return self.generator(rendering.tonal, rendering.noisy, rendering.hidden, rendering.log_loudness)

    @torch.no_grad()
    def chain(self, source: Source, target: Tensor, noise: Tensor, drive: float = 1.0) -> Tensor:
        """What the plugin's chain makes of the input from a reset on: [B, 256 F] -> [B, 256 F - 128].

        Output sample n is 16 samples behind input sample n; hop 0 is silent.
        """
        rendering = self.render(source, target, noise, exact=True)
        lead = (c.HOP_SAMPLES, 0)
        tonal = nn.functional.pad(rendering.tonal, lead)
        noisy = nn.functional.pad(rendering.noisy, lead)
        full = self.generator(
            tonal, noisy, rendering.hidden, rendering.log_loudness, c.HOP_SAMPLES // c.SUB_BANDS
        )
        plain = nn.functional.pad(tonal + noisy, (c.SUB_BANDS, 0))[:, : -c.SUB_BANDS]
        return plain + drive * (full - plain)
