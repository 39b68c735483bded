"""The verbs of the dock on a run that somebody trains, through control files alone."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QApplication, QWidget

from dacapo_engine.errors import StoreError
from dacapo_engine.store.atomic import write_json
from dacapo_engine.store.control import Verb
from dacapo_engine.store.rows import append_row
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, RunStatus, StatusWriter
from dacapo_napari import train_widget
from dacapo_napari.dock.train.run_verbs import RunFacts, verbs_of
from dacapo_napari.engine.device_list import Device
from dacapo_napari.engine.end_engine import end_engine
from dacapo_napari.engine.engine_process import EngineProcess
from dacapo_napari.run_updates import Failed, Unheard
from dacapo_napari.sections.train.status_words import machine_words, object_words, progress_words
from tests.napari.dock.conftest import add_volume, find, write_snapshot
from tests.napari.dock.scripted_engine import ScriptedEngine

SOON = 10_000
VERBS = ("start", "stop", "snapshot", "validate")


@pytest.fixture(autouse=True)
def _devices(monkeypatch: pytest.MonkeyPatch) -> None:
    devices = (Device("cpu", "Processor", True, ""),)
    monkeypatch.setattr(train_widget, "ask_for_devices", lambda python: devices)


@pytest.fixture
def watch(viewer: Any, qtbot: QtBot, written: RunFolder) -> Callable[[], Any]:
    """Opens the dock on the run and waits until its training is seen."""

    def open_it() -> Any:
        _, dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")
        find(dock, "train.runs_folder").setText(str(written.path.parent))
        find(dock, "train.run_name").setText(written.name)
        return dock

    return open_it


@pytest.fixture
def engine(written: RunFolder) -> Iterator[ScriptedEngine]:
    with ScriptedEngine(written) as running:
        yield running


def test_what_the_buttons_say_in_every_state() -> None:
    new, begun = RunFacts(is_described=True), RunFacts(has_begun=True)
    assert not verbs_of(RunFacts()).can_start
    assert (verbs_of(new).start, verbs_of(begun).start) == ("Start", "Continue")
    starting = verbs_of(RunFacts(True, active=True, state=RunState.STARTING))
    assert (starting.start, starting.can_start, starting.runs) == ("Starting…", False, False)
    assert starting.can_cancel
    training = verbs_of(RunFacts(True, True, active=True, state=RunState.TRAINING))
    assert (training.stop, training.can_stop, training.runs) == ("Stop and keep", True, True)
    assert training.can_snapshot
    assert training.can_validate
    assert not training.can_end
    scoring = verbs_of(RunFacts(True, True, active=True, state=RunState.VALIDATING))
    assert (scoring.validate, scoring.can_validate) == ("Validating…", False)
    assert scoring.can_stop
    stopping = RunFacts(True, True, active=True, stopping=True, state=RunState.STOPPING)
    assert (verbs_of(stopping).stop, verbs_of(stopping).can_stop) == ("Stopping…", False)
    for state in (RunState.STOPPED, RunState.FINISHED, RunState.FAILED):
        ended = verbs_of(RunFacts(True, True, state=state))
        assert (ended.start, ended.can_start, ended.runs) == ("Continue", True, False)
        assert not ended.can_stop


def test_words_keep_their_width() -> None:
    status = RunStatus(num_iterations=8600, num_iterations_is="about")
    assert progress_words(1240, status) == "1,240 of ~8,600"
    assert len(progress_words(3, status)) == len(progress_words(1240, status))
    card = status.model_copy(
        update={"device": "cuda:0", "memory_used": 6_100_000_000, "memory_total": 24_000_000_000}
    )
    assert machine_words(card, "RTX 4090") == "cuda:0 RTX 4090, 6.1 of 24 GB"
    objects = {"right": 91, "merged": 6, "split": 7}
    words = object_words(objects, optimistic=False)
    assert words == "91 of 104 objects right, 6 merged, 7 split"
    assert "(optimistic)" in object_words(objects, optimistic=True)
    assert object_words({}, optimistic=False) == ""


def test_snapshot_validate_and_stop(
    watch: Callable[[], Any], viewer: Any, qtbot: QtBot, engine: ScriptedEngine
) -> None:
    engine.on_snapshot = lambda number: write_snapshot(engine.folder, number, (0.0, 0.0, 0.0))
    dock = watch()
    start, stop, snapshot, validate = (find(dock, f"train.{name}") for name in VERBS)
    qtbot.waitUntil(snapshot.isEnabled, timeout=SOON)
    assert start.isHidden()
    assert not stop.isHidden()
    snapshot.click()
    assert (snapshot.text(), snapshot.isEnabled()) == ("Snapshot…", False)
    qtbot.waitUntil(lambda: "made prediction" in viewer.layers, timeout=SOON)
    assert snapshot.text() == "Snapshot"
    validate.click()
    assert (validate.text(), validate.isEnabled()) == ("Validating…", False)
    objects = find(dock, "train.objects")
    qtbot.waitUntil(lambda: "91 of 104 objects right" in objects.whole_text(), timeout=SOON)
    qtbot.waitUntil(validate.isEnabled, timeout=SOON)
    assert "0.6 GB" in find(dock, "train.machine").whole_text()
    stop.click()
    assert (stop.text(), stop.isEnabled()) == ("Stopping…", False)
    qtbot.waitUntil(start.isEnabled, timeout=SOON)
    assert start.text() == "Continue"
    assert not start.isHidden()
    assert stop.isHidden()
    assert engine.heard == [Verb.SNAPSHOT, Verb.VALIDATE, Verb.STOP]


def answer(dock: QWidget, name: str) -> None:
    """Press a button of the question that is asked."""
    find(find(dock, "train.cancel.question"), name).click()
    QApplication.processEvents()


def test_painting_does_not_lose_sight_of_the_run_in_training(
    viewer: Any, qtbot: QtBot, written: RunFolder
) -> None:
    add_volume(viewer)
    with ScriptedEngine(written):
        _, dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")
        find(dock, "train.runs_folder").setText(str(written.path.parent))
        status = find(dock, "train.status")
        qtbot.waitUntil(lambda: str(status.text()) == "Ready.", timeout=SOON)
        qtbot.waitUntil(lambda: not dock.labels.panel.is_counting(), timeout=SOON)
        qtbot.wait(1000)
        dock.run.suggest_name(written.name)
        qtbot.waitUntil(find(dock, "train.snapshot").isEnabled, timeout=SOON)
        with qtbot.waitSignal(dock.composer.suggested, timeout=SOON):
            viewer.layers["labels"].paint((2, 20, 20), 9)
        qtbot.wait(500)
        assert dock.session.folder.path == written.path
        assert find(dock, "train.stop").isEnabled()


def test_cancelling_asks_and_deletes_a_new_run(
    watch: Callable[[], Any], qtbot: QtBot, engine: ScriptedEngine
) -> None:
    dock = watch()
    cancel = find(dock, "train.cancel")
    qtbot.waitUntil(find(dock, "train.snapshot").isEnabled, timeout=SOON)
    cancel.click()
    assert "deleted" in find(dock, "train.cancel.question").text()
    answer(dock, "train.cancel.no")
    assert not engine.heard
    cancel.click()
    answer(dock, "train.cancel.yes")
    assert find(dock, "train.stop").text() == "Cancelling…"
    assert not cancel.isEnabled()
    qtbot.waitUntil(lambda: not engine.folder.path.exists(), timeout=SOON)
    qtbot.waitUntil(lambda: find(dock, "train.loss_plot").num_points == 0, timeout=SOON)
    assert engine.heard == [Verb.CANCEL]
    assert find(dock, "train.error").text() == ""


def test_cancelling_a_run_that_went_on_falls_back(
    watch: Callable[[], Any], qtbot: QtBot, written: RunFolder
) -> None:
    with ScriptedEngine(written, first_iteration=7):
        dock = watch()
        qtbot.waitUntil(find(dock, "train.snapshot").isEnabled, timeout=SOON)
        find(dock, "train.cancel").click()
        assert "last checkpoint" in find(dock, "train.cancel.question").text()
        answer(dock, "train.cancel.yes")
        qtbot.waitUntil(find(dock, "train.start").isEnabled, timeout=SOON)
    assert written.exists()
    assert "back at 7" in find(dock, "train.status").text()
    qtbot.waitUntil(lambda: find(dock, "train.loss_plot").num_points == 7, timeout=SOON)


def test_silence_can_be_ended_where_it_is_safe(
    watch: Callable[[], Any], qtbot: QtBot, engine: ScriptedEngine
) -> None:
    dock = watch()
    end = find(dock, "train.end")
    qtbot.waitUntil(find(dock, "train.snapshot").isEnabled, timeout=SOON)
    assert end.isHidden()
    # A process that hangs does not renew its lock.
    dock.session.updated.emit(Unheard(True))
    assert not end.isHidden()
    dock.session.updated.emit(Unheard(False))
    assert end.isHidden()
    engine.obeys = False
    dock.control.ending._patience.setInterval(200)
    find(dock, "train.stop").click()
    qtbot.waitUntil(lambda: not end.isHidden(), timeout=SOON)
    end.click()
    error = find(dock, "train.error")
    qtbot.waitUntil(lambda: "runs inside napari" in error.text(), timeout=SOON)
    engine.obeys = True
    qtbot.waitUntil(find(dock, "train.start").isEnabled, timeout=SOON)
    assert end.isHidden()


def test_a_training_of_somebody_else_that_dies_is_told(
    watch: Callable[[], Any], qtbot: QtBot, written: RunFolder
) -> None:
    append_row(written.training_stats_file, {"iteration": 0, "loss": 0.7})
    program = "import time; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program]) as other:
        write_json(written.lock_file, {"host": platform.node(), "pid": other.pid})
        StatusWriter(written, num_iterations=100).update(RunState.TRAINING, iteration=1)
        dock = watch()
        qtbot.waitUntil(find(dock, "train.stop").isEnabled, timeout=SOON)
        assert find(dock, "train.error").text() == ""
        other.kill()
        other.wait()
        start, error = find(dock, "train.start"), find(dock, "train.error")
        qtbot.waitUntil(lambda: "ended without a word" in error.text(), timeout=SOON)
        qtbot.waitUntil(start.isEnabled, timeout=SOON)
    assert start.text() == "Continue"


def test_only_the_process_that_holds_the_lock_is_ended(run_folder: RunFolder) -> None:
    program = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        tree = psutil.Process(process.pid)
        (child,) = tree.children()
        entry = {"host": platform.node(), "pid": process.pid, "process_start": 0.0}
        write_json(run_folder.lock_file, entry)
        with pytest.raises(StoreError, match="any more"):
            end_engine(run_folder)
        assert tree.is_running()
        write_json(run_folder.lock_file, {**entry, "host": "elsewhere"})
        with pytest.raises(StoreError, match="elsewhere"):
            end_engine(run_folder)
        write_json(run_folder.lock_file, {**entry, "process_start": tree.create_time()})
        end_engine(run_folder)
        assert process.wait(5) != 0
        _, left = psutil.wait_procs([child], timeout=10)
        assert not left


@pytest.mark.skipif(os.name == "nt", reason="processes are not ended by signals there")
def test_an_engine_that_was_killed_says_so(tmp_path: Path) -> None:
    program = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    engine = EngineProcess([sys.executable, "-c", program], tmp_path / "output.txt")
    engine.wait()
    failure = Failed.of(engine.failure())
    assert failure.code == "killed"
    assert "signal 9" in failure.message


@pytest.mark.parametrize(("status", "code"), [(2, "training"), (3, "in_use"), (4, "disk_full")])
def test_what_no_run_folder_can_tell_is_told_by_the_exit_status(
    tmp_path: Path, status: int, code: str
) -> None:
    program = f"import sys; sys.stderr.write('Error: It went wrong.'); sys.exit({status})"
    engine = EngineProcess([sys.executable, "-c", program], tmp_path / "output.txt")
    engine.wait()
    failure = Failed.of(engine.failure())
    assert (failure.code, failure.message) == (code, "It went wrong.")
