"""Signed distances against a brute force over all voxels."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import distance_transform_edt

from dacapo_engine.experiments.tasks.predictors.distances import (
    distance_to,
    object_distances,
    per_image,
    signed_distances,
    trusted_distances,
)

SIZES = (4.0, 1.0, 2.5)


def to_surface(others, sizes):
    """To the nearest point of any of these boxes, over all pairs of voxels."""
    found = np.full(others.shape, np.inf)
    boxes = np.argwhere(others)
    for voxel in itertools.product(*map(range, others.shape)):
        steps = np.maximum(np.abs(boxes - voxel) - 0.5, 0) * sizes
        if len(boxes):
            found[voxel] = np.sqrt((steps**2).sum(axis=1)).min()
    return found


@given(arrays(bool, (4, 5, 6)), st.sampled_from([(1.0, 1.0, 1.0), SIZES]))
@settings(max_examples=40, deadline=None)
def test_distances_are_those_to_the_nearest_surface(inside, sizes):
    for others in (inside, ~inside):
        exact = to_surface(others, sizes)
        np.testing.assert_allclose(distance_to(others, sizes), exact, rtol=1e-5)
        near = np.where(exact <= 6, exact, np.inf)
        np.testing.assert_allclose(distance_to(others, sizes, reach=6), near, rtol=1e-5)


def test_distances_to_centres_differ_by_half_a_voxel_at_most(rng):
    inside = rng.random((12, 13, 14)) > 0.9
    centres = distance_transform_edt(~inside, sampling=SIZES)
    found = distance_to(inside, SIZES)
    assert (found <= centres).all()
    assert (found >= centres - np.linalg.norm(SIZES) / 2 - 1e-4).all()


@pytest.mark.parametrize("sizes", [(1.0, 1.0, 1.0), SIZES])
def test_distances_to_a_plane_are_exact(sizes):
    inside = np.zeros((6, 7, 8), bool)
    inside[2:] = True
    expected = (np.arange(6) - 1.5) * sizes[0]
    found = signed_distances(inside, sizes)
    np.testing.assert_allclose(found, np.broadcast_to(expected[:, None, None], (6, 7, 8)))


def test_a_distance_is_that_to_the_surface_of_the_voxel():
    only = np.zeros((9, 9), bool)
    only[4, 4] = True
    found = signed_distances(only, (1.0, 3.0))
    assert found[4, 4] == 0.5
    assert found[4, 7] == pytest.approx(-2.5 * 3)
    assert found[1, 6] == pytest.approx(-math.hypot(2.5, 1.5 * 3))


@given(arrays(bool, (4, 5, 6)))
@settings(max_examples=30, deadline=None)
def test_inside_and_outside_are_opposites_and_mirrors_are_mirrored(inside):
    found = signed_distances(inside, SIZES)
    np.testing.assert_array_equal(found, -signed_distances(~inside, SIZES))
    assert (found[inside] > 0).all()
    assert (found[~inside] < 0).all()


@given(arrays(bool, (4, 5, 6)))
@settings(max_examples=30, deadline=None)
def test_a_mirrored_object_has_mirrored_distances(inside):
    mirrored = signed_distances(inside[::-1, ::-1, ::-1], SIZES)
    np.testing.assert_array_equal(signed_distances(inside, SIZES), mirrored[::-1, ::-1, ::-1])


def test_without_a_boundary_the_distance_is_infinite():
    assert (signed_distances(np.ones((3, 4), bool), (1, 1)) == np.inf).all()
    assert (signed_distances(np.zeros((3, 4), bool), (1, 1)) == -np.inf).all()


@given(arrays(np.uint8, (3, 5, 6), elements=st.integers(0, 3)))
@settings(max_examples=40, deadline=None)
def test_objects_that_touch_have_a_boundary_of_their_own(labels):
    found = object_distances(labels, SIZES)
    for number in range(4):
        own = labels == number
        expected = distance_to(~own, SIZES) if number else -distance_to(labels > 0, SIZES)
        np.testing.assert_array_equal(found[own], expected[own])


def test_separate_images_do_not_know_of_each_other(rng):
    inside = rng.random((3, 6, 7)) > 0.5
    found = per_image(signed_distances, inside, (1.0, 2.0, 3.0), separate_images=True)
    for image, distances in zip(inside, found, strict=True):
        np.testing.assert_array_equal(distances, signed_distances(image, (2.0, 3.0)))


def test_trusted_is_what_no_boundary_beyond_the_labels_could_change():
    labelled = np.zeros((1, 12), bool)
    labelled[0, 2:11] = True
    scaled = np.zeros((1, 12), np.float32)
    scaled[0, 5] = 1.0
    unknown = np.array([-1, -1, 0.5, 1.5, 2.5, 3.5, 4.5, 3.5, 2.5, 1.5, 0.5, -1])
    expected = np.minimum(np.abs(scaled[0]) + 0.05, 0.8) < np.tanh(unknown / 4)
    found = trusted_distances(scaled, labelled, (100.0, 1.0), scale=4.0)
    np.testing.assert_array_equal(found[0], expected)
    assert not found[0, 5]
    assert found[0, 6]


@given(arrays(np.float32, (4, 5, 6), elements=st.floats(-1, 1, width=32)), st.floats(0.5, 8))
@settings(max_examples=30, deadline=None)
def test_the_border_counts_as_unlabelled(scaled, scale):
    everywhere = np.ones(scaled.shape, bool)
    short = trusted_distances(scaled, None, SIZES, scale)
    np.testing.assert_array_equal(short, trusted_distances(scaled, everywhere, SIZES, scale))


def test_a_false_boundary_at_the_border_of_the_labels_is_never_trusted():
    # Half a ball is labelled: what is beyond is 0, as if it were background.
    z, y, x = np.ogrid[:20, :20, :20]
    ball = (z - 10) ** 2 + (y - 10) ** 2 + (x - 10) ** 2 < 49
    labelled = np.zeros(ball.shape, bool)
    labelled[:, :, :10] = True
    scale = 3.0
    true = np.tanh(signed_distances(ball, (1, 1, 1)) / scale)
    seen = np.tanh(signed_distances(ball & labelled, (1, 1, 1)) / scale)
    trusted = trusted_distances(seen.astype(np.float32), labelled, (1, 1, 1), scale)
    assert trusted.sum() > 500
    assert np.abs(true - seen)[trusted].max() < 0.2
    assert np.abs(true - seen)[labelled].max() > 0.5
