"""Boxes that stand for a volume too large to be read whole."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["sample_boxes"]

_GOLDEN = (5**0.5 - 1) / 2

Box = tuple[slice, ...]


def sample_boxes(shape: Sequence[int], box_voxels: int, count: int) -> list[Box]:
    """Up to `count` boxes of about `box_voxels` each; the whole volume where it fits in them.

    The same for the same shape. The first box lies in the middle, the others are spread by
    multiples of the golden ratio, which fill a line evenly however many are taken.
    """
    total = math.prod(shape)
    if total <= box_voxels * count:
        return [tuple(slice(0, extent) for extent in shape)]
    edges = _edges(shape, box_voxels)
    boxes = []
    for number in range(count):
        begins = []
        for axis, (extent, edge) in enumerate(zip(shape, edges, strict=True)):
            place = (0.5 + number * _GOLDEN ** (axis + 1)) % 1.0
            begins.append(round(place * (extent - edge)))
        boxes.append(tuple(slice(a, a + n) for a, n in zip(begins, edges, strict=True)))
    return boxes


def _edges(shape: Sequence[int], box_voxels: int) -> list[int]:
    """Edges of a box as cubic as the volume allows."""
    edges = [1] * len(shape)
    left, volume = sorted(range(len(shape)), key=lambda axis: shape[axis]), float(box_voxels)
    while left:
        edge = math.floor(volume ** (1 / len(left)) + 1e-9)
        axis = left.pop(0)
        edges[axis] = max(1, min(shape[axis], edge))
        volume /= edges[axis]
    return edges
