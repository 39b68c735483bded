"""From layers to a segmentation through the real widgets, the engine really training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import numpy as np
import pytest
import zarr
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QApplication, QWidget

from dacapo_engine.store.control import Verb, ask
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, read_status
from dacapo_napari import plugin_settings
from dacapo_napari.background import wait_for_all
from dacapo_napari.runs.run_follower import is_alive

SECONDS = 1000
MICROMETRES = {"scale": (0.283718, 0.126786, 0.126786), "units": "um"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No thread and no training outlives its test, however the test ends."""
    monkeypatch.setattr(plugin_settings, "_used", [])
    yield
    wait_for_all()
    for run_file in tmp_path.glob("*/run.yaml"):
        folder = RunFolder(run_file.parent)
        status = read_status(folder)
        if status is not None and is_alive(folder, status):
            ask(folder, status.session, Verb.STOP)
    QApplication.processEvents()


@pytest.fixture
def viewer(make_napari_viewer_proxy: Callable[..., Any]) -> Any:
    return make_napari_viewer_proxy()


def find(dock: QWidget, name: str) -> Any:
    found = dock.findChild(QWidget, name)
    assert found is not None, name
    return found


def wait_for(qtbot: QtBot, condition: Callable[[], bool], error: Any) -> None:
    """Wait until `condition` holds; fail with the dock's sentence as soon as there is one."""
    qtbot.waitUntil(lambda: condition() or bool(error.text()), timeout=120 * SECONDS)
    assert error.text() == ""


def add_ovule(viewer: Any, shared_data: Path) -> None:
    """A crop of real nuclei, placed away from the origin."""
    group = zarr.open_group(str(shared_data / "ovule_nuclei3d.zarr"), mode="r")
    crop = (slice(20, 50), slice(0, 56), slice(0, 56))
    place = {**MICROMETRES, "translate": (0.283718 * 20, 0, 0)}
    viewer.add_image(group["raw"][crop], name="nuclei", **place)
    viewer.add_labels(group["labels"][crop], name="nuclei labels", **place)


def open_train(viewer: Any, runs: Path, name: str, iterations: int) -> QWidget:
    _, dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")
    find(dock, "train.runs_folder").setText(str(runs))
    find(dock, "train.run_name").setText(name)
    find(dock, "train.iterations").setValue(iterations)
    find(dock, "train.device").setCurrentText("cpu")
    # Trying a run out takes seconds, and has tests of its own.
    find(dock, "check.before_start").setChecked(False)
    return dock


def use_tiny_network(dock: Any, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: find(dock, "train.status").text() == "Ready.", timeout=60 * SECONDS)
    patch = find(dock, "architecture.input_shape")
    patch.setText("12 24 24")
    features = find(dock, "architecture.num_fmaps")
    features.setValue(4)
    assert dock.forms.model.architecture().input_shape == (12, 24, 24)


def test_train_stop_continue_and_segment(
    viewer: Any, qtbot: QtBot, tmp_path: Path, shared_data: Path
) -> None:
    add_ovule(viewer, shared_data)
    dock = open_train(viewer, tmp_path, "ovule", 10_000)
    use_tiny_network(dock, qtbot)
    start, stop = find(dock, "train.start"), find(dock, "train.stop")
    plot, error = find(dock, "train.loss_plot"), find(dock, "train.error")
    selected, zoom = set(viewer.layers.selection), viewer.scene.camera.zoom

    start.click()
    assert start.text() == "Starting…"
    wait_for(qtbot, lambda: plot.num_points >= 12, error)
    qtbot.waitUntil(lambda: "ovule prediction" in viewer.layers, timeout=20 * SECONDS)
    assert find(dock, "train.progress").maximum() == 10_000
    gt = viewer.layers["ovule gt"]
    np.testing.assert_allclose(gt.scale[-3:], MICROMETRES["scale"])
    steps = (gt.translate[-3:] - viewer.layers["nuclei"].translate) / MICROMETRES["scale"]
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-3)
    assert set(viewer.layers.selection) == selected
    assert viewer.scene.camera.zoom == zoom
    assert "ovule fixed region objects" in viewer.layers
    find(dock, "time_lapse.here").click()
    qtbot.waitUntil(lambda: dock.time_lapse.shown.series == 1, timeout=20 * SECONDS)

    stop.click()
    assert stop.text() == "Stopping…"
    qtbot.waitUntil(start.isEnabled, timeout=60 * SECONDS)
    assert start.text() == "Continue"
    folder = RunFolder(tmp_path / "ovule")
    status = read_status(folder)
    assert status is not None
    assert status.state is RunState.STOPPED
    before = plot.num_points

    start.click()
    wait_for(qtbot, lambda: plot.num_points >= before + 3, error)
    np.testing.assert_array_equal(plot.iterations, np.arange(plot.num_points))

    segment_while_training(viewer, qtbot, tmp_path)
    stop.click()
    qtbot.waitUntil(start.isEnabled, timeout=60 * SECONDS)


def segment_while_training(viewer: Any, qtbot: QtBot, runs: Path) -> None:
    _, dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Segment")
    find(dock, "segment.runs_folder").setText(str(runs))
    assert find(dock, "segment.raw").currentText() == "nuclei"
    find(dock, "segment.run").setCurrentText("ovule")
    find(dock, "segment.device").setCurrentText("cpu")
    find(dock, "segment.start").click()
    name, error = "ovule segmentation", find(dock, "segment.error")
    wait_for(qtbot, lambda: name in viewer.layers, error)
    image, labels = viewer.layers["nuclei"], viewer.layers[name]
    assert labels.data.shape == image.data.shape
    np.testing.assert_array_equal(labels.scale, image.scale)
    np.testing.assert_array_equal(labels.translate, image.translate)
    assert labels.units == image.units


def test_closing_the_dock_leaves_the_training_to_be_found_again(
    viewer: Any, qtbot: QtBot, tmp_path: Path, shared_data: Path
) -> None:
    add_ovule(viewer, shared_data)
    dock = open_train(viewer, tmp_path, "lasting", 10_000)
    use_tiny_network(dock, qtbot)
    find(dock, "train.start").click()
    plot, error = find(dock, "train.loss_plot"), find(dock, "train.error")
    wait_for(qtbot, lambda: plot.num_points >= 2, error)
    viewer.window.remove_dock_widget(dock)
    wait_for_all()
    folder = RunFolder(tmp_path / "lasting")
    status = read_status(folder)
    assert status is not None
    assert is_alive(folder, status)

    again = open_train(viewer, tmp_path, "lasting", 10_000)
    stop = find(again, "train.stop")
    qtbot.waitUntil(stop.isEnabled, timeout=30 * SECONDS)
    assert not find(again, "train.start").isEnabled()
    assert find(again, "train.loss_plot").num_points >= 2
    stop.click()
    qtbot.waitUntil(find(again, "train.start").isEnabled, timeout=60 * SECONDS)
    assert read_status(folder).state is RunState.STOPPED


def test_training_in_the_thread(
    viewer: Any, qtbot: QtBot, tmp_path: Path, shared_data: Path
) -> None:
    add_ovule(viewer, shared_data)
    dock = open_train(viewer, tmp_path, "inside", 4)
    use_tiny_network(dock, qtbot)
    find(dock, "train.in_thread").setChecked(True)
    find(dock, "train.start").click()
    error, status = find(dock, "train.error"), find(dock, "train.status")
    wait_for(qtbot, lambda: "Finished" in status.text(), error)
    assert find(dock, "train.loss_plot").num_points == 4


def test_a_device_that_is_not_there_gets_a_sentence(
    viewer: Any, qtbot: QtBot, tmp_path: Path, shared_data: Path
) -> None:
    add_ovule(viewer, shared_data)
    dock = open_train(viewer, tmp_path, "nowhere", 10)
    find(dock, "train.device").setCurrentText("cuda:9")
    find(dock, "train.start").click()
    error = find(dock, "train.error")
    qtbot.waitUntil(lambda: bool(error.text()), timeout=120 * SECONDS)
    assert "cuda:9" in error.text()
    assert find(dock, "train.error.fix").text() == "Use the processor"
    qtbot.waitUntil(find(dock, "train.start").isEnabled, timeout=20 * SECONDS)


def test_pipeline_opens_in_the_browser(
    viewer: Any,
    qtbot: QtBot,
    tmp_path: Path,
    shared_data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    add_ovule(viewer, shared_data)
    dock = open_train(viewer, tmp_path, "looked-at", 10)
    use_tiny_network(dock, qtbot)
    button = find(dock, "pipeline.open")
    button.click()
    wait_for(qtbot, lambda: bool(opened), find(dock, "pipeline.error"))
    assert opened[0].startswith("http://127.0.0.1:")
    assert opened[0] in find(dock, "pipeline.url").text()
    with urlopen(opened[0], timeout=30) as answer:  # noqa: S310
        assert answer.status == 200
    port = urlsplit(opened[0]).port
    assert f"{port}:127.0.0.1:{port}" in find(dock, "pipeline.ssh").text()
    assert button.text() == "Close the pipeline view"
    # Looking does not begin a run.
    assert not (tmp_path / "looked-at").exists()
    viewer.window.remove_dock_widget(dock)
    with pytest.raises((URLError, ConnectionError)):
        urlopen(opened[0], timeout=5)  # noqa: S310
