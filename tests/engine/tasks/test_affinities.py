"""Affinities and their weights against loops over voxels."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.tasks.neighborhood import (
    fit_neighborhood,
    long_range_groups,
    neighborhood_context,
)
from dacapo_engine.experiments.tasks.predictors.affinities import affinities, affinity_weights

OFFSETS = {
    2: ((1, 0), (0, -1), (-2, 1), (3, 3), (0, 9)),
    3: ((1, 0, 0), (0, -1, 0), (0, 0, 2), (-2, 1, 3), (0, -9, 0)),
}


def labels(dims, largest=3):
    return arrays(
        np.uint64,
        st.tuples(*[st.integers(1, 5)] * dims),
        elements=st.integers(0, largest),
    )


def brute_force(s, offsets, background_as_object=False):
    target = np.zeros((len(offsets), *s.shape), int)
    for (c, e), x in product(enumerate(offsets), np.ndindex(s.shape)):
        y = tuple(np.add(x, e))
        if all(0 <= i < n for i, n in zip(y, s.shape, strict=True)):
            object_ = background_as_object or s[x] > 0
            target[(c, *x)] = s[x] == s[y] and object_
    return target


def brute_force_weights(target, mask, offsets, clipmin, clipmax):
    weights = np.zeros(target.shape)
    for c, e in enumerate(offsets):
        pairs = []
        for x in np.ndindex(mask.shape):
            y = tuple(np.add(x, e))
            inside = all(0 <= i < n for i, n in zip(y, mask.shape, strict=True))
            if inside and mask[x] and mask[y]:
                pairs.append((c, *x))
        for pair in pairs:
            share = sum(target[q] == target[pair] for q in pairs) / len(pairs)
            weights[pair] = 1 / (2 * np.clip(share, clipmin, clipmax))
    return weights


@pytest.mark.parametrize("background_as_object", [False, True])
@pytest.mark.parametrize("shape", [(5, 7), (1, 6), (4, 5, 3), (1, 4, 4)])
def test_affinities_are_those_of_a_loop(shape, background_as_object):
    s = np.random.default_rng(0).integers(0, 3, shape).astype(np.uint64)
    offsets = OFFSETS[len(shape)]
    found = affinities(s, offsets, background_as_object)
    np.testing.assert_array_equal(found, brute_force(s, offsets, background_as_object))


@pytest.mark.parametrize("clips", [(0.05, 0.95), (0.2, 0.6)])
@pytest.mark.parametrize("shape", [(5, 7), (4, 5, 3)])
def test_weights_are_those_of_a_loop(shape, clips):
    rng = np.random.default_rng(1)
    offsets = OFFSETS[len(shape)]
    target = affinities(rng.integers(0, 3, shape), offsets)
    mask = rng.integers(0, 4, shape) > 0
    weights, counts = affinity_weights(target, mask, offsets, *clips)
    expected = brute_force_weights(target, mask, offsets, *clips)
    np.testing.assert_allclose(weights, expected, rtol=1e-6)
    np.testing.assert_array_equal(counts.sum(axis=1), (expected > 0).reshape(5, -1).sum(axis=1))
    valid = (expected > 0) & (target > 0)
    np.testing.assert_array_equal(counts[:, 1], valid.reshape(5, -1).sum(axis=1))


def test_both_classes_weigh_the_same_in_sum():
    s = np.kron([[1, 2], [3, 4]], np.ones((8, 8), int))
    target = affinities(s, [(1, 0)])
    weights, _ = affinity_weights(target, None, [(1, 0)])
    assert weights[target > 0].sum() == pytest.approx(weights[target == 0].sum(), rel=1e-5)


def test_large_ids_are_told_apart():
    s = np.array([[2**63, 2**63 + 1, 2**63 + 1]], np.uint64)
    np.testing.assert_array_equal(affinities(s, [(0, 1)]), [[[0, 1, 0]]])


@given(labels(3), st.integers(0, 2))
@settings(max_examples=40)
def test_a_mirrored_volume_has_mirrored_affinities(s, axis):
    offsets = OFFSETS[3]
    mirrored = [tuple(-n if i == axis else n for i, n in enumerate(e)) for e in offsets]
    np.testing.assert_array_equal(
        affinities(np.flip(s, axis), mirrored), np.flip(affinities(s, offsets), axis + 1)
    )


@given(labels(2), st.permutations(range(1, 4)))
@settings(max_examples=40)
def test_permuting_ids_changes_nothing(s, ids):
    permuted = np.array([0, *ids])[s]
    np.testing.assert_array_equal(affinities(permuted, OFFSETS[2]), affinities(s, OFFSETS[2]))


@given(labels(3))
@settings(max_examples=20)
def test_a_mask_of_zeros_gives_no_weight(s):
    target = affinities(s, OFFSETS[3])
    weights, counts = affinity_weights(target, np.zeros(s.shape, np.uint8), OFFSETS[3])
    assert not weights.any()
    assert not counts.any()


def test_the_context_is_on_the_side_the_offsets_lead_to():
    assert neighborhood_context([(1, 0, 0), (0, -3, 0), (2, 1, 0)]) == ((0, 3, 0), (2, 1, 0))


def test_offsets_of_images_stay_within_the_slices_of_a_stack():
    assert fit_neighborhood([(1, 0), (0, 4)], 3) == ((0, 1, 0), (0, 0, 4))


def test_offsets_of_volumes_do_not_fit_an_image():
    with pytest.raises(ConfigError, match="offsets of 3 components"):
        fit_neighborhood([(1, 0, 0)], 2)


def test_longer_offsets_are_grouped_by_rank_along_their_direction():
    offsets = [(1, 0, 0), (0, 1, 0), (5, 0, 0), (4, 0, 0), (0, 8, 0), (0, 12, 0), (0, 0, 9)]
    assert long_range_groups(offsets) == [0, 0, 2, 1, 1, 2, 1]
