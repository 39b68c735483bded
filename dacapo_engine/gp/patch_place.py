"""Where in the volume a sample comes from, whatever happens to it below."""

from __future__ import annotations

import gunpowder as gp
import numpy as np

__all__ = ["PatchPlace"]


class PatchPlace(gp.BatchFilter):
    """Turns the shift that was drawn into the centre of the patch.

    Nodes below mirror and turn about the centre of all that is asked for, which is not that of
    raw where labels are asked for beyond one side of it. So the place is where raw is read.

    Parameters
    ----------
    raw_key
        Intensities.
    location_key
        The shift, which becomes the centre of the patch.
    size
        Size of the patch in world units.
    """

    def __init__(
        self, raw_key: gp.ArrayKey, location_key: gp.ArrayKey, size: gp.Coordinate
    ) -> None:
        self.raw_key = raw_key
        self.location_key = location_key
        self.size = size

    def setup(self) -> None:
        """Nothing else is changed."""

    def provide(self, request: gp.BatchRequest) -> gp.Batch:
        """The batch, and where its centre lies."""
        begin = self._begin(request[self.raw_key].roi)
        batch = self.get_upstream_provider().request_batch(request)
        location = batch[self.location_key]
        location.data = location.data + np.asarray(begin + self.size // 2)
        return batch

    def _begin(self, read: gp.Roi) -> gp.Coordinate:
        """Where a patch begins, on whole voxels, in the middle of what is read for it."""
        voxel_size = self.spec[self.raw_key].voxel_size
        margin = (read.shape - self.size) // 2 // voxel_size * voxel_size
        return read.begin + margin
