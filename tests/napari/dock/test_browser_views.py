"""Views in the browser: their address, the way to it from elsewhere, and how they end."""

from __future__ import annotations

import shutil
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QApplication

from dacapo_engine.store.rows import append_row
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari import train_widget
from dacapo_napari.engine.device_list import Device
from tests.napari.dock.conftest import find

SECONDS = 1000


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is opened in the browser."""
    urls: list[str] = []
    monkeypatch.setattr("webbrowser.open", urls.append)
    devices = (Device("cpu", "Processor", True, ""),)
    monkeypatch.setattr(train_widget, "ask_for_devices", lambda python: devices)
    return urls


@pytest.mark.slow
def test_a_run_is_shown_and_closed(
    viewer: Any, qtbot: QtBot, written: RunFolder, opened: list[str]
) -> None:
    append_row(written.training_stats_file, {"iteration": 0, "loss": 0.5, "time": 1.0})
    _, dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")
    button = find(dock, "run_view.open")
    assert not button.isVisibleTo(dock)
    find(dock, "train.run_name").setText(written.name)
    dock.composer.look()
    qtbot.waitUntil(lambda: button.isVisibleTo(dock.curve), timeout=20 * SECONDS)
    find(dock, "curve.section").click()

    button.click()
    assert button.text() == "Close the view of the run"
    error = find(dock, "run_view.error")
    qtbot.waitUntil(lambda: bool(opened or error.text()), timeout=60 * SECONDS)
    assert error.text() == ""
    [url] = opened
    assert url in find(dock, "run_view.url").text()
    ssh, copy = find(dock, "run_view.ssh"), find(dock, "run_view.copy")
    port = urlsplit(url).port
    assert ssh.text().startswith(f"ssh -N -L {port}:127.0.0.1:{port} ")
    copy.click()
    assert QApplication.clipboard().text() == ssh.text()
    with urlopen(url, timeout=30) as answer:  # noqa: S310
        assert answer.status == 200

    button.click()
    assert button.text() == "Show the run in Neuroglancer"
    assert not ssh.isVisibleTo(dock)
    with pytest.raises((URLError, ConnectionError)):
        urlopen(url, timeout=5)  # noqa: S310


def test_a_view_that_cannot_be_opened_says_why(
    viewer: Any, qtbot: QtBot, written: RunFolder, opened: list[str]
) -> None:
    append_row(written.training_stats_file, {"iteration": 0, "loss": 0.5, "time": 1.0})
    shutil.rmtree(written.inputs)
    _, dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")
    find(dock, "train.run_name").setText(written.name)
    dock.composer.look()
    button, error = find(dock, "pipeline.open"), find(dock, "pipeline.error")
    qtbot.waitUntil(button.isEnabled, timeout=20 * SECONDS)
    button.click()
    qtbot.waitUntil(lambda: bool(error.text()), timeout=60 * SECONDS)
    assert error.text().startswith("The view could not be opened.")
    assert button.text() == "Open the pipeline in Neuroglancer"
    assert not opened
