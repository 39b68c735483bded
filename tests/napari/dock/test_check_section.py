"""The Check section, with the engine really making its steps."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QLabel, QPushButton

from dacapo_napari import train_widget
from dacapo_napari.engine.device_list import Device
from tests.napari.dock.conftest import add_volume, find

SIZE = {"scale": (0.008, 0.008, 0.008), "units": "um"}
SECONDS = 1000


@pytest.fixture
def dock(viewer: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The Train dock with a volume measured, and a network of milliseconds."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    devices = (Device("cpu", "Processor", True, ""),)
    monkeypatch.setattr(train_widget, "ask_for_devices", lambda python: devices)
    add_volume(viewer, (24, 48, 48), **SIZE)
    dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")[1]
    qtbot.waitUntil(lambda: find(dock, "train.status").text() == "Ready.", timeout=60 * SECONDS)
    find(dock, "architecture.num_fmaps").setValue(2)
    find(dock, "architecture.input_shape").setText("16 16 16")
    find(dock, "train.iterations").setValue(10)
    return dock


def summary(dock: Any) -> str:
    return str(find(dock, "check.summary").whole_text())


def words(dock: Any, name: str) -> str:
    return str(find(dock, f"check.words.{name}").text())


def test_a_run_is_tried_out_once(dock: Any, qtbot: QtBot, tmp_path: Path) -> None:
    assert summary(dock) == "not run yet"
    left = tmp_path / "runs" / ".check-of-a-napari-that-was-killed"
    left.mkdir(parents=True)
    os.utime(left, (0, 0))
    button, outdated = find(dock, "check.run"), find(dock, "check.outdated")
    button.click()
    assert button.text() == "Cancel"
    assert "checking" in summary(dock)
    qtbot.waitUntil(lambda: not dock.check.running, timeout=60 * SECONDS)
    assert find(dock, "train.error").text() == ""
    assert "takes" in summary(dock), summary(dock)
    for name in ("data", "labels", "patches", "memory", "speed", "time", "disk"):
        assert words(dock, name)
    assert "8 nm" in words(dock, "data")
    assert "per iteration" in find(dock, "model.cost").text()
    assert list((tmp_path / "runs").iterdir()) == []

    # What is known already is not tried out again.
    started: list[Any] = []
    dock.check.gate(dock.composer.request(), started.append)
    assert len(started) == 1
    find(dock, "train.iterations").setValue(11)
    assert not outdated.isHidden()
    assert summary(dock) == "settings changed since"
    find(dock, "train.iterations").setValue(10)
    dock.check.gate(dock.composer.request(), started.append)
    assert len(started) == 2
    assert outdated.isHidden()


def test_start_goes_no_further_than_a_red_check(dock: Any, qtbot: QtBot, tmp_path: Path) -> None:
    find(dock, "train.device").setCurrentText("cuda:77")
    start, error = find(dock, "train.start"), find(dock, "train.error")
    start.click()
    assert (start.text(), start.isEnabled()) == ("Checking…", False)
    assert "Checking" in find(dock, "train.status").text()
    find(dock, "train.cancel").click()
    assert (start.text(), start.isEnabled()) == ("Start", True)
    assert summary(dock) == "not run yet"

    start.click()
    qtbot.waitUntil(lambda: bool(error.text()), timeout=60 * SECONDS)
    assert "cuda:77" in error.text()
    assert start.isEnabled()
    assert dock.check.is_unfolded()
    assert "cuda:77" in words(dock, "device")
    assert find(dock, "check.row.device").findChildren(QPushButton) == []
    marks = [label.text() for label in find(dock, "check.row.device").findChildren(QLabel)]
    assert "!" in marks
    qtbot.waitUntil(lambda: list((tmp_path / "runs").iterdir()) == [], timeout=10 * SECONDS)
