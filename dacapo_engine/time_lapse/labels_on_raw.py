"""Labels at the voxels of raw: they may be finer, coarser, or of a part of the volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset

__all__ = ["labelled_voxels", "read_labels"]


def labelled_voxels(dataset: Dataset) -> tuple[list[int], list[int]]:
    """The first voxel of raw in the labels, and the one after the last; equal where none is."""
    raw, gt = dataset.raw, dataset.gt
    inside = raw.roi.intersect(gt.roi) if gt is not None else None
    if inside is None or inside.empty:
        return [0] * raw.dims, [0] * raw.dims
    whole = inside.snap_to_grid(raw.voxel_size, mode="shrink")
    begin = (whole.begin - raw.roi.begin) / raw.voxel_size
    end = (whole.end - raw.roi.begin) / raw.voxel_size
    return list(begin), list(end)


def read_labels(dataset: Dataset, box: tuple[slice, ...]) -> NDArray[Any]:
    """Ids at the centers of raw's voxels in `box`, 0 where there are no labels.

    Of classes that have a channel each, the number of the last one that is there, from 1.
    """
    shape = tuple(part.stop - part.start for part in box)
    gt, raw = dataset.gt, dataset.raw
    if gt is None:
        return np.zeros(shape, dtype=np.uint32)
    voxels = [
        _voxels_of_labels(gt, raw, axis, np.arange(part.start, part.stop))
        for axis, part in enumerate(box)
    ]
    inside = [(v >= 0) & (v < extent) for v, extent in zip(voxels, gt.grid.shape, strict=True)]
    labels = np.zeros(shape, dtype=np.uint32 if gt.num_channels else gt.dtype)
    if all(part.any() for part in inside):
        kept = [v[good] for v, good in zip(voxels, inside, strict=True)]
        values = _without_channels(gt, tuple(slice(int(v[0]), int(v[-1]) + 1) for v in kept))
        labels[np.ix_(*inside)] = values[np.ix_(*(v - v[0] for v in kept))]
    return labels


def _voxels_of_labels(gt: Array, raw: Array, axis: int, voxels: NDArray[Any]) -> NDArray[Any]:
    """The voxel of the labels in which the center of each voxel of raw lies, along an axis."""
    begin = raw.roi.begin[axis] - gt.roi.begin[axis]
    twice_center = 2 * begin + (2 * voxels + 1) * raw.voxel_size[axis]
    return np.asarray(twice_center // (2 * gt.voxel_size[axis]))


def _without_channels(gt: Array, box: tuple[slice, ...]) -> NDArray[Any]:
    values = gt.read_box(box)
    if values.ndim == len(box):
        return values
    if len(values) == 1:
        return np.asarray(values[0])
    numbers = np.arange(1, len(values) + 1, dtype=np.uint32).reshape(-1, *(1,) * len(box))
    return np.asarray(((values > 0) * numbers).max(axis=0))
