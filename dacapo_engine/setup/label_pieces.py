"""Labels whose ids stand for many separate pieces: objects that were not numbered, or kinds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from dacapo_engine.errors import DataError

__all__ = ["LabelPieces", "count_pieces", "number_pieces"]

Values = np.ndarray[Any, Any]

_MOST_VOXELS = 2**28
_MOST_COUNTED = 2**27
_MOST_IDS = 8
_PIECES_PER_ID = 4


@dataclass(frozen=True)
class LabelPieces:
    """How many ids there are, and in how many pieces that do not touch."""

    num_ids: int
    num_pieces: int

    @property
    def is_doubtful(self) -> bool:
        """Whether it is not clear if ids are objects or kinds of things."""
        if self.num_ids == 1:
            return self.num_pieces > 1
        return self.num_pieces >= _PIECES_PER_ID * self.num_ids


def count_pieces(labels: Any, axes: Sequence[str]) -> LabelPieces | None:
    """Count ids and pieces where there are up to eight ids; None for more, or a large volume.

    Parameters
    ----------
    labels
        Array-like of ids, one axis per axis of space, time or image.
    axes
        Their names; pieces do not go on from one image or frame to the next.
    """
    if math.prod(labels.shape) > _MOST_COUNTED:
        return None
    values = np.asarray(labels[...])
    ids = _few_ids(values)
    if not ids:
        return None
    found = (ndimage.label(values == one, _touching(axes))[1] for one in ids)
    return LabelPieces(len(ids), sum(found))


def number_pieces(labels: Any, axes: Sequence[str]) -> Values:
    """Labels in which every piece has a number of its own, from 1 on.

    Pieces touch by their faces. Those of different ids stay apart.

    Raises
    ------
    DataError
        If the volume is too large to be held in memory.
    """
    if math.prod(labels.shape) > _MOST_VOXELS:
        raise DataError(
            f"{math.prod(labels.shape):,} voxels are too many to be numbered at once.",
            hint="Crop the volume, or number its pieces with another program.",
        )
    values = np.asarray(labels[...])
    numbered = np.zeros(values.shape, np.int32)
    count = 0
    for one in np.unique(values[values > 0]):
        pieces, found = ndimage.label(values == one, _touching(axes))
        numbered += np.where(pieces > 0, pieces + count, 0).astype(np.int32)
        count += int(found)
    return numbered


def _few_ids(values: Values) -> list[int]:
    """The ids, if there are few; they are sought slab by slab, so that many are seen at once."""
    ids: set[int] = set()
    for slab in _slabs(values):
        ids.update(int(one) for one in np.unique(slab) if one)
        if len(ids) > _MOST_IDS:
            return []
    return sorted(ids)


def _slabs(values: Values) -> Iterator[Values]:
    step = max(1, 2**20 // max(1, math.prod(values.shape[1:])))
    for begin in range(0, len(values), step):
        yield values[begin : begin + step]


def _touching(axes: Sequence[str]) -> Values:
    """Which neighbours of a voxel belong to its piece."""
    touching = ndimage.generate_binary_structure(len(axes), 1)
    for axis, name in enumerate(axes):
        if name in "st":
            outer = np.moveaxis(touching, axis, 0)
            outer[0], outer[2] = False, False
    return np.asarray(touching)
