"""From what the metadata say to the axes and the grid of a stored array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.axis_order import (
    AxisOrder,
    default_axes,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.calibration import (
    Calibration,
    find_calibration,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_grid import VoxelGrid
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_container import attribute_chain
from dacapo_engine.units import exact_number, exact_sizes, nanometres_per

__all__ = ["StoredLayout", "layout", "read_layout"]

T = TypeVar("T")


@dataclass(frozen=True)
class StoredLayout:
    """Axes of a stored array, whether anybody said so, and where its voxels lie."""

    order: AxisOrder
    axes_known: bool
    grid: VoxelGrid

    def placed(
        self, voxel_size: Sequence[float] | None, offset: Sequence[float] | None
    ) -> StoredLayout:
        """The same with the voxel size and offset that somebody says, nm per axis of the grid.

        Raises
        ------
        DataError
            If there are too few numbers or too many, or a size is not above zero.
        """
        if voxel_size is None and offset is None:
            return self
        for numbers in (voxel_size, offset):
            if numbers is not None and len(numbers) != self.grid.dims:
                names = ", ".join(self.order.spatial)
                raise DataError(
                    f"{len(numbers)} numbers are given for the axes {names}.",
                    hint="Give a voxel size and an offset for each of them.",
                )
        sizes = self.grid.exact_voxel_size if voxel_size is None else exact_sizes(voxel_size)
        begins = self.grid.exact_offset
        if offset is not None:
            begins = tuple(exact_number(value) for value in offset)
        known = self.grid.known or voxel_size is not None
        grid = VoxelGrid.from_nanometres(self.grid.shape, sizes, begins, known=known)
        return replace(self, grid=grid)


def read_layout(
    file_name: Path,
    dataset: str,
    shape: Sequence[int],
    axes: Sequence[str] | None = None,
    ome_first: bool = False,
) -> StoredLayout:
    """The layout of a dataset of `shape` from its attributes and those of its groups.

    Raises
    ------
    DataError
        If it has no voxels, or its metadata do not fit it.
    """
    place = f"{file_name}/{dataset}"
    if 0 in shape:
        raise DataError("The dataset has no voxels.", place=place)
    calibration = find_calibration(
        attribute_chain(file_name, dataset),
        len(shape),
        ome_first=ome_first,
        reversed_axes=file_name.suffix.lower() == ".n5",
        place=place,
    )
    return layout(shape, calibration, axes, place)


def layout(
    shape: Sequence[int],
    calibration: Calibration,
    axes: Sequence[str] | None = None,
    place: str = "",
) -> StoredLayout:
    """Put metadata and the user's `axes` together.

    Raises
    ------
    DataError
        If their numbers do not fit the array.
    """
    stored, known = _stored_axes(shape, calibration, axes, place)
    order = AxisOrder(stored, _singletons(shape, stored, calibration.is_ome))
    sizes = _per_axis(calibration.sizes, stored, calibration, "voxel size", place)
    offset = _per_axis(calibration.offset, stored, calibration, "offset", place)
    units = _per_axis(calibration.units, stored, calibration, "list of units", place)
    exact_sizes, exact_offset = [], []
    for axis in order.spatial:
        factor = _factor(axis, units.get(axis), place)
        if sizes and axis not in sizes and axis in "zyx":
            raise DataError(
                f"The metadata give no voxel size along {axis}.",
                hint="Correct the metadata or the axes.",
                place=place,
            )
        size = sizes.get(axis) if factor is not None else None
        exact_sizes.append((size or Fraction(1)) * (factor or 1))
        exact_offset.append(offset.get(axis, Fraction(0)) * (factor or 0))
    grid = VoxelGrid.from_nanometres(
        order.spatial_shape(shape),
        exact_sizes,
        exact_offset,
        known=_size_known(order.spatial, sizes, units, calibration.is_ome),
    )
    return StoredLayout(order, known, grid)


def _stored_axes(
    shape: Sequence[int], calibration: Calibration, axes: Sequence[str] | None, place: str
) -> tuple[tuple[str, ...], bool]:
    if axes is not None:
        return _checked(tuple(axes), shape, place), True
    if calibration.axes is not None:
        return _checked(calibration.axes, shape, place), True
    if len(shape) == 3 and calibration.sizes is not None and len(calibration.sizes) == 2:
        return ("c", "y", "x"), False
    try:
        return default_axes(len(shape)), False
    except DataError as error:
        raise DataError(error.message, hint=error.hint, place=place) from error


def _checked(axes: tuple[str, ...], shape: Sequence[int], place: str) -> tuple[str, ...]:
    if len(axes) != len(shape) or len(set(axes)) != len(axes) or not {"y", "x"} <= set(axes):
        text = " x ".join(str(extent) for extent in shape)
        raise DataError(
            f"The axes {', '.join(axes)} do not fit an array of {text}.",
            hint=f"Name {len(shape)} different axes, y and x among them.",
            place=place,
        )
    return axes


def _singletons(shape: Sequence[int], stored: Sequence[str], is_ome: bool) -> tuple[str, ...]:
    # OME-Zarr files often carry all five axes; a plane or a single time point is still one image.
    droppable = "stz" if is_ome else "st"
    return tuple(
        axis
        for axis, extent in zip(stored, shape, strict=True)
        if extent == 1 and axis in droppable
    )


def _per_axis(
    values: tuple[T, ...] | None,
    stored: tuple[str, ...],
    calibration: Calibration,
    what: str,
    place: str,
) -> dict[str, T]:
    """Values by axis, whether they were given for all stored axes or for the spatial ones."""
    if values is None:
        return {}
    if len(values) == len(stored):
        return dict(zip(stored, values, strict=True))
    for names in (calibration.axes, stored):
        if names is None or len(names) != len(stored):
            continue
        places = [i for i, axis in enumerate(names) if axis != "c"]
        if len(places) == len(values):
            return {stored[i]: value for i, value in zip(places, values, strict=True)}
    spatial = [axis for axis in stored if axis != "c"]
    raise DataError(
        f"The {what} has {len(values)} numbers, the spatial axes are {', '.join(spatial)}.",
        hint="Correct the metadata, or say what the axes are.",
        place=place,
    )


def _size_known(
    spatial: Sequence[str], sizes: dict[str, Fraction], units: dict[str, str], is_ome: bool
) -> bool:
    space = [axis for axis in spatial if axis in "zyx"]
    words = [units.get(axis, "") for axis in space]
    if not sizes or any(word and nanometres_per(word) is None for word in words):
        return False
    if all(words):
        return True
    # funlib's attributes without units are nanometres by custom; ones are what nobody filled in.
    return not is_ome and any(sizes.get(axis, 1) != 1 for axis in space)


def _factor(axis: str, unit: str | None, place: str) -> Fraction | None:
    """Nanometres per unit; None for an axis that is no length (time, separate images)."""
    try:
        return nanometres_per(unit) or Fraction(1)
    except DataError as error:
        if axis in "st":
            return None
        raise DataError(f"Axis {axis}: {error.message}", hint=error.hint, place=place) from error
