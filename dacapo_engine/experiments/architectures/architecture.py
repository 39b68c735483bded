"""What every network offers to a task and a trainer."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from funlib.geometry import Coordinate

__all__ = ["Architecture"]


class Architecture(torch.nn.Module, ABC):
    """A network from raw ``[batch, channels, (z,) y, x]`` to features of the same layout."""

    @property
    @abstractmethod
    def input_shape(self) -> Coordinate:
        """Spatial shape of the training patch, in voxels."""

    @property
    def eval_shape_increase(self) -> Coordinate:
        """Voxels by which blocks of inference may be larger than the patch."""
        return Coordinate((0,) * self.dims)

    @property
    @abstractmethod
    def num_in_channels(self) -> int:
        """Channels of raw."""

    @property
    @abstractmethod
    def num_out_channels(self) -> int:
        """Feature maps that come out."""

    @property
    def dims(self) -> int:
        """Number of spatial axes."""
        return int(self.input_shape.dims)

    @abstractmethod
    def output_shape(self, input_shape: Coordinate) -> Coordinate:
        """Spatial output shape for a spatial input shape, in voxels.

        Raises ConfigError, naming the nearest shapes that fit, where it cannot be taken.
        """

    @abstractmethod
    def fitting_input_shape(self, shape: Coordinate) -> Coordinate:
        """The smallest input shape, in voxels, whose output covers that for `shape`.

        For a network that keeps sizes this is `shape` rounded up to what it can take; for one
        that loses context, `shape` counts the context already.
        """

    @property
    def contrast_window(self) -> Coordinate | None:
        """Voxels around each voxel by whose mean and deviation raw is standardized, if at all.

        Training standardizes each patch, prediction each voxel by its window; see
        `dacapo_engine.experiments.local_contrast`.
        """
        return None

    @property
    @abstractmethod
    def block_step(self) -> Coordinate:
        """Blocks that begin at multiples of this fit together seamlessly, in voxels."""

    @property
    @abstractmethod
    def context(self) -> Coordinate:
        """Voxels on each side of an output voxel that it depends on."""

    def scale(self, voxel_size: Coordinate) -> Coordinate:
        """Voxel size of the output for a `voxel_size` of raw."""
        return voxel_size
