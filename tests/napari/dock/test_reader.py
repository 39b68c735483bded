from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from pytestqt.qtbot import QtBot

from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari._reader import read_run_folder
from dacapo_napari.plugin_settings import runs_folder
from tests.napari.dock.conftest import find, write_snapshot


def test_other_folders_are_left_to_other_readers(tmp_path: Path) -> None:
    (tmp_path / "volume.zarr").mkdir()
    assert read_run_folder(str(tmp_path / "volume.zarr")) is None
    assert read_run_folder([str(tmp_path), str(tmp_path)]) is None
    assert read_run_folder(str(tmp_path / "missing")) is None


def test_a_run_opens_as_its_newest_snapshot(viewer: Any, run_folder: RunFolder) -> None:
    run_folder.run_file.write_text("format: 1\n", encoding="utf-8")
    write_snapshot(run_folder, 10, (0.0, 0.0, 0.0))
    write_snapshot(run_folder, 20, (283.718, 0.0, 0.0))
    viewer.open(str(run_folder.path), plugin="dacapo-napari")
    assert [layer.name for layer in viewer.layers] == ["made raw", "made gt", "made prediction"]
    gt = viewer.layers["made gt"]
    assert gt.translate[0] == 283.718
    assert str(gt.units[0]) == "nanometer"
    assert gt.metadata["iteration"] == 20


def test_a_run_without_snapshots_opens_nothing(viewer: Any, run_folder: RunFolder) -> None:
    run_folder.run_file.write_text("format: 1\n", encoding="utf-8")
    viewer.open(str(run_folder.path), plugin="dacapo-napari")
    assert len(viewer.layers) == 0
    dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")[1]
    assert find(dock, "train.run_name").text() == "made"
    assert find(dock, "train.runs_folder").text() == str(run_folder.path.parent)
    assert runs_folder() == run_folder.path.parent


def test_segment_dock_lists_trained_runs(viewer: Any, run_folder: RunFolder, qtbot: QtBot) -> None:
    run_folder.run_file.write_text("format: 1\n", encoding="utf-8")
    run_folder.checkpoints.mkdir(parents=True)
    _, dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Segment")
    run = find(dock, "segment.run")
    qtbot.waitUntil(lambda: run.currentText() == "made", timeout=10_000)
    assert not find(dock, "segment.start").isEnabled()
    viewer.add_image(np.zeros((4, 8, 8)), name="raw")
    assert find(dock, "segment.raw").currentText() == "raw"
    assert find(dock, "segment.start").isEnabled()
    viewer.window.remove_dock_widget(dock)


def test_a_model_opens_in_the_segment_dock(viewer: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "cells.zip", "w") as archive:
        archive.writestr("cells/model.json", "{}")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("picture.png", "")
    assert read_run_folder(str(tmp_path / "other.zip")) is None
    viewer.open(str(tmp_path / "cells.zip"), plugin="dacapo-napari")
    dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Segment")[1]
    assert find(dock, "segment.run").currentText() == str(tmp_path / "cells.zip")
    assert len(viewer.layers) == 0
