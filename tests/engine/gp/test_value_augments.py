from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import gunpowder as gp
import numpy as np
import pytest

from dacapo_engine.experiments.trainers.gp_augments import (
    GammaAugmentConfig,
    IntensityAugmentConfig,
    NoiseAugmentConfig,
)
from dacapo_engine.gp.gamma_augment import GammaAugment
from dacapo_engine.gp.intensity_augment import IntensityAugment
from dacapo_engine.gp.noise_augment import NoiseAugment

Run = Callable[..., dict[str, Any]]
Make = Callable[..., Any]
SIZES = (283.718, 126.786, 126.786)


@pytest.fixture
def raw(make_array: Make, rng: np.random.Generator) -> Any:
    return make_array(rng.random((10, 12, 14), dtype=np.float32), SIZES)


def test_intensity_is_scaled_about_the_mean_and_shifted(passed_through: Run, raw: Any) -> None:
    node = lambda k: IntensityAugment(k, (1.5, 1.5), (0.1, 0.1), clip=False)  # noqa: E731
    found = passed_through(node, raw)["raw"]
    mean = raw.data.mean()
    np.testing.assert_allclose(found, mean + (raw.data - mean) * 1.5 + 0.1, atol=1e-6)
    assert found.dtype == np.float32


def test_intensity_is_clipped_where_asked(passed_through: Run, raw: Any) -> None:
    node = lambda k: IntensityAugment(k, (3, 3), (0.2, 0.2), clip=True)  # noqa: E731
    found = passed_through(node, raw)["raw"]
    assert (found.min(), found.max()) == (0, 1)


def test_intensity_draws_scale_and_shift_in_their_intervals(passed_through: Run, raw: Any) -> None:
    scales, shifts = [], []
    for seed in range(60):
        node = lambda k: IntensityAugment(k, (0.8, 1.2), (-0.1, 0.3), clip=False)  # noqa: E731
        found = passed_through(node, raw, seed=seed)["raw"]
        scales.append(found.std() / raw.data.std())
        shifts.append(found.mean() - raw.data.mean())
    for values, low, high in ((scales, 0.8, 1.2), (shifts, -0.1, 0.3)):
        assert low - 1e-3 <= min(values) < low + 0.1
        assert high - 0.1 < max(values) <= high + 1e-3


def test_gamma_changes_the_middle_and_keeps_the_ends(passed_through: Run, raw: Any) -> None:
    found = passed_through(lambda k: GammaAugment(k, (2, 2)), raw)["raw"]
    low, high = raw.data.min(), raw.data.max()
    expected = ((raw.data - low) / (high - low)) ** 2 * (high - low) + low
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert (found.min(), found.max()) == pytest.approx((low, high), abs=1e-6)
    assert np.abs(found - raw.data).max() > 0.2


def test_gamma_is_drawn_in_its_interval(passed_through: Run, make_array: Make) -> None:
    values = np.linspace(0, 1, 27, dtype=np.float32).reshape(3, 3, 3)
    drawn = []
    for seed in range(60):
        found = passed_through(
            lambda k: GammaAugment(k, (0.5, 2)), make_array(values, SIZES), seed=seed
        )["raw"]
        drawn.append(np.log(found.ravel()[13]) / np.log(values.ravel()[13]))
    assert 0.5 <= min(drawn) < 0.65
    assert 1.6 < max(drawn) <= 2
    # As often brighter as darker.
    assert 0.25 < np.mean(np.array(drawn) < 1) < 0.75


def test_gamma_of_an_even_sample(passed_through: Run, make_array: Make) -> None:
    even = make_array(np.full((4, 4, 4), 0.3, np.float32), SIZES)
    found = passed_through(lambda k: GammaAugment(k, (2, 2)), even)["raw"]
    np.testing.assert_array_equal(found, even.data)


def test_noise_has_the_deviation_that_was_drawn(passed_through: Run, make_array: Make) -> None:
    zero = make_array(np.zeros((16, 16, 16), np.float32), SIZES)
    deviations, means = [], []
    for seed in range(60):
        found = passed_through(lambda k: NoiseAugment(k, 0.2), zero, seed=seed)["raw"]
        deviations.append(found.std())
        means.append(found.mean())
    assert max(deviations) < 0.21
    assert np.mean(deviations) == pytest.approx(0.1, abs=0.03)
    assert np.abs(means).max() < 0.02


def test_labels_keep_their_values(passed_through: Run, raw: Any, make_array: Make) -> None:
    gt = make_array(np.arange(10 * 12 * 14).reshape(10, 12, 14), SIZES)
    for config in (GammaAugmentConfig(), IntensityAugmentConfig(), NoiseAugmentConfig()):
        found = passed_through(lambda k, config=config: config.node(k, k, k), raw, gt)
        np.testing.assert_array_equal(found["gt"], gt.data)
        assert not np.array_equal(found["raw"], raw.data)


@pytest.mark.parametrize("kind", [GammaAugmentConfig, IntensityAugmentConfig, NoiseAugmentConfig])
@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_probability(kind: Any, probability: float) -> None:
    key = gp.ArrayKey("RAW")
    node = kind(augmentation_probability=probability).node(key, key, key)
    random.seed(0)
    share = np.mean([not node.skip_node(gp.BatchRequest()) for _ in range(500)])
    assert share == pytest.approx(probability, abs=0.07)
