"""The Train dock in a real window, without the engine."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QApplication, QWidget

from dacapo_engine.store.rows import append_row
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari import train_widget
from dacapo_napari.engine.device_list import Device
from dacapo_napari.theme_colours import theme_colours
from tests.napari.dock.conftest import add_volume, find, write_snapshot

OBJECT_NAMES = (
    "data.raw",
    "data.labels",
    "data.mask",
    "augments.list",
    "augments.add",
    "train.run_name",
    "train.runs_folder",
    "train.iterations",
    "train.device",
    "train.start",
    "train.stop",
    "train.cancel",
    "train.snapshot",
    "train.validate",
    "train.end",
    "train.objects",
    "train.machine",
    "train.progress",
    "train.status",
    "train.error",
    "train.loss_plot",
    "train.loss_plot.log",
    "train.loss_plot.outliers",
    "train.loss_plot.window",
    "train.loss_plot.wider",
    "curve.section",
    "pipeline.open",
)
# Fields of the run file are named after it.
SECTIONS = ("data.", "check.", "train.", "curve.", "runs.", "time_lapse.", "segment.", "export.")
TOP_TO_BOTTOM = (
    "data.section",
    "data.raw",
    "task.section",
    "augments.section",
    "model.section",
    "model.load",
    "check.section",
    "check.run",
    "train.section",
    "train.run_name",
    "train.device",
    "curve.section",
    "train.loss_plot.log",
    "time_lapse.slider",
    "pipeline.open",
    "runs.section",
    "runs.filter",
    "runs.table",
    "runs.show",
    "segment.section",
    "segment.raw",
    "segment.start",
    "segment.train_longer",
    "export.section",
    "train.origin.clear",
    "train.start",
    "train.cancel",
)
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _devices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking the engine takes seconds; it has tests of its own."""
    devices = (Device("cpu", "Processor", True, ""),)
    monkeypatch.setattr(train_widget, "ask_for_devices", lambda python: devices)


@pytest.fixture
def open_dock(viewer: Any) -> Callable[[], Any]:
    def open_it() -> Any:
        return viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")[1]

    return open_it


def is_ready(dock: QWidget) -> bool:
    return str(find(dock, "train.status").text()) == "Ready."


def test_everything_a_script_drives_is_there(open_dock: Callable[[], Any]) -> None:
    dock = open_dock()
    for name in OBJECT_NAMES:
        find(dock, name)
    assert find(dock, "train.iterations").maximum() == 10**9
    assert find(dock, "train.error").text() == ""
    assert not find(dock, "train.start").isEnabled()


def test_names_are_listed(viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot) -> None:
    add_volume(viewer)
    dock = open_dock()
    qtbot.waitUntil(lambda: is_ready(dock), timeout=10_000)
    text = (ROOT / "docs" / "dock.md").read_text(encoding="utf-8")
    names = {each.objectName() for each in dock.findChildren(QWidget)}
    kept = {name for name in names if name.startswith(SECTIONS)}
    assert len(kept) > 100
    assert [name for name in sorted(kept) if not is_listed(name, text)] == []


def is_listed(name: str, text: str) -> bool:
    """Whether a page tells of it: by its name, or by the end of it after that of its owner."""
    owner, _, end = name.rpartition(".")
    return f"`{name}`" in text or (f"`{owner}" in text and f"`.{end}`" in text)


def test_tab_goes_from_top_to_bottom(viewer: Any, open_dock: Callable[[], Any]) -> None:
    dock = open_dock()
    chain, each = [], dock.nextInFocusChain()
    while each is not dock:
        chain.append(each.objectName())
        each = each.nextInFocusChain()
    places = [chain.index(name) for name in TOP_TO_BOTTOM]
    assert places == sorted(places)


def test_start_is_enabled_as_soon_as_image_and_labels_are_there(
    viewer: Any, open_dock: Callable[[], Any]
) -> None:
    dock = open_dock()
    viewer.add_image(np.zeros((4, 16, 16)), name="raw")
    assert not find(dock, "train.start").isEnabled()
    viewer.add_labels(np.ones((4, 16, 16), int), name="labels")
    QApplication.processEvents()
    assert find(dock, "data.raw").currentText() == "raw"
    assert find(dock, "data.labels").currentText() == "labels"
    assert find(dock, "train.start").isEnabled()
    viewer.layers["labels"].name = "cells"
    assert find(dock, "data.labels").currentText() == "cells"
    viewer.layers.remove("cells")
    assert not find(dock, "train.start").isEnabled()


def test_facts_and_forms_come_from_the_data(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot
) -> None:
    add_volume(viewer, (24, 48, 48), scale=(0.04, 0.008, 0.008), units="um")
    dock = open_dock()
    qtbot.waitUntil(lambda: is_ready(dock), timeout=10_000)
    assert "40 x 8 x 8 nm" in find(dock, "data.voxel_size").fact()
    assert "24 x 48 x 48" in find(dock, "data.shape").fact()
    assert "5 objects" in find(dock, "data.objects").fact()
    assert "measured" in find(dock, "data.range").fact()
    assert find(dock, "train.run_name").text() == "raw-1"
    assert (
        dock.forms.model.architecture().input_shape[0]
        < dock.forms.model.architecture().input_shape[1]
    )
    assert len(dock.forms.augments.value()) > 2


def test_unknown_voxel_size_is_said(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot
) -> None:
    add_volume(viewer)
    dock = open_dock()
    qtbot.waitUntil(lambda: is_ready(dock), timeout=10_000)
    assert "not known" in find(dock, "data.voxel_size").fact()


def test_first_axis_is_shown_and_can_be_corrected(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot
) -> None:
    add_volume(viewer, (12, 48, 48))
    dock = open_dock()
    combo = find(dock, "data.first_axis")
    assert combo.currentText() == "depth"
    combo.setCurrentIndex(combo.findData("s"))
    combo.activated.emit(combo.currentIndex())
    assert "12 separate images" in find(dock, "data.shape").fact()
    assert dock.data.data().layers[0].raw.axes == ("s", "y", "x")
    qtbot.waitUntil(lambda: is_ready(dock), timeout=10_000)


def test_what_the_user_entered_is_not_overwritten(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot
) -> None:
    dock = open_dock()
    find(dock, "train.iterations").setValue(77)
    find(dock, "train.run_name").setText("mine")
    add_volume(viewer, (24, 48, 48))
    qtbot.waitUntil(lambda: is_ready(dock), timeout=10_000)
    assert find(dock, "train.iterations").value() == 77
    assert find(dock, "train.run_name").text() == "mine"


@pytest.mark.filterwarnings("ignore:Non-orthogonal slicing")
def test_problems_are_said_at_the_data(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot
) -> None:
    dock = open_dock()
    viewer.add_image(np.ones((4, 16, 16)), name="raw")
    viewer.add_labels(np.zeros((4, 16, 16), int), name="empty")
    qtbot.waitUntil(lambda: "no object" in find(dock, "data.error").text(), timeout=10_000)
    viewer.layers["empty"].data = np.ones((4, 16, 16), int)
    viewer.layers["raw"].rotate = (20, 0, 0)
    qtbot.waitUntil(lambda: "rotated" in find(dock, "data.error").text(), timeout=10_000)
    viewer.layers["raw"].rotate = (0, 0, 0)
    qtbot.waitUntil(lambda: not find(dock, "data.error").text(), timeout=10_000)


@pytest.mark.parametrize("name", ["../escape", "a/b", "con", ""])
def test_a_name_that_leaves_the_folder_gets_a_sentence(
    viewer: Any, open_dock: Callable[[], Any], name: str
) -> None:
    add_volume(viewer)
    dock = open_dock()
    find(dock, "train.run_name").setText(name)
    find(dock, "train.start").click()
    assert "run name" in find(dock, "train.error").text()
    assert find(dock, "train.start").isEnabled()


def test_an_unwritable_folder_gets_a_sentence(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot, tmp_path: Path
) -> None:
    add_volume(viewer)
    dock = open_dock()
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    find(dock, "train.runs_folder").setText(str(tmp_path / "file" / "runs"))
    find(dock, "train.run_name").setText("one")
    find(dock, "train.start").click()
    assert find(dock, "train.start").text() == "Checking…"
    qtbot.waitUntil(lambda: find(dock, "train.start").isEnabled(), timeout=10_000)
    assert "Cannot write" in find(dock, "train.error").text()
    assert not find(dock, "train.stop").isEnabled()


def test_a_run_that_is_there_is_shown_and_followed(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot, trained: RunFolder
) -> None:
    dock = open_dock()
    find(dock, "train.runs_folder").setText(str(trained.path.parent))
    find(dock, "train.run_name").setText(trained.name)
    plot = find(dock, "train.loss_plot")
    qtbot.waitUntil(lambda: plot.num_points == 3, timeout=10_000)
    qtbot.waitUntil(lambda: "made prediction" in viewer.layers, timeout=10_000)
    assert find(dock, "train.start").text() == "Continue"
    assert find(dock, "train.start").isEnabled()
    append_row(trained.training_stats_file, {"iteration": 3, "loss": 0.2})
    qtbot.waitUntil(lambda: plot.num_points == 4, timeout=10_000)


def test_a_run_folder_that_is_opened_shows_its_curve(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot, trained: RunFolder
) -> None:
    viewer.open(str(trained.path), plugin="dacapo-napari")
    dock = open_dock()
    plot = find(dock, "train.loss_plot")
    qtbot.waitUntil(lambda: plot.num_points == 3, timeout=10_000)
    assert "made prediction" in viewer.layers
    append_row(trained.training_stats_file, {"iteration": 3, "loss": 0.2})
    qtbot.waitUntil(lambda: plot.num_points == 4, timeout=10_000)


def test_other_settings_under_that_name_get_a_sentence(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot, trained: RunFolder
) -> None:
    dock = open_dock()
    find(dock, "train.runs_folder").setText(str(trained.path.parent))
    find(dock, "train.run_name").setText(trained.name)
    qtbot.waitUntil(lambda: find(dock, "train.start").text() == "Continue", timeout=10_000)
    rate = find(dock, "trainer.learning_rate")
    rate.setText("0.5")
    rate.editingFinished.emit()
    find(dock, "train.start").click()
    qtbot.waitUntil(lambda: bool(find(dock, "train.error").text()), timeout=10_000)
    sentence = find(dock, "train.error").text()
    assert "Learning rate" in sentence
    assert "made-1" in sentence
    assert find(dock, "train.start").isEnabled()


@pytest.fixture
def trained(written: RunFolder) -> RunFolder:
    """A run as the engine leaves it: three iterations, one snapshot."""
    for iteration in range(3):
        append_row(written.training_stats_file, {"iteration": iteration, "loss": 0.7})
    write_snapshot(written, 2, (0.0, 0.0, 0.0))
    return written


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes(viewer: Any, open_dock: Callable[[], Any], theme: str) -> None:
    dock = open_dock()
    viewer.theme = theme
    assert theme_colours(theme).red in find(dock, "train.error").styleSheet()


def test_usable_at_400_by_700(viewer: Any, open_dock: Callable[[], Any]) -> None:
    add_volume(viewer)
    dock = open_dock()
    for section in dock.sections:
        section.set_unfolded(True)
    assert dock.minimumSizeHint().width() <= 400
    assert dock.minimumSizeHint().height() <= 700


def test_a_card_that_cannot_be_used_is_said(
    open_dock: Callable[[], Any], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "NVIDIA T4 found, but this PyTorch cannot use it. Install: pip install torch"
    found = (Device("cuda:0", "NVIDIA T4", False, sentence), Device("cpu", "Processor", True, ""))
    monkeypatch.setattr(train_widget, "ask_for_devices", lambda python: found)
    dock = open_dock()
    words = find(dock, "train.device_words")
    qtbot.waitUntil(lambda: sentence in words.fact(), timeout=10_000)
    assert words.isVisibleTo(dock)
    assert find(dock, "train.device").findText("cuda:0") == -1


def test_closed_docks_are_collected(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot
) -> None:
    add_volume(viewer)
    docks = [open_dock()]
    qtbot.waitUntil(lambda: is_ready(docks[0]), timeout=10_000)
    gone = weakref.ref(docks[0])
    viewer.window.remove_dock_widget(docks.pop())
    QApplication.processEvents()
    gc.collect()
    assert gone() is None
    viewer.layers.clear()
    viewer.theme = "light"


def test_a_long_failure_stays_short_and_can_be_copied(open_dock: Callable[[], Any]) -> None:
    dock = open_dock()
    dock.bar.error.setText("The device ran out of memory.\n" + "frame\n" * 400)
    assert find(dock, "train.error").text() == "The device ran out of memory."
    find(dock, "train.error.copy").click()
    assert QApplication.clipboard().text().count("frame") == 400
