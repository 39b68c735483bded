"""All runs at a glance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dacapo_engine.cli import cli
from dacapo_engine.errors import TrainingError
from dacapo_engine.store.atomic import write_json, write_text
from dacapo_engine.store.lock import RunLock
from dacapo_engine.store.rows import append_row
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.run_summary import (
    MEAN_OF_DATASETS,
    BestScore,
    summarize_run,
    summarize_runs,
)
from dacapo_engine.store.status import RunState, StatusWriter


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A finished, a failed, an interrupted and a stored run, and a folder that is none."""
    for name in ("done", "failed", "lost", "stored"):
        write_text(RunFolder.of(tmp_path, name).run_file, "format: 1\n")
    (tmp_path / "notes").mkdir()
    done = RunFolder.of(tmp_path, "done")
    StatusWriter(done, num_iterations=100, device="cpu").update(RunState.FINISHED, iteration=100)
    write_json(
        done.best_file("crop", "voi"), {"iteration": 50, "parameters": {"id": 1}, "value": 0.25}
    )
    write_json(
        done.best_file("crop", "ap50"),
        {"iteration": 100, "parameters": None, "value": float("nan")},
    )
    write_json(done.best_file("other", "voi"), {"iteration": 75, "parameters": None, "value": 1.5})
    write_json(done.path / "validation.zarr" / "zarr.json", {"node_type": "group"})
    StatusWriter(RunFolder.of(tmp_path, "failed")).fail(TrainingError("The loss is not a number."))
    lost = StatusWriter(RunFolder.of(tmp_path, "lost"), num_iterations=9)
    lost.update(RunState.TRAINING, iteration=4)
    stale = json.loads(lost._folder.status_file.read_text()) | {"heartbeat": 1.0}
    write_json(lost._folder.status_file, stale)
    return tmp_path


def test_states_and_scores(runs: Path) -> None:
    found = {run.name: run for run in summarize_runs(runs)}
    states = {name: run.state for name, run in found.items()}
    assert states == {
        "done": "finished", "failed": "failed", "lost": "interrupted", "stored": "not started",
    }  # fmt: skip
    assert found["done"].best["crop"]["voi"] == BestScore(0.25, 50, {"id": 1})
    assert found["done"].best.keys() == {"crop", "other"}
    assert (found["lost"].iteration, found["lost"].num_iterations) == (4, 9)
    assert found["failed"].message == "The loss is not a number."


def test_criteria_stand_in_the_order_of_the_task(runs: Path) -> None:
    folder = RunFolder.of(runs, "done")
    assert list(summarize_runs(runs)[0].best["crop"]) == ["ap50", "voi"]
    append_row(folder.validation_scores_file, {"scores": {"voi": 1.0, "x": 2.0, "ap50": 0.5}})
    assert list(summarize_runs(runs)[0].best["crop"]) == ["voi", "ap50"]


def test_runs_that_cannot_be_read_are_listed_with_a_sentence(runs: Path) -> None:
    RunFolder.of(runs, "stored").run_file.write_text("name: x\nformat: 7\n", encoding="utf-8")
    RunFolder.of(runs, "lost").run_file.write_text("\n", encoding="utf-8")
    RunFolder.of(runs, "failed").run_file.unlink()
    RunFolder.of(runs, "failed").run_file.mkdir()
    found = {run.name: run for run in summarize_runs(runs)}
    assert {name for name, run in found.items() if run.state == "unreadable"} == {
        "stored", "lost", "failed",
    }  # fmt: skip
    assert "newer version" in found["stored"].problem
    assert "format 7" in found["stored"].problem
    assert "empty" in found["lost"].problem
    assert "cannot be read" in found["failed"].problem
    assert "newer version" in CliRunner().invoke(cli, ["runs", str(runs)]).output


def test_a_run_is_alive_for_as_long_as_its_process(runs: Path) -> None:
    folder = RunFolder.of(runs, "lost")
    with RunLock(folder):
        run = summarize_run(folder)
        assert (run.state, run.alive) == ("training", True)
    assert not summarize_run(folder).alive


def test_the_top_score_is_that_of_the_first_criterion(runs: Path) -> None:
    folder = RunFolder.of(runs, "done")
    append_row(folder.validation_scores_file, {"scores": {"voi": 1.0, "ap50": 0.5}})
    assert summarize_run(folder).top == ("voi", BestScore(0.25, 50, {"id": 1}))
    record = {"iteration": 60, "parameters": None, "value": 0.5}
    write_json(folder.best_file(MEAN_OF_DATASETS, "voi"), record)
    assert summarize_run(folder).top == ("voi", BestScore(0.5, 60))
    assert summarize_run(RunFolder.of(runs, "stored")).top is None


def test_no_folder_holds_no_runs(tmp_path: Path) -> None:
    assert summarize_runs(tmp_path / "nothing") == []


def test_table(runs: Path) -> None:
    text = CliRunner().invoke(cli, ["runs", str(runs)]).output
    lines = text.splitlines()
    assert lines[0] == f"4 runs in {runs}"
    assert "crop: ap50 nan (100), voi 0.250 (50)" in text
    assert "other: voi 1.500 (75)" in text
    assert any("lost" in line and "interrupted" in line and "4/9" in line for line in lines)
    assert "The loss is not a number." in text


def test_json(runs: Path) -> None:
    told = json.loads(CliRunner().invoke(cli, ["runs", str(runs), "--json"]).output)
    assert told["folder"] == str(runs)
    done = told["runs"][0]
    assert done["best"]["crop"]["ap50"]["value"] is None
    assert done["best"]["crop"]["voi"] == {"value": 0.25, "iteration": 50, "parameters": {"id": 1}}


def test_default_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DACAPO_RUNS", str(tmp_path / "mine"))
    assert CliRunner().invoke(cli, ["runs"]).output == f"0 runs in {tmp_path / 'mine'}\n"
