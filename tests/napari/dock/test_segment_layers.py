"""Where a segmentation lies, and which part of an image is in view."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot

from dacapo_napari.layers.segment_layers import SegmentPlace, result_name, show_labels
from dacapo_napari.layers.segment_truth import find_truth, lies_like
from dacapo_napari.volumes.file_volume import look_at_file
from dacapo_napari.volumes.layer_volume import layer_volume
from dacapo_napari.volumes.view_box import smaller_box, view_box
from tests.napari.dock.conftest import add_volume

MICROMETRES = {"scale": (0.283718, 0.126786, 0.126786), "units": "um"}
ZYX = ("z", "y", "x")
WHOLE = (slice(0, 12), slice(0, 32), slice(0, 32))


def image_place(viewer: Any) -> SegmentPlace:
    image = viewer.layers["raw"]
    return SegmentPlace(layer_volume(image, ZYX), image, ZYX)


def test_labels_lie_on_the_image() -> None:
    viewer = ViewerModel()
    _, labels = add_volume(viewer, translate=(1, 2, 3), **MICROMETRES)
    viewer.add_points(np.zeros((1, 3)))
    image, place = viewer.layers["raw"], image_place(viewer)
    selected = set(viewer.layers.selection)
    layer = show_labels(viewer, "cells", labels, place, WHOLE)
    np.testing.assert_array_equal(layer.scale, image.scale)
    np.testing.assert_array_equal(layer.translate, image.translate)
    assert layer.units == image.units
    assert viewer.layers.index(layer) == viewer.layers.index(image) + 1
    assert set(viewer.layers.selection) == selected
    assert show_labels(viewer, "cells", labels * 2, place, WHOLE) is layer
    assert layer.data.max() == 2 * labels.max()
    part = (slice(2, 6), slice(10, 20), slice(4, 12))
    show_labels(viewer, "cells", labels[part], place, part)
    np.testing.assert_allclose(layer.translate, image.translate + image.scale * (2, 10, 4))


def test_classes_come_first_and_files_need_no_layer(tmp_path: Path) -> None:
    viewer = ViewerModel()
    add_volume(viewer, **MICROMETRES)
    array = zarr.open_array(str(tmp_path / "v.zarr" / "raw"), mode="w", shape=(4, 5, 6), dtype="u1")
    array.attrs.update(voxel_size=[40, 8, 8], offset=[80, 0, 16], units=["nm"] * 3)
    look = look_at_file(str(tmp_path / "v.zarr" / "raw"), "raw")
    assert look.volume is not None
    box = (slice(1, 4), slice(0, 5), slice(2, 6))
    layer = show_labels(
        viewer, "classes", np.ones((2, 3, 5, 4), np.int32), SegmentPlace(look.volume), box
    )
    np.testing.assert_allclose(layer.scale, (1, 0.04, 0.008, 0.008))
    np.testing.assert_allclose(layer.translate, (0, 0.12, 0, 0.032))


def test_a_result_replaces_that_of_its_own_image() -> None:
    viewer = ViewerModel()
    _, labels = add_volume(viewer, **MICROMETRES)
    show_labels(viewer, result_name(viewer, "run", "raw"), labels, image_place(viewer), WHOLE)
    assert result_name(viewer, "run", "raw") == "run segmentation"
    assert result_name(viewer, "run", "other") == "run segmentation of other"


def test_labels_to_compare_with_have_the_voxels_of_the_image() -> None:
    viewer = ViewerModel()
    _, labels = add_volume(viewer, **MICROMETRES)
    place = image_place(viewer)
    result = show_labels(viewer, "run segmentation", labels, place, WHOLE)
    assert find_truth(viewer, place, result) is viewer.layers["labels"]
    viewer.layers["labels"].translate = (1, 0, 0)
    assert not lies_like(viewer.layers["labels"], place)
    assert find_truth(viewer, place, result) is None


@pytest.fixture
def window(make_napari_viewer_proxy: Callable[..., Any]) -> Any:
    # A canvas that is not drawn does not know what is in view.
    viewer = make_napari_viewer_proxy(show=True)
    viewer.window.resize(900, 700)
    return viewer


def test_what_is_in_view(window: Any, qtbot: QtBot) -> None:
    window.add_image(np.zeros((20, 300, 400), np.uint8), name="raw", scale=(4, 2, 2))
    layer = window.layers["raw"]
    qtbot.waitUntil(lambda: layer.corner_pixels[1][-1] > 300, timeout=5000)
    window.dims.set_point(0, 40)
    box = view_box(window, layer, ZYX, 3)
    assert box is not None
    assert box[0] == slice(7, 14)
    assert box[1] == slice(0, 300)
    assert box[2].stop > 350
    window.scene.camera.center = (0, 200, 300)
    window.scene.camera.zoom *= 4
    qtbot.waitUntil(lambda: layer.corner_pixels[0][-2] > 10, timeout=5000)
    near = view_box(window, layer, ZYX, 0)
    assert near is not None
    assert near[0] == slice(10, 11)
    assert abs((near[1].start + near[1].stop) / 2 - 100) < 3
    assert near[1].stop - near[1].start < 120
    window.dims.ndisplay = 3
    qtbot.wait(300)
    deep = view_box(window, layer, ZYX, 0)
    assert deep is not None
    assert deep[0].stop - deep[0].start > 5


def test_a_smaller_box_stays_inside() -> None:
    box = (slice(10, 40), slice(0, 200), slice(50, 250))
    part = smaller_box(box, 100_000, (12, 100, 240))
    assert np.prod([p.stop - p.start for p in part]) <= 100_000
    assert all(b.start <= p.start < p.stop <= b.stop for p, b in zip(part, box, strict=True))
    assert part[2].stop == 250
    assert smaller_box(part, 100_000, (0, 0, 0)) == part
