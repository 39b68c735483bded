"""A folder of runs is looked through a little at a time, and only what has changed is read."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import pytest

from dacapo_engine.store.atomic import write_json
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, StatusWriter
from dacapo_napari.runs import runs_watch
from dacapo_napari.runs.runs_watch import READING, RunsWatch


@pytest.fixture(scope="module")
def run_file(root: Path) -> str:
    return (root / "resources" / "nuclei.yaml").read_text(encoding="utf-8")


def make(runs: Path, name: str, text: str) -> RunFolder:
    folder = RunFolder(runs / name)
    folder.path.mkdir(parents=True)
    folder.run_file.write_text(text, encoding="utf-8")
    return folder


def test_runs_come_change_and_go(tmp_path: Path, run_file: str) -> None:
    watch = RunsWatch(tmp_path / "runs")
    assert watch.poll() == ()
    assert watch.poll() is None
    one = make(watch.runs, "one", run_file)
    (watch.runs / "no run").mkdir()
    found = watch.poll()
    assert found is not None
    assert [(run.name, run.state) for run in found] == [("one", "not started")]
    StatusWriter(one, num_iterations=9).update(RunState.STOPPED, iteration=4)
    found = watch.poll()
    assert found is not None
    assert (found[0].state, found[0].iteration) == ("stopped", 4)
    one.run_file.unlink()
    assert watch.poll() == ()


def test_what_cannot_be_used_has_its_sentence(tmp_path: Path, run_file: str) -> None:
    make(tmp_path, "newer", run_file.replace("format: 1", "format: 9"))
    make(tmp_path, "odd", run_file.replace("seed: 0", "seed: many"))
    broken = make(tmp_path, "broken", "name: [")
    watch = RunsWatch(tmp_path)
    found = watch.poll()
    while not watch.is_through:
        found = watch.poll() or found
    assert found is not None
    assert {run.state for run in found} == {"unreadable"}
    problems = {run.name: run.problem for run in found}
    assert "newer version" in problems["newer"]
    assert "seed" in problems["odd"]
    assert "YAML" in problems["broken"]
    broken.run_file.write_text(run_file, encoding="utf-8")
    found = watch.poll()
    assert found is not None
    assert {run.name: run.state for run in found}["broken"] == "not started"


def test_work_is_bounded_and_nobody_is_forgotten(tmp_path: Path, run_file: str) -> None:
    for number in range(20):
        make(tmp_path, f"run-{number:02}", run_file)
    watch = RunsWatch(tmp_path)
    found = watch.poll(seconds=0.0)
    assert found is not None
    assert len(found) == 20
    assert sum(run.state == READING for run in found) == 19
    for _ in range(100):
        found = watch.poll(seconds=0.0) or found
    assert {run.state for run in found} == {"not started"}
    assert watch.is_through


def test_only_what_has_changed_is_read(
    tmp_path: Path, run_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [make(tmp_path, f"run-{number}", run_file) for number in range(3)]
    watch = RunsWatch(tmp_path)
    while not watch.is_through:
        watch.poll()
    read: list[str] = []
    summarize = runs_watch.summarize_run

    def counted(folder: RunFolder) -> Any:
        read.append(folder.name)
        return summarize(folder)

    monkeypatch.setattr(runs_watch, "summarize_run", counted)
    StatusWriter(folders[1], num_iterations=9).update(RunState.FINISHED)
    watch.poll()
    assert read == ["run-1"]


def test_a_training_that_dies_is_noticed(tmp_path: Path, run_file: str) -> None:
    folder = make(tmp_path, "one", run_file)
    lock = {"host": platform.node(), "pid": os.getpid()}
    write_json(folder.lock_file, lock)
    StatusWriter(folder, num_iterations=9).update(RunState.TRAINING, iteration=3)
    watch = RunsWatch(tmp_path)
    found = watch.poll()
    assert found is not None
    assert (found[0].state, found[0].alive) == ("training", True)
    write_json(folder.lock_file, lock | {"pid": 2**22 + 12345})
    found = watch.poll()
    assert found is not None
    assert (found[0].state, found[0].alive) == ("interrupted", False)
