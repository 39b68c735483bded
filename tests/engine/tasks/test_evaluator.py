"""The evaluator's memory of the best."""

import math

import pytest

from dacapo_engine.experiments.tasks.evaluators import InstanceEvaluationScores, InstanceEvaluator
from dacapo_engine.experiments.tasks.post_processors import WatershedPostProcessorParameters
from dacapo_engine.experiments.validation_iteration_scores import ValidationIterationScores
from dacapo_engine.experiments.validation_scores import ValidationScores

PARAMETERS = [WatershedPostProcessorParameters(id=0), WatershedPostProcessorParameters(id=1)]


def row(split, ap50):
    return list(InstanceEvaluationScores(split, 0.0, 0.1, ap50, 0.5, 0.5).as_dict().values())


@pytest.fixture
def evaluator():
    scores = [
        ValidationIterationScores(100, [[row(3.0, 0.2), row(2.0, 0.1)]]),
        ValidationIterationScores(200, [[row(1.0, 0.1), row(2.5, math.nan)]]),
    ]
    evaluator = InstanceEvaluator()
    evaluator.set_best(ValidationScores(PARAMETERS, ["crop"], evaluator.score, scores))
    return evaluator


def test_the_best_of_each_criterion_has_its_own_direction(evaluator):
    assert evaluator.best_scores["crop", PARAMETERS[0], "voi"] == (200, 1.0)
    assert evaluator.best_scores["crop", PARAMETERS[0], "ap50"] == (100, 0.2)
    assert evaluator.best_scores["crop", PARAMETERS[1], "voi"] == (100, 2.0)
    assert evaluator.get_overall_best("crop", "voi") == 1.0
    assert evaluator.get_overall_best_parameters("crop", "voi") == PARAMETERS[0]
    assert evaluator.get_overall_best("crop", "ap50") == 0.2


def test_only_a_better_score_is_the_best(evaluator):
    better = InstanceEvaluationScores(0.5, 0.0, ap50=0.1)
    assert evaluator.is_best("crop", PARAMETERS[0], "voi", better)
    assert not evaluator.is_best("crop", PARAMETERS[0], "ap50", better)
    assert not evaluator.is_best("crop", PARAMETERS[0], "voi", InstanceEvaluationScores())
    assert evaluator.is_best("another", PARAMETERS[0], "ap50", better)


def test_before_any_validation_there_is_no_best():
    evaluator = InstanceEvaluator()
    assert evaluator.get_overall_best("crop", "voi") is None
    assert evaluator.get_overall_best_parameters("crop", "voi") is None


def test_criteria_say_how_they_are_judged():
    evaluator = InstanceEvaluator()
    assert evaluator.criteria[0] == "voi"
    assert evaluator.compare(1.0, 2.0, "voi")
    assert evaluator.compare(2.0, 1.0, "ap50")
    assert evaluator.compare(1.0, math.nan, "voi")
    assert not evaluator.compare(math.nan, 1.0, "voi")
    assert evaluator.bounds("ap50") == (0, 1)
    assert [c for c in evaluator.criteria if evaluator.store_best(c)] == [
        "voi",
        "adapted_rand_error",
        "ap50",
    ]
