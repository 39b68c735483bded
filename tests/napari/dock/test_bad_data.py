"""Start on data that cannot be learnt from: a sentence, and the dock as it was before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from dacapo_napari import train_widget
from dacapo_napari.engine import engine_thread, run_check
from dacapo_napari.engine.device_list import Device
from dacapo_napari.forms import ErrorLine
from tests.napari.dock.conftest import add_volume, find

SHAPE = (16, 32, 32)
SIZE = {"scale": (8, 8, 8), "units": "nm"}


@pytest.fixture(autouse=True)
def _devices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking the engine takes seconds; it has tests of its own."""
    devices = (Device("cpu", "Processor", True, ""),)
    monkeypatch.setattr(train_widget, "ask_for_devices", lambda python: devices)


@pytest.fixture
def start(viewer: Any, qtbot: QtBot) -> Callable[[], str]:
    """Press Start at once, and give the sentence."""

    def press() -> str:
        dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")[1]
        find(dock, "train.run_name").setText("bad")
        button, error = find(dock, "train.start"), find(dock, "train.error")
        assert button.isEnabled()
        button.click()
        qtbot.waitUntil(lambda: bool(error.text()) and button.isEnabled(), timeout=20_000)
        assert button.text() == "Start"
        assert not find(dock, "train.stop").isEnabled()
        assert "tarting" not in find(dock, "train.status").text()
        return str(error.text())

    return press


def objects() -> np.ndarray:
    labels = np.zeros(SHAPE, np.int32)
    labels[4:12, 8:24, 4:14] = 1
    labels[4:12, 8:24, 16:28] = 2
    return labels


def test_labels_without_any_object(viewer: Any, start: Callable[[], str]) -> None:
    viewer.add_image(np.random.default_rng(0).random(SHAPE), name="raw")
    viewer.add_labels(np.zeros(SHAPE, int), name="labels")
    assert "no object" in start()


def test_nan_in_raw(viewer: Any, start: Callable[[], str]) -> None:
    raw = np.random.default_rng(0).random(SHAPE).astype(np.float32)
    raw[3, 3, 3:9] = np.nan
    viewer.add_image(raw, name="raw", contrast_limits=(0, 1))
    viewer.add_labels(objects(), name="labels")
    assert "NaN" in start()


def test_another_shape(viewer: Any, start: Callable[[], str]) -> None:
    viewer.add_image(np.random.default_rng(0).random((8, 32, 32)), name="raw")
    viewer.add_labels(objects(), name="labels")
    sentence = start()
    assert "8 x 32 x 32" in sentence
    assert "16 x 32 x 32" in sentence


def test_labels_that_reach_beyond_raw(viewer: Any, start: Callable[[], str]) -> None:
    viewer.add_image(np.random.default_rng(0).random((8, 32, 32)), name="raw", **SIZE)
    viewer.add_labels(objects(), name="labels", **SIZE)
    assert "more than raw" in start()


def test_another_voxel_size(viewer: Any, start: Callable[[], str]) -> None:
    viewer.add_image(np.random.default_rng(0).random(SHAPE), name="raw", **SIZE)
    viewer.add_labels(objects(), name="labels", scale=(8, 8, 7), units="nm")
    sentence = start()
    assert "Voxel size" in sentence
    assert "8 x 8 x 7 nm" in sentence


def test_a_volume_smaller_than_the_patch(viewer: Any, qtbot: QtBot) -> None:
    add_volume(viewer, (24, 48, 48), **SIZE)
    dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")[1]
    qtbot.waitUntil(lambda: find(dock, "train.status").text() == "Ready.", timeout=20_000)
    find(dock, "architecture.input_shape").setText("32 64 64")
    error, button = find(dock, "train.error"), find(dock, "train.start")
    button.click()
    qtbot.waitUntil(lambda: bool(error.text()) and button.isEnabled(), timeout=20_000)
    assert "raw is 24 x 48 x 48 voxels; the model reads 32 x 64 x 64" in error.text()


def test_a_patch_that_the_network_cannot_take(viewer: Any, qtbot: QtBot) -> None:
    add_volume(viewer, (24, 48, 48), **SIZE)
    dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")[1]
    qtbot.waitUntil(lambda: find(dock, "train.status").text() == "Ready.", timeout=20_000)
    patch = find(dock, "architecture.input_shape")
    patch.setText("17 33 33")
    sentence = "cannot take a patch of 17 x 33 x 33 voxels. The nearest"

    def said() -> list[str]:
        return [line.text() for line in dock.findChildren(ErrorLine) if sentence in line.text()]

    qtbot.waitUntil(lambda: len(said()) == 1, timeout=5_000)
    find(dock, "train.start").click()
    assert sentence in find(dock, "train.error").text()
    assert find(dock, "train.start").isEnabled()
    patch.setText("16 32 32")
    qtbot.waitUntil(lambda: not said(), timeout=5_000)


@pytest.mark.parametrize("kind", [ImportError, AttributeError, ZeroDivisionError, EOFError])
def test_whatever_goes_wrong_is_said(
    viewer: Any,
    start: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    kind: type[Exception],
) -> None:
    """Above all, the dock does not say that it is starting for ever."""

    def fail(*arguments: object) -> None:
        raise kind("no such thing")

    for module in (engine_thread, run_check):
        monkeypatch.setattr(module, "prepare_run", fail)
    add_volume(viewer, (24, 48, 48))
    assert start() == f"{kind.__name__}: no such thing"


@pytest.mark.parametrize(
    ("raw", "labels", "sentence"),
    [
        ({"shape": (8, 32, 32)}, {}, "nothing tells where they lie"),
        ({"shape": (8, 32, 32), **SIZE}, SIZE, "covers more than raw"),
        (SIZE, {**SIZE, "translate": (800, 0, 0)}, "covers more than raw"),
        (SIZE, {**SIZE, "scale": (8, 8, 7)}, "8 x 8 x 7 nm large, one of raw 8 nm"),
        (SIZE, {}, "1 voxel (size not known) large"),
        ({"shape": (24, 32, 32), **SIZE}, {**SIZE, "translate": (64, 0, 0)}, ""),
        ({"scale": (0.008,) * 3, "units": "um"}, SIZE, ""),
    ],
)
def test_what_does_not_fit_is_said_at_the_data(
    viewer: Any, qtbot: QtBot, raw: dict[str, Any], labels: dict[str, Any], sentence: str
) -> None:
    image = np.random.default_rng(0).random(raw.get("shape", SHAPE))
    viewer.add_image(image, name="raw", **{k: v for k, v in raw.items() if k != "shape"})
    viewer.add_labels(objects(), name="labels", **labels)
    dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")[1]
    error, status = find(dock, "data.error"), find(dock, "train.status")
    qtbot.waitUntil(lambda: bool(error.text()) or status.text() == "Ready.", timeout=20_000)
    assert sentence in error.text()
    assert bool(error.text()) == bool(sentence)
