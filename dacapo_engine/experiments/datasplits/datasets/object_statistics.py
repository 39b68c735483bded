"""How large labelled objects are, and whether 0 is a background."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from dacapo_engine.experiments.datasplits.datasets.sample_boxes import sample_boxes

__all__ = ["ObjectStatistics", "measure_objects"]

Values = np.ndarray[Any, Any]

_SEPARATE_ANISOTROPY = 3.0
_DISTANCE_VOXELS = 2**21
_TYPICAL_SHARE = 0.99
_BACKGROUND_THICKNESS = 3.0
_FAR = 1e6


@dataclass(frozen=True)
class ObjectStatistics:
    """Sizes of the objects in labels; see ``VolumeFacts`` for the fields."""

    num_objects: int = 0
    foreground_share: float = 0.0
    object_extent: tuple[float, ...] = ()
    object_thickness: float = 0.0
    small_object_voxels: int = 0
    zero_thickness: float = 0.0
    has_background: bool = False


def measure_objects(
    boxes: Sequence[Values],
    step_sizes: Sequence[float],
    separate: Sequence[bool],
    inside: Sequence[Values | None],
) -> ObjectStatistics:
    """Measure the objects in boxes of labels.

    Parameters
    ----------
    boxes
        Label values, spatial axes only; 0 is not an object.
    step_sizes
        Voxel size per axis, any unit.
    separate
        Axes along which objects do not continue (separate images).
    inside
        Where the labels count, per box; None: everywhere.
    """
    ids: set[int] = set()
    sizes, extents, thickness, zeros = [], [], [], []
    foreground = counted = 0
    for values, valid in zip(boxes, inside, strict=True):
        where = np.ones(1, bool) if valid is None else valid > 0
        dense, names = _dense(values, separate)
        counts = np.bincount(dense.ravel(), minlength=len(names) + 1)[1:]
        ids.update(names)
        foreground += int(counts.sum())
        counted += values.size if valid is None else int(np.count_nonzero(where | (values > 0)))
        sizes.append(counts)
        extents.append(_extents(dense, len(names)))
        part = _densest_part(dense, _DISTANCE_VOXELS)
        thickness.append(_thickness(dense[part], step_sizes, separate))
        zero = (values[part] == 0) & (where if valid is None else where[part])
        zeros.append(_zero_thickness(zero, step_sizes, separate))
    if not ids:
        return ObjectStatistics(has_background=bool(counted))
    volume = np.concatenate(sizes)
    widths = np.concatenate(thickness)
    zero_thickness = float(np.median(np.concatenate(zeros))) if any(map(len, zeros)) else 0.0
    extent = np.concatenate(extents)
    return ObjectStatistics(
        num_objects=len(ids),
        foreground_share=foreground / max(1, counted),
        object_extent=tuple(
            weighted_median(extent[:, axis], volume) for axis in range(extent.shape[1])
        ),
        object_thickness=weighted_median(widths[:, 0], widths[:, 1]),
        small_object_voxels=_small(volume),
        zero_thickness=zero_thickness,
        has_background=zero_thickness > _BACKGROUND_THICKNESS,
    )


def weighted_median(values: Values, weights: Values) -> float:
    """The value at which half of the weight lies below."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    if not reached.size or reached[-1] <= 0:
        return 0.0
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def _dense(values: Values, separate: Sequence[bool]) -> tuple[Values, list[int]]:
    """Labels numbered from 1, and their names; separate images do not share objects."""
    flat = values.ravel()
    if flat.size and int(flat.max()) < 2 * flat.size:
        present = np.flatnonzero(np.bincount(flat.astype(np.int64, copy=False)))
        numbers = np.zeros(int(flat.max()) + 1, np.int32)
        present = present[present > 0]
        numbers[present] = np.arange(1, len(present) + 1)
        dense = numbers[flat].reshape(values.shape)
    else:
        present, inverse = np.unique(flat, return_inverse=True)
        skip = int(present[0] == 0) if present.size else 0
        dense = (inverse.reshape(values.shape) + 1 - skip).astype(np.int32)
        present = present[skip:]
    if not any(separate):
        return dense, [int(name) for name in present]
    return _split_images(dense, [i for i, apart in enumerate(separate) if apart])


def _split_images(dense: Values, axes: Sequence[int]) -> tuple[Values, list[int]]:
    shape = [extent if axis in axes else 1 for axis, extent in enumerate(dense.shape)]
    image = np.arange(math.prod(shape)).reshape(shape)
    apart = np.where(dense > 0, dense + image * (int(dense.max()) + 1), 0)
    renumbered, names = _dense(apart, [False] * dense.ndim)
    return renumbered, names


def _extents(dense: Values, count: int) -> Values:
    found = ndimage.find_objects(dense, max_label=count)
    rows = [[part.stop - part.start for part in box] for box in found if box is not None]
    return np.array(rows, float).reshape(-1, dense.ndim)


def _densest_part(dense: Values, voxels: int) -> tuple[slice, ...]:
    """The most labelled of a few parts of `dense`: distances are slow on all of it."""
    whole = tuple(slice(0, extent) for extent in dense.shape)
    if dense.size <= voxels:
        return whole
    boxes = sample_boxes(dense.shape, voxels, 1 if dense.size < 2 * voxels else 3)
    return max(boxes, key=lambda part: np.count_nonzero(dense[part]))


def _thickness(dense: Values, steps: Sequence[float], separate: Sequence[bool]) -> Values:
    """Rows of inner diameter (in the finest voxels) and weight, along the middle of objects.

    The weight is the cross-section there, so that every object counts by its volume.
    """
    _, joined = _spacing(steps, separate)
    inner = dense > 0
    for axis in joined:
        ahead = [slice(None)] * dense.ndim
        behind = [slice(None)] * dense.ndim
        ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
        changes = dense[tuple(ahead)] != dense[tuple(behind)]
        inner[tuple(ahead)] &= ~changes
        inner[tuple(behind)] &= ~changes
    # An object's outermost voxels are not `inner`: they add half a voxel on either side.
    diameter = 2 * _ridge(inner, steps, separate) + 1
    if not diameter.size:
        diameter = np.ones(int(dense.any()))
    return np.stack([diameter, diameter**2], axis=1)


def _zero_thickness(zero: Values, steps: Sequence[float], separate: Sequence[bool]) -> Values:
    """Width of the 0-valued region at each voxel on its middle."""
    return 2 * _ridge(zero, steps, separate) - 1


def _ridge(inside: Values, steps: Sequence[float], separate: Sequence[bool]) -> Values:
    """Distances to the border at the voxels in the middle of a region, in the finest voxels."""
    if not inside.any():
        return np.zeros(0)
    spacing, joined = _spacing(steps, separate)
    if inside.all():
        return np.array([min(inside.shape[axis] for axis in joined) / 2])
    distance = ndimage.distance_transform_edt(inside, sampling=spacing)
    around = [3 if axis in joined else 1 for axis in range(inside.ndim)]
    ridge = inside & (distance >= ndimage.maximum_filter(distance, size=around))
    # A part without any border within reach has no width that could be told.
    found: Values = distance[ridge & (distance < _FAR)]
    return found


def _spacing(steps: Sequence[float], separate: Sequence[bool]) -> tuple[list[float], list[int]]:
    """Voxel size in finest voxels, and the axes along which an object's border counts.

    Across slices thicker than three pixels objects jump, so width is measured within them.
    """
    spatial = [step for step, apart in zip(steps, separate, strict=True) if not apart]
    finest = min(spatial)
    ratios = [step / finest for step in steps]
    joined = [
        axis
        for axis, apart in enumerate(separate)
        if not apart and ratios[axis] <= _SEPARATE_ANISOTROPY
    ]
    return [r if axis in joined else _FAR for axis, r in enumerate(ratios)], joined


def _small(volume: Values) -> int:
    """Size of a small but real object: 5th percentile of those that make up the foreground."""
    ordered = np.sort(volume)[::-1]
    reached = np.cumsum(ordered) / ordered.sum()
    kept = ordered[: int(np.searchsorted(reached, _TYPICAL_SHARE)) + 1]
    return max(1, round(float(np.percentile(kept, 5))))
