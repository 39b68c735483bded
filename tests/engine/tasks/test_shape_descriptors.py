"""Local shape descriptors against a loop over all voxels and their windows."""

import itertools
import math

import numpy as np
import pytest
import torch
from funlib.geometry import Coordinate, Roi

from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import NumpyArray
from dacapo_engine.experiments.tasks import AffinitiesTask, AffinitiesTaskConfig
from dacapo_engine.experiments.tasks.losses import AffinitiesLoss
from dacapo_engine.experiments.tasks.predictors.shape_descriptors import (
    num_shape_descriptors,
    shape_descriptors,
)

NEIGHBORHOOD = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
FLAT = ((0, 1, 0), (0, 0, 1))


def brute_force(labels, sigma):
    dims = labels.ndim
    windows = []
    for width in sigma:
        reach = math.ceil(3 * width)
        window = {d: math.exp(-0.5 * (d / width) ** 2) for d in range(-reach, reach + 1)}
        total = sum(window.values())
        windows.append({d: w / total for d, w in window.items()})
    found = np.zeros((num_shape_descriptors(dims), *labels.shape))
    for x in itertools.product(*map(range, labels.shape)):
        if not labels[x]:
            continue
        weights, offsets = [], []
        for y in np.argwhere(labels == labels[x]):
            d = tuple(int(n) for n in y - x)
            weights.append(math.prod(windows[a].get(d[a], 0.0) for a in range(dims)))
            offsets.append(d)
        w, o = np.array(weights), np.array(offsets, float)
        size = w.sum()
        mean = (w[:, None] * o).sum(axis=0) / size
        covariance = (w[:, None, None] * (o[:, :, None] * o[:, None])).sum(axis=0) / size
        covariance -= np.outer(mean, mean)
        variance = np.maximum(np.diag(covariance), 0)
        pairs = list(itertools.combinations(range(dims), 2))
        spread = [math.sqrt(variance[a] * variance[b]) for a, b in pairs]
        r = [covariance[p] / s if s > 1e-3 else 0.0 for p, s in zip(pairs, spread, strict=True)]
        found[(slice(None), *x)] = np.clip(
            [
                *(0.5 + mean / (2 * np.array(sigma))),
                *(variance / np.array(sigma) ** 2),
                *(0.5 + np.array(r) / 2),
                size,
            ],
            0,
            1,
        )
    return found


def blocks(shape, seed=0, size=3):
    small = np.random.default_rng(seed).integers(0, 4, [-(-n // size) for n in shape])
    return np.kron(small, np.ones((size,) * len(shape), int))[tuple(slice(0, n) for n in shape)]


@pytest.mark.parametrize(
    ("shape", "sigma"),
    [((7, 8, 9), (1.5, 1.5, 1.5)), ((5, 9, 10), (0.5, 2.0, 2.0)), ((11, 13), (2.0, 3.0))],
)
def test_descriptors_are_the_moments_of_the_window(shape, sigma):
    for labels in (blocks(shape), np.random.default_rng(1).integers(0, 3, shape)):
        np.testing.assert_allclose(
            shape_descriptors(labels, sigma), brute_force(labels, sigma), atol=2e-3
        )


def test_the_middle_of_a_large_object_is_known_by_hand():
    found = shape_descriptors(np.ones((61, 61), int), (5.0, 5.0))
    assert len(found) == 6
    middle = found[:, 30, 30]
    # Offsets 0, variances of a Gaussian cut at three sigma, no correlation, the whole window.
    d = np.arange(-15, 16)
    cut = np.exp(-(d**2) / 50)
    variance = (d**2 * cut).sum() / cut.sum() / 25
    np.testing.assert_allclose(middle, [0.5, 0.5, variance, variance, 0.5, 1], atol=1e-4)
    assert found[0, 0, 30] > 0.7
    assert found[0, 60, 30] < 0.3
    assert found[5, 0, 0] == pytest.approx(0.29, abs=0.02)


def test_mirrored_labels_have_mirrored_descriptors():
    labels = blocks((8, 9, 10))
    found = shape_descriptors(labels, (2, 2, 2))
    mirrored = shape_descriptors(labels[::-1], (2, 2, 2))[:, ::-1]
    expected = mirrored.copy()
    expected[[0, 6, 7]] = np.where(labels, 1 - mirrored[[0, 6, 7]], 0)
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_ids_do_not_matter_and_background_is_zero():
    labels = blocks((6, 7, 8))
    found = shape_descriptors(labels, (2, 2, 2))
    np.testing.assert_array_equal(found, shape_descriptors(labels * 2**40, (2, 2, 2)))
    assert not found[:, labels == 0].any()


@pytest.mark.parametrize("times", [2, 3])
def test_downsampled_descriptors_are_close_and_of_the_same_shape(times):
    labels = blocks((37, 41), size=18)
    exact = shape_descriptors(labels, (6, 6))
    coarse = shape_descriptors(labels, (6, 6), times)
    assert coarse.shape == exact.shape
    assert np.abs(exact - coarse).mean() < 0.05


def array(values, voxel_size=(40, 4, 4)):
    size = Coordinate(voxel_size)
    return NumpyArray.from_np_array(
        values, Roi((0, 0, 0), Coordinate(values.shape) * size), size, ["z", "y", "x"]
    )


def predictor_of(neighborhood=NEIGHBORHOOD, **fields):
    config = AffinitiesTaskConfig(neighborhood=neighborhood, lsds=True, **fields)
    return AffinitiesTask(config).predictor


def test_targets_are_affinities_and_then_descriptors_in_world_proportions():
    predictor = predictor_of(num_lsd_voxels=1)
    labels = blocks((4, 20, 22))
    target = predictor.create_target(array(labels))
    assert target.num_channels == len(predictor.channels) == 13
    plain = AffinitiesTask(AffinitiesTaskConfig(neighborhood=NEIGHBORHOOD)).predictor
    np.testing.assert_array_equal(target.data[:3], plain.create_target(array(labels)).data)
    np.testing.assert_allclose(target.data[3:], shape_descriptors(labels, (1, 10, 10)))


def test_in_slices_descriptors_are_those_of_slices():
    predictor = predictor_of(FLAT, num_lsd_voxels=2)
    assert len(predictor.channels) == 2 + 6
    labels = blocks((4, 20, 22))
    target = predictor.create_target(array(labels))
    for z, image in enumerate(labels):
        np.testing.assert_allclose(target.data[2:, z], shape_descriptors(image, (2, 2)))
    assert predictor.padding(Coordinate(40, 4, 4)) == Coordinate(0, 24, 24)


def test_the_target_inside_does_not_depend_on_the_region_asked_for():
    class Spec:
        roi = Roi((80, 40, 44), (80, 32, 28))
        voxel_size = Coordinate(40, 4, 4)

        def copy(self):
            return Spec()

    predictor = predictor_of(num_lsd_voxels=1, neighborhood=((-1, 0, 0), (0, 9, 0)))
    region = predictor.gt_region_for_roi(Spec()).roi
    assert region == Roi((80 - 120, 40 - 120, 44 - 120), (320, 272, 268))
    labels = np.zeros((12, 80, 80), int)
    labels[2:9, 10:60, 10:60] = blocks((7, 50, 50), size=5)
    whole = array(labels)
    # So that the region is covered, what is asked for lies further in.
    shift = Coordinate(120, 120, 120)
    inside, region = Spec.roi + shift, region + shift
    part = array(whole[region])
    found = predictor.create_target(part)[inside - region.offset]
    np.testing.assert_allclose(found, predictor.create_target(whole)[inside], atol=1e-5)


def test_weights_of_descriptors_balance_objects_with_background_within_the_mask():
    predictor = predictor_of()
    labels = np.zeros((4, 10, 10), int)
    labels[:, :2] = 1
    mask = np.ones(labels.shape, np.uint8)
    mask[:, :, :5] = 0
    gt = array(labels)
    weight, counts = predictor.create_weight(gt, predictor.create_target(gt), array(mask))
    assert weight.num_channels == 13
    assert counts.shape == (3, 2)
    for channel in weight.data[3:]:
        assert not channel[mask == 0].any()
        np.testing.assert_allclose(channel[(mask > 0) & (labels > 0)], 1 / (2 * 0.2))
        np.testing.assert_allclose(channel[(mask > 0) & (labels == 0)], 1 / (2 * 0.8))


def test_the_loss_of_both_parts_by_hand():
    rng = np.random.default_rng(0)
    logits, weight = rng.normal(size=(2, 5, 4, 4)), rng.random((2, 5, 4, 4))
    target = rng.random((2, 5, 4, 4))
    target[:, :2] = target[:, :2] > 0.5
    p = 1 / (1 + np.exp(-logits))
    entropy = -(target * np.log(p) + (1 - target) * np.log(1 - p))[:, :2]
    error = ((p - target) ** 2)[:, 2:]
    expected = (weight[:, :2] * entropy).sum() / weight[:, :2].sum()
    expected += 0.3 * (weight[:, 2:] * error).sum() / weight[:, 2:].sum()
    given = [torch.from_numpy(values) for values in (logits, target, weight)]
    assert AffinitiesLoss(2, 0.3).compute(*given).item() == pytest.approx(expected, rel=1e-5)
    task = AffinitiesTask(AffinitiesTaskConfig(lsds=True, lsds_to_affs_weight_ratio=0.7))
    assert task.loss.lsds_to_affs_weight_ratio == 0.7
    assert AffinitiesTask(AffinitiesTaskConfig()).loss.lsds_to_affs_weight_ratio == 0


def test_the_head_is_trained_and_ignored_afterwards():
    torch.manual_seed(0)
    config = CNNectomeUNetConfig(
        input_shape=(4, 16, 16),
        num_fmaps=2,
        fmaps_out=2,
        downsample_factors=((1, 2, 2),),
        padding="same",
    )
    task = AffinitiesTask(AffinitiesTaskConfig(neighborhood=NEIGHBORHOOD, lsds=True))
    model = task.create_model(config.architecture_type(config))
    prediction = model.train()(torch.randn(1, 1, 4, 16, 16))
    assert prediction.shape[1] == 13
    task.loss.compute(prediction, torch.rand_like(prediction)).backward()
    assert model.prediction_head.weight.grad[3:].abs().sum() > 0
    evaluated = model.eval()(torch.randn(1, 1, 4, 16, 16))[0].detach()
    assert evaluated.min() >= 0
    assert evaluated.max() <= 1
    turned = task.predictor.unmirror(evaluated)
    assert turned[3:].isnan().all()
    assert not turned[0, :-1].isnan().any()
    assert turned[0, -1].isnan().all()
    values, parameters = evaluated.numpy(), task.parameters[0]
    np.testing.assert_array_equal(
        task.post_processor.segment(values, parameters),
        task.post_processor.segment(values[:3], parameters),
    )
