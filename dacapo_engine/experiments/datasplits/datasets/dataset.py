"""One volume: raw, and what belongs to it."""

from __future__ import annotations

import copy
from abc import ABC
from collections.abc import Collection, Mapping
from typing import Any, Self

from funlib.geometry import Coordinate

from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.units import WorldUnit

__all__ = ["Dataset"]


class Dataset(ABC):
    """Base of all datasets.

    Attributes
    ----------
    name : str
        Names of datasets tell them apart in scores and files.
    raw : Array
        The image.
    gt, mask : Array or None
        Labels, and where they can be trusted.
    weight : int or None
        How often samples come from here, relative to other datasets.
    sample_points : list[Coordinate] or None
        Places around which samples are taken, in the world unit of `raw`.
    """

    name: str
    raw: Array
    gt: Array | None = None
    mask: Array | None = None
    weight: int | None = 1
    sample_points: list[Coordinate] | None = None

    @property
    def unit(self) -> WorldUnit:
        """The world unit that all arrays of the dataset count in."""
        return self.raw.unit

    @property
    def arrays(self) -> dict[str, Array]:
        """The arrays that are there, by the word that messages call them."""
        named = {"raw": self.raw, "labels": self.gt, "mask": self.mask}
        return {word: array for word, array in named.items() if array is not None}

    def with_arrays(self, arrays: Mapping[str, Array]) -> Self:
        """A copy with other arrays, named as in `arrays`."""
        changed = copy.copy(self)
        changed.raw = arrays["raw"]
        changed.gt, changed.mask = arrays.get("labels"), arrays.get("mask")
        return changed

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.name == getattr(other, "name", None)

    def __hash__(self) -> int:
        return hash((type(self).__qualname__, self.name))

    def __repr__(self) -> str:
        return f"ds_{self.name.replace('/', '_')}"

    def __str__(self) -> str:
        return repr(self)

    def _neuroglancer_layers(
        self, prefix: str = "", exclude_layers: Collection[str] | None = None
    ) -> dict[str, Any]:
        """Layers of raw, gt and mask by name, without those in `exclude_layers`."""
        layers = {}
        for part, segmentation in (("raw", False), ("gt", True), ("mask", True)):
            array: Any = getattr(self, part)
            name = f"{prefix}_{part}" if prefix else part
            if array is None or name in (exclude_layers or ()) or not array._can_neuroglance():
                continue
            layers[name] = array._neuroglancer_layer(segmentation)
        return layers
