"""Unlabelled, background and objects are three things."""

import pickle
from itertools import product

import numpy as np
import pytest
import zarr
from funlib.geometry import Coordinate, Roi
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    KnownLabels,
    LabelledMask,
    NumpyArray,
    RegionConfig,
)
from dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset import RawGTDataset
from dacapo_engine.experiments.tasks import (
    AffinitiesTask,
    AffinitiesTaskConfig,
    DistanceTask,
    DistanceTaskConfig,
    HotDistanceTask,
    HotDistanceTaskConfig,
)
from dacapo_engine.experiments.tasks.labelled_pairs import (
    check_labelled_pairs,
    check_pairs_of_volumes,
    count_labelled_pairs,
)

SIZE = Coordinate(40, 4, 4)
UNLABELLED = 255


def array(values, offset=(0, 0, 0), axes="zyx"):
    shape = Coordinate(values.shape[-3:]) * SIZE
    return NumpyArray.from_np_array(values, Roi(offset, shape), SIZE, list(axes))


def labels(seed=0, shape=(5, 6, 7)):
    values = np.random.default_rng(seed).integers(0, 3, shape).astype(np.uint8)
    values[np.random.default_rng(seed + 1).random(shape) < 0.2] = UNLABELLED
    return values


def dataset(values, mask=None, **options):
    raw = array(np.zeros(values.shape[-3:], np.float32))
    axes = "czyx" if values.ndim > 3 else "zyx"
    return RawGTDataset.from_arrays("train", raw, array(values, axes=axes), mask, **options)


def read(given_array):
    return given_array[given_array.roi]


def test_a_value_for_unlabelled_is_neither_object_nor_background():
    values = labels()
    made = dataset(values, unlabelled_value=UNLABELLED)
    np.testing.assert_array_equal(read(made.mask), values != UNLABELLED)
    np.testing.assert_array_equal(read(made.gt), np.where(values == UNLABELLED, 0, values))


def test_zero_as_the_value_for_unlabelled_leaves_objects_alone():
    made = dataset(labels(), unlabelled_value=0)
    np.testing.assert_array_equal(read(made.mask), labels() > 0)
    np.testing.assert_array_equal(read(made.gt), labels())


def test_a_negative_value_for_unlabelled_is_one():
    values = labels().astype(np.int16)
    values[values == UNLABELLED] = -1
    made = dataset(values, unlabelled_value=-1)
    np.testing.assert_array_equal(read(made.mask), values >= 0)
    assert read(made.gt).min() == 0


def test_beyond_what_is_done_zero_says_nothing():
    values = labels() % UNLABELLED
    slices = [
        RegionConfig(offset=(1, 0, 0), shape=(1, 6, 7), unit="voxels"),
        RegionConfig(offset=(120, 8, -100), shape=(80, 8, 112), unit="nm"),
    ]
    made = dataset(values, done=slices)
    done = np.zeros(values.shape, bool)
    done[1] = True
    done[3:5, 2:4, :3] = True
    np.testing.assert_array_equal(read(made.mask), done | (values > 0))
    np.testing.assert_array_equal(read(dataset(values, done=()).mask), values > 0)
    assert dataset(values).mask is None


@pytest.mark.parametrize("channels", [None, 2])
def test_a_mask_counts_too_and_not_where_it_has_no_voxels(channels):
    values = labels()
    shape = (4, 6, 5) if channels is None else (channels, 4, 6, 5)
    given_mask = (np.random.default_rng(7).random(shape) > 0.4).astype(np.uint8)
    axes = "zyx" if channels is None else "czyx"
    mask = array(given_mask, offset=(-40, 0, 8), axes=axes)
    made = dataset(values, mask, unlabelled_value=UNLABELLED)
    lead = () if channels is None else (channels,)
    expected = np.zeros((*lead, 5, 6, 7), bool)
    expected[..., :3, :, 2:] = given_mask[..., 1:, :, :] > 0
    np.testing.assert_array_equal(read(made.mask), expected & (values != UNLABELLED))
    assert made.mask.num_channels == channels


@given(st.tuples(*(st.integers(0, n - 1) for n in (5, 6, 7))), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_a_box_of_the_mask_is_that_part_of_the_whole(begin, seed):
    rng = np.random.default_rng(seed)
    box = tuple(slice(a, int(rng.integers(a, n)) + 1)
                for a, n in zip(begin, (5, 6, 7), strict=True))  # fmt: skip
    mask = array((rng.random((3, 6, 5)) > 0.3).astype(np.uint8), offset=(40, 0, 8))
    made = LabelledMask(array(labels(seed % 5)), mask, UNLABELLED, [(slice(1, 3),) * 3])
    whole = made.read_box(tuple(slice(0, n) for n in (5, 6, 7)))
    np.testing.assert_array_equal(made.read_box(box), whole[box])
    np.testing.assert_array_equal(np.asarray(made.data[box]), whole[box])
    again = pickle.loads(pickle.dumps(made))  # noqa: S301
    np.testing.assert_array_equal(again.read_box(box), whole[box])


def test_labels_without_the_value_read_the_same_lazily():
    known = KnownLabels(array(labels()), UNLABELLED)
    np.testing.assert_array_equal(np.asarray(known.data), read(known))
    assert known.dtype == np.uint8


def test_a_mask_between_the_voxels_is_a_sentence():
    mask = array(np.ones((4, 6, 5), np.uint8), offset=(0, 2, 0))
    with pytest.raises(DataError, match="do not lie on those of the labels"):
        LabelledMask(array(labels()), mask)


def test_neither_weights_nor_scores_see_what_is_not_labelled():
    values = labels()
    other = np.where(values == UNLABELLED, 9, values).astype(np.uint8)
    made = dataset(values, unlabelled_value=UNLABELLED)
    task = AffinitiesTask(AffinitiesTaskConfig(neighborhood=((1, 0, 0), (0, 1, 0), (0, 0, 2))))
    target = task.predictor.create_target(made.gt)
    weight, counts = task.predictor.create_weight(made.gt, target, made.mask)
    of_other = task.predictor.create_target(array(other))
    assert (weight.data * (target.data != of_other.data) == 0).all()
    assert counts.sum() < target.data.size
    for e, offset in enumerate(task.predictor.neighborhood):
        for x in product(*map(range, values.shape)):
            y = tuple(np.add(x, offset))
            inside = all(b < n for b, n in zip(y, values.shape, strict=True))
            both = inside and values[x] != UNLABELLED and values[y] != UNLABELLED
            assert (weight.data[(e, *x)] > 0) == both
    scores = task.evaluator.evaluate(array(other), made.gt, made.mask)
    assert (scores.voi, scores.ap50) == (0, 1)


@given(
    arrays(bool, (4, 5, 6)),
    st.lists(st.tuples(*(st.integers(-3, 3),) * 3).filter(any), min_size=1, max_size=4),
)
@settings(max_examples=50, deadline=None)
def test_pairs_are_counted_one_by_one(labelled, neighborhood):
    expected = []
    for offset in neighborhood:
        number = 0
        for x in product(range(4), range(5), range(6)):
            y = tuple(np.add(x, offset))
            if all(0 <= b < n for b, n in zip(y, (4, 5, 6), strict=True)):
                number += bool(labelled[x] and labelled[y])
        expected.append(number)
    np.testing.assert_array_equal(count_labelled_pairs(labelled, neighborhood), expected)
    for given_labels, mask in ((labelled, labelled), (array(labelled), array(labelled))):
        if all(expected):
            check_labelled_pairs(given_labels, mask, neighborhood)
        else:
            with pytest.raises(DataError, match="No two labelled voxels lie"):
                check_labelled_pairs(given_labels, mask, neighborhood)


def test_single_slices_hold_no_pair_across_and_the_message_says_so():
    mask = np.zeros((20, 8, 8), bool)
    mask[[2, 9, 17]] = True
    neighborhood = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (7, 0, 0), (3, 0, 0))
    with pytest.raises(DataError) as caught:
        check_labelled_pairs(mask, mask, neighborhood)
    message = str(caught.value)
    assert "1 voxel along z (offset 1, 0, 0), or 3 voxels along z (offset 3, 0, 0)" in message
    assert "7, 0, 0" not in message
    assert "Paint slices that are 1 to 3 apart, or one slice across, along z" in message
    assert "link_slices" in message
    check_labelled_pairs(mask, mask, neighborhood[1:4])
    check_labelled_pairs(mask, mask, ((0, 1), (1, 0)))
    mask[3] = True
    check_labelled_pairs(mask, mask, neighborhood[:1])


def test_one_slice_across_holds_pairs_along_both_its_axes():
    mask = np.zeros((20, 8, 8), bool)
    mask[:, :, 4] = True
    check_labelled_pairs(mask, mask, ((1, 0, 0), (0, 1, 0)))
    with pytest.raises(DataError, match="1 voxel along x \\(offset 0, 0, 1\\)"):
        check_labelled_pairs(mask, mask, ((1, 0, 0), (0, 0, 1)))


def test_a_volume_that_is_too_thin_for_an_offset_holds_no_pair():
    thin = np.ones((3, 8, 8), np.uint32)
    check_labelled_pairs(thin, None, ((2, 0, 0), (0, 0, 7)))
    with pytest.raises(DataError, match="3 voxels along z"):
        check_labelled_pairs(array(thin), None, ((3, 0, 0),))


def test_one_volume_with_a_pair_is_enough():
    one, other = np.zeros((2, 4, 6, 6), bool)
    one[0], other[:, 0] = True, True
    check_pairs_of_volumes([(one, one), (other, other)], ((1, 0, 0), (0, 1, 0)))


def test_pairs_across_the_border_of_what_is_read_at_once_are_found(monkeypatch):
    from dacapo_engine.experiments.tasks import labelled_pairs

    monkeypatch.setattr(labelled_pairs, "_SLAB_VOXELS", 1)
    mask = np.zeros((9, 3, 3), bool)
    mask[[2, 7]] = True
    for given_mask in (mask, array(mask)):
        check_labelled_pairs(given_mask, given_mask, ((5, 0, 0), (-5, 0, 0)))
        with pytest.raises(DataError, match="offset 4, 0, 0"):
            check_labelled_pairs(given_mask, given_mask, ((4, 0, 0),))


def test_three_painted_slices_of_real_neurites(shared_data):
    path = shared_data / "fib25_neurites.zarr"
    if not path.is_dir():
        pytest.skip(f"there is no {path}")
    painted = np.zeros((60, 120, 120), np.uint32)
    whole = zarr.open(str(path), mode="r")["labels"]
    for z in (10, 30, 50):
        painted[z] = whole[z, :120, :120]
    done = [
        RegionConfig(offset=(z, 0, 0), shape=(1, 120, 120), unit="voxels") for z in (10, 30, 50)
    ]
    made = dataset(painted, done=done)
    assert read(made.mask).sum() == 3 * 120 * 120
    task = AffinitiesTask(AffinitiesTaskConfig())
    with pytest.raises(DataError, match=r"1 voxel along z .*9 voxels along z") as caught:
        task.check_labels([made])
    assert caught.value.place == "task_config.neighborhood"
    in_slices = AffinitiesTaskConfig(neighborhood=((0, 1, 0), (0, 0, 1), (0, 9, 0), (0, 0, 9)))
    AffinitiesTask(in_slices).check_labels([made])
    # A neighbouring slice, and some farther ones, are what was asked for.
    painted[[11, 13, 16, 19]] = whole[[11, 13, 16, 19], :120, :120]
    done += [
        RegionConfig(offset=(z, 0, 0), shape=(1, 120, 120), unit="voxels") for z in (11, 13, 16, 19)
    ]
    task.check_labels([dataset(painted, done=done)])
    # Who says nothing about what is done means that 0 is background.
    task.check_labels([dataset(painted)])


@pytest.mark.parametrize(
    ("kind", "config"),
    [(DistanceTask, DistanceTaskConfig), (HotDistanceTask, HotDistanceTaskConfig)],
)
def test_distances_of_single_slices_cannot_be_learnt_and_it_is_said(kind, config):
    values = np.ones((12, 40, 40), np.uint8)
    values[:, :, 20:] = 0
    mask = np.zeros(values.shape, np.uint8)
    mask[[3, 9]] = 1
    slices, whole = dataset(values, array(mask)), dataset(values)
    settings = {"scale_factor": 40.0, "mask_distances": True}
    with pytest.raises(DataError, match=r"Nowhere are labels as thick as 87\.9 nm") as caught:
        kind(config(**settings)).check_labels([slices])
    assert "separate_images" in str(caught.value)
    # 160 nm across the slices' plane, 480 nm through them.
    kind(config(**settings)).check_labels([whole])
    kind(config(**settings)).check_labels([slices, whole])
    kind(config(**settings, separate_images=True)).check_labels([slices])
    kind(config(**settings | {"mask_distances": False})).check_labels([slices])
    with pytest.raises(DataError, match="Nowhere"):
        kind(config(**settings | {"scale_factor": 80.0})).check_labels([whole])


def test_what_is_said_to_be_learnable_has_weights_in_the_middle():
    values = np.ones((12, 40, 40), np.uint8)
    for scale in (17.0, 18.0, 19.0, 73.0, 90.0):
        task = DistanceTask(DistanceTaskConfig(scale_factor=scale))
        for mask in (None, array(np.ones(values.shape, np.uint8))):
            made = dataset(values, mask)
            target = task.predictor.create_target(made.gt)
            weight, _ = task.predictor.create_weight(made.gt, target, made.mask)
            if weight.data.any():
                task.check_labels([made])
            else:
                with pytest.raises(DataError, match="Nowhere"):
                    task.check_labels([made])
