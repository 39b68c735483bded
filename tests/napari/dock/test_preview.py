"""The preview of augments: through the dock with the real engine, and its parts."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from pytestqt.qtbot import QtBot

from dacapo_napari import train_widget
from dacapo_napari.engine.device_list import Device
from dacapo_napari.engine.engine_service import EngineService, ServiceAnswer
from dacapo_napari.engine.preview_volumes import fingerprint
from dacapo_napari.layers.preview_layers import PreviewLayers
from dacapo_napari.layers.run_layers import belongs_to_run
from dacapo_napari.layers.step_layers import StepLayers
from dacapo_napari.run_updates import Failed, PlacedArray
from dacapo_napari.volumes.layer_volume import layer_volume
from dacapo_napari.volumes.training_data import LabelledLayers, TrainingData
from tests.napari.dock.conftest import add_volume, find

SECONDS = 1000
NAMES = [
    "preview board",
    "preview untouched",
    "preview augmented",
    "preview untouched labels",
    "preview augmented labels",
]
STEPS = ["steps raw", "steps target", "steps weight", "steps labels", "steps mask"]


@pytest.fixture
def dock(viewer: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Any:
    devices = (Device("cpu", "Processor", True, ""),)
    monkeypatch.setattr(train_widget, "ask_for_devices", lambda python: devices)
    add_volume(viewer, (16, 48, 48), scale=(20, 10, 10), units="nm")
    _, made = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")
    qtbot.waitUntil(find(made, "augments.preview").isEnabled, timeout=20 * SECONDS)
    qtbot.waitUntil(lambda: "simple" in find(made, "augments.summary").whole_text())
    return made


def shown(viewer: Any) -> list[str]:
    return [layer.name for layer in viewer.layers if layer.name.startswith("preview")]


def steps_shown(viewer: Any) -> list[str]:
    return [layer.name for layer in viewer.layers if layer.name.startswith("steps")]


def settled(dock: Any, qtbot: QtBot) -> None:
    """Wait until what was asked for is there, or is said not to come."""
    qtbot.waitUntil(lambda: find(dock, "augments.preview_words").text() == "", timeout=90 * SECONDS)


def values(viewer: Any, name: str) -> np.ndarray:
    return np.array(viewer.layers[name].data)


@pytest.mark.slow
def test_preview_next_eye_paint_and_clear(viewer: Any, qtbot: QtBot, dock: Any) -> None:
    button, number = find(dock, "augments.preview"), find(dock, "augments.preview_sample")
    error = find(dock, "augments.preview_error")
    camera, point = viewer.scene.camera.model_dump(), viewer.dims.point
    selection = set(viewer.layers.selection)

    button.click()
    settled(dock, qtbot)
    assert error.text() == ""
    assert shown(viewer) == NAMES
    assert (button.text(), number.value()) == ("Next", 0)
    assert (viewer.scene.camera.model_dump(), viewer.dims.point) == (camera, point)
    assert set(viewer.layers.selection) == selection
    assert all(belongs_to_run(viewer.layers[name]) for name in NAMES)
    np.testing.assert_array_equal(viewer.layers["preview augmented"].scale, (20, 10, 10))
    first = values(viewer, "preview augmented")

    button.click()
    settled(dock, qtbot)
    assert number.value() == 1
    assert not np.array_equal(values(viewer, "preview augmented"), first)
    number.setValue(0)
    settled(dock, qtbot)
    np.testing.assert_array_equal(values(viewer, "preview augmented"), first)

    steps, words = find(dock, "augments.steps"), find(dock, "augments.steps_words")
    steps.click()
    settled(dock, qtbot)
    assert error.text() == ""
    assert shown(viewer) == []
    assert steps_shown(viewer) == STEPS
    assert all(belongs_to_run(viewer.layers[name]) for name in STEPS)
    assert viewer.scene.camera.model_dump() == camera
    # Channels of the target, nodes, and the volume.
    assert (viewer.dims.ndim, viewer.dims.point[-3]) == (5, point[0])
    assert set(viewer.layers.selection) == selection
    count = viewer.layers["steps raw"].data.shape[0]
    assert words.whole_text() == f"1 of {count}: source"
    viewer.dims.set_current_step(1, count - 1)
    assert words.whole_text() == f"{count} of {count}: target"
    np.testing.assert_array_equal(viewer.layers["steps raw"].scale, (1, 20, 10, 10))
    raw = values(viewer, "steps raw")
    button.click()
    settled(dock, qtbot)
    assert number.value() == 1
    assert (
        values(viewer, "steps raw").shape != raw.shape or (values(viewer, "steps raw") != raw).any()
    )
    number.setValue(0)
    settled(dock, qtbot)
    steps.click()
    settled(dock, qtbot)
    assert (shown(viewer), steps_shown(viewer)) == (NAMES, [])
    assert (viewer.dims.ndim, words.whole_text()) == (3, "")

    untouched = values(viewer, "preview untouched")
    for row in range(len(dock.forms.augments.value())):
        find(dock, f"augments.{row}.switch").click()
    assert not any(augment.enabled for augment in dock.forms.augments.value())
    qtbot.waitUntil(
        lambda: np.array_equal(values(viewer, "preview augmented"), untouched), timeout=20 * SECONDS
    )
    np.testing.assert_array_equal(values(viewer, "preview untouched"), untouched)

    assert values(viewer, "preview untouched labels").max() < 77
    viewer.layers["labels"].data[...] = 77
    button.click()
    qtbot.waitUntil(
        lambda: values(viewer, "preview untouched labels").max() == 77, timeout=20 * SECONDS
    )

    find(dock, "augments.1.switch").click()
    find(dock, "augments.1.control_point_spacing").setText("16 16")
    qtbot.waitUntil(lambda: "2 of 3 numbers" in error.text(), timeout=20 * SECONDS)
    find(dock, "augments.preview_clear").click()
    assert shown(viewer) == []
    assert button.text() == "Preview"
    button.click()
    settled(dock, qtbot)
    assert "distance of control points" in error.text()
    assert shown(viewer) == []


def patch(name: str, seed: int = 0) -> PlacedArray:
    data = np.random.default_rng(seed).random((4, 8, 8)).astype(np.float32)
    if name.endswith("gt"):
        data = (data[:, 2:-2, 2:-2] > 0.5).astype(np.int64)
    offset = (0.0, 20.0, 20.0) if name.endswith("gt") else (0.0, 0.0, 0.0)
    return PlacedArray(name, data, ("z", "y", "x"), (20.0, 10.0, 10.0), offset, True)


def pair(seed: int = 0) -> dict[str, PlacedArray]:
    return {name: patch(name, seed) for name in ("raw", "gt", "untouched_raw", "untouched_gt")}


def test_the_pair_lies_in_view_side_by_side(viewer: Any) -> None:
    add_volume(viewer, (12, 32, 32), scale=(20, 10, 10), units="nm")
    viewer.dims.set_current_step(0, 7)
    layers = PreviewLayers(viewer)
    layers.show(pair(), viewer.layers["raw"])
    left, right = viewer.layers["preview untouched"], viewer.layers["preview augmented"]
    np.testing.assert_array_equal(left.translate[:2], right.translate[:2])
    assert right.translate[2] - left.translate[2] == pytest.approx(8 * 10 * 1.06)
    middle = (left.extent.world.min(0) + right.extent.world.max(0)) / 2
    np.testing.assert_allclose(middle[1:], viewer.scene.camera.center[1:], atol=5)
    assert left.extent.world[0][0] < viewer.dims.point[0] < left.extent.world[1][0]
    labels = viewer.layers["preview untouched labels"]
    np.testing.assert_allclose(labels.translate - left.translate, (0, 20, 20))


def test_the_pair_stays_while_it_is_in_view_and_comes_along_when_not(viewer: Any) -> None:
    add_volume(viewer, (40, 64, 64), scale=(20, 10, 10), units="nm")
    layers = PreviewLayers(viewer)
    layers.show(pair(), None)
    made = [viewer.layers[name] for name in NAMES]
    before = made[1].translate.copy()
    viewer.dims.set_point(0, viewer.dims.point[0] + 20)
    layers.show(pair(1), None)
    assert [viewer.layers[name] for name in NAMES] == made
    np.testing.assert_array_equal(made[1].translate, before)
    viewer.dims.set_point(0, 0)
    layers.show(pair(2), None)
    assert made[1].extent.world[0][0] < 0 < made[1].extent.world[1][0]
    viewer.dims.ndisplay = 3
    layers.show(pair(3), None)
    assert shown(viewer) == NAMES[1:]
    layers.clear()
    assert shown(viewer) == []


def test_units_of_other_layers_do_not_matter_and_fit_shows_both(viewer: Any) -> None:
    raw = viewer.add_image(np.zeros((40, 64, 64)), name="raw", scale=(0.02, 0.01, 0.01), units="um")
    viewer.add_labels(np.ones((40, 64, 64), int), scale=(20, 10, 10), units="nm")
    layers = PreviewLayers(viewer)
    layers.show(pair(), raw)
    viewer.scene.camera.zoom = 100
    assert not layers.fits()
    layers.go_there()
    assert layers.fits()
    left, right = (viewer.layers[name] for name in NAMES[1:3])
    np.testing.assert_allclose(left.scale, (0.02, 0.01, 0.01))
    middle = 1000 * (left.extent.world[0] + right.extent.world[1]) / 2
    np.testing.assert_allclose(viewer.scene.camera.center[1:], middle[1:], atol=10)


def test_colours_are_shown_as_colours(viewer: Any) -> None:
    raw = viewer.add_image(np.zeros((32, 32, 3), np.uint8), name="raw", rgb=True)
    colours = np.random.default_rng(0).random((3, 8, 8)).astype(np.float32)
    arrays = {
        name: PlacedArray(name, colours, ("c", "y", "x"), (1.0, 1.0), (0.0, 0.0), False)
        if name.endswith("raw")
        else PlacedArray(name, colours[0].astype(int), ("y", "x"), (1.0, 1.0), (0.0, 0.0), False)
        for name in pair()
    }
    PreviewLayers(viewer).show(arrays, raw)
    shown_raw = viewer.layers["preview augmented"]
    assert shown_raw.rgb
    assert viewer.dims.ndim == 2
    np.testing.assert_array_equal(shown_raw.data, np.moveaxis(colours, 0, -1))


def stacked(name: str, axes: tuple[str, ...], *shape: int, begin: float = 0.0) -> PlacedArray:
    spatial = len(axes) - axes.count("c")
    data = np.random.default_rng(0).random(shape).astype(np.float32)
    if name == "gt":
        data = (data > 0.5).astype(np.int32)
    return PlacedArray(name, data, axes, (10.0,) * spatial, (begin,) * spatial, True)


def test_steps_lie_in_each_other(viewer: Any) -> None:
    """Raw of 8 voxels, and labels and two channels of target in its middle, in 3 nodes."""
    raw = viewer.add_image(np.zeros((12, 32, 32)), scale=(0.01,) * 3, units="um")
    axes = ("z", "y", "x")
    layers = StepLayers(viewer)
    layers.show(
        ("source", "1 simple", "target"),
        {
            "raw": stacked("raw", axes, 3, 8, 8, 8, begin=-20),
            "target": stacked("target", ("c", *axes), 2, 3, 4, 4, 4),
            "gt": stacked("gt", axes, 3, 4, 4, 4),
        },
        raw,
    )
    shown_raw, labels = viewer.layers["steps raw"], viewer.layers["steps labels"]
    target = viewer.layers["steps target"]
    np.testing.assert_allclose(shown_raw.scale, (1, 0.01, 0.01, 0.01))
    np.testing.assert_allclose(labels.translate - shown_raw.translate, (0, 0.02, 0.02, 0.02))
    np.testing.assert_allclose(target.translate, (0, *labels.translate))
    assert layers.step_in_view() == (0, "source")
    viewer.dims.set_current_step(1, 2)
    assert layers.step_in_view() == (2, "target")
    layers.clear()
    assert viewer.dims.ndim == 3


def test_steps_of_colours_and_of_a_stack_of_images(viewer: Any) -> None:
    image = viewer.add_image(np.zeros((32, 32, 3), np.uint8), rgb=True)
    layers = StepLayers(viewer)
    layers.show(("source", "target"), {"raw": stacked("raw", ("c", "y", "x"), 3, 2, 8, 8)}, image)
    assert viewer.layers["steps raw"].rgb
    assert viewer.dims.ndim == 3
    layers.clear()
    stack = viewer.add_image(np.zeros((5, 32, 32)))
    layers.show(("source", "target"), {"raw": stacked("raw", ("y", "x"), 2, 8, 8)}, stack)
    steps = viewer.layers["steps raw"]
    assert steps.data.shape == (2, 1, 8, 8)
    # One voxel as long as the stack: the patch shows whichever image is open.
    assert (steps.scale[1], steps.translate[1]) == (5, 2)
    assert layers.step_in_view() == (0, "source")


def test_steps_have_a_slider_of_their_own(viewer: Any) -> None:
    """Beside snapshots, which have channels and iterations in front of space."""
    raw = viewer.add_image(np.zeros((12, 32, 32)))
    viewer.add_image(np.zeros((2, 30, 8, 8, 8)), name="snapshots")
    viewer.dims.set_current_step(1, 29)
    layers = StepLayers(viewer)
    for _ in range(2):
        arrays = {"raw": stacked("raw", ("z", "y", "x"), 3, 8, 8, 8)}
        layers.show(("source", "1 simple", "target"), arrays, raw)
        assert viewer.dims.ndim == 6
        assert viewer.dims.point[:3] == (0, 0, 29)
    assert viewer.layers["steps raw"].scale[2] == 30
    viewer.dims.set_current_step(0, 1)
    assert layers.step_in_view() == (1, "1 simple")


def test_a_fingerprint_tells_painted_labels(viewer: Any) -> None:
    add_volume(viewer)

    def mark() -> str:
        raw, labels = (
            layer_volume(viewer.layers[name], ("z", "y", "x")) for name in ("raw", "labels")
        )
        return fingerprint(TrainingData((LabelledLayers(raw, labels),)))

    before = mark()
    assert mark() == before
    viewer.layers["labels"].data[0, 0, 0] = 5
    painted = mark()
    assert painted != before
    viewer.layers["raw"].scale = (2, 1, 1)
    assert mark() not in {before, painted}


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[EngineService]:
    made = EngineService(sys.executable)
    yield made
    made.close()


Asked = Callable[..., list[Any]]


@pytest.fixture
def asked(service: EngineService) -> Asked:
    """Ask, and get a list that the answer will be put into."""

    def ask(verb: str, parameters: Any, name: str = "one") -> list[Any]:
        answers: list[Any] = []
        service.ask(name, verb, parameters, answers.append, answers.append)
        return answers

    return ask


def test_only_the_newest_question_of_a_name_is_answered(qtbot: QtBot, asked: Asked) -> None:
    made: list[int] = []

    def parameters(number: int) -> Callable[[Path], dict[str, Any]]:
        def make(scratch: Path) -> dict[str, Any]:
            made.append(number)
            return {"verbs": ["devices"]}

        return make

    first, *stale, newest = [asked("warm", parameters(number)) for number in range(4)]
    other = asked("nothing", {}, "other")
    qtbot.waitUntil(lambda: bool(newest and other), timeout=60 * SECONDS)
    assert newest == [ServiceAnswer({"verbs": ["devices"]}, {})]
    assert isinstance(other[0], Failed)
    assert other[0].code == "not_found"
    assert not any([first, *stale])
    assert 1 not in made
    assert 2 not in made


def test_a_helper_that_dies_gets_a_sentence_and_a_successor(
    qtbot: QtBot, service: EngineService, asked: Asked
) -> None:
    begun = asked("warm", {"verbs": ["warm"]})
    qtbot.waitUntil(lambda: bool(begun), timeout=60 * SECONDS)
    [helper] = helpers()
    # Loading all of this takes longer than killing it.
    answers = asked("warm", {})
    qtbot.wait(100)
    helper.kill()
    qtbot.waitUntil(lambda: bool(answers), timeout=60 * SECONDS)
    assert isinstance(answers[0], Failed)
    assert "ended before it had answered" in answers[0].message
    again = asked("warm", {"verbs": ["warm"]})
    qtbot.waitUntil(lambda: bool(again), timeout=60 * SECONDS)
    assert isinstance(again[0], ServiceAnswer)
    service.close()
    qtbot.waitUntil(lambda: not helpers(), timeout=10 * SECONDS)


def helpers() -> list[psutil.Process]:
    """The helper processes of this one that are alive."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if "serve" in child.cmdline():
                found.append(child)
    return found
