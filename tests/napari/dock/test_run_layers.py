from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel

from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.layer_volume import layer_volume
from dacapo_napari.run_arrays import read_snapshot
from dacapo_napari.run_layers import WorldUnits, add_segmentation, belongs_to_run, show_snapshot
from dacapo_napari.run_updates import PlacedArray
from tests.napari.dock.conftest import add_volume, write_snapshot

MICROMETRES = {"scale": (0.283718, 0.126786, 0.126786), "units": "um"}


def shown(viewer: Any, folder: RunFolder, iteration: int) -> None:
    units = WorldUnits.of_layer(viewer.layers["raw"])
    show_snapshot(viewer, folder.name, iteration, read_snapshot(folder, iteration), units)


def test_a_snapshot_lies_where_its_patch_lay(run_folder: RunFolder) -> None:
    viewer = ViewerModel()
    add_volume(viewer, **MICROMETRES)
    write_snapshot(run_folder, 10, (283.718, 126.786 * 2, 126.786 * 3))
    shown(viewer, run_folder, 10)
    gt, prediction = viewer.layers["made gt"], viewer.layers["made prediction"]
    np.testing.assert_allclose(gt.scale, MICROMETRES["scale"])
    np.testing.assert_allclose(gt.translate, [0.283718, 0.253572, 0.380358])
    assert [str(unit) for unit in gt.units] == ["micrometer"] * 3
    np.testing.assert_allclose(prediction.translate[1:], gt.translate)
    assert viewer.layers.extent.units is not None


def test_layers_are_reused_and_the_view_is_left_alone(run_folder: RunFolder) -> None:
    viewer = ViewerModel()
    add_volume(viewer, **MICROMETRES)
    viewer.dims.set_point(0, 5 * 0.283718)
    viewer.scene.camera.zoom = 7.0
    viewer.layers.selection = {viewer.layers["labels"]}
    write_snapshot(run_folder, 10, (0.0, 0.0, 0.0))
    shown(viewer, run_folder, 10)
    layers = list(viewer.layers)
    viewer.layers["made prediction"].colormap = "magma"
    write_snapshot(run_folder, 20, (283.718, 0.0, 0.0))
    shown(viewer, run_folder, 20)
    assert list(viewer.layers) == layers
    assert viewer.layers["made prediction"].colormap.name == "magma"
    assert viewer.layers["made gt"].translate[0] == 0.283718
    assert viewer.scene.camera.zoom == 7.0
    np.testing.assert_allclose(viewer.dims.point[-3], 5 * 0.283718)
    assert viewer.layers.selection == {viewer.layers["labels"]}
    assert all(belongs_to_run(layer) for layer in layers[2:])
    assert not belongs_to_run(layers[0])


def test_pixels_stay_pixels(run_folder: RunFolder) -> None:
    viewer = ViewerModel()
    add_volume(viewer)
    write_snapshot(run_folder, 10, (0.0, 0.0, 0.0))
    shown(viewer, run_folder, 10)
    assert str(viewer.layers["made gt"].units[0]) == "pixel"
    assert viewer.layers.extent.units is not None


@pytest.mark.parametrize(
    ("axis", "shape", "place"),
    [
        ("t", (3, 12, 32, 32), {"scale": (2, 8, 8, 8), "units": ("s", "nm", "nm", "nm")}),
        ("s", (12, 32, 32), {"scale": (40, 8, 8), "units": "nm", "translate": (400, 0, 0)}),
        ("z", (12, 32, 32), {"scale": (5, 8, 8), "units": ("pixel", "nm", "nm")}),
    ],
)
def test_layers_of_one_run_share_their_units(
    axis: str, shape: tuple[int, ...], place: dict[str, Any]
) -> None:
    """Or napari warns that it draws them without."""
    viewer = ViewerModel()
    add_volume(viewer, shape, **place)
    axes = (axis, *"zyx"[1 - len(shape) :])
    size = 5.0 if axis == "z" else 1.0
    sizes = (size, *(8.0,) * (len(shape) - 1))
    offset = (2.0 * size, *(0.0,) * (len(shape) - 1))
    arrays = [
        PlacedArray("gt", np.ones((1,) * len(shape), int), axes, sizes, offset, True),
        PlacedArray("target", np.ones((2, *(1,) * len(shape))), ("c", *axes), sizes, offset, True),
    ]
    show_snapshot(viewer, "made", 1, arrays, WorldUnits.of_layer(viewer.layers["raw"]))
    assert viewer.layers.extent.units is not None
    raw = viewer.layers["raw"]
    for name in ("made gt", "made target"):
        layer = viewer.layers[name]
        third = raw.data_to_world((2, *(0,) * (raw.ndim - 1)))
        np.testing.assert_allclose(layer.translate[-raw.ndim :], third)


def test_units_turn_nanometres_into_what_the_layers_have() -> None:
    assert WorldUnits("um", Fraction(1000)).length(283.718) == 0.283718


def test_segmentation_lies_on_the_image() -> None:
    viewer = ViewerModel()
    _, labels = add_volume(viewer, translate=(1, 2, 3), **MICROMETRES)
    viewer.add_points(np.zeros((1, 3)))
    image = viewer.layers["raw"]
    volume = layer_volume(image, ("z", "y", "x"))
    layer = add_segmentation(viewer, "raw cells", labels, image, volume)
    np.testing.assert_array_equal(layer.scale, image.scale)
    np.testing.assert_array_equal(layer.translate, image.translate)
    assert layer.units == image.units
    assert viewer.layers.index(layer) == viewer.layers.index(image) + 1
    again = add_segmentation(viewer, "raw cells", labels * 2, image, volume)
    assert again is layer
    assert layer.data.max() == 2 * labels.max()
