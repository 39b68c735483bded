"""Arrays of ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dacapo_engine.experiments.arraytypes.arraytype import ArrayType

__all__ = ["AnnotationArray"]


@dataclass(frozen=True)
class AnnotationArray(ArrayType):
    """Ids of objects or classes, 0 being background.

    Parameters
    ----------
    classes
        Name of each class by its id; empty where ids tell objects apart.
    """

    classes: Mapping[int, str]

    @property
    def interpolatable(self) -> bool:
        return False
