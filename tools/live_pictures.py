"""Pictures of a real training of the sample in napari's window, from empty dock to export."""

from __future__ import annotations

import os
import sys
from typing import Any

from drive_window import PLUGIN, find, open_dock, wait
from pictures import dock_pictures, window_pictures
from settings_pictures import unfold

RUN = "neurites-1"
SECONDS = float(os.environ.get("SCREENSHOT_SECONDS", "120"))
FEWEST_ITERATIONS = 250
PATIENCE = 300


def live_states(viewer: Any) -> None:
    """The states one after the other."""
    dock = open_dock(viewer, "Train")
    wait(PATIENCE, lambda: find(dock, "train.device").count() > 0)
    wait(4)
    dock_pictures(viewer, dock, "empty")
    viewer.open_sample(PLUGIN, "neurites")
    viewer.dims.set_current_step(0, 48)
    wait(PATIENCE, lambda: find(dock, "train.status").text() == "Ready.")
    window_pictures(viewer, "window")
    begin(viewer, dock)
    learn(viewer, dock)
    segment(viewer, dock)
    stop(viewer, dock)


def begin(viewer: Any, dock: Any) -> None:
    """Start, the check before it, and the engine that opens its volumes."""
    viewer.layers["neurites labels"].visible = False
    status = find(dock, "train.status")
    find(dock, "train.start").click()
    wait(PATIENCE, lambda: "Checking" in status.text())
    dock_pictures(viewer, dock, "train-checking", themes=("dark",))
    wait(PATIENCE, lambda: dock.session.active)
    dock_pictures(viewer, dock, "train-starting", themes=("dark",))


def learn(viewer: Any, dock: Any) -> None:
    """The curve, and the fixed region in the image and in the dock."""
    error, plot = find(dock, "train.error"), find(dock, "train.loss_plot")
    wait(PATIENCE, lambda: plot.num_points > 0 or bool(error.text()))
    wait(SECONDS, lambda: bool(error.text()))
    # A slow or busy computer gets longer, so that there is something to see.
    wait(SECONDS, lambda: plot.num_points >= FEWEST_ITERATIONS or bool(error.text()))
    if error.text():
        sys.exit(error.text())
    unfold(dock, "train")
    prediction = viewer.layers[f"{dock.session.folder.name} prediction"]
    prediction.visible = False
    find(dock, "time_lapse.there").click()
    wait(PATIENCE, lambda: not dock.time_lapse.words)
    dock._scroll.ensureWidgetVisible(find(dock, "pipeline.open"))
    window_pictures(viewer, "train")
    dock_pictures(viewer, dock, "time-lapse")
    viewer.reset_view()


def segment(viewer: Any, dock: Any) -> None:
    """What the newest weights make of the whole image, and what can be set afterwards."""
    unfold(dock, "segment")
    button, error = find(dock, "segment.start"), find(dock, "segment.error")
    wait(PATIENCE, button.isEnabled)
    button.click()
    wait(PATIENCE, lambda: "segmentation" in str(viewer.layers) or bool(error.text()))
    if error.text():
        sys.exit(error.text())
    for layer in viewer.layers:
        layer.visible = layer.name == "neurites" or "segmentation" in layer.name
    wait(3)
    window_pictures(viewer, "segmented")


def stop(viewer: Any, dock: Any) -> None:
    """Stop and keep; its row among the runs, and what can be taken elsewhere."""
    unfold(dock, "train")
    find(dock, "train.stop").click()
    dock_pictures(viewer, dock, "train-stopping", themes=("dark",))
    wait(PATIENCE, find(dock, "train.start").isVisible)
    wait(2)
    dock_pictures(viewer, dock, "train-stopped")
    unfold(dock, "segment")
    wait(2)
    dock_pictures(viewer, dock, "segment")
    unfold(dock, "export")
    dock_pictures(viewer, dock, "export")
