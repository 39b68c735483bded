"""Failures of a real training, and the buttons that do something about them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from napari.layers import Image, Labels
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QApplication, QWidget

from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks.task_config import TaskConfig
from dacapo_engine.experiments.trainers import GunpowderTrainerConfig
from dacapo_engine.store.atomic import write_text
from dacapo_engine.store.control import Verb, ask
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import read_status
from dacapo_engine.yaml_file import read_config, to_yaml
from dacapo_napari import plugin_settings
from dacapo_napari.background import wait_for_all
from dacapo_napari.runs.run_follower import is_alive
from dacapo_napari.runs.run_setup import TrainingRequest, prepare_run
from dacapo_napari.volumes.layer_volume import layer_volume
from dacapo_napari.volumes.training_data import LabelledLayers, TrainingData

SECONDS = 1000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No thread and no training outlives its test, however the test ends."""
    monkeypatch.setattr(plugin_settings, "_used", [])
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    yield
    wait_for_all()
    for run_file in tmp_path.glob("runs/*/run.yaml"):
        folder = RunFolder(run_file.parent)
        status = read_status(folder)
        if status is not None and is_alive(folder, status):
            ask(folder, status.session, Verb.STOP)
    QApplication.processEvents()


@pytest.fixture
def run(tmp_path: Path, nuclei: Any, _hungry: None) -> RunFolder:
    """A run of that task that is described and was not trained."""
    folder = RunFolder(tmp_path / "runs" / "hungry")
    raw, labels = (array[:24, :64, :64] for array in nuclei)
    axes = ("z", "y", "x")
    layers = LabelledLayers(
        layer_volume(Image(raw, name="raw"), axes), layer_volume(Labels(labels), axes)
    )
    request = TrainingRequest(folder, TrainingData((layers,)), None, 10_000, "cpu", "python")
    prepare_run(request, lambda: False)
    config = read_config(folder.run_file, RunConfig)
    hungry = TaskConfig.registry.get("hungry")
    config = config.replace(
        task_config=hungry(neighborhood=((1, 0, 0), (0, 1, 0), (0, 0, 1))),
        architecture_config=config.architecture_config.replace(
            input_shape=(16, 24, 24), num_fmaps=2
        ),
        trainer_config=config.trainer_config.replace(batch_size=2, augments=()),
        checkpoint_interval=2,
    )
    write_text(folder.run_file, to_yaml(config))
    return folder


@pytest.fixture
def dock(make_napari_viewer_proxy: Callable[..., Any], run: RunFolder) -> Any:
    viewer = make_napari_viewer_proxy()
    _, opened = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")
    find(opened, "train.runs_folder").setText(str(run.path.parent))
    find(opened, "train.run_name").setText(run.name)
    find(opened, "train.device").setCurrentText("cpu")
    return opened


def find(dock: QWidget, name: str) -> Any:
    found = dock.findChild(QWidget, name)
    assert found is not None, name
    return found


def test_every_failure_has_a_way_out(dock: Any, qtbot: QtBot, run: RunFolder) -> None:
    start, error = find(dock, "train.start"), find(dock, "train.error")
    plot = find(dock, "train.loss_plot")
    qtbot.waitUntil(start.isEnabled, timeout=20 * SECONDS)
    find(dock, "train.iterations").setValue(10_000)

    start.click()
    qtbot.waitUntil(lambda: "ran out of memory" in error.text(), timeout=90 * SECONDS)
    assert start.isEnabled()
    assert find(dock, "train.error.fix").text() == "Use smaller batch"
    find(dock, "train.error.fix").click()
    qtbot.waitUntil(lambda: plot.num_points >= 4 or bool(error.text()), timeout=90 * SECONDS)
    assert error.text() == ""
    changed = read_config(run.run_file, RunConfig).trainer_config
    assert isinstance(changed, GunpowderTrainerConfig)
    assert (changed.batch_size, changed.accumulate) == (1, 2)

    (run.path / "poison").touch()
    qtbot.waitUntil(lambda: "is not a number" in error.text(), timeout=60 * SECONDS)
    qtbot.waitUntil(start.isEnabled, timeout=20 * SECONDS)
    assert start.text() == "Continue"
    find(dock, "train.error.fix").click()
    lower = RunFolder(run.path.parent / "hungry-1")
    qtbot.waitUntil(lambda: is_trained(lower) or bool(error.text()), timeout=90 * SECONDS)
    assert error.text() == ""
    config = read_config(lower.run_file, RunConfig)
    assert config.trainer_config.learning_rate == pytest.approx(changed.learning_rate / 10)
    assert config.start_config is not None
    assert Path(config.start_config.run) == run.path.resolve()

    end_a_process_that_hangs(dock, qtbot, lower)


def is_trained(folder: RunFolder) -> bool:
    status = read_status(folder)
    return status is not None and status.iteration > 0


def end_a_process_that_hangs(dock: Any, qtbot: QtBot, folder: RunFolder) -> None:
    if not hasattr(signal, "SIGSTOP"):
        return
    status = read_status(folder)
    assert status is not None
    process = psutil.Process(status.pid)
    os.kill(status.pid, signal.SIGSTOP)
    stop, end = find(dock, "train.stop"), find(dock, "train.end")
    dock.control.ending._patience.setInterval(300)
    qtbot.waitUntil(stop.isEnabled, timeout=10 * SECONDS)
    stop.click()
    qtbot.waitUntil(lambda: not end.isHidden(), timeout=10 * SECONDS)
    end.click()
    start = find(dock, "train.start")
    qtbot.waitUntil(start.isEnabled, timeout=20 * SECONDS)
    assert not process.is_running()
    assert start.text() == "Continue"
    assert find(dock, "train.error").text() == ""
