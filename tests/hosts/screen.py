"""The X display: made usable for hosts, and looked at."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
from Xlib import X, display, error
from Xlib.ext import xtest
from Xlib.protocol import event
from Xlib.xobject.drawable import Window

# What a desktop has named before any program starts. Hosts only look these up, and stop at the first
# X error when one is missing.
DESKTOP_ATOMS = """
_NET_ACTIVE_WINDOW _NET_FRAME_EXTENTS _NET_SUPPORTED _NET_SUPPORTING_WM_CHECK _NET_WM_ICON _NET_WM_NAME
_NET_WM_PID _NET_WM_PING _NET_WM_STATE _NET_WM_STATE_ABOVE _NET_WM_STATE_FULLSCREEN _NET_WM_STATE_HIDDEN
_NET_WM_STATE_MAXIMIZED_HORZ _NET_WM_STATE_MAXIMIZED_VERT _NET_WM_STATE_SKIP_TASKBAR _NET_WM_WINDOW_OPACITY
_NET_WM_WINDOW_TYPE _NET_WM_WINDOW_TYPE_COMBO _NET_WM_WINDOW_TYPE_DIALOG _NET_WM_WINDOW_TYPE_NORMAL
_KDE_NET_WM_WINDOW_TYPE_OVERRIDE _MOTIF_WM_HINTS _WIN_HINTS _XEMBED _XEMBED_INFO _XSETTINGS_SETTINGS
MANAGER UTF8_STRING WM_CHANGE_STATE WM_COLORMAP_WINDOWS WM_DELETE_WINDOW WM_PROTOCOLS WM_STATE WM_TAKE_FOCUS
XdndAware
""".split()

T = TypeVar("T")

# Nothing on the way takes nearly as long: whoever waits longer waits in vain.
GIVE_UP_S = 30.0

# Long enough for an editor to see an event and to draw what it did.
A_FEW_FRAMES_S = 0.1

LEFT_BUTTON = 1


class Screen:
    """A connection to the display, with what a bare Xvfb lacks of a desktop."""

    def __init__(self) -> None:
        """Connects, and stands in for the desktop until the process ends."""
        self._display = display.Display()
        self._root = self._display.screen().root
        for atom in DESKTOP_ATOMS:
            self._display.intern_atom(atom)
        settings = self._display.intern_atom("_XSETTINGS_S0")
        if self._display.get_selection_owner(settings) == X.NONE:
            depth = self._display.screen().root_depth
            self._settings = self._root.create_window(0, 0, 1, 1, 0, depth)
            self._settings.set_selection_owner(settings, X.CurrentTime)
        self._display.sync()

    def host_windows(self) -> list[Window]:
        """The windows that can be closed by a player, and are seen."""
        return [window for window in self._root.query_tree().children if self._is_host_window(window)]

    def wait_for_host_window(self) -> Window:
        """The host's window, once there is one."""
        return wait_for("a window", lambda: next(iter(self.host_windows()), None))

    def wait_until_closed(self) -> None:
        """Until no host's window is left."""
        wait_for("the window to close", lambda: not self.host_windows() or None)

    def wait_for_picture(self, window: Window) -> tuple[int, int]:
        """Width and height of the editor within a host's window, once it has been drawn."""
        return wait_for("a picture", lambda: self._picture_size(window))

    def drag(self, window: Window, start: tuple[float, float], down: int) -> None:
        """Drags with the left mouse button, from a place in the editor within a host's window."""
        x, y = self._on_the_screen(window, start)
        self._mouse(X.MotionNotify, x=x, y=y)
        self._mouse(X.ButtonPress, detail=LEFT_BUTTON)
        for moved in range(0, down + 1, 5):
            self._mouse(X.MotionNotify, x=x, y=y + moved)
        self._mouse(X.ButtonRelease, detail=LEFT_BUTTON)

    @contextmanager
    def pressed(self, window: Window, place: tuple[float, float]) -> Iterator[None]:
        """Holds the left mouse button down on a place in the editor within a host's window."""
        x, y = self._on_the_screen(window, place)
        self._mouse(X.MotionNotify, x=x, y=y)
        self._mouse(X.ButtonPress, detail=LEFT_BUTTON)
        yield
        self._mouse(X.ButtonRelease, detail=LEFT_BUTTON)

    def pixels(self, window: Window) -> np.ndarray:
        """What the editor within a host's window shows, a colour for each pixel."""
        window = self._innermost(window)
        shape = window.get_geometry()
        image = window.get_image(0, 0, shape.width, shape.height, X.ZPixmap, 0xFFFFFFFF)
        return np.frombuffer(image.data, np.uint32) & 0xFFFFFF

    def close(self, window: Window) -> None:
        """Closes a window as its close button does."""
        atom = self._display.intern_atom
        data = (32, [atom("WM_DELETE_WINDOW"), X.CurrentTime, 0, 0, 0])
        message = event.ClientMessage(window=window, client_type=atom("WM_PROTOCOLS"), data=data)
        window.send_event(message)
        self._display.flush()

    def _is_host_window(self, window: Window) -> bool:
        try:
            if window.get_attributes().map_state != X.IsViewable:
                return False
            protocols = window.get_wm_protocols()
        except (error.BadWindow, error.BadDrawable):
            return False
        return self._display.intern_atom("WM_DELETE_WINDOW") in protocols

    def _on_the_screen(self, window: Window, place: tuple[float, float]) -> tuple[int, int]:
        """Where a place in the editor within a host's window is."""
        corner = self._innermost(window).translate_coords(self._root, 0, 0)
        return round(place[0] - corner.x), round(place[1] - corner.y)

    def _picture_size(self, window: Window) -> tuple[int, int] | None:
        """The size of the innermost window, where the plugin draws; none while it is blank."""
        try:
            shape = self._innermost(window).get_geometry()
            pixels = self.pixels(window)
        except (error.BadWindow, error.BadDrawable, error.BadMatch):
            return None
        # Text, knobs and meters, drawn smoothly, have many colours; an empty window has one.
        return (shape.width, shape.height) if np.unique(pixels).size >= 50 else None

    def _innermost(self, window: Window) -> Window:
        """The window within a host's window in which the plugin draws."""
        while children := window.query_tree().children:
            window = max(children, key=area)
        return window

    def _mouse(self, kind: int, **what: int) -> None:
        """One movement or click, and time for the editor to see it."""
        xtest.fake_input(self._display, kind, **what)
        self._display.sync()
        time.sleep(A_FEW_FRAMES_S)


def area(window: Window) -> int:
    """In pixels."""
    shape = window.get_geometry()
    return shape.width * shape.height


def wait_for(what: str, look: Callable[[], T | None]) -> T:
    """What `look` finds, as soon as it finds something."""
    until = time.monotonic() + GIVE_UP_S
    while time.monotonic() < until:
        found = look()
        if found is not None:
            return found
        time.sleep(0.005)
    raise TimeoutError(f"waited {GIVE_UP_S:.0f} s for {what}")
