"""Arrays of class probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dacapo_engine.experiments.arraytypes.arraytype import ArrayType

__all__ = ["ProbabilityArray"]


@dataclass(frozen=True)
class ProbabilityArray(ArrayType):
    """Probability of each class, one channel per class.

    Parameters
    ----------
    classes
        Names of the classes in the order of the channels.
    """

    classes: Sequence[str]

    @property
    def interpolatable(self) -> bool:
        return True
