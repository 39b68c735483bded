"""What a training and its validations leave behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.training_iteration_stats import TrainingIterationStats
from dacapo_engine.experiments.training_stats import TrainingStats
from dacapo_engine.experiments.validation_iteration_scores import ValidationIterationScores
from dacapo_engine.experiments.validation_scores import ValidationScores


def stats_of(*iterations: int) -> TrainingStats:
    return TrainingStats([TrainingIterationStats(n, 1 / (n + 1), 0.5) for n in iterations])


class TestTrainingStats:
    def test_in_order(self) -> None:
        stats = TrainingStats()
        assert stats.trained_until() == 0
        for n in range(4):
            stats.add_iteration_stats(TrainingIterationStats(n, 0.5, 0.1))
        assert stats.trained_until() == 4
        for n in (3, 0):
            with pytest.raises(ValueError, match=f"Expected the stats of iteration 4, got {n}"):
                stats.add_iteration_stats(TrainingIterationStats(n, 0.5, 0.1))

    def test_delete_after(self) -> None:
        stats = stats_of(0, 1, 2, 3)
        stats.delete_after(2)
        assert stats.trained_until() == 2
        stats.add_iteration_stats(TrainingIterationStats(2, 0.1, 0.1))
        stats.delete_after(0)
        assert stats.trained_until() == 0

    def test_to_xarray(self) -> None:
        array = stats_of(5, 6, 7).to_xarray()
        assert array.dims == ("iterations",)
        assert array.coords["iterations"].values.tolist() == [5, 6, 7]
        np.testing.assert_allclose(array, [1 / 6, 1 / 7, 1 / 8])
        assert TrainingStats().to_xarray().size == 0

    def test_rows_come_back(self) -> None:
        entry = TrainingIterationStats(3, 0.25, 0.1, 0.2, 1e-3, 2)
        assert TrainingIterationStats(**entry.as_row()) == entry


class Named:
    def __init__(self, name: str) -> None:
        self.name = name


@pytest.fixture
def task() -> Any:
    config = AffinitiesTaskConfig(
        neighborhood=((0, 0, 1),),
        foreground_thresholds=(0.1, 0.2),
        agglomeration_thresholds=(1.0,),
        long_range_groups=(0,),
        long_range_biases=(0.5,),
    )
    return config.task_type(config)


@pytest.fixture
def scores(task: Any) -> ValidationScores:
    """Of iterations 10, 20 and 30, on two datasets; all numbers differ."""
    made = ValidationScores(task.parameters, [Named("a"), Named("b")], task.evaluation_scores)
    shape = (2, len(made.parameters), len(made.criteria))
    rng = np.random.default_rng(0)
    for iteration in (10, 20, 30):
        made.add_iteration_scores(ValidationIterationScores(iteration, rng.random(shape).tolist()))
    return made


class TestValidationScores:
    def test_to_xarray(self, scores: ValidationScores) -> None:
        array = scores.to_xarray()
        assert array.dims == ("iterations", "datasets", "parameters", "criteria")
        assert array.coords["iterations"].values.tolist() == [10, 20, 30]
        assert array.coords["datasets"].values.tolist() == ["a", "b"]
        assert array.coords["criteria"].values.tolist() == scores.criteria
        ids = [parameters.id for parameters in scores.parameters]
        assert array.coords["parameters"].values.tolist() == ids
        assert float(array.sel(iterations=20, datasets="b").values[1, 2]) == pytest.approx(
            scores.scores[1].scores[1][1][2]
        )
        assert scores.subscores([]).to_xarray().sizes["iterations"] == 0

    def test_every_criterion_has_its_direction(self, scores: ValidationScores) -> None:
        array = scores.to_xarray()
        where, value = scores.get_best(array, "iterations")
        for criterion in scores.criteria:
            part = array.sel(criteria=criterion).values
            higher = scores.evaluation_scores.higher_is_better(criterion)
            best = part.max(axis=0) if higher else part.min(axis=0)
            at = part.argmax(axis=0) if higher else part.argmin(axis=0)
            np.testing.assert_allclose(value.sel(criteria=criterion), best)
            np.testing.assert_array_equal(where.sel(criteria=criterion), (at + 1) * 10)
        assert scores.evaluation_scores.higher_is_better("ap50")
        assert not scores.evaluation_scores.higher_is_better("voi")

    def test_best_of_one_criterion_and_of_parameters(self, scores: ValidationScores) -> None:
        array = scores.to_xarray().sel(
            criteria="voi", datasets="a", parameters=scores.parameters[0].id
        )
        where, value = scores.get_best(array, "iterations")
        assert float(value) == pytest.approx(float(array.min()))
        assert int(where) in {10, 20, 30}
        where, _ = scores.get_best(scores.to_xarray(), "parameters")
        assert set(where.values.ravel()) <= {parameters.id for parameters in scores.parameters}
        with pytest.raises(ValueError, match="criteria"):
            scores.get_best(array.drop_vars("criteria"), "iterations")

    def test_nan_is_never_best(self, scores: ValidationScores) -> None:
        array = scores.to_xarray()
        array[0] = np.nan
        where, value = scores.get_best(array, "iterations")
        assert not bool((where == 10).any())
        assert bool(np.isfinite(value).all())
        array[:] = np.nan
        where, value = scores.get_best(array, "iterations")
        assert bool(np.isnan(value).all())

    def test_compare_and_delete(self, scores: ValidationScores) -> None:
        entries = scores.scores
        assert scores.validated_until() == 31
        assert scores.compare([]) == (False, 0)
        assert scores.compare(entries[:2]) == (False, 21)
        assert scores.compare(entries) == (False, 31)
        longer = [*entries, ValidationIterationScores(40, [])]
        assert scores.compare(longer) == (True, 0)
        scores.delete_after(20)
        assert scores.validated_until() == 11
        scores.delete_after(0)
        assert scores.validated_until() == 0

    def test_names(self, scores: ValidationScores) -> None:
        assert "voi" in scores.criteria
        assert scores.parameter_names
