"""Presses a key of the instrument in the application. Prints what followed as one line of JSON."""

import json
import os
import signal
import subprocess
import time

import numpy as np

from places import place_of
from screen import A_FEW_FRAMES_S, GIVE_UP_S, Screen, wait_for


def main() -> None:
    """Runs what the module says."""
    screen = Screen()
    command = [os.environ["MYNAH_STANDALONE"], "--instrument", "--backend", "dummy"]
    with subprocess.Popen(command) as application:
        try:
            window = screen.wait_for_host_window()
            screen.wait_for_picture(window)
            time.sleep(A_FEW_FRAMES_S)
            before = screen.pixels(window)

            def changed() -> int:
                return int(np.count_nonzero(screen.pixels(window) != before))

            place = place_of("Keyboard", "Unknown", "MYNAH_INSTRUMENT_PLACES")
            with screen.pressed(window, place):
                # The key is drawn as the engine tells that it is held.
                pressed = wait_for("a pressed key", lambda: changed() or None)
            application.send_signal(signal.SIGINT)
            exit_status = application.wait(GIVE_UP_S)
        finally:
            application.kill()
    print(json.dumps({"changed_pixels": pressed, "exit_status": exit_status}), flush=True)


if __name__ == "__main__":
    main()
