from __future__ import annotations

from fractions import Fraction

import numpy as np
from napari.components import ViewerModel

from dacapo_napari.layer_volume import layer_volume
from dacapo_napari.run_layers import WorldUnits, add_segmentation
from tests.napari.dock.conftest import add_volume

MICROMETRES = {"scale": (0.283718, 0.126786, 0.126786), "units": "um"}


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
