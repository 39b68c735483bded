"""Mirrors, and transpositions between axes of equal voxel size."""

from __future__ import annotations

import gunpowder as gp

from dacapo_engine.gp.voxel_mover import VoxelMover

__all__ = ["IsotropicSimpleAugment"]


class IsotropicSimpleAugment(VoxelMover, gp.SimpleAugment):
    """gunpowder's SimpleAugment, which never swaps axes of different voxel size or fixed axes.

    Parameters
    ----------
    raw_key
        The array whose voxel size decides.
    p
        Share of the samples that are changed.

    Attributes
    ----------
    short_axes : tuple of int
        Axes along which there is no room for a patch that lies another way; they keep their
        place. Whoever builds the pipeline sets it before the pipeline is set up.
    """

    short_axes: tuple[int, ...] = ()

    def __init__(self, raw_key: gp.ArrayKey, p: float = 1.0) -> None:
        super().__init__(p=p)
        self._raw_key = raw_key

    def setup(self) -> None:
        """Choose the largest group of axes that share a voxel size."""
        voxel_size = tuple(self.spec[self._raw_key].voxel_size)
        groups: dict[int, list[int]] = {}
        for axis, size in enumerate(voxel_size):
            if axis not in {*self.fixed_axes, *self.short_axes}:
                groups.setdefault(size, []).append(axis)
        self.transpose_only = max(groups.values(), key=len, default=[])
        super().setup()
