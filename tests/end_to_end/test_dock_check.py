"""Start tries a run out first: what does not fit is made smaller by a button, and then trains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QApplication, QWidget

from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks.task_config import TaskConfig
from dacapo_engine.yaml_file import read_config
from dacapo_napari import plugin_settings
from dacapo_napari.background import wait_for_all

SECONDS = 1000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def find(dock: QWidget, name: str) -> Any:
    found = dock.findChild(QWidget, name)
    assert found is not None, name
    return found


@pytest.fixture
def dock(
    make_napari_viewer_proxy: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    nuclei: Any,
    _hungry: None,
) -> Any:
    monkeypatch.setattr(plugin_settings, "_used", [])
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    viewer = make_napari_viewer_proxy()
    raw, labels = (array[:24, :64, :64] for array in nuclei)
    place = {"scale": (0.28, 0.126, 0.126), "units": "um"}
    viewer.add_image(raw, name="nuclei", **place)
    viewer.add_labels(labels, name="nuclei labels", **place)
    _, opened = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")
    find(opened, "train.runs_folder").setText(str(tmp_path / "runs"))
    find(opened, "train.run_name").setText("hungry")
    find(opened, "train.device").setCurrentText("cpu")
    find(opened, "train.iterations").setValue(10_000)
    return opened


def use_hungry_task(dock: Any) -> None:
    """A task that has room for one patch at a time, and two patches."""
    settings = dock.forms.settings()
    task = TaskConfig.registry.get("hungry")
    unet = settings.architecture_config.replace(input_shape=(16, 24, 24), num_fmaps=2)
    trainer = settings.trainer_config.replace(batch_size=2, num_data_fetchers=1)
    changed = replace(
        settings,
        task_config=task(neighborhood=settings.task_config.neighborhood[:3]),
        architecture_config=unet,
        trainer_config=trainer,
    )
    dock.forms.fill(changed)


def test_too_large_a_batch_is_halved_and_trains(dock: Any, qtbot: QtBot, tmp_path: Path) -> None:
    start, error = find(dock, "train.start"), find(dock, "train.error")
    qtbot.waitUntil(lambda: find(dock, "train.status").text() == "Ready.", timeout=60 * SECONDS)
    use_hungry_task(dock)
    start.click()
    qtbot.waitUntil(lambda: "out of memory" in error.text(), timeout=90 * SECONDS)
    assert "batch becomes 1 instead of 2" in error.text()
    assert not (tmp_path / "runs" / "hungry").exists()
    assert find(dock, "check.fix.memory").text() == "Use smaller batch"

    find(dock, "train.error.fix").click()
    plot = find(dock, "train.loss_plot")
    qtbot.waitUntil(lambda: plot.num_points >= 2 or bool(error.text()), timeout=120 * SECONDS)
    assert error.text() == ""
    changed: Any = read_config(tmp_path / "runs" / "hungry" / "run.yaml", RunConfig)
    assert (changed.trainer_config.batch_size, changed.trainer_config.accumulate) == (1, 2)
    find(dock, "train.stop").click()
    qtbot.waitUntil(start.isEnabled, timeout=60 * SECONDS)
    wait_for_all()
    QApplication.processEvents()
