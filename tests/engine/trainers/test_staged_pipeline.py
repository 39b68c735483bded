"""What leaves each node is kept, lies where it belongs, and the sample stays what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from dacapo_engine.experiments.trainers.gp_augments import (
    ElasticAugmentConfig,
    GammaAugmentConfig,
    IntensityAugmentConfig,
    IntensityScaleShiftAugmentConfig,
    NoiseAugmentConfig,
    SimpleAugmentConfig,
)
from dacapo_engine.experiments.trainers.sample_pipeline import SamplePipeline
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan
from dacapo_engine.experiments.trainers.staged_pipeline import StagedPipeline

Make = Callable[..., Any]

MOVES = (
    SimpleAugmentConfig(),
    ElasticAugmentConfig(
        control_point_spacing=(8, 8, 8), control_point_displacement_sigma=(16, 16, 16)
    ),
)
VALUES = (
    GammaAugmentConfig(),
    IntensityAugmentConfig(),
    IntensityScaleShiftAugmentConfig(scale=2.0, shift=-1.0),
    NoiseAugmentConfig(),
)


@contextmanager
def staged(plan: SamplePlan) -> Iterator[StagedPipeline]:
    pipeline = StagedPipeline(plan)
    try:
        yield pipeline
    finally:
        pipeline.close()


@pytest.fixture
def volume(on_grid: Make, cubes: Make) -> tuple[Any, Any]:
    raw, labels = cubes(24, 28, 32)
    places = {"sizes": (16, 8, 8), "offset": (3, 5, 7)}
    return on_grid(raw, **places), on_grid(labels, **places)


@pytest.mark.parametrize("index", [0, 3])
def test_taps_leave_the_sample_alone(volume: tuple[Any, Any], plan_of: Make, index: int) -> None:
    plan = plan_of(*volume, (8, 12, 12), (*MOVES, *VALUES), out_shape=(6, 8, 8), seed=5)
    plain = SamplePipeline(plan)
    expected = plain.sample(index)
    plain.close()
    with staged(plan) as pipeline:
        sample = pipeline.staged(index)
    last = {array.kind: array.data for array in sample.stages[-1].arrays}
    np.testing.assert_array_equal(last["raw"], expected.raw[0])
    for kind in ("gt", "mask", "target", "weight"):
        np.testing.assert_array_equal(last[kind], getattr(expected, kind))


def test_stages_come_in_their_order(volume: tuple[Any, Any], plan_of: Make) -> None:
    switched_off = NoiseAugmentConfig(enabled=False)
    plan = plan_of(*volume, (8, 12, 12), (*MOVES, switched_off, GammaAugmentConfig()))
    with staged(plan) as pipeline:
        names = [stage.name for stage in pipeline.staged(0).stages]
    assert names == ["source", "padding", "location", "1 simple", "2 elastic", "4 gamma", "target"]


def test_every_stage_lies_at_its_place(volume: tuple[Any, Any], plan_of: Make) -> None:
    """Without augments that move, each voxel is the one of the volume that lies there."""
    raw, gt = volume
    plan = plan_of(raw, gt, (8, 12, 12), (GammaAugmentConfig(),), out_shape=(6, 8, 8), seed=1)
    with staged(plan) as pipeline:
        sample = pipeline.staged(4)
    for stage in sample.stages:
        array = stage.array("gt")
        assert array is not None
        first = (array.offset - gt.roi.offset) / array.voxel_size
        for at in np.ndindex(array.data.shape):
            voxel = tuple(a + b for a, b in zip(first, at, strict=True))
            inside = all(0 <= v < n for v, n in zip(voxel, gt.data.shape, strict=True))
            assert array.data[at] == (gt.data[voxel] if inside else 0), stage.name
    raw_stage, target = sample.stages[-1].array("raw"), sample.stages[-1].array("target")
    assert raw_stage is not None
    assert target is not None
    margin = (target.offset - raw_stage.offset) / target.voxel_size
    assert tuple(margin) == (1, 2, 2)
