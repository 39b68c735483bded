"""Segmenting, sliding, saving and exporting through the real widgets and the real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QApplication, QFileDialog, QWidget

from dacapo_engine.export.export_model import export_model
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari import plugin_settings
from dacapo_napari.background import wait_for_all
from tests.engine.segment.conftest import cubes, train_cubes

SECONDS = 1000
PATIENCE = 200 * SECONDS
FINE = {"scale": (4, 4, 4), "translate": (40, 0, 8), "units": "nm"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(plugin_settings, "_used", [])
    yield
    wait_for_all()
    QApplication.processEvents()


@pytest.fixture
def viewer(make_napari_viewer_proxy: Callable[..., Any]) -> Any:
    viewer = make_napari_viewer_proxy(show=True)
    viewer.window.resize(1000, 700)
    return viewer


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return train_cubes(tmp_path)


def find(dock: QWidget, name: str) -> Any:
    found = dock.findChild(QWidget, name)
    assert found is not None, name
    return found


def wait_for(qtbot: QtBot, condition: Callable[[], bool], error: Any) -> None:
    """Wait until `condition` holds; fail with the dock's sentence as soon as there is one."""
    qtbot.waitUntil(lambda: condition() or bool(error.text()), timeout=PATIENCE)
    assert error.text() == ""


def enlarged(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return values.repeat(2, 0).repeat(2, 1).repeat(2, 2)


def answer(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """What a person chooses in the next dialog for a file."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))


def test_a_part_of_a_finer_volume_is_segmented_tried_and_saved(
    viewer: Any, qtbot: QtBot, tmp_path: Path, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, truth = cubes((24, 28, 40))
    viewer.add_image(enlarged(raw), name="fine", **FINE)
    viewer.add_labels(enlarged(truth).astype(np.int32), name="truth", **FINE)
    viewer.dims.set_point(0, 40 + 4 * 20)
    _, dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Segment")
    error = find(dock, "segment.error")
    find(dock, "segment.runs_folder").setText(str(run.path.parent))
    size = find(dock, "segment.voxel_size")
    wait_for(qtbot, lambda: bool(size.fact()), error)
    assert "Trained at 8 nm, this is 4 nm: it will be halved first." in size.fact()
    find(dock, "segment.change_voxel_size").click()
    assert "it is taken as it is" in size.fact()
    find(dock, "segment.change_voxel_size").click()

    find(dock, "segment.part").setCurrentIndex(1)
    find(dock, "segment.around").setValue(7)
    find(dock, "segment.device").setCurrentText("cpu")
    find(dock, "segment.start").click()
    name = "cubes segmentation"
    wait_for(qtbot, lambda: name in viewer.layers, error)
    result = viewer.layers[name]
    assert result.data.shape[0] == 15
    np.testing.assert_allclose(result.translate[0], 40 + 4 * 13)
    np.testing.assert_allclose(result.scale, FINE["scale"])
    assert "best weights by voi" in find(dock, "segment.status").text()

    score = find(dock, "segment.score")
    wait_for(qtbot, lambda: bool(score.text()), error)
    assert find(dock, "segment.compare").currentText() == "truth"
    assert "objects right" in score.text()
    assert "VOI" in score.text()

    before = result.data
    find(dock, "segment.parameter.foreground_threshold").setValue(0.0)
    find(dock, "segment.parameter.min_size").setValue(2)
    wait_for(qtbot, lambda: result.data is not before, error)
    assert len(np.unique(result.data)) > len(np.unique(before))
    assert result.data.shape == before.shape
    assert list(viewer.layers).count(result) == 1

    find(dock, "segment.use").click()
    chosen = run.path / "post_processing.json"
    qtbot.waitUntil(chosen.is_file, timeout=PATIENCE)
    tried = result.data
    find(dock, "segment.reset").click()
    wait_for(qtbot, lambda: result.data is not tried and not chosen.exists(), error)
    np.testing.assert_array_equal(result.data, before)

    answer(monkeypatch, tmp_path / "saved.tif")
    find(dock, "segment.save").click()
    wait_for(qtbot, lambda: find(dock, "segment.status").text().startswith("Saved"), error)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "saved.tif"), result.data)

    export_model(run, tmp_path / "cubes.zip")
    find(dock, "segment.run").setCurrentText(str(tmp_path / "cubes.zip"))
    find(dock, "segment.part").setCurrentIndex(0)
    find(dock, "segment.start").click()
    wait_for(qtbot, lambda: result.data.shape == viewer.layers["fine"].data.shape, error)
    np.testing.assert_array_equal(result.translate, FINE["translate"])


def test_the_train_dock_segments_and_exports_its_run(
    viewer: Any, qtbot: QtBot, tmp_path: Path, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, truth = cubes((24, 28, 40))
    viewer.add_image(raw, name="raw", scale=(8, 8, 8), units="nm")
    viewer.add_labels(truth.astype(np.int32), name="labels", scale=(8, 8, 8), units="nm")
    _, dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")
    assert find(dock, "segment.summary").whole_text() == "after the first checkpoint"
    assert not find(dock, "export.model").isEnabled()
    find(dock, "train.runs_folder").setText(str(run.path.parent))
    find(dock, "train.run_name").setText("cubes")
    summary, error = find(dock, "segment.summary"), find(dock, "export.error")
    wait_for(qtbot, lambda: summary.whole_text().startswith("cubes, voi"), error)
    assert find(dock, "segment.run").currentText() == "cubes"
    assert find(dock, "segment.raw").currentText() == "raw"
    assert find(dock, "segment.start").isEnabled()
    assert not find(dock, "segment.train_longer").isHidden()

    find(dock, "export.section").click()
    methods = find(dock, "export.methods")
    wait_for(qtbot, lambda: "45 labelled objects" in methods.text(), error)
    find(dock, "export.copy_command").click()
    assert QApplication.clipboard().text().startswith("dacapo-engine train")
    status = find(dock, "export.status")
    answer(monkeypatch, tmp_path / "given.zip")
    find(dock, "export.model").click()
    wait_for(qtbot, lambda: "holds best weights" in status.text(), error)
    assert (tmp_path / "given.zip").is_file()
    answer(monkeypatch, tmp_path / "losses.csv")
    find(dock, "export.curve").click()
    wait_for(qtbot, lambda: "6 iterations" in status.text(), error)
    answer(monkeypatch, tmp_path / "scores.csv")
    find(dock, "export.scores").click()
    wait_for(qtbot, lambda: "lines" in status.text(), error)
    assert "voi" in (tmp_path / "scores.csv").read_text(encoding="utf-8").splitlines()[0]
