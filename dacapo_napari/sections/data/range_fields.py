"""Fields for the intensities that become 0 and 1."""

from __future__ import annotations

import math

from qtpy.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from dacapo_engine.errors import DataError

__all__ = ["RangeFields"]


class RangeFields(QWidget):
    """The intensity that becomes 0 and the one that becomes 1: ``<name>.min``, ``<name>.max``."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.low, self.high = QLineEdit(self), QLineEdit(self)
        for line, part, value in ((self.low, "min", 0), (self.high, "max", 1)):
            line.setObjectName(f"{name}.{part}")
            line.setToolTip(f"The intensity that becomes {value} for the network.")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.low, 1)
        row.addWidget(QLabel("to", self))
        row.addWidget(self.high, 1)

    def show_range(self, low: float, high: float) -> None:
        """Show a range."""
        self.low.setText(f"{low:.6g}")
        self.high.setText(f"{high:.6g}")

    def range(self) -> tuple[float, float]:
        """What is entered.

        Raises
        ------
        DataError
            If it is no range of two numbers.
        """
        try:
            low, high = (
                float(line.text().strip().replace(",", ".")) for line in (self.low, self.high)
            )
        except ValueError as error:
            raise DataError("Enter two numbers, the darkest and the brightest value.") from error
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise DataError(f"The range must go up: {low:g} is not below {high:g}.")
        return low, high
