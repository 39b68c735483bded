"""Samples: aligned through every augment, and a function of seed, number and version alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.experiments.trainers.gp_augments import (
    ElasticAugmentConfig,
    GammaAugmentConfig,
    IntensityAugmentConfig,
    NoiseAugmentConfig,
    SimpleAugmentConfig,
)
from dacapo_engine.experiments.trainers.sample_pipeline import Sample, SamplePipeline
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan

Make = Callable[..., Any]
OVULE_NM = (283.718, 126.786, 126.786)
ALL = (
    SimpleAugmentConfig(),
    ElasticAugmentConfig(
        control_point_spacing=(8, 8, 8), control_point_displacement_sigma=(8, 8, 8)
    ),
    GammaAugmentConfig(),
    IntensityAugmentConfig(),
    NoiseAugmentConfig(),
)


@contextmanager
def pipeline_of(plan: SamplePlan) -> Iterator[SamplePipeline]:
    pipeline = SamplePipeline(plan)
    try:
        yield pipeline
    finally:
        pipeline.close()


def samples_of(plan: SamplePlan, count: int = 10) -> list[Sample]:
    with pipeline_of(plan) as pipeline:
        return [pipeline.sample(number) for number in range(count)]


def elastic(voxel: float, dims: int, **changes: Any) -> ElasticAugmentConfig:
    fields = {
        "control_point_spacing": (8,) * dims,
        "control_point_displacement_sigma": (voxel,) * dims,
        "rotation_interval": (0.0, 6.28),
        "scale_interval": (0.8, 1.3),
    }
    return ElasticAugmentConfig(**(fields | changes))


@pytest.mark.parametrize(
    ("shape", "patch", "out", "sizes"),
    [
        ((40, 44, 52), (16, 20, 24), None, (8, 8, 8)),
        ((40, 44, 52), (16, 20, 24), (10, 14, 16), (8, 8, 8)),
        ((20, 44, 52), (7, 19, 24), (5, 13, 16), OVULE_NM),
        ((40, 44, 52), (9, 20, 24), None, (40, 8, 4)),
        ((60, 70), (21, 32), (9, 20), (0.5, 0.5)),
    ],
)
@pytest.mark.parametrize("kind", ["none", "simple", "still", "elastic", "both"])
def test_everything_stays_aligned(
    on_grid: Make, plan_of: Make, shape: Any, patch: Any, out: Any, sizes: Any, kind: str
) -> None:
    """Raw encodes where its voxels were, labels the same, and target follows from labels."""
    dims, finest = len(sizes), min(sizes)
    augments = {
        "none": (),
        "simple": (SimpleAugmentConfig(),),
        "still": (elastic(0, dims, rotation_interval=(0, 0), scale_interval=(1, 1)),),
        "elastic": (elastic(finest, dims),),
        "both": (SimpleAugmentConfig(), elastic(finest, dims, subsample=2), SimpleAugmentConfig()),
    }[kind]
    places = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij")) + 100
    raw = on_grid(places.astype(np.float32), sizes, ("c", *"zyx"[-dims:]))
    for axis in range(dims):
        gt = on_grid(places[axis].astype(np.uint32), sizes)
        mask = on_grid(np.ones(shape, bool), sizes)
        plan = plan_of(raw, gt, patch, augments, mask=mask, out_shape=out)
        for sample in samples_of(plan, 6):
            _check_aligned(sample, axis, patch, out or patch, exact=kind in ("none", "simple"))


def _check_aligned(sample: Sample, axis: int, patch: Any, out: Any, *, exact: bool) -> None:
    dims = len(patch)
    assert sample.raw.shape == (dims, *patch)
    assert sample.gt.shape == sample.mask.shape == tuple(out)
    assert sample.target.shape == sample.weight.shape == (dims, *out)
    begin = [(p - o) // 2 for p, o in zip(patch, out, strict=True)]
    center = tuple(slice(b, b + o) for b, o in zip(begin, out, strict=True))
    seen = sample.raw[(axis, *center)]
    # Where interpolation reads past the volume, raw is mirrored; the voxel at the rim may differ.
    inside = sample.mask > 0
    error = np.abs(seen - sample.gt.astype(np.float32))[inside]
    assert inside.any()
    assert error.max() < (1e-6 if exact else 0.55)
    assert (sample.gt[~inside] == 0).all()
    _check_target(sample)


def _check_target(sample: Sample) -> None:
    """Affinities to the next voxel along each axis, by a plain loop over what is in the sample."""
    for channel in range(sample.gt.ndim):
        here = np.moveaxis(sample.gt, channel, 0)
        target = np.moveaxis(sample.target[channel], channel, 0)
        expected = (here[:-1] == here[1:]) & (here[:-1] > 0)
        np.testing.assert_array_equal(target[:-1] > 0, expected)


@pytest.mark.parametrize("sizes", [(8, 8, 8), OVULE_NM])
def test_the_mask_moves_with_the_labels(on_grid: Make, plan_of: Make, sizes: Any) -> None:
    """The mask says of each label whether it is a multiple of three, wherever it is moved to."""
    shape = (24, 40, 44)
    labels = np.indices(shape).sum(axis=0).astype(np.uint32) + 1
    mask = on_grid(labels % 3 == 0, sizes)
    augments = (SimpleAugmentConfig(), elastic(min(sizes), 3))
    raw, gt = on_grid(labels.astype(np.float32), sizes), on_grid(labels, sizes)
    plan = plan_of(raw, gt, (8, 20, 24), augments, mask=mask, min_masked=0.1)
    for sample in samples_of(plan, 8):
        assert sample.mask.any()
        np.testing.assert_array_equal(sample.mask > 0, (sample.gt > 0) & (sample.gt % 3 == 0))
        assert (sample.weight[:, sample.mask == 0] == 0).all()


def test_labels_of_twice_the_voxel_size(on_grid: Make, plan_of: Make) -> None:
    places = np.arange(48, dtype=np.float32)[None, None] * np.ones((24, 24, 48), np.float32)
    raw = on_grid(places, (4, 4, 4))
    gt = on_grid((places[::2, ::2, ::2] // 2 + 1).astype(np.uint32), (8, 8, 8))
    plan = plan_of(raw, gt, (16, 16, 16), (SimpleAugmentConfig(),))
    with pipeline_of(plan) as pipeline:
        for number in range(10):
            sample = pipeline.sample(number)
            assert sample.gt.shape == (8, 8, 8)
            mean = sample.raw[0].reshape(8, 2, 8, 2, 8, 2).mean(axis=(1, 3, 5))
            inside = sample.mask > 0
            np.testing.assert_allclose(mean[inside], ((sample.gt - 1.0) * 2 + 0.5)[inside])


def test_the_location_says_where_the_sample_is(on_grid: Make, plan_of: Make) -> None:
    places = np.stack(np.meshgrid(*map(np.arange, (20, 44, 52)), indexing="ij"))
    offset = (4, 8, 2)
    raw = on_grid(places.astype(np.float32), OVULE_NM, offset=offset)
    gt = on_grid(np.ones((20, 44, 52), np.uint32), OVULE_NM, offset=offset)
    for sample in samples_of(plan_of(raw, gt, (8, 20, 24)), 20):
        center = (sample.location - np.array(raw.roi.begin)) / np.array(raw.voxel_size)
        middle = sample.raw[:, 4, 10, 12]
        inside = sample.mask[4, 10, 12] > 0
        assert np.abs(middle - center).max() < 1e-6 or not inside


def test_samples_differ_and_cover_the_volume(on_grid: Make, plan_of: Make, cubes: Make) -> None:
    raw, labels = cubes(48, 52, 56, spacing=6)
    plan = plan_of(on_grid(raw), on_grid(labels), (8, 8, 8), ALL[:1])
    samples = samples_of(plan, 500)
    locations = np.array([sample.location for sample in samples]) / 8
    assert len({tuple(place) for place in locations}) >= 495
    for axis, extent in enumerate((48, 52, 56)):
        assert locations[:, axis].min() < 0.25 * extent
        assert locations[:, axis].max() > 0.75 * extent


def test_a_sample_is_a_function_of_seed_number_and_version(
    on_grid: Make, plan_of: Make, cubes: Make
) -> None:
    raw, labels = cubes(30, 30, 30)
    plan = plan_of(on_grid(raw), on_grid(labels), (16, 16, 16), ALL, seed=5)
    with pipeline_of(plan) as pipeline:
        first = [pipeline.sample(number, 2) for number in (0, 7, 3)]
        random.seed(99)
        np.random.seed(99)
        again = [pipeline.sample(number, 2) for number in (7, 0, 3)]
        other = pipeline.sample(7, 3)
    with pipeline_of(plan_of(on_grid(raw), on_grid(labels), (16, 16, 16), ALL, seed=6)) as another:
        foreign = another.sample(7, 2)
    for one, two in ((first[0], again[1]), (first[1], again[0]), (first[2], again[2])):
        for name in ("raw", "gt", "target", "weight", "mask", "location"):
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert not np.array_equal(other.raw, first[1].raw)
    assert not np.array_equal(foreign.raw, first[1].raw)


def test_the_random_generators_of_the_host_go_on_undisturbed(
    on_grid: Make, plan_of: Make, cubes: Make
) -> None:
    raw, labels = cubes(20, 20, 20)
    plan = plan_of(on_grid(raw), on_grid(labels), (16, 16, 16), ALL)
    random.seed(1)
    np.random.seed(1)
    states = random.getstate(), np.random.get_state()[1].tolist()
    with pipeline_of(plan) as pipeline:
        pipeline.sample(0)
        pipeline.sample(1)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states


def test_labels_that_are_smaller_than_the_patch(on_grid: Make, plan_of: Make, cubes: Make) -> None:
    raw, labels = cubes(40, 40, 40)
    small = on_grid(labels[16:24, 16:24, 16:24], offset=(16, 16, 16))
    found = samples_of(plan_of(on_grid(raw), small, (16, 16, 16), ALL, min_masked=0.01), 20)
    assert all(0.01 <= (sample.mask > 0).mean() <= 0.25 for sample in found)


@pytest.mark.parametrize(
    ("shape", "patch"),
    [((16, 32, 32), (16, 32, 32)), ((5, 40, 40), (5, 24, 24)), ((30, 12, 40), (16, 12, 32))],
)
def test_a_patch_that_fits_only_one_way_is_not_turned(
    on_grid: Make, plan_of: Make, cubes: Make, shape: Any, patch: Any
) -> None:
    raw, labels = cubes(*shape, spacing=4)
    for sample in samples_of(plan_of(on_grid(raw), on_grid(labels), patch, ALL), 20):
        assert (sample.mask > 0).mean() > 0.3


def test_nothing_leaves_a_single_slice(on_grid: Make, plan_of: Make) -> None:
    raw, labels = np.ones((1, 64, 64), np.float32), np.ones((1, 64, 64), np.uint32)
    for sample in samples_of(plan_of(on_grid(raw), on_grid(labels), (1, 24, 24), ALL), 20):
        assert (sample.mask > 0).mean() > 0.5


def test_the_mask_says_what_counts(on_grid: Make, plan_of: Make, cubes: Make) -> None:
    raw, labels = cubes(40, 40, 40)
    where = np.zeros(labels.shape, bool)
    where[:, :, 20:] = True
    plan = plan_of(
        on_grid(raw), on_grid(labels), (16, 16, 16), (SimpleAugmentConfig(),),
        mask=on_grid(where), min_masked=0.3,
    )  # fmt: skip
    for sample in samples_of(plan, 20):
        assert (sample.mask > 0).mean() >= 0.3
        assert (sample.weight[:, sample.mask == 0] == 0).all()
        assert sample.weight.max() > 0


def test_points_are_in_their_samples(on_grid: Make, plan_of: Make) -> None:
    shape = (40, 40, 40)
    spots = np.zeros(shape, np.float32)
    places = [(5, 20, 33), (30, 10, 8)]
    for place in places:
        spots[place] = 1
    points = tuple(tuple((np.array(place) + 0.5) * 8) for place in places)
    plan = plan_of(on_grid(spots), on_grid(np.ones(shape, np.uint32)), (16, 16, 16), points=points)
    samples = samples_of(plan, 20)
    assert all(sample.raw.max() == 1 for sample in samples)


def test_only_raw_that_has_labels(on_grid: Make, plan_of: Make) -> None:
    raw = np.full((40, 40, 40), 9, np.float32)
    raw[12:28, 12:28, 12:28] = 1
    gt = on_grid(np.ones((16, 16, 16), np.uint32), offset=(12, 12, 12))
    for sample in samples_of(plan_of(on_grid(raw), gt, (16, 16, 16), clip_raw=True), 10):
        assert set(np.unique(sample.raw)) <= {0, 1}


def test_nan_in_raw_is_a_sentence(on_grid: Make, plan_of: Make) -> None:
    raw = np.ones((20, 20, 20), np.float32)
    raw[10, 10, 10] = np.nan
    plan = plan_of(on_grid(raw, name="image"), on_grid(np.ones(raw.shape, np.uint32)), (20, 20, 20))
    with pipeline_of(plan) as pipeline, pytest.raises(DataError, match="image holds values"):
        pipeline.sample(0)


def test_labels_that_are_too_rare_are_a_sentence(on_grid: Make, plan_of: Make) -> None:
    labels = np.zeros((20, 20, 20), np.uint32)
    labels[0, 0, 0] = 1
    plan = plan_of(
        on_grid(np.ones(labels.shape, np.float32)), on_grid(labels), (8, 8, 8),
        min_foreground=0.9,
    )  # fmt: skip
    with pipeline_of(plan) as pipeline, pytest.raises(DataError, match="None of 200 random"):
        pipeline.sample(0)


def test_an_augment_that_does_not_fit_is_a_sentence(on_grid: Make, plan_of: Make) -> None:
    ones = np.ones((20, 20, 20), np.float32)
    augment = ElasticAugmentConfig(control_point_spacing=(4, 4))
    plan = plan_of(on_grid(ones), on_grid(ones.astype(np.uint32)), (8, 8, 8), (augment,))
    with pytest.raises(ConfigError, match="2 of 3 numbers are given as distance of control points"):
        SamplePipeline(plan)


def test_separate_images_are_not_mixed(on_grid: Make, plan_of: Make) -> None:
    values = np.arange(1, 6, dtype=np.float32)[:, None, None] * np.ones((5, 30, 30), np.float32)
    axes = ("s", "y", "x")
    raw = on_grid(values, (1, 1, 1), axes)
    gt = on_grid(values.astype(np.uint32), (1, 1, 1), axes)
    augments = (SimpleAugmentConfig(), elastic(2, 3))
    plan = plan_of(
        raw, gt, (1, 16, 16), augments, neighborhood=((0, 1, 0), (0, 0, 1)), min_masked=0.1
    )
    images = set()
    for sample in samples_of(plan, 40):
        ids = np.unique(sample.gt[sample.mask > 0])
        assert len(ids) == 1
        inside = np.abs(sample.raw[0] - ids[0])[sample.mask > 0]
        assert np.median(inside) < 1e-4
        images.add(int(ids[0]))
    assert images == {1, 2, 3, 4, 5}


def test_weights_say_how_often_a_dataset_is_drawn(on_grid: Make, plan_of: Make) -> None:
    ones = np.ones((20, 20, 20), np.float32)
    often, seldom = (
        plan_of(on_grid(ones * n), on_grid(ones.astype(np.uint32)), (8, 8, 8)).sources[0]
        for n in (1, 2)
    )
    plan = plan_of(on_grid(ones), on_grid(ones.astype(np.uint32)), (8, 8, 8))
    sources = (
        type(often)(often.raw, often.gt, often.mask, weight=3),
        type(often)(seldom.raw, seldom.gt, seldom.mask, weight=1),
    )
    fields = {name: getattr(plan, name) for name in plan.__dataclass_fields__}
    mixed = SamplePlan(**(fields | {"sources": sources}))
    share = np.mean([sample.raw.mean() == 1 for sample in samples_of(mixed, 100)])
    assert share == pytest.approx(0.75, abs=0.12)
