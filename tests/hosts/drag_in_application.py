"""Drags the knob Mix in the application. Prints what followed as one line of JSON."""

import json
import os
import signal
import subprocess
import time

import numpy as np

from places import place_of
from screen import A_FEW_FRAMES_S, GIVE_UP_S, Screen

DRAG_PX = 80


def main() -> None:
    """Runs what the module says."""
    screen = Screen()
    command = [os.environ["MYNAH_STANDALONE"], "--backend", "dummy"]
    with subprocess.Popen(command) as application:
        try:
            window = screen.wait_for_host_window()
            screen.wait_for_picture(window)
            time.sleep(A_FEW_FRAMES_S)
            before = screen.pixels(window)
            screen.drag(window, place_of("Mix"), DRAG_PX)
            time.sleep(A_FEW_FRAMES_S)
            changed = int(np.count_nonzero(screen.pixels(window) != before))
            application.send_signal(signal.SIGINT)
            exit_status = application.wait(GIVE_UP_S)
        finally:
            application.kill()
    print(json.dumps({"changed_pixels": changed, "exit_status": exit_status}), flush=True)


if __name__ == "__main__":
    main()
