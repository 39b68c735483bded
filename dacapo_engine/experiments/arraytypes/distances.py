"""Arrays of distances to a boundary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dacapo_engine.experiments.arraytypes.arraytype import ArrayType

__all__ = ["DistanceArray"]


@dataclass(frozen=True)
class DistanceArray(ArrayType):
    """Signed distances to the boundary of each class, positive inside.

    Parameters
    ----------
    classes
        Name of the class of each channel by its position.
    """

    classes: Mapping[int, str]

    @property
    def interpolatable(self) -> bool:
        return True
