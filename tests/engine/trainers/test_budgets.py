"""A time becomes a number of iterations once; a run ends when it stops improving."""

from __future__ import annotations

import math
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.budgets import (
    MinutesBudgetConfig,
    OvernightBudgetConfig,
    PlateauBudgetConfig,
)
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.start import continue_with
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, read_status
from dacapo_engine.train import train_run
from dacapo_engine.training.plateau import ranks_of_rows, stopped_improving
from dacapo_engine.training.time_budget import TimeBudget
from dacapo_engine.yaml_file import from_yaml, read_config, to_yaml


def test_a_budget_is_part_of_a_run_file(run_config: RunConfig) -> None:
    for budget in (MinutesBudgetConfig(minutes=45), OvernightBudgetConfig(), PlateauBudgetConfig()):
        config = run_config.replace(budget_config=budget)
        assert from_yaml(to_yaml(config), RunConfig) == config
    config = run_config.replace(budget_config={"type": "minutes", "minutes": 3, "iterations": 4})
    assert (config.num_iterations, config.train_until) == (6, 4)
    assert run_config.train_until == 6


@pytest.mark.parametrize(
    ("hour", "hours"), [(18, 14), (23, 9), (2, 6), (6, 12), (9, 12), (16, 16), (15, 12)]
)
def test_overnight_is_until_the_morning_or_half_a_day(hour: int, hours: int) -> None:
    begun = datetime(2025, 3, 4, hour)
    assert OvernightBudgetConfig().seconds(begun) == hours * 3600


def test_what_fits_into_a_time() -> None:
    now = 0.0
    budget = TimeBudget(MinutesBudgetConfig(minutes=10), clock=lambda: now)
    warm = []
    for seconds in (5, 5, 5, *(1,) * 30):  # slow at first
        now += seconds
        budget.add(seconds)
        warm.append(budget.is_warm)
    assert warm == [False] * 22 + [True] * 11
    # 600 s, of which 45 are over; 4 s for the validation at the end, 4 s after each 10 steps.
    assert budget.iterations(33, 4, 10) == 33 + int((600 - 45 - 4) / 1.4)
    assert budget.iterations(33) == 33 + 555
    now = 1000
    assert budget.iterations(33) == 33


def trained(config: RunConfig, runs: Path, **options: Any) -> Run:
    run = Run(config)
    train_run(run, runs=runs, device="cpu", **options)
    return run


def test_minutes_become_iterations_and_are_kept(tmp_path: Path, run_config: RunConfig) -> None:
    budget = MinutesBudgetConfig(minutes=6 / 60)
    config = run_config.replace(
        num_iterations=100_000, validation_interval=10, budget_config=budget
    )
    folder = RunFolder.of(tmp_path, "try")
    stop = {"should_stop": lambda: not read_config(folder.run_file, RunConfig).is_measuring}
    trained(config, tmp_path, **stop)
    measured = read_config(folder.run_file, RunConfig)
    status = read_status(folder)
    assert status is not None
    assert status.state is RunState.STOPPED
    assert 4 < measured.train_until < 5000
    assert (status.num_iterations, status.num_iterations_is) == (measured.train_until, "about")
    assert status.budget == "0.1 minutes"
    assert read_rows(folder.validation_scores_file), "the validation that was timed has scores"
    # The number stays, whatever file the training goes on with.
    begun = time.monotonic()
    run = trained(config, tmp_path)
    assert run.training_stats.trained_until() == measured.train_until == run.train_until
    assert time.monotonic() - begun < 40
    assert read_config(folder.run_file, RunConfig) == measured
    later = continue_with(folder, "later", ())
    assert later.budget_config == budget
    longer = config.replace(num_iterations=run.train_until + 1, budget_config=None)
    assert trained(longer, tmp_path).training_stats.trained_until() == run.train_until + 1


def test_it_ends_when_it_stops_improving(tmp_path: Path, run_config: RunConfig) -> None:
    config = run_config.replace(
        num_iterations=40,
        validation_interval=2,
        budget_config=PlateauBudgetConfig(patience=2, least_gain=0.99),
    )
    run = trained(config, tmp_path)
    assert run.training_stats.trained_until() == 6
    status = read_status(RunFolder.of(tmp_path, "try"))
    assert status is not None
    assert (status.state, status.iteration) == (RunState.FINISHED, 6)
    assert "not improved since iteration 2" in status.message
    with pytest.raises(ConfigError, match="anything to be scored on"):
        trained(config.replace(name="blind"), tmp_path, validate=False)


def test_what_counts_as_better() -> None:
    ranks = {10: 5.0, 20: 4.0, 30: 3.99, 40: 4.2, 50: math.nan}
    assert stopped_improving(ranks, 3, 0.01) == 20
    assert stopped_improving(ranks, 3, 0.0) is None
    assert stopped_improving({}, 1, 0.01) is None
    rows = [
        {"iteration": n, "dataset": name, "parameters": {}, "scores": {"voi": value}}
        for n, name, value in ((1, "a", 3.0), (1, "a", 2.0), (1, "b", 4.0), (2, "a", None))
    ]
    found = ranks_of_rows(rows, lambda scores: scores["voi"])
    assert found[1] == 3.0
    assert math.isnan(found[2])
