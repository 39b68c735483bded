"""What can be looked at one page after the other: volumes that lie in one world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np

from dacapo_engine.neuroglance.layers import (
    CHANNELS,
    World,
    image_layer,
    label_layer,
    mask_layer,
)

__all__ = ["Kind", "Page", "Shown", "ShownArray"]

_PROBE = 64
_PERCENTILES = (0.5, 99.5)
_MASK_COLOUR = "#00c060"


class ShownArray(Protocol):
    """What is needed of an array to show it; it is read when somebody looks."""

    @property
    def axes(self) -> Sequence[str]:
        """Names of its axes; channels, called c, come first."""

    @property
    def data(self) -> Any:
        """Array-like values."""

    @property
    def voxel_size_nm(self) -> Sequence[float]:
        """Per axis but channels."""

    @property
    def offset_nm(self) -> Sequence[float]:
        """Where its first voxel begins, per axis but channels."""


class Kind(StrEnum):
    """How values are to be read."""

    IMAGE = "image"
    PREDICTION = "prediction"
    LABELS = "labels"
    MASK = "mask"


@dataclass(frozen=True)
class Shown:
    """An array under a name; hidden ones can be switched on."""

    name: str
    kind: Kind
    array: ShownArray
    visible: bool = True

    def layer(self, world: World) -> Any:
        """The array as a layer of a viewer."""
        array = self.array
        channels = "c" in array.axes
        source = world.volume(
            array.data,
            array.voxel_size_nm,
            array.offset_nm,
            lead=(CHANNELS,) if channels else (),
            labels=self.kind is Kind.LABELS,
        )
        if self.kind is Kind.LABELS:
            return label_layer(source)
        if self.kind is Kind.MASK:
            return mask_layer(source, _MASK_COLOUR, channels=channels)
        limits = (0.0, 1.0) if self.kind is Kind.PREDICTION else _limits(array)
        return image_layer(source, int(array.data.shape[0]) if channels else 0, limits)


@dataclass(frozen=True)
class Page:
    """Arrays that are looked at together; the first one says what the world is."""

    title: str
    shown: tuple[Shown, ...]

    def world(self) -> World:
        """The space of the first array."""
        first = self.shown[0].array
        axes = tuple(axis for axis in first.axes if axis != "c")
        return World(axes, tuple(first.voxel_size_nm))

    def place(self) -> tuple[World, list[float]]:
        """World and middle: pages of the same place are looked at from where the last one was."""
        return self.world(), self.center()

    def center(self) -> list[float]:
        """The middle of the first array, as the viewer counts it."""
        first = self.shown[0].array
        shape = np.array(first.data.shape[-len(first.voxel_size_nm) :])
        sizes, begin = np.array(first.voxel_size_nm), np.array(first.offset_nm)
        # Where separate images or frames begin, the place between two of them is none.
        return [float(at) for at in np.floor((begin + shape * sizes / 2) / sizes) + 0.5]


def _limits(array: ShownArray) -> tuple[float, float]:
    """Percentiles of the middle of the array, which may be larger than memory."""
    box = tuple(
        slice(max(0, extent // 2 - _PROBE // 2), extent // 2 + _PROBE // 2 + 1)
        for extent in array.data.shape
    )
    values = np.asarray(array.data[box])
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(finite, _PERCENTILES)
    return float(low), float(high)
