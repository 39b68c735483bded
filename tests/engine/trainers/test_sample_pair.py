"""A sample beside the untouched patch, and what augments leave as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dacapo_engine.experiments.datasplits.datasets import RawGTDataset
from dacapo_engine.experiments.trainers import GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.gp_augments import (
    ElasticAugmentConfig,
    GammaAugmentConfig,
    NoiseAugmentConfig,
    SimpleAugmentConfig,
)
from dacapo_engine.experiments.trainers.sample_pair import PairPipeline, SamplePair
from dacapo_engine.experiments.trainers.sample_pipeline import SamplePipeline
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan
from dacapo_engine.experiments.trainers.sample_planning import plan_samples

AUGMENTS = (
    SimpleAugmentConfig(),
    ElasticAugmentConfig(),
    GammaAugmentConfig(),
    NoiseAugmentConfig(),
)


@pytest.fixture
def plan(dataset: RawGTDataset, model: Any, task: Any) -> SamplePlan:
    config = GunpowderTrainerConfig(augments=AUGMENTS)
    return plan_samples([dataset, dataset], model, task, config, seed=5)


def pairs(plan: SamplePlan, *off: int, indices: range = range(3)) -> list[SamplePair]:
    """Samples with some of the augments switched off."""
    augments = tuple(
        augment.replace(enabled=number not in off) for number, augment in enumerate(plan.augments)
    )
    pipeline = PairPipeline(replace(plan, augments=augments))
    try:
        return [pipeline.pair(index) for index in indices]
    finally:
        pipeline.close()


@pytest.fixture
def training(plan: SamplePlan) -> Iterator[SamplePipeline]:
    pipeline = SamplePipeline(plan)
    yield pipeline
    pipeline.close()


def test_the_pair_holds_the_sample_of_training(plan: SamplePlan, training: SamplePipeline) -> None:
    expected = [training.sample(index) for index in range(3)]
    training.close()
    for pair, sample in zip(pairs(plan), expected, strict=True):
        for name in ("raw", "gt", "target", "weight", "mask", "location"):
            np.testing.assert_array_equal(getattr(pair.sample, name), getattr(sample, name))


def test_without_augments_the_sample_is_the_untouched_patch(plan: SamplePlan) -> None:
    for pair in pairs(plan, 0, 1, 2, 3, indices=range(6)):
        np.testing.assert_array_equal(pair.sample.raw, pair.raw)
        np.testing.assert_array_equal(pair.sample.gt, pair.gt)
        np.testing.assert_array_equal(pair.sample.mask, pair.mask)


def test_the_place_and_the_other_augments_stay_when_one_is_switched_off(plan: SamplePlan) -> None:
    plain, *others = [pairs(plan, *off) for off in ((), (0,), (1,), (2, 3), (0, 1, 2, 3))]
    for other in others:
        for one, two in zip(plain, other, strict=True):
            np.testing.assert_array_equal(one.sample.location, two.sample.location)
            np.testing.assert_array_equal(one.raw, two.raw)
    for one, two in zip(plain, pairs(plan, 2, 3), strict=True):
        # What moves voxels is as it was; only values are left alone.
        np.testing.assert_array_equal(one.sample.gt, two.sample.gt)
        assert not np.array_equal(one.sample.raw, two.sample.raw)


def test_a_mirrored_patch_lies_where_it_is_read(plan: SamplePlan) -> None:
    for pair in pairs(plan, 1, 2, 3, indices=range(6)):
        assert sorted(pair.sample.raw.ravel()) == sorted(pair.raw.ravel())
