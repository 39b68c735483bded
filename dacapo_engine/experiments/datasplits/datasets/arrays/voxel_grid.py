"""Where the voxels of an array lie: whole numbers for funlib, exact nanometres beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self

from funlib.geometry import Coordinate, Roi

from dacapo_engine.errors import DataError
from dacapo_engine.units import (
    WorldUnit,
    exact_sizes,
    format_lengths,
    from_world,
    nearest,
    to_world,
    whole_ratio,
    world_unit,
)

__all__ = ["VoxelGrid"]

Box = tuple[slice, ...]


@dataclass(frozen=True)
class VoxelGrid:
    """A regular grid of voxels in world space, spatial axes only.

    Attributes
    ----------
    shape : tuple[int, ...]
        Voxels per axis.
    exact_voxel_size, exact_offset : tuple[Fraction, ...]
        In nanometres, to the last digit of the metadata.
    unit : {"nm", "pm"}
        What the whole numbers below count.
    voxel_size, offset : Coordinate
        Whole numbers of `unit`. gunpowder steps by whole voxels from zero, so `offset` read from
        metadata is the nearest multiple of `voxel_size`.
    known : bool
        False where the metadata do not tell the size of a voxel and 1 nm stands for it.
    """

    shape: tuple[int, ...]
    exact_voxel_size: tuple[Fraction, ...]
    exact_offset: tuple[Fraction, ...]
    unit: WorldUnit
    voxel_size: Coordinate
    offset: Coordinate
    known: bool = True

    @classmethod
    def from_nanometres(
        cls,
        shape: Sequence[int],
        voxel_size: Sequence[Fraction],
        offset: Sequence[Fraction] | None = None,
        *,
        known: bool = True,
    ) -> Self:
        """A grid from exact sizes in nanometres; its unit is chosen so that they are whole."""
        exact_offset = tuple(offset) if offset is not None else (Fraction(0),) * len(shape)
        unit = world_unit((*voxel_size, *exact_offset))
        steps = [max(1, to_world(size, unit)) for size in voxel_size]
        starts = [
            nearest(begin / size) * step
            for begin, size, step in zip(exact_offset, voxel_size, steps, strict=True)
        ]
        return cls(
            tuple(int(extent) for extent in shape),
            tuple(voxel_size),
            exact_offset,
            unit,
            Coordinate(steps),
            Coordinate(starts),
            known,
        )

    @classmethod
    def from_roi(
        cls, roi: Roi, voxel_size: Coordinate, unit: WorldUnit = "nm", *, known: bool = True
    ) -> Self:
        """A grid from whole world coordinates, taken as they are."""
        if not Coordinate(roi.shape).is_multiple_of(voxel_size):
            raise DataError(
                f"A region of {roi.shape} is not a whole number of {voxel_size} voxels."
            )
        return cls(
            tuple(roi.shape / voxel_size),
            tuple(from_world(size, unit) for size in voxel_size),
            tuple(from_world(begin, unit) for begin in roi.offset),
            unit,
            Coordinate(voxel_size),
            Coordinate(roi.offset),
            known,
        )

    @property
    def dims(self) -> int:
        """Number of spatial axes."""
        return len(self.shape)

    @property
    def roi(self) -> Roi:
        """The region covered, in `unit`."""
        return Roi(self.offset, Coordinate(self.shape) * self.voxel_size)

    def in_unit(self, unit: WorldUnit) -> Self:
        """The same grid counted in another unit; DataError if it is not whole in it."""
        if unit == self.unit:
            return self
        if unit == "pm":
            return replace(
                self, unit=unit, voxel_size=self.voxel_size * 1000, offset=self.offset * 1000
            )
        thousand = Coordinate((1000,) * self.dims)
        if not (self.voxel_size.is_multiple_of(thousand) and self.offset.is_multiple_of(thousand)):
            raise DataError(f"A voxel size of {self.voxel_size} pm is not whole in nm.")
        return replace(
            self, unit=unit, voxel_size=self.voxel_size / 1000, offset=self.offset / 1000
        )

    def whole_steps(self, sizes_nm: Sequence[float], place: str = "") -> Coordinate:
        """Sizes in nanometres as whole multiples of the voxel size, counted in `unit`."""
        sizes = exact_sizes(sizes_nm, what="Grid", place=place)
        ratios = [whole_ratio(a, b) for a, b in zip(sizes, self.exact_voxel_size, strict=False)]
        if len(sizes) != self.dims or None in ratios:
            raise DataError(
                f"A grid of {format_lengths(sizes)} is not a whole multiple of the voxel size, "
                f"{format_lengths(self.exact_voxel_size)}.",
                place=place,
            )
        return Coordinate(ratios) * self.voxel_size

    def snapped(self, sizes_nm: Sequence[float] | None, place: str = "") -> Box:
        """The largest box that starts and ends at whole multiples of `sizes_nm` (nanometres)."""
        if sizes_nm is None:
            return tuple(slice(0, extent) for extent in self.shape)
        region = self.roi.snap_to_grid(self.whole_steps(sizes_nm, place), mode="shrink")
        if region.empty:
            raise DataError("No voxels are left after snapping to the grid.", place=place)
        return self.box(region)

    def box(self, roi: Roi, name: str = "array") -> Box:
        """The slices of a world region.

        Raises
        ------
        DataError
            If `roi` leaves the grid or cuts through voxels.
        """
        if roi.dims != self.dims:
            raise DataError(
                f"{name} has {self.dims} spatial axes, the region {roi} has {roi.dims}."
            )
        begin = roi.offset - self.offset
        if not (
            begin.is_multiple_of(self.voxel_size) and roi.shape.is_multiple_of(self.voxel_size)
        ):
            raise DataError(
                f"The region {roi} cuts through voxels of {name}, which are "
                f"{tuple(self.voxel_size)} {self.unit} large and begin at {tuple(self.offset)}."
            )
        if not self.roi.contains(roi):
            raise DataError(f"The region {roi} leaves {name}, which covers {self.roi} {self.unit}.")
        first, extent = begin / self.voxel_size, roi.shape / self.voxel_size
        return tuple(slice(a, a + n) for a, n in zip(first, extent, strict=True))

    def cropped(self, box: Box) -> Self:
        """The part of the grid that `box` (slices without steps) cuts out."""
        first = [part.start for part in box]
        return replace(
            self,
            shape=tuple(part.stop - part.start for part in box),
            offset=self.offset + Coordinate(first) * self.voxel_size,
            exact_offset=tuple(
                begin + a * size
                for begin, a, size in zip(
                    self.exact_offset, first, self.exact_voxel_size, strict=True
                )
            ),
        )

    def around(self, center: Sequence[int], shape: Sequence[int]) -> Self:
        """A grid of the same voxels, `shape` of them around `center`, which counts `unit`."""
        first = [
            round((c - begin) / size - extent / 2)
            for c, begin, size, extent in zip(
                center, self.offset, self.voxel_size, shape, strict=True
            )
        ]
        offset = [
            begin + index * size
            for begin, index, size in zip(
                self.exact_offset, first, self.exact_voxel_size, strict=True
            )
        ]
        return type(self).from_nanometres(shape, self.exact_voxel_size, offset, known=self.known)
