"""How stored axes map to channels first, then space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dacapo_engine.errors import DataError

__all__ = ["AxisOrder", "default_axes", "describe_shape"]

_ORDER = ("b", "s", "t", "c", "z", "y", "x")
_NOT_SPATIAL = ("b", "c")
_WORDS = {
    "s": "separate images",
    "t": "time",
    "c": "channels",
    "z": "depth",
    "y": "height",
    "x": "width",
}


def default_axes(ndim: int, *, spatial: bool = False) -> tuple[str, ...]:
    """What axes are taken for where nothing says so: the tail of s, c, z, y, x (t, z, y, x).

    Raises
    ------
    DataError
        If there are fewer than two or more than five of them.
    """
    names = ("t", "z", "y", "x") if spatial else ("s", "c", "z", "y", "x")
    if not (1 if spatial else 2) <= ndim <= len(names):
        raise DataError(
            f"Expected an array with 2 to {len(names)} axes, got {ndim}.",
            hint="Choose a dataset that is an image or a volume.",
        )
    return names[-ndim:]


def describe_shape(shape: Sequence[int], axes: Sequence[str]) -> str:
    """A shape in words: ``178 x 250 x 250: depth, height, width``.

    A first axis that is not part of a volume is told with its count:
    ``40 x 512 x 512: 40 separate images``.
    """
    numbers = " x ".join(str(extent) for extent in shape)
    counted = {"s": "separate images", "t": "time points", "c": "channels"}
    parts = [
        f"{extent} {counted[axis]}"
        for extent, axis in zip(shape, axes, strict=True)
        if axis in counted
    ]
    space = [_WORDS[axis] for axis in axes if axis not in counted]
    if not parts or len(space) > 2:
        parts += space
    return f"{numbers}: {', '.join(parts)}"


@dataclass(frozen=True)
class AxisOrder:
    """Stored axes, and those of length one (``dropped``) that reading leaves out."""

    stored: tuple[str, ...]
    dropped: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[str, ...]:
        """Stored axes without the dropped ones, in stored order."""
        return tuple(axis for axis in self.stored if axis not in self.dropped)

    @property
    def axes(self) -> tuple[str, ...]:
        """The kept axes in the order s, t, c, z, y, x."""
        return tuple(sorted(self.kept, key=_ORDER.index))

    @property
    def spatial(self) -> tuple[str, ...]:
        """The kept axes that have a place in the world."""
        return tuple(axis for axis in self.axes if axis not in _NOT_SPATIAL)

    def check(self, shape: Sequence[int], spatial_shape: Sequence[int], name: str) -> None:
        """DataError unless an array of `shape` has these axes and covers `spatial_shape`."""
        if len(shape) != len(self.stored):
            raise DataError(f"{name} has {len(shape)} axes, {len(self.stored)} were named.")
        if self.spatial_shape(shape) != tuple(spatial_shape):
            raise DataError(
                f"{name} has {self.spatial_shape(shape)} voxels, its region {tuple(spatial_shape)}."
            )

    def spatial_shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        """Voxels along the spatial axes of an array stored with `shape`."""
        return tuple(int(shape[self.stored.index(axis)]) for axis in self.spatial)

    def num_channels(self, shape: Sequence[int]) -> int | None:
        """Length of the channel axis, None where there is none."""
        return int(shape[self.stored.index("c")]) if "c" in self.kept else None

    def index(self, box: tuple[slice, ...]) -> tuple[slice | int, ...]:
        """What to index the stored array with to read a box of the spatial axes."""
        parts: dict[str, slice | int] = dict(zip(self.spatial, box, strict=True))
        return tuple(
            0 if axis in self.dropped else parts.get(axis, slice(None)) for axis in self.stored
        )

    def channels_first(self, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Kept axes in stored order to batch and channels first, then space."""
        wanted = [a for a in self.axes if a in _NOT_SPATIAL] + list(self.spatial)
        return values.transpose([self.kept.index(axis) for axis in wanted])

    def in_order(self, values: Any) -> Any:
        """The stored array, or a lazy view of it, with the axes of `axes`."""
        if self.dropped:
            values = values[tuple(0 if a in self.dropped else slice(None) for a in self.stored)]
        return values.transpose([self.kept.index(axis) for axis in self.axes])

    def as_stored(self, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The reverse of `channels_first`."""
        given = [a for a in self.axes if a in _NOT_SPATIAL] + list(self.spatial)
        return values.transpose([given.index(axis) for axis in self.kept])
