"""What nodes that move voxels have to know about axes."""

from __future__ import annotations

import gunpowder as gp

__all__ = ["VoxelMover"]


class VoxelMover(gp.BatchFilter):
    """A node that moves voxels, but never between separate images or points in time.

    Attributes
    ----------
    fixed_axes : tuple of int
        Axes, counted from the first spatial one, along which neighbors are not neighbors in
        space. Whoever builds the pipeline sets it before the pipeline is set up.
    """

    fixed_axes: tuple[int, ...] = ()
