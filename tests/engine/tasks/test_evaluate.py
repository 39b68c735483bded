"""Volumes compared in world coordinates."""

import json
from fractions import Fraction

import numpy as np
import pytest

from dacapo_engine.errors import DataError
from dacapo_engine.evaluate import evaluate_volumes
from dacapo_engine.experiments.datasplits.datasets.arrays import NumpyArray
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_grid import VoxelGrid

LABELS = np.kron(np.arange(1, 9).reshape(2, 2, 2), np.ones((4, 5, 6), np.uint32)).astype(np.uint32)


def volume(values, voxel_size=(8, 4, 4), first=(0, 0, 0), axes="zyx", known=True):
    sizes = [Fraction(str(size)) for size in voxel_size]
    offset = [a * size for a, size in zip(first, sizes, strict=True)]
    grid = VoxelGrid.from_nanometres(values.shape, sizes, offset, known=known)
    return NumpyArray.from_grid(values, grid, list(axes))


def test_equal_volumes_are_perfect_and_the_answer_is_json():
    scores = json.loads(json.dumps(evaluate_volumes(volume(LABELS + 7), volume(LABELS))))
    assert (scores["voi"], scores["voi_split"], scores["voi_merge"]) == (0, 0, 0)
    assert (scores["adapted_rand_error"], scores["ap50"]) == (0, 1)
    assert (scores["num_objects"], scores["num_true_objects"]) == (8, 8)
    assert scores["num_voxels"] == LABELS.size
    assert scores["notes"] == []


def test_numpy_arrays_are_compared_voxel_by_voxel():
    assert evaluate_volumes(LABELS, LABELS)["voi"] == 0
    with pytest.raises(DataError, match="segmentation is 7 x 10 x 12 voxels"):
        evaluate_volumes(LABELS[1:], LABELS)
    with pytest.raises(TypeError, match="not both"):
        evaluate_volumes(LABELS, volume(LABELS))


def test_regions_that_differ_are_compared_where_they_overlap():
    scores = evaluate_volumes(volume(LABELS[2:, :, 3:], first=(2, 0, 3)), volume(LABELS[:, 1:]))
    assert scores["voi"] > 0
    scores = evaluate_volumes(volume(LABELS[2:, :, 3:], first=(2, 0, 3)), volume(LABELS))
    assert scores["voi"] == 0
    assert scores["num_voxels"] == 6 * 10 * 9
    assert "6 x 10 x 9 voxels, 16 to 64 x 0 to 40 x 12 to 48 nm, are in all" in scores["notes"][0]


def test_regions_that_do_not_overlap_are_a_sentence():
    with pytest.raises(DataError, match="share no region"):
        evaluate_volumes(volume(LABELS, first=(100, 0, 0)), volume(LABELS))


def test_voxel_sizes_that_differ_are_a_sentence():
    with pytest.raises(DataError, match="segmentation are 4 nm, those of the labels 8 x 4 x 4 nm"):
        evaluate_volumes(volume(LABELS, (4, 4, 4)), volume(LABELS))


def test_whole_and_fractional_voxel_sizes_meet():
    fractional = volume(LABELS, (8, 4, "4.0001"))
    assert evaluate_volumes(fractional, volume(LABELS))["voi"] == 0
    part = volume(LABELS[2:], ("0.5", "0.25", "0.25"), first=(2, 0, 0))
    scores = evaluate_volumes(part, volume(LABELS, ("0.5", "0.25", "0.25")))
    assert (scores["voi"], scores["num_voxels"]) == (0, 6 * 10 * 12)


def test_an_unknown_voxel_size_is_said_to_be_so():
    unknown = volume(LABELS, (1, 1, 1), known=False)
    scores = evaluate_volumes(unknown, volume(LABELS))
    assert scores["voi"] == 0
    assert "voxel by voxel" in scores["notes"][0]
    with pytest.raises(DataError, match="size not known"):
        evaluate_volumes(volume(LABELS[1:], (1, 1, 1), known=False), volume(LABELS))


def test_axes_that_differ_are_a_sentence():
    with pytest.raises(DataError, match=r"2 spatial axes \(y, x\), the labels have 3"):
        evaluate_volumes(volume(LABELS[0], (4, 4), (0, 0), "yx"), volume(LABELS))


def test_the_mask_is_honoured():
    wrong = LABELS.copy()
    wrong[:4] = 1
    assert evaluate_volumes(volume(wrong), volume(LABELS))["voi"] > 0
    mask = np.zeros(LABELS.shape, np.uint8)
    mask[4:] = 1
    scores = evaluate_volumes(volume(wrong), volume(LABELS), volume(mask))
    assert (scores["voi"], scores["num_true_objects"]) == (0, 4)


def test_the_same_id_in_separate_images_is_not_the_same_object():
    images = np.stack([LABELS[0], LABELS[0]])
    numbered = images + np.array([0, 10], np.uint32)[:, None, None]
    as_images = evaluate_volumes(*(volume(v, (1, 4, 4), axes="syx") for v in (numbered, images)))
    assert (as_images["voi"], as_images["num_true_objects"]) == (0, 8)
    as_volume = evaluate_volumes(*(volume(v, (1, 4, 4)) for v in (numbered, images)))
    assert as_volume["voi_split"] == pytest.approx(1)


def test_background_counts_on_request():
    truth = np.where(LABELS > 4, LABELS, 0)
    assert evaluate_volumes(LABELS, truth)["voi"] == 0
    assert evaluate_volumes(LABELS, truth, count_background=True)["voi_split"] == pytest.approx(1)
