"""What the numbers in an array mean."""

from __future__ import annotations

from abc import ABC, abstractmethod

__all__ = ["ArrayType"]


class ArrayType(ABC):
    """What the numbers in an array mean, and so what may be done with them."""

    @property
    @abstractmethod
    def interpolatable(self) -> bool:
        """Whether a value between two values makes sense: true for intensities, not for ids."""
