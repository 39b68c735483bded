"""From affinities to objects."""

import numpy as np
import pytest
from scipy import ndimage
from skimage.measure import label

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.tasks.dense_ids import dense_ids
from dacapo_engine.experiments.tasks.post_processors import (
    PostProcessorParameters,
    WatershedPostProcessor,
    WatershedPostProcessorParameters,
)
from dacapo_engine.experiments.tasks.post_processors.agglomeration import agglomerate
from dacapo_engine.experiments.tasks.post_processors.mutex_watershed import (
    mean_nearest_affinity,
    mutex_watershed,
)
from dacapo_engine.experiments.tasks.post_processors.object_sizes import merge_small_objects
from dacapo_engine.experiments.tasks.predictors.affinities import affinities

NEAREST = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
LONG = ((4, 0, 0), (0, 4, 0), (0, 0, 4))
IN_PLANE = ((0, 1, 0), (0, 0, 1), (0, 4, 0), (0, 0, 4))


def blobs(shape=(16, 24, 20), objects=9, background=True, seed=0):
    rng = np.random.default_rng(seed)
    seeds = np.zeros(shape, int)
    seeds[tuple(rng.integers(0, n, objects) for n in shape)] = np.arange(1, objects + 1)
    distance, nearest = ndimage.distance_transform_edt(seeds == 0, return_indices=True)
    labels = seeds[tuple(nearest)]
    return np.where(distance < 7, labels, 0) if background else labels


def same_objects(a, b):
    # Equal up to ids: as many pairs as there are ids on either side.
    pairs = np.unique(np.stack([np.ravel(a), np.ravel(b)]), axis=1).shape[1]
    return pairs == len(np.unique(a)) == len(np.unique(b)) and np.array_equal(a == 0, b == 0)


def setting(**values):
    return WatershedPostProcessorParameters(id=0, **values)


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize("dims", [2, 3])
def test_perfect_affinities_give_the_labels_back(dims, background):
    labels = blobs((16, 24, 20)[-dims:], background=background)
    offsets = [offset[-dims:] for offset in NEAREST + LONG if any(offset[-dims:])]
    prediction = affinities(labels, offsets).astype(np.float32)
    # A background voxel beside an object has a mean affinity of 0, like all of background.
    threshold = 0.01 if background else 0.0
    found = WatershedPostProcessor(offsets).segment(
        prediction, setting(foreground_threshold=threshold)
    )
    assert found.dtype == np.uint64
    assert same_objects(found, label(labels, background=0, connectivity=1))
    assert set(np.unique(found)) | {0} == set(range(int(found.max()) + 1))


def test_background_is_single_voxels_without_a_foreground_threshold():
    labels = blobs()
    found = WatershedPostProcessor(NEAREST).segment(
        affinities(labels, NEAREST).astype(float), setting()
    )
    sizes = np.bincount(found.ravel().astype(int))
    assert (sizes[np.unique(found[labels == 0]).astype(int)] == 1).all()
    assert (found > 0).all()


@pytest.mark.parametrize("offsets", [IN_PLANE, tuple(e[1:] for e in IN_PLANE)])
def test_separate_images_are_never_connected(offsets):
    labels = np.ones((3, 12, 14), int)
    post_processor = WatershedPostProcessor(offsets)
    prediction = np.full((4, 3, 12, 14), 0.9, np.float32)
    found = post_processor.segment(prediction, setting(min_size=20, agglomeration_threshold=0.1))
    assert same_objects(found, labels * np.arange(1, 4)[:, None, None])


def test_small_objects_do_not_grow_across_separate_images():
    labels = np.zeros((2, 1, 6), int)
    labels[0], labels[1, 0, :2] = 1, 2
    height = np.zeros(labels.shape)
    kept = merge_small_objects(labels, 3, height, separate_slices=True)
    assert (kept[1] == 0).all()
    assert (merge_small_objects(labels, 3, height)[1, 0, :2] == 1).all()


def test_the_same_prediction_gives_the_same_objects():
    rng = np.random.default_rng(0)
    prediction = rng.random((6, 12, 16, 16)).astype(np.float32)
    post_processor = WatershedPostProcessor(NEAREST + LONG)
    first, second = (post_processor.segment(prediction, setting(min_size=4)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_bytes_are_fractions_of_255():
    labels = blobs(background=False)
    prediction = affinities(labels, NEAREST + LONG) * np.float32(0.8) + np.float32(0.1)
    post_processor = WatershedPostProcessor(NEAREST + LONG)
    found = post_processor.segment((prediction * 255).astype(np.uint8), setting())
    assert same_objects(found, post_processor.segment(prediction, setting()))


def test_long_range_repulsion_keeps_objects_apart_that_leak():
    labels = np.repeat([1, 2], 10)[None, None]
    offsets = [(0, 0, 1), (0, 0, 6)]
    prediction = affinities(labels, offsets).astype(np.float32)
    prediction[0, 0, 0, 9] = 0.6  # A leak, weaker than the repulsion across it.
    post_processor = WatershedPostProcessor(offsets)
    assert same_objects(post_processor.segment(prediction, setting()), labels)
    assert post_processor.segment(prediction[:1].repeat(2, 0), setting()).max() == 1


def test_offsets_longer_than_the_volume_are_left_out():
    prediction = np.full((2, 4, 5), 0.9, np.float32)
    assert WatershedPostProcessor([(0, 1), (0, 9)]).segment(prediction, setting()).max() == 4
    single = WatershedPostProcessor([(1, 0)]).segment(prediction[:1, :1], setting())
    np.testing.assert_array_equal(single, [[1, 2, 3, 4, 5]])


def test_a_long_range_stride_keeps_the_objects_of_clear_affinities():
    labels = blobs(background=False)
    prediction = affinities(labels, NEAREST + LONG).astype(float)
    found = mutex_watershed(prediction, NEAREST + LONG, [0.5] * 6, long_range_stride=2)
    assert same_objects(found, label(labels, connectivity=1))


def test_mean_nearest_affinity_by_hand():
    prediction = np.array([[[1.0, 0.5, 0.0, 9.0]], [[9.0, 9.0, 9.0, 9.0]]])
    mean = mean_nearest_affinity(prediction, [(0, 1), (0, 2)])
    np.testing.assert_allclose(mean, [[1.0, 0.75, 0.25, 0.0]])


def test_small_objects_go_to_their_neighbors_and_lonely_ones_to_background():
    labels = np.array([[1, 1, 1, 2, 3, 3, 3, 0, 4]])
    height = np.array([[0, 0, 0, 0.2, 0.9, 0, 0, 0, 0]])
    np.testing.assert_array_equal(
        merge_small_objects(labels, 2, height), [[1, 1, 1, 1, 3, 3, 3, 0, 0]]
    )


def test_agglomeration_merges_what_touches_strongly():
    fragments = np.array([[1, 1, 2, 2, 3, 3, 0, 4]])
    strength = np.array([[[0.9, 0.7, 0.9, 0.3, 0.9, 0.9, 0.9, 0.0]]])
    results = agglomerate(fragments, strength, [(0, 1)], [1.0, 0.8, 0.5, 0.2])
    expected = [[1, 2, 3, 4], [1, 2, 3, 4], [1, 1, 3, 4], [1, 1, 1, 4]]
    for found, ids in zip(results, expected, strict=True):
        assert same_objects(found, np.array([0, *ids])[fragments])


def test_agglomeration_takes_the_mean_over_all_contacts():
    # 1 and 2 join at 0.9; to 3 they lead with 0.8 and 0.1, and the mean 0.45 decides.
    fragments = np.array([[1, 3], [2, 3]])
    down = np.array([[0.9, 0.0], [0.0, 0.0]])
    right = np.array([[0.8, 0.0], [0.1, 0.0]])
    below, above = agglomerate(fragments, np.stack([down, right]), [(1, 0), (0, 1)], [0.4, 0.5])
    assert same_objects(below, np.ones((2, 2)))
    assert same_objects(above, np.array([[1, 3], [1, 3]]))


def test_settings_are_tried_in_order_and_segmented_together():
    post_processor = WatershedPostProcessor(
        NEAREST + LONG,
        biases=(0.4, 0.6),
        long_range_groups=(1, 7),
        min_sizes=(0, 30),
        agglomeration_thresholds=(1.0, 0.5),
    )
    settings = list(post_processor.enumerate_parameters())
    assert [s.id for s in settings] == list(range(8))
    assert {s.long_range_group for s in settings} == {1}
    prediction = np.random.default_rng(0).random((6, 6, 8, 8))
    together = dict(post_processor.segment_all(prediction, settings))
    assert set(together) == set(settings)
    for each in settings[::3]:
        np.testing.assert_array_equal(together[each], post_processor.segment(prediction, each))


def test_parameters_name_themselves():
    assert setting().parameter_names[:3] == ["id", "bias", "long_range_bias"]
    assert setting().bias == 0.5
    assert setting().context == (32, 32, 32)
    again = WatershedPostProcessor.parameters_type.model_validate(setting(bias=0.3).to_dict())
    assert again == setting(bias=0.3)


def test_parameters_of_another_kind_are_refused():
    with pytest.raises(TypeError, match="Expected WatershedPostProcessorParameters"):
        WatershedPostProcessor(NEAREST).segment(
            np.zeros((3, 2, 2, 2)), PostProcessorParameters(id=0)
        )


def test_a_prediction_of_too_few_channels_is_a_sentence():
    with pytest.raises(DataError, match="prediction of 3 affinities, got 2 channels"):
        WatershedPostProcessor(NEAREST).segment(np.zeros((2, 2, 2, 2)), setting())


@pytest.mark.parametrize("dtype", [np.uint8, np.uint64, np.int32])
def test_dense_ids_keep_order_and_background(dtype):
    ids = np.array([[0, 9, 4], [4, 100, 9]], dtype)
    np.testing.assert_array_equal(dense_ids(ids), [[0, 2, 1], [1, 3, 2]])
    far = ids.astype(np.uint64) * np.uint64(2**55)
    np.testing.assert_array_equal(dense_ids(far), dense_ids(ids))
    np.testing.assert_array_equal(dense_ids(ids[1]), [1, 3, 2])
