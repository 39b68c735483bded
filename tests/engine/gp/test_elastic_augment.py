from __future__ import annotations

from collections.abc import Callable
from math import pi
from typing import Any

import gunpowder as gp
import numpy as np
import pytest
from scipy import ndimage

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.trainers.gp_augments import ElasticAugmentConfig
from dacapo_engine.gp import ElasticAugment

Run = Callable[..., dict[str, Any]]
Make = Callable[..., Any]


def still(key: gp.ArrayKey, dims: int = 3, **changes: Any) -> ElasticAugment:
    """A node that changes nothing but what `changes` say."""
    settings = {"control_point_spacing": (4,) * dims, "displacement_sigma": (0,) * dims}
    return ElasticAugment(key, **(settings | changes))


@pytest.mark.parametrize(
    ("shape", "sizes"),
    [
        ((7, 9, 12), (8, 8, 8)),
        ((6, 10, 13), (283.718, 126.786, 126.786)),
        ((9, 12), (1, 1)),
    ],
)
@pytest.mark.parametrize("subsample", [1, 3])
def test_nothing_drawn_changes_nothing(
    passed_through: Run, make_array: Make, rng: np.random.Generator, shape: Any, sizes: Any,
    subsample: int,
) -> None:  # fmt: skip
    raw = make_array(rng.random(shape, dtype=np.float32), sizes)
    gt = make_array(rng.integers(0, 9, shape, dtype=np.uint32), sizes)
    found = passed_through(lambda k: still(k, len(shape), subsample=subsample), raw, gt)
    np.testing.assert_allclose(found["raw"], raw.data, atol=1e-4)
    np.testing.assert_array_equal(found["gt"], gt.data)


@pytest.mark.parametrize("shape", [(5, 12, 12), (4, 11, 11), (9, 9), (8, 8)])
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_right_angles_are_rot90(
    passed_through: Run, make_array: Make, rng: np.random.Generator, shape: Any, quarters: int
) -> None:
    raw = make_array(rng.random(shape, dtype=np.float32), (8,) * len(shape))
    gt = make_array(rng.integers(1, 99, shape, dtype=np.uint64), (8,) * len(shape))
    angle = quarters * pi / 2
    found = passed_through(
        lambda k: still(k, len(shape), rotation_interval=(angle, angle)), raw, gt
    )
    turned = np.rot90(raw.data, quarters, axes=(-1, -2))
    back = np.rot90(raw.data, quarters, axes=(-2, -1))
    np.testing.assert_array_equal(
        found["gt"],
        np.rot90(gt.data, quarters, axes=(-2, -1))
        if np.allclose(found["raw"], back, atol=1e-4)
        else np.rot90(gt.data, quarters, axes=(-1, -2)),
    )
    assert np.allclose(found["raw"], turned, atol=1e-4) or np.allclose(
        found["raw"], back, atol=1e-4
    )


def test_objects_grow_by_the_scale(passed_through: Run, make_array: Make) -> None:
    values = np.zeros((24, 24, 24), np.uint32)
    values[9:15, 9:15, 9:15] = 3
    array = make_array(values, (4, 4, 4))
    grown = passed_through(lambda k: still(k, scale_interval=(2, 2)), array)["gt"]
    expected = np.zeros_like(values)
    expected[6:18, 6:18, 6:18] = 3
    np.testing.assert_array_equal(grown, expected)


def test_scale_against_scipy(
    passed_through: Run, make_array: Make, rng: np.random.Generator
) -> None:
    smooth = ndimage.gaussian_filter(rng.random((20, 22, 24)), 1).astype(np.float32)
    found = passed_through(
        lambda k: still(k, scale_interval=(1.3, 1.3)), make_array(smooth, (10, 10, 10))
    )["raw"]
    middle = (np.array(smooth.shape) - 1) / 2
    expected = ndimage.affine_transform(
        smooth, np.eye(3) / 1.3, offset=middle - middle / 1.3, order=1
    )
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_rotation_happens_in_the_world_not_in_voxels(passed_through: Run, make_array: Make) -> None:
    """y is twice as coarse as x: a bar of 4 x 16 voxels is 8 x 16 nm, upright 8 x 8 voxels."""
    values = np.zeros((20, 40), np.uint32)
    values[8:12, 12:28] = 1
    array = make_array(values, (2, 1))
    turned = passed_through(lambda k: still(k, 2, rotation_interval=(pi / 2, pi / 2)), array)["gt"]
    expected = np.zeros_like(values)
    expected[6:14, 16:24] = 1
    np.testing.assert_array_equal(turned, expected)


def test_displacement_is_smooth_has_its_deviation_and_depends_on_the_seed(
    passed_through: Run, make_array: Make
) -> None:
    shape, sizes = (40, 40, 40), (10, 10, 10)
    place = np.arange(40, dtype=np.float32)[None, None] * np.ones(shape, np.float32)
    array = make_array(place, sizes)

    def moved(seed: int, shift: float = 15.0) -> Any:
        node = lambda k: ElasticAugment(k, (10, 10, 10), (0, 0, shift))  # noqa: E731
        found = passed_through(node, array, seed=seed, shape=(24, 24, 24))["raw"]
        return found - place[8:32, 8:32, 8:32]

    first = moved(1)
    np.testing.assert_array_equal(first, moved(1))
    assert np.abs(first - moved(2)).max() > 0.1
    deviation = np.std([moved(seed) for seed in range(12)])
    # 1.5 voxels at control points, less between them.
    assert 0.6 < deviation < 1.7
    assert np.abs(np.diff(first, axis=0)).max() < 1.5


def test_a_rotation_in_space_is_a_rotation() -> None:
    node = still(gp.ArrayKey("RAW"), uniform_3d_rotation=True)
    matrix = node._draw_matrix(3)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1)


def test_separate_images_stay_apart(passed_through: Run, make_array: Make) -> None:
    values = np.arange(1, 4, dtype=np.uint32)[:, None, None] * np.ones((3, 15, 15), np.uint32)
    array = make_array(values, (1, 1, 1), ("s", "y", "x"))

    def node(key: gp.ArrayKey) -> ElasticAugment:
        made = ElasticAugment(key, (4, 4, 4), (9, 0.2, 0.2), (0.3, 0.3), (0.5, 0.5), True)
        made.fixed_axes = (0,)
        return made

    found = passed_through(node, array)["gt"]
    assert set(np.unique(found)) <= {0, 1, 2, 3}
    assert all(set(np.unique(found[n])) <= {0, n + 1} for n in range(3))


def test_in_2d_the_last_two_numbers_count(passed_through: Run, make_array: Make) -> None:
    raw = make_array(np.ones((9, 9), np.float32), (1, 1))
    config = ElasticAugmentConfig(control_point_displacement_sigma=(5, 0, 0))
    key_of = lambda k: config.replace(rotation_interval=(0, 0)).node(k, k, k)  # noqa: E731
    np.testing.assert_allclose(passed_through(key_of, raw)["raw"], 1, atol=1e-4)


def test_too_few_numbers(passed_through: Run, make_array: Make) -> None:
    raw = make_array(np.ones((5, 5, 5), np.float32), (1, 1, 1))
    with pytest.raises(gp.PipelineSetupError) as caught:
        passed_through(lambda k: ElasticAugment(k, (2, 2), (0, 0, 0)), raw)
    assert isinstance(caught.value.__cause__, ConfigError)
    assert "2 of 3 numbers are given as distance of control points" in str(caught.value.__cause__)


def test_nanometres_become_world_units() -> None:
    config = ElasticAugmentConfig(control_point_displacement_sigma=(2, 3, 4))
    assert config.in_world(1000).control_point_displacement_sigma == (2000, 3000, 4000)


@pytest.mark.parametrize("probability", [0.0, 0.5, 1.0])
def test_probability(probability: float) -> None:
    node = still(gp.ArrayKey("RAW"), probability=probability)
    share = np.mean([not node.skip_node(gp.BatchRequest()) for _ in range(400)])
    assert share == pytest.approx(probability, abs=0.1)
