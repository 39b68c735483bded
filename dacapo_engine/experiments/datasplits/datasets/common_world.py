"""Bringing arrays that belong together into one world of whole numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from funlib.geometry import Coordinate

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_grid import VoxelGrid
from dacapo_engine.units import (
    WorldUnit,
    format_lengths,
    nearest,
    to_world,
    whole_ratio,
)

__all__ = ["common_world"]


def common_world(
    arrays: Mapping[str, Array],
    unit: WorldUnit | None = None,
    finest_voxel: Sequence[int] | None = None,
) -> dict[str, Array]:
    """The same arrays in one world unit, with voxel sizes and offsets that are multiples there.

    Voxel sizes are judged on their exact values; the whole numbers follow from the finest one, so
    that rounding (108.333 and 216.667 nm) cannot break a whole ratio. Offsets are counted from
    the array with the coarsest voxels: only differences between them matter for a sample.

    Parameters
    ----------
    arrays
        By the word that messages call them.
    unit
        The world unit; ``nm`` if all arrays count in it and ``pm`` otherwise, by default.

    finest_voxel
        Whole numbers for the finest voxel size, where other arrays have set them already.

    Raises
    ------
    DataError
        If the number of axes differs, or the ratio of two voxel sizes is not whole.
    """
    unit = unit or ("pm" if any(array.unit == "pm" for array in arrays.values()) else "nm")
    arrays = _with_borrowed_sizes(arrays)
    _check_dims(arrays)
    _check_ratios(arrays)
    grids = {word: array.grid for word, array in arrays.items()}
    finest = [min(sizes) for sizes in _by_axis(grids, "exact_voxel_size")]
    steps = finest_voxel or [max(1, to_world(size, unit)) for size in finest]
    sizes = {
        word: Coordinate(
            (whole_ratio(size, fine) or 1) * step
            for size, fine, step in zip(grid.exact_voxel_size, finest, steps, strict=True)
        )
        for word, grid in grids.items()
    }
    anchor = max(grids, key=lambda word: tuple(sizes[word]))
    return {
        word: array.on_grid(
            replace(
                array.grid,
                unit=unit,
                voxel_size=sizes[word],
                offset=_offset(array.grid, grids[anchor], sizes[word], sizes[anchor]),
            )
        )
        for word, array in arrays.items()
    }


def _offset(
    grid: VoxelGrid, anchor: VoxelGrid, step: Coordinate, anchor_step: Coordinate
) -> Coordinate:
    starts = [
        nearest(begin / size) * whole
        for begin, size, whole in zip(
            anchor.exact_offset, anchor.exact_voxel_size, anchor_step, strict=True
        )
    ]
    return Coordinate(
        start + nearest((begin - zero) / size) * whole
        for start, begin, zero, size, whole in zip(
            starts,
            grid.exact_offset,
            anchor.exact_offset,
            grid.exact_voxel_size,
            step,
            strict=True,
        )
    )


def _with_borrowed_sizes(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Arrays of unknown voxel size take the grid of a known one that has the same shape."""
    known = [array.grid for array in arrays.values() if array.voxel_size_known]
    borrowed = {}
    for word, array in arrays.items():
        same = [grid for grid in known if grid.shape == array.grid.shape]
        take = not array.voxel_size_known and same
        borrowed[word] = array.on_grid(same[0]) if take else array
    return borrowed


def _check_dims(arrays: Mapping[str, Array]) -> None:
    (first, one), *others = arrays.items()
    for word, other in others:
        told = one.axes_known and other.axes_known
        if one.dims != other.dims or (told and one.spatial_axes != other.spatial_axes):
            raise DataError(
                f"{first} has the axes {', '.join(one.axes)} ({_shape(one)}), "
                f"{word} has {', '.join(other.axes)} ({_shape(other)}).",
                hint="Choose arrays of the same volume, or say what their axes are.",
            )


def _check_ratios(arrays: Mapping[str, Array]) -> None:
    (first, one), *others = arrays.items()
    for word, other in others:
        sizes = one.grid.exact_voxel_size, other.grid.exact_voxel_size
        if all(whole_ratio(max(a, b), min(a, b)) is not None for a, b in zip(*sizes, strict=True)):
            continue
        texts = [
            format_lengths(size, array.voxel_size_known)
            for size, array in zip(sizes, (one, other), strict=True)
        ]
        raise DataError(
            f"Voxel size of {first} ({texts[0]}) and {word} ({texts[1]}) "
            "differ by a factor that is not whole.",
            hint="Resample one of them.",
        )


def _by_axis(grids: Mapping[str, VoxelGrid], name: str) -> list[tuple[Fraction, ...]]:
    values: list[Sequence[Fraction]] = [getattr(grid, name) for grid in grids.values()]
    return list(zip(*values, strict=True))


def _shape(array: Array) -> str:
    return " x ".join(str(extent) for extent in array.grid.shape)
