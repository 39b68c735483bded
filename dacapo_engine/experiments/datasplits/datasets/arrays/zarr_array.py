"""An array on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import zarr
from funlib.geometry import Coordinate, Roi

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.axis_order import AxisOrder
from dacapo_engine.experiments.datasplits.datasets.arrays.lazy_data import as_lazy, cut
from dacapo_engine.experiments.datasplits.datasets.arrays.neuroglancer_source import (
    NeuroglancerSource,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.stored_layout import read_layout
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_grid import VoxelGrid
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array_config import ZarrArrayConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_container import (
    open_array,
    resolve_dataset,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_creation import create_dataset
from dacapo_engine.units import WorldUnit

__all__ = ["ZarrArray"]


class ZarrArray(NeuroglancerSource, Array):
    """A zarr, OME-Zarr or n5 dataset.

    Opened read-only; the first assignment opens it for writing, unless the mode is ``r``. A
    pickle holds the description only, and the dataset is opened again on the other side.

    Attributes
    ----------
    file_name : Path
        The container.
    dataset : str
        The dataset; for a multiscale image that of its finest level.
    snap_to_grid : tuple[float, ...] or None
        Grid in nanometres to which the region is shrunk.

    Raises
    ------
    NotFoundError
        If the container or the dataset is not there.
    DataError
        If the dataset or its metadata cannot be used.
    """

    def __init__(self, array_config: ZarrArrayConfig) -> None:
        self.file_name = Path(array_config.file_name)
        self.dataset = resolve_dataset(self.file_name, array_config.dataset)
        self.name = array_config.name or self._source_name()
        self.snap_to_grid = array_config.snap_to_grid
        self._axes = array_config.axes
        self._mode = array_config.mode
        self._handle: zarr.Array | None = None
        self._attrs: dict[str, Any] = {}
        self._take_layout(array_config)

    def _take_layout(self, config: ZarrArrayConfig) -> None:
        stored = self._open()
        found = read_layout(
            self.file_name,
            self.dataset,
            stored.shape,
            self._axes,
            config.ome_metadata,
        ).placed(config.voxel_size, config.offset)
        self._order: AxisOrder = found.order
        self._axes_known = found.axes_known
        self._box = found.grid.snapped(self.snap_to_grid, f"{self.file_name}/{self.dataset}")
        self.grid = found.grid.cropped(self._box)
        self._shape = tuple(int(extent) for extent in stored.shape)
        # n5 stores big-endian numbers, which torch does not take.
        self._dtype = np.dtype(stored.dtype).newbyteorder("=")

    @classmethod
    def open_from_array_identifier(
        cls, array_identifier: LocalArrayIdentifier, name: str = ""
    ) -> Self:
        """Open the dataset that an identifier names."""
        return cls(
            ZarrArrayConfig(
                name=name,
                file_name=array_identifier.container,
                dataset=array_identifier.dataset,
            )
        )

    @classmethod
    def create_from_array_identifier(
        cls,
        array_identifier: LocalArrayIdentifier,
        axes: Sequence[str],
        roi: Roi,
        num_channels: int | None,
        voxel_size: Coordinate,
        dtype: Any,
        mode: str = "a",
        write_size: Coordinate | None = None,
        name: str | None = None,
        overwrite: bool = False,
        *,
        unit: WorldUnit = "nm",
        grid: VoxelGrid | None = None,
    ) -> Self:
        """Create a dataset with its metadata, filled with zeros, and open it.

        Parameters
        ----------
        axes
            Names in stored order, ``c`` first where there are channels.
        roi, voxel_size, write_size
            Whole numbers of `unit`; `write_size` is the size of a chunk.
        mode
            ``w`` replaces what is there, like `overwrite`; otherwise an equal dataset is kept.
        grid
            Exact place and voxel size, written instead of those of `roi` and `voxel_size`.

        Raises
        ------
        DataError
            If a different dataset is there already and must not be replaced.
        """
        place = grid or VoxelGrid.from_roi(roi, Coordinate(voxel_size), unit)
        create_dataset(
            array_identifier,
            axes,
            place,
            num_channels,
            dtype,
            chunk=None if write_size is None else Coordinate(write_size) / place.voxel_size,
            replace=overwrite or mode == "w",
        )
        made = cls.open_from_array_identifier(array_identifier, name or "")
        return made.on_grid(place) if made.grid.shape == place.shape else made

    @property
    def mode(self) -> str:
        """``r`` never writes; ``a`` and ``w`` write when a region is assigned."""
        return self._mode

    @property
    def attrs(self) -> dict[str, Any]:
        return dict(self._open().attrs.asdict())

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
    def writable(self) -> bool:
        return self._mode != "r"

    @property
    def data(self) -> Any:
        stored = self._open()
        plain = self._order.axes == self._order.stored
        values = stored if plain else self._order.in_order(as_lazy(stored))
        parts = dict(zip(self._order.spatial, self._box, strict=True))
        box = [parts.get(axis, slice(None)) for axis in self._order.axes]
        whole = all(
            part in (slice(None), slice(0, n)) for part, n in zip(box, values.shape, strict=True)
        )
        return values if whole else cut(values, box)

    @property
    def _daisy_array(self) -> Any:
        """The dataset as an array of funlib.persistence, with whole sizes that are exact."""
        from funlib.persistence import Array as FunlibArray

        return FunlibArray(
            self.data,
            offset=self.roi.offset,
            voxel_size=self.voxel_size,
            axis_names=self.axes,
            units=[self.unit] * self.dims,
            types=["channel" if axis == "c" else "space" for axis in self.axes],
        )

    def read_box(self, box: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        values = self._open()[self._order.index(self._stored_box(box))]
        return self._order.channels_first(np.asarray(values, self._dtype))

    def write_box(self, box: tuple[slice, ...], value: np.ndarray[Any, Any]) -> None:
        index = self._order.index(self._stored_box(box))
        channels = () if self.num_channels is None else (self.num_channels,)
        shape = (*channels, *(part.stop - part.start for part in box))
        values = np.broadcast_to(value, shape)
        self._open_for_writing()[index] = self._order.as_stored(values)

    def add_metadata(self, metadata: Mapping[str, Any]) -> None:
        """Add attributes to the dataset.

        Raises
        ------
        DataError
            If the array is read only.
        """
        if not self.writable:
            raise DataError(f"{self.name} is read only.")
        self._open_for_writing().attrs.update(dict(metadata))

    def _stored_box(self, box: tuple[slice, ...]) -> tuple[slice, ...]:
        return tuple(
            slice(outer.start + inner.start, outer.start + inner.stop)
            for outer, inner in zip(self._box, box, strict=True)
        )

    def _open(self) -> zarr.Array:
        if self._handle is None:
            self._handle = open_array(self.file_name, self.dataset)
        return self._handle

    def _open_for_writing(self) -> zarr.Array:
        if self._handle is None or self._handle.read_only:
            self._handle = open_array(self.file_name, self.dataset, "r+")
        return self._handle

    def _source_name(self) -> str:
        return self.dataset.rsplit("/", 1)[-1] or self.file_name.stem

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_handle": None}

    def __str__(self) -> str:
        return f"{self.file_name}/{self.dataset}"
