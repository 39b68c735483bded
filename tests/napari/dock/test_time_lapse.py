"""The fixed region in a real window: the engine's own frames, followed, moved, and saved."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
import zarr
from napari.utils.interactions import (
    mouse_move_callbacks,
    mouse_press_callbacks,
    mouse_release_callbacks,
)
from PIL import Image
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QWidget

from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import ZarrArrayConfig
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.trainers import GunpowderTrainerConfig
from dacapo_engine.experiments.training_iteration_stats import TrainingIterationStats
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, StatusWriter
from dacapo_engine.time_lapse.fixed_region import FixedRegion
from dacapo_engine.yaml_file import to_yaml
from dacapo_napari import train_widget
from dacapo_napari.engine.device_list import Device
from tests.napari.dock.conftest import add_volume, find

SHAPE = (24, 128, 128)
PLACE = {"scale": (0.04, 0.008, 0.008), "units": "um"}


@dataclass
class Training:
    """What a training does for its watchers, without the steps between."""

    run: Run
    folder: RunFolder
    status: StatusWriter
    errand: FixedRegion

    def step(self) -> None:
        """Other weights, and the errands after a step of half a minute."""
        with torch.no_grad():
            for parameter in self.run.model.parameters():
                parameter.normal_(0, 0.5)
        iteration = self.run.training_stats.trained_until()
        stats = TrainingIterationStats(iteration=iteration, loss=0.5, time=30.0)
        self.run.training_stats.add_iteration_stats(stats)
        self.errand.after_step(iteration + 1)


@pytest.fixture
def training(run_folder: RunFolder, tmp_path: Path) -> Training:
    raw, labels = add_volume(SimpleNamespace(add_image=_drop, add_labels=_drop), SHAPE)
    root = zarr.open_group(str(tmp_path / "volume.zarr"), mode="w")
    arrays = {}
    for name, values in (("raw", raw), ("labels", labels.astype(np.uint32))):
        root.create_dataset(name, data=values).attrs.update(
            voxel_size=[40, 8, 8], offset=[0, 0, 0], units=["nm"] * 3, axis_names=list("zyx")
        )
        arrays[name] = ZarrArrayConfig(file_name=tmp_path / "volume.zarr", dataset=name)
    config = RunConfig(
        name=run_folder.name,
        task_config=AffinitiesTaskConfig(neighborhood=((1, 0, 0), (0, 1, 0), (0, 0, 1))),
        architecture_config=CNNectomeUNetConfig(
            input_shape=(24, 16, 16),
            num_fmaps=2,
            fmap_inc_factor=2,
            fmaps_out=2,
            downsample_factors=((1, 2, 2),),
            padding="same",
        ),
        trainer_config=GunpowderTrainerConfig(average_decay=None),
        datasplit_config=TrainValidateDataSplitConfig(
            train_configs=(
                RawGTDatasetConfig(
                    name="train", raw_config=arrays["raw"], gt_config=arrays["labels"]
                ),
            )
        ),
    )
    run_folder.run_file.write_text(to_yaml(config), encoding="utf-8")
    run_folder.training_stats_file.write_text('{"iteration": 0, "loss": 0.7}\n', encoding="utf-8")
    lock = {"host": platform.node(), "pid": os.getpid(), "heartbeat": 1e12}
    run_folder.lock_file.write_text(json.dumps(lock), encoding="utf-8")
    status = StatusWriter(run_folder, num_iterations=config.num_iterations)
    status.update(RunState.TRAINING)
    torch.set_num_threads(1)
    run = Run(config)
    errand = FixedRegion(run, run_folder, status.session)
    errand.begin()
    return Training(run, run_folder, status, errand)


def _drop(*arguments: Any, **options: Any) -> None:
    """Nobody looks at the layers of this volume."""


@pytest.fixture
def dock(viewer: Any, training: Training, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> QWidget:
    """The Train dock, which shows the first frame of `training`."""
    devices = (Device("cpu", "Processor", True, ""),)
    monkeypatch.setattr(train_widget, "ask_for_devices", lambda python: devices)
    add_volume(viewer, SHAPE, **PLACE)
    viewer.dims.set_point(0, 0.04 * 12)
    viewer.layers.selection = {viewer.layers["labels"]}
    made: QWidget = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")[1]
    find(made, "train.runs_folder").setText(str(training.folder.path.parent))
    find(made, "train.run_name").setText(training.folder.name)
    wait_for_frame(qtbot, made, 0, 0)
    return made


def wait_for_frame(qtbot: QtBot, dock: Any, series: int, index: int) -> None:
    def is_shown() -> bool:
        shown = dock.time_lapse.shown
        return shown is not None and (shown.series, shown.index) == (series, index)

    qtbot.waitUntil(is_shown, timeout=15_000)


def region(viewer: Any, word: str) -> Any:
    return viewer.layers[f"made fixed region {word}"]


def test_the_newest_frame_is_shown_where_it_lies(
    viewer: Any, dock: Any, training: Training, qtbot: QtBot
) -> None:
    before = (viewer.dims.point, viewer.scene.camera.center, viewer.scene.camera.zoom)
    raw, objects = region(viewer, "raw"), region(viewer, "objects")
    np.testing.assert_allclose(raw.scale, PLACE["scale"])
    offset = dock.time_lapse.shown.offset
    np.testing.assert_allclose(objects.translate, np.array(offset) * PLACE["scale"])
    assert {str(unit) for unit in objects.units} == {"micrometer"}
    box = tuple(slice(b, b + n) for b, n in zip(offset, raw.data.shape, strict=True))
    pixels = viewer.layers["raw"].data[box].astype(float)
    assert np.corrcoef(pixels.ravel(), raw.data.ravel())[0, 1] > 0.99

    training.step()
    wait_for_frame(qtbot, dock, 0, 1)
    np.testing.assert_array_equal(
        objects.data, dock.time_lapse.series.objects(dock.time_lapse.frames[1])
    )
    assert find(dock, "time_lapse.number").text() == "2 of 2"
    assert "iteration 1, after 30 s" in find(dock, "time_lapse.facts").whole_text()

    find(dock, "time_lapse.slider").setValue(0)
    wait_for_frame(qtbot, dock, 0, 0)
    training.step()
    qtbot.waitUntil(lambda: find(dock, "time_lapse.number").text() == "1 of 3", timeout=9000)
    assert dock.time_lapse.shown.index == 0
    find(dock, "time_lapse.slider").setValue(2)
    wait_for_frame(qtbot, dock, 0, 2)

    assert viewer.dims.ndim == 3
    assert viewer.layers.extent.units is not None
    assert (viewer.dims.point, viewer.scene.camera.center, viewer.scene.camera.zoom) == before
    assert viewer.layers.selection == {viewer.layers["labels"]}
    assert find(dock, "data.raw").currentText() == "raw"

    # A layer that was removed stays away until it is asked for.
    viewer.layers.remove(region(viewer, "objects"))
    region(viewer, "raw").visible = False
    training.step()
    wait_for_frame(qtbot, dock, 0, 3)
    assert "made fixed region objects" not in viewer.layers
    viewer.dims.set_point(0, 0)
    find(dock, "time_lapse.there").click()
    objects = region(viewer, "objects")
    assert region(viewer, "raw").visible
    low, high = objects.extent.world
    assert low[0] <= viewer.dims.point[0] <= high[0]
    np.testing.assert_allclose(viewer.scene.camera.center[-2:], (low + high)[1:] / 2)


def drag(layer: Any, start: Any, end: Any, viewer: Any) -> None:
    """As the mouse would, from one place in the world to another."""
    event = SimpleNamespace(
        type="mouse_press",
        position=tuple(start),
        view_direction=None,
        dims_displayed=list(viewer.dims.displayed),
        dims_point=viewer.dims.point,
        modifiers=(),
        button=1,
        is_dragging=True,
    )
    mouse_press_callbacks(layer, event)
    event.type, event.position = "mouse_move", tuple(end)
    mouse_move_callbacks(layer, event)
    event.type = "mouse_release"
    mouse_release_callbacks(layer, event)


def test_the_region_is_dragged_moved_and_filmed(
    viewer: Any, dock: Any, training: Training, qtbot: QtBot, tmp_path: Path
) -> None:
    offset, shape = dock.time_lapse.shown.offset, dock.time_lapse.shown.shape
    box = region(viewer, "box")
    qtbot.waitUntil(lambda: box.editable, timeout=9000)
    middle = (np.array(offset) + np.array(shape) / 2) * PLACE["scale"]
    up = 8 if offset[1] < 16 else -8
    viewer.dims.set_point(0, 0.04 * 1)
    drag(box, middle, middle + np.array([0, up, 0]) * PLACE["scale"], viewer)
    assert find(dock, "time_lapse.words").whole_text() == "Moving after this step…"
    assert not find(dock, "time_lapse.here").isEnabled()
    assert not box.editable
    (asked,) = wait_for_control(qtbot, training.folder)
    wish = json.loads(asked.read_text(encoding="utf-8"))
    training.step()
    wait_for_frame(qtbot, dock, 1, 0)
    shown = dock.time_lapse.shown
    assert shown.shape == shape
    # The slice in view was another one, so it is this one that is watched now.
    assert shown.offset[0] <= 1 < shown.offset[0] + shown.shape[0]
    assert wish["offset"][1:] == [offset[1] + up, offset[2]]
    assert shown.offset[1:] == (offset[1] + up, offset[2])
    np.testing.assert_allclose(
        region(viewer, "objects").translate, np.array(shown.offset) * PLACE["scale"]
    )
    np.testing.assert_allclose(box.data[0].min(axis=0), [-0.5, -0.5])
    assert box.editable

    viewer.scene.camera.center = (0, 0.008 * 70, 0.008 * 60)
    find(dock, "time_lapse.here").click()
    wait_for_control(qtbot, training.folder)
    training.step()
    wait_for_frame(qtbot, dock, 2, 0)
    training.step()
    wait_for_frame(qtbot, dock, 2, 1)
    assert find(dock, "time_lapse.words").whole_text() == ""

    dock.time_lapse.save_film(tmp_path / "film.gif")
    qtbot.waitUntil(lambda: not dock.time_lapse.is_saving, timeout=9000)
    assert find(dock, "time_lapse.words").whole_text() == "2 frames saved as film.gif."
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 2

    find(dock, "time_lapse.play").click()
    wait_for_frame(qtbot, dock, 2, 0)
    wait_for_frame(qtbot, dock, 2, 1)
    find(dock, "time_lapse.play").click()
    assert not dock.time_lapse.is_playing

    training.status.update(RunState.STOPPED)
    qtbot.waitUntil(lambda: not find(dock, "time_lapse.here").isEnabled(), timeout=9000)
    assert not box.editable


def wait_for_control(qtbot: QtBot, folder: RunFolder) -> list[Path]:
    """The files by which a region is asked for."""

    def asked() -> list[Path]:
        return list(folder.control.glob("*.region")) if folder.control.is_dir() else []

    qtbot.waitUntil(lambda: bool(asked()), timeout=9000)
    return asked()
