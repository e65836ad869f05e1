"""Tests of the data package on a tiny folder of synthesised notes: no recordings needed."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import soundfile as sf

from mynah_training.data import augment as aug
from mynah_training.data.cache import MAX_PEAK, PHRASE_SAMPLES, PhraseRenderer, add_pitch, build
from mynah_training.data.events import NoteEvent, is_polyphonic
from mynah_training.data.library import (
    SAMPLE_RATE_HZ,
    Audio,
    InstrumentLibrary,
    SampleInfo,
    Split,
    find_onset,
    fnv1a_64,
    note_side,
    phrase_side,
)
from mynah_training.data.melodies import PHRASE_S, fold_octaves, random_melody
from mynah_training.data.sequencer import (
    SampledInstrument,
    extend_by_loop,
    level_db,
    render,
    target_level_db,
)
from mynah_training.data.synthetic import SYNTH_NAMES, SyntheticSource, midi_to_hz

SIDES_OF_THE_CELLO = {
    "validation": [36, 43, 45, 49, 50, 63, 69, 70],
    "judge": [37, 42, 44, 48, 51, 62, 68, 71, 84],
}
HELD_OUT_PHRASES = [0, 2, 4, 6, 8, 13, 15, 19, 26]

COLUMNS = ("path", "instrument", "midi", "dynamic", "articulation", "seconds", "pitch_cents_dev")


def tone(midi: float, duration_s: float, decay_s: float | None, brightness: float) -> Audio:
    """A harmonic tone [n] of full-scale peak 0.5, held or dying away."""
    t = np.arange(int(duration_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    f0_hz = midi_to_hz(midi)
    harmonics = range(1, max(2, min(10, int(15_000 / f0_hz))))
    wave = np.sum([np.sin(2 * np.pi * k * f0_hz * t) / k**brightness for k in harmonics], axis=0)
    wave = wave * np.minimum(t / 0.02, 1.0) * np.minimum((duration_s - t) / 0.05, 1.0)
    if decay_s is not None:
        wave = wave * np.exp(-t / decay_s)
    return np.asarray(0.5 * wave / np.abs(wave).max(), dtype=np.float32)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three instruments, each with silence before its notes and known mistuning."""
    root = tmp_path_factory.mktemp("instruments")
    rows: list[tuple[str | int | float, ...]] = []
    for name, decay_s, brightness, cents in (
        ("cello", None, 1.0, 20.0),
        ("flute", None, 2.0, -35.0),
        ("piano", 0.6, 1.5, 0.0),
    ):
        (root / name).mkdir()
        for midi in range(48, 85):
            for dynamic, gain in (("p", 0.1), ("f", 1.0)):
                audio = gain * tone(midi + cents / 100.0, 0.9, decay_s, brightness)
                audio = np.concatenate([np.zeros(4800, np.float32), audio])
                path = f"{name}/{midi}_{dynamic}.flac"
                sf.write(root / path, audio, SAMPLE_RATE_HZ, subtype="PCM_16")
                rows.append((path, name, midi, dynamic, "sus", 1.0, cents))
    rows.append(("violin/whole.flac", "violin", "", "var", "performance", 6.0, ""))
    with (root / "manifest.csv").open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return root


def scale() -> list[NoteEvent]:
    """A slurred whole-tone scale that grows louder."""
    return [NoteEvent(0.5 * i, 0.5, 60 + 2 * i, 0.3 + 0.08 * i) for i in range(7)]


def measure_midi(audio: Audio) -> float:
    """The pitch of a steady harmonic tone [n] by autocorrelation, as a MIDI number."""
    windowed = audio.astype(np.float64) * np.hanning(len(audio))
    power = np.abs(np.fft.rfft(windowed, 4 * len(audio))) ** 2
    correlation = np.fft.irfft(power)
    lags = np.arange(40, 600)
    # The shortest of the nearly equal peaks is the period.
    inner = correlation[lags]
    peaks = lags[(inner > correlation[lags - 1]) & (inner >= correlation[lags + 1])]
    lag = int(peaks[np.argmax(correlation[peaks] > 0.9 * correlation[peaks].max())])
    left, centre, right = correlation[lag - 1 : lag + 2]
    exact = lag + 0.5 * (left - right) / (left - 2 * centre + right)
    return float(69.0 + 12.0 * np.log2(SAMPLE_RATE_HZ / exact / 440.0))


def test_hash_golden_values() -> None:
    """The published FNV-1a vectors, and our keys: the Rust side must agree."""
    assert fnv1a_64(b"") == 0xCBF29CE484222325
    assert fnv1a_64(b"a") == 0xAF63DC4C8601EC8C
    assert fnv1a_64(b"foobar") == 0x85944171F73967E8
    assert fnv1a_64(b"1:violin:69") == 0x835BFD2386871662
    sides = {s: [m for m in range(36, 85) if note_side("cello", m) == s] for s in ("validation", "judge")}
    assert sides == SIDES_OF_THE_CELLO
    phrases = [n for n in range(30) if phrase_side(f"phrase_{n}.mid") == "validation"]
    assert phrases == HELD_OUT_PHRASES
    assert note_side("cello", 63, seed=1) == "validation" != note_side("cello", 63, seed=2)


def test_library_leaves_performances_out(data: Path) -> None:
    """A performance has no single pitch to be rendered at."""
    assert InstrumentLibrary(data).instruments() == ["cello", "flute", "piano"]


def test_onset_is_trimmed(data: Path) -> None:
    """The 100 ms of silence before each note are gone."""
    library = InstrumentLibrary(data)
    for sample in library.samples[::10]:
        audio = library.audio(sample)
        assert audio.dtype == np.float32
        assert find_onset(audio) <= 96
        assert 0.85 * SAMPLE_RATE_HZ < len(audio) < 0.92 * SAMPLE_RATE_HZ


def test_split_is_by_note_and_complete(data: Path) -> None:
    """Every pitch is on exactly one side."""
    library = InstrumentLibrary(data)
    for name in library.instruments():
        sides = [{s.midi for s in library.select(name, side)} for side in ("train", "validation", "judge")]
        assert all(sides) and len(set.union(*sides)) == sum(len(side) for side in sides) == 37


def test_other_recordings_of_an_instrument_are_never_trained_on(data: Path, tmp_path: Path) -> None:
    """A second flute goes by a name of its own and is heard in evaluation only."""
    with (data / "manifest.csv").open(encoding="utf-8") as handle:
        text = handle.read()
    second = [line.replace(",sus,", ",vib,") for line in text.splitlines() if line.startswith("flute/")]
    (tmp_path / "manifest.csv").write_text(text + "\n".join(second) + "\n", encoding="utf-8")
    library = InstrumentLibrary(tmp_path)
    assert "flute-vib" not in library.instruments("train")
    assert len(library.select("flute-vib", "validation")) == len(second)
    assert {s.articulation for s in library.select("flute")} == {"sus"}


@pytest.mark.parametrize("split", get_args(Split)[:2])
def test_rendering_opens_allowed_notes_only(
    data: Path, split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No rendering ever touches a note of the other side."""
    opened: list[str] = []
    original = InstrumentLibrary.audio

    def spy(self: InstrumentLibrary, sample: SampleInfo) -> Audio:
        opened.append(sample.split)
        return original(self, sample)

    monkeypatch.setattr(InstrumentLibrary, "audio", spy)
    renderer = PhraseRenderer(data, split, 1)
    for index in range(6):
        renderer.render(index)
    assert opened and set(opened) == {split}


@pytest.mark.parametrize("name", ["cello", "flute", "piano"])
def test_pitch_and_level_of_notes(data: Path, name: str) -> None:
    """Mistuned recordings at any dynamic come out in tune and level."""
    library = InstrumentLibrary(data)
    for midi in (50, 63, 71, 82):
        for velocity in (0.1, 0.5, 0.9):
            event = NoteEvent(0.0, 0.6, midi, velocity)
            source = SampledInstrument(library, name, "train")
            audio = render([event], source, SAMPLE_RATE_HZ, seed=3)
            assert abs(measure_midi(audio[4800:19_200]) - midi) < 0.15
            assert abs(level_db(audio[:14_400]) - target_level_db(velocity)) < 0.5


@pytest.mark.parametrize("name", SYNTH_NAMES)
def test_synthetic_sources_are_in_tune_and_level(name: str) -> None:
    """Synthesisers obey the same rules as recordings."""
    source = SyntheticSource(name)
    event = NoteEvent(0.0, 0.6, 69, 0.6)
    audio = render([event], source, SAMPLE_RATE_HZ, seed=4)
    # Before the vibrato sets in.
    assert abs(measure_midi(audio[2_400:12_000]) - 69) < 0.15
    assert abs(level_db(audio[:14_400]) - target_level_db(0.6)) < 0.5


def test_parallel_renderings_are_level(data: Path) -> None:
    """Note by note, two instruments are equally loud."""
    library = InstrumentLibrary(data)
    n = 4 * SAMPLE_RATE_HZ
    sources = [SampledInstrument(library, name) for name in ("cello", "flute")]
    levels: list[list[float]] = [[], []]
    for out, source in zip(levels, sources, strict=True):
        audio = render(scale(), source, n, seed=5)
        out += [level_db(audio[24_000 * i : 24_000 * i + 14_400]) for i in range(7)]
    assert np.max(np.abs(np.diff(levels, axis=0))) < 1.5


def test_no_clicks(data: Path) -> None:
    """No jump between samples is larger than the tones themselves can make."""
    library = InstrumentLibrary(data)
    for name in ("cello", "flute", "piano"):
        events = [NoteEvent(0.0, 0.4, 60, 0.8), NoteEvent(0.4, 0.4, 67, 0.8)]
        events += [NoteEvent(1.0, 2.5, 64, 0.8)]
        audio = render(events, SampledInstrument(library, name), 4 * SAMPLE_RATE_HZ, seed=6)
        jump = np.abs(np.diff(audio, n=2))
        steady = jump[24_000 // 4 : 24_000 // 2].max()
        assert jump.max() < 4.0 * steady
        assert np.abs(audio[-4_800:]).max() == 0.0


def test_loop_keeps_the_tone_going() -> None:
    """A looped tone neither clicks nor cancels at its joints."""
    short = tone(60, 1.0, None, 1.0)
    long = extend_by_loop(short, 4 * SAMPLE_RATE_HZ)
    assert len(long) == 4 * SAMPLE_RATE_HZ
    rms = np.sqrt(np.mean(np.square(long[9_600:].reshape(-1, 4_800)), axis=1))
    assert rms.max() / rms.min() < 1.1
    assert np.abs(np.diff(long)).max() < 1.2 * np.abs(np.diff(short)).max()


def test_chords_sum_their_notes(data: Path) -> None:
    """All notes of a chord are heard."""
    source = SampledInstrument(InstrumentLibrary(data), "piano")
    events = [NoteEvent(0.0, 0.8, midi, 0.5) for midi in (60, 64, 67)]
    assert is_polyphonic(events) and not is_polyphonic(scale())
    audio = render(events, source, SAMPLE_RATE_HZ, seed=7)
    spectrum = np.abs(np.fft.rfft(audio[:24_000]))
    for midi in (60, 64, 67):
        bin_number = round(midi_to_hz(midi) * 24_000 / SAMPLE_RATE_HZ)
        near = spectrum[bin_number - 3 : bin_number + 4].max()
        assert near > 0.2 * spectrum.max()


@pytest.mark.parametrize("chords", [False, True])
def test_random_melodies(chords: bool) -> None:
    """Melodies are seeded, monophonic unless asked, and fit their phrase."""
    for seed in range(40):
        phrase = random_melody(np.random.default_rng(seed), chords)
        again = random_melody(np.random.default_rng(seed), chords)
        assert phrase == again
        assert chords or not phrase.polyphonic
        for event in phrase.events:
            assert 0.0 <= event.onset_s and event.end_s <= PHRASE_S + 0.05
            assert event.duration_s > 0.0 and 0.0 < event.velocity <= 1.0


def test_fold_octaves_narrows_without_doubling() -> None:
    """Wide textures fit into two octaves."""
    wide = [NoteEvent(0.0, 1.0, midi, 0.5) for midi in (36, 48, 60, 84, 96)]
    folded = [event.midi for event in fold_octaves(wide)]
    assert len(set(folded)) == len(folded) and max(folded) - min(folded) <= 24


def test_cache_is_deterministic_resumable_and_sound(data: Path, tmp_path: Path) -> None:
    """A cache made in two runs equals one made at once, byte for byte."""
    build(data, tmp_path / "a", 5, 1, "train")
    build(data, tmp_path / "b", 2, 1, "train")
    build(data, tmp_path / "b", 5, 1, "train")
    names = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert names == [f"phrase_{i:05d}.npz" for i in range(5)]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        with np.load(tmp_path / "a" / name, allow_pickle=False) as stored:
            audio, instruments = stored["audio"], stored["instruments"]
            assert audio.dtype == np.int16 and audio.shape == (len(instruments), PHRASE_SAMPLES)
            assert 2 <= len(instruments) <= 10 and stored["targets"].sum() >= 2
            assert 0 < np.abs(audio.astype(np.int32)).max() <= round(MAX_PEAK * 32767)
            assert stored["notes"].shape[1] == 4
            assert stored["polyphonic"].dtype == np.bool_


def test_pitch_files_lie_beside_the_audio(data: Path, tmp_path: Path) -> None:
    """Pitch tracks have one row an instrument and one column a frame."""

    def tracker(audio: Audio) -> tuple[Audio, Audio]:
        frames = len(audio) // 256
        return np.full(frames, 440.0, np.float32), np.ones(frames, np.float32)

    build(data, tmp_path, 2, 1, "validation")
    add_pitch(tmp_path, tracker, redo=False)
    with np.load(tmp_path / "phrase_00001.npz") as audio_file:
        count = len(audio_file["instruments"])
    with np.load(tmp_path / "phrase_00001.pitch.npz") as stored:
        assert stored["f0_hz"].shape == (count, PHRASE_SAMPLES // 256)
        assert stored["voicing"].dtype == np.float32
        assert stored["level_db"].shape == (count, PHRASE_SAMPLES // 256 + 1)


def test_augmentation_is_seeded_bounded_and_finite() -> None:
    """The input is left alone, the output stays within full scale."""
    audio = tone(60, 1.5, None, 1.0)
    before = audio.copy()
    for seed in range(40):
        out = aug.augment(audio, np.random.default_rng(seed))
        assert np.array_equal(out, aug.augment(audio, np.random.default_rng(seed)))
        assert out.shape == audio.shape and out.dtype == np.float32
        assert np.isfinite(out).all() and np.abs(out).max() <= 1.0
    assert np.array_equal(audio, before)


def test_augmentation_strengths() -> None:
    """Noise, EQ, room and gain are as strong as asked."""
    rng = np.random.default_rng(1)
    for pink in (False, True):
        floor = aug.noise(48_000, -60.0, pink, rng)
        assert abs(20 * np.log10(np.sqrt(np.mean(floor.astype(np.float64) ** 2))) + 60) < 0.1
    for _ in range(20):
        white = rng.standard_normal(48_000).astype(np.float32) * 0.1
        ratio = np.abs(np.fft.rfft(aug.random_eq(white, rng))) / np.abs(np.fft.rfft(white))
        change_db = 20 * np.log10(np.median(ratio[20_000:]))
        assert abs(change_db) < 13.0
        wet = aug.random_room(white, rng) - white
        assert -35.0 < 20 * np.log10(wet.std() / white.std()) < -8.0
    assert np.abs(aug.random_gain(tone(60, 0.2, None, 1.0), rng, (40.0, 40.0))).max() < 1.0
    silent = aug.augment(np.zeros(4_800, np.float32), rng)
    assert np.isfinite(silent).all()
