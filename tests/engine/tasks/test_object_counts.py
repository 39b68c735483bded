"""Fates of objects by hand, and what holds for all of them."""

import json
from itertools import pairwise

import numpy as np
import pytest
from funlib.geometry import Coordinate, Roi
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dacapo_engine.errors import DataError
from dacapo_engine.evaluate import evaluate_volumes
from dacapo_engine.experiments.datasplits.datasets.arrays import NumpyArray
from dacapo_engine.experiments.tasks.evaluators.instance_evaluation_scores import IOU_THRESHOLDS
from dacapo_engine.experiments.tasks.evaluators.instance_scores import evaluate_arrays
from dacapo_engine.experiments.tasks.evaluators.object_counts import count_objects

IDS = arrays(np.int32, (5, 6), elements=st.integers(0, 5))


def fates(segmentation, truth, mask=None, **options):
    found = count_objects(np.array(segmentation), np.array(truth), mask, **options)
    return {kind: [place.id for place in places] for kind, places in vars(found).items() if places}


@pytest.mark.parametrize(
    ("truth", "segmentation", "expected"),
    [
        ([7, 7, 7, 0, 9, 9], [4, 4, 4, 0, 2, 2], {"right": [7, 9]}),
        # One segment holds most of both.
        ([7, 7, 7, 9, 9, 9], [4, 4, 4, 4, 4, 4], {"merged": [7, 9]}),
        # Two halves; three quarters in one piece are still one object.
        ([7, 7, 7, 7, 0, 0], [4, 4, 5, 5, 0, 0], {"split": [7]}),
        ([7, 7, 7, 7, 0, 0], [4, 4, 4, 5, 0, 0], {"right": [7]}),
        ([7, 7, 7, 7, 9, 9], [0, 0, 0, 4, 2, 2], {"right": [9], "missed": [7]}),
        # Half of it is enough.
        ([7, 7, 7, 7, 0, 0], [4, 4, 0, 0, 0, 0], {"right": [7]}),
        ([7, 7, 0, 0, 0, 0], [4, 4, 0, 5, 5, 0], {"right": [7], "invented": [5]}),
        # It drowns in something of thrice its size.
        ([7, 7, 0, 0, 0, 0], [4, 4, 4, 4, 4, 4], {"missed": [7], "invented": [4]}),
        # 9 lies in a segment that is 7's for the larger part, though 7 is split.
        (
            [7, 7, 7, 7, 7, 7, 7, 9],
            [4, 4, 4, 4, 5, 5, 5, 5],
            {"split": [7], "merged": [9]},
        ),
        ([0, 0, 0], [0, 0, 0], {}),
        ([0, 0, 0], [3, 0, 0], {"invented": [3]}),
        ([3, 0, 0], [0, 0, 0], {"missed": [3]}),
    ],
)
def test_fates_by_hand(truth, segmentation, expected):
    assert fates(segmentation, truth) == expected


def test_a_mask_takes_voxels_away_and_not_into_the_background():
    truth, segmentation = [7, 7, 7, 9, 9, 9], [4, 4, 4, 4, 4, 4]
    assert fates(segmentation, truth, np.array([1, 1, 1, 0, 0, 0])) == {"right": [7]}
    assert fates(segmentation, truth, np.zeros(6)) == {}


def test_the_same_id_in_two_images_is_two_objects():
    truth = [[7, 7, 0], [0, 7, 7]]
    segmentation = [[4, 4, 0], [0, 0, 0]]
    assert fates(segmentation, truth, separate_images=True) == {"right": [7], "missed": [7]}
    assert fates(truth, truth, separate_images=True) == {"right": [7, 7]}


@given(IDS, IDS, arrays(bool, (5, 6)))
@settings(max_examples=100, deadline=None)
def test_every_true_object_has_one_fate_and_names_do_not_matter(segmentation, truth, mask):
    found = count_objects(segmentation, truth, mask)
    of_truth = [p.id for kind in ("right", "merged", "split", "missed")
                for p in getattr(found, kind)]  # fmt: skip
    assert sorted(of_truth) == [n for n in np.unique(truth[mask]) if n]
    unplaced = count_objects(segmentation, truth, mask, with_places=False)
    assert unplaced.counts() == found.counts()
    renamed = count_objects(np.where(segmentation, 77 - segmentation, 0), truth, mask)
    counts = found.counts()
    assert renamed.counts() == counts
    for kind in ("right", "merged", "split", "missed"):
        assert set(getattr(renamed, kind)) == set(getattr(found, kind))
    scores = evaluate_arrays(segmentation, truth, mask)
    assert sum(counts.values()) - counts["invented"] == scores.num_true_objects
    assert counts["right"] <= round(scores.recall50 * scores.num_true_objects)


@given(IDS)
@settings(max_examples=50, deadline=None)
def test_what_is_equal_is_right(truth):
    counts = count_objects(truth, truth).counts()
    assert counts.pop("right") == len(set(np.unique(truth)) - {0})
    assert not any(counts.values())


@given(IDS)
@settings(max_examples=50, deadline=None)
def test_a_place_lies_in_its_object(truth):
    for place in count_objects(truth, truth, voxel_size=(4, 2), begin=(100, 10)).right:
        index = tuple(np.floor((np.array(place.position) - (100, 10)) / (4, 2)).astype(int))
        assert truth[index] == place.id


def test_a_place_is_in_the_middle_and_counts_in_nanometres():
    truth = np.zeros((3, 9, 9), np.uint32)
    truth[1, 2:7, 3:8] = 12
    shape = Coordinate(truth.shape) * Coordinate(40, 4, 4)
    array = NumpyArray.from_np_array(truth, Roi((80, 8, 8), shape), (40, 4, 4), ["z", "y", "x"])
    answer = json.loads(json.dumps(evaluate_volumes(array, array, places=True)))
    assert answer["places"]["right"] == [[12, [80 + 60, 8 + 18, 8 + 22]]]
    assert answer["objects"] == {"right": 1, "merged": 0, "split": 0, "missed": 0, "invented": 0}
    assert "places" not in evaluate_volumes(array, array)


def test_shapes_that_differ_are_a_sentence():
    with pytest.raises(DataError, match="segmentation is 4 voxels, but the labels are 5"):
        count_objects(np.ones(4, int), np.ones(5, int))


def test_precision_recall_and_ap_by_iou_by_hand():
    # IoU 8/10 and 6/10; one object is invented.
    truth = np.repeat([1, 0, 2, 0], 10)
    segmentation = np.zeros(40, int)
    segmentation[:8], segmentation[20:26], segmentation[35:] = 1, 2, 3
    scores = evaluate_arrays(segmentation, truth)
    found = [sum(iou <= limit for limit in (0.8, 0.6)) for iou in IOU_THRESHOLDS]
    assert scores.recall_by_iou == pytest.approx([n / 2 for n in found])
    assert scores.precision_by_iou == pytest.approx([n / 3 for n in found])
    assert scores.ap_by_iou == pytest.approx([n / (5 - n) for n in found])
    assert scores.ap == pytest.approx(np.mean(scores.ap_by_iou))
    assert (IOU_THRESHOLDS[0], IOU_THRESHOLDS[-1]) == (0.5, 0.9)
    assert scores.ap50 == scores.ap_by_iou[0]


@given(IDS, IDS)
@settings(max_examples=50, deadline=None)
def test_ap_falls_with_iou(segmentation, truth):
    by_iou = evaluate_arrays(segmentation, truth).ap_by_iou
    assert all(a >= b for a, b in pairwise(by_iou))
