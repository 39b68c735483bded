"""Instance scores against scikit-image and examples worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.metrics import adapted_rand_error, variation_of_information

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.tasks.evaluators import InstanceEvaluationScores
from dacapo_engine.experiments.tasks.evaluators.instance_scores import evaluate_arrays

ids = arrays(np.uint64, (3, 4, 5), elements=st.integers(0, 4))
objects = arrays(np.uint64, (3, 4, 5), elements=st.integers(1, 4))


def random_pair(seed, largest=6):
    rng = np.random.default_rng(seed)
    return rng.integers(0, largest, (2, 9, 10, 11)).astype(np.uint64)


@pytest.mark.parametrize("seed", range(3))
def test_voi_and_rand_error_are_those_of_skimage_where_truth_is_labelled(seed):
    segmentation, truth = random_pair(seed)
    scores = evaluate_arrays(segmentation, truth)
    labelled = truth > 0
    split, merge = variation_of_information(truth[labelled], segmentation[labelled])
    assert scores.voi_split == pytest.approx(split)
    assert scores.voi_merge == pytest.approx(merge)
    assert scores.voi == pytest.approx(split + merge)
    error, _, _ = adapted_rand_error(truth[labelled], segmentation[labelled], ignore_labels=())
    assert scores.adapted_rand_error == pytest.approx(error)


def test_voi_and_rand_error_are_those_of_skimage_with_background():
    segmentation, truth = random_pair(3)
    scores = evaluate_arrays(segmentation, truth, count_background=True)
    split, merge = variation_of_information(truth, segmentation)
    assert (scores.voi_split, scores.voi_merge) == pytest.approx((split, merge))
    error, _, _ = adapted_rand_error(truth, segmentation, ignore_labels=())
    assert scores.adapted_rand_error == pytest.approx(error)


def test_split_and_merge_by_hand():
    truth = np.repeat([1, 2], 8)[None]
    halves = np.repeat([1, 2, 3, 4], 4)[None]
    split = evaluate_arrays(halves, truth)
    assert (split.voi_split, split.voi_merge) == pytest.approx((1, 0))
    merged = evaluate_arrays(np.ones_like(truth), truth)
    assert (merged.voi_split, merged.voi_merge) == pytest.approx((0, 1))


def test_ap50_by_hand():
    # Found exactly; found with IoU 4 / 7; missed with IoU 2 / 5; and one that is not there.
    truth = np.array([1, 1, 1, 0, 2, 2, 2, 2, 2, 2, 0, 3, 3, 3, 0, 0, 0])
    found = np.array([7, 7, 7, 0, 8, 8, 8, 8, 0, 0, 8, 9, 9, 0, 9, 9, 5])
    scores = evaluate_arrays(found[None], truth[None])
    assert scores.ap50 == pytest.approx(2 / (2 + 2 + 1))
    assert scores.precision50 == pytest.approx(2 / 4)
    assert scores.recall50 == pytest.approx(2 / 3)
    assert (scores.num_objects, scores.num_true_objects) == (4, 3)


@pytest.mark.parametrize("swap", [False, True])
def test_an_object_in_two_equal_halves_is_found_once(swap):
    pair = np.array([[1, 1, 1, 1, 0]]), np.array([[1, 1, 2, 2, 0]])
    scores = evaluate_arrays(*(pair[::-1] if swap else pair))
    assert scores.ap50 == pytest.approx(1 / 2)


def test_what_the_mask_leaves_out_does_not_count():
    truth = np.array([[1, 1, 2, 2, 3, 3]])
    found = np.array([[1, 1, 2, 2, 2, 2]])
    assert evaluate_arrays(found, truth).voi > 0
    scores = evaluate_arrays(found, truth, mask=np.array([[1, 1, 1, 1, 0, 0]]))
    assert (scores.voi, scores.adapted_rand_error, scores.ap50) == (0, 0, 1)
    assert (scores.num_true_objects, scores.num_voxels) == (2, 4)


def test_ids_above_2_to_the_31_are_fine():
    segmentation, truth = random_pair(4)
    expected = evaluate_arrays(segmentation, truth)
    far = np.where(truth > 0, truth + np.uint64(2**63), 0).astype(np.uint64)
    further = np.where(segmentation > 0, np.uint64(2**64 - 1) - segmentation, 0)
    assert evaluate_arrays(further, far).as_dict() == pytest.approx(expected.as_dict())


def test_many_ids_are_counted_sparsely():
    truth = np.arange(1, 6001).reshape(20, 300)
    scores = evaluate_arrays(truth[::-1, ::-1].copy(), truth)
    assert (scores.voi, scores.ap50) == (0, 1)


def test_two_empty_volumes_agree():
    nothing = np.zeros((3, 4), np.uint8)
    scores = evaluate_arrays(nothing, nothing)
    assert (scores.voi, scores.adapted_rand_error, scores.ap50) == (0, 0, 1)
    assert (scores.precision50, scores.recall50) == (1, 1)


@pytest.mark.parametrize("swap", [False, True])
def test_one_empty_volume_is_as_wrong_as_can_be(swap):
    nothing, one = np.zeros((4, 4), np.uint8), np.ones((4, 4), np.uint8)
    scores = evaluate_arrays(*((nothing, one) if swap else (one, nothing)))
    assert (scores.voi, scores.adapted_rand_error, scores.ap50) == (4, 1, 0)
    assert (scores.precision50, scores.recall50) == (0, 0)


def test_the_same_id_in_separate_images_is_not_the_same_object():
    truth = np.array([[[1, 1, 0]], [[1, 1, 0]]])
    found = np.array([[[1, 1, 0]], [[2, 2, 0]]])
    assert evaluate_arrays(found, truth).voi == 1
    scores = evaluate_arrays(found, truth, separate_images=True)
    assert (scores.voi, scores.ap50, scores.num_true_objects) == (0, 1, 2)


@given(ids, objects)
@settings(max_examples=40)
def test_voi_is_symmetric(a, b):
    one, other = evaluate_arrays(a, b, None, True), evaluate_arrays(b, a, None, True)
    assert one.voi == pytest.approx(other.voi)
    assert one.voi_split == pytest.approx(other.voi_merge)
    assert one.ap50 == other.ap50


@given(ids, st.permutations(range(1, 5)))
@settings(max_examples=40)
def test_equal_up_to_ids_is_perfect(a, permuted):
    scores = evaluate_arrays(np.array([0, *permuted])[a], a)
    assert scores.as_dict() == pytest.approx(evaluate_arrays(a, a).as_dict())
    assert (scores.voi, scores.adapted_rand_error, scores.ap50) == (0, 0, 1)


@given(ids, ids)
@settings(max_examples=40)
def test_scores_are_within_their_bounds(a, b):
    for criterion, value in evaluate_arrays(a, b).as_dict().items():
        low, high = InstanceEvaluationScores.bounds(criterion)
        assert low <= value <= high


def test_each_criterion_knows_its_direction():
    better = {c for c in InstanceEvaluationScores.criteria if _higher(c)}
    assert better == {"ap50", "ap", "precision50", "recall50"}
    assert InstanceEvaluationScores.bounds("voi") == (0, math.inf)
    with pytest.raises(ValueError, match="'dice' is no criterion"):
        _higher("dice")


def _higher(criterion):
    return InstanceEvaluationScores.higher_is_better(criterion)


def test_shapes_that_differ_are_a_sentence():
    with pytest.raises(DataError, match="segmentation is 2 x 3 voxels, but the labels are 3 x 2"):
        evaluate_arrays(np.ones((2, 3), int), np.ones((3, 2), int))


def test_ids_that_are_not_whole_are_a_sentence():
    with pytest.raises(DataError, match="integer ids in the segmentation, got float64"):
        evaluate_arrays(np.ones((2, 3)), np.ones((2, 3), int))
