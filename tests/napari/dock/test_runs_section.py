"""The Runs section in a real window, on runs that were really trained."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import zarr
from napari.layers import Image, Labels
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QObject, QPoint, Qt, QUrl, Slot
from qtpy.QtGui import QDesktopServices
from qtpy.QtWidgets import QWidget

from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    IntensitiesArrayConfig,
    ZarrArrayConfig,
)
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.trainers import GunpowderTrainerConfig
from dacapo_engine.setup.label_meaning import LabelMeaning
from dacapo_engine.store.control import Verb, ask
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, read_status
from dacapo_engine.train import train_run
from dacapo_engine.yaml_file import read_config, to_yaml
from dacapo_napari import train_widget
from dacapo_napari.engine.device_list import Device
from dacapo_napari.runs.run_origin import GrownLabels, RunOrigin
from dacapo_napari.runs.run_setup import TrainingRequest, prepare_run
from dacapo_napari.volumes.layer_volume import layer_volume
from dacapo_napari.volumes.training_data import LabelledLayers
from tests.napari.dock.conftest import find

SECONDS = 1000
NEAREST = ((0, 1), (1, 0))


@pytest.fixture(scope="module")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image of sixteen bright squares, and their ids."""
    container = tmp_path_factory.mktemp("data") / "squares.zarr"
    group = zarr.open_group(str(container), mode="w")
    labels = np.kron(np.arange(1, 17).reshape(4, 4), np.pad(np.ones((6, 6)), 1))
    raw = (labels > 0) * 150 + np.random.default_rng(0).integers(0, 60, labels.shape)
    group.create_dataset("raw", data=raw.astype(np.uint8))
    group.create_dataset("labels", data=labels.astype(np.uint32))
    return container


@pytest.fixture(scope="module")
def config(squares: Path) -> RunConfig:
    raw = ZarrArrayConfig(file_name=squares, dataset="raw", mode="r")
    labels = ZarrArrayConfig(file_name=squares, dataset="labels", mode="r")
    scaled = IntensitiesArrayConfig(source_array_config=raw, min=0, max=255)
    dataset = RawGTDatasetConfig(name="train", raw_config=scaled, gt_config=labels)
    return RunConfig(
        name="squares-1",
        num_iterations=4,
        validation_interval=2,
        num_threads=1,
        task_config=AffinitiesTaskConfig(
            neighborhood=NEAREST, min_sizes=(1,), agglomeration_thresholds=(1.0,)
        ),
        architecture_config=CNNectomeUNetConfig(
            input_shape=(16, 16),
            num_fmaps=3,
            fmap_inc_factor=2,
            fmaps_out=3,
            downsample_factors=((2, 2),),
            padding="same",
        ),
        trainer_config=GunpowderTrainerConfig(
            num_data_fetchers=0, warmup_iterations=4, precision="float32"
        ),
        datasplit_config=TrainValidateDataSplitConfig(
            train_configs=(dataset,), validate_configs=(dataset.replace(name="validate"),)
        ),
    )


@pytest.fixture(scope="module")
def trained(config: RunConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of four iterations; copied, not written to."""
    runs = tmp_path_factory.mktemp("trained")
    train_run(Run(config), runs=runs, device="cpu")
    return runs


@pytest.fixture
def runs(trained: Path, tmp_path: Path) -> Path:
    """The runs folder of this test's dock, with the run in it."""
    return Path(shutil.copytree(trained, tmp_path / "runs"))


@pytest.fixture(autouse=True)
def _devices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking the engine takes seconds; it has tests of its own."""
    devices = (Device("cpu", "Processor", True, ""),)
    monkeypatch.setattr(train_widget, "ask_for_devices", lambda python: devices)


@pytest.fixture
def open_dock(viewer: Any, qtbot: QtBot) -> Callable[[int], Any]:
    def open_it(count: int) -> Any:
        dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")[1]
        dock.runs.set_unfolded(True)
        table = find(dock, "runs.table")
        qtbot.waitUntil(lambda: len(table.runs.runs) == count, timeout=10 * SECONDS)
        return dock

    return open_it


def copy_run(runs: Path, config: RunConfig, name: str, **changes: Any) -> None:
    """Another run of the same history, whose trainer differs by `changes`."""
    shutil.copytree(runs / "squares-1", runs / name)
    changed = config.replace(name=name, trainer_config=config.trainer_config.replace(**changes))
    (runs / name / "run.yaml").write_text(to_yaml(changed), encoding="utf-8")


def first_weights(folder: Path, iteration: int) -> list[torch.Tensor]:
    state = torch.load(folder / "checkpoints" / "iterations" / str(iteration), weights_only=True)
    tensors: list[torch.Tensor] = state["average"]["average"]
    return tensors


def trains_inside(dock: Any) -> None:
    """The engine runs in this process, where torch is imported already."""
    find(dock, "train.in_thread").setChecked(True)
    find(dock, "train.device").setCurrentText("cpu")
    find(dock, "check.before_start").setChecked(False)


def wait_for(qtbot: QtBot, dock: QWidget, condition: Callable[[], bool]) -> None:
    error = find(dock, "train.error")
    qtbot.waitUntil(lambda: condition() or bool(error.text()), timeout=60 * SECONDS)
    assert error.text() == ""


def has_finished(folder: Path, iterations: int) -> bool:
    status = read_status(RunFolder(folder))
    return (
        status is not None and status.state is RunState.FINISHED and status.iteration == iterations
    )


def test_an_empty_folder_says_so(open_dock: Callable[[int], Any]) -> None:
    dock = open_dock(0)
    assert find(dock, "runs.empty").text() == "No runs in this folder yet."
    assert not find(dock, "runs.table").isVisibleTo(dock)
    assert "none in this folder" in find(dock, "runs.summary").whole_text()


def test_runs_are_shown_compared_and_laid_over_each_other(
    open_dock: Callable[[int], Any], qtbot: QtBot, runs: Path, config: RunConfig
) -> None:
    copy_run(runs, config, "squares-2", learning_rate=0.01)
    text = (runs / "squares-1" / "run.yaml").read_text(encoding="utf-8")
    (runs / "later").mkdir()
    (runs / "later" / "run.yaml").write_text(text.replace("format: 1", "format: 2"), "utf-8")
    dock = open_dock(3)
    table = find(dock, "runs.table")
    assert find(dock, "runs.summary").whole_text() == "3 in this folder"
    table.select("later")
    assert "newer version" in find(dock, "runs.details").text()
    assert not find(dock, "runs.show").isEnabled()
    assert find(dock, "runs.more").isEnabled()

    table.select("squares-1", "squares-2")
    assert not find(dock, "runs.show").isEnabled()
    find(dock, "runs.compare").click()
    difference = find(dock, "runs.difference")
    qtbot.waitUntil(lambda: difference.isVisibleTo(dock), timeout=10 * SECONDS)
    assert difference.text() == "Training > Learning rate: 0.001 → 0.01"
    assert "From squares-1 to squares-2" in find(dock, "runs.difference.title").whole_text()

    plot = find(dock, "train.loss_plot")
    for name in ("squares-1", "squares-2", "later"):
        table.runs.set_checked(name, True)
    qtbot.waitUntil(lambda: set(plot.overlays) == {"squares-1", "squares-2"}, timeout=10 * SECONDS)
    assert plot.overlays["squares-2"].losses.shape == (4,)

    table.select("squares-2")
    qtbot.keyClick(table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: plot.num_points == 4, timeout=10 * SECONDS)
    assert find(dock, "train.run_name").text() == "squares-2"
    assert float(find(dock, "trainer.learning_rate").text()) == 0.01
    # The run that is shown is not drawn twice.
    qtbot.waitUntil(lambda: set(plot.overlays) == {"squares-1"}, timeout=10 * SECONDS)

    table.select("squares-1")
    find(dock, "runs.compare").click()
    title = find(dock, "runs.difference.title")
    qtbot.waitUntil(lambda: "to the forms" in title.whole_text(), timeout=10 * SECONDS)
    assert difference.text() == "Training > Learning rate: 0.001 → 0.01"


def test_a_branch_starts_from_the_weights_chosen(
    open_dock: Callable[[int], Any], qtbot: QtBot, runs: Path
) -> None:
    dock = open_dock(1)
    trains_inside(dock)
    find(dock, "runs.table").select("squares-1")
    find(dock, "runs.branch").click()
    iterations = find(dock, "runs.branch.iteration")
    qtbot.waitUntil(lambda: iterations.count() == 2, timeout=10 * SECONDS)
    assert "newest" in iterations.itemText(0)
    iterations.setCurrentIndex(1)
    find(dock, "runs.branch.begin").click()
    origin = find(dock, "train.origin")
    qtbot.waitUntil(lambda: "iteration 2" in origin.whole_text(), timeout=10 * SECONDS)
    assert find(dock, "train.run_name").text() == "squares-2"
    rate = find(dock, "trainer.learning_rate")
    rate.setText("0.5")
    rate.editingFinished.emit()

    start = find(dock, "train.start")
    qtbot.waitUntil(start.isEnabled, timeout=10 * SECONDS)
    start.click()
    wait_for(qtbot, dock, lambda: has_finished(runs / "squares-2", 4))
    assert all(
        map(torch.equal, first_weights(runs / "squares-2", 0), first_weights(runs / "squares-1", 2))
    )
    branched: Any = read_config(runs / "squares-2" / "run.yaml", RunConfig)
    assert (branched.start_config.criterion, branched.trainer_config.learning_rate) == ("2", 0.5)
    assert not origin.isVisibleTo(dock)
    table = find(dock, "runs.table")
    qtbot.waitUntil(lambda: len(table.runs.runs) == 2, timeout=10 * SECONDS)
    table.select("squares-2")
    details = find(dock, "runs.details")
    words = "Starts from squares-1, iteration 2."
    qtbot.waitUntil(lambda: words in details.text(), timeout=10 * SECONDS)


def test_an_origin_can_be_let_go_of_and_settings_restored(
    open_dock: Callable[[int], Any], qtbot: QtBot, runs: Path
) -> None:
    dock = open_dock(1)
    find(dock, "runs.table").select("squares-1")
    dock.runs_link.controller.branch_from(RunFolder(runs / "squares-1"), 4)
    origin, start = find(dock, "train.origin"), find(dock, "train.start")
    qtbot.waitUntil(lambda: origin.isVisibleTo(dock) and start.isEnabled(), timeout=10 * SECONDS)
    find(dock, "train.origin.clear").click()
    assert not origin.isVisibleTo(dock)
    assert not start.isEnabled()
    find(dock, "train.run_name").setText("mine")
    dock.runs.actions_of_runs.action("restore").trigger()
    name = find(dock, "train.run_name")
    qtbot.waitUntil(lambda: name.text() == "squares-2", timeout=10 * SECONDS)
    assert not origin.isVisibleTo(dock)


def test_going_on_opens_the_layers_and_trains_longer(
    viewer: Any, open_dock: Callable[[int], Any], qtbot: QtBot, runs: Path, squares: Path
) -> None:
    dock = open_dock(1)
    trains_inside(dock)
    find(dock, "runs.table").select("squares-1")
    find(dock, "runs.continue").click()
    question = find(dock, "runs.question")
    qtbot.waitUntil(lambda: "has ended after 4" in question.text(), timeout=10 * SECONDS)
    assert [layer.name for layer in viewer.layers] == ["squares", "squares labels"]
    stored = zarr.open_group(str(squares), mode="r")
    np.testing.assert_array_equal(np.asarray(viewer.layers["squares"].data), stored["raw"][:])
    # Painting must not write to the volume that the run has learnt from.
    viewer.layers["squares labels"].data[:] = 0
    assert stored["labels"][:].max() == 16
    viewer.layers["squares labels"].data[:] = stored["labels"][:]
    find(dock, "runs.question.0").click()
    wait_for(qtbot, dock, lambda: has_finished(runs / "squares-1", 8))
    plot = find(dock, "train.loss_plot")
    qtbot.waitUntil(lambda: plot.num_points == 8, timeout=10 * SECONDS)


def test_labels_that_have_grown_make_a_new_run(
    viewer: Any, open_dock: Callable[[int], Any], qtbot: QtBot, runs: Path, squares: Path
) -> None:
    stored = zarr.open_group(str(squares), mode="r")
    labels = stored["labels"][:].astype(int)
    labels[0, :4] = 20
    labels[7, :4] = 21
    viewer.add_image(stored["raw"][:], name="squares")
    viewer.add_labels(labels, name="my labels")
    dock = open_dock(1)
    trains_inside(dock)
    find(dock, "runs.table").select("squares-1")
    find(dock, "runs.continue").click()
    question = find(dock, "runs.question")
    qtbot.waitUntil(lambda: bool(question.text()), timeout=10 * SECONDS)
    assert question.text() == "my labels has 2 objects more than squares-1 learnt from: use them?"
    assert len(viewer.layers) == 2
    find(dock, "runs.question.0").click()
    wait_for(qtbot, dock, lambda: has_finished(runs / "squares-2", 4))
    grown: Any = read_config(runs / "squares-2" / "run.yaml", RunConfig)
    assert Path(grown.start_config.run).name == "squares-1"
    assert grown.start_config.criterion == "best"
    dataset = grown.datasplit_config.train_configs[0]
    learnt = dataset.gt_config.array_type(dataset.gt_config)
    assert set(np.unique(learnt.data[:])) == {*range(17), 20, 21}
    assert find(dock, "train.run_name").text() == "squares-2"
    assert read_status(RunFolder(runs / "squares-1")).iteration == 4  # type: ignore[union-attr]


def test_a_volume_that_the_run_does_not_know_is_offered_to_it(
    viewer: Any, open_dock: Callable[[int], Any], qtbot: QtBot, runs: Path, squares: Path
) -> None:
    stored = zarr.open_group(str(squares), mode="r")
    viewer.add_image(stored["raw"][:], name="other")
    viewer.add_labels(stored["labels"][:].astype(int), name="other labels")
    dock = open_dock(1)
    qtbot.waitUntil(lambda: dock.data.edited_facts() is not None, timeout=10 * SECONDS)
    find(dock, "runs.table").select("squares-1")
    find(dock, "runs.continue").click()
    question = find(dock, "runs.question")
    qtbot.waitUntil(lambda: bool(question.text()), timeout=10 * SECONDS)
    assert question.text() == "other has 16 objects more than squares-1 learnt from: use them?"
    assert [layer.name for layer in viewer.layers][2:] == ["squares", "squares labels"]
    # What was chosen in Data stays.
    assert find(dock, "data.raw").currentText() == "other"
    find(dock, "runs.question.2").click()
    assert sorted(path.name for path in runs.iterdir()) == ["squares-1"]


def test_what_is_said_of_grown_labels_goes_with_them(runs: Path, squares: Path) -> None:
    stored = zarr.open_group(str(squares), mode="r")
    labels = layer_volume(Labels(stored["labels"][:].astype(int), name="mine"), ("y", "x"))
    parent, folder = RunFolder(runs / "squares-1"), RunFolder(runs / "squares-2")
    before: Any = read_config(parent.run_file, RunConfig).datasplit_config
    meaning = LabelMeaning("background_where_done", done=(((0, 0), (32, 16)),))
    grown = GrownLabels(before.train_configs[0].gt_config, labels, meaning)
    origin = RunOrigin(parent, "2", grown=(grown,))
    prepare_run(
        TrainingRequest(folder, None, None, 3, "cpu", "python", origin=origin), lambda: False
    )
    made: Any = read_config(folder.run_file, RunConfig).datasplit_config
    for dataset in (*made.train_configs, *made.validate_configs):
        assert dataset.gt_config.file_name == folder.inputs / "mine.zarr"
        assert [box.shape for box in dataset.done] == [(32, 16)]
    assert before.train_configs[0].done is None


def test_old_and_new_volumes_together(runs: Path, squares: Path) -> None:
    stored = zarr.open_group(str(squares), mode="r")
    axes = ("y", "x")
    raw = layer_volume(Image(stored["raw"][:], name="other"), axes)
    labels = layer_volume(Labels(stored["labels"][:].astype(int)), axes)
    parent, folder = RunFolder(runs / "squares-1"), RunFolder(runs / "squares-2")
    origin = RunOrigin(parent, "best", more=(LabelledLayers(raw, labels),))
    prepare_run(
        TrainingRequest(folder, None, None, 3, "cpu", "python", origin=origin), lambda: False
    )
    made: Any = read_config(folder.run_file, RunConfig)
    assert (made.num_iterations, Path(made.start_config.run).name) == (3, "squares-1")
    old, new = made.datasplit_config.train_configs
    before: Any = read_config(parent.run_file, RunConfig).datasplit_config
    assert old == before.train_configs[0]
    assert new.name == "train_2"
    assert len(made.datasplit_config.validate_configs) == 2
    (written,) = (folder.inputs / "more").iterdir()
    assert written.name == "other.zarr"


def test_deleting_asks_and_says_who_needs_it(
    open_dock: Callable[[int], Any], qtbot: QtBot, runs: Path, config: RunConfig
) -> None:
    copy_run(runs, config, "squares-2")
    text = to_yaml(config.replace(name="heir"))
    (runs / "heir").mkdir()
    inputs = (runs / "squares-1" / "inputs").resolve().as_posix()
    used = text.replace(config.datasplit_config.train_configs[0].gt_config.file_name.as_posix(),  # type: ignore[attr-defined]
                        f"{inputs}/squares.zarr")  # fmt: skip
    (runs / "heir" / "run.yaml").write_text(used, encoding="utf-8")
    dock = open_dock(3)
    table, question = find(dock, "runs.table"), find(dock, "runs.question")
    table.select("squares-1", "squares-2")
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "Delete 2 runs (" in question.text(), timeout=10 * SECONDS)
    assert "heir cannot be continued" in question.text()
    qtbot.keyClick(find(dock, "runs.question.1"), Qt.Key.Key_Escape)
    assert not question.isVisibleTo(dock)
    assert (runs / "squares-1").is_dir()

    table.select("squares-2")
    dock.runs.actions_of_runs.action("delete").trigger()
    qtbot.waitUntil(lambda: "Delete squares-2" in question.text(), timeout=10 * SECONDS)
    find(dock, "runs.question.0").click()
    qtbot.waitUntil(lambda: len(table.runs.runs) == 2, timeout=10 * SECONDS)
    assert sorted(path.name for path in runs.iterdir()) == ["heir", "squares-1"]


class _FileManager(QObject):
    """Stands where the file manager would."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def show(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile())


def test_a_run_is_starred_and_its_folder_opened(
    open_dock: Callable[[int], Any], qtbot: QtBot, runs: Path
) -> None:
    dock = open_dock(1)
    manager = _FileManager()
    QDesktopServices.setUrlHandler("file", manager, "show")
    try:
        find(dock, "runs.table").select("squares-1")
        dock.runs.actions_of_runs.action("open_folder").trigger()
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert manager.opened == [str(runs / "squares-1")]
    table = find(dock, "runs.table")
    for starred in (True, False):
        dock.runs.actions_of_runs.action("star").trigger()
        qtbot.waitUntil(lambda s=starred: table.runs.runs[0].starred is s, timeout=10 * SECONDS)
        assert table.runs.texts(0) == {"Run", "★ squares-1" if starred else "squares-1"}


@pytest.fixture
def outside(config: RunConfig, runs: Path, tmp_path: Path) -> Iterator[RunFolder]:
    """A long training that another program has started."""
    folder = RunFolder(runs / "elsewhere")
    run_file = tmp_path / "elsewhere.yaml"
    long = config.replace(name="elsewhere", num_iterations=10**6, validation_interval=10**6)
    run_file.write_text(to_yaml(long), encoding="utf-8")
    words = [sys.executable, "-m", "dacapo_engine", "train", str(run_file), "--runs", str(runs)]
    process = subprocess.Popen([*words, "--device", "cpu"], stdout=subprocess.DEVNULL)
    yield folder
    status = read_status(folder)
    if status is not None:
        ask(folder, status.session, Verb.STOP)
    try:
        process.wait(30)
    finally:
        process.kill()


def test_a_training_of_somebody_else_is_found_and_followed(
    open_dock: Callable[[int], Any], viewer: Any, qtbot: QtBot, outside: RunFolder
) -> None:
    dock = open_dock(1)
    table, plot = find(dock, "runs.table"), find(dock, "train.loss_plot")
    find(dock, "train.run_name").setText("mine")
    offer = find(dock, "runs.offer")
    # Started while the dock was open, it is listed, and offered to who does something else.
    qtbot.waitUntil(lambda: offer.isVisibleTo(dock), timeout=60 * SECONDS)
    assert "elsewhere is" in find(dock, "runs.offer.words").text()
    assert plot.num_points == 0
    table.select("elsewhere")
    run = table.selected()[0]
    assert run.alive
    assert not find(dock, "runs.continue").isEnabled()
    assert not dock.runs.actions_of_runs.action("delete").isEnabled()
    qtbot.waitUntil(
        lambda: "1 in training" in find(dock, "runs.summary").whole_text(), timeout=10 * SECONDS
    )
    before = run.iteration
    qtbot.waitUntil(lambda: table.selected()[0].iteration > before, timeout=20 * SECONDS)

    # A dock that is opened now follows it by itself.
    viewer.window.remove_dock_widget(dock)
    dock = open_dock(2)
    plot = find(dock, "train.loss_plot")
    qtbot.waitUntil(lambda: plot.num_points > 0, timeout=20 * SECONDS)
    assert find(dock, "train.run_name").text() == "elsewhere"
    assert not find(dock, "runs.offer").isVisibleTo(dock)


def test_a_menu_offers_everything_in_400_pixels(
    open_dock: Callable[[int], Any], runs: Path
) -> None:
    dock = open_dock(1)
    table = find(dock, "runs.table")
    table.select("squares-1")
    table.customContextMenuRequested.emit(QPoint(5, 5))
    menu = dock.runs.actions_of_runs.menu
    texts = [action.text() for action in menu.actions() if action.text()]
    menu.close()
    assert texts[0] == "Show"
    assert texts[-1] == "Delete…"
    assert len(texts) == 8
    assert dock.minimumSizeHint().width() <= 400
