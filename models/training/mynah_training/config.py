"""Sizes and rates shared by every module; the Rust side has the same constants."""

from dataclasses import asdict, dataclass

from .targets import SHIPPED

SAMPLE_RATE_HZ = 48_000
HOP_SAMPLES = 128
"""Audio is due every hop."""
FRAME_SAMPLES = 256
"""Conditioning frames: 187.5 Hz, one per two hops."""

WINDOW_SAMPLES = 1024
WINDOW_FALL_SAMPLES = 256
"""The analysis window rises over 768 samples and falls over the newest 256: its centre of mass is
about 7 ms behind the present instead of the 11 ms of a symmetric window."""
ATTACK_WINDOW_SAMPLES = 512
ATTACK_WINDOW_FALL_SAMPLES = 128
"""The same shape at half the length, 3.5 ms behind: too short for the level of a low note, but the first
to hear that one begins."""
ATTACK_THRESHOLD = 0.7
"""In nepers. A steady note from 110 Hz on is less than this (6 dB) louder in the short window than on
average, however its energy is bunched in its period: what exceeds it is an attack."""
STEADY_RANGE = 0.35
"""In nepers. Level moves much smaller than this (3 dB) are the window's ripple over the periods of a low
note and are smoothed; much larger ones are played and pass."""

MEL_BINS = 80
MEL_LOW_HZ = 40.0
MEL_HIGH_HZ = 20_000.0
MEL_POWER_FLOOR = 1e-10
LOUDNESS_POWER_FLOOR = 1e-10

PITCH_WINDOW_SAMPLES = 2048
PITCH_LOW_HZ = 55.0
PITCH_HIGH_HZ = 2200.0
"""What the networks are told of; the tracker hears more (`pitch`)."""

LPC_ORDER = 32

ENVELOPE_POINTS = 64
ENVELOPE_LOW_HZ = 30.0
ENVELOPE_HIGH_HZ = 21_000.0
ENVELOPE_MIN = -14.0
ENVELOPE_MAX = 8.0

FILTER_TAPS = 256
FILTER_FFT = 512
FILTER_FADE_TAPS = 64
FILTER_LOG_FLOOR = -25.0

MAX_HARMONICS = 256
HARMONIC_FADE_LOW_HZ = 19_000.0
HARMONIC_FADE_HIGH_HZ = 21_000.0

SUB_BANDS = 16
"""Sub-band steps of 16 samples: 3 kHz."""

INSTRUMENTS = tuple(target.name for target in SHIPPED.targets)
"""The shipped targets, in the order of the target bank."""


@dataclass(frozen=True)
class Architecture:
    """Sizes of the networks; written to the model file as JSON and checked on loading."""

    encoder_channels: int = 64
    encoder_dilations: tuple[int, ...] = (1, 2, 4, 8)
    latent_channels: int = 16
    translator_channels: int = 96
    translator_dilations: tuple[int, ...] = (1, 2, 4, 8, 16)
    pitch_bumps: int = 16
    generator_channels: int = 48
    generator_dilations: tuple[int, ...] = (1, 3, 9, 1, 3, 9)

    def to_dict(self) -> dict[str, object]:
        """Plain lists and numbers, as they stand in the model file."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @property
    def translator_inputs(self) -> int:
        """Channels into the translator: z, pitch bumps, log pitch, voicing, loudness, attack, mode."""
        return self.latent_channels + self.pitch_bumps + 5
