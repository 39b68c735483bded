"""Arrays of measured brightness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dacapo_engine.experiments.arraytypes.arraytype import ArrayType

__all__ = ["IntensitiesArray"]


@dataclass(frozen=True)
class IntensitiesArray(ArrayType):
    """Brightness, one channel per dye or detector.

    Parameters
    ----------
    channels
        Name of each channel by its position.
    min, max
        The range the values are expected in.
    """

    channels: Mapping[int, str]
    min: float
    max: float

    @property
    def interpolatable(self) -> bool:
        return True
