"""What the dock says of each failure, what it offers, and that every button works afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QApplication, QFileDialog, QPushButton

from dacapo_engine.errors import DivergedError
from dacapo_engine.store.rows import append_row
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import StatusWriter
from dacapo_napari import train_widget
from dacapo_napari.engine.device_list import Device
from dacapo_napari.run_updates import Failed
from tests.napari.dock.conftest import find

SOON = 10_000
OFFERS = {
    "out_of_memory": "Use smaller",
    "killed": "Use smaller",
    "diverged": "Go on at rate",
    "disk_full": "Choose another folder",
    "store": "Choose another folder",
    "device": "Use the processor",
    "in_use": "Show that run",
    "duplicate_name": "Start under another name",
    "training": None,
    "data": None,
    "": None,
}


@pytest.fixture(autouse=True)
def _devices(monkeypatch: pytest.MonkeyPatch) -> None:
    devices = (Device("cpu", "Processor", True, ""),)
    monkeypatch.setattr(train_widget, "ask_for_devices", lambda python: devices)


@pytest.fixture
def dock(viewer: Any, qtbot: QtBot, written: RunFolder) -> Any:
    """The dock on a run that was trained a little."""
    append_row(written.training_stats_file, {"iteration": 0, "loss": 0.7})
    written.log_file.write_text("what the engine said\n", encoding="utf-8")
    _, opened = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")
    find(opened, "train.runs_folder").setText(str(written.path.parent))
    find(opened, "train.run_name").setText(written.name)
    qtbot.waitUntil(lambda: find(opened, "train.start").text() == "Continue", timeout=SOON)
    return opened


def offered(dock: Any) -> QPushButton | None:
    found: QPushButton | None = dock.findChild(QPushButton, "train.error.fix")
    return found


def test_each_kind_of_failure_has_its_own_way_out(dock: Any) -> None:
    error, start = find(dock, "train.error"), find(dock, "train.start")
    for code, text in OFFERS.items():
        dock.session.failed.emit(Failed("It went wrong.", "Do something.", "", code))
        QApplication.processEvents()
        assert error.text() == "It went wrong. Do something."
        assert not find(dock, "train.error.banner").isHidden()
        fix = offered(dock)
        if text is None:
            assert fix is None or fix.isHidden(), code
        else:
            assert fix is not None, code
            assert fix.text().startswith(text)
            assert fix.toolTip()
        assert start.isEnabled()
        assert start.text() == "Continue"
        assert not find(dock, "train.stop").isEnabled()
        error.parent().setText("")


def test_a_failure_in_the_run_folder_is_shown_reported_and_its_log_opened(
    dock: Any, qtbot: QtBot, written: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = DivergedError("The loss is not a number.")
    StatusWriter(written, num_iterations=100).fail(error)
    qtbot.waitUntil(lambda: find(dock, "train.error").text() == error.message, timeout=SOON)
    fix = offered(dock)
    assert fix is not None
    assert fix.text().startswith("Go on at rate")
    assert find(dock, "train.start").isEnabled()
    assert "Failed" in find(dock, "train.status").text()

    opened: list[str] = []
    monkeypatch.setattr(
        "dacapo_napari.dock.train.failure_fixes.QDesktopServices.openUrl",
        lambda url: opened.append(url.toLocalFile()),
    )
    find(dock, "train.error.copy").click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == error.message
    qtbot.waitUntil(lambda: "what the engine said" in clipboard.text(), timeout=SOON)
    for part in ("code: diverged", str(written.run_file), "napari 0."):
        assert part in clipboard.text()
    find(dock, "train.error.log").click()
    assert opened == [str(written.log_file)]

    dock.bar.error.setText("The check found something.")
    find(dock, "train.error.copy").click()
    qtbot.wait(300)
    assert clipboard.text() == "The check found something."


def test_another_folder_is_chosen(
    dock: Any,
    qtbot: QtBot,
    tmp_path: Path,
    written: RunFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    chosen = str(tmp_path / "file")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *arguments: chosen)
    dock.session.failed.emit(Failed("The disk is full.", "", "", "disk_full"))
    fix = offered(dock)
    assert fix is not None
    fix.click()
    assert find(dock, "train.runs_folder").text() == chosen
    # That folder is none, which is said in its turn.
    start, error = find(dock, "train.start"), find(dock, "train.error")
    qtbot.waitUntil(lambda: bool(error.text()) and not dock.session.active, timeout=SOON)
    assert "full" not in error.text()
    assert not start.isHidden()
    # Back there, the run file is damaged, which is said at the name.
    written.run_file.write_text("name: [broken", encoding="utf-8")
    find(dock, "train.runs_folder").setText(str(written.path.parent))
    problem = find(dock, "train.run_name.error")
    qtbot.waitUntil(lambda: "YAML" in problem.text(), timeout=SOON)
