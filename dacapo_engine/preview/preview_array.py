"""An array of a sample that is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["PreviewArray"]


@dataclass(frozen=True)
class PreviewArray:
    """An array of a sample and where it lies.

    Attributes
    ----------
    axes
        Those of `data`; channels first, where there are several.
    voxel_size, offset
        In nanometres, for each axis but channels.
    known
        Whether the voxel size means nanometres.
    """

    data: np.ndarray
    axes: tuple[str, ...]
    voxel_size: tuple[float, ...]
    offset: tuple[float, ...]
    known: bool

    def place(self) -> dict[str, Any]:
        """Everything but the data, as plain data."""
        return {
            "axes": list(self.axes),
            "voxel_size": list(self.voxel_size),
            "offset": list(self.offset),
            "known": self.known,
        }
