"""Pictures of what labels mean: the question, slices that are done, pieces, and boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from data_pictures import small_dock
from drive_window import find, wait

PATIENCE = 120
SHAPE = (48, 128, 128)
PLACE = {"scale": (8, 8, 8), "units": "nm"}

Take = Callable[[Any, str], None]


def label_states(viewer: Any, take: Take) -> None:
    """Each state in a dock of its own; `take` is given the dock and the name of the picture."""
    from dacapo_napari._neurites import make_neurites

    raw, labels = (values[tuple(slice(0, n) for n in SHAPE)] for values in make_neurites())
    partial = np.zeros_like(labels)
    partial[[5, 20, 21, 40]] = labels[[5, 20, 21, 40]]
    with layers(viewer, raw, partial) as dock:
        take(dock, "labels-question")
        for z in (5, 20, 21):
            viewer.dims.set_point(0, 8 * z)
            find(dock, "data.done.slice").click()
        settle(dock)
        take(dock, "labels-done")
    with layers(viewer, raw, (labels % 2 > 0).astype(np.uint8)) as dock:
        take(dock, "labels-pieces")
    with layers(viewer, raw, labels) as dock:
        draw(viewer, dock, "train", 0, 60)
        draw(viewer, dock, "validate", 64, 128)
        settle(dock)
        take(dock, "labels-boxes")


@contextmanager
def layers(viewer: Any, raw: Any, labels: Any, place: Mapping[str, Any] = PLACE) -> Iterator[Any]:
    """A small dock that learns from these, as layers."""
    added = [
        viewer.add_image(raw, name="volume", **place),
        viewer.add_labels(labels, name="painted", **place),
    ]
    with small_dock(viewer) as dock:
        find(dock, "data.raw").setCurrentText("volume")
        find(dock, "data.labels").setCurrentText("painted")
        settle(dock)
        yield dock
    boxes = [layer for layer in viewer.layers if layer.name.startswith("boxes of")]
    for layer in [*added, *boxes]:
        viewer.layers.remove(layer)


def settle(dock: Any) -> None:
    """Let the dock count and measure."""
    wait(1)
    wait(PATIENCE, lambda: bool(find(dock, "data.held_back").fact()))
    wait(1)


def draw(viewer: Any, dock: Any, kind: str, first: int, last: int) -> None:
    """A box over the whole height between two columns."""
    find(dock, f"data.boxes.{kind}").click()
    low, high = first - 0.5, last - 0.5
    corners = [[-0.5, low], [-0.5, high], [SHAPE[1] - 0.5, high], [SHAPE[1] - 0.5, low]]
    boxes = viewer.layers.selection.active
    boxes.add_rectangles(np.array(corners))
    boxes.mode = "pan_zoom"
    wait(0.5)
