"""The frames of a fixed region on disk."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_grid import VoxelGrid
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_container import open_node
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_creation import grid_attributes

__all__ = ["FrameSeries", "remove_series"]

STACKS = {"boundary": np.uint8, "segmentation": np.uint32}


@dataclass(frozen=True)
class FrameSeries:
    """Everything that was predicted of one region, as ``<number>/{raw,gt,boundary,segmentation}``.

    ``boundary`` and ``segmentation`` are stacked along a first axis, a chunk per frame. A frame is
    there for others when its row is in ``fixed_region.jsonl``.

    Attributes
    ----------
    container
        ``fixed_region.zarr`` of a run.
    number
        Counts the regions of the run, from 0.
    grid
        The voxels of the region.
    axes
        Names of its axes.
    """

    container: Path
    number: int
    grid: VoxelGrid
    axes: tuple[str, ...]

    def begin(self, raw: NDArray[np.uint8], gt: NDArray[np.uint32], title: str) -> None:
        """Store what does not change, and make room for frames.

        Parameters
        ----------
        title
            What the values of ``boundary`` mean, in a word.
        """
        shutil.rmtree(self.container / str(self.number), ignore_errors=True)
        for name, values in (("raw", raw), ("gt", gt)):
            self._create(name, values.shape, values.dtype, self.axes)[...] = values
        for name, dtype in STACKS.items():
            stack = self._create(name, (0, *self.grid.shape), dtype, ("frame", *self.axes))
            stack.attrs["title"] = title if name == "boundary" else "objects"

    def write(self, index: int, boundary: NDArray[Any], objects: NDArray[Any]) -> None:
        """Store a frame; those from `index` on are replaced."""
        for name, values in (("boundary", boundary), ("segmentation", objects)):
            stack = self._open(name, "r+")
            if len(stack) != index + 1:
                stack.resize((index + 1, *self.grid.shape))
            stack[index] = values

    def read(self, name: str, index: int | None = None) -> NDArray[Any]:
        """``raw`` or ``gt``, or a frame of ``boundary`` or ``segmentation``."""
        return np.asarray(self._open(name, "r")[... if index is None else index])

    def is_there(self) -> bool:
        """Whether all of it can be read, and lies where this region lies."""
        try:
            there = self._open("segmentation", "r")
        except (OSError, KeyError, ValueError):
            return False
        return tuple(there.shape[1:]) == self.grid.shape

    def _create(self, name: str, shape: Sequence[int], dtype: Any, axes: Sequence[str]) -> Any:
        chunks = [1] * (len(shape) - self.grid.dims) + list(self.grid.shape)
        made = open_node(
            self.container,
            f"{self.number}/{name}",
            "w",
            shape=tuple(shape),
            chunks=tuple(chunks),
            dtype=np.dtype(dtype),
            fill_value=0,
        )
        made.attrs.put({**grid_attributes(self.axes, self.grid), "axis_names": list(axes)})
        return made

    def _open(self, name: str, mode: str) -> Any:
        return open_node(self.container, f"{self.number}/{name}", mode)


def remove_series(container: Path, number: int) -> None:
    """Delete the frames of a region."""
    shutil.rmtree(container / str(number), ignore_errors=True)
