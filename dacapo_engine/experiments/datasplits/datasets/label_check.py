"""Whether labels can be labels, and lie where raw is."""

from __future__ import annotations

import math

import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array

__all__ = ["check_labels", "check_overlap"]

_CHECKED_VOXELS = 2**25


def check_overlap(raw: Array, gt: Array, mask: Array | None) -> None:
    """DataError unless raw, labels and mask have a region in common."""
    common = raw.roi
    for word, array in (("labels", gt), ("mask", mask)):
        if array is None:
            continue
        if not common.intersects(array.roi):
            raise DataError(
                f"raw covers {raw.roi} {raw.unit} and {word} {array.roi}: nothing in common.",
                hint="Check the offset in their metadata.",
            )
        common = common.intersect(array.roi)


def check_labels(gt: Array) -> None:
    """DataError unless the values of `gt` can be ids and there is an object among them.

    The search for an object ends with the first one, and after 2^25 voxels of a large volume.
    """
    if gt.dtype.kind == "f":
        raise DataError(
            f"Labels must be whole numbers, got {gt.dtype}.",
            hint="Choose the labels, not an image, or convert them to integers.",
        )
    lowest, found = 0, False
    for box in _slabs(gt.grid.shape):
        values = gt.read_box(box)
        if gt.dtype.kind == "i":
            lowest = min(lowest, int(values.min(initial=0)))
        found = found or bool(np.any(values))
        if lowest < 0 or (found and gt.dtype.kind != "i"):
            break
    if lowest < 0:
        raise DataError(
            f"Labels must not be negative, got {lowest}.",
            hint="Use 0 for what is not labelled.",
        )
    if not found:
        raise DataError(
            "labels has no object.",
            hint="Paint at least one object, or choose other labels.",
        )


def _slabs(shape: tuple[int, ...]) -> list[tuple[slice, ...]]:
    """Slabs along the first axis, from the middle outwards."""
    plane = math.prod(shape[1:])
    thickness = max(1, min(shape[0], 2**22 // max(1, plane)))
    begins = list(range(0, shape[0], thickness))
    begins.sort(key=lambda begin: abs(begin + thickness / 2 - shape[0] / 2))
    whole = tuple(slice(0, extent) for extent in shape[1:])
    limit = max(1, _CHECKED_VOXELS // max(1, plane * thickness))
    return [(slice(begin, min(begin + thickness, shape[0])), *whole) for begin in begins[:limit]]
