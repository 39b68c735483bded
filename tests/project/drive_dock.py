"""Run by the dock's Python: open the sample, train a little, and print what the dock showed.

``python drive_dock.py ENGINE_PYTHON RUNS_FOLDER``; the last line of the output is a JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import napari
from napari.settings import get_plugin_settings
from qtpy.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QSpinBox, QWidget

PLUGIN, RUN_NAME, ITERATIONS = "dacapo-napari", "two-environments", 12
LAST_STATES = ("finished", "failed", "stopped")

W = TypeVar("W", bound=QWidget)


def find(dock: QWidget, kind: type[W], name: str) -> W:
    """The widget of that object name, or the one of that kind inside it."""
    holder = dock.findChild(QWidget, name)
    if holder is None:
        raise LookupError(f"the dock has no widget named {name}")
    found = holder if isinstance(holder, kind) else holder.findChild(kind)
    if found is None:
        raise LookupError(f"{name} neither is a {kind.__name__} nor holds one")
    return found


def wait_until(condition: Callable[[], object], seconds: float) -> None:
    """Let the window work until the condition holds or the time is over."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        QApplication.processEvents()
        time.sleep(0.02)


def state_of(run: Path) -> str:
    try:
        status = json.loads((run / "status.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ""
    return str(status["state"])


def train(viewer: napari.Viewer, runs_folder: Path) -> dict[str, Any]:
    viewer.open_sample(PLUGIN, "neurites")
    opened = {layer.name for layer in viewer.layers}
    _, dock = viewer.window.add_plugin_dock_widget(PLUGIN, "Train")
    start = find(dock, QPushButton, "train.start")
    error = find(dock, QLabel, "train.error")
    run = runs_folder / RUN_NAME

    find(dock, QLineEdit, "train.runs_folder").setText(str(runs_folder))
    find(dock, QLineEdit, "train.run_name").setText(RUN_NAME)
    find(dock, QSpinBox, "train.iterations").setValue(ITERATIONS)
    wait_until(start.isEnabled, seconds=30)
    start.click()
    wait_until(lambda: state_of(run) in LAST_STATES or error.text(), seconds=180)

    def new_layers() -> list[str]:
        return sorted({layer.name for layer in viewer.layers} - opened)

    wait_until(new_layers, seconds=20)
    return {
        "state": state_of(run),
        "iterations": ITERATIONS,
        "error": error.text(),
        "status": find(dock, QLabel, "train.status").text(),
        "snapshot_layers": new_layers(),
    }


def main() -> None:
    engine_python, runs_folder = sys.argv[1], Path(sys.argv[2])
    viewer = napari.Viewer()
    get_plugin_settings(PLUGIN).general.engine_python = engine_python
    seen = train(viewer, runs_folder)
    viewer.close()
    sys.stdout.write(json.dumps(seen) + "\n")


if __name__ == "__main__":
    main()
