"""What arrays in image files have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dacapo_engine.errors import DataError, NotFoundError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.axis_order import AxisOrder
from dacapo_engine.experiments.datasplits.datasets.arrays.calibration import Calibration
from dacapo_engine.experiments.datasplits.datasets.arrays.neuroglancer_source import (
    NeuroglancerSource,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.recent_values import RecentValues
from dacapo_engine.experiments.datasplits.datasets.arrays.stored_layout import layout
from dacapo_engine.units import exact_number, exact_sizes

__all__ = ["ImageFileArray", "existing", "given_calibration"]


_RECENT = RecentValues()


class ImageFileArray(NeuroglancerSource, Array):
    """An image in a file of its own, read only.

    The header is read at once, the values when they are asked for. Those of the files read last
    are kept, in this process and in no pickle.

    Attributes
    ----------
    file : Path
        The file.
    """

    file: Path
    _order: AxisOrder

    def _take(
        self,
        shape: Sequence[int],
        dtype: Any,
        calibration: Calibration,
        axes: Sequence[str] | None = None,
    ) -> None:
        if 0 in shape:
            raise DataError("The image has no voxels.", place=str(self.file))
        found = layout(shape, calibration, axes, str(self.file))
        self._order, self._axes_known, self.grid = found.order, found.axes_known, found.grid
        self._shape = tuple(int(extent) for extent in shape)
        self._dtype = np.dtype(dtype).newbyteorder("=")

    @abstractmethod
    def _read(self) -> np.ndarray[Any, Any]:
        """All values, with the axes that the header told."""

    @property
    def axes(self) -> list[str]:
        return list(self._order.axes)

    @property
    def stored_axes(self) -> tuple[str, ...]:
        """All axes in the order they are stored, those of length one that are left out too."""
        return self._order.stored

    @property
    def axes_known(self) -> bool:
        return self._axes_known

    @property
    def spatial_axes(self) -> list[str]:
        return list(self._order.spatial)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._dtype

    @property
    def num_channels(self) -> int | None:
        return self._order.num_channels(self._shape)

    @property
    def data(self) -> np.ndarray[Any, Any]:
        values: np.ndarray[Any, Any] = self._order.in_order(self._stored())
        return values

    def read_box(self, box: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        values = self._stored()[self._order.index(box)]
        return self._order.channels_first(np.asarray(values, self._dtype))

    def _stored(self) -> np.ndarray[Any, Any]:
        existing(self.file)
        return _RECENT.get((self.file, self.file.stat().st_mtime_ns), self._checked)

    def _checked(self) -> np.ndarray[Any, Any]:
        values = self._read()
        if values.shape == self._shape:
            return values
        raise DataError(
            f"The image has {values.shape} voxels, its header said {self._shape}.",
            hint="The file has changed or is damaged.",
            place=str(self.file),
        )

    def __str__(self) -> str:
        return str(self.file)


def existing(file: Path) -> Path:
    """`file`; NotFoundError where it is not there."""
    if not file.is_file():
        raise NotFoundError("There is no such file.", place=str(file))
    return file


def given_calibration(
    found: Calibration,
    voxel_size: Sequence[float] | None,
    offset: Sequence[float] | None,
    units: Sequence[str] | None,
    place: str,
) -> Calibration:
    """What the header says, with what somebody says instead; nm where they name no unit."""
    sizes = found.sizes if voxel_size is None else exact_sizes(voxel_size, place=place)
    begins = found.offset if offset is None else tuple(exact_number(value) for value in offset)
    named = tuple(units) if units is not None else None
    if named is None:
        said = voxel_size or offset
        named = ("nm",) * len(said) if said is not None else found.units
    return Calibration(found.axes, sizes, begins, named, found.is_ome)
