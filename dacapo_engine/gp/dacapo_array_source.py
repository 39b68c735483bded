"""Where voxels enter the pipeline."""

from __future__ import annotations

import gunpowder as gp
import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.gp.interfaces import RegionArray

__all__ = ["DaCapoArraySource"]


class DaCapoArraySource(gp.BatchProvider):
    """Serves an array under a key, in world units.

    Parameters
    ----------
    array
        Anything with ``roi``, ``voxel_size``, ``dtype`` and item access by Roi. Data without a
        channel axis stay without one.
    key
        The key to serve it under.
    interpolatable
        Whether values between two voxels mean something: True for intensities, False for
        labels and masks. Guessed from the data type where None.
    """

    def __init__(
        self, array: RegionArray, key: gp.ArrayKey, interpolatable: bool | None = None
    ) -> None:
        self.array = array
        self.key = key
        if interpolatable is None:
            interpolatable = np.issubdtype(array.dtype, np.floating)
        self.array_spec = gp.ArraySpec(
            roi=array.roi,
            voxel_size=array.voxel_size,
            interpolatable=interpolatable,
            dtype=array.dtype,
        )

    def setup(self) -> None:
        """Announce Roi, voxel size and data type."""
        self.provides(self.key, self.array_spec)

    def provide(self, request: gp.BatchRequest) -> gp.Batch:
        """The requested Roi; raises DataError where raw holds NaN."""
        spec = self.array_spec.copy()
        spec.roi = request[self.key].roi
        data = self._read(spec.roi)
        if np.issubdtype(data.dtype, np.floating) and np.isnan(data).any():
            raise DataError(
                f"{self.array.name or self.key} holds values that are not numbers (NaN).",
                hint="Replace them, or leave that region out.",
                place=str(spec.roi),
            )
        batch = gp.Batch()
        batch[self.key] = gp.Array(data, spec)
        return batch

    def _read(self, roi: gp.Roi) -> np.ndarray:
        if not roi.empty:
            return np.asarray(self.array[roi])
        channels = () if self.array.num_channels is None else (self.array.num_channels,)
        return np.zeros((*channels, *(roi.shape / self.array.voxel_size)), self.array.dtype)
