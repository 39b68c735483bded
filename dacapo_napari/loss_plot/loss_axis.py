"""The axis of the loss, whose numbers may be logarithms."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

with warnings.catch_warnings():
    # pyqtgraph warns about Qt bindings and numpy functions that it does not use here.
    warnings.simplefilter("ignore")
    import pyqtgraph as pg

__all__ = ["LossAxis", "pg"]

# With which digits the numbers at a logarithmic axis begin; the first that leave enough room.
_DIGITS = ((1, 1.5, 2, 3, 4, 5, 6, 8), (1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))
_TICK_PIXELS = 22


class LossAxis(pg.AxisItem):
    """Each tick tells the loss itself, also where the axis runs through its logarithms."""

    _powers = False

    def set_powers(self, powers: bool) -> None:
        """Say whether the axis runs through logarithms."""
        self._powers = powers
        self.picture = None
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, Any]]:
        """Round losses between two ends."""
        places: list[float] = []
        for digits in _DIGITS if self._powers else ():
            places = _round_numbers(minVal, maxVal, digits)
            if len(places) * _TICK_PIXELS <= size:
                break
        even: list[tuple[float, Any]] = super().tickValues(minVal, maxVal, size)
        return [(1.0, places)] if len(places) > 1 else even

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The losses at the ticks."""
        if not self._powers:
            return [f"{value:.4g}" for value in values]
        return [f"{10**value:.3g}" for value in values]


def _round_numbers(low: float, high: float, digits: tuple[float, ...]) -> list[float]:
    """Logarithms between two of numbers that begin with one of `digits`."""
    decades = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    places = [decade + float(np.log10(digit)) for decade in decades for digit in digits]
    return [place for place in places if low <= place <= high]
