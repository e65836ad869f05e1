"""Opens and closes the editor in a host while sound is rendered: `open_editors.py HOST TIMES`.

A process of its own, since hosts want their windows on the main thread and an X error ends the process.
Prints what it saw as one line of JSON.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from dawdreamer_host import DawDreamerHost
from host import Setup
from pedalboard_host import PedalboardHost
from screen import Screen
from sounds import melody


@dataclass
class Seen:
    """What was seen."""

    # Width and height of every editor, as drawn.
    sizes: list[tuple[int, int]] = field(default_factory=list)
    # Renders that began and ended while the editor came and went, and those that differed.
    renders: int = 0
    wrong_renders: int = 0
    # After each closing: threads of the process, and open files (the connections to the display).
    threads: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)


def player(host_name: str, bundle: Path) -> tuple[Callable[[], None], Callable[[], np.ndarray]]:
    """How a host shows the editor until it is closed, and how it renders on another thread meanwhile."""
    sound = melody(48_000)
    if host_name == "pedalboard":
        host = PedalboardHost(bundle, Setup())
        return host.plugin.show_editor, lambda: host.render(sound)
    host = DawDreamerHost(bundle, Setup())
    # The graph must be loaded on the main thread.
    host.render(sound)

    def render() -> np.ndarray:
        host.engine.render(1.0)
        return host.engine.get_audio()

    return host.plugin.open_editor, render


def main() -> None:
    """Runs what the module says."""
    host_name, times = sys.argv[1], int(sys.argv[2])
    screen = Screen()
    show, render = player(host_name, Path(os.environ["MYNAH_VST3"]))
    expected = render().copy()
    seen = Seen()
    done = threading.Event()

    def play() -> None:
        while not done.is_set():
            same = np.array_equal(render(), expected)
            seen.renders += 1
            seen.wrong_renders += not same

    def look_and_close() -> None:
        try:
            window = screen.wait_for_host_window()
            seen.sizes.append(screen.wait_for_picture(window))
            screen.close(window)
        except BaseException as problem:  # The main thread sits in the window and cannot be told.
            print(f"opening {len(seen.sizes) + 1}: {problem}", file=sys.stderr, flush=True)
            os._exit(1)

    playing = threading.Thread(target=play)
    playing.start()
    try:
        for _ in range(times):
            looking = threading.Thread(target=look_and_close)
            looking.start()
            show()
            looking.join()
            screen.wait_until_closed()
            seen.threads.append(len(os.listdir("/proc/self/task")))
            seen.files.append(len(os.listdir("/proc/self/fd")))
    finally:
        done.set()
        playing.join()
    print(json.dumps(asdict(seen)), flush=True)


if __name__ == "__main__":
    main()
