from __future__ import annotations

import json
import os
import platform
from typing import Any

import numpy as np

from dacapo_engine.store.rows import append_row, rewrite_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, StatusWriter
from dacapo_napari.run_updates import (
    LossRows,
    Snapshot,
    StatusChanged,
    Update,
    ValidationRows,
)
from dacapo_napari.runs.run_follower import RunFollower
from tests.napari.dock.conftest import VOXEL_SIZE, write_snapshot


def only(updates: list[Update], kind: type[Any]) -> list[Any]:
    return [update for update in updates if isinstance(update, kind)]


def loss_rows(numbers: range) -> list[dict[str, float]]:
    return [{"iteration": n, "loss": 1 / (n + 1)} for n in numbers]


def test_losses_come_once_and_in_batches(run_folder: RunFolder) -> None:
    follower = RunFollower(run_folder)
    assert only(follower.poll(), LossRows)[0].fresh
    for row in loss_rows(range(5)):
        append_row(run_folder.training_stats_file, row)
    (told,) = only(follower.poll(), LossRows)
    np.testing.assert_array_equal(told.iterations, range(5))
    assert not told.fresh
    assert not only(follower.poll(), LossRows)


def test_a_resume_starts_the_curve_anew(run_folder: RunFolder) -> None:
    rewrite_rows(run_folder.training_stats_file, loss_rows(range(8)))
    follower = RunFollower(run_folder)
    follower.poll()
    rewrite_rows(run_folder.training_stats_file, loss_rows(range(4)))
    (told,) = only(follower.poll(), LossRows)
    assert told.fresh
    assert len(told.losses) == 4


def test_best_parameters_of_each_validation(run_folder: RunFolder) -> None:
    follower = RunFollower(run_folder)
    follower.poll()
    for iteration, voi in ((10, 2.0), (10, 1.5), (20, 1.0), (20, float("nan"))):
        row = {"iteration": iteration, "dataset": "validate", "parameters": {"threshold": voi}}
        append_row(run_folder.validation_scores_file, {**row, "scores": {"voi": voi}})
    (told,) = only(follower.poll(), ValidationRows)
    assert [(p.iteration, p.scores["voi"]) for p in told.points] == [(10, 1.5), (20, 1.0)]


def test_snapshots_are_read_with_their_place(run_folder: RunFolder) -> None:
    write_snapshot(run_folder, 10, (0.0, 0.0, 0.0))
    write_snapshot(run_folder, 20, (283.718, 0.0, 126.786))
    follower = RunFollower(run_folder)
    (newest,) = only(follower.poll(), Snapshot)
    assert newest.iterations == (10, 20)
    assert newest.iteration == 20
    arrays = {array.name: array for array in newest.arrays}
    assert arrays["prediction"].axes == ("c", "z", "y", "x")
    assert arrays["raw"].axes == ("z", "y", "x")
    assert arrays["gt"].voxel_size == VOXEL_SIZE
    assert arrays["gt"].offset == (283.718, 0.0, 126.786)
    assert arrays["gt"].known
    assert only(follower.poll(), Snapshot) == []


def test_status_tells_whether_somebody_trains(run_folder: RunFolder) -> None:
    writer = StatusWriter(run_folder, num_iterations=100)
    writer.update(RunState.TRAINING, iteration=3)
    lock = {"host": platform.node(), "pid": os.getpid(), "heartbeat": 0}
    run_folder.lock_file.write_text(json.dumps(lock), encoding="utf-8")
    follower = RunFollower(run_folder)
    (told,) = only(follower.poll(), StatusChanged)
    assert told.alive
    assert told.status.iteration == 3

    # Killed: the status still says training, the process is gone.
    lock["pid"] = 2**22 + 12345
    run_folder.lock_file.write_text(json.dumps(lock), encoding="utf-8")
    (told,) = only(follower.poll(), StatusChanged)
    assert not told.alive
