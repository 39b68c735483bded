"""Binary scores against scikit-learn's definitions by hand, scikit-image, and worked examples."""

import math

import numpy as np
import pytest
from funlib.geometry import Coordinate, Roi
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.metrics import variation_of_information

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays import NumpyArray
from dacapo_engine.experiments.tasks.class_labels import ClassLabels
from dacapo_engine.experiments.tasks.evaluators import (
    BinaryEvaluationScores,
    BinaryEvaluator,
    ClassEvaluationScores,
)
from dacapo_engine.experiments.tasks.evaluators.binary_scores import evaluate_binary

MASKS = arrays(bool, (3, 4, 5))


@given(MASKS, MASKS, MASKS)
@settings(max_examples=60, deadline=None)
def test_scores_follow_their_definitions_where_the_mask_is(test, true, valid):
    scores = evaluate_binary(test, true, valid)
    if not valid.any():
        assert all(math.isnan(value) for value in scores.as_dict().values())
        return
    a, b = test[valid], true[valid]
    tp, fp, fn = int((a & b).sum()), int((a & ~b).sum()), int((~a & b).sum())
    if tp + fp:
        assert scores.precision == tp / (tp + fp)
    if tp + fn:
        assert scores.recall == tp / (tp + fn)
    if tp + fp + fn:
        assert scores.jaccard == tp / (tp + fp + fn)
        assert scores.dice == scores.f1_score == pytest.approx(2 * tp / (2 * tp + fp + fn))
    assert scores.voi == pytest.approx(
        sum(variation_of_information(b.astype(int), a.astype(int))), abs=1e-9
    )
    for criterion in ("dice", "jaccard", "precision", "recall", "voi"):
        low, high = scores.bounds(criterion)
        assert low <= getattr(scores, criterion) <= high


@given(MASKS, MASKS)
@settings(max_examples=30, deadline=None)
def test_overlap_and_voi_are_symmetric_and_precision_is_the_other_recall(test, true):
    one, other = evaluate_binary(test, true), evaluate_binary(true, test)
    assert one.voi == pytest.approx(other.voi)
    assert (one.jaccard, one.dice) == (other.jaccard, other.dice)
    assert (one.precision, one.recall) == (other.recall, other.precision)


def test_empty_cases_are_defined():
    nothing, something = np.zeros((2, 3), bool), np.eye(2, 3, dtype=bool)
    agree = evaluate_binary(nothing, nothing)
    assert (agree.dice, agree.jaccard, agree.precision, agree.recall, agree.voi) == (1, 1, 1, 1, 0)
    for test, true in ((nothing, something), (something, nothing)):
        scores = evaluate_binary(test, true, tolerance=1, clip_distance=10)
        assert (scores.dice, scores.jaccard, scores.precision, scores.recall) == (0, 0, 0, 0)
        assert scores.f1_score_with_tolerance == 0
        assert scores.mean_false_distance_clipped == 10


def test_half_agreement_by_hand():
    true, test = np.array([1, 1, 0, 0]), np.array([1, 0, 1, 0])
    scores = evaluate_binary(test, true)
    assert (scores.precision, scores.recall, scores.jaccard, scores.dice) == (0.5, 0.5, 1 / 3, 0.5)
    assert scores.voi == 2


def test_tolerance_forgives_what_is_near_in_nanometres():
    # Voxels are 10 nm: the truth begins one voxel later, and one voxel is far off.
    true = np.array([[0, 0, 1, 1, 0, 0, 0, 0]])
    test = np.array([[0, 1, 1, 1, 0, 0, 0, 1]])
    near = evaluate_binary(test, true, None, (1, 10), tolerance=10, clip_distance=25)
    assert near.precision == 0.5
    assert near.precision_with_tolerance == 3 / 4
    assert near.recall_with_tolerance == 1
    assert near.f1_score_with_tolerance == pytest.approx(6 / 7)
    assert near.mean_false_distance_clipped == (10 + 25) / 2
    strict = evaluate_binary(test, true, None, (1, 10), tolerance=9)
    assert strict.precision_with_tolerance == 0.5
    assert math.isnan(strict.mean_false_distance_clipped)


def test_shapes_that_differ_are_a_sentence():
    with pytest.raises(DataError, match="segmentation is 2 x 3 voxels, but the labels are 3 x 3"):
        evaluate_binary(np.ones((2, 3)), np.ones((3, 3)))


@pytest.mark.parametrize(
    ("criterion", "higher", "upper"),
    [
        ("dice", True, 1),
        ("recall", True, 1),
        ("f1_score", True, 1),
        ("voi", False, 2),
        ("mean_false_distance_clipped", False, math.inf),
    ],
)
def test_directions_and_bounds(criterion, higher, upper):
    for name in (criterion, f"cell__{criterion}"):
        assert ClassEvaluationScores.higher_is_better(name) is higher
        assert ClassEvaluationScores.bounds(name) == (0, upper)
        assert ClassEvaluationScores.store_best(name) is (criterion in ("f1_score", "voi"))
    with pytest.raises(ValueError, match="'hue' is no criterion"):
        BinaryEvaluationScores.higher_is_better("hue")


def array(values, axes="zyx"):
    shape = Coordinate(values.shape[-3:]) * Coordinate(40, 4, 8)
    return NumpyArray.from_np_array(values, Roi((0, 0, 0), shape), (40, 4, 8), list(axes))


def test_each_class_is_scored_under_its_name_and_the_mean_is_that_of_some(rng):
    truth = rng.integers(0, 3, (4, 5, 6))
    found = np.where(truth == 2, 0, truth)
    evaluator = BinaryEvaluator(ClassLabels(("background", "er", "golgi"), 0), ("er", "golgi"))
    scores = evaluator.evaluate(array(found), array(truth))
    assert scores.as_dict()["er__dice"] == 1
    assert scores.as_dict()["golgi__dice"] == 0
    assert scores.as_dict()["dice"] == 0.5
    assert getattr(scores, "background__recall") == 1  # noqa: B009
    assert scores.dice == 0.5
    assert evaluator.rank(scores.as_dict()) == 0.5
    assert not hasattr(scores, "cell__dice")
    assert not hasattr(scores, "cell")


def test_a_segmentation_with_channels_is_scored_on_labels_with_channels(rng):
    truth = rng.integers(0, 2, (2, 4, 5, 6)).astype(np.uint8)
    valid = rng.integers(0, 2, (4, 5, 6)).astype(np.uint8)
    found = truth.copy()
    found[1] = np.where(valid, found[1], 1 - found[1])
    evaluator = BinaryEvaluator(ClassLabels(("er", "golgi")))
    truths, founds = array(truth, "czyx"), array(found, "czyx")
    assert evaluator.evaluate(founds, truths).as_dict()["golgi__dice"] < 1
    assert evaluator.evaluate(founds, truths, array(valid)).dice == 1
    of_classes = array(np.stack([np.ones_like(valid), valid]), "czyx")
    assert evaluator.evaluate(founds, truths, of_classes).dice == 1


def test_a_class_without_voxels_to_compare_does_not_touch_the_mean(rng):
    truth = rng.integers(0, 2, (2, 4, 5, 6)).astype(np.uint8)
    valid = np.stack([np.ones((4, 5, 6)), np.zeros((4, 5, 6))]).astype(np.uint8)
    evaluator = BinaryEvaluator(ClassLabels(("er", "golgi")))
    scores = evaluator.evaluate(array(truth, "czyx"), array(truth, "czyx"), array(valid, "czyx"))
    assert math.isnan(scores.as_dict()["golgi__dice"])
    assert scores.dice == 1


def test_the_best_of_a_class_can_be_asked_for(rng):
    evaluator = BinaryEvaluator(ClassLabels(("er", "golgi")))
    truth = array(rng.integers(0, 2, (2, 4, 5, 6)).astype(np.uint8), "czyx")
    scores = evaluator.evaluate(truth, truth)
    assert evaluator.is_best("crop", None, "er__voi", scores)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_means_are_means(values):
    scores = {name: BinaryEvaluationScores(recall=v) for name, v in zip("ab", values, strict=True)}
    assert ClassEvaluationScores(scores).as_dict()["recall"] == pytest.approx(np.mean(values))
