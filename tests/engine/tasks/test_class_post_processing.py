"""Threshold, argmax and seeded watershed, by hand and against scikit-image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import label
from skimage.segmentation import watershed

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.tasks.post_processors import (
    ArgmaxPostProcessor,
    ArgmaxPostProcessorParameters,
    DummyPostProcessor,
    HotDistanceThresholdPostProcessor,
    SeededWatershedPostProcessor,
    SeededWatershedPostProcessorParameters,
    ThresholdPostProcessor,
    ThresholdPostProcessorParameters,
)
from dacapo_engine.experiments.tasks.post_processors.seeded_watershed import seeded_watershed
from dacapo_engine.experiments.tasks.predictors.distances import object_distances


def discs(shape=(30, 60), centres=((15, 18), (15, 40)), radius=12):
    y, x = np.indices(shape)
    labels = np.zeros(shape, np.uint64)
    for number, (cy, cx) in enumerate(centres, start=1):
        labels[(y - cy) ** 2 + (x - cx) ** 2 < radius**2] = number
    return labels


def test_a_threshold_is_a_threshold(rng):
    prediction = rng.normal(size=(1, 4, 5, 6)).astype(np.float32)
    post = ThresholdPostProcessor(1, (-0.5, 0.25))
    assert [p.threshold for p in post.enumerate_parameters()] == [-0.5, 0.25]
    for parameters, segmentation in post.segment_all(prediction, post.enumerate_parameters()):
        np.testing.assert_array_equal(segmentation, prediction[0] > parameters.threshold)
        assert segmentation.dtype == np.uint8


def test_each_of_several_classes_has_its_channel(rng):
    prediction = rng.normal(size=(2, 4, 5)).astype(np.float32)
    segmentation = ThresholdPostProcessor(2).segment(
        prediction, ThresholdPostProcessorParameters(id=0, threshold=0)
    )
    np.testing.assert_array_equal(segmentation, prediction > 0)


def test_integers_stand_for_the_range_of_distances():
    prediction = np.array([[[0, 127, 128, 255]]], np.uint8)
    setting = ThresholdPostProcessorParameters(id=0, threshold=0)
    np.testing.assert_array_equal(
        ThresholdPostProcessor().segment(prediction, setting), [[0, 0, 1, 1]]
    )
    with pytest.raises(DataError, match="2 channels, got 1"):
        ThresholdPostProcessor(2).segment(prediction, setting)


def test_hot_distances_are_averaged_with_classes():
    prediction = np.array([[[0.9, 0.6, 0.2]], [[0.4, -0.8, 0.9]]], np.float32)
    setting = ThresholdPostProcessorParameters(id=0, threshold=0.5)
    post = HotDistanceThresholdPostProcessor()
    # (0.9 + 0.7) / 2, (0.6 + 0.1) / 2, (0.2 + 0.95) / 2
    np.testing.assert_allclose(post.memberships(prediction)[0, 0], [0.8, 0.35, 0.575], rtol=1e-5)
    np.testing.assert_array_equal(post.segment(prediction, setting), [[1, 0, 1]])
    stored = np.stack([prediction[0], (prediction[1] + 1) / 2])
    stored = np.round(stored * 255).astype(np.uint8)
    np.testing.assert_allclose(post.memberships(stored)[0, 0], [0.8, 0.35, 0.575], atol=0.005)


def test_argmax_is_the_largest_channel(rng):
    prediction = rng.random((3, 4, 5))
    segmentation = ArgmaxPostProcessor().segment(prediction, ArgmaxPostProcessorParameters(id=0))
    for index in np.ndindex(4, 5):
        assert segmentation[index] == max(range(3), key=lambda k: prediction[(k, *index)])


def test_touching_objects_are_parted_by_their_distances():
    truth = discs()
    distances = np.tanh(object_distances(truth, (1, 1)) / 6)
    post = SeededWatershedPostProcessor((0.0,), (0.5,))
    (parameters,) = post.enumerate_parameters()
    found = post.segment(distances[None], parameters)
    assert found.max() == 2
    for number in (1, 2):
        own = found == found[truth == number][0]
        assert (own & (truth == number)).sum() / (own | (truth == number)).sum() > 0.98


@given(arrays(np.float32, (7, 8), elements=st.floats(-1, 1, width=32)))
@settings(max_examples=60, deadline=None)
def test_the_watershed_is_that_of_scikit_image_and_no_region_is_lost(distances):
    found = seeded_watershed(distances, -0.2, 0.4)
    inside = distances > -0.2
    np.testing.assert_array_equal(found > 0, inside)
    assert set(np.unique(found)) - {0} == set(range(1, int(found.max()) + 1))
    regions, count = label(inside)
    seeds, _ = label(distances > 0.4)
    expected = watershed(-distances, seeds, mask=inside)
    for region in range(1, count + 1):
        here = regions == region
        if not seeds[here].any():
            assert len(np.unique(found[here])) == 1
        else:
            pairs = np.unique(np.stack([found[here], expected[here]]), axis=1)
            assert len(pairs[0]) == len(np.unique(pairs[0])) == len(np.unique(pairs[1]))


def test_what_is_too_small_is_given_to_what_it_touches():
    distances = np.full((3, 9), 0.3)
    distances[1, [1, 5]] = 0.9
    distances[1, 4:8] = 0.8
    found = seeded_watershed(distances, 0, 0.5)
    assert found.max() == 2
    assert min(np.bincount(found.ravel())[1:]) < 12
    merged = seeded_watershed(distances, 0, 0.5, min_size=12)
    np.testing.assert_array_equal(merged, np.ones((3, 9)))


def test_what_is_too_small_and_touches_nothing_is_background():
    distances = np.full((5, 9), -1.0)
    distances[1:3, 1:3] = distances[1:4, 5:8] = 0.9
    assert seeded_watershed(distances, 0, 0.5, min_size=5).max() == 1
    assert seeded_watershed(distances, 0, 0.5, min_size=4).max() == 2
    assert seeded_watershed(distances, 0, 0.5, min_size=10).max() == 0


def test_separate_images_hold_separate_objects():
    distances = np.full((3, 4, 5), 0.9)
    assert seeded_watershed(distances, 0, 0.5).max() == 1
    found = seeded_watershed(distances, 0, 0.5, separate_images=True)
    assert [len(np.unique(image)) for image in found] == [1, 1, 1]
    assert found.max() == 3


def test_an_empty_prediction_has_no_objects():
    assert not seeded_watershed(np.full((3, 4, 5), -1.0), 0, 0.5).any()


def test_settings_of_another_post_processor_are_refused():
    prediction = np.zeros((1, 3, 3), np.float32)
    wrong = ArgmaxPostProcessorParameters(id=0)
    for post in (ThresholdPostProcessor(), SeededWatershedPostProcessor()):
        with pytest.raises(TypeError, match="got ArgmaxPostProcessorParameters"):
            post.segment(prediction, wrong)


def test_parameters_are_plain_data():
    setting = SeededWatershedPostProcessorParameters(id=3, threshold=-0.1, min_size=7)
    again = SeededWatershedPostProcessor.parameters_type.model_validate(setting.to_dict())
    assert again == setting
    assert setting.parameter_names == ["id", "threshold", "seed_threshold", "min_size"]


def test_the_dummy_tries_ten_sizes():
    post = DummyPostProcessor(0.5)
    settings = list(post.enumerate_parameters())
    assert [setting.min_size for setting in settings] == list(range(1, 11))
    prediction = np.zeros((1, 1, 9))
    prediction[0, 0, [0, 1, 2, 5]] = 1
    assert post.segment(prediction, settings[0]).max() == 2
    assert np.unique(post.segment(prediction, settings[1])).size == 2
