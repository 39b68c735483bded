"""Which voxels of labels in memory, or anywhere else, say something."""

from __future__ import annotations

from typing import Any

import numpy as np

from dacapo_engine.setup.boxes import Box
from dacapo_engine.setup.label_meaning import LabelMeaning

__all__ = ["LabelledPart"]

Values = np.ndarray[Any, Any]
Slices = tuple[slice, ...]


class LabelledPart:
    """An array-like that is True where labels say something; computed for each box asked for.

    Parameters
    ----------
    labels
        Array-like of ids without channels.
    meaning
        What 0 is.
    mask
        Of the same shape: labels count where it is above 0. None for everywhere.
    """

    def __init__(self, labels: Any, meaning: LabelMeaning, mask: Any = None) -> None:
        self.shape = tuple(int(n) for n in labels.shape)
        self.dtype = np.dtype(bool)
        self._labels = labels
        self._meaning = meaning
        self._mask = mask

    def __getitem__(self, box: Slices) -> Values:
        if self._meaning.zero == "background":
            known = np.ones([part.stop - part.start for part in box], bool)
        else:
            known = self.known(np.asarray(self._labels[box]) > 0, box)
        return known if self._mask is None else known & (np.asarray(self._mask[box]) > 0)

    def known(self, objects: Values, box: Slices) -> Values:
        """What is known of a box of which `objects` tells where they are; the mask aside."""
        if self._meaning.zero == "background":
            return np.ones_like(objects)
        known = objects.copy()
        if self._meaning.zero == "background_where_done":
            for done in self._meaning.done:
                known[_inside(done, box)] = True
        return known


def _inside(done: Box, box: Slices) -> Slices:
    parts = []
    for begin, extent, outer in zip(*done, box, strict=True):
        start = max(begin, outer.start) - outer.start
        stop = min(begin + extent, outer.stop) - outer.start
        parts.append(slice(start, max(start, stop)))
    return tuple(parts)
