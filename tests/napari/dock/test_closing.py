"""Closing napari in each state of a run: nothing hangs, the run goes on or stops as chosen."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QApplication

from dacapo_engine.errors import OutOfMemoryError
from dacapo_engine.store.control import Verb
from dacapo_engine.store.rows import append_row
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, StatusWriter, read_status
from dacapo_napari import train_widget
from dacapo_napari.background import wait_for_all
from dacapo_napari.engine.device_list import Device
from tests.napari.dock.conftest import add_volume, find
from tests.napari.dock.scripted_engine import ScriptedEngine

SOON = 10_000
SECONDS_TO_CLOSE = 5.0


@pytest.fixture(autouse=True)
def _devices(monkeypatch: pytest.MonkeyPatch) -> None:
    devices = (Device("cpu", "Processor", True, ""),)
    monkeypatch.setattr(train_widget, "ask_for_devices", lambda python: devices)


def watch(viewer: Any, folder: RunFolder) -> Any:
    _, dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")
    find(dock, "train.runs_folder").setText(str(folder.path.parent))
    find(dock, "train.run_name").setText(folder.name)
    return dock


def close(viewer: Any) -> None:
    """Close the window and let its threads end, in good time."""
    began = time.monotonic()
    viewer.close()
    QApplication.processEvents()
    wait_for_all()
    assert time.monotonic() - began < SECONDS_TO_CLOSE


@pytest.mark.parametrize(
    ("state", "goes_on"),
    [
        (RunState.TRAINING, True),
        (RunState.TRAINING, False),
        (RunState.VALIDATING, True),
        (RunState.STOPPING, True),
    ],
)
def test_while_a_training_runs(
    viewer: Any, qtbot: QtBot, written: RunFolder, state: RunState, goes_on: bool
) -> None:
    with ScriptedEngine(written) as engine:
        dock = watch(viewer, written)
        qtbot.waitUntil(find(dock, "train.snapshot").isEnabled, timeout=SOON)
        find(dock, "train.goes_on").setChecked(goes_on)
        if state is RunState.VALIDATING:
            find(dock, "train.validate").click()
            qtbot.waitUntil(lambda: dock.session.state is state, timeout=SOON)
        engine.obeys = state is not RunState.STOPPING
        if state is RunState.STOPPING:
            find(dock, "train.stop").click()
        find(dock, "train.loss_plot.wider").click()
        close(viewer)
        engine.obeys = True
        if not goes_on or state is RunState.STOPPING:
            qtbot.waitUntil(lambda: Verb.STOP in engine.heard, timeout=SOON)
        else:
            rows = written.training_stats_file.stat().st_size
            qtbot.waitUntil(lambda: written.training_stats_file.stat().st_size > rows, timeout=SOON)
            assert Verb.STOP not in engine.heard


def test_while_a_run_is_checked(viewer: Any, qtbot: QtBot, tmp_path: Path) -> None:
    add_volume(viewer)
    _, dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")
    find(dock, "train.runs_folder").setText(str(tmp_path / "runs"))
    find(dock, "train.run_name").setText("one")
    qtbot.waitUntil(lambda: str(find(dock, "train.status").text()) == "Ready.", timeout=SOON)
    find(dock, "train.start").click()
    assert find(dock, "train.start").text() == "Checking…"
    qtbot.waitUntil((tmp_path / "runs").is_dir, timeout=SOON)
    close(viewer)
    assert list((tmp_path / "runs").iterdir()) == []


def test_after_a_training(viewer: Any, qtbot: QtBot, written: RunFolder) -> None:
    append_row(written.training_stats_file, {"iteration": 0, "loss": 0.7})
    writer = StatusWriter(written, num_iterations=100)
    writer.update(RunState.STOPPED, iteration=1)
    dock = watch(viewer, written)
    qtbot.waitUntil(lambda: find(dock, "train.start").text() == "Continue", timeout=SOON)
    writer.fail(OutOfMemoryError("The device ran out of memory."))
    qtbot.waitUntil(lambda: dock.session.state is RunState.FAILED, timeout=SOON)
    close(viewer)
    assert read_status(written) == writer.status
