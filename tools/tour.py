"""``make tour``: four clicks from the sample to its segmentation, with a picture of each step.

The clicks are those of a newcomer who accepts every default: the sample, Train, Start, Segment.
Pictures go to ``resources/tour``; ``TOUR_SECONDS`` tells how long to train, 90 by default.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from typing import Any

from drive_window import (
    PLUGIN,
    ROOT,
    find,
    open_dock,
    settings_of_their_own,
    take_picture,
    wait,
)

FOLDER = ROOT / "resources" / "tour"
SECONDS = float(os.environ.get("TOUR_SECONDS", "90"))
PATIENCE = 600


class Tour:
    """Takes pictures in order, and tells when each was taken."""

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer
        self._begun = time.monotonic()
        self._number = 0

    def picture(self, title: str) -> None:
        """The window now."""
        self._number += 1
        print(f"{time.monotonic() - self._begun:6.1f} s  {title}", flush=True)
        take_picture(self.viewer, FOLDER / f"{self._number}-{title}.png")


def unfold(dock: Any, *names: str) -> None:
    """Unfold these sections, fold the others."""
    for name in ("data", "task", "augments", "model", "check", "train", "curve", "runs", "segment"):
        find(dock, f"{name}.section").setChecked(name in names)
    wait(0.3)


def expect(happened: bool, dock: Any) -> None:
    """End the tour where something did not happen."""
    if not happened:
        said = find(dock, "train.error").text() or find(dock, "segment.error").text()
        sys.exit(f"The tour ended early: {said or find(dock, 'train.status').text()}")


def open_sample(viewer: Any, tour: Tour) -> None:
    """Click 1: File > Open Sample > DaCapo > neurites."""
    viewer.open_sample(PLUGIN, "neurites")
    viewer.dims.set_current_step(0, 48)
    tour.picture("sample")


def open_train(viewer: Any, tour: Tour) -> Any:
    """Click 2: Plugins > DaCapo > Train."""
    dock = open_dock(viewer, "Train")
    status = find(dock, "train.status")
    expect(wait(PATIENCE, lambda: status.text() == "Ready."), dock)
    tour.picture("ready")
    return dock


def start(dock: Any, tour: Tour) -> None:
    """Click 3: Start, which checks first."""
    find(dock, "train.start").click()
    plot, error = find(dock, "train.loss_plot"), find(dock, "train.error")
    expect(wait(PATIENCE, lambda: plot.num_points > 0 or bool(error.text())), dock)
    expect(not error.text(), dock)
    wait(15)
    tour.picture("learning")
    wait(SECONDS - 15, lambda: bool(error.text()))
    tour.picture("learnt")


def segment(dock: Any, tour: Tour) -> None:
    """Click 4: Segment, while the training goes on."""
    unfold(dock, "segment")
    button, before = find(dock, "segment.start"), len(tour.viewer.layers)
    expect(wait(PATIENCE, button.isEnabled), dock)
    button.click()
    error = find(dock, "segment.error")

    def done() -> bool:
        return any("segmentation" in layer.name for layer in tour.viewer.layers)

    expect(wait(PATIENCE, lambda: done() or bool(error.text())), dock)
    expect(done() and len(tour.viewer.layers) > before, dock)
    show_only(tour.viewer, "neurites", "segmentation")
    tour.picture("segmented")


def show_only(viewer: Any, raw: str, part: str) -> None:
    """Switch all layers off but the raw volume and those with `part` in their name."""
    for layer in viewer.layers:
        layer.visible = layer.name == raw or part in layer.name
    wait(0.5)


def finish(dock: Any, tour: Tour) -> None:
    """Stop and keep, and look at the run in the table."""
    find(dock, "train.stop").click()
    expect(wait(PATIENCE, find(dock, "train.start").isVisible), dock)
    unfold(dock, "runs", "curve")
    wait(4)
    tour.picture("kept")


def main() -> None:
    settings_of_their_own()
    os.environ["DACAPO_RUNS"] = tempfile.mkdtemp(prefix="dacapo-tour-")
    import napari

    viewer = napari.Viewer(title="DaCapo")
    viewer.window.resize(1500, 950)
    wait(1)
    tour = Tour(viewer)
    open_sample(viewer, tour)
    dock = open_train(viewer, tour)
    start(dock, tour)
    segment(dock, tour)
    finish(dock, tour)
    viewer.close()


if __name__ == "__main__":
    main()
