"""Curves of other runs are read in bounded time, however long the runs are."""

from __future__ import annotations

import json
import time

import numpy as np

from dacapo_engine.store.rows import append_row
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.dock.runs.runs_curves import read_curve, read_curves


def test_a_short_history_is_read_whole(run_folder: RunFolder) -> None:
    for iteration in range(50):
        append_row(run_folder.training_stats_file, {"iteration": iteration, "loss": 0.5})
    scores = {"iteration": 20, "dataset": "a", "parameters": {"id": 1}, "scores": {"voi": 1.5}}
    append_row(run_folder.validation_scores_file, scores)
    curve = read_curve(run_folder)
    assert curve.iterations.tolist() == list(range(50))
    assert curve.points[0].scores == {"voi": 1.5}


def test_a_huge_history_keeps_its_shape(run_folder: RunFolder) -> None:
    count = 300_000
    row = {"iteration": 0, "loss": 0.0, "time": 0.123456, "wait": 0.0, "learning_rate": 1e-4}
    with run_folder.training_stats_file.open("w", encoding="utf-8") as file:
        for iteration in range(count):
            row["iteration"], row["loss"] = iteration, 1 - iteration / count
            file.write(json.dumps(row) + "\n")
    begun = time.perf_counter()
    curve = read_curve(run_folder)
    assert time.perf_counter() - begun < 2
    assert 500 <= len(curve.losses) <= 1000
    assert (np.diff(curve.iterations) > 0).all()
    assert curve.iterations[-1] > count - 100
    np.testing.assert_allclose(curve.losses, 1 - curve.iterations / count, atol=1e-6)


def test_runs_without_a_history_are_left_out(run_folder: RunFolder) -> None:
    assert read_curves([run_folder]) == {}
