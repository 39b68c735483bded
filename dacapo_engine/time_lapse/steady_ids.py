"""Ids that stay with their objects from frame to frame, so that colours do."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.dense_ids import dense_ids

__all__ = ["SteadyIds"]

Labels = NDArray[np.uint32]


class SteadyIds:
    """Renames the objects of each frame after what they overlap most.

    First after the true objects, then those left over after the objects of the frame before; what
    overlaps neither gets an id that was not used yet. No two objects of a frame share an id, and
    0 stays 0.

    Parameters
    ----------
    truth
        Ids of the true objects; all 0 where none are known.
    first_free
        The lowest id that was never used; one more than the true ones if that is larger.
    """

    def __init__(self, truth: Labels, first_free: int = 1) -> None:
        self._truth = truth
        self._before: Labels | None = None
        self._next = max(first_free, int(truth.max(initial=0)) + 1)

    def remember(self, frame: Labels) -> None:
        """Take `frame` for the one before, as after a restart."""
        self._before = frame
        self._next = max(self._next, int(frame.max(initial=0)) + 1)

    def rename(self, objects: NDArray[Any]) -> Labels:
        """The same objects with steady ids."""
        found = dense_ids(objects)
        count = int(found.max(initial=0))
        names = np.zeros(count + 1, dtype=np.uint32)
        self._give(names, found, self._truth)
        if self._before is not None:
            self._give(names, found, self._before)
        nameless = np.flatnonzero(names[1:] == 0) + 1
        names[nameless] = np.arange(self._next, self._next + len(nameless))
        renamed: Labels = names[found]
        self.remember(renamed)
        return renamed

    @staticmethod
    def _give(names: Labels, found: NDArray[Any], known: Labels) -> None:
        """Name objects after those of `known`, the largest overlaps first, each name once."""
        both = (found > 0) & (known > 0)
        width = int(known.max(initial=0)) + 1
        pairs, sizes = np.unique(
            found[both].astype(np.int64) * width + known[both], return_counts=True
        )
        taken = set(names[names > 0].tolist())
        for pair in pairs[np.argsort(-sizes, kind="stable")].tolist():
            here, there = divmod(pair, width)
            if names[here] == 0 and there not in taken:
                names[here] = there
                taken.add(there)
