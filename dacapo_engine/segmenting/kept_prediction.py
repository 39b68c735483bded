"""A prediction kept on disk, so that its post-processing can be tried again and again."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_grid import VoxelGrid
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_map import VoxelMap
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array import ZarrArray
from dacapo_engine.segmenting.segment_input import SegmentInput, VoxelBox

__all__ = ["KeptPrediction"]

_HALF_PRECISION_ABOVE = 2**30
_KEY = "dacapo_segment"


@dataclass(frozen=True)
class KeptPrediction:
    """A prediction, and which recorded voxels it is for.

    Values are kept as 32-bit floats; with 16 bits where they would take more than a gigabyte.

    Attributes
    ----------
    array
        ``[c, (z,) y, x]``, the voxels that the network saw.
    map
        Between recorded voxels and those.
    box
        The recorded voxels that it covers.
    """

    array: ZarrArray
    map: VoxelMap
    box: VoxelBox

    @classmethod
    def create(
        cls, target: LocalArrayIdentifier, seen: SegmentInput, box: VoxelBox, num_channels: int
    ) -> Self:
        """Make room for the prediction of recorded voxels; one that is there is replaced."""
        grid = seen.raw.grid.cropped(seen.map.box(box))
        large = 4 * num_channels * int(np.prod(grid.shape)) > _HALF_PRECISION_ABOVE
        array = ZarrArray.create_from_array_identifier(
            target,
            axes=("c", *seen.raw.spatial_axes),
            roi=grid.roi,
            num_channels=num_channels,
            voxel_size=grid.voxel_size,
            dtype=np.float16 if large else np.float32,
            overwrite=True,
            grid=grid,
        )
        array.add_metadata(
            {
                _KEY: {
                    "steps": [str(step) for step in seen.map.steps],
                    "box": [[part.start, part.stop] for part in box],
                }
            }
        )
        return cls(array, seen.map, box)

    @classmethod
    def open(cls, container: Path, dataset: str) -> Self:
        """Open what `create` made.

        Raises
        ------
        DataError
            If it is something else.
        """
        array = ZarrArray.open_from_array_identifier(LocalArrayIdentifier(container, dataset))
        told = array.attrs.get(_KEY)
        if not isinstance(told, dict):
            raise DataError("This is no kept prediction.", place=str(array))
        steps = tuple(Fraction(step) for step in told["steps"])
        return cls(array, VoxelMap(steps), tuple(slice(*ends) for ends in told["box"]))

    @property
    def grid(self) -> VoxelGrid:
        """Where the predicted voxels lie."""
        return self.array.grid

    def write(self, begin: tuple[int, ...], values: np.ndarray[Any, Any]) -> None:
        """Write a block whose first voxel is `begin`, counted from that of the prediction."""
        box = tuple(slice(b, b + n) for b, n in zip(begin, values.shape[1:], strict=True))
        self.array.write_box(box, values)

    def read(self, box: VoxelBox) -> np.ndarray[Any, Any]:
        """What was predicted for recorded voxels, ``[c, (z,) y, x]`` float32."""
        first = self.map.box(self.box)
        wanted = self.map.box(box)
        inner = tuple(
            slice(part.start - all_.start, part.stop - all_.start)
            for part, all_ in zip(wanted, first, strict=True)
        )
        values = self.array.read_box(inner)
        return values.astype(np.float32, copy=False)

    def restored(self, labels: np.ndarray[Any, Any], box: VoxelBox) -> np.ndarray[Any, Any]:
        """Ids of what `read` gave, as those of the recorded voxels."""
        return self.map.restored(labels, self.map.box(box), box)
