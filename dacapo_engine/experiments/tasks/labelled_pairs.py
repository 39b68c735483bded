"""Whether there is a pair of labelled voxels for each offset of a neighborhood."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.tasks.neighborhood import (
    Offsets,
    fit_neighborhood,
    neighborhood_context,
    pair_slices,
)

__all__ = [
    "check_labelled_pairs",
    "check_pairs_of_volumes",
    "count_labelled_pairs",
    "read_labelled",
]

Volume = Array | NDArray[Any]

_SLAB_VOXELS = 2**22


def count_labelled_pairs(labelled: NDArray[np.bool_], neighborhood: Offsets) -> NDArray[np.int64]:
    """How many voxels x there are for each offset e so that x and x + e are both labelled.

    Parameters
    ----------
    labelled
        ``[(z,) y, x]``.
    neighborhood
        Offsets in voxels, in the order of the axes.
    """
    counts = np.zeros(len(neighborhood), dtype=np.int64)
    for index, offset in enumerate(fit_neighborhood(neighborhood, labelled.ndim)):
        here, there = pair_slices(labelled.shape, offset)
        counts[index] = np.count_nonzero(labelled[here] & labelled[there])
    return counts


def check_labelled_pairs(labels: Volume, mask: Volume | None, neighborhood: Offsets) -> None:
    """Raise DataError if a neighborhood cannot be learnt from labels.

    Parameters
    ----------
    labels
        An array, or voxels ``[(z,) y, x]``; every voxel is labelled where the mask is above 0.
    mask
        Likewise; None for everywhere.
    neighborhood
        Offsets in voxels, in the order of the axes.

    Raises
    ------
    DataError
        If there is an offset without any pair of labelled voxels: it would stay untrained, and
        nobody would see it in the loss.
    """
    check_pairs_of_volumes([(labels, mask)], neighborhood)


def check_pairs_of_volumes(
    volumes: Iterable[tuple[Volume, Volume | None]], neighborhood: Offsets
) -> None:
    """`check_labelled_pairs` of several volumes: one of them with a pair is enough."""
    missing = [tuple(offset) for offset in neighborhood]
    axes: Sequence[str] = ()
    for labels, mask in volumes:
        axes = _axes(labels)
        for labelled in _labelled_slabs(labels, mask, missing):
            counts = count_labelled_pairs(labelled, missing)
            missing = [offset for offset, n in zip(missing, counts, strict=True) if not n]
            if not missing:
                return
    raise DataError(
        f"No two labelled voxels lie {_describe(missing, axes)} from each other: whether objects"
        " go on there cannot be learnt.",
        hint=_advice(missing, axes),
        place="task_config.neighborhood",
    )


def _labelled_slabs(
    labels: Volume, mask: Volume | None, neighborhood: Offsets
) -> Iterator[NDArray[np.bool_]]:
    """Parts along the first axis that overlap by as much as the neighborhood reaches."""
    shape = labels.grid.shape if isinstance(labels, Array) else labels.shape
    if mask is None:
        # As many voxels as the farthest offset needs say the same as all of them.
        below, above = neighborhood_context(fit_neighborhood(neighborhood, len(shape)))
        reach = [a + b + 1 for a, b in zip(below, above, strict=True)]
        yield np.ones([min(n, r) for n, r in zip(shape, reach, strict=True)], dtype=bool)
        return
    overlap = max(abs(offset[0]) for offset in fit_neighborhood(neighborhood, len(shape)))
    thickness = max(1, _SLAB_VOXELS // max(1, math.prod(shape[1:])))
    for begin in range(0, shape[0], thickness):
        yield read_labelled(labels, mask, begin, min(shape[0], begin + thickness + overlap))


def read_labelled(labels: Volume, mask: Volume, begin: int, end: int) -> NDArray[np.bool_]:
    """Which voxels of labels are labelled, from one index of the first axis to another."""
    if not isinstance(mask, Array):
        return np.asarray(mask[begin:end]) > 0
    if not isinstance(labels, Array):
        raise TypeError("Expected arrays with a region, or numpy arrays, not both.")
    roi = labels.grid.cropped(
        (slice(begin, end), *(slice(0, n) for n in labels.grid.shape[1:]))
    ).roi
    common = roi.intersect(mask.roi)
    labelled = np.zeros(roi.shape / labels.voxel_size, dtype=bool)
    if not common.empty:
        values = mask[common] > 0
        start = (common.begin - roi.begin) / labels.voxel_size
        extent = common.shape / labels.voxel_size
        box = tuple(slice(a, a + n) for a, n in zip(start, extent, strict=True))
        labelled[box] = values.any(axis=0) if values.ndim > labels.dims else values
    return labelled


def _axes(labels: Volume) -> Sequence[str]:
    return labels.spatial_axes if isinstance(labels, Array) else "zyx"[-labels.ndim :]


def _describe(offsets: Sequence[tuple[int, ...]], axes: Sequence[str]) -> str:
    return ", or ".join(
        f"{_steps(offset, axes)} (offset {', '.join(map(str, offset))})" for offset in offsets
    )


def _steps(offset: Sequence[int], axes: Sequence[str]) -> str:
    named = zip(offset, axes[-len(offset) :], strict=True)
    parts = [f"{abs(n)} voxel{'s' * (abs(n) > 1)} along {axis}" for n, axis in named if n]
    return " and ".join(parts)


def _advice(offsets: Sequence[tuple[int, ...]], axes: Sequence[str]) -> str:
    along = sorted({axis for o in offsets for n, axis in zip(o, axes[-len(o) :], strict=True) if n})
    far = max(max(map(abs, offset)) for offset in offsets)
    slices = "two neighbouring slices" if far == 1 else f"slices that are 1 to {far} apart"
    return (
        f"Paint {slices}, or one slice across, along {' and '.join(along)}; or leave these offsets"
        " out. Where only single slices are painted, learn within slices and link them by their"
        " overlap (task_config.link_slices)."
    )
