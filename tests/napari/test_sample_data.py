"""The sample volumes: always the same, complete, connected, and at home in napari."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from napari.layers import Image, Labels, Layer
from skimage import measure

from dacapo_napari import _sample_data
from dacapo_napari._neurites import make_neurites
from dacapo_napari._nuclei import make_nuclei

SHAPES = {"neurites": (96, 192, 192), "nuclei": (48, 192, 192)}
SCALES = {"neurites": (8.0, 8.0, 8.0), "nuclei": (500.0, 200.0, 200.0)}


@pytest.fixture(params=["neurites", "nuclei"])
def sample(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_layers_lie_in_world_units(sample: str) -> None:
    raw, labels = (Layer.create(*data) for data in getattr(_sample_data, sample)())
    assert isinstance(raw, Image)
    assert isinstance(labels, Labels)
    for layer in (raw, labels):
        assert layer.data.shape == SHAPES[sample]
        assert tuple(layer.scale) == SCALES[sample]
        assert {str(unit) for unit in layer.units} == {"nanometer"}
        assert tuple(layer.axis_labels) == ("z", "y", "x")
    assert raw.name == sample


def test_every_object_is_one_piece(sample: str, request: pytest.FixtureRequest) -> None:
    _, labels = request.getfixturevalue(sample)
    pieces = measure.label(labels, connectivity=3)
    assert pieces.max() == labels.max() == len(np.unique(labels[labels > 0]))
    assert labels.max() > 50


@pytest.mark.parametrize(("name", "make"), [("neurites", make_neurites), ("nuclei", make_nuclei)])
def test_always_the_same(
    name: str, make: Callable[[], tuple[Any, Any]], request: pytest.FixtureRequest
) -> None:
    raw, labels = make()
    first_raw, first_labels = request.getfixturevalue(name)
    assert np.array_equal(raw, first_raw)
    assert np.array_equal(labels, first_labels)


def test_membranes_are_dark(neurites: tuple[Any, Any]) -> None:
    raw, labels = neurites
    differs = labels[:, :, 1:] != labels[:, :, :-1]
    assert raw[:, :, 1:][differs].mean() < 0.6 * raw[:, :, 1:][~differs].mean()


def test_nuclei_are_bright_and_touch(nuclei: tuple[Any, Any]) -> None:
    raw, labels = nuclei
    assert raw[labels > 0].mean() > 2 * raw[labels == 0].mean()
    assert raw.max() < 4096
    left, right = labels[:, :, :-1], labels[:, :, 1:]
    assert np.any((left != right) & (left > 0) & (right > 0))
