"""``make screenshots``: the docks at each important state, in both themes.

Pictures go to ``resources/screenshots``; ``train.png`` is that of the README.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from data_pictures import data_states
from drive_window import (
    PLUGIN,
    ROOT,
    find,
    open_dock,
    settings_of_their_own,
    show_dock,
    take_picture,
    wait,
)
from label_pictures import label_states
from preview_pictures import preview_states
from runs_pictures import runs_states
from train_pictures import train_states

FOLDER = ROOT / "resources" / "screenshots"
RUN = "neurites-1"
SECONDS = float(os.environ.get("SCREENSHOT_SECONDS", "150"))
FEWEST_ITERATIONS = 350
PATIENCE = 300
THEMES = ("dark", "light")


def pictures(viewer: Any, name: str) -> None:
    """One picture in each theme; the one in the dark theme has the plain name."""
    for theme in reversed(THEMES):
        viewer.theme = theme
        suffix = "" if theme == "dark" else f"-{theme}"
        take_picture(viewer, FOLDER / f"{name}{suffix}.png")


def dock_pictures(viewer: Any, dock: Any, name: str) -> None:
    """The dock alone in each theme, without the window around it."""
    for theme in reversed(THEMES):
        viewer.theme = theme
        dock.setStyleSheet(viewer.window._qt_window.styleSheet())
        wait(0.5)
        suffix = "" if theme == "dark" else f"-{theme}"
        dock.grab().save(str(FOLDER / f"{name}{suffix}.png"))


def unfold(dock: Any, *names: str) -> None:
    """Unfold these sections and no other."""
    for name in ("data", "task", "augments", "model", "train", "curve"):
        find(dock, f"{name}.section").setChecked(name in names)
    wait(0.3)


def empty(viewer: Any) -> Any:
    dock = open_dock(viewer, "Train")
    wait(PATIENCE, lambda: find(dock, "train.device").count() > 0)
    wait(4)
    pictures(viewer, "empty")
    return dock


def composed(viewer: Any, dock: Any) -> None:
    viewer.open_sample(PLUGIN, "neurites")
    viewer.dims.set_current_step(0, 48)
    wait(PATIENCE, lambda: find(dock, "train.status").text() == "Ready.")
    unfold(dock, "data", "train")
    pictures(viewer, "data")
    unfold(dock, "augments")
    pictures(viewer, "augments")
    preview_states(viewer, dock, pictures)
    unfold(dock, "task", "model")
    pictures(viewer, "model")


def problems(viewer: Any, dock: Any) -> None:
    unpainted = np.zeros((96, 192, 192), np.uint8)
    empty_labels = viewer.add_labels(unpainted, name="nothing painted", scale=(8, 8, 8), units="nm")
    unfold(dock, "data", "train")
    find(dock, "data.labels").setCurrentText("nothing painted")
    wait(PATIENCE, lambda: bool(find(dock, "data.error").text()))
    find(dock, "train.run_name").setText("../elsewhere")
    find(dock, "train.start").click()
    pictures(viewer, "problem")
    viewer.layers.remove(empty_labels.name)
    viewer.layers.selection = {viewer.layers["neurites"]}
    find(dock, "data.labels").setCurrentText("neurites labels")
    find(dock, "train.run_name").setText(RUN)
    wait(PATIENCE, lambda: not find(dock, "data.error").text())


def training(viewer: Any, dock: Any) -> None:
    error, plot = find(dock, "train.error"), find(dock, "train.loss_plot")
    viewer.layers["neurites labels"].visible = False
    find(dock, "train.start").click()
    pictures(viewer, "starting")
    wait(PATIENCE, lambda: plot.num_points > 0 or bool(error.text()))
    wait(SECONDS, lambda: bool(error.text()))
    # A slow or busy computer gets longer, so that there is something to see.
    wait(SECONDS, lambda: plot.num_points >= FEWEST_ITERATIONS or bool(error.text()))
    if error.text():
        sys.exit(error.text())
    unfold(dock, "train", "curve")
    pictures(viewer, "training")
    time_lapse(viewer, dock)
    find(dock, "train.stop").click()
    wait(PATIENCE, find(dock, "train.start").isEnabled)
    wait(1.5)
    pictures(viewer, "stopped")


def time_lapse(viewer: Any, dock: Any) -> None:
    """The fixed region in view, and the film of it."""
    run = find(dock, "train.run_name").text()
    prediction = viewer.layers[f"{run} prediction"]
    prediction.visible = False
    find(dock, "time_lapse.there").click()
    pictures(viewer, "time-lapse")
    dock.time_lapse.save_film(FOLDER / "time-lapse.gif")
    wait(PATIENCE, lambda: not dock.time_lapse.is_saving)
    prediction.visible = True
    viewer.reset_view()


def segmented(viewer: Any, train_dock: Any) -> None:
    dock = open_dock(viewer, "Segment", tabify=True)
    find(dock, "segment.run").setCurrentText(RUN)
    show_dock(dock)
    find(dock, "segment.start").click()
    wait(1)
    name = f"{RUN} segmentation"
    wait(PATIENCE, lambda: name in viewer.layers or bool(find(dock, "segment.error").text()))
    if name not in viewer.layers:
        sys.exit(find(dock, "segment.error").text())
    for layer in viewer.layers:
        layer.visible = layer.name in {name, "neurites"}
    wait(1)
    pictures(viewer, "segmented")
    show_dock(train_dock)
    unfold(train_dock, "data", "curve")
    pictures(viewer, "train")


def small(viewer: Any) -> None:
    """The dock alone at 400 x 700."""
    from dacapo_napari.train_widget import TrainWidget

    dock = TrainWidget(viewer)
    dock.resize(400, 700)
    dock.setStyleSheet(viewer.window._qt_window.styleSheet())
    dock.show()
    wait(PATIENCE, lambda: find(dock, "train.status").text() == "Ready.")
    wait(1)
    dock.grab().save(str(FOLDER / "small.png"))
    dock.close_down()
    dock.deleteLater()


def main() -> None:
    settings_of_their_own()
    import napari

    with tempfile.TemporaryDirectory(prefix="dacapo-runs-", ignore_cleanup_errors=True) as runs:
        os.environ["DACAPO_RUNS"] = str(Path(runs) / "dacapo_runs")
        viewer = napari.Viewer()
        viewer.window.resize(1500, 950)
        wait(1)
        dock = empty(viewer)
        composed(viewer, dock)
        data_states(viewer, lambda dock, name: dock_pictures(viewer, dock, name))
        label_states(viewer, lambda dock, name: dock_pictures(viewer, dock, name))
        runs_states(viewer, lambda dock, name: dock_pictures(viewer, dock, name))
        train_states(viewer, lambda dock, name: dock_pictures(viewer, dock, name))
        problems(viewer, dock)
        small(viewer)
        training(viewer, dock)
        segmented(viewer, dock)
        viewer.close()


if __name__ == "__main__":
    main()
