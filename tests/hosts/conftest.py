"""The bundle under test, and each host in turn."""

import os
import tempfile
from pathlib import Path

import pytest

from dawdreamer_host import DawDreamerHost
from host import Host
from pedalboard_host import PedalboardHost

# Targets of whoever runs the tests would stand in the list behind the shipped ones.
_DATA_FOLDER = tempfile.TemporaryDirectory()
os.environ["XDG_DATA_HOME"] = _DATA_FOLDER.name

# Only the tests of the editor need a display, and they bring one. With one, hosts would do more than they
# are asked for, and end the process at the first X error.
os.environ.pop("DISPLAY", None)


@pytest.fixture(scope="session")
def bundle() -> Path:
    """The built VST3: `cargo xtask hosts` says where it is."""
    path = Path(os.environ["MYNAH_VST3"])
    assert path.is_dir(), f"MYNAH_VST3 names no bundle: {path}"
    return path


@pytest.fixture(params=[PedalboardHost, DawDreamerHost], ids=["pedalboard", "dawdreamer"])
def host_type(request: pytest.FixtureRequest) -> type[Host]:
    """Each host."""
    return request.param
