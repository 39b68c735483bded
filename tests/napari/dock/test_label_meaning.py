"""What labels mean, said in the dock: keys, buttons, and boxes in a Shapes layer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.layers import Labels, Shapes
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication, QWidget

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.setup.label_meaning import LabelMeaning
from dacapo_engine.setup.network_context import find_leak, network_context
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.yaml_file import read_config
from dacapo_napari import train_widget
from dacapo_napari.dock.data.label_meaning_panel import LabelMeaningPanel
from dacapo_napari.engine.device_list import Device
from dacapo_napari.runs.run_setup import TrainingRequest, prepare_run
from dacapo_napari.volumes.label_notes import read_notes
from dacapo_napari.volumes.layer_volume import layer_volume
from dacapo_napari.volumes.training_data import LabelledLayers, TrainingData
from tests.napari.dock.conftest import add_volume, find

SHAPE = (12, 40, 96)


def rods(slices: Any = slice(None)) -> np.ndarray:
    labels = np.zeros(SHAPE, np.int32)
    for number in range(24):
        y, x = divmod(number, 8)
        labels[slices, 3 + 12 * y : 11 + 12 * y, 2 + 12 * x : 10 + 12 * x] = number + 1
    return labels


class Desk:
    """A panel beside a viewer, as the data section would fill it."""

    def __init__(self, viewer: Any, qtbot: QtBot) -> None:
        self.viewer, self.qtbot = viewer, qtbot
        self.panel = LabelMeaningPanel(viewer)
        qtbot.addWidget(self.panel)
        self.said: list[LabelMeaning] = []
        self.panel.said.connect(self.said.append)
        self.panel.show()

    def show(self, labels: np.ndarray, name: str = "labels", **place: Any) -> Labels:
        layer = self.viewer.add_labels(labels, name=name, **place)
        self.show_layer(layer)
        return layer

    def show_layer(self, layer: Labels) -> None:
        volume = layer_volume(layer, ("z", "y", "x")[-layer.ndim :])
        self.panel.show_labels(volume, layer)
        self.settle()

    def settle(self) -> None:
        panel = self.panel
        self.qtbot.waitUntil(lambda: not panel.is_counting(), timeout=10_000)

    def text(self, name: str) -> str:
        return str(find(self.panel, name).fact())

    def click(self, name: str) -> None:
        find(self.panel, name).click()
        QApplication.processEvents()
        self.settle()


@pytest.fixture
def desk(viewer: Any, qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(viewer, qtbot)
    yield desk
    desk.panel.close_down()


def canvas_of(viewer: Any) -> QWidget:
    """What keys and mouse reach; plug-ins have no business with it."""
    canvas: QWidget = viewer.__wrapped__.window._qt_viewer.canvas.native
    return canvas


def drag(canvas: QWidget, place: QPoint, qtbot: QtBot) -> None:
    """Move the mouse with its button held, which `qtbot.mouseMove` does not."""
    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        QPointF(canvas.mapToGlobal(place)),
        Qt.MouseButton.NoButton,
        left,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas, event)
    qtbot.wait(40)


def press_done_key(viewer: Any, qtbot: QtBot) -> None:
    qtbot.keyClick(canvas_of(viewer), Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)


def test_finished_labels_are_not_asked_about(desk: Desk) -> None:
    desk.show(rods())
    assert desk.panel.meaning() == LabelMeaning()
    assert desk.said == []
    assert desk.text("data.zero") == "background everywhere"
    assert not find(desk.panel, "data.zero.unknown").isVisible()
    assert not find(desk.panel, "data.done.slice").isVisible()
    desk.click("data.zero.change")
    desk.click("data.zero.unknown")
    assert desk.said[-1].zero == "unknown"
    assert "only objects count" in desk.text("data.zero")


def test_partial_labels_are_asked_about_and_a_key_marks_slices(
    desk: Desk, viewer: Any, qtbot: QtBot
) -> None:
    layer = desk.show(rods([2, 5, 6]), scale=(4, 1, 1))
    assert desk.said[-1].zero == "background_where_done"
    assert "What is 0?" in desk.text("data.zero")
    assert find(desk.panel, "data.zero.background").isVisible()
    assert "learns no background" in desk.text("data.done")
    viewer.dims.set_point(0, 8)
    press_done_key(viewer, qtbot)
    desk.settle()
    assert desk.said[-1].done == (((2, 0, 0), (1, 40, 96)),)
    assert desk.text("data.done").startswith("Labelled 15 %: 1 of 12 slices done")
    assert "Slices 5 and 6 hold labels" in desk.text("data.done")
    assert not find(desk.panel, "data.zero.background").isVisible()
    assert find(desk.panel, "data.done.slice").text() == "- This slice"
    desk.click("data.done.unmarked")
    assert desk.said[-1].done == (((2, 0, 0), (1, 40, 96)), ((5, 0, 0), (2, 40, 96)))
    assert "hold" not in desk.text("data.done")
    press_done_key(viewer, qtbot)
    assert desk.said[-1].done == (((5, 0, 0), (2, 40, 96)),)
    viewer.dims.set_point(0, 4)
    assert find(desk.panel, "data.done.slice").text() == "+ This slice"
    viewer.dims.ndisplay = 3
    assert not find(desk.panel, "data.done.slice").isEnabled()
    assert layer.keymap


def test_marks_stay_with_the_layer(desk: Desk, viewer: Any, qtbot: QtBot) -> None:
    layer = desk.show(rods([3, 7]))
    viewer.dims.set_point(0, 3)
    desk.click("data.done.slice")
    desk.panel.close_down()
    assert not layer.keymap
    again = Desk(viewer, qtbot)
    again.show_layer(layer)
    assert again.panel.meaning().done == (((3, 0, 0), (1, 40, 96)),)
    assert again.panel.meaning().zero == "background_where_done"
    assert not find(again.panel, "data.zero.background").isVisible()
    again.panel.close_down()


def test_what_is_painted_counts_while_painting(desk: Desk, viewer: Any, qtbot: QtBot) -> None:
    layer = desk.show(rods([2]))
    viewer.dims.set_point(0, 2)
    desk.click("data.done.slice")
    assert desk.text("data.done") == "Labelled 8.3 %: 1 of 12 slices done"
    viewer.dims.set_point(0, 9)
    layer.selected_label = 5
    layer.paint((9, 20, 20), 5)
    qtbot.waitUntil(lambda: "Slice 9 holds labels" in desk.text("data.done"), timeout=5_000)
    layer.undo()
    qtbot.waitUntil(lambda: "Slice 9" not in desk.text("data.done"), timeout=5_000)


def test_pieces_are_numbered_in_a_new_layer(desk: Desk, viewer: Any, qtbot: QtBot) -> None:
    layer = desk.show((rods() > 0).astype(np.int32), "cells", scale=(2, 1, 1))
    assert "cells has one value in 24 separate pieces" in desk.text("data.pieces")
    made: list[Labels] = []
    desk.panel.numbered.connect(made.append)
    desk.click("data.pieces.number")
    qtbot.waitUntil(lambda: bool(made), timeout=10_000)
    assert made[0].name == "cells numbered"
    assert tuple(made[0].scale) == (2, 1, 1)
    assert len(np.unique(made[0].data)) == 25
    np.testing.assert_array_equal(made[0].data > 0, layer.data > 0)
    assert layer.data.max() == 1
    desk.show_layer(made[0])
    assert not desk.panel.pieces.isVisible()


def test_one_kind_of_thing_is_remembered(desk: Desk) -> None:
    layer = desk.show((rods() > 0).astype(np.int32))
    desk.click("data.pieces.kinds")
    assert desk.said[-1].kinds
    assert desk.text("data.pieces").endswith("one kind of thing.")
    assert read_notes(layer).kinds is True
    desk.click("data.pieces.kinds")
    assert not desk.said[-1].kinds


def test_few_values_in_many_pieces_are_asked_about_too(desk: Desk) -> None:
    labels = rods()
    labels[labels > 0] = 1 + labels[labels > 0] % 2
    desk.show(labels)
    assert "2 values in 24 separate pieces" in desk.text("data.pieces")
    assert "2 kinds of things?" in desk.text("data.pieces")


def test_boxes_are_drawn_with_the_mouse(desk: Desk, viewer: Any, qtbot: QtBot) -> None:
    viewer.__wrapped__.window.show()
    desk.show(rods(), scale=(4, 1, 1))
    desk.click("data.boxes.validate")
    layer = viewer.layers.selection.active
    assert isinstance(layer, Shapes)
    assert layer.mode == "add_rectangle"
    canvas = canvas_of(viewer)
    middle = canvas.rect().center()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    for step in (10, 20, 40):
        drag(canvas, middle + QPoint(step, step), qtbot)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(40, 40))
    assert len(layer.data) == 1
    height = np.ptp(layer.data[0][:, 0])
    assert height > 4

    def is_read() -> bool:
        boxes = desk.said[-1].validate if desk.said else ()
        return bool(boxes) and abs(boxes[0][1][1] - height) <= 1

    qtbot.waitUntil(is_read, timeout=5_000)
    ((begin, extent),) = desk.said[-1].validate
    assert (begin[0], extent[0]) == (0, 12)


def test_boxes_are_listed_changed_and_removed(desk: Desk, viewer: Any) -> None:
    desk.show(rods())
    desk.click("data.boxes.train")
    layer = viewer.layers.selection.active
    layer.add_rectangles(np.array([[-0.5, -0.5], [-0.5, 39.6], [19.6, 39.6], [19.6, -0.5]]))
    desk.qtbot.waitUntil(lambda: bool(desk.said and desk.said[-1].train), timeout=5_000)
    assert desk.said[-1].train == (((0, 0, 0), (12, 20, 40)),)
    find(desk.panel, "data.boxes.0.last").setValue(5)
    assert desk.said[-1].train == (((0, 0, 0), (6, 20, 40)),)
    kind = find(desk.panel, "data.boxes.0.kind")
    kind.setCurrentIndex(kind.findData("validate"))
    kind.activated.emit(kind.currentIndex())
    assert desk.said[-1].train == ()
    assert desk.said[-1].validate == (((0, 0, 0), (6, 20, 40)),)
    assert layer.text.values.tolist() == ["validate"]
    viewer.layers.remove(layer)
    desk.qtbot.waitUntil(lambda: desk.said[-1].validate == (), timeout=5_000)
    viewer.layers.append(layer)
    desk.qtbot.waitUntil(lambda: len(desk.said[-1].validate) == 1, timeout=5_000)
    desk.click("data.boxes.0.remove")
    assert desk.said[-1].validate == ()
    assert len(layer.data) == 0


def test_a_box_can_be_done(desk: Desk, viewer: Any, qtbot: QtBot) -> None:
    desk.show(rods([2, 5]))
    viewer.dims.set_point(0, 5)
    desk.click("data.done.box")
    layer = viewer.layers.selection.active
    layer.add_rectangles(np.array([[0, 0], [0, 9], [9, 9], [9, 0]], float))
    qtbot.waitUntil(lambda: desk.said[-1].done == (((5, 0, 0), (1, 10, 10)),), timeout=5_000)
    desk.settle()
    assert "1 box done" in desk.text("data.done")


def test_boxes_that_leak_into_each_other_are_said_and_parted(desk: Desk, viewer: Any) -> None:
    desk.show(rods())
    config = suggested(desk, LabelMeaning())
    desk.panel.boxes.show_split("Held back to be scored on: it.", (), config.architecture_config)
    for x, kind in ((0, "train"), (48, "validate")):
        desk.panel.boxes.draw(kind)
        viewer.layers.selection.active.add_rectangles(
            np.array([[0, x], [0, x + 45], [39, x + 45], [39, x]], float)
        )
        desk.panel.boxes.refresh()
    context = network_context(config.architecture_config, 3)
    assert f"{context[2] - 2} voxels too near to each other along x" in desk.text("data.boxes.leak")
    desk.click("data.boxes.part")
    assert desk.text("data.boxes.leak") == ""
    meaning = desk.said[-1]
    assert find_leak(meaning.train, meaning.validate, context) is None
    assert meaning.validate[0][0][2] == 46 + context[2]


def suggested(desk: Desk, meaning: LabelMeaning, folder: Path | None = None) -> RunConfig:
    """The run that is written for the labels of a desk."""
    from dacapo_napari.runs.suggestion import Suggestion, suggest

    axes = ("z", "y", "x")
    raw = desk.viewer.add_image(np.random.default_rng(0).random(SHAPE), name="raw")
    layer = next(one for one in desk.viewer.layers if isinstance(one, Labels))
    layers = LabelledLayers(layer_volume(raw, axes), layer_volume(layer, axes), None, meaning)
    data = TrainingData((layers,))
    if folder is None:
        found = suggest((data,), Path("runs"), "cpu")
        assert isinstance(found, Suggestion)
        return found.config
    run = RunFolder(folder / "run")
    prepare_run(TrainingRequest(run, data, None, 10, "cpu", "python"), lambda: False)
    return read_config(run.run_file, RunConfig)


def test_what_was_said_is_in_the_run(desk: Desk, viewer: Any, tmp_path: Path) -> None:
    desk.show(rods([1, 2, 5, 10]))
    for z in (1, 2, 5, 10):
        viewer.dims.set_point(0, z)
        desk.panel.mark_slice()
    desk.settle()
    config = suggested(desk, desk.panel.meaning(), tmp_path)
    (train,) = config.datasplit_config.train_configs
    (validate,) = config.datasplit_config.validate_configs
    assert [(region.offset[0], region.shape[0]) for region in train.done] == [(1, 2), (5, 1)]
    assert validate.gt_config.roi.offset == (10, 0, 0)
    # What the forms were filled with is what the run file says.
    assert suggested(desk, desk.panel.meaning()).task_config == config.task_config


def test_a_box_that_cannot_be_used_is_a_sentence(desk: Desk) -> None:
    desk.show(rods())
    for box, sentence in (
        (((0, 0, 0), (12, 2, 2)), "The validation box z 0 to 11, y 0 to 1, x 0 to 1 holds no"),
        (((0, 50, 0), (12, 2, 2)), "lies outside of the labels"),
    ):
        with pytest.raises(DataError, match=sentence):
            suggested(desk, LabelMeaning(validate=(box,)))


def test_how_far_a_network_looks() -> None:
    from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig

    for levels in (1, 2, 3):
        network = CNNectomeUNetConfig(
            input_shape=(400, 400, 400),
            downsample_factors=((2, 2, 2),) * levels,
            padding="valid",
        )
        # Two convolutions of 3 at each level on the way down and up, and half a coarse voxel.
        steps = [2**level for level in range(levels)]
        expected = 2 * 2**levels + sum(2 * step + 2 * step + step for step in steps)
        assert network_context(network, 3) == (expected,) * 3
    assert network_context(network, 4)[0] == 0


def test_what_is_done_of_a_file_is_typed(desk: Desk) -> None:
    layer = Labels(rods([2, 5]), name="file")
    volume = layer_volume(layer, ("z", "y", "x"))
    desk.panel.show_labels(volume, None)
    desk.settle()
    line = find(desk.panel, "data.done.typed")
    assert line.isVisible()
    assert not find(desk.panel, "data.done.slice").isVisible()
    line.setText("z=2, y=50:60")
    line.editingFinished.emit()
    assert desk.said[-1].done == ()
    assert "outside of the labels" in find(desk.panel, "data.done.error").text()
    line.setText("z=2, z=5:7 x=4:9")
    line.editingFinished.emit()
    meaning = desk.said[-1]
    assert meaning.done == (((2, 0, 0), (1, 40, 96)), ((5, 0, 4), (2, 40, 5)))
    desk.panel.show_labels(None)
    desk.panel.show_labels(volume, None, meaning)
    assert line.text() == "z=2, z=5:7 x=4:9"


def test_pieces_of_a_file_are_numbered_in_a_layer(desk: Desk, qtbot: QtBot) -> None:
    layer = Labels((rods() > 0).astype(np.uint8), name="file")
    desk.panel.show_labels(layer_volume(layer, ("z", "y", "x")), None)
    desk.settle()
    with qtbot.waitSignal(desk.panel.numbered, timeout=10_000) as made:
        desk.click("data.pieces.number")
    assert made.args[0].data.max() == 24
    assert made.args[0] in desk.viewer.layers


def test_data_that_is_replaced_is_counted_anew(desk: Desk, qtbot: QtBot) -> None:
    layer = desk.show(rods())
    layer.data = rods([3])
    qtbot.waitUntil(lambda: "What is 0?" in desk.text("data.zero"), timeout=5_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_dock_holds_it(
    viewer: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    devices = (Device("cpu", "Processor", True, ""),)
    monkeypatch.setattr(train_widget, "ask_for_devices", lambda python: devices)
    viewer.theme = theme
    add_volume(viewer, (24, 48, 48))
    labels = viewer.layers["labels"].data
    labels[6:] = 0
    dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")[1]
    qtbot.waitUntil(lambda: dock.data.meaning().zero == "background_where_done", timeout=20_000)
    assert find(dock, "data.section").isChecked()
    viewer.dims.set_point(0, 2)
    find(dock, "data.done.slice").click()
    assert dock.data.data().layers[0].meaning.done == (((2, 0, 0), (1, 48, 48)),)
    qtbot.waitUntil(lambda: bool(find(dock, "data.held_back").fact()), timeout=20_000)
    assert dock.minimumSizeHint().width() <= 400
