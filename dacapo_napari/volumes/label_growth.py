"""Whether labels hold more objects than they did when a run learnt from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dacapo_napari.volumes.layer_volume import LayerVolume

__all__ = ["MOST_VOXELS", "Growth", "measure_growth"]

MOST_VOXELS = 2**28
"""Larger labels are not compared: it would take minutes."""

_BLOCK_VOXELS = 2**23
_LEAST_COMMON = 0.8


@dataclass(frozen=True)
class Growth:
    """Objects before and now.

    Attributes
    ----------
    is_sequel
        Whether what was labelled before still is, so that the labels are the same ones, grown.
    """

    before: int
    now: int
    is_sequel: bool

    @property
    def more(self) -> int:
        """How many objects have come; 0 where the labels are other ones."""
        return max(0, self.now - self.before) if self.is_sequel else 0


def measure_growth(old: Any, new: LayerVolume) -> Growth:
    """Compare stored labels with those of a layer, block by block; off the Qt thread.

    Parameters
    ----------
    old
        Array-like of the shape of `new`.
    """
    before: set[int] = set()
    now: set[int] = set()
    labelled = common = 0
    for block in _blocks(new.shape):
        one, two = np.asarray(old[block]), np.asarray(new.data[block])
        before.update(np.unique(one).tolist())
        now.update(np.unique(two).tolist())
        labelled += int(np.count_nonzero(one))
        common += int(np.count_nonzero((one != 0) & (two != 0)))
    is_sequel = common >= _LEAST_COMMON * labelled
    return Growth(len(before - {0}), len(now - {0}), is_sequel)


def _blocks(shape: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    if np.prod(shape, dtype=float) > MOST_VOXELS:
        return
    step = max(1, _BLOCK_VOXELS // int(np.prod(shape[1:], initial=1)))
    for start in range(0, shape[0], step):
        yield (slice(start, start + step),)
