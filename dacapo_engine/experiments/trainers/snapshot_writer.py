"""Samples and their predictions on disk, to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from funlib.geometry import Coordinate

from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_grid import VoxelGrid
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array import ZarrArray

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
        LocalContainerIdentifier,
    )

__all__ = ["SnapshotWriter"]

_AXES = ("z", "y", "x")


@dataclass(frozen=True)
class SnapshotWriter:
    """Writes arrays of one sample as ``<iteration>/<name>`` into a container.

    Attributes
    ----------
    container
        A zarr container; it is made when the first snapshot is written.
    grid
        The grid of raw, from which exact voxel sizes come.
    """

    container: LocalContainerIdentifier
    grid: VoxelGrid

    def write(self, iteration: int, arrays: dict[str, np.ndarray], center: Coordinate) -> None:
        """Store `arrays`, ``[(c,) (z,) y, x]``, all centred on `center` in world units."""
        for name, data in arrays.items():
            self._write_array(f"{iteration}/{name}", data, center)

    def _write_array(self, dataset: str, data: np.ndarray, center: Coordinate) -> None:
        dims = self.grid.dims
        grid = self.grid.around(center, data.shape[-dims:])
        channels = data.shape[0] if data.ndim > dims else None
        axes = _AXES[-dims:] if channels is None else ("c", *_AXES[-dims:])
        array = ZarrArray.create_from_array_identifier(
            self.container.array_identifier(dataset),
            axes=axes,
            roi=grid.roi,
            num_channels=channels,
            voxel_size=grid.voxel_size,
            dtype=data.dtype,
            overwrite=True,
            grid=grid,
        )
        array[array.roi] = data
