"""The editor's window, opened by hosts on an X server of its own: nothing flickers on the tester's screen."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

OPENINGS = 50

# nice-plug 0.4.2 keeps the two sockets of every window that a VST3 host on Linux has opened: its
# `RunLoopEventHandler` holds a reference to itself and is never dropped.
KNOWN_LEAK_FILES = 2


@pytest.mark.usefixtures("bundle")
@pytest.mark.parametrize("host_name", ["pedalboard", "dawdreamer"])
def test_editor_opens_and_closes_while_playing(host_name: str) -> None:
    """Fifty times: a picture in the right size, sound as without a window, and nothing left behind."""
    script = Path(__file__).parent / "open_editors.py"
    python = [sys.executable, str(script), host_name, str(OPENINGS)]
    command = ["xvfb-run", "--auto-servernum", *python]
    process = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert process.returncode == 0, process.stderr
    seen = json.loads(process.stdout.splitlines()[-1])
    assert seen["sizes"] == [[1200, 800]] * OPENINGS
    assert seen["renders"] > 0
    assert seen["wrong_renders"] == 0
    assert left_by_a_window(seen["threads"]) < 0.5
    assert left_by_a_window(seen["files"]) < KNOWN_LEAK_FILES + 0.5


def left_by_a_window(counts: list[int]) -> float:
    """How many more there are after each window, between the first ten and the last ten.

    What belongs to the last window may take a moment to go, so the least of ten counts.
    """
    return (min(counts[-10:]) - min(counts[:10])) / (len(counts) - 10)
