"""A segmentation as a file."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_grid import VoxelGrid
from dacapo_engine.segmenting.save_labels import save_labels as write_labels
from dacapo_engine.service.desk import Desk
from dacapo_engine.units import exact_sizes

__all__ = ["save_labels"]


class _Question(BaseModel):
    """Where the ids lie as a .npy file, what they are, and where they are to go."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    labels: Path
    target: Path
    axes: tuple[str, ...]
    voxel_size: tuple[str, ...]
    offset: tuple[str, ...]
    known: bool = True


def save_labels(parameters: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Write ``labels``, a .npy file, to ``target``; see `dacapo_engine.segmenting.save_labels`.

    Parameters
    ----------
    parameters
        Besides those ``axes``, ``voxel_size`` and ``offset`` (nm, exact, one for each axis but
        channels) and whether the size is ``known``.
    """
    question = _Question.model_validate(parameters)
    values = np.load(question.labels, allow_pickle=False, mmap_mode="r")
    pairs = zip(values.shape, question.axes, strict=True)
    shape = [extent for extent, axis in pairs if axis != "c"]
    grid = VoxelGrid.from_nanometres(
        shape,
        exact_sizes([Fraction(size) for size in question.voxel_size]),
        [Fraction(begin) for begin in question.offset],
        known=question.known,
    )
    labels = NumpyArray.from_grid(values, grid, question.axes, name=question.target.stem)
    write_labels(labels, question.target)
    return {"target": str(question.target)}
