"""Pictures of the Data section: several volumes, a folder of images, a voxel size nobody knows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from drive_window import PLUGIN, find, wait

PATIENCE = 120
SIZE = (400, 700)

Values = np.ndarray[Any, Any]


def squares(*shape: int, seed: int = 0) -> tuple[Values, Values]:
    """Bright squares on a dark ground, and their ids."""
    labels = np.zeros(shape, np.uint8)
    for number, (y, x) in enumerate(np.ndindex(shape[-2] // 12, shape[-1] // 12), 1):
        labels[..., 12 * y + 2 : 12 * y + 9, 12 * x + 2 : 12 * x + 9] = number
    noise = np.random.default_rng(seed).normal(0, 10, shape)
    return np.clip((labels > 0) * 120 + 60 + noise, 0, 255).astype(np.uint8), labels


def a_stack(folder: Path) -> Path:
    import zarr

    group = zarr.open_group(str(folder / "stack.zarr"), mode="w")
    for name, values in zip(("volumes/raw", "volumes/labels"), squares(48, 96, 96), strict=True):
        array = group.create_dataset(name, data=values)
        array.attrs.update(voxel_size=[8, 8, 8], axis_names=["z", "y", "x"], units=["nm"] * 3)
    return folder / "stack.zarr"


def a_folder(folder: Path) -> Path:
    import tifffile

    cells = folder / "cells"
    cells.mkdir()
    for number in range(12):
        raw, labels = squares(96, 120, seed=number)
        tifffile.imwrite(cells / f"cell_{number:02}.tif", raw)
        if number != 4:
            tifffile.imwrite(cells / f"cell_{number:02}_labels.tif", labels)
    return cells


def data_states(viewer: Any, take: Callable[[Any, str], None]) -> None:
    """Each state in a dock of its own; `take` is given the dock and the name of the picture."""
    with tempfile.TemporaryDirectory(prefix="dacapo-data-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        viewer.open_sample(PLUGIN, "neurites")
        with small_dock(viewer) as dock:
            wait(PATIENCE, lambda: "objects" in find(dock, "data.summary").whole_text())
            find(dock, "data.add").click()
            find(dock, "data.raw.path").setText(str(a_stack(folder)))
            wait(PATIENCE, lambda: "objects" in find(dock, "data.summary").whole_text())
            take(dock, "data-volumes")
            find(dock, "data.raw.path").setText(str(folder / "gone.tif"))
            wait(PATIENCE, lambda: bool(find(dock, "data.error").text()))
            wait(2)
            take(dock, "data-missing")
        with small_dock(viewer) as dock:
            find(dock, "data.raw.path").setText(str(a_folder(folder)))
            wait(PATIENCE, lambda: "objects" in find(dock, "data.summary").whole_text())
            take(dock, "data-folder")
        viewer.layers.clear()
        unknown(viewer, take)


def unknown(viewer: Any, take: Callable[[Any, str], None]) -> None:
    """Layers without a scale, and the fields that correct what is known of them."""
    raw, labels = squares(24, 96, 96)
    added = [viewer.add_image(raw, name="stack"), viewer.add_labels(labels, name="painted")]
    with small_dock(viewer) as dock:
        find(dock, "data.raw").setCurrentText("stack")
        find(dock, "data.labels").setCurrentText("painted")
        wait(PATIENCE, lambda: "objects" in find(dock, "data.summary").whole_text())
        take(dock, "data-unknown")
        find(dock, "data.voxel_size.change").click()
        find(dock, "data.range.change").click()
        take(dock, "data-correct")
    for layer in added:
        viewer.layers.remove(layer)


@contextmanager
def small_dock(viewer: Any) -> Iterator[Any]:
    """A Train dock of 400 x 700 with its Data section unfolded."""
    from dacapo_napari.train_widget import TrainWidget

    dock = TrainWidget(viewer)
    dock.setStyleSheet(viewer.window._qt_window.styleSheet())
    dock.resize(*SIZE)
    dock.show()
    for section in dock.sections:
        section.set_unfolded(section is dock.data)
    yield dock
    dock.close_down()
    dock.deleteLater()
