"""Augments as scripts for the reference write them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import gunpowder as gp
import numpy as np
import pytest
from pydantic import ValidationError

from dacapo_engine.experiments.trainers.gp_augments import (
    AugmentConfig,
    ElasticAugmentConfig,
    GammaAugmentConfig,
    IntensityAugmentConfig,
    IntensityScaleShiftAugmentConfig,
    NoiseAugmentConfig,
    SimpleAugmentConfig,
)

Run = Callable[..., dict[str, Any]]
Make = Callable[..., Any]
SIZES = (8, 4, 4)


@pytest.fixture
def raw(make_array: Make, rng: np.random.Generator) -> Any:
    return make_array(rng.random((10, 12, 14), dtype=np.float32), SIZES)


def test_scale_and_shift(passed_through: Run, raw: Any, make_array: Make) -> None:
    config = IntensityScaleShiftAugmentConfig(scale=2, shift=-1)
    gt = make_array(np.arange(10 * 12 * 14).reshape(10, 12, 14), SIZES)
    found = passed_through(lambda k: config.node(k, k, k), raw, gt)
    np.testing.assert_allclose(found["raw"], raw.data * 2 - 1, atol=1e-6)
    assert found["raw"].dtype == np.float32
    np.testing.assert_array_equal(found["gt"], gt.data)


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_scale_and_shift_by_chance(probability: float) -> None:
    key = gp.ArrayKey("RAW")
    config = IntensityScaleShiftAugmentConfig(augmentation_probability=probability)
    node = config.node(key, key, key)
    random.seed(0)
    share = np.mean([not node.skip_node(gp.BatchRequest()) for _ in range(500)])
    assert share == pytest.approx(probability, abs=0.07)


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({}, (0.1, True, 1.0)),
        (None, (0.1, True, 1.0)),
        ({"var": 0.04, "mode": "gaussian", "mean": 0}, (0.2, True, 1.0)),
        ({"std": 0.3, "clip": False, "p": 0.5}, (0.3, False, 0.5)),
    ],
    ids=["empty", "none", "variance", "everything"],
)
def test_arguments_of_random_noise(kwargs: Any, expected: tuple[Any, ...]) -> None:
    config = NoiseAugmentConfig(kwargs=kwargs)  # type: ignore[call-arg]
    assert (config.std, config.clip, config.augmentation_probability) == pytest.approx(expected)
    assert NoiseAugmentConfig.model_validate(config.to_dict()) == config


@pytest.mark.parametrize(
    ("kwargs", "sentence"),
    [
        ({"mode": "poisson"}, "not poisson"),
        ({"mean": 0.1}, "with 0.1"),
        ({"amount": 1}, "no amount"),
    ],
    ids=["mode", "mean", "unknown"],
)
def test_other_noise_is_refused_in_words(kwargs: Any, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        NoiseAugmentConfig(kwargs=kwargs)  # type: ignore[call-arg]


def test_noise_is_clipped_where_asked(passed_through: Run, raw: Any) -> None:
    for clip in (True, False):
        config = NoiseAugmentConfig(std=2.0, clip=clip)
        found = passed_through(lambda k, config=config: config.node(k, k, k), raw, seed=3)["raw"]
        assert ((found.min(), found.max()) == (0, 1)) is clip


def test_exponents_are_above_zero() -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        GammaAugmentConfig(gamma_range=(0.0, 1.5))


def test_every_augment_of_the_reference_with_its_keywords() -> None:
    configs: list[AugmentConfig] = [
        SimpleAugmentConfig(name="simple", augmentation_probability=1.0),
        ElasticAugmentConfig(
            name="elastic",
            control_point_spacing=[100, 100, 100],  # type: ignore[arg-type]
            control_point_displacement_sigma=[10.0, 10.0, 10.0],  # type: ignore[arg-type]
            rotation_interval=(0, math.pi / 2),
            subsample=8,
            uniform_3d_rotation=True,
            augmentation_probability=0.5,
        ),
        IntensityAugmentConfig(
            name="intensity", scale=(0.5, 1.5), shift=(-0.2, 0.2), clip=True,
            augmentation_probability=1.0,
        ),
        IntensityScaleShiftAugmentConfig(name="scale shift", scale=2, shift=-1),
        GammaAugmentConfig(name="gamma", gamma_range=(0.5, 1.5)),
        NoiseAugmentConfig(name="noise", kwargs={"var": 0.01}),  # type: ignore[call-arg]
    ]  # fmt: skip
    keys = [gp.ArrayKey(name) for name in ("RAW", "GT", "MASK")]
    for config in configs:
        assert isinstance(config.node(*keys), gp.BatchFilter)
        assert 0 < config.to_dict()["augmentation_probability"] <= 1
    assert AugmentConfig._raw_key is AugmentConfig._gt_key is AugmentConfig._mask_key is None
