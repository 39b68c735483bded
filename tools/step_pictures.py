"""Part of ``make screenshots``: a sample after every step of its pipeline, as layers of napari.

Pictures go to ``resources/screenshots/pipeline-napari-*.png``.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from drive_window import PLUGIN, ROOT, find, open_dock, settings_of_their_own, wait
from PIL import Image

FOLDER = ROOT / "resources" / "screenshots"
SIZE = (1300, 800)
COLOURS = 128
PATIENCE = 120
SECTIONS = ("data", "task", "augments", "model", "train", "curve")
MIDDLE = 48


def show_steps(viewer: Any) -> Any:
    """Compose a run on the generated neurites, and press *Show every step*."""
    dock = open_dock(viewer, "Train")
    viewer.open_sample(PLUGIN, "neurites")
    viewer.dims.set_current_step(0, MIDDLE)
    wait(PATIENCE, lambda: find(dock, "train.status").text() == "Ready.")
    for name in SECTIONS:
        find(dock, f"{name}.section").setChecked(name == "augments")
    find(dock, "augments.steps").click()
    wait(PATIENCE, lambda: bool(find(dock, "augments.steps_words").text()))
    find(dock, "augments.preview_fit").click()
    return dock


def take(viewer: Any, name: str) -> None:
    """The window as a small file."""
    wait(0.7)
    path = FOLDER / f"pipeline-napari-{name}.png"
    viewer.window.screenshot(str(path), canvas_only=False, flash=False)
    picture = Image.open(path).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    print(f"  {path.relative_to(ROOT)} ({path.stat().st_size // 1024} kB)", flush=True)


def main() -> None:
    settings_of_their_own()
    import napari

    with tempfile.TemporaryDirectory(prefix="dacapo-runs-", ignore_cleanup_errors=True) as runs:
        os.environ["DACAPO_RUNS"] = str(Path(runs) / "dacapo_runs")
        viewer = napari.Viewer()
        viewer.window.resize(*SIZE)
        wait(1)
        dock = show_steps(viewer)
        axis, count = viewer.dims.ndim - 4, viewer.layers["steps raw"].data.shape[0]
        for name, step in (("file", 0), ("target", count - 1)):
            viewer.dims.set_current_step(axis, step)
            take(viewer, name)
        find(dock, "augments.preview_clear").click()
        viewer.close()


if __name__ == "__main__":
    main()
