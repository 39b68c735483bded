"""Cancelling, and stopping while a run is scored; what the status says meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.control import Verb, ask
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import CANCELLED, RunState, RunStatus, read_status
from dacapo_engine.train import train_run


def status_of(folder: RunFolder) -> RunStatus:
    status = read_status(folder)
    assert status is not None
    return status


def asking(folder: RunFolder, verb: Verb, iteration: int) -> Callable[[Any], None]:
    def on_iteration(stats: Any) -> None:
        if stats.iteration == iteration:
            ask(folder, status_of(folder).session, verb)

    return on_iteration


def go(config: RunConfig, folder: RunFolder, **options: Any) -> None:
    train_run(Run(config), runs=folder.path.parent, device="cpu", **options)


def test_a_new_run_that_is_cancelled_keeps_nothing(tmp_path: Path, run_config: RunConfig) -> None:
    folder = RunFolder.of(tmp_path, "try")
    config = run_config.replace(checkpoint_interval=100)
    go(config, folder, validate=False, on_iteration=asking(folder, Verb.CANCEL, 2))
    status = status_of(folder)
    assert (status.state, status.message) == (RunState.STOPPED, CANCELLED)
    assert (status.first_iteration, status.iteration) == (0, 0)
    assert read_rows(folder.training_stats_file) == []
    assert not folder.checkpoints.is_dir() or not any(folder.checkpoints.iterdir())


def test_a_continued_run_falls_back(tmp_path: Path, run_config: RunConfig) -> None:
    folder = RunFolder.of(tmp_path, "try")
    go(run_config.replace(num_iterations=2), folder, validate=False)
    longer = run_config.replace(num_iterations=9, checkpoint_interval=100)
    go(longer, folder, validate=False, on_iteration=asking(folder, Verb.CANCEL, 4))
    status = status_of(folder)
    assert (status.message, status.first_iteration, status.iteration) == (CANCELLED, 2, 2)
    assert [row["iteration"] for row in read_rows(folder.training_stats_file)] == [0, 1]


@pytest.mark.parametrize("verb", [Verb.STOP, Verb.CANCEL])
def test_scoring_is_interrupted(tmp_path: Path, run_config: RunConfig, verb: Verb) -> None:
    folder = RunFolder.of(tmp_path, "try")
    session = []

    def on_iteration(stats: Any) -> None:
        session.append(status_of(folder).session)
        if stats.iteration == 1:
            ask(folder, session[0], Verb.VALIDATE)

    from dacapo_engine.experiments.block_prediction import BlockPredictor

    blocks = BlockPredictor.blocks

    def slow_blocks(self: BlockPredictor, *arguments: Any) -> Any:
        assert status_of(folder).state is RunState.VALIDATING
        ask(folder, session[0], verb)
        yield from blocks(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BlockPredictor, "blocks", slow_blocks)
        go(run_config.replace(validation_interval=100), folder, on_iteration=on_iteration)
    assert status_of(folder).state is RunState.STOPPED
    assert status_of(folder).iteration == 2
    assert read_rows(folder.validation_scores_file) == []


def test_the_status_tells_memory_and_waiting(tmp_path: Path, run_config: RunConfig) -> None:
    folder = RunFolder.of(tmp_path, "try")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dacapo_engine.store.status.HEARTBEAT_SECONDS", 0.0)
        go(run_config.replace(num_iterations=3), folder, validate=False)
    status = status_of(folder)
    assert status.memory_used is not None
    assert status.memory_used > 1e7
    assert status.memory_total is None
    assert status.waiting is not None
    assert 0 <= status.waiting <= 1


def test_a_validation_counts_objects(tmp_path: Path, run_config: RunConfig) -> None:
    folder = RunFolder.of(tmp_path, "try")
    go(run_config.replace(num_iterations=2, validation_interval=2), folder)
    counted = [row for row in read_rows(folder.validation_scores_file) if "objects" in row]
    assert len(counted) == 1
    assert set(counted[0]["objects"]) == {"right", "merged", "split", "missed", "invented"}
    best = min(row["scores"]["voi"] for row in read_rows(folder.validation_scores_file))
    assert counted[0]["scores"]["voi"] == best
