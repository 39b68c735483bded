"""Run by a test: train from the dock, close napari after the first iterations, and say how long.

``python close_napari.py RUNS_FOLDER process|thread``; prints the seconds that closing took.
"""

from __future__ import annotations

import sys
import time

import napari
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QWidget

RUNS, WHERE = sys.argv[1:]
MOST_SECONDS = 150


def find(dock, name):
    return dock.findChild(QWidget, name)


def main() -> None:
    viewer = napari.Viewer()
    viewer.open_sample("dacapo-napari", "nuclei")
    _, dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")
    find(dock, "train.runs_folder").setText(RUNS)
    find(dock, "train.run_name").setText("left")
    find(dock, "train.device").setCurrentText("cpu")
    find(dock, "train.in_thread").setChecked(WHERE == "thread")
    find(dock, "check.before_start").setChecked(False)
    find(dock, "train.start").click()
    began = time.monotonic()
    closed = []

    def look() -> None:
        too_late = time.monotonic() - began > MOST_SECONDS
        failed = bool(find(dock, "train.error").text())
        if find(dock, "train.loss_plot").num_points >= 2 or failed or too_late:
            timer.stop()
            closed.append(time.monotonic())
            viewer.close()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(100)
    napari.run()
    sys.stdout.write(f"{time.monotonic() - closed[0]:.1f}\n")


if __name__ == "__main__":
    main()
