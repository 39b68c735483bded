"""Whether labels can be labels, and lie where raw is."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array

__all__ = ["check_labels", "check_overlap"]

# Reading further would take minutes; what is larger is not refused for what was not seen.
_SIGN_VOXELS = 2**25
_OBJECT_VOXELS = 2**32


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
    """DataError unless the values of `gt` can be ids and there is an object among them."""
    if gt.dtype.kind == "f":
        raise DataError(
            f"Labels must be whole numbers, got {gt.dtype}.",
            hint="Choose the labels, not an image, or convert them to integers.",
        )
    if gt.dtype.kind == "i":
        lowest = min(int(gt.read_box(box).min()) for box in _slabs(gt.grid.shape, _SIGN_VOXELS))
        if lowest < 0:
            raise DataError(
                f"Labels must not be negative, got {lowest}.",
                hint="Use 0 for what is not labelled.",
            )
    searched = _slabs(gt.grid.shape, _OBJECT_VOXELS)
    seen_all = math.prod(gt.grid.shape) <= _OBJECT_VOXELS
    if seen_all and not any(gt.read_box(box).any() for box in searched):
        raise DataError(
            "labels has no object.",
            hint="Paint at least one object, or choose other labels.",
        )


def _slabs(shape: tuple[int, ...], voxels: int) -> Iterator[tuple[slice, ...]]:
    """Slabs along the first axis, from the middle outwards, of up to `voxels` together."""
    plane = math.prod(shape[1:])
    thickness = max(1, min(shape[0], 2**22 // plane))
    begins = sorted(range(0, shape[0], thickness), key=lambda a: abs(2 * a + thickness - shape[0]))
    whole = tuple(slice(0, extent) for extent in shape[1:])
    for begin in begins[: max(1, voxels // (plane * thickness))]:
        yield (slice(begin, min(begin + thickness, shape[0])), *whole)
