"""Drags the knob Mix in a host's editor: `drag_a_knob.py HOST`. Prints what followed as one line of JSON."""

import json
import os
import sys
import threading
from pathlib import Path

import numpy as np

from dawdreamer_host import DawDreamerHost
from host import Setup
from pedalboard_host import PedalboardHost
from places import place_of
from screen import A_FEW_FRAMES_S, Screen
from sounds import melody

DRAG_PX = 80


def main() -> None:
    """Runs what the module says."""
    host_type = {"pedalboard": PedalboardHost, "dawdreamer": DawDreamerHost}[sys.argv[1]]
    bundle = Path(os.environ["MYNAH_VST3"])
    screen = Screen()
    host = host_type(bundle, Setup())
    sound = melody(48_000)
    before = host.render(sound)

    def drag_and_close() -> None:
        try:
            window = screen.wait_for_host_window()
            screen.wait_for_picture(window)
            threading.Event().wait(A_FEW_FRAMES_S)
            screen.drag(window, place_of("Mix"), DRAG_PX)
            screen.close(window)
        except BaseException as problem:  # The main thread sits in the window and cannot be told.
            print(problem, file=sys.stderr, flush=True)
            os._exit(1)

    dragging = threading.Thread(target=drag_and_close)
    dragging.start()
    host.plugin.open_editor() if isinstance(host, DawDreamerHost) else host.plugin.show_editor()
    dragging.join()
    after = host.render(sound)
    mix = host.parameters()["Mix"]

    other = host_type(bundle, Setup())
    other.set("Mix", mix)
    seen = {
        "mix": mix,
        "sounds_otherwise": not np.array_equal(after, before),
        "sounds_as_set": np.array_equal(after, other.render(sound)),
    }
    print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    main()
