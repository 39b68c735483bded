"""``make demo``: a sample volume, the Train dock, a few minutes of training, a segmentation.

It presses the buttons that a person would press, and leaves ``demo/screenshot.png`` and
``demo/summary.json``. ``DEMO_SECONDS`` tells how long to train, 120 by default.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from drive_window import (
    PLUGIN,
    ROOT,
    find,
    has_real_screen,
    open_dock,
    settings_of_their_own,
    show_dock,
    take_picture,
    wait,
)

FOLDER = ROOT / "demo"
RUN = "demo"
SECONDS = float(os.environ.get("DEMO_SECONDS", "120"))
FEWEST_ITERATIONS = 300
PATIENCE = 300


def train(viewer: Any) -> Any:
    dock = open_dock(viewer, "Train")
    find(dock, "train.runs_folder").setText(str(FOLDER / "runs"))
    find(dock, "train.run_name").setText(RUN)
    find(dock, "train.iterations").setValue(100_000)
    status, error = find(dock, "train.status"), find(dock, "train.error")
    wait(PATIENCE, lambda: status.text() == "Ready.")
    print(f"Training for {SECONDS:.0f} seconds...", flush=True)
    find(dock, "train.start").click()
    plot = find(dock, "train.loss_plot")
    wait(PATIENCE, lambda: plot.num_points > 0 or bool(error.text()))
    wait(SECONDS, lambda: bool(error.text()))
    # A slow or busy computer gets a little longer, so that there is something to see.
    wait(SECONDS, lambda: plot.num_points >= FEWEST_ITERATIONS or bool(error.text()))
    find(dock, "train.stop").click()
    stopped = wait(PATIENCE, find(dock, "train.start").isEnabled)
    if error.text() or not stopped:
        sys.exit(f"The training failed: {error.text() or status.text()}")
    return dock


def segment(viewer: Any) -> Any:
    print("Segmenting...", flush=True)
    dock = open_dock(viewer, "Segment", tabify=True)
    find(dock, "segment.run").setCurrentText(RUN)
    find(dock, "segment.start").click()
    name, error = f"{RUN} segmentation", find(dock, "segment.error")
    wait(PATIENCE, lambda: name in viewer.layers or bool(error.text()))
    if error.text() or name not in viewer.layers:
        sys.exit(f"The segmentation failed: {error.text()}")
    return viewer.layers[name]


def write_summary(viewer: Any, plot: Any, segmentation: Any) -> None:
    from dacapo_engine.evaluate import evaluate_volumes

    scores = evaluate_volumes(segmentation.data, viewer.layers["neurites labels"].data)
    summary = {
        "iterations": plot.num_points,
        "first_loss": round(float(plot.losses[:10].mean()), 4),
        "last_loss": round(float(plot.losses[-10:].mean()), 4),
        "voi": round(scores["voi"], 4),
        "objects": scores["num_objects"],
        "true_objects": scores["num_true_objects"],
    }
    text = json.dumps(summary, indent=2)
    (FOLDER / "summary.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def main() -> None:
    settings_of_their_own()
    import napari

    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    viewer = napari.Viewer(title="DaCapo demo")
    viewer.window.resize(1500, 950)
    viewer.open_sample(PLUGIN, "neurites")
    wait(1)
    dock = train(viewer)
    segmentation = segment(viewer)
    show_dock(dock)
    for layer in viewer.layers:
        layer.visible = layer is segmentation or layer.name == "neurites"
    viewer.layers.selection = {segmentation}
    write_summary(viewer, find(dock, "train.loss_plot"), segmentation)
    take_picture(viewer, FOLDER / "screenshot.png")
    print(f"The demo left {Path('demo/screenshot.png')} and {Path('demo/summary.json')}.")
    if has_real_screen():
        print("Close the window to end it.", flush=True)
        napari.run()
    else:
        viewer.close()


if __name__ == "__main__":
    main()
