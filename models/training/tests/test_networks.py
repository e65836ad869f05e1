"""The executable specification does what it says."""

import json

import numpy as np
import pytest
import torch
from safetensors import safe_open

from mynah_training import config as c
from mynah_training import export, features, losses, pitch, prior
from mynah_training.generator import Generator
from mynah_training.model import Mynah, Source


def tone(f0_hz: float, seconds: float, harmonics: int = 10) -> np.ndarray:
    """A falling harmonic spectrum at a peak well below full scale."""
    t = np.arange(int(seconds * c.SAMPLE_RATE_HZ)) / c.SAMPLE_RATE_HZ
    parts = [np.sin(2 * np.pi * f0_hz * h * t) / h for h in range(1, harmonics + 1) if f0_hz * h < 20_000]
    return (0.2 * np.sum(parts, axis=0)).astype(np.float32)


@pytest.fixture(scope="module")
def model() -> Mynah:
    """Random weights, generator included."""
    torch.manual_seed(0)
    model = Mynah(c.Architecture()).eval()
    torch.nn.init.normal_(model.generator.output.weight, std=0.02)
    return model


def source(audio: np.ndarray, follow: bool) -> Source:
    """A whole-file source with its tracked pitch."""
    f0_hz, voicing = pitch.track(audio)
    return Source(
        torch.from_numpy(audio)[None],
        torch.from_numpy(f0_hz)[None],
        torch.from_numpy(voicing)[None],
        torch.tensor([float(follow)]),
    )


@pytest.mark.parametrize("f0_hz", [55.5, 82.4, 196.0, 440.0, 987.8, 2000.0])
def test_pitch_is_right_within_two_cents(f0_hz: float) -> None:
    """From the lowest to the highest note of the range."""
    f0, voicing = pitch.track(tone(f0_hz, 0.5))
    assert np.abs(1200 * np.log2(f0[20:] / f0_hz)).max() < 2.0
    assert voicing[20:].min() > 0.99


def test_noise_and_silence_are_unvoiced() -> None:
    """Neither has a pitch."""
    assert pitch.track(0.1 * prior.noise(0, 48_000))[1].mean() < 0.05
    assert pitch.track(np.zeros(9600, np.float32))[1].max() == 0.0


def test_loudness_of_a_sine_is_its_amplitude_and_weighted() -> None:
    """0 dB at 1 kHz for amplitude 1; about -19 dB at 100 Hz."""
    t = torch.arange(24_000) / c.SAMPLE_RATE_HZ
    audio = torch.stack([torch.sin(2 * torch.pi * hz * t) for hz in (1000.0, 100.0)])
    db = 20 / np.log(10) * features.log_level(features.power_frames(audio))[:, 40:].mean(-1)
    assert abs(float(db[0])) < 0.1
    assert abs(float(db[1]) + 19.1) < 1.0


def test_whitening_flattens_the_spectrum() -> None:
    """The residual of strongly coloured noise is nearly white, and as large as predicted."""
    rng = np.random.default_rng(0)
    coloured = np.convolve(rng.standard_normal(96_000), 0.9 ** np.arange(80))[:96_000].astype(np.float32)
    audio = torch.from_numpy(0.05 * coloured)[None]
    a, log_amplitude = features.whitening(features.power_frames(audio))
    residual = prior.whiten(audio, a)[0, 4096:-4096].numpy()
    spectrum = np.abs(np.fft.rfft(residual[: len(residual) // 512 * 512].reshape(-1, 512))) ** 2
    bands = spectrum.mean(0)[1:257].reshape(16, 16).mean(1)
    assert bands.max() / bands.min() < 2.0
    assert residual.std() == pytest.approx(float(log_amplitude.exp()[0, 20:].mean()), rel=0.2)


def test_fast_bank_equals_the_exact_one() -> None:
    """At -40 dB of the tone, with a glide and moving amplitudes."""
    frames = 40
    f0_hz = torch.linspace(200.0, 300.0, frames)[None]
    amplitudes = torch.rand(1, frames, 30) / torch.arange(1, 31)
    phase = prior.harmonic_phase(f0_hz, torch.ones(1, frames))
    exact = prior.harmonic_bank(amplitudes, phase)
    error = prior.harmonic_bank_fast(amplitudes, phase) - exact
    assert float(error.std() / exact.std()) < 0.01


def test_minimum_phase_taps_have_the_envelope_and_come_early() -> None:
    """Magnitude within 1 dB of a smooth envelope; most of the energy in the first taps."""
    envelope = torch.linspace(0.0, -4.0, c.ENVELOPE_POINTS).view(1, 1, -1)
    taps = prior.minimum_phase_taps(envelope, torch.zeros(1, 1))[0, 0]
    hz = torch.tensor([100.0, 1000.0, 5000.0, 15_000.0])
    response = torch.fft.rfft(taps, n=4800).abs()[(hz / 10).long()]
    wanted = prior.envelope_at(envelope, hz.view(1, 1, -1))[0, 0]
    assert (response.log() - wanted).abs().max() < 0.12
    assert float(taps[:32].square().sum() / taps.square().sum()) > 0.95


def test_filter_interpolation_is_the_direct_form() -> None:
    """`filter_frames` against a sample-by-sample convolution with interpolated taps."""
    torch.manual_seed(1)
    frames = 4
    signal, taps = torch.randn(1, frames * 256), torch.randn(1, frames, 256) * 0.1
    got = prior.filter_frames(signal, taps)[0]
    x = torch.nn.functional.pad(signal[0], (256, 0))
    for sample in (0, 1, 200, 256, 511, 700):
        block, i = sample // 256, sample % 256
        u = (i + 1) / 256
        before = taps[0, block - 1] if block > 0 else torch.zeros(256)
        h = before * (1 - u) + taps[0, block] * u
        past = x[256 + 128 + sample - 255 : 256 + 128 + sample + 1].flip(0)
        assert float((past * h).sum()) == pytest.approx(float(got[sample]), abs=1e-4)


def test_generator_starts_as_the_identity_16_samples_late() -> None:
    """And its sub-bands reconstruct perfectly."""
    generator = Generator(c.Architecture())
    tonal, noisy = torch.randn(1, 256 * 7), torch.randn(1, 256 * 7)
    out = generator(tonal, noisy, torch.randn(1, 96, 8), torch.zeros(1, 8))
    assert torch.equal(out[:, 16:], (tonal + noisy)[:, :-16])
    again = generator.synthesise(generator.analyse(tonal))
    assert torch.allclose(again[:, 16:], tonal[:, :-16], atol=1e-5)


@pytest.mark.parametrize("follow", [False, True])
def test_chain_is_causal(model: Mynah, follow: bool) -> None:
    """Changing the future leaves the past alone, to the bit but for the FFTs' rounding."""
    audio = tone(220.0, 0.6)[: 100 * 256]
    changed = audio.copy()
    changed[60 * 256 :] = 0.1 * prior.noise(3, len(audio) - 60 * 256)
    noise = torch.from_numpy(prior.noise(0, len(audio)))[None]
    target = torch.tensor([2])
    a = model.chain(source(audio, follow), target, noise)
    b = model.chain(source(changed, follow), target, noise)
    heard = 60 * 256 - 128
    assert torch.allclose(a[:, :heard], b[:, :heard], atol=1e-6)
    assert not torch.allclose(a[:, heard + 512 :], b[:, heard + 512 :], atol=1e-3)


def test_output_level_follows_the_input(model: Mynah) -> None:
    """The envelopes are relative to the loudness: 20 dB less in is less out, and silence is silence."""
    audio = tone(220.0, 0.6)[: 100 * 256]
    noise = torch.from_numpy(prior.noise(0, len(audio)))[None]
    target = torch.tensor([0])
    loud = model.chain(source(audio, False), target, noise).std()
    soft = model.chain(source(0.1 * audio, False), target, noise).std()
    silent = model.chain(source(0.0 * audio, False), target, noise).abs().max()
    assert 2.0 < float(loud / soft) < 50.0
    assert float(silent) < 1e-3


def test_losses_are_zero_for_the_same_and_grow_with_the_difference() -> None:
    """Nothing is lost on an equal signal; an octave is worse than a cent."""
    a = torch.from_numpy(tone(220.0, 0.5))[None]
    near = torch.from_numpy(tone(220.2, 0.5))[None]
    far = torch.from_numpy(tone(440.0, 0.5))[None]
    assert float(losses.spectral_loss(a, a)) < 1e-6
    assert float(losses.spectral_loss(near, a)) < float(losses.spectral_loss(far, a))


def test_exported_files_carry_what_the_format_asks_for(model: Mynah, tmp_path) -> None:
    """Every key, the base's hash in the target, and the tensors by name."""
    export.write(model, tmp_path)
    names = {p.stem for p in (tmp_path / "targets").glob("*.mynah")}
    assert names == set(c.INSTRUMENTS)
    with (
        safe_open(tmp_path / "base.mynah", "pt") as base,
        safe_open(tmp_path / "targets" / "cello.mynah", "pt") as target,
    ):
        meta = target.metadata()
        assert base.metadata()["kind"] == "base"
        assert meta["kind"] == "target" and meta["name"] == "cello"
        assert json.loads(meta["credits"]) and len(meta["base_hash"]) == 64
        assert set(target.keys()) == {"film.scale", "film.shift", "head.weight", "head.bias"}
        assert json.loads(base.metadata()["architecture"])["latent_channels"] == 16


def test_what_stands_still_in_the_sub_bands_is_a_line() -> None:
    """And the loss finds it where it is; what moves is free."""
    generator = Generator(c.Architecture())
    still = torch.zeros(1, c.SUB_BANDS, 600)
    still[:, 3] = 0.01
    tone = generator.synthesise(still)[0, 64:]
    spectrum = torch.fft.rfft(tone[:9536]).abs()
    step_hz = c.SAMPLE_RATE_HZ / 9536
    loudest_hz = float(spectrum.argmax()) * step_hz
    assert abs(loudest_hz - c.SAMPLE_RATE_HZ / c.SUB_BANDS * round(loudest_hz / 3000.0)) < step_hz
    target = 0.1 * torch.ones(1, 9600)
    assert torch.allclose(losses.line_loss(still, target), torch.tensor([0.1]))
    moving = still * torch.tensor([1.0, -1.0]).repeat(300)
    assert float(losses.line_loss(moving, target)) < 1e-6


def test_what_is_louder_than_expected_is_held_back_and_what_is_not_passes() -> None:
    """Noise as loud as expected to the bit; a hundred times as loud within 3 dB after 11 ms."""
    frames = 20
    taps = torch.zeros(1, frames, c.FILTER_TAPS)
    taps[..., 0], taps[..., 3] = 0.6, 0.8
    expected = torch.full((1, frames), float(np.log(0.2)))
    noise = torch.tensor(prior.noise(5, (frames - 1) * c.FRAME_SAMPLES))[None]
    # The first block comes out of silence, of which nothing is expected.
    quiet = 0.15 * noise * (torch.arange(noise.shape[1]) >= c.FRAME_SAMPLES)
    assert torch.equal(prior.hold_back(quiet, taps, expected), quiet)
    bang = torch.cat([torch.zeros_like(noise[:, :2048]), 20.0 * noise[:, 2048:]], dim=1)
    held = prior.hold_back(bang, taps, expected)
    assert float(held[:, 2048 + 512 :].square().mean().sqrt()) < 0.2 * 1.5
    assert float(held[:, 2048 + 16 : 2048 + 128].square().mean().sqrt()) < 0.2 * 3.0
