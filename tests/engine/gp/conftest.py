"""Pipelines of one augment, over arrays that know where their voxels lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import gunpowder as gp
import numpy as np
import pytest
import torch
from funlib.geometry import Coordinate

from dacapo_engine.experiments.datasplits.datasets.arrays import NumpyArray, VoxelGrid
from dacapo_engine.gp import DaCapoArraySource
from dacapo_engine.gp.seeded_request import SeededRequest

Values = np.ndarray[Any, Any]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def on_grid(
    values: Values, sizes: Sequence[float], axes: Sequence[str] | None = None
) -> NumpyArray:
    axes = axes or ("c", "z", "y", "x")[-values.ndim :]
    shape = values.shape[-len(sizes) :]
    grid = VoxelGrid.from_nanometres(shape, [Fraction(str(size)) for size in sizes])
    return NumpyArray.from_grid(values, grid, axes)


@pytest.fixture
def make_array() -> Callable[..., NumpyArray]:
    """Values, voxel sizes in nm and axes to an array."""
    return on_grid


@pytest.fixture
def passed_through() -> Callable[..., dict[str, Values]]:
    """Values of raw and gt after one node, each requested as large as it is."""

    def run(
        make_node: Callable[[gp.ArrayKey], gp.BatchFilter],
        raw: NumpyArray,
        gt: NumpyArray | None = None,
        *,
        seed: int = 1,
        shape: Sequence[int] | None = None,
    ) -> dict[str, Values]:
        keys = {"raw": gp.ArrayKey("RAW"), "gt": gp.ArrayKey("GT")}
        arrays = {"raw": raw, "gt": gt if gt is not None else raw}
        sources = tuple(
            DaCapoArraySource(array, keys[name], interpolatable=name == "raw")
            + gp.Pad(keys[name], None)
            for name, array in arrays.items()
        )
        pipeline = sources + gp.MergeProvider() + make_node(keys["raw"])
        request = SeededRequest(random_seed=seed)
        for name, array in arrays.items():
            size = array.roi.shape if shape is None else Coordinate(shape) * array.voxel_size
            begin = (array.roi.shape - size) / 2 / array.voxel_size * array.voxel_size
            request[keys[name]] = gp.ArraySpec(roi=gp.Roi(array.roi.begin + begin, size))
        with gp.build(pipeline):
            batch = pipeline.request_batch(request)
        return {name: batch[key].data for name, key in keys.items()}

    return run
