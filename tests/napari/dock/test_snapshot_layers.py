"""Snapshots as layers: one for each array, read when looked at, each patch at its place."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel

from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.layers.run_layers import belongs_to_run
from dacapo_napari.layers.snapshot_layers import ITERATION_AXIS, SnapshotLayers
from dacapo_napari.run_updates import PlacedArray
from dacapo_napari.runs.run_arrays import (
    read_offset,
    read_placed,
    read_snapshot,
    snapshot_iterations,
)
from dacapo_napari.runs.snapshot_stack import PatchCache, SnapshotStack
from tests.napari.dock.conftest import add_volume, write_snapshot

MICROMETRES: dict[str, Any] = {"scale": (0.283718, 0.126786, 0.126786), "units": "um"}


class Reader:
    """Reads patches of a run, and tells which."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.read: list[tuple[int, str]] = []

    def __call__(self, iteration: int, name: str) -> PlacedArray | None:
        self.read.append((iteration, name))
        return read_placed(self.folder.snapshot_container / str(iteration) / name)

    def offset(self, iteration: int, name: str) -> tuple[float, ...] | None:
        return read_offset(self.folder.snapshot_container / str(iteration) / name)


def stacks_of(folder: RunFolder, reader: Reader, between: int = 0) -> list[SnapshotStack]:
    iterations, cache = snapshot_iterations(folder), PatchCache(reader, reader.offset)
    newest = read_snapshot(folder, iterations[-1])
    return [SnapshotStack(iterations, cache, array, between) for array in newest]


@pytest.fixture
def model() -> ViewerModel:
    viewer = ViewerModel()
    add_volume(viewer, **MICROMETRES)
    return viewer


@pytest.fixture
def layers(model: ViewerModel) -> SnapshotLayers:
    shown = SnapshotLayers(model)
    model.dims.events.current_step.connect(shown.follow_slider)
    return shown


def three_snapshots(folder: RunFolder) -> None:
    for number in range(3):
        write_snapshot(folder, 10 * number, (283.718 * number, 0.0, 126.786 * number))


def test_a_slider_runs_through_training(
    model: ViewerModel, layers: SnapshotLayers, run_folder: RunFolder
) -> None:
    three_snapshots(run_folder)
    told: list[tuple[int, int, int]] = []
    layers.shown.connect(lambda *news: told.append(news))
    reader = Reader(run_folder)
    layers.show("made", stacks_of(run_folder, reader), model.layers["raw"])
    gt, prediction = model.layers["made gt"], model.layers["made prediction"]
    assert (gt.data.shape, prediction.data.shape) == ((3, 4, 8, 8), (6, 3, 4, 8, 8))
    assert gt.axis_labels[0] == prediction.axis_labels[1] == ITERATION_AXIS
    assert [layer.visible for layer in (gt, prediction)] == [False, True]
    np.testing.assert_allclose(gt.scale[1:], MICROMETRES["scale"])
    assert model.layers.extent.units is not None

    assert told[-1] == (20, 3, 3)
    np.testing.assert_allclose(gt.translate[1:], [2 * 0.283718, 0, 2 * 0.126786])
    model.dims.set_point(1, 1)
    assert told[-1] == (10, 2, 3)
    np.testing.assert_allclose(gt.translate[1:], [0.283718, 0, 0.126786])
    np.testing.assert_allclose(prediction.translate[2:], gt.translate[1:])
    # What is hidden was moved, and not read.
    assert {name for _, name in reader.read} <= {"prediction"}
    np.testing.assert_array_equal(gt.data[1], np.ones((4, 8, 8)))


def test_only_what_is_looked_at_is_read(run_folder: RunFolder) -> None:
    three_snapshots(run_folder)
    reader = Reader(run_folder)
    stacks = {stack.name: stack for stack in stacks_of(run_folder, reader)}
    prediction = stacks["prediction"]
    np.testing.assert_array_equal(prediction[0, 2, 1], np.full((8, 8), 0.25))
    assert reader.read == []
    assert prediction[:, 0, 1].shape == (6, 8, 8)
    assert prediction[5, 0, 1].shape == (8, 8)
    assert reader.read == [(0, "prediction")]
    assert np.asarray(prediction).shape == prediction.shape
    shutil.rmtree(run_folder.snapshot_container / "0")
    assert stacks["gt"][0].max() == 0
    assert stacks["gt"][1:, 0, 0, 0].tolist() == [1, 1]


def test_layers_are_reused_and_the_view_is_left_alone(
    model: ViewerModel, layers: SnapshotLayers, run_folder: RunFolder
) -> None:
    model.dims.set_point(0, 5 * 0.283718)
    model.scene.camera.zoom = 7.0
    model.layers.selection = {model.layers["labels"]}
    write_snapshot(run_folder, 10, (0.0, 0.0, 0.0))
    layers.show("made", stacks_of(run_folder, Reader(run_folder)), model.layers["raw"])
    before = list(model.layers)
    model.layers["made prediction"].colormap = "magma"
    write_snapshot(run_folder, 20, (283.718, 0.0, 0.0))
    layers.show("made", stacks_of(run_folder, Reader(run_folder)), model.layers["raw"])
    assert list(model.layers) == before
    assert model.layers["made prediction"].colormap.name == "magma"
    # Whoever looked at the newest goes on doing so.
    assert model.layers["made gt"].translate[1] == 0.283718
    assert model.dims.point[-4] == 1
    model.dims.set_point(1, 0)
    write_snapshot(run_folder, 30, (283.718, 0.0, 0.0))
    layers.show("made", stacks_of(run_folder, Reader(run_folder)), model.layers["raw"])
    assert model.dims.point[-4] == 0
    assert model.scene.camera.zoom == 7.0
    np.testing.assert_allclose(model.dims.point[-3], 5 * 0.283718)
    assert model.layers.selection == {model.layers["labels"]}
    assert all(belongs_to_run(layer) for layer in before[2:])
    assert not belongs_to_run(before[0])


def test_the_view_moves_when_asked(
    model: ViewerModel, layers: SnapshotLayers, run_folder: RunFolder
) -> None:
    write_snapshot(run_folder, 10, (283.718 * 6, 126.786 * 8, 0.0))
    layers.show("made", stacks_of(run_folder, Reader(run_folder)), model.layers["raw"])
    layers.go_there()
    np.testing.assert_allclose(model.dims.point[-3], 7.5 * 0.283718, atol=0.2)
    center = model.scene.camera.center
    np.testing.assert_allclose(center[-2:], [11.5 * 0.126786, 3.5 * 0.126786])


def test_an_image_with_channels_keeps_its_own_slider(run_folder: RunFolder) -> None:
    viewer = ViewerModel()
    raw = viewer.add_image(np.zeros((2, 12, 32, 32)), scale=(1, 8, 8, 8), name="raw")
    layers = SnapshotLayers(viewer)
    three_snapshots(run_folder)
    layers.show("made", stacks_of(run_folder, Reader(run_folder), between=1), raw)
    gt = viewer.layers["made gt"]
    assert gt.data.shape == (3, 1, 4, 8, 8)
    for channel in (0, 1):
        assert round(gt.world_to_data((0, channel, 0, 0, 0))[1]) == 0


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
    cache = PatchCache(lambda iteration, name: None, lambda iteration, name: None)
    stacks = [SnapshotStack((1,), cache, array) for array in arrays]
    raw = viewer.layers["raw"]
    SnapshotLayers(viewer).show("made", stacks, raw)
    assert viewer.layers.extent.units is not None
    for name in ("made gt", "made target"):
        third = raw.data_to_world((2, *(0,) * (raw.ndim - 1)))
        np.testing.assert_allclose(viewer.layers[name].translate[-raw.ndim :], third)
