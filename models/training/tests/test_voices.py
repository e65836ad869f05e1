"""Tests of the voices network: what it sees, what it learns from, what is made of its answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from test_data import data, tone  # noqa: F401 (a fixture)

from mynah_training import voices_measure, voices_train
from mynah_training.data.events import NoteEvent
from mynah_training.safetensors_file import split
from mynah_training.voices_cache import LabelledVoices, load_clip, load_clips, save_clip
from mynah_training.voices_clips import CLIP_SAMPLES, FRAMES, Mixer, SoundingNote, VoicesClip, levels_of
from mynah_training.voices_decode import FRAME_S, LateThresholds, Thresholds, play_along, transcribe
from mynah_training.voices_export import voices_bytes
from mynah_training.voices_features import HOP_SAMPLES, INPUTS, LOWEST_MIDI, PITCHES, network_inputs, spectra
from mynah_training.voices_measure import NoteScore
from mynah_training.voices_music import Part, guitar_voicing, keyboard_voicing
from mynah_training.voices_network import LATE_FRAMES, OUTPUTS, VoicesNetwork
from mynah_training.voices_notes import NoteBank
from mynah_training.voices_train import Crops, Labels, loss_of


def chord(gain: float = 1.0) -> torch.Tensor:
    """Two notes from the start, a third later, [1, 72,192]."""
    audio = np.zeros(72_192, np.float32)
    for onset, midi in ((4_800, 48), (4_800, 55), (36_000, 64)):
        note = tone(midi, 0.7, 0.4, 1.0)
        audio[onset : onset + len(note)] += note
    return torch.from_numpy(gain * audio)[None]


def labelled() -> LabelledVoices:
    """A clip of two notes."""
    audio = np.zeros(CLIP_SAMPLES, np.float32)
    notes = [SoundingNote(48_000, 90_000, 60), SoundingNote(96_000, 150_000, 67)]
    powers = []
    for note in notes:
        own = np.zeros(CLIP_SAMPLES, np.float32)
        own[note.onset : note.end] = tone(note.midi, (note.end - note.onset) / 48_000, None, 1.0)
        audio += own
        powers.append(np.mean(own.reshape(-1, HOP_SAMPLES).astype(np.float64) ** 2, axis=1))
    s = spectra(torch.from_numpy(audio)[None])
    frames = type(s)(s.fine[0], s.quick[0], tuple(r[0] for r in s.rises), s.reference[0])
    level = levels_of(notes, powers).astype(np.float16)
    rows = np.array([(n.onset, n.end, n.midi) for n in notes])
    return LabelledVoices(frames, rows, level, 5.0, "single", "piano")


def test_a_pitch_sees_its_own_harmonics() -> None:
    """The bins of the fundamental and of the octave are loud in the note's own row."""
    inputs = network_inputs(spectra(chord()))[0]
    assert inputs.shape == (INPUTS, 141, PITCHES)
    own = inputs[:, 30, 48 - LOWEST_MIDI]
    other = inputs[:, 30, 50 - LOWEST_MIDI]
    assert own[3:6].max() > 1.8 and own[6:9].max() > 1.5
    # The second harmonic tells neighbours apart that share the window's width at the fundamental.
    assert other[6:9].max() < own[6:9].max() - 0.2


def test_the_level_of_the_recording_is_not_told() -> None:
    """A take 12 dB softer looks the same."""
    loud, soft = (network_inputs(spectra(chord(gain)))[..., 30:, :] for gain in (1.0, 0.25))
    assert float((loud - soft).abs().max()) < 0.06


def test_frames_know_nothing_of_what_comes() -> None:
    """Spectra and network: another end does not change what was said before it."""
    torch.manual_seed(1)
    network = VoicesNetwork().eval()
    torch.nn.init.normal_(network.output.weight)
    audio = chord()
    changed = audio.clone()
    changed[:, 40_960:] = 0.3 * torch.randn(1, 72_192 - 40_960)
    with torch.no_grad():
        said = [network(network_inputs(spectra(a))) for a in (audio, changed)]
    assert torch.allclose(said[0][:, :, :80], said[1][:, :, :80], atol=1e-5)
    assert not torch.allclose(said[0][:, :, 80:], said[1][:, :, 80:], atol=1e-2)
    assert said[0].shape[1] == len(OUTPUTS)


def test_labels_say_when_a_note_begins_and_sounds() -> None:
    """And again, later."""
    labels = Labels(labelled())
    pitch, first = 60 - LOWEST_MIDI, 48_000 // HOP_SAMPLES
    assert labels.wanted[0, first : 90_000 // HOP_SAMPLES, pitch].all()
    assert not labels.wanted[0, :first, pitch].any()
    assert np.flatnonzero(labels.wanted[1, :, pitch]).tolist() == list(range(first, first + 4))
    late = np.flatnonzero(labels.wanted[3, :, pitch])
    assert late.tolist() == list(range(first + LATE_FRAMES, first + LATE_FRAMES + 3))
    assert not labels.wanted[:, :, pitch + 1].any()
    # Right after the end either answer will do.
    assert labels.weight[0, 90_000 // HOP_SAMPLES + 2, pitch] < 0.2
    assert labels.weight[0, first - 5, pitch] == 1.0


def test_training_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few steps on one clip bring the loss down; moved crops keep their labels in place."""
    monkeypatch.setattr(voices_train, "CROP_FRAMES", 300)
    torch.manual_seed(0)
    crops = Crops([labelled()], 0)
    network = VoicesNetwork(channels=6, squeezed=2, dilations=(1, 2), pitch_after=(0,))
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    losses = []
    for step in range(30):
        inputs, wanted, weight, level, cents = crops.batch(step)
        loss, parts = loss_of(network(inputs), wanted, weight, level, cents)
        assert parts.shape == (4,) and bool(torch.isfinite(loss))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        sounds = wanted[:, 0] > 0.5
        if sounds.any():
            loudest = inputs[:, 3:6].amax(1)[sounds]
            assert float((loudest > 1.0).float().mean()) > 0.8
    assert np.mean(losses[-4:]) < 0.7 * np.mean(losses[:2])


def answers_of(notes: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Sure answers: first frame, frames, pitch."""
    sounding, onset = np.zeros((100, PITCHES), np.float32), np.zeros((100, PITCHES), np.float32)
    for first, frames, pitch in notes:
        sounding[first : first + frames, pitch] = 0.9
        onset[first : first + 3, pitch] = (0.7, 0.9, 0.7)
    return sounding, onset


def test_notes_are_found_while_they_are_played() -> None:
    """A chord, the same note struck again while it sounds, and no more than six voices."""
    sounding, onset = answers_of([(10, 40, 20), (11, 40, 24), (30, 30, 20)])
    notes = play_along(sounding, onset, Thresholds())
    begun = [(round(n.onset_s / FRAME_S) - 1, n.midi - LOWEST_MIDI) for n in notes]
    assert begun == [(10, 20), (11, 24), (30, 20)]
    assert round(notes[0].end_s / FRAME_S) - 1 == 30
    sounding, onset = answers_of([(10, 40, 5 * k) for k in range(9)])
    sounding[:, :15] *= 0.8
    kept = {n.midi - LOWEST_MIDI for n in play_along(sounding, onset, Thresholds())}
    assert kept == {15, 20, 25, 30, 35, 40}


def test_notes_of_a_whole_recording() -> None:
    """Peaks begin notes, short gaps are bridged, and what surely sounds has begun somewhere."""
    sounding, onset = answers_of([(10, 20, 20), (50, 40, 30)])
    onset[50:60, 30] = 0.0
    sounding[18:21, 20] = 0.1
    silence = np.zeros((LATE_FRAMES, PITCHES), np.float32)
    notes = transcribe(
        np.concatenate([silence, sounding]), np.concatenate([silence, onset]), LateThresholds()
    )
    spans = [(n.onset_s / FRAME_S + 0.5, n.end_s / FRAME_S, n.midi - LOWEST_MIDI) for n in notes]
    assert np.allclose(spans, [(11, 30, 20), (50, 90, 30)], atol=1.01)


def test_notes_count_once_and_in_time() -> None:
    """50 ms, the same semitone, one for one."""
    notes = play_along(*answers_of([(10, 10, 20), (40, 10, 20), (70, 10, 20)]), Thresholds())
    score = NoteScore()
    at = [n.onset_s for n in notes]
    truth = [(at[0] - 0.04, 48), (at[0] + 0.04, 48), (at[1] - 0.06, 48), (at[2], 49)]
    score.add(notes, truth)
    assert (score.hits, score.said, score.true) == (1, 3, 4)
    assert score.f == pytest.approx(2 / 7)


def test_voicings_are_chords_that_hands_can_play() -> None:
    """Guitars have six strings, keyboards two hands."""
    rng = np.random.default_rng(4)
    for _ in range(200):
        guitar, keys = guitar_voicing(rng), keyboard_voicing(rng, 28, 96)
        assert len(guitar) <= 6 and all(40 <= m <= 64 + 14 for m in guitar)
        assert len(keys) <= 6 and all(28 <= m <= 96 for m in keys)
        assert guitar == sorted(set(guitar)) and keys == sorted(set(keys))


def test_a_mix_is_its_notes(data: Path) -> None:  # noqa: F811
    """What is written down of it can be seen in it; a string struck again ends."""
    mixer = Mixer(NoteBank(data, held_out=False))
    events = (
        NoteEvent(0.5, 1.0, 60, 0.7),
        NoteEvent(0.51, 1.0, 64, 0.7),
        NoteEvent(1.0, 0.5, 60, 0.5),
    )
    audio, notes, powers = mixer.mix([Part("piano", events)], False, np.random.default_rng(1))
    assert audio.shape == (CLIP_SAMPLES,) and len(notes) == len(powers) == 3
    assert [n.midi for n in notes] == [60, 64, 60]
    assert abs(notes[0].onset / 48_000 - 0.5) < 0.03 and notes[0].end <= 48_000
    level = levels_of(notes, powers)
    assert level.shape == (FRAMES, PITCHES)
    assert level[60, 60 - LOWEST_MIDI] > -2.0 and level[20, 60 - LOWEST_MIDI] == -20.0
    assert np.abs(audio[: int(0.45 * 48_000)]).max() == 0.0


def test_clips_come_back_from_disk(tmp_path: Path) -> None:
    """As they were, at half precision; the truth is in seconds."""
    clip = labelled()
    notes = [SoundingNote(*(int(x) for x in row)) for row in clip.notes]
    audio = chord()[0].numpy()
    level = np.full((141, PITCHES), -20.0, np.float32)
    level[93:, 60 - LOWEST_MIDI] = -1.0
    save_clip(tmp_path / "clip_00000.npz", VoicesClip(audio, notes, level, 3.0, "single", "piano"))
    found = load_clip(tmp_path / "clip_00000.npz")
    assert len(load_clips(tmp_path)) == 1
    assert found.frames.fine.shape == (141, 300) and found.cents == 3.0
    assert voices_measure.truth_of(found) == [(1.0, 60)]


def test_the_file_is_of_its_own_kind() -> None:
    """Convolutions as the format has them; the same weights give the same bytes."""
    torch.manual_seed(2)
    network = VoicesNetwork()
    content = voices_bytes(network)
    assert content == voices_bytes(network)
    header, _ = split(content)
    meta = header["__metadata__"]
    assert isinstance(meta, dict)
    assert meta["kind"] == "voices" and meta["frame_samples"] == "512"
    assert json.loads(meta["architecture"])["dilations"] == [1, 2, 4, 8, 16]
    shapes = {name: entry["shape"] for name, entry in header.items() if name != "__metadata__"}  # type: ignore[index]
    assert shapes["time.0.conv.weight"] == [24, 24, 3]
    assert shapes["output.weight"] == [6, 24, 1] and shapes["place"] == [73, 24]
