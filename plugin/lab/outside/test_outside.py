"""The outside listening on synthesised sounds."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import hearing
import notes

MELODY = [(60, 0.4), (64, 0.3), (67, 0.5), (65, 0.4), (72, 0.6)]


def melody(octave: int = 0) -> tuple[np.ndarray, list[notes.Note]]:
    """Plucked-like tones, and what they are."""
    sound, score, now_s = [np.zeros(9_600)], [], 0.2
    for midi, seconds in MELODY:
        t = np.arange(int(seconds * hearing.RATE_HZ)) / hearing.RATE_HZ
        hz = 440.0 * 2.0 ** ((midi + 12 * octave - 69) / 12)
        tone = sum(np.sin(2 * np.pi * hz * h * t) / h**1.5 for h in range(1, 7))
        sound.append(0.1 * tone * np.minimum(1, t / 0.005) * np.exp(-2 * t) * np.minimum(1, t[::-1] / 0.02))
        score.append((now_s, now_s + seconds, float(midi)))
        now_s += seconds
    return np.concatenate([*sound, np.zeros(9_600)]), score


def test_windows_are_levelled_and_silence_is_left_out() -> None:
    """Two seconds of a quiet tone, then two of nothing."""
    t = np.arange(2 * hearing.RATE_HZ) / hearing.RATE_HZ
    sound = np.concatenate([0.004 * np.sin(2 * np.pi * 440 * t), np.zeros(2 * hearing.RATE_HZ)])
    found = hearing.windows(sound)
    assert len(found) == 4
    for window in found:
        assert len(window) == hearing.WINDOW_SAMPLES and window.dtype == np.float32
        assert abs(np.sqrt((window**2).mean()) - hearing.LEVEL) < 0.02
    assert len(hearing.windows(np.full(2_000, 0.1))) == 1
    assert hearing.windows(np.zeros(48_000)) == []


def test_the_verdict_is_the_group_of_the_highest_label() -> None:
    """A network that hears brightness."""
    labels = ["Noise", "Flute", "Organ", "Trumpet"]

    def network(window: np.ndarray) -> np.ndarray:
        bright = np.abs(np.diff(window)).mean() > 0.03
        return np.array([0.9, 0.1 if bright else 0.5, 0.2, 0.6 if bright else 0.0])

    judge = hearing.Judge(lambda w: np.concatenate([network(w), np.zeros(60)]), all_labels(labels))
    t = np.arange(2 * hearing.RATE_HZ) / hearing.RATE_HZ
    assert judge.verdicts(0.1 * np.sin(2 * np.pi * 200 * t)) == {"flute": 3}
    assert judge.verdicts(0.1 * np.sin(2 * np.pi * 3_000 * t)) == {"trumpet": 3}


def all_labels(first: list[str]) -> list[str]:
    """All labels, `first` in front."""
    return first + [label for of in hearing.GROUPS.values() for label in of if label not in first]


def test_notes_are_found_and_wrong_ones_are_not_forgiven(tmp_path: Path) -> None:
    """A melody, the same an octave too high, and its notes late."""
    sound, score = melody()
    path = tmp_path / "melody.wav"
    soundfile.write(path, sound, hearing.RATE_HZ)
    played = notes.Tracker().notes(path)
    assert notes.score(played, score)["f_measure"] > 0.85
    octave_up = [(start, end, midi + 12) for start, end, midi in score]
    assert notes.score(played, octave_up)["matched"] == 0
    late = [(start + 0.1, end + 0.1, midi) for start, end, midi in score]
    assert notes.score(played, late)["matched"] == 0
    assert notes.score([], score)["f_measure"] == 0.0 and notes.score([], score)["wanted"] == 5
    assert notes.score([], [])["f_measure"] == 0.0


def test_a_phrase_that_is_late_throughout_is_told_from_wrong_notes() -> None:
    """All notes 100 ms late, and one of them wrong."""
    _, score = melody()
    late = [(start + 0.1, end + 0.1, midi) for start, end, midi in score]
    late[2] = (late[2][0], late[2][1], 61.0)
    found = notes.score(late, score)
    assert found["matched"] == 0 and found["f_measure"] == 0.0
    assert found["aligned"] == pytest.approx(0.8) and 50 <= found["late_ms"] <= 100
    assert notes.score(score, score)["late_ms"] == 0


def test_overtones_are_no_notes() -> None:
    """A fainter note within a note, one that follows it, and two that overlap by a little."""
    events = [(0.0, 1.0, 60.0, 0.8), (0.3, 0.9, 72.0, 0.5), (0.95, 2.0, 62.0, 0.6), (2.0, 2.2, 50.0, 0.1)]
    assert notes.one_voice(events) == [(0.0, 1.0, 60.0), (0.95, 2.0, 62.0), (2.0, 2.2, 50.0)]


def test_jobs_are_answered_in_order(tmp_path: Path) -> None:
    """The program as the evaluation calls it, without the judge's file."""
    sound, score = melody()
    soundfile.write(tmp_path / "melody.wav", sound, hearing.RATE_HZ)
    file = str(tmp_path / "melody.wav")
    jobs = [{"file": file, "listen": False, "notes": None}, {"file": file, "listen": False, "notes": score}]
    (tmp_path / "jobs.json").write_text(json.dumps({"judge": None, "jobs": jobs}))
    program = Path(__file__).with_name("answer.py")
    paths = [str(tmp_path / "jobs.json"), str(tmp_path / "answers.json")]
    subprocess.run([sys.executable, str(program), *paths], check=True)
    nothing, melody_ = json.loads((tmp_path / "answers.json").read_text())["answers"]
    assert nothing == {"heard": None, "notes": None}
    assert melody_["heard"] is None and melody_["notes"]["wanted"] == len(MELODY)


@pytest.mark.parametrize("arguments", [[], ["nowhere.json", "answers.json"]])
def test_what_is_wrong_is_one_sentence(arguments: list[str], tmp_path: Path) -> None:
    """No arguments, and no jobs."""
    program = Path(__file__).with_name("answer.py")
    run = subprocess.run(
        [sys.executable, str(program), *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2 and len(run.stderr.strip().splitlines()) == 1
