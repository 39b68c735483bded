"""Voxels of another size: every place stays where it was."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from dacapo_engine.experiments.datasplits.datasets.arrays import NumpyArray, VoxelGrid
from dacapo_engine.experiments.datasplits.datasets.arrays.resampled_array import ResampledArray
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_map import VoxelMap
from dacapo_engine.segmenting.trained_on import TrainedOn
from dacapo_engine.segmenting.volume_match import match_volume

Values = np.ndarray[Any, Any]


def array_of(values: Values, *sizes: object, offset: int = 40) -> NumpyArray:
    exact = [Fraction(str(size)) for size in sizes]
    grid = VoxelGrid.from_nanometres(values.shape[-len(exact) :], exact, [Fraction(offset)] * 3)
    return NumpyArray.from_grid(values, grid, ("c", "z", "y", "x")[-values.ndim :])


def at(*sizes: object) -> tuple[Fraction, ...]:
    return tuple(Fraction(str(size)) for size in sizes)


def ball(shape: tuple[int, ...], centre: tuple[float, ...], radius: float) -> Values:
    places = np.indices(shape) + 0.5
    return sum((p - c) ** 2 for p, c in zip(places, centre, strict=True)) < radius**2


def test_larger_voxels_are_means_whatever_box_is_read(rng: np.random.Generator) -> None:
    values = rng.random((2, 8, 9, 10)).astype(np.float32)
    halved = ResampledArray.of(array_of(values, 4, 4, 4), at(8, 8, 4))
    assert halved.grid.shape == (4, 5, 10)
    whole = halved[halved.roi]
    means = values[:, :, :8].reshape(2, 4, 2, 4, 2, 10).mean((2, 4))
    np.testing.assert_allclose(whole[:, :, :4], means, rtol=1e-6)
    part = halved.read_box((slice(1, 3), slice(2, 5), slice(3, 7)))
    np.testing.assert_allclose(part, whole[:, 1:3, 2:5, 3:7], rtol=1e-6)


def test_smaller_voxels_lie_on_the_line_between() -> None:
    ramp = np.broadcast_to(np.arange(10, dtype=np.uint8), (4, 4, 10))
    doubled = ResampledArray.of(array_of(ramp, 8, 8, 8), at(4, 4, 4))
    expected = np.clip(np.arange(20) / 2 - 0.25, 0, 9)
    np.testing.assert_allclose(doubled[doubled.roi][3, 3], expected, atol=1e-6)


@pytest.mark.parametrize("sizes", [(4, 4, 4), (13, 13, 13), (40, 8.5, 6)])
def test_an_object_comes_back_to_its_place(sizes: tuple[float, ...]) -> None:
    seen = ball((40, 44, 48), (17.3, 23.1, 25.6), 11.0)
    recorded = array_of(seen.astype(np.float32), *(["8"] * 3))
    other = ResampledArray.of(recorded, at(*sizes))
    there = other[other.roi] > 0.5
    centre_nm = [
        (np.mean(where) + 0.5) * size for where, size in zip(np.nonzero(there), sizes, strict=True)
    ]
    np.testing.assert_allclose(np.array(centre_nm) / 8, (17.3, 23.1, 25.6), atol=0.25)
    back = other.map.restored(there, other.map.box(whole(seen)), whole(seen))
    assert back.shape == seen.shape
    assert (back & seen).sum() / (back | seen).sum() > 0.75


def test_a_part_comes_back_like_the_whole(rng: np.random.Generator) -> None:
    steps = VoxelMap.between(at(8, 8, 8), at(13, "5.5", 8))
    shape = (20, 24, 9)
    labels = rng.integers(0, 99, steps.shape(shape))
    everything = tuple(slice(0, n) for n in shape)
    restored = steps.restored(labels, steps.box(everything), everything)
    part = (slice(3, 11), slice(7, 22), slice(2, 9))
    box = steps.box(part)
    np.testing.assert_array_equal(steps.restored(labels[box], box, part), restored[part])


def whole(values: Values) -> tuple[slice, ...]:
    return tuple(slice(0, extent) for extent in values.shape)


@pytest.fixture
def trained_at() -> Callable[..., TrainedOn]:
    def make(*sizes: object, even_contrast: bool = False) -> TrainedOn:
        return TrainedOn(("z", "y", "x"), at(*sizes), (31.0, 226.0), even_contrast)

    return make


def test_what_differs_is_said(trained_at: Callable[..., TrainedOn]) -> None:
    axes = ("z", "y", "x")
    match = match_volume(trained_at(8, 8, 8), axes, at(4, 4, 4), (40.0, 220.0))
    assert match.size_text == "Trained at 8 nm, this is 4 nm"
    assert (match.resampling, match.voxel_size) == ("halved", at(8, 8, 8))
    assert match.range_text == ""
    match = match_volume(trained_at(8, 8, 8), axes, at(40, 8, "8.1"), (0.0, 4095.0))
    assert match.resampling == "resampled to 8 x 8 x 8.1 nm"
    assert "from 31 to 226, these run from 0 to 4,095" in match.range_text


def test_what_does_not_matter_is_not_said(trained_at: Callable[..., TrainedOn]) -> None:
    axes = ("z", "y", "x")
    evened = trained_at(8, 8, 8, even_contrast=True)
    assert match_volume(evened, axes, at(8, 8, "8.2"), (0.0, 4095.0)) == match_volume(
        None, axes, None
    )
    assert match_volume(trained_at(8, 8, 8), axes, None).voxel_size is None
    assert match_volume(trained_at(8, 8), axes, at(4, 4, 4)).voxel_size is None
