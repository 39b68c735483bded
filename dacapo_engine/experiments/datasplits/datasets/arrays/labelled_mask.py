"""Where labels say something, and labels without what says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.lazy_data import map_values, read_lazily

__all__ = ["KnownLabels", "LabelledMask"]

Box = tuple[slice, ...]


class LabelledMask(Array):
    """True where labels count: as a mask, a value for unlabelled and finished boxes tell.

    Parameters
    ----------
    labels
        Ids; several channels are labelled where one of them is.
    mask
        In the world of `labels`, of the same voxel size; labels count where it is above 0, and
        not where it has no voxels. None for everywhere.
    unlabelled_value
        The id that says nothing; None if there is none.
    done
        Boxes of voxels in which 0 is background; beyond them it says nothing. None if 0 is
        background everywhere.

    Raises
    ------
    DataError
        If the voxels of the mask do not lie on those of the labels.
    """

    def __init__(
        self,
        labels: Array,
        mask: Array | None = None,
        unlabelled_value: int | None = None,
        done: Sequence[Box] | None = None,
    ) -> None:
        self.name = f"labelled part of {labels.name}"
        self.grid = labels.grid
        self._labels = labels
        self._mask = mask
        self._shift = (0,) * labels.dims if mask is None else _shift(labels, mask)
        self._unlabelled_value = unlabelled_value
        self._done = None if done is None else tuple(done)

    @property
    def axes(self) -> list[str]:
        return [*(["c"] if self.num_channels is not None else []), *self.spatial_axes]

    @property
    def spatial_axes(self) -> list[str]:
        return self._labels.spatial_axes

    @property
    def axes_known(self) -> bool:
        return self._labels.axes_known

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(bool)

    @property
    def num_channels(self) -> int | None:
        return None if self._mask is None else self._mask.num_channels

    @property
    def data(self) -> Any:
        return read_lazily(self)

    def read_box(self, box: Box) -> np.ndarray[Any, Any]:
        labels = self._labels.read_box(box)
        if labels.ndim > self.dims:
            labels = labels.max(axis=0)
        known = np.ones(labels.shape, dtype=bool)
        if self._unlabelled_value is not None:
            known &= labels != self._unlabelled_value
        if self._done is not None:
            known &= (labels > 0) | self._read_done(box)
        return known if self._mask is None else self._read_mask(self._mask, box) & known

    def _read_done(self, box: Box) -> np.ndarray[Any, Any]:
        done = np.zeros([part.stop - part.start for part in box], dtype=bool)
        for finished in self._done or ():
            done[_relative(finished, box)] = True
        return done

    def _read_mask(self, mask: Array, box: Box) -> np.ndarray[Any, Any]:
        there = tuple(
            slice(part.start + shift, part.stop + shift)
            for part, shift in zip(box, self._shift, strict=True)
        )
        whole = tuple(slice(0, extent) for extent in mask.grid.shape)
        inside = _relative(whole, there)
        channels = () if mask.num_channels is None else (mask.num_channels,)
        values = np.zeros((*channels, *(part.stop - part.start for part in box)), dtype=bool)
        if all(part.stop > part.start for part in inside):
            read = tuple(
                slice(outer.start + part.start, outer.start + part.stop)
                for outer, part in zip(there, inside, strict=True)
            )
            target: tuple[Any, ...] = (..., *inside)
            values[target] = mask.read_box(read) > 0
        return values


class KnownLabels(Array):
    """Labels in which the value for unlabelled is 0, so that it is no object.

    Parameters
    ----------
    labels
        Ids.
    unlabelled_value
        The id that says nothing.
    """

    def __init__(self, labels: Array, unlabelled_value: int) -> None:
        self.name = labels.name
        self.grid = labels.grid
        self._labels = labels
        self._unlabelled_value = unlabelled_value

    @property
    def attrs(self) -> dict[str, Any]:
        return self._labels.attrs

    @property
    def axes(self) -> list[str]:
        return self._labels.axes

    @property
    def axes_known(self) -> bool:
        return self._labels.axes_known

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._labels.dtype

    @property
    def num_channels(self) -> int | None:
        return self._labels.num_channels

    @property
    def data(self) -> Any:
        return map_values(self._labels.data, self._without, self.dtype)

    def read_box(self, box: Box) -> np.ndarray[Any, Any]:
        return self._without(self._labels.read_box(box))

    def _without(self, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.where(values == self._unlabelled_value, values.dtype.type(0), values)


def _shift(labels: Array, mask: Array) -> tuple[int, ...]:
    """By how many voxels the mask begins before the labels."""
    begin = labels.roi.begin - mask.roi.begin
    if mask.voxel_size != labels.voxel_size or not begin.is_multiple_of(labels.voxel_size):
        raise DataError(
            f"The voxels of the mask ({tuple(mask.voxel_size)} {mask.unit}) do not lie on those of"
            f" the labels ({tuple(labels.voxel_size)} {labels.unit}).",
            hint="Resample the mask to the labels.",
            place=mask.name,
        )
    return tuple(begin / labels.voxel_size)


def _relative(part: Box, box: Box) -> Box:
    """What lies of `part` in `box`, counted from its beginning; empty slices where nothing."""
    found = []
    for inner, outer in zip(part, box, strict=True):
        start = max(inner.start, outer.start) - outer.start
        found.append(slice(start, max(start, min(inner.stop, outer.stop) - outer.start)))
    return tuple(found)
