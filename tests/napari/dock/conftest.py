"""Windows and run folders for the tests of the dock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import napari
import numpy as np
import pytest
import zarr
from napari.layers import Image, Labels
from qtpy.QtWidgets import QApplication, QWidget

from dacapo_engine.store.rows import append_row
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari import plugin_settings
from dacapo_napari.background import wait_for_all
from dacapo_napari.runs.run_setup import TrainingRequest, prepare_run
from dacapo_napari.volumes.layer_volume import layer_volume
from dacapo_napari.volumes.training_data import LabelledLayers, TrainingData

VOXEL_SIZE = (283.718, 126.786, 126.786)


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Runs go to a folder of the test, and no thread outlives it."""
    monkeypatch.setenv("DACAPO_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(plugin_settings, "_used", [])
    yield
    wait_for_all()
    QApplication.processEvents()


@pytest.fixture
def viewer(make_napari_viewer_proxy: Callable[..., Any]) -> napari.Viewer:
    return make_napari_viewer_proxy()


def add_volume(
    viewer: Any, shape: tuple[int, ...] = (12, 32, 32), **place: Any
) -> tuple[np.ndarray, np.ndarray]:
    """An image and its labels, a few boxes, as layers."""
    rng = np.random.default_rng(0)
    labels = np.zeros(shape, dtype=np.int32)
    for number, start in enumerate(range(1, shape[-1] - 8, 9), start=1):
        labels[..., 3:-3, start : start + 7] = number
    raw = (rng.random(shape) * 50 + 150 * (labels > 0)).astype(np.uint8)
    viewer.add_image(raw, name="raw", **place)
    viewer.add_labels(labels, name="labels", **place)
    return raw, labels


def find(dock: QWidget, name: str) -> Any:
    """The widget of that object name."""
    found = dock.findChild(QWidget, name)
    assert found is not None, name
    return found


@pytest.fixture
def run_folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "runs" / "made")
    folder.path.mkdir(parents=True)
    return folder


@pytest.fixture
def written(run_folder: RunFolder, nuclei: Any) -> RunFolder:
    """A run that is described and was not trained."""
    raw, labels = (array[:24, :64, :64] for array in nuclei)
    axes = ("z", "y", "x")
    layers = LabelledLayers(
        layer_volume(Image(raw, name="raw"), axes), layer_volume(Labels(labels), axes)
    )
    request = TrainingRequest(run_folder, TrainingData((layers,)), None, 100, "cpu", "python")
    prepare_run(request, lambda: False)
    return run_folder


def write_snapshot(folder: RunFolder, iteration: int, offset: tuple[float, ...]) -> None:
    """A snapshot as the engine writes it: raw, labels and six channels of prediction."""
    arrays = {
        "raw": (np.full((1, 4, 8, 8), 0.5, np.float32), ["c^", "z", "y", "x"]),
        "gt": (np.ones((4, 8, 8), np.uint64), ["z", "y", "x"]),
        "prediction": (np.full((6, 4, 8, 8), 0.25, np.float32), ["c^", "z", "y", "x"]),
    }
    for name, (data, axes) in arrays.items():
        path = folder.snapshot_container / str(iteration) / name
        array = zarr.open_array(str(path), mode="w", shape=data.shape, dtype=data.dtype)
        array[...] = data
        array.attrs.update(
            {
                "axis_names": axes,
                "voxel_size": VOXEL_SIZE,
                "offset": offset,
                "units": ["nm"] * 3,
            }
        )
    append_row(folder.snapshots_file, {"iteration": iteration, "arrays": list(arrays)})
