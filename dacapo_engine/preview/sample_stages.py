"""A sample after every node of its pipeline, one array for each kind of voxels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dacapo_engine.errors import OutOfMemoryError
from dacapo_engine.experiments.trainers.sample_plan import SampleSource
from dacapo_engine.experiments.trainers.staged_pipeline import StageArray, StagedSample
from dacapo_engine.preview.preview_array import PreviewArray
from dacapo_engine.units import from_world

__all__ = ["StackedStages", "stack_stages"]

_MOST_BYTES = 2**31
_LARGEST_ID = 2**31
_KINDS = ("raw", "gt", "mask", "target", "weight")


@dataclass(frozen=True)
class StackedStages:
    """All stages of a sample.

    Attributes
    ----------
    names
        Of the nodes, in the order in which voxels pass through them.
    arrays
        By kind ``[c, node, (z,) y, x]``, or without channels. The axes that are told are those
        of space and of channels. Where a node has no voxels, there are zeros.
    """

    names: tuple[str, ...]
    arrays: dict[str, PreviewArray]


def stack_stages(sample: StagedSample, source: SampleSource) -> StackedStages:
    """The stages of `sample`, each kind of array on the region that its stages cover together.

    Raises
    ------
    OutOfMemoryError
        If a kind would take more memory than is good for a look.
    """
    return StackedStages(
        tuple(stage.name for stage in sample.stages),
        {
            kind: _stacked([stage.array(kind) for stage in sample.stages], source)
            for kind in _KINDS
            if any(stage.array(kind) is not None for stage in sample.stages)
        },
    )


def _stacked(arrays: Sequence[StageArray | None], source: SampleSource) -> PreviewArray:
    there = [array for array in arrays if array is not None]
    dims, size = source.raw.dims, there[0].voxel_size
    lows = np.array([array.offset / size for array in there])
    shapes = np.array([array.data.shape[-dims:] for array in there])
    low, high = lows.min(0), (lows + shapes).max(0)
    lead = there[0].data.shape[:-dims]
    stacked = _zeros((*lead, len(arrays), *map(int, high - low)), _kept_as(there))
    for number, array in enumerate(arrays):
        if array is not None:
            begin = np.array(array.offset / size) - low
            box = tuple(
                slice(b, b + n) for b, n in zip(begin, array.data.shape[-dims:], strict=True)
            )
            node = np.moveaxis(stacked, len(lead), 0)[number]
            node[(slice(None),) * len(lead) + box] = array.data
    if lead == (1,):
        stacked, lead = stacked[0], ()
    offset = low * np.array(size)
    return PreviewArray(
        data=stacked,
        axes=(*("c",) * len(lead), *source.raw.spatial_axes),
        voxel_size=tuple(float(from_world(int(length), source.raw.unit)) for length in size),
        offset=tuple(float(from_world(int(length), source.raw.unit)) for length in offset),
        known=source.raw.grid.known,
    )


def _kept_as(arrays: Sequence[StageArray]) -> np.dtype[Any]:
    """The smallest type that holds what is looked at: ids take the most room as they come."""
    kind, own = arrays[0].kind, arrays[0].data.dtype
    if kind == "mask":
        return np.dtype(np.uint8)
    if kind == "gt" and max(array.data.max(initial=0) for array in arrays) < _LARGEST_ID:
        return np.dtype(np.int32)
    return own


def _zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    needed = math.prod(shape) * dtype.itemsize
    if needed > _MOST_BYTES:
        raise OutOfMemoryError(
            f"The steps of a patch this large take {needed / 2**30:.1f} GB.",
            hint="Open the pipeline in Neuroglancer, or choose a smaller patch.",
        )
    return np.zeros(shape, dtype)
