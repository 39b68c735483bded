"""Drives napari's window for the demo and the pictures: through its widgets, as a person would."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLUGIN = "dacapo-napari"


def settings_of_their_own() -> None:
    """Leave the settings of whoever runs this alone; before napari is imported."""
    folder = tempfile.mkdtemp(prefix="dacapo-settings-")
    os.environ["NAPARI_CONFIG"] = str(Path(folder) / "settings.yaml")


def has_real_screen() -> bool:
    """Whether somebody can see the window."""
    return "xvfb-run" not in os.environ.get("XAUTHORITY", "")


def wait(seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
    """Let the window live for so long, or until something is true; whether it is."""
    from qtpy.QtTest import QTest

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not until():
        QTest.qWait(50)
    return until()


def find(dock: Any, name: str) -> Any:
    """The widget of that object name."""
    from qtpy.QtWidgets import QWidget

    found = dock.findChild(QWidget, name)
    if found is None:
        sys.exit(f"The dock has no widget named {name}.")
    return found


def open_dock(viewer: Any, name: str, **arguments: Any) -> Any:
    """Open *Plugins > DaCapo > name*."""
    _, dock = viewer.window.add_plugin_dock_widget(PLUGIN, name, **arguments)
    return dock


def show_dock(dock: Any) -> None:
    """Bring a dock that lies behind another one to the front."""
    above = dock.parentWidget()
    while above is not None and not above.inherits("QDockWidget"):
        above = above.parentWidget()
    if above is not None:
        above.raise_()


def take_picture(viewer: Any, path: Path) -> None:
    """The whole window as a file."""
    wait(0.4)
    path.parent.mkdir(parents=True, exist_ok=True)
    viewer.window.screenshot(str(path), canvas_only=False, flash=False)
    print(f"  {path.relative_to(ROOT)}", flush=True)
