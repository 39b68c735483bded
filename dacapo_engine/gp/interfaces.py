"""What nodes ask of arrays and predictors; these are known here by what they can do alone."""

from __future__ import annotations

from typing import Any, Protocol

import gunpowder as gp
import numpy as np

__all__ = ["RegionArray", "TargetMaker"]


class RegionArray(Protocol):
    """Something with a place in world units, read by region."""

    name: str

    @property
    def roi(self) -> Any:
        """The region covered."""

    @property
    def voxel_size(self) -> Any:
        """Size of a voxel."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""

    @property
    def dims(self) -> int:
        """Number of spatial axes."""

    @property
    def num_channels(self) -> int | None:
        """Channels, None where there is no channel axis."""

    def read_box(self, box: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        """Values in a box of voxel indices, channels first."""

    def __getitem__(self, roi: Any) -> np.ndarray[Any, Any]:
        """Values over a region, channels first."""


class TargetMaker(Protocol):
    """Something that turns labels into targets and weights."""

    @property
    def output_array_type(self) -> Any:
        """Says whether targets may be interpolated."""

    def read_sample(self, array: gp.Array) -> Any:
        """An array of a batch in the form that the methods below take."""

    def create_target(self, gt: Any) -> Any:
        """Targets over the region of `gt`."""

    def create_weight(
        self, gt: Any, target: Any, mask: Any, moving_class_counts: Any = None
    ) -> tuple[Any, Any]:
        """Weights, and the class counts of the sample."""

    def gt_region_for_roi(self, target_spec: Any) -> Any:
        """The labels needed for a target."""
