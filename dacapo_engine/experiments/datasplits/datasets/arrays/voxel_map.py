"""How the voxels of one grid lie in another one that begins at the same corner."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

__all__ = ["VoxelMap"]

Box = tuple[slice, ...]


@dataclass(frozen=True)
class VoxelMap:
    """Between a volume as it was recorded and the same volume with voxels of another size.

    Attributes
    ----------
    steps : tuple[Fraction, ...]
        For each spatial axis, how many recorded voxels one new voxel is long: 2 where the volume
        is halved.
    """

    steps: tuple[Fraction, ...]

    @classmethod
    def between(cls, recorded: Sequence[Fraction], wanted: Sequence[Fraction]) -> VoxelMap:
        """From the two voxel sizes, in the same unit."""
        return cls(tuple(new / old for old, new in zip(recorded, wanted, strict=True)))

    @property
    def is_same(self) -> bool:
        """Whether voxels are the same."""
        return all(step == 1 for step in self.steps)

    def shape(self, recorded: Sequence[int]) -> tuple[int, ...]:
        """New voxels that together cover a volume of so many recorded ones."""
        return tuple(
            max(1, math.ceil(extent / step))
            for extent, step in zip(recorded, self.steps, strict=True)
        )

    def box(self, recorded: Box) -> Box:
        """The new voxels that together cover a box of recorded ones."""
        return tuple(
            slice(math.floor(part.start / step), math.ceil(part.stop / step))
            for part, step in zip(recorded, self.steps, strict=True)
        )

    def recorded_box(self, box: Box, shape: Sequence[int]) -> Box:
        """The recorded voxels that are looked at to make a box of new ones.

        Parameters
        ----------
        shape
            Of the recorded volume.
        """
        return tuple(
            slice(
                max(0, math.floor(part.start * step) - 1),
                min(extent, math.ceil(part.stop * step) + 1),
            )
            for part, step, extent in zip(box, self.steps, shape, strict=True)
        )

    def weights(self, axis: int, new: slice, recorded: slice) -> np.ndarray[Any, Any]:
        """By how much each recorded voxel counts for each new one along an axis.

        A larger voxel is the mean of what it covers, a smaller one lies on the line between
        the two nearest; rows sum to one.

        Returns
        -------
        numpy.ndarray
            ``[new, recorded]`` float32.
        """
        step = float(self.steps[axis])
        at = np.arange(recorded.start, recorded.stop, dtype=np.float64)
        begin = np.arange(new.start, new.stop, dtype=np.float64)[:, None] * step
        if step > 1:
            found = np.minimum(begin + step, at + 1) - np.maximum(begin, at)
        else:
            centre = np.clip(begin + step / 2 - 0.5, at[0], at[-1])
            found = 1 - np.abs(centre - at)
        found = np.clip(found, 0, None)
        # A last voxel that covers next to nothing of the volume must not become NaN.
        shares: np.ndarray[Any, Any] = found / np.maximum(found.sum(axis=1, keepdims=True), 1e-9)
        return shares.astype(np.float32)

    def restored(
        self, values: np.ndarray[Any, Any], box: Box, recorded: Box
    ) -> np.ndarray[Any, Any]:
        """Values of new voxels given to the recorded voxels whose centres lie in them.

        Parameters
        ----------
        values
            Over `box` of new voxels; any axes, the spatial ones last.
        recorded
            The recorded voxels wanted, all of them covered by `box`.
        """
        first = values.ndim - len(self.steps)
        for axis, (step, new, old) in enumerate(zip(self.steps, box, recorded, strict=True)):
            if step == 1 and (new.start, new.stop) == (old.start, old.stop):
                continue
            indices = [
                math.floor((n + Fraction(1, 2)) / step) - new.start
                for n in range(old.start, old.stop)
            ]
            values = values.take(indices, axis=first + axis)
        return values
