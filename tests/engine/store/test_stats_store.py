"""Losses and scores by run."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dacapo_engine.experiments import (
    TrainingIterationStats,
    TrainingStats,
    ValidationIterationScores,
    ValidationScores,
)
from dacapo_engine.experiments.tasks.evaluators import InstanceEvaluationScores
from dacapo_engine.experiments.tasks.post_processors import PostProcessorParameters
from dacapo_engine.store import StatsStore, create_stats_store
from dacapo_engine.store.rows import append_row, read_rows
from dacapo_engine.store.run_folder import RunFolder

CRITERIA = len(InstanceEvaluationScores.criteria)


@pytest.fixture
def store(tmp_path: Path) -> StatsStore:
    return create_stats_store(tmp_path)


def stats(count: int, loss: float = 0.5) -> TrainingStats:
    return TrainingStats([TrainingIterationStats(n, loss, 0.1) for n in range(count)])


def scores(*iterations: int, offset: float = 0.0) -> ValidationScores:
    """Two datasets, three settings; every value tells where it belongs."""
    datasets: list[Any] = [SimpleNamespace(name=name) for name in ("b", "a")]
    parameters = [PostProcessorParameters(id=n) for n in range(3)]
    header = ValidationScores(parameters, datasets, InstanceEvaluationScores())
    for iteration in iterations:
        values = [
            [[offset + iteration + 10 * d + p + c / 100 for c in range(CRITERIA)] for p in range(3)]
            for d in range(2)
        ]
        header.add_iteration_scores(ValidationIterationScores(iteration, values))
    return header


def test_what_is_stored_comes_back(store: StatsStore) -> None:
    assert store.retrieve_training_stats("run").trained_until() == 0
    store.store_training_stats("run", stats(5))
    assert store.retrieve_training_stats("run") == stats(5)
    assert store.retrieve_training_stats("run").to_xarray().dims == ("iterations",)
    store.delete_training_stats("run")
    store.delete_training_stats("run")
    assert store.retrieve_training_stats("run") == TrainingStats()


def test_only_what_is_new_is_added(store: StatsStore) -> None:
    store.store_training_stats("run", stats(3))
    store.store_training_stats("run", stats(5, loss=9.0))
    losses = [s.loss for s in store.retrieve_training_stats("run").iteration_stats]
    assert losses == [0.5] * 3 + [9.0] * 2


def test_a_longer_history_is_replaced(store: StatsStore) -> None:
    store.store_training_stats("run", stats(5))
    store.store_training_stats("run", stats(2, loss=9.0))
    assert store.retrieve_training_stats("run") == stats(2, loss=9.0)


def test_subsampled_history_ends_where_the_whole_one_does(store: StatsStore) -> None:
    store.store_training_stats("run", stats(3500))
    thin = store.retrieve_training_stats("run", subsample=True)
    numbers = [s.iteration for s in thin.iteration_stats]
    assert len(numbers) <= 1000
    assert numbers[-1] == 3499
    assert {b - a for a, b in itertools.pairwise(numbers)} == {4}


def test_scores_come_back_in_their_order(store: StatsStore) -> None:
    given = scores(2, 4)
    store.store_validation_iteration_scores("run", given)
    found = store.retrieve_validation_iteration_scores("run")
    assert found == given.scores
    array = given.subscores(found).to_xarray()
    assert float(array.sel(iterations=4, datasets="a", parameters=1, criteria="voi")) == (
        4 + 10 + 1 + InstanceEvaluationScores.criteria.index("voi") / 100
    )


def test_scores_are_added_or_replaced(store: StatsStore) -> None:
    store.store_validation_iteration_scores("run", scores(2))
    store.store_validation_iteration_scores("run", scores(2, 4, offset=0.5))
    kept = store.retrieve_validation_iteration_scores("run")
    assert kept == [*scores(2).scores, *scores(4, offset=0.5).scores]
    store.store_validation_iteration_scores("run", scores(2, offset=7))
    assert store.retrieve_validation_iteration_scores("run") == scores(2, offset=7).scores


def test_a_repeated_validation_counts_once(store: StatsStore, tmp_path: Path) -> None:
    store.store_validation_iteration_scores("run", scores(2))
    path = RunFolder.of(tmp_path, "run").validation_scores_file
    for row in read_rows(path):
        append_row(path, row | {"scores": dict.fromkeys(row["scores"], math.nan)})
    (entry,) = store.retrieve_validation_iteration_scores("run")
    assert all(math.isnan(v) for d in entry.scores for p in d for v in p)
