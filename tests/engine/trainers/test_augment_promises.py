"""Every registered augment changes a sample in the way it promises, and labels still match raw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from dacapo_engine.experiments.trainers.gp_augments.augment_config import AugmentConfig
from dacapo_engine.experiments.trainers.staged_pipeline import (
    Stage,
    StageArray,
    StagedPipeline,
    StagedSample,
)

Values = np.ndarray[Any, Any]
Make = Callable[..., Any]
SAMPLES = range(4)


@dataclass(frozen=True)
class Promise:
    """An augment that always acts, and what holds of raw before and after it."""

    augment: AugmentConfig
    holds: Callable[[Values, Values], bool]
    moves: bool = False


def same_voxels_elsewhere(before: Values, after: Values) -> bool:
    return np.array_equal(np.sort(before, axis=None), np.sort(after, axis=None))


def nothing_brighter_or_darker(before: Values, after: Values) -> bool:
    return bool(before.min() - 1e-4 <= after.min() and after.max() <= before.max() + 1e-4)


def darkest_and_brightest_stay_and_order_does(before: Values, after: Values) -> bool:
    ends = np.allclose([before.min(), before.max()], [after.min(), after.max()], atol=1e-5)
    ordered = after.ravel()[np.argsort(before, axis=None)]
    bent = abs(np.corrcoef(before.ravel(), after.ravel())[0, 1] - 1) > 1e-7
    return ends and bent and bool((np.diff(ordered) > -1e-6).all())


def contrast_and_brightness(before: Values, after: Values) -> bool:
    factor, _ = np.polyfit(before.ravel().astype(float), after.ravel().astype(float), 1)
    mean = float(after.mean() - before.mean())
    straight = np.corrcoef(before.ravel(), after.ravel())[0, 1] > 1 - 1e-6
    return bool(straight and 0.75 <= factor <= 1.25 and abs(mean) <= 0.15)


def twice_less_one(before: Values, after: Values) -> bool:
    return np.allclose(after, 2 * before - 1, atol=1e-5)


def noise_around_what_was_there(before: Values, after: Values) -> bool:
    noise = after - before
    return bool(abs(noise.mean()) < 0.01 and 0 < noise.std() < 0.11)


PROMISES: Mapping[str, Promise] = {
    "simple": Promise(SimpleAugmentConfig(), same_voxels_elsewhere, moves=True),
    "elastic": Promise(
        ElasticAugmentConfig(
            control_point_spacing=(8, 8, 8), control_point_displacement_sigma=(16, 16, 16)
        ),
        nothing_brighter_or_darker,
        moves=True,
    ),
    "gamma": Promise(GammaAugmentConfig(), darkest_and_brightest_stay_and_order_does),
    "intensity": Promise(IntensityAugmentConfig(clip=False), contrast_and_brightness),
    "intensity_scale_shift": Promise(
        IntensityScaleShiftAugmentConfig(scale=2.0, shift=-1.0), twice_less_one
    ),
    "noise": Promise(NoiseAugmentConfig(), noise_around_what_was_there),
}
# Other tests may define augments of their own.
KINDS = [
    tag
    for tag in AugmentConfig.registry.tags()
    if AugmentConfig.registry.get(tag).__module__.startswith("dacapo_engine.")
]


def promise_of(kind: str) -> Promise:
    if kind not in PROMISES:
        pytest.fail(f"Say in PROMISES what the augment {kind!r} does to a sample.")
    return PROMISES[kind]


@pytest.fixture
def drawn(on_grid: Make, cubes: Make, plan_of: Make) -> Callable[[AugmentConfig], list[Any]]:
    """Samples of cubes that are bright in raw, after every node."""

    def draw(augment: AugmentConfig) -> list[StagedSample]:
        raw, labels = cubes(24, 28, 32)
        places = {"sizes": (16, 8, 8), "offset": (3, 5, 7)}
        volumes = (on_grid(raw, **places), on_grid(labels, **places))
        pipeline = StagedPipeline(plan_of(*volumes, (12, 16, 16), (augment,), seed=2))
        try:
            return [pipeline.staged(index) for index in SAMPLES]
        finally:
            pipeline.close()

    return draw


def stages(sample: StagedSample, kind: str) -> tuple[Stage, Stage]:
    by_name = {stage.name: stage for stage in sample.stages}
    return by_name["location"], by_name[f"1 {kind}"]


def array(stage: Stage, kind: str) -> StageArray:
    found = stage.array(kind)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_raw_differs_as_promised(kind: str, drawn: Callable[..., Any]) -> None:
    promise = promise_of(kind)
    differ = 0
    for sample in drawn(promise.augment):
        before, after = (array(stage, "raw").data for stage in stages(sample, kind))
        differ += not np.array_equal(before, after)
        assert promise.holds(before, after)
    assert differ >= len(SAMPLES) - 1, "a mirror may happen to change nothing, once"


@pytest.mark.parametrize("kind", KINDS)
def test_raw_and_labels_still_match(kind: str, drawn: Callable[..., Any]) -> None:
    promise = promise_of(kind)
    for sample in drawn(promise.augment):
        before, after = stages(sample, kind)
        raw, labels = array(after, "raw"), array(after, "gt")
        begin = (raw.offset - labels.offset) / labels.voxel_size
        box = tuple(slice(b, b + n) for b, n in zip(begin, raw.data.shape, strict=True))
        inside = labels.data[box] > 0
        # Of values from 0 to 1 half of the way lies between cubes and what is around them.
        apart = 0.4 * (2 if kind == "intensity_scale_shift" else 1)
        assert raw.data[inside].mean() > raw.data[~inside].mean() + apart
        assert set(np.unique(labels.data)) <= {0, *np.unique(array(before, "gt").data)}


@pytest.mark.parametrize("kind", [kind for kind in PROMISES if not PROMISES[kind].moves])
def test_augments_of_values_leave_labels_and_mask_alone(
    kind: str, drawn: Callable[..., Any]
) -> None:
    for sample in drawn(promise_of(kind).augment):
        before, after = stages(sample, kind)
        for other in ("gt", "mask"):
            first, second = array(before, other), array(after, other)
            assert first.offset == second.offset
            np.testing.assert_array_equal(first.data, second.data)
