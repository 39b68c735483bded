"""All snapshots of one array of a run, one after the other, read when they are looked at."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dacapo_napari.run_updates import PlacedArray

__all__ = ["PatchCache", "SnapshotStack"]

_KEPT_PATCHES = 6
_LABELS = frozenset({"gt", "mask"})

Values = npt.NDArray[Any]
Offset = tuple[float, ...]
ReadPatch = Callable[[int, str], PlacedArray | None]
ReadOffset = Callable[[int, str], Offset | None]


class PatchCache:
    """The patches looked at last, by iteration and name of the array, and where all of them lie.

    Parameters
    ----------
    read
        Reads the patch of an iteration; None where it is gone.
    read_offset
        Reads only where it lies.
    """

    def __init__(self, read: ReadPatch, read_offset: ReadOffset) -> None:
        self._read = read
        self._read_offset = read_offset
        self._patches: dict[str, OrderedDict[int, PlacedArray | None]] = {}
        self._offsets: dict[tuple[int, str], Offset | None] = {}

    def offset(self, iteration: int, name: str) -> Offset | None:
        """Where the patch of an iteration begins, in nanometres."""
        if (iteration, name) not in self._offsets:
            self._offsets[iteration, name] = self._read_offset(iteration, name)
        return self._offsets[iteration, name]

    def patch(self, iteration: int, name: str) -> PlacedArray | None:
        """The patch of an iteration, from the disk where it was not looked at lately."""
        kept = self._patches.setdefault(name, OrderedDict())
        if iteration not in kept:
            kept[iteration] = self._read(iteration, name)
        kept.move_to_end(iteration)
        while len(kept) > _KEPT_PATCHES:
            kept.popitem(last=False)
        return kept[iteration]

    def put(self, iteration: int, patch: PlacedArray) -> None:
        """Remember a patch that was read already."""
        self._patches.setdefault(patch.name, OrderedDict())[iteration] = patch


class SnapshotStack:
    """An array for napari, ``[(c,) iteration, (1, ...) (z,) y, x]``, whose patches lie apart.

    The axis of iterations comes right before those of the volume, so that the layers with
    channels and those without share its slider.

    Parameters
    ----------
    iterations
        Of the snapshots, in their order.
    cache
        Where patches come from.
    newest
        The patch of the last iteration; the others have its shape.
    between
        How many axes of one voxel come between iterations and volume.
    """

    def __init__(
        self,
        iterations: Sequence[int],
        cache: PatchCache,
        newest: PlacedArray,
        between: int = 0,
    ) -> None:
        self.name = newest.name
        self.iterations = tuple(iterations)
        self.newest = newest
        self.between = between
        self._cache = cache
        self._channels = newest.data.shape[:1] if newest.axes[:1] == ("c",) else ()
        self._spatial = newest.data.shape[len(self._channels) :]
        self.dtype = np.dtype(_kind(newest))

    @property
    def shape(self) -> tuple[int, ...]:
        """Extent of each axis."""
        ones = (1,) * self.between
        return (*self._channels, len(self.iterations), *ones, *self._spatial)

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many values there are."""
        return math.prod(self.shape)

    @property
    def axis(self) -> int:
        """Which axis is that of the iterations."""
        return len(self._channels)

    def offset(self, index: int) -> Offset:
        """Where the patch at `index` begins, in nanometres; where the newest does if it is gone."""
        if index == len(self.iterations) - 1:
            return self.newest.offset
        return self._cache.offset(self.iterations[index], self.name) or self.newest.offset

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Values:
        keys = self._whole_key(key)
        where = range(len(self.iterations))[keys[self.axis]]
        if isinstance(where, int):
            return self._values(where)[(*keys[: self.axis], *keys[self.axis + 1 :])]
        # Another axis is indexed after this one is back in its place.
        stacked = np.stack([self._values(index) for index in where], axis=self.axis)
        result: Values = stacked[(*keys[: self.axis], slice(None), *keys[self.axis + 1 :])]
        return result

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Values:
        return np.asarray(self[...], dtype=dtype)

    def _whole_key(self, key: Any) -> tuple[Any, ...]:
        keys = key if isinstance(key, tuple) else (key,)
        if Ellipsis in keys:
            at = keys.index(Ellipsis)
            filler = (slice(None),) * (self.ndim - len(keys) + 1)
            keys = (*keys[:at], *filler, *keys[at + 1 :])
        keys = (*keys, *(slice(None),) * (self.ndim - len(keys)))
        return tuple(each if isinstance(each, slice) else int(each) for each in keys)

    def _values(self, index: int) -> Values:
        """The patch at `index` without the axis of iterations; zeros where it is gone."""
        patch = self._patch(index)
        shape = (*self._channels, *(1,) * self.between, *self._spatial)
        if patch is None or patch.data.size != math.prod(shape):
            return np.zeros(shape, self.dtype)
        return patch.data.reshape(shape).astype(self.dtype, copy=False)

    def _patch(self, index: int) -> PlacedArray | None:
        if index == len(self.iterations) - 1:
            return self.newest
        return self._cache.patch(self.iterations[index], self.name)


def _kind(array: PlacedArray) -> Any:
    if array.name not in _LABELS:
        return array.data.dtype
    return np.uint8 if array.name == "mask" else np.int64
