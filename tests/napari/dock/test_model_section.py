"""Presets, budgets and run files in the dock, without the engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QFileDialog

from dacapo_engine.experiments.budgets import OvernightBudgetConfig, PlateauBudgetConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.yaml_file import read_config
from dacapo_napari import train_widget
from dacapo_napari.engine.device_list import Device
from tests.napari.dock.conftest import add_volume, find

SIZE = {"scale": (0.008, 0.008, 0.008), "units": "um"}


@pytest.fixture
def dock(viewer: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The Train dock with a volume measured."""
    devices = (Device("cpu", "Processor", True, ""),)
    monkeypatch.setattr(train_widget, "ask_for_devices", lambda python: devices)
    add_volume(viewer, (24, 48, 48), **SIZE)
    dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")[1]
    qtbot.waitUntil(lambda: find(dock, "train.status").text() == "Ready.", timeout=60_000)
    return dock


def choose(dock: Any, combo: str, data: str) -> None:
    """Choose an entry as the user would."""
    found = find(dock, combo)
    found.setCurrentIndex(found.findData(data))
    found.activated.emit(found.currentIndex())


def enter(dock: Any, field: str, text: str) -> None:
    edit = find(dock, field)
    edit.setText(text)
    edit.editingFinished.emit()


def summary(dock: Any) -> str:
    return str(find(dock, "model.summary").whole_text())


def test_a_preset_changes_the_model_only(dock: Any) -> None:
    assert find(dock, "model.preset").currentText() == "auto (small)"
    assert summary(dock) == "small, 45 minutes"
    cost = find(dock, "model.cost").text()
    assert "parameters" in cost
    assert "nm (" in cost
    assert "GB" in cost
    enter(dock, "trainer.learning_rate", "0.004")
    choose(dock, "model.preset", "tiny")
    assert dock.forms.model.architecture().num_fmaps == 8
    assert dock.forms.settings().trainer_config.learning_rate == 0.004
    assert summary(dock) == "tiny, 45 minutes"
    assert find(dock, "model.cost").text() != cost
    find(dock, "architecture.num_fmaps").setValue(9)
    assert find(dock, "model.preset").currentText() == "custom"
    choose(dock, "model.preset", "auto")
    assert dock.forms.model.architecture().num_fmaps == 12
    assert find(dock, "model.preset").currentText() == "auto (small)"


def test_a_graphics_card_gets_a_larger_model(dock: Any, qtbot: QtBot) -> None:
    card = Device("cuda:0", "Card", True, "", "", 24 * 10**9)
    dock._on_devices((card, Device("cpu", "Processor", True, "")))
    qtbot.waitUntil(lambda: summary(dock) == "medium, 45 minutes", timeout=60_000)
    assert find(dock, "model.preset").currentText() == "auto (medium)"
    device = find(dock, "train.device")
    device.setCurrentIndex(device.findText("cpu"))
    qtbot.waitUntil(lambda: summary(dock) == "small, 45 minutes", timeout=60_000)


def test_a_time_a_night_a_plateau_or_iterations(dock: Any) -> None:
    length = dock.forms.model.budget.length
    assert length().words == "45 minutes"
    assert length().num_iterations == 1_000_000
    find(dock, "train.minutes").setValue(90)
    assert dock.composer.request().budget.minutes == 90
    choose(dock, "train.budget", "overnight")
    assert length().budget == OvernightBudgetConfig()
    find(dock, "train.iterations").setValue(77)
    assert find(dock, "train.budget").currentData() == "iterations"
    assert dock.composer.request().num_iterations == 77
    assert dock.composer.request().budget is None
    assert "77 iterations" in summary(dock)
    choose(dock, "train.budget", "plateau")
    find(dock, "train.iterations").setValue(500)
    assert (length().num_iterations, length().budget) == (500, PlateauBudgetConfig())


def test_a_run_is_saved_and_loaded(
    dock: Any, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.yaml"
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *arguments: (str(path), ""))
    words: Callable[[], str] = find(dock, "model.file_words").fact
    choose(dock, "model.preset", "tiny")
    find(dock, "train.minutes").setValue(12)
    find(dock, "model.save").click()
    qtbot.waitUntil(lambda: words().startswith("Wrote mine.yaml"), timeout=60_000)
    config = read_config(path, RunConfig)
    assert config.budget_config is not None
    assert config.budget_config.words == "12 minutes"
    split: Any = config.datasplit_config
    assert split.train_configs[0].raw_config.source_array_config.file_name.is_dir()

    choose(dock, "model.preset", "medium")
    find(dock, "train.iterations").setValue(5)
    find(dock, "model.load").click()
    qtbot.waitUntil(lambda: words().startswith("Shows the settings of"), timeout=60_000)
    assert summary(dock) == "tiny, 12 minutes"
    path.write_text("format: 1\nnonsense: 3\n", encoding="utf-8")
    find(dock, "model.load").click()
    qtbot.waitUntil(lambda: "nonsense" in words(), timeout=60_000)
    assert summary(dock) == "tiny, 12 minutes"
