"""Whether raw, labels and mask fit each other; in words where not."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from funlib.geometry import Roi

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.crop_array import CropArray
from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
from dacapo_engine.units import format_lengths

__all__ = ["check_arrays_fit"]

_SLAB_VOXELS = 2**22


def check_arrays_fit(dataset: Dataset) -> None:
    """DataError unless labels lie within raw, and hold an object where the mask lets them count.

    Where no voxel size and no offset is known, only equal shapes say that two arrays show the
    same place.
    """
    raw, labels = dataset.raw, dataset.gt
    if labels is None:
        return
    placed = raw.voxel_size_known or labels.voxel_size_known or any(labels.offset_nm)
    if not placed and _whole(raw).grid.shape != _whole(labels).grid.shape:
        raise DataError(
            f"raw is {_shape(raw)} voxels and labels {_shape(labels)}, and no metadata tell where "
            "they lie.",
            hint="Choose labels of the same shape, or give both a voxel size and an offset.",
            place=dataset.name,
        )
    if _reaches_beyond(raw, labels):
        raise DataError(
            f"labels cover {labels.roi} {labels.unit}, more than raw, {raw.roi}.",
            hint="Choose labels of this volume, or check voxel size and offset of both.",
            place=dataset.name,
        )
    if dataset.mask is not None:
        _check_mask(labels, dataset.mask, dataset.name)


def _whole(array: Array) -> Array:
    """The array of which this is a part: a part is known to lie in it."""
    return _whole(array.source_array) if isinstance(array, CropArray) else array


def _reaches_beyond(raw: Array, labels: Array) -> bool:
    """By a whole voxel of the labels: those of twice the size may cover half a voxel more."""
    before, after = raw.roi.begin - labels.roi.begin, labels.roi.end - raw.roi.end
    sizes = labels.voxel_size
    return any(max(a, b) >= size for a, b, size in zip(before, after, sizes, strict=True))


def _check_mask(labels: Array, mask: Array, name: str) -> None:
    if mask.voxel_size != labels.voxel_size:
        sizes = [
            format_lengths(a.grid.exact_voxel_size, a.voxel_size_known) for a in (labels, mask)
        ]
        raise DataError(
            f"A voxel of labels is {sizes[0]} large and one of mask {sizes[1]}.",
            hint="Resample the mask to the labels.",
            place=name,
        )
    common = labels.roi.intersect(mask.roi)
    if not any(_has_labelled_object(labels, mask, slab) for slab in _slabs(common, labels)):
        raise DataError(
            "labels has no object where the mask is above 0.",
            hint="Choose another mask, or none.",
            place=name,
        )


def _has_labelled_object(labels: Array, mask: Array, slab: Roi) -> bool:
    counts = mask[slab]
    if mask.num_channels is not None:
        counts = counts.max(axis=0)
    return bool(((counts > 0) & (labels[slab] > 0)).any())


def _slabs(region: Roi, array: Array) -> Iterator[Roi]:
    size = array.voxel_size
    shape = region.shape / size
    thickness = max(1, _SLAB_VOXELS // max(1, prod(shape[1:])))
    for begin in range(0, shape[0], thickness):
        offset, extent = list(region.begin), list(region.shape)
        offset[0] += begin * size[0]
        extent[0] = min(thickness, shape[0] - begin) * size[0]
        yield Roi(offset, extent)


def _shape(array: Array) -> str:
    return " x ".join(map(str, array.grid.shape))
