"""The editor's window, opened by hosts on an X server of its own: nothing flickers on the tester's screen."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

OPENINGS = 50

# nice-plug 0.4.2 keeps the two sockets of every window that a VST3 host on Linux has opened: its
# `RunLoopEventHandler` holds a reference to itself and is never dropped.
KNOWN_LEAK_FILES = 2


@pytest.mark.usefixtures("bundle")
@pytest.mark.parametrize("host_name", ["pedalboard", "dawdreamer"])
def test_editor_opens_and_closes_while_playing(host_name: str) -> None:
    """Fifty times: a picture in the right size, sound as without a window, and nothing left behind."""
    seen = on_a_screen("open_editors.py", host_name, str(OPENINGS))
    assert seen["sizes"] == [[1200, 800]] * OPENINGS
    assert seen["renders"] > 0
    assert seen["wrong_renders"] == 0
    assert left_by_a_window(seen["threads"]) < 0.5
    assert left_by_a_window(seen["files"]) < KNOWN_LEAK_FILES + 0.5


@pytest.mark.usefixtures("bundle")
@pytest.mark.parametrize("host_name", ["pedalboard", "dawdreamer"])
def test_dragged_knob_is_heard(host_name: str) -> None:
    """The parameter follows the mouse, and the sound is that of the parameter."""
    seen = on_a_screen("drag_a_knob.py", host_name)
    assert 0.2 < seen["mix"] < 0.9
    assert seen["sounds_otherwise"]
    assert seen["sounds_as_set"]


@pytest.mark.skipif("MYNAH_STANDALONE" not in os.environ, reason="cargo xtask names it as left out")
def test_application_shows_a_dragged_knob() -> None:
    """The application without any device: its knob follows the mouse, and Ctrl-C ends it."""
    seen = on_a_screen("drag_in_application.py")
    assert seen["changed_pixels"] > 100
    assert seen["exit_status"] == 0


@pytest.mark.skipif("MYNAH_STANDALONE" not in os.environ, reason="cargo xtask names it as left out")
def test_application_plays_keys() -> None:
    """The application as the instrument: a key that is pressed is seen to be held, and Ctrl-C ends it."""
    seen = on_a_screen("press_in_application.py")
    assert seen["changed_pixels"] > 20
    assert seen["exit_status"] == 0


def on_a_screen(script: str, *arguments: str) -> dict[str, Any]:
    """What a script of this folder saw, on an X server of its own."""
    python = [sys.executable, str(Path(__file__).parent / script), *arguments]
    command = ["xvfb-run", "--auto-servernum", "--server-args=-screen 0 1600x1200x24", *python]
    process = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout.splitlines()[-1])


def left_by_a_window(counts: list[int]) -> float:
    """How many more there are after each window, between the first ten and the last ten.

    What belongs to the last window may take a moment to go, so the least of ten counts.
    """
    return (min(counts[-10:]) - min(counts[:10])) / (len(counts) - 10)
