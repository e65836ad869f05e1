"""The plugin in Ardour, without a window or a sound card: its scanner, and sessions made by Lua scripts."""

import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from pedalboard.io import AudioFile

from sounds import Sound

SCRIPTS = Path(__file__).parent / "ardour"
PRESET_ID = "6d796e61-6800-4000-8000-000000000002"

# Nothing here takes nearly as long: what takes longer hangs.
GIVE_UP_S = 120
# How often a session is begun that Ardour does not end well.
TRIES = 10
# How it does that: its own memory is damaged.
OWN_ENDS = (-signal.SIGABRT, -signal.SIGSEGV)


class Aborted(AssertionError):
    """Ardour has ended itself."""


def library_folder() -> Path:
    """Where the newest installed Ardour keeps its programs, such as `/usr/lib/ardour7`."""
    found = [path.parent for path in Path("/usr/lib").glob("ardour*/luasession")]
    assert found, "Ardour is not installed; `cargo xtask hosts` leaves these tests out then"
    return max(found, key=lambda folder: int(re.sub(r"\D", "", folder.name) or 0))


@dataclass
class Mix:
    """A session's mix: the same melody on two busses, aligned by Ardour."""

    # The latency that Ardour sees.
    latency_samples: int
    # What came through Mynah (its left channel), and what went past it.
    through: Sound
    past: Sound


class Ardour:
    """An Ardour with settings of its own, in which nothing but the bundle is installed."""

    def __init__(self, bundle: Path, home: Path) -> None:
        """Installs the bundle as a player would: into the home folder's `.vst3`."""
        self._library = library_folder()
        self._home = home
        self._bundle = home / ".vst3" / "Mynah.vst3"
        shutil.copytree(bundle, self._bundle)
        for file in self._bundle.rglob("*"):
            # The scan counts only if it is newer than the plugin by a second.
            os.utime(file, (1e9, 1e9))
        settings = home / ".config" / self._library.name
        for kind, file in (
            ("scripts", "test_tone.lua"),
            ("export", "float.format"),
            ("export", "float.preset"),
        ):
            (settings / kind).mkdir(parents=True, exist_ok=True)
            shutil.copy(SCRIPTS / file, settings / kind)

    def scan(self) -> ElementTree.Element:
        """What Ardour's scanner writes down about the plugin."""
        self._run("ardour-vst3-scanner", "--force", "--quiet", str(self._bundle))
        (record,) = (self._home / ".cache" / self._library.name / "vst").glob("*.v3i")
        return ElementTree.parse(record).getroot()

    def mix(self, rate_hz: int, block_samples: int, **parameters: float) -> Mix:
        """Two seconds with the parameters at these values, plain as Ardour shows them."""
        settings = [f"{name}={value}" for name, value in parameters.items()]
        script = str(SCRIPTS / "session.lua")
        arguments = [str(self._home), str(rate_hz), str(block_samples), PRESET_ID, "mix", *settings]
        output = self._run_again("luasession", script, *arguments)
        shutil.rmtree(self._home / "mix")
        latency = re.search(r"^latency_samples (\d+)", output, re.MULTILINE)
        assert latency, output
        with AudioFile(str(self._home / "mix.wav")) as file:
            through, past = file.read(file.frames)
        return Mix(int(latency[1]), through, past)

    def _run_again(self, program: str, *arguments: str) -> str:
        """As `_run`, but again if Ardour falls, which it does in one session of six without Mynah as well."""
        for _ in range(TRIES - 1):
            try:
                return self._run(program, *arguments)
            except Aborted:
                shutil.rmtree(self._home / "mix", ignore_errors=True)
        return self._run(program, *arguments)

    def _run(self, program: str, *arguments: str) -> str:
        name = self._library.name
        environment = {key: value for key, value in os.environ.items() if not key.startswith("XDG_C")}
        environment |= {
            "HOME": str(self._home),
            "LD_LIBRARY_PATH": str(self._library),
            "ARDOUR_DLL_PATH": str(self._library),
            "ARDOUR_DATA_PATH": f"/usr/share/{name}",
            "ARDOUR_CONFIG_PATH": f"/etc/{name}",
        }
        command = [str(self._library / program), *arguments]
        process = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=GIVE_UP_S)
        said = f"{process.stdout}\n{process.stderr}"
        # A fault of Mynah's is told by Rust before the process ends.
        if process.returncode in OWN_ENDS and "panicked at" not in said:
            raise Aborted(said)
        assert process.returncode == 0, said
        return process.stdout
