"""The Data section in a real window: several volumes, files, folders, and what can be corrected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
import zarr
from PIL import Image as Picture
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QFileDialog

from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.setup.volume_files import CorrectedVolume, VolumeFiles
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.yaml_file import read_config
from dacapo_napari import train_widget
from dacapo_napari.engine.device_list import Device
from dacapo_napari.runs.run_setup import TrainingRequest, prepare_run
from dacapo_napari.sections.section import SectionState
from dacapo_napari.sections.tab_order import stops_in_order
from tests.napari.dock.conftest import add_volume, find

SIZE = {"scale": (8, 8, 8), "units": "nm"}
PATIENCE = 20_000

Values = np.ndarray[Any, Any]


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


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """A container with an image, its labels, and something else."""
    raw, labels = squares((16, 40, 40))
    container = tmp_path / "stack.zarr"
    group = zarr.open_group(str(container), mode="w")
    for name, values in (("volumes/labels", labels), ("volumes/raw", raw), ("other", raw)):
        array = group.create_dataset(name, data=values)
        array.attrs.update(voxel_size=[8, 8, 8], axis_names=["z", "y", "x"], units=["nm"] * 3)
    return container


def squares(shape: tuple[int, ...]) -> tuple[Values, Values]:
    """Bright squares on a dark ground, and their ids."""
    labels = np.zeros(shape, np.uint8)
    for number, (y, x) in enumerate(np.ndindex(shape[-2] // 12, shape[-1] // 12), 1):
        labels[..., 12 * y + 2 : 12 * y + 9, 12 * x + 2 : 12 * x + 9] = number
    noise = np.random.default_rng(0).normal(0, 10, shape)
    return np.clip((labels > 0) * 120 + 60 + noise, 0, 255).astype(np.uint8), labels


def summary(dock: Any) -> str:
    return str(find(dock, "data.summary").whole_text())


def wait_for_words(qtbot: QtBot, dock: Any, *words: str) -> None:
    """Wait until the line of the folded section says all of these."""

    def said() -> bool:
        return all(word in summary(dock) for word in words)

    try:
        qtbot.waitUntil(said, timeout=PATIENCE)
    except AssertionError as error:
        message = f"the section says {summary(dock)!r}, and {dock.data.error()!r}"
        raise AssertionError(message) from error


def request_of(dock: Any, folder: RunFolder) -> TrainingRequest:
    return TrainingRequest(folder, dock.data.data(), None, 100, "cpu", "python")


def test_a_newcomer_sees_one_line(viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot) -> None:
    add_volume(viewer, (12, 32, 32), **SIZE)
    dock = open_dock()
    wait_for_words(qtbot, dock, "raw + labels, 3 objects")
    assert not dock.data.is_unfolded()
    assert dock.data.state is SectionState.READY
    assert find(dock, "data.volumes").isHidden()
    names = [stop.objectName() for stop in stops_in_order(dock.data.content)]
    expected = ["data.raw", "data.labels", "data.mask", "data.first_axis", "data.range.change"]
    assert [name for name in names if name in expected] == expected
    following = find(dock, "data.voxel_size.change").nextInFocusChain()
    while following.objectName() not in names:
        following = following.nextInFocusChain()
    assert following.objectName() == "data.voxel_size.z"
    viewer.layers["labels"].fill((0, 0, 0), 9)
    wait_for_words(qtbot, dock, "raw + labels, 4 objects")


def test_files_are_learnt_from_where_they_lie(
    open_dock: Callable[[], Any], qtbot: QtBot, stack: Path, run_folder: RunFolder
) -> None:
    dock = open_dock()
    assert dock.data.is_unfolded()
    find(dock, "data.raw.path").setText(str(stack))
    wait_for_words(qtbot, dock, "9 objects")
    assert find(dock, "data.raw.dataset").currentText() == "volumes/raw"
    assert find(dock, "data.labels.dataset").currentText() == "volumes/labels"
    assert "8 nm (from the file)" in find(dock, "data.voxel_size").fact()
    assert find(dock, "data.raw").currentText() == "stack.zarr"
    prepare_run(request_of(dock, run_folder), lambda: False)
    text = run_folder.run_file.read_text(encoding="utf-8")
    assert "volumes/raw" in text
    assert "volumes/labels" in text
    assert not run_folder.inputs.exists()


def test_a_file_is_looked_for_and_shown(
    viewer: Any,
    open_dock: Callable[[], Any],
    qtbot: QtBot,
    stack: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(stack))
    dock = open_dock()
    combo, show = find(dock, "data.raw"), find(dock, "data.raw.show")
    entry = combo.findText("a zarr or N5 folder…")
    combo.setCurrentIndex(entry)
    combo.activated.emit(entry)
    assert find(dock, "data.raw.path").text() == str(stack)
    assert combo.currentText() == "stack.zarr"
    qtbot.waitUntil(show.isEnabled, timeout=PATIENCE)
    show.click()
    (layer,) = viewer.layers
    assert not isinstance(layer.data, np.ndarray)
    np.testing.assert_allclose(layer.scale, (8, 8, 8))
    show.click()
    assert len(viewer.layers) == 1


def test_two_volumes_layers_and_a_file(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot, stack: Path, run_folder: RunFolder
) -> None:
    add_volume(viewer, (16, 40, 40), **SIZE)
    dock = open_dock()
    find(dock, "data.add").click()
    assert find(dock, "data.raw").currentText() == ""
    assert "2 volumes" in summary(dock)
    find(dock, "data.raw.path").setText(str(stack / "volumes" / "raw"))
    find(dock, "data.labels.path").setText(str(stack / "volumes" / "labels"))
    wait_for_words(qtbot, dock, "2 volumes, 13 objects")
    volumes = find(dock, "data.volumes")
    assert [volumes.item(row, 2).text() for row in (0, 1)] == ["4 objects", "9 objects"]
    prepare_run(request_of(dock, run_folder), lambda: False)
    config = read_config(run_folder.run_file, RunConfig)
    split: Any = config.datasplit_config
    assert len(split.train_configs) + len(split.validate_configs) == 2

    viewer.layers.remove("labels")
    assert "1 with a problem" in summary(dock)
    assert volumes.item(0, 2).text() == "problem"
    volumes.setCurrentCell(0, 1)
    assert dock.data.error().startswith("labels was closed. Choose its labels")
    assert find(dock, "data.raw").currentText() == "raw"
    find(dock, "data.remove").click()
    wait_for_words(qtbot, dock, "9 objects")
    assert dock.data.error() == ""


def test_each_volume_has_its_own_problem(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot
) -> None:
    add_volume(viewer, (16, 40, 40), **SIZE)
    raw, labels = squares((16, 40, 40))
    viewer.add_image(raw, name="other", scale=(20, 8, 8), units="nm")
    viewer.add_labels(labels, name="other labels", scale=(20, 8, 8), units="nm")
    dock = open_dock()
    find(dock, "data.labels").setCurrentText("labels")
    find(dock, "data.raw").setCurrentText("raw")
    find(dock, "data.add").click()
    assert find(dock, "data.raw").currentText() == "other"
    assert find(dock, "data.labels").currentText() == "other labels"
    wait_for_words(qtbot, dock, "1 with a problem")
    assert "20 x 8 x 8 nm large, one of raw 8 nm" in dock.data.error()
    volumes = find(dock, "data.volumes")
    assert [volumes.item(row, 2).text() for row in (0, 1)] == ["4 objects", "problem"]
    volumes.setCurrentCell(0, 1)
    assert dock.data.error() == ""


def test_a_folder_of_images_is_paired_by_name(
    open_dock: Callable[[], Any], qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "cells"
    folder.mkdir()
    for number in range(3):
        raw, labels = squares((48, 60))
        tifffile.imwrite(folder / f"cell{number}.tif", raw)
        Picture.fromarray(labels).save(folder / f"cell{number}_masks.png")
    tifffile.imwrite(folder / "alone.tif", raw)
    dock = open_dock()
    find(dock, "data.raw.path").setText(str(folder))
    wait_for_words(qtbot, dock, "cells, 3 images, 60 objects")
    table = find(dock, "data.pairs")
    rows = [[table.item(row, column).text() for column in range(3)] for row in range(4)]
    assert rows[0] == ["alone.tif", "none", "left out"]
    assert rows[1] == ["cell0.tif", "cell0_masks.png", "paired"]
    assert "alone.tif: no labels of this name" in find(dock, "data.pairs.words").fact()
    assert find(dock, "data.labels").currentText() == "by name, in this folder"
    assert all(isinstance(each, VolumeFiles) for each in dock.data.data().volumes)
    assert dock.data.edited() is None

    truth = tmp_path / "truth"
    truth.mkdir()
    Picture.fromarray(labels).save(truth / "alone.png")
    find(dock, "data.labels.path").setText(str(truth))
    wait_for_words(qtbot, dock, "cells, 1 image, 20 objects")
    assert [table.item(row, 2).text() for row in range(4)] == ["left out"] * 3 + ["paired"]
    assert table.rowCount() == 4


def test_how_far_slices_are_apart_is_asked_where_nothing_says_it(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot
) -> None:
    add_volume(viewer, (24, 48, 48))
    dock = open_dock()
    wait_for_words(qtbot, dock, "5 objects, no voxel size")
    assert dock.data.state is SectionState.DOUBT
    question = find(dock, "data.anisotropy")
    assert question.isVisibleTo(dock)
    question.setValue(5)
    wait_for_words(qtbot, dock, "5 objects")
    assert dock.data.state is SectionState.READY
    assert "5 x 1 x 1 pixels (set here)" in find(dock, "data.voxel_size").fact()
    data = dock.data.data()
    assert data.first.raw.voxel_size == data.first.labels.voxel_size == (5, 1, 1)
    assert tuple(viewer.layers["raw"].scale) == (1, 1, 1)
    qtbot.waitUntil(lambda: dock.forms.model.architecture().input_shape[0] < 24, timeout=PATIENCE)


def test_the_voxel_size_can_be_set_for_the_run_or_in_the_layers(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot
) -> None:
    add_volume(viewer, (24, 48, 48))
    dock = open_dock()

    def enter(*sizes: str) -> None:
        find(dock, "data.voxel_size.change").setChecked(True)
        for axis, size in zip("zyx", sizes, strict=True):
            find(dock, f"data.voxel_size.{axis}").setText(size)
        find(dock, "data.voxel_size.set").click()

    enter("40", "eight", "8")
    assert "along y" in find(dock, "data.voxel_size.error").text()
    enter("40", "8", "8")
    assert "40 x 8 x 8 nm (set here)" in find(dock, "data.voxel_size").fact()
    assert tuple(viewer.layers["raw"].scale) == (1, 1, 1)
    assert dock.data.data().first.labels.voxel_size == (40, 8, 8)
    find(dock, "data.voxel_size.unit").setCurrentText("nm")
    find(dock, "data.voxel_size.in_layer").setChecked(True)
    enter("50", "10", "10")
    assert "50 x 10 x 10 nm (from the layer)" in find(dock, "data.voxel_size").fact()
    for name in ("raw", "labels"):
        assert tuple(viewer.layers[name].scale) == (50, 10, 10)
    wait_for_words(qtbot, dock, "5 objects")
    assert dock.data.state is SectionState.READY


def test_the_range_of_intensities_can_be_corrected(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot, run_folder: RunFolder
) -> None:
    add_volume(viewer, (24, 48, 48), **SIZE)
    dock = open_dock()
    wait_for_words(qtbot, dock, "5 objects")

    def enter(low: str, high: str) -> str:
        find(dock, "data.range.change").setChecked(True)
        find(dock, "data.range.min").setText(low)
        find(dock, "data.range.max").setText(high)
        find(dock, "data.range.set").click()
        return str(find(dock, "data.range").fact())

    enter("9", "3")
    assert "9 is not below 3" in find(dock, "data.range.error").text()
    enter("0", "255")
    prepare_run(request_of(dock, run_folder), lambda: False)
    split: Any = read_config(run_folder.run_file, RunConfig).datasplit_config
    assert (split.train_configs[0].raw_config.min, split.train_configs[0].raw_config.max) == (
        0,
        255,
    )
    enter("1000", "2000")
    qtbot.waitUntil(lambda: "lie outside" in find(dock, "data.range").fact(), timeout=PATIENCE)
    find(dock, "data.range.reset").click()
    qtbot.waitUntil(lambda: "(measured)" in find(dock, "data.range").fact(), timeout=PATIENCE)


def test_a_first_axis_of_channels(
    viewer: Any, open_dock: Callable[[], Any], qtbot: QtBot, tmp_path: Path
) -> None:
    raw, labels = squares((3, 48, 60))
    tifffile.imwrite(tmp_path / "colours.tif", raw, photometric="minisblack")
    tifffile.imwrite(tmp_path / "cells.tif", labels[0])
    dock = open_dock()
    find(dock, "data.raw.path").setText(str(tmp_path / "colours.tif"))
    find(dock, "data.labels.path").setText(str(tmp_path / "cells.tif"))
    qtbot.waitUntil(lambda: "2 axes" in dock.data.error(), timeout=PATIENCE)
    axis = find(dock, "data.first_axis")
    assert axis.currentText() == "depth"
    axis.setCurrentIndex(axis.findData("c"))
    axis.activated.emit(axis.currentIndex())
    wait_for_words(qtbot, dock, "20 objects")
    assert "3 channels" in find(dock, "data.shape").fact()
    volume = dock.data.data().first
    assert volume.raw.axes == ("c", "y", "x")
    assert isinstance(volume.raw.file, CorrectedVolume)
    assert volume.raw.file.axes == ("c", "y", "x")


BAD = {
    "nothing.tif": "There is no such file.",
    "notes.txt": "names no zarr or n5 container, and no image file or folder",
    "empty": "no image lies in it",
    "bad.tif": "no TIFF image",
    "gone.zarr/raw": "gone.zarr does not exist.",
}


def test_a_bad_file_gets_a_sentence(
    open_dock: Callable[[], Any], qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    (tmp_path / "bad.tif").write_text("nothing", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    dock = open_dock()
    for name, sentence in BAD.items():
        find(dock, "data.raw.path").setText(str(tmp_path / name))
        qtbot.waitUntil(lambda text=sentence: text in dock.data.error(), timeout=PATIENCE)
        assert dock.data.error().count(". ") <= 2
        assert not find(dock, "train.start").isEnabled()
        assert dock.data.state is SectionState.PROBLEM
