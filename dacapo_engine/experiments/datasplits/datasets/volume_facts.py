"""What there is to know about a volume before a run is set up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.axis_order import (
    default_axes,
    describe_shape,
)
from dacapo_engine.experiments.datasplits.datasets.intensity_range import measure_intensities
from dacapo_engine.experiments.datasplits.datasets.object_statistics import (
    ObjectStatistics,
    measure_objects,
)
from dacapo_engine.experiments.datasplits.datasets.sample_boxes import sample_boxes

__all__ = ["VolumeFacts", "measure_arrays", "measure_volume"]

_FAR_APART = 4.0
_LABEL_BOX, _LABEL_BOXES, _LABEL_TRIES = 2**22, 4, 32


@dataclass(frozen=True)
class VolumeFacts:
    """Measured once per volume; presets, checks and the dock read it.

    Attributes
    ----------
    shape, axes
        Of raw, all axes.
    axes_known
        Whether somebody said what the axes are.
    voxel_size_nm
        Per spatial axis; ones where not known.
    voxel_size_known
        Whether metadata tell the voxel size.
    dtype
        Of raw.
    num_channels
        Of raw, None without a channel axis.
    intensity_range
        0.1 and 99.9 percentiles of raw, the upper one always larger.
    nan_share
        Share of values of raw that are no finite number.
    sampled
        Whether the numbers come from parts of a volume that is too large to be read whole.
    num_objects
        Different ids (in the parts read).
    foreground_share
        Share of labelled voxels, where the mask is above 0.
    object_extent
        Voxels per spatial axis that the bounding box of a typical object spans: the median,
        every object counting by its volume.
    object_thickness
        Inner diameter of a typical object, in the finest voxels.
    small_object_voxels
        Size of a small but real object.
    zero_thickness
        Typical width of 0-valued regions in the finest voxels.
    has_background
        Whether 0 forms regions wider than three voxels, and is not only a line between objects.
    """

    shape: tuple[int, ...]
    axes: tuple[str, ...]
    axes_known: bool
    voxel_size_nm: tuple[float, ...]
    voxel_size_known: bool
    dtype: str
    num_channels: int | None
    intensity_range: tuple[float, float]
    nan_share: float
    sampled: bool
    num_objects: int = 0
    foreground_share: float = 0.0
    object_extent: tuple[float, ...] = ()
    object_thickness: float = 0.0
    small_object_voxels: int = 0
    zero_thickness: float = 0.0
    has_background: bool = False

    @property
    def spatial_shape(self) -> tuple[int, ...]:
        """Voxels per spatial axis."""
        return tuple(n for n, axis in zip(self.shape, self.axes, strict=True) if axis != "c")

    @property
    def anisotropy(self) -> tuple[float, ...]:
        """Voxel size per spatial axis in units of the finest one."""
        finest = min(self.voxel_size_nm)
        return tuple(size / finest for size in self.voxel_size_nm)

    @property
    def shape_text(self) -> str:
        """The shape in words: ``178 x 250 x 250: depth, height, width``."""
        return describe_shape(self.shape, self.axes)

    @property
    def nan_text(self) -> str:
        """The share of values that are no number in words: ``less than 0.1%``."""
        return f"{self.nan_share:.1%}" if self.nan_share >= 0.001 else "less than 0.1%"


def measure_arrays(
    raw: Array,
    labels: Array | None = None,
    mask: Array | None = None,
    *,
    single_slices: bool = False,
) -> VolumeFacts:
    """`measure_volume` of arrays of the engine, which know their axes and voxel size."""
    return measure_volume(
        raw.data,
        None if labels is None else labels.data,
        None if mask is None else mask.data,
        axes=raw.axes,
        axes_known=raw.axes_known,
        voxel_size_nm=raw.voxel_size_nm,
        voxel_size_known=raw.voxel_size_known,
        single_slices=single_slices,
    )


def measure_volume(
    raw: Any,
    labels: Any = None,
    mask: Any = None,
    *,
    axes: Sequence[str] | None = None,
    axes_known: bool | None = None,
    voxel_size_nm: Sequence[float] | None = None,
    voxel_size_known: bool | None = None,
    single_slices: bool = False,
) -> VolumeFacts:
    """Measure a volume given as array-likes (numpy, zarr, dask), reading a bounded part of it.

    Parameters
    ----------
    raw
        Intensities; its axes are `axes`.
    labels, mask
        Ids and where they count, spatial axes only (a channel axis of length one is allowed).
    axes
        Names such as ``("c", "z", "y", "x")``; the usual ones for the number of axes by default.
    axes_known, voxel_size_known
        Whether `axes` and `voxel_size_nm` were told and not assumed; by default whether they
        are given.
    voxel_size_nm
        Per spatial axis, in nanometres.
    single_slices
        Whether only single slices are labelled: the width of objects is measured within them.

    Raises
    ------
    DataError
        If labels are negative or not whole numbers, or raw has no finite value.
    """
    named = tuple(axes) if axes is not None else default_axes(len(raw.shape))
    spatial = tuple(axis for axis in named if axis != "c")
    sizes = tuple(voxel_size_nm) if voxel_size_nm is not None else (1.0,) * len(spatial)
    intensities, nan_share, raw_sampled = measure_intensities(raw)
    objects, labels_sampled = ObjectStatistics(), False
    if labels is not None:
        steps = _apart(sizes) if single_slices else sizes
        objects, labels_sampled = _objects(labels, mask, spatial, steps)
    return VolumeFacts(
        shape=tuple(int(extent) for extent in raw.shape),
        axes=named,
        axes_known=axes is not None if axes_known is None else axes_known,
        voxel_size_nm=sizes,
        voxel_size_known=voxel_size_nm is not None
        if voxel_size_known is None
        else voxel_size_known,
        dtype=str(raw.dtype),
        num_channels=int(raw.shape[named.index("c")]) if "c" in named else None,
        intensity_range=intensities,
        nan_share=nan_share,
        sampled=raw_sampled or labels_sampled,
        **vars(objects),
    )


def _apart(sizes: Sequence[float]) -> tuple[float, ...]:
    """Voxel sizes of slices so far from each other that no object's width is measured across."""
    return (max(sizes[0], _FAR_APART * min(sizes[1:])), *sizes[1:])


def _objects(
    labels: Any, mask: Any, axes: Sequence[str], sizes: Sequence[float]
) -> tuple[ObjectStatistics, bool]:
    if np.dtype(labels.dtype).kind not in "biu":
        raise DataError(
            f"Labels must be whole numbers, got {labels.dtype}.",
            hint="Choose the labels, not an image, or convert them to integers.",
        )
    lead = len(labels.shape) - len(axes)
    shape = tuple(int(extent) for extent in labels.shape[lead:])
    if lead not in (0, 1) or (lead == 1 and labels.shape[0] != 1):
        raise DataError(f"Labels of {tuple(labels.shape)} do not fit the axes {', '.join(axes)}.")
    boxes = sample_boxes(shape, _LABEL_BOX, _LABEL_BOXES)
    sampled = len(boxes) > 1 or boxes[0] != tuple(slice(0, extent) for extent in shape)
    parts = [(_read(labels, box, lead), _read_mask(mask, box, len(axes))) for box in boxes]
    if sampled and not any(values.any() for values, _ in parts):
        parts += _first_labelled(labels, mask, shape, lead)
    return (
        measure_objects(
            [values for values, _ in parts],
            sizes,
            [axis in "st" for axis in axes],
            [inside for _, inside in parts],
        ),
        sampled,
    )


def _first_labelled(
    labels: Any, mask: Any, shape: tuple[int, ...], lead: int
) -> list[tuple[Any, Any]]:
    """One more box of a large volume of which little is labelled, if any of some has labels."""
    for box in sample_boxes(shape, _LABEL_BOX, _LABEL_TRIES)[_LABEL_BOXES:]:
        values = _read(labels, box, lead)
        if values.any():
            return [(values, _read_mask(mask, box, len(shape)))]
    return []


def _read(values: Any, box: tuple[slice, ...], lead: int) -> np.ndarray[Any, Any]:
    read = np.asarray(values[(0,) * lead + box])
    if read.dtype.kind == "i" and read.min(initial=0) < 0:
        raise DataError(
            f"Labels must not be negative, got {read.min()}.",
            hint="Use 0 for what is not labelled.",
        )
    return read.astype(np.uint8) if read.dtype == bool else read


def _read_mask(mask: Any, box: tuple[slice, ...], dims: int) -> np.ndarray[Any, Any] | None:
    if mask is None:
        return None
    lead = len(mask.shape) - dims
    return np.asarray(mask[(slice(None),) * lead + box]).max(axis=tuple(range(lead)), initial=0)
